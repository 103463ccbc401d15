//! Reads a request's query.

use percent_encoding::percent_decode_str;

/// Returns whether a query names an `api-version`, as only clients of Azure's own API do, whatever the path.
pub fn names_api_version(query: &str) -> bool {
    let mut names = query.split('&').filter_map(|param| param.split('=').next());
    names.any(|name| percent_decode_str(name).decode_utf8_lossy().eq_ignore_ascii_case("api-version"))
}

#[cfg(test)]
mod tests {
    use super::names_api_version;

    #[test]
    fn a_version_is_found_in_any_spelling_of_its_name() {
        for query in
            ["api-version=2024-05-01-preview", "a=b&API-Version=v1", "api%2Dversion", "&api-version="]
        {
            assert!(names_api_version(query), "{query}");
        }
        for query in ["", "version=1", "x=api-version", "api-versions=1"] {
            assert!(!names_api_version(query), "{query}");
        }
    }
}

//! The path that a client probably meant, for the error of an unknown one.

use super::prefixes::PREFIXES;
use crate::{call::OPERATIONS, catalog::nearest};

/// The segment that is the name of a deployment's collection.
const DEPLOYMENTS: &str = "deployments";

/// Returns the path of an operation that is most similar to a path, if one is similar enough to be meant. Names in the
/// path stay as they are written.
pub(super) fn nearest_path(written: &str) -> Option<String> {
    let segments: Vec<&str> = written.split('/').collect();
    let deployment = segments.windows(2).find_map(|pair| match pair {
        [collection, name] if *collection == DEPLOYMENTS && !name.is_empty() => Some(*name),
        _ => None,
    });
    let mut known = Vec::new();
    for prefix in &PREFIXES {
        let base = match (prefix.deployment, deployment) {
            (false, None) => prefix.path.to_owned(),
            (true, Some(name)) => format!("{}/{name}", prefix.path),
            (false, Some(_)) | (true, None) => continue,
        };
        let operations = OPERATIONS.iter().filter(|operation| !prefix.deployment || operation.is_by_model());
        known.extend(
            operations.filter_map(|operation| filled(&format!("{base}{}", operation.path), &segments)),
        );
    }
    known.retain(|path| path != written);
    nearest(written, known.iter().map(String::as_str)).map(str::to_owned)
}

/// Returns a pattern with the name that a path has in its place. `None` if the path has no name there, or resembles the
/// pattern only by that name.
fn filled(pattern: &str, written: &[&str]) -> Option<String> {
    let Some(at) = pattern.split('/').position(|segment| segment == "{}") else {
        return Some(pattern.to_owned());
    };
    let name = written.get(at).filter(|name| !name.is_empty())?;
    let mut others = written.to_vec();
    others.remove(at);
    nearest(&others.join("/"), [&*pattern.replacen("/{}", "", 1)])?;
    Some(pattern.replacen("{}", name, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_path_leads_to_the_right_one() {
        for (written, meant) in [
            ("/v1/chat/completion", "/v1/chat/completions"),
            ("/v1/chat/complections", "/v1/chat/completions"),
            ("/V1/Chat/Completions", "/v1/chat/completions"),
            ("/v1/v1/chat/completions", "/v1/chat/completions"),
            ("/v1/chat/completions/chat/completions", "/v1/chat/completions"),
            ("/api/openai/v1/chat/completions", "/openai/v1/chat/completions"),
            ("/some/long/prefix/of/a/proxy/v1/chat/completions", "/v1/chat/completions"),
            ("/v1//chat/completions", "/v1/chat/completions"),
            ("/v1/embedding", "/v1/embeddings"),
            ("/v1/model", "/v1/models"),
            ("/v1/response", "/v1/responses"),
            ("/v1/responses/resp_1/cancell", "/v1/responses/resp_1/cancel"),
            ("/openai/deployments/gpt-4o/chat/completion", "/openai/deployments/gpt-4o/chat/completions"),
            (
                "/openai/deployments/gpt-4o/extensions/chat/completions",
                "/openai/deployments/gpt-4o/chat/completions",
            ),
        ] {
            assert_eq!(nearest_path(written).as_deref(), Some(meant), "{written}");
        }
        let long = format!("/v1/chat/{}", "x".repeat(10_000));
        for written in ["/", "/healthz", "/v1/images/generations", "/v1/audio/speech", "/.env", &long] {
            assert_eq!(nearest_path(written), None, "{written}");
        }
    }
}

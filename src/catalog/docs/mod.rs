//! Writes `docs/families.md` from the catalog, so that the page always agrees with it.

mod facts;
mod markdown;
mod parameters;

use super::registry::Catalog;
use crate::call::Dialect;

const INTRODUCTION: &str = "\
<!-- Generated from src/catalog/families.toml. To write it anew: AZGATE_BLESS=1 cargo test --lib catalog::docs -->

# Families

What azgate knows about each Azure model family. A config can override everything here under `families`, with the same
keys as in `src/catalog/families.toml`. A parameter that is not listed passes through unchanged.

A model belongs to a family by its exact name, or by its name followed by a date.

- **Stream**: `synthesized` if Azure refuses `stream: true` and azgate makes the stream itself.
- **Instructions**: the role that carries them; `merge_into_user` if Azure takes neither `system` nor `developer`.
- **Cap**: the parameter that limits the length of an answer.
- **Context**: window, prompt and answer in tokens; `–` if no source states it.
- **Efforts**: the values of `reasoning_effort`, the default in bold; `none taken` if Azure refuses any value. Values after
  a `+` are taken by `reasoning.effort` of the Responses API only.
- **Tools with effort**: `only_none` if chat completions take function tools only with effort `none`, `never` if function
  tools need the Responses API.
- **Reasoning taken back**: of which earlier answers: `all`, those since the user's last message (`turn`, where only
  bridged calls leave out the rest), or the newest only (`last`).
- **Custom tools**: whether tools of type `custom` are taken. In chat calls only v1 takes them, no dated api-version does.
- **Retires**: the day on which Azure retires the family, and the model to take instead.

";

/// Returns the page about every family.
pub fn families_markdown(catalog: &Catalog) -> String {
    let mut page = String::from(INTRODUCTION);
    page.push_str(&facts::facts(catalog));
    let caps = "(`clamp.max_tokens`, `clamp.max_completion_tokens`)";
    page.push_str(&parameters::parameters(catalog, Dialect::Chat, "chat completions", caps));
    let caps = "(`clamp.max_output_tokens`)";
    page.push_str(&parameters::parameters(catalog, Dialect::Responses, "the Responses API", caps));
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_up_to_date() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/families.md");
        let page = families_markdown(&Catalog::embedded());
        if std::env::var_os("AZGATE_BLESS").is_some() {
            std::fs::write(path, &page).unwrap();
        }
        let written = std::fs::read_to_string(path).unwrap_or_default();
        assert!(written == page, "docs/families.md is stale: AZGATE_BLESS=1 cargo test --lib catalog::docs");
    }

    #[test]
    fn a_family_that_differs_says_how() {
        let page = families_markdown(&Catalog::embedded());
        assert!(page.contains("- `gpt-4.1`\n  - without `drop.prediction`, `refuse.data_sources`\n"));
        assert!(page.contains(
            "| `drop.temperature` | is removed; unless `1`; while `reasoning_effort` is `minimal`,"
        ));
        assert!(page.contains("none, low, **medium**, high, xhigh"));
    }
}

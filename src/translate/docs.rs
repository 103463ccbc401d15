//! `docs/rules.md`, written from the registry of rules so that it cannot drift from it.

use std::fmt::Write;

use super::{RULES, Rule};

const INTRODUCTION: &str = "\
<!-- Generated from src/translate/rules. To write it anew: AZGATE_BLESS=1 cargo test --lib translate::docs -->

# Rules

A call goes through these rules, in this order, on its way to Azure. Each looks at the call as the rules before it left
it, and adds edits: a change, the rule that made it, whether something was lost, and why. A call that no rule edits goes
up byte for byte.

The rows of the parameter tables are rules too, with ids such as `drop.temperature`: see [families.md](families.md) for
those of the model families. Rows about an api-version are called `version.KEY`.

";

const BEHIND: &str = "
## What a caller sees

Every answer, errors and streams included, says what was done:

- `x-azgate-edits`: the rules that edited the call, `none` without edits. `;lossy` marks a rule that lost something,
  `;learned` one that no table asks for but Azure itself, which refused the same before, `;n=3` one that changed several
  places. At most 1 KB: what does not fit is counted as `more;n=…`.
- `x-azgate-family` and `x-azgate-deployment`: what the call was translated for; `none` where it ended before that.

A rule that refuses answers 400 in OpenAI's error shape: `param` names the place, the message says why and what to do.
`azgate explain --model NAME body.json` shows the same for a call that is not sent.

## Policy

An edit is either the same call in other words, or it is lossy: something that was asked for is gone. By default azgate
makes both and reports them; rules called `refuse.…` answer 400.

- `rules` in `[policy]`, `[models.NAME.policy]` or `[keys.NAME.policy]` gives a rule one of three actions; a key's word
  goes before a model's, a model's before the general one:
  - `apply`: make the edit. For a rule that refuses by default, drop what Azure refuses, which is lossy.
  - `refuse`: answer 400 instead of making the edit.
  - `pass`: leave the call as it is, and let Azure decide.
- `lossy = \"refuse\"` in the same places turns lossy edits into refusals, except those of rules that are given `apply`
  by name.
- The header `x-azgate-lossy: refuse` asks the same for one call, without exception. `x-azgate-lossy: allow` lifts a
  general `lossy = \"refuse\"`, but nothing that is said of a rule by name, and no rule's own refusal.
";

/// The page about every rule.
pub fn rules_markdown() -> String {
    let mut page = String::from(INTRODUCTION);
    page.push_str("| Rules | What happens | Operations |\n| --- | --- | --- |\n");
    for rule in RULES {
        let _infallible =
            writeln!(page, "| {} | {} | {} |", ids(rule), rule.summary.replace('|', "\\|"), dialects(rule));
    }
    page.push_str(BEHIND);
    page
}

fn ids(rule: &Rule) -> String {
    if rule.ids.is_empty() {
        return "rows".to_owned();
    }
    rule.ids.iter().map(|id| format!("`{id}`")).collect::<Vec<_>>().join(", ")
}

fn dialects(rule: &Rule) -> String {
    rule.on.iter().map(|dialect| dialect.name()).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_is_up_to_date() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/rules.md");
        let page = rules_markdown();
        if std::env::var_os("AZGATE_BLESS").is_some() {
            std::fs::write(path, &page).unwrap();
        }
        let written = std::fs::read_to_string(path).unwrap_or_default();
        assert!(written == page, "docs/rules.md is stale: AZGATE_BLESS=1 cargo test --lib translate::docs");
    }

    #[test]
    fn every_rule_is_on_the_page() {
        let page = rules_markdown();
        for rule in RULES {
            assert!(page.contains(rule.summary), "{:?}", rule.ids);
            assert!(rule.ids.iter().all(|id| page.contains(&format!("`{id}`"))), "{:?}", rule.ids);
        }
    }
}

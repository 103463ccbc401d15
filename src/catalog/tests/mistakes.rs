//! Every mistake is reported with its key and a remedy.

use super::*;

/// An overlay, and a part of the problem that it has.
const MISTAKES: &[(&str, &str)] = &[
    ("a = 1", "families.a: a family is a table"),
    (
        "unknown = {}",
        "families.unknown: the name `unknown` stands for deployments about which nothing is known",
    ),
    (
        "a.inherits = 'switchabel'",
        "families.a.inherits: there is no family `switchabel`; did you mean `switchable`?",
    ),
    ("a.inherits = 'b'\nb.inherits = 'a'", "families.a.inherits: `a` inherits from itself"),
    (
        "a.inherits = 'b'\nb.inherits = 'c'\nc.inherits = 'gpt-5'",
        "families.a.inherits: the chain a → b → c → gpt-5 → reasoning is too long; a chain has 4 names at most",
    ),
    ("gpt-5.inherits = 'gpt-6'", "families.gpt-5.inherits: the chain gpt-5 → gpt-6 → switchable is too long"),
    ("a.eforts = []", "families.a.eforts: unknown key `eforts`; did you mean `efforts`?"),
    ("a.efforts = 'low'", "families.a.efforts: \"low\" is not a list of texts"),
    ("a.efforts = ['hihg']", "families.a.efforts: `hihg` is not known here; did you mean `high`?"),
    (
        "a.streaming = 'off'",
        "families.a.streaming: `off` is not known here; write one of `native`, `synthesized`",
    ),
    ("a.operations = ['chats']", "families.a.operations: `chats` is not known here; did you mean `chat`?"),
    ("a.source = 7", "families.a.source: `7` is not a text"),
    ("a.context = { output = -1 }", "families.a.context.output: `-1` is not a whole number above zero"),
    ("a.context = { total = 1 }", "families.a.context.total: unknown key `total`; write one of `window`"),
    ("a.retires = '2027-13-01'", "families.a.retires: \"2027-13-01\" is not a date"),
    ("a.retires = 2027-02-09", "families.a.retires: a bare date is not a date such as"),
    ("a.min_api_version = '2024'", "families.a.min_api_version: \"2024\" is not an api-version"),
    (
        "gpt-5.default_effort = 'xhigh'",
        "families.gpt-5.default_effort: `xhigh` is not one of the family's efforts",
    ),
    ("a.models = ['GPT-4o']", "families.a.models: `GPT-4o` belongs to the family `gpt-4o` too"),
    ("a.chat.stop = 'drop'", "families.a.chat.stop: \"drop\" is not a row for `stop`"),
    ("a.chat.stop = {}", "families.a.chat.stop: the row has no verb; write one of `rename`, `drop`"),
    ("a.chat.stop = { dorp = true }", "families.a.chat.stop.dorp: unknown key `dorp`; did you mean `drop`?"),
    ("a.chat.stop = { drop = true }", "families.a.chat.stop.why: `drop` needs a `why`"),
    ("a.chat.stop = { refuse = true, why = ' ' }", "families.a.chat.stop.why: \" \" is not a text"),
    ("a.chat.stop = { allow = ['x'] }", "families.a.chat.stop.why: `allow` needs a `why`"),
    ("a.chat.stop = { drop = false, why = 'x' }", "families.a.chat.stop.drop: `drop = false` has no effect"),
    ("a.chat.stop = { drop = true, rename = 'x' }", "several verbs: `rename`, `drop`"),
    ("a.chat.stop = { rename = 'x', map = {} }", "families.a.chat.stop.map: `map` belongs beside `allow`"),
    ("a.chat.stop = { clamp = {} }", "families.a.chat.stop.clamp: no bound is given"),
    ("a.chat.stop = { clamp = { min = 2, max = 1 } }", "families.a.chat.stop.clamp: `min` is above `max`"),
    (
        "a.chat.stop = { rename = 'x', when = { b = {} } }",
        "families.a.chat.stop.when.b: a table is not a plain value",
    ),
    (
        "a.chat.stop = [{ rename = 'x' }, { rename = 'y' }]",
        "families.a.chat.stop: `rename.stop` is written twice",
    ),
    ("a.responses.stop = { drop = true }", "families.a.responses.stop.why: `drop` needs a `why`"),
    ("a.responses_efforts = ['hihg']", "families.a.responses_efforts: `hihg` is not known here"),
    ("a.chat.'x.y' = [1]", "families.a.chat.\"x.y\".0: `1` is not a row for `x.y`"),
];

#[test]
fn every_mistake_is_reported_with_its_key_and_a_remedy() {
    for (overlay, expected) in MISTAKES {
        let Err(problems) = load(overlay) else { panic!("{overlay} has no problem") };
        assert!(
            problems.iter().any(|line| line.contains(expected)),
            "{overlay}\nhas {problems:#?}\nnot {expected}"
        );
    }
}

#[test]
fn all_mistakes_are_reported_at_once() {
    let mut overlay = String::new();
    for n in 0..5 {
        writeln!(overlay, "f{n} = {{ eforts = [], retires = 'never', chat = {{ stop = {{}} }} }}").unwrap();
    }
    assert_eq!(load(&overlay).unwrap_err().len(), 15);
}

#[test]
fn a_missing_base_is_reported_once() {
    let problems = load("a.inherits = 'nothing'\nb.inherits = 'a'").unwrap_err();
    assert_eq!(problems.len(), 1, "{problems:#?}");
}

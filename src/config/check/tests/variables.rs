//! Variables `AZGATE_…` that name nothing.

use super::*;

#[test]
fn a_misspelt_variable_is_told_the_right_one() {
    for (name, meant) in [
        ("AZGATE_SERVER__LISTN", "AZGATE_SERVER__LISTEN"),
        ("AZGATE_SERVER_LISTEN", "AZGATE_SERVER__LISTEN"),
        ("AZGATE_LOG_LEVEL", "AZGATE_LOG__LEVEL"),
        ("AZGATE_CONFG", "AZGATE_CONFIG"),
        ("AZGATE_MODELS__MINE__DEPLOYMNT", "AZGATE_MODELS__MINE__DEPLOYMENT"),
        ("AZGATE_MODELS__GPT_4_1__FAMLY", "AZGATE_MODELS__GPT_4_1__FAMILY"),
        ("AZGATE_RESOURCES__EAST__APIKEY__ENV", "AZGATE_RESOURCES__EAST__API_KEY__ENV"),
        ("AZGATE_MODELS__MINE__REQUESTS_PER_MIN", "AZGATE_MODELS__MINE__REQUESTS_PER_MINUTE"),
    ] {
        let problems = with_east("[models.'gpt-4.1']\n").variable(name, "hunter2").problems();
        let expected = format!("{name}: warning: not a key of the config, ignored (did you mean `{meant}`?)");
        assert_eq!(problems, [expected], "{name}");
    }
}

#[test]
fn a_variable_that_resembles_nothing_gets_no_suggestion() {
    for name in
        ["AZGATE_PORT", "AZGATE_SERVICE_HOST", "AZGATE_PORT_8080_TCP_ADDR", "AZGATE_", "AZGATE_X__Y__Z"]
    {
        let problems = with_east("").variable(name, "1").problems();
        assert_eq!(problems.len(), 1, "{problems:#?}");
        assert!(problems[0].contains(&format!("ignored: {name} (keys are spelled")), "{problems:#?}");
    }
}

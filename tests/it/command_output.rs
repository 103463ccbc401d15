//! What the commands print, where they print it, and how they exit.

use serde_json::Value;

use crate::support::{
    AZURE_KEY,
    command::{self, Ended},
    hello,
};

/// A body that o1-preview takes only without its temperature.
const LOSSY: &str = r#"{"temperature":0.2,"messages":[{"role":"user","content":"Hi"}]}"#;

fn json(ended: &Ended) -> Value {
    serde_json::from_str(&ended.out).unwrap_or_else(|_| panic!("{ended:?}"))
}

fn widest(text: &str) -> usize {
    text.lines().map(|line| line.chars().count()).max().unwrap_or_default()
}

#[tokio::test]
async fn tables_in_a_pipe_fit_eighty_columns_and_keep_their_names_whole() {
    let list = command::run(&["catalog", "list"], &[], "").await;
    assert!(widest(&list.out) <= 80, "{}", list.out);
    let line = |start: &str| list.out.lines().find(|line| line.starts_with(start)).unwrap().to_owned();
    assert!(line("gpt-5.1 ").contains("none low medium high") && line("gpt-5.1 ").contains("2027-05-15"));
    assert!(line("gpt-4o-2024-05-13").ends_with("2026-12-09"), "{}", list.out);
    for family in ["o1-preview", "gpt-5.4", "gpt-5-codex", "o3-deep-research", "gpt-35-turbo-0613"] {
        let shown = command::run(&["catalog", "show", family], &[], "").await;
        assert!(widest(&shown.out) <= 80, "{}", shown.out);
    }
    let (_directory, body) = command::file(LOSSY);
    let explained = command::run(&["explain", "-m", "o1-preview", &body], &[], "").await;
    assert!(
        explained.out.lines().any(|line| line.starts_with("drop.temperature  lossy   remove temperature")),
        "{explained:?}"
    );
    assert!(widest(&explained.out) <= 80, "{}", explained.out);
}

#[tokio::test]
async fn explain_reads_a_file_or_standard_input_and_says_if_that_is_empty() {
    let (_directory, body) = command::file(&hello("x"));
    let ended = command::run(&["explain", "-m", "gpt-4.1", &body], &[], "ignored").await;
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""), "{ended:?}");
    assert!(ended.out.contains("no edits"), "{ended:?}");
    for (arguments, input, message) in [
        (&["explain", "-m", "o1"][..], "", "standard input is empty"),
        (&["explain", "-m", "o1", "-"], " \n\t", "standard input is empty"),
        (&["explain", "-m", "o1", "/dev/null"], "", "the file `/dev/null` is empty"),
        (
            &["explain", "-m", "o1", "/none/x.json"],
            "",
            "the file `/none/x.json` cannot be read: No such file",
        ),
        (&["explain", "-m", "o1", "/dev/zero"], "", "`max_body_bytes`"),
        (&["explain", "-m", "o1"], "[]", "must be a JSON object"),
    ] {
        for json in [&[][..], &["--json"]] {
            let ended = command::run(&[arguments, json].concat(), &[], input).await;
            assert_eq!((ended.code, ended.out.as_str()), (Some(1), ""), "{ended:?}");
            assert!(ended.err.starts_with("error: ") && ended.err.contains(message), "{ended:?}");
        }
    }
}

#[tokio::test]
async fn explain_takes_the_callers_word_about_losses() {
    let explain = |lossy: &'static [&'static str]| async move {
        command::run(&[&["explain", "-m", "o1-preview", "--json"], lossy].concat(), &[], LOSSY).await
    };
    assert_eq!(explain(&[]).await.code, Some(0));
    assert_eq!(explain(&["--lossy", "allow"]).await.code, Some(0));
    let ended = explain(&["--lossy", "refuse"]).await;
    assert_eq!(ended.code, Some(1), "{ended:?}");
    let refused = &json(&ended)["refused"];
    assert_eq!((&refused["rule"], &refused["param"]), (&"drop.temperature".into(), &"temperature".into()));
    assert!(refused["policy"].as_str().unwrap().contains("`x-azgate-lossy: allow`"), "{refused}");
    let ended = explain(&["--lossy", "maybe"]).await;
    assert_eq!(ended.code, Some(2), "{ended:?}");
    assert!(ended.err.contains("maybe") && ended.err.contains("refuse"), "{ended:?}");
}

#[tokio::test]
async fn a_refusal_says_which_policy_allows_the_call() {
    let format =
        r#"{"response_format":{"type":"json_object"},"messages":[{"role":"user","content":"JSON!"}]}"#;
    let cases = [
        ("", LOSSY, "", "none"),
        ("policy.lossy = 'refuse'", LOSSY, "drop.temperature", "`x-azgate-lossy: allow` with the call"),
        (
            "policy.rules = { 'drop.temperature' = 'refuse' }",
            LOSSY,
            "drop.temperature",
            "`rules = { \"drop.temperature\" = \"apply\" }`",
        ),
        ("", format, "refuse.response_format", "`rules = { \"refuse.response_format\" = \"apply\" }`"),
    ];
    for (policy, body, rule, remedy) in cases {
        let (_directory, config) = command::file(&format!(
            "{policy}\n[resources.a]\nendpoint = 'https://a.example'\n[models.m]\nmodel = 'o1-preview'\n"
        ));
        let ended = command::run(&["explain", "-m", "m", "-c", &config], &[], body).await;
        let is_refused = !rule.is_empty();
        assert_eq!(ended.code, Some(i32::from(is_refused)), "{ended:?}");
        if is_refused {
            assert!(ended.out.contains(&format!("refused by {rule}: ")), "{ended:?}");
            assert!(ended.out.contains(remedy), "{ended:?}");
        }
        assert!(!ended.out.contains("Ask for JSON in the prompt"), "the caller does: {ended:?}");
    }
}

#[tokio::test]
async fn check_as_json_has_every_problem_with_its_place() {
    let (_directory, broken) = command::file(
        "[server]\nlistn = '127.0.0.1:1'\n[resources.main]\nendpoint = 'https://a.example'\napi_key = { env = 'UNSET' }\n",
    );
    let variable = ("AZGATE_SERVER__LISTN", "127.0.0.1:1");
    let ended = command::run(&["check", "--json", "-c", &broken], &[variable], "").await;
    assert_eq!((ended.code, ended.err.as_str()), (Some(1), ""), "{ended:?}");
    let report = json(&ended);
    assert_eq!((&report["ok"], &report["config"]), (&false.into(), &broken.as_str().into()));
    let problems = report["problems"].as_array().unwrap();
    assert_eq!(problems.len(), 3, "{report:#}");
    let listn = problems.iter().find(|problem| problem["key"] == "server.listn").unwrap();
    assert_eq!((&listn["location"]["line"], &listn["location"]["column"]), (&2.into(), &1.into()));
    assert_eq!(listn["remedy"], "did you mean `listen`?");
    let warning = problems.iter().find(|problem| problem["severity"] == "warning").unwrap();
    assert_eq!(warning["location"]["variable"], "AZGATE_SERVER__LISTN");
    assert_eq!(warning["remedy"], "did you mean `AZGATE_SERVER__LISTEN`?");
    let account = [("AZURE_OPENAI_ENDPOINT", "https://a.example"), ("AZURE_OPENAI_API_KEY", AZURE_KEY)];
    let report = json(&command::run(&["check", "--json"], &account, "").await);
    assert_eq!((&report["ok"], &report["problems"]), (&true.into(), &Value::Array(Vec::new())));
    assert!(report["summary"].as_str().unwrap().starts_with("1 resource, any deployment"), "{report}");
    let report = json(&command::run(&["check", "--json", "-c", "/none.toml"], &[], "").await);
    assert_eq!(
        report["problems"][0]["location"],
        serde_json::json!({ "text": "/none.toml", "file": "/none.toml" })
    );
}

#[tokio::test]
async fn what_stops_a_command_goes_to_standard_error_and_a_wrong_command_line_exits_with_2() {
    for (arguments, message) in [
        (&["serve"][..], "there is no Azure resource"),
        (&["serve", "-c", "/none.toml"], "/none.toml: error: the file cannot be read"),
        (&["explain", "-m", "x", "-c", "/none.toml"], "/none.toml: error: the file cannot be read"),
        (&["catalog", "list", "-c", "/none.toml"], "/none.toml: error: the file cannot be read"),
        (&["catalog", "show", "ghost"], "no family `ghost`; `azgate catalog list`"),
        (&["catalog", "show", "gpt-5.l"], "did you mean `gpt-5"),
        (&["catalog", "lessons", "--json", "--admin", "http://127.0.0.1:1"], "no admin listener answers"),
        (&["man", "chek"], "has no command `chek`"),
    ] {
        let ended = command::run(arguments, &[], "{}").await;
        assert_eq!((ended.code, ended.out.as_str()), (Some(1), ""), "{arguments:?} {ended:?}");
        assert!(ended.err.contains(message) && !ended.err.contains(":1:1"), "{arguments:?} {ended:?}");
    }
    for (arguments, message) in [
        (&["serve", "--listen", "nowhere"][..], "'nowhere'"),
        (&["--listen", "127.0.0.1:99999"], "'127.0.0.1:99999'"),
        (&["demo", "--listen", ":80"], "':80'"),
        (&["sim", "--deployment", "x"], "'x'"),
        (&["explain"], "--model"),
        (&["explain", "-m", "x", "-o", "chatt"], "'chatt'"),
        (&["catalog", "lessons", "--admin", "no url"], "'no url'"),
        (&["completions", "cmd"], "'cmd'"),
        (&["chek"], "'chek'"),
    ] {
        let ended = command::run(arguments, &[], "").await;
        assert_eq!((ended.code, ended.out.as_str()), (Some(2), ""), "{arguments:?} {ended:?}");
        assert!(ended.err.contains(message), "{arguments:?} {ended:?}");
    }
}

#[tokio::test]
async fn completions_and_manual_pages_name_every_command() {
    for (shell, text) in [("bash", "complete -F"), ("zsh", "#compdef azgate"), ("fish", "complete -c azgate")]
    {
        let ended = command::run(&["completions", shell], &[], "").await;
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert!(ended.out.contains(text) && ended.out.contains("explain"), "{shell}: {}", ended.out);
    }
    let ended = command::run(&["man"], &[], "").await;
    assert!(ended.out.contains(".TH azgate 1"), "{}", ended.out);
    for command in ["serve", "demo", "check", "explain", "catalog", "completions", "man"] {
        assert!(ended.out.contains(&format!("azgate\\-{command}(1)")), "{command}: {}", ended.out);
    }
    let ended = command::run(&["man", "catalog", "list"], &[], "").await;
    assert!(ended.out.contains(".TH azgate-catalog-list 1  \"azgate 0."), "{}", ended.out);
}

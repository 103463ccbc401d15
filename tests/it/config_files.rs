//! Which config a command finds, and what `check` says about one: what `serve` or a call would find.

use std::fs;

use crate::support::{
    AZURE_KEY,
    command::{self, Server},
};

const KEY: (&str, &str) = ("KEY", AZURE_KEY);

/// Returns the lines that `check` prints for a config in a pipe, without the file's name, and its exit code.
async fn checked(text: &str) -> (Option<i32>, Vec<String>) {
    let (_directory, config) = command::file(text);
    let ended = command::run(&["check", "-c", &config], &[KEY], "").await;
    assert_eq!(ended.err, "", "{ended:?}");
    (ended.code, ended.out.lines().map(|line| line.replace(&config, "azgate.toml")).collect())
}

fn with_resource(endpoint: &str, rest: &str) -> String {
    format!("[resources.a]\nendpoint = '{endpoint}'\napi_key = {{ env = 'KEY' }}\n{rest}")
}

#[tokio::test]
async fn azgate_toml_in_the_current_directory_is_found_if_nothing_names_a_config() {
    let (directory, _) = command::file(&with_resource("https://a.example", "[models.here]\n"));
    let (_other, named) = command::file(&with_resource("https://b.example", "[models.a]\n[models.b]\n"));
    let ended = command::run_in(directory.path(), &["check"], &[KEY], "").await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.out.contains("1 model") && ended.out.ends_with("by ./azgate.toml\n"), "{ended:?}");
    let ended =
        command::run_in(directory.path(), &["explain", "-m", "here"], &[KEY], "{\"messages\":[]}").await;
    assert!(ended.out.contains("resource    a\n"), "{ended:?}");
    for (arguments, environment) in
        [(&["check", "-c", &named][..], &[KEY][..]), (&["check"], &[KEY, ("AZGATE_CONFIG", &named)])]
    {
        let ended = command::run_in(directory.path(), arguments, environment, "").await;
        assert!(ended.out.contains("2 models") && !ended.out.contains("by ./"), "{ended:?}");
    }
}

#[tokio::test]
async fn a_reload_does_not_fall_back_to_another_config() {
    let (directory, config) = command::file(&with_resource("http://127.0.0.1:1", "[models.here]\n"));
    let account = [
        KEY,
        ("AZURE_OPENAI_ENDPOINT", "http://127.0.0.1:2"),
        ("AZURE_OPENAI_API_KEY", AZURE_KEY),
        ("AZGATE_SERVER__LISTEN", "127.0.0.1:0"),
    ];
    let mut server = Server::start_in(directory.path(), &["serve"], &account, "azgate listens on").await;
    fs::remove_file(config).unwrap();
    server.signal("HUP").await;
    server.logged("the config was not reloaded").await;
    assert_eq!(server.stop().await.code, Some(0));
}

#[tokio::test]
async fn check_reports_what_no_call_could_reach() {
    for endpoint in
        ["https://a.example:0", "https://a.example:99999", "https://a..example", "https://999.0.0.1"]
    {
        let (code, lines) = checked(&with_resource(endpoint, "")).await;
        assert_eq!((code, lines.len()), (Some(1), 1), "{endpoint}: {lines:#?}");
        assert!(
            lines[0].starts_with("azgate.toml:2:12: error: resources.a.endpoint: no server can"),
            "{lines:#?}"
        );
    }
    let (long, alias) = ("d".repeat(300), format!("'{}'", "m".repeat(300)));
    for (rest, start) in [
        (
            "[server]\nlisten = '127.0.0.1:99999'".to_owned(),
            "5:10: error: server.listen: not an address to listen on: `127",
        ),
        (format!("[models.m]\ndeployment = '{long}'"), "5:14: error: models.m.deployment: no deployment can"),
        (format!("[models.{alias}]\ndeployment = 'd'"), "4:9: error: models.mmm"),
        ("[models.\"a\\u0007\"]\ndeployment = 'd'".to_owned(), "4:9: error: models.\"a"),
    ] {
        let (code, lines) = checked(&with_resource("https://a.example", &rest)).await;
        assert_eq!((code, lines.len()), (Some(1), 1), "{lines:#?}");
        assert!(lines[0].starts_with(&format!("azgate.toml:{start}")) && lines[0].len() < 400, "{lines:#?}");
    }
}

#[tokio::test]
async fn secrets_and_configs_from_what_has_no_end_are_refused_at_once() {
    let directory = tempfile::tempdir().unwrap();
    let pipe = directory.path().join("pipe").to_str().unwrap().to_owned();
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let large = directory.path().join("large").to_str().unwrap().to_owned();
    fs::write(&large, "x".repeat(100_000)).unwrap();
    for (path, why) in [
        ("/dev/zero", "a pipe or a device"),
        (&pipe, "a pipe or a device"),
        (directory.path().to_str().unwrap(), "a directory"),
        (&large, "longer than any key"),
    ] {
        for key in ["api_key", "ca_file"] {
            let value = if key == "api_key" { format!("{{ file = '{path}' }}") } else { format!("'{path}'") };
            let more = if key == "api_key" { "" } else { "api_key = { env = 'KEY' }\n" };
            let text = format!("[resources.a]\nendpoint = 'https://a.example'\n{more}{key} = {value}\n");
            let (code, lines) = checked(&text).await;
            assert_eq!((code, lines.len()), (Some(1), 1), "{lines:#?}");
            let why = if key == "ca_file" && path == large { "no certificate" } else { why };
            assert!(
                lines[0].contains(&format!("resources.a.{key}: ")) && lines[0].contains(why),
                "{lines:#?}"
            );
        }
    }
    for path in ["/dev/zero", &pipe] {
        let ended = command::run(&["check", "-c", path], &[], "").await;
        assert_eq!(ended.code, Some(1));
        assert!(ended.out.starts_with(&format!("{path}: error: the file cannot be read: ")), "{ended:?}");
    }
}

#[tokio::test]
async fn the_output_of_sha256sum_is_taken_for_a_hash() {
    let hex = "f52fbd32b2b3b86ff88ef6c490628285f482af15ddcb29541f94bcf526a3f6c7";
    for pasted in [
        format!("{hex}  -"),
        format!(" {hex} *key.txt\\n"),
        format!("SHA2-256(stdin)= {hex}"),
        format!("sha256:{hex}"),
    ] {
        let (code, lines) =
            checked(&with_resource("https://a.example", &format!("[keys.k]\nsha256 = \"{pasted}\"\n"))).await;
        assert_eq!(code, Some(0), "{pasted}: {lines:#?}");
    }
    for pasted in ["my-secret-key".to_owned(), format!("{hex}0"), format!("{hex} {hex}")] {
        let (code, lines) =
            checked(&with_resource("https://a.example", &format!("[keys.k]\nsha256 = '{pasted}'\n"))).await;
        assert_eq!(code, Some(1), "{lines:#?}");
        assert!(!lines.concat().contains(&pasted), "it can be the key: {lines:#?}");
    }
}

#[tokio::test]
async fn check_warns_of_models_that_nobody_knows_and_that_nobody_serves() {
    let models = "[models.new]\nmodel = 'gpt-4.l'\n[models.gone]\ndeployment = 'o1-preview'\n\
                  [models.mine]\nmodel = 'llama-3'\n[models.gpt-4o-prod]\n[models.fine]\ndeployment = 'gpt-6-sol'\n";
    let (code, lines) = checked(&with_resource("https://a.example", models)).await;
    assert_eq!(code, Some(0), "{lines:#?}");
    for (line, words) in
        lines.iter().zip([
            &[
                "azgate.toml:5:9: warning: models.new.model: ",
                "no model `gpt-4.l`",
                "did you mean `gpt-4.1`?",
            ][..],
            &["models.gone.deployment: ", "retired the model `o1-preview` on 2025-07-28", "`gpt-5.6-sol`"],
            &["models.mine.model: ", "no model `llama-3`", "family"],
            &["models.gpt-4o-prod.deployment: ", "model = \"gpt-4o\""],
            &["ok: "],
        ])
    {
        assert!(words.iter().all(|word| line.contains(word)), "{words:?}: {lines:#?}");
    }
    assert_eq!(lines.len(), 5, "{lines:#?}");
}

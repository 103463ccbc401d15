//! The files of `azgate.toml.d`, which are parts of the config `azgate.toml`.

use std::fs;

use serde_json::Value;

use crate::support::command;

const CONFIG: &str = "[resources.main]\nendpoint = \"https://x.openai.azure.com\"\napi_key = { env = \"K\" }\n\
                      [models.mine]\ndeployment = \"prod\"\nmodel = \"gpt-4o\"\n";

#[tokio::test]
async fn a_drop_in_lies_over_the_config_and_over_the_drop_ins_before_it() {
    let (directory, config) = command::file(CONFIG);
    let drop_ins = directory.path().join("azgate.toml.d");
    fs::create_dir(&drop_ins).unwrap();
    for (name, text) in [
        ("10-first.toml", "[models.mine]\nmodel = \"o1\"\ndeployment = \"first\"\n"),
        ("20-second.toml", "[models.mine]\nmodel = \"o1-preview\"\n"),
        ("30-third.toml.bak", "[models.mine]\nmodel = \"gpt-5\"\n"),
    ] {
        fs::write(drop_ins.join(name), text).unwrap();
    }
    let body = r#"{"messages":[{"role":"user","content":"Hi"}]}"#;
    let ended = command::run(&["explain", "-c", &config, "-m", "mine", "--json"], &[("K", "k")], body).await;
    let report: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(
        (&report["deployment"], &report["family"]),
        (&"first".into(), &"o1-preview".into()),
        "{ended:?}"
    );
}

#[tokio::test]
async fn a_problem_of_a_drop_in_is_reported_with_its_own_file_and_line() {
    let (directory, config) = command::file(CONFIG);
    let drop_ins = directory.path().join("azgate.toml.d");
    fs::create_dir(&drop_ins).unwrap();
    let file = drop_ins.join("prod.toml");
    for (text, place, word) in [
        ("\n[families.prod]\ninherits = \"gpt-4p\"\n", ":3:12: error: families.prod.inherits: ", "`gpt-4"),
        ("\n[families.prod\n", ":2:15: error: ", "not TOML"),
    ] {
        fs::write(&file, text).unwrap();
        let ended = command::run(&["check", "-c", &config], &[("K", "k")], "").await;
        assert_eq!(ended.code, Some(1), "{ended:?}");
        let line = ended.out.lines().find(|line| line.contains(" error: ")).unwrap();
        assert!(line.starts_with(&format!("{}{place}", file.display())) && line.contains(word), "{ended:?}");
    }
}

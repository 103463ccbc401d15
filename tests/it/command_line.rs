//! The commands, run as a user runs them: the built binary, its output in a pipe.

use serde_json::Value;

use crate::support::{
    ANSWER, AZURE_KEY, Reply, Upstream, client,
    command::{self, Server},
    hello,
};

async fn post(url: &str, body: String, headers: &[(&str, &str)]) -> reqwest::Response {
    let request = client().build().unwrap().post(url).header("content-type", "application/json");
    let request = headers.iter().fold(request, |request, (name, value)| request.header(*name, *value));
    request.body(body).send().await.unwrap()
}

/// Returns the log lines of a level as JSON.
fn lines(log: &str, level: &str) -> Vec<Value> {
    let all =
        log.lines().map(|line| serde_json::from_str::<Value>(line).unwrap_or_else(|_| panic!("{line}")));
    all.filter(|line| line["level"] == level).collect()
}

const CONFIG: &str = r#"
[resources.main]
endpoint = "https://x.openai.azure.com"
api_key = { env = "NOT_SET_HERE" }
ca_file = "/no/such/file.pem"

[models.mine]
deployment = "prod"
model = "o1-preview"
policy.rules = { "drop.temperature" = "refuse" }

[families.o1-preview.chat]
verbosity = "take"
"#;

#[tokio::test]
async fn an_account_in_the_environment_is_enough_to_serve_all_of_it() {
    for start in [&["--listen", "127.0.0.1:0"][..], &["serve", "--listen", "127.0.0.1:0"], &[]] {
        let upstream = Upstream::script([Reply::json(200, ANSWER)]).await;
        let endpoint = format!("http://{}/", upstream.address);
        let environment = [
            ("AZURE_OPENAI_ENDPOINT", endpoint.as_str()),
            ("AZURE_OPENAI_API_KEY", AZURE_KEY),
            ("AZGATE_SERVER__LISTEN", "127.0.0.1:0"),
        ];
        let server = Server::start(start, &environment, "azgate listens on").await;
        let answer = post(&format!("{}/v1/chat/completions", server.url), hello("gpt-4.1"), &[]).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.text().await.unwrap(), ANSWER);
        let received = upstream.only();
        assert_eq!(received.line(), "POST /openai/v1/chat/completions HTTP/1.1");
        assert_eq!(received.header("api-key"), Some(AZURE_KEY));
        let ended = server.stop().await;
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert_eq!(ended.out.lines().count(), 1, "{ended:?}");
        assert!(lines(&ended.err, "WARN").is_empty() && lines(&ended.err, "ERROR").is_empty(), "{ended:?}");
        let calls = lines(&ended.err, "INFO");
        assert!(calls.iter().any(|line| line["message"] == "call" && line["status"] == 200), "{ended:?}");
        assert!(!format!("{ended:?}").contains(AZURE_KEY));
    }
}

#[tokio::test]
async fn an_api_version_in_the_environment_selects_the_dated_surface() {
    for (version, line) in [
        ("2024-10-21", "POST /openai/deployments/my%20gpt/chat/completions?api-version=2024-10-21 HTTP/1.1"),
        ("preview", "POST /openai/v1/chat/completions HTTP/1.1"),
    ] {
        let upstream = Upstream::script([Reply::json(200, ANSWER)]).await;
        let endpoint = format!("http://{}", upstream.address);
        let environment = [
            ("AZURE_OPENAI_ENDPOINT", endpoint.as_str()),
            ("AZURE_OPENAI_API_KEY", AZURE_KEY),
            ("OPENAI_API_VERSION", version),
        ];
        let server = Server::start(&["-l", "127.0.0.1:0"], &environment, "azgate listens on").await;
        let answer = post(&format!("{}/v1/chat/completions", server.url), hello("my gpt"), &[]).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(upstream.only().line(), line);
        let ended = server.stop().await;
        let warnings = lines(&ended.err, "WARN");
        assert_eq!(warnings.len(), 1, "only the one about the unknown family: {warnings:?}");
        assert!(warnings[0]["message"].as_str().unwrap().contains("family is not known"), "{warnings:?}");
    }
}

#[tokio::test]
async fn unknown_variables_get_one_warning() {
    let environment = [
        ("AZURE_OPENAI_ENDPOINT", "http://127.0.0.1:1"),
        ("AZURE_OPENAI_API_KEY", AZURE_KEY),
        ("AZGATE_PORT", "tcp://10.0.0.1:8080"),
        ("AZGATE_SERVICE_HOST", "10.0.0.1"),
        ("AZGATE_PORT_8080_TCP_PROTO", "tcp"),
    ];
    let server = Server::start(&["--listen", "127.0.0.1:0"], &environment, "azgate listens on").await;
    let ended = server.stop().await;
    assert_eq!(ended.code, Some(0));
    let warnings = lines(&ended.err, "WARN");
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    assert!(warnings[0]["message"].as_str().unwrap().contains("AZGATE_PORT"), "{warnings:?}");
}

#[tokio::test]
async fn serve_exits_with_1_and_a_reason_if_it_cannot_serve() {
    let open = [
        ("AZURE_OPENAI_ENDPOINT", "http://127.0.0.1:1"),
        ("AZURE_OPENAI_API_KEY", AZURE_KEY),
        ("AZGATE_SERVER__LISTEN", "0.0.0.0:0"),
    ];
    let ended = command::run(&[], &open, "").await;
    assert_eq!(ended.code, Some(1));
    assert!(ended.err.contains("there are no keys") && ended.err.contains("allow_anonymous"), "{ended:?}");
    let ended = command::run(&["serve"], &[], "").await;
    assert_eq!(ended.code, Some(1));
    assert!(ended.err.contains("AZURE_OPENAI_ENDPOINT") && ended.out.is_empty(), "{ended:?}");
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let ended = command::run(&["--listen", &address], &open, "").await;
    assert_eq!(ended.code, Some(1));
    assert!(ended.err.contains(&format!("cannot listen on {address}")), "{ended:?}");
    assert_eq!(command::run(&["--no-such-flag"], &[], "").await.code, Some(2));
}

#[tokio::test]
async fn check_prints_a_line_for_each_problem_and_exits_with_1_if_one_is_an_error() {
    let (_directory, broken) = command::file(
        "[server]\nlistn = \"127.0.0.1:1\"\n[resources.main]\nendpoint = \"nonsense\"\napi_key = { env = \"UNSET\" }\n",
    );
    let ended = command::run(&["check", "--config", &broken], &[], "").await;
    assert_eq!(ended.code, Some(1));
    let printed: Vec<&str> =
        ended.out.lines().map(|line| line.strip_prefix(&broken).unwrap_or(line)).collect();
    assert_eq!(printed.len(), 3, "{printed:#?}");
    assert!(printed[0].starts_with(":2:1: error: server.listn: "), "{printed:#?}");
    assert!(printed[0].contains("`listen`"), "{printed:#?}");
    assert!(printed[1].starts_with(":4:12: error: resources.main.endpoint: "), "{printed:#?}");
    assert!(printed[2].starts_with(":5:11: error: resources.main.api_key: "), "{printed:#?}");
    let (_directory, sound) = command::file(CONFIG);
    let environment = [("NOT_SET_HERE", AZURE_KEY), ("AZGATE_CONFIG", sound.as_str()), ("AZGATE_PORT", "x")];
    let ended = command::run(&["check"], &environment, "").await;
    assert_eq!(ended.code, Some(1), "the file of certificates is missing: {ended:?}");
    assert_eq!(ended.out.lines().filter(|line| line.contains(": error: ")).count(), 1, "{ended:?}");
    let sound_text = CONFIG.replace("ca_file", "# ca_file").replace("o1-preview\"", "gpt-4.1\"");
    let (_directory, sound) = command::file(&sound_text);
    let ended = command::run(&["check", "-c", &sound], &environment, "").await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let printed: Vec<&str> = ended.out.lines().collect();
    assert!(printed[0].starts_with("AZGATE_PORT: warning: "), "{printed:#?}");
    assert_eq!(printed[1..], ["ok: 1 resource, 1 model, no keys, listening on 127.0.0.1:8080"]);
    assert!(!ended.out.contains(AZURE_KEY));
}

/// A call that o1-preview refuses unless azgate edits it.
const PREVIEW: &str = r#"{"model":"x","temperature":0.2,"max_tokens":100,"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":"Hi"}]}"#;

#[tokio::test]
async fn explain_prints_target_family_edits_and_body() {
    let ended = command::run(&["explain", "--model", "o1-preview"], &[], PREVIEW).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let printed: Vec<&str> = ended.out.lines().collect();
    assert_eq!(
        printed[..3],
        ["model       o1-preview", "deployment  o1-preview on v1", "family      o1-preview"]
    );
    let row = |rule: &str| {
        printed.iter().find(|line| line.starts_with(rule)).unwrap_or_else(|| panic!("{rule}: {printed:#?}"))
    };
    assert!(
        row("drop.temperature").contains("lossy") && row("drop.temperature").contains("remove"),
        "{printed:#?}"
    );
    assert!(row("rename.max_tokens").contains("same"), "{printed:#?}");
    let body: Value = serde_json::from_str(printed.last().unwrap()).unwrap();
    assert_eq!(body["model"], "o1-preview");
    assert_eq!(body["max_completion_tokens"], 100);
    assert_eq!(body["messages"].as_array().unwrap().len(), 1);
    assert!(!ended.out.contains('\u{1b}') && ended.err.is_empty(), "{ended:?}");
}

#[tokio::test]
async fn explain_as_json_prints_the_same_as_one_value() {
    let ended = command::run(&["explain", "-m", "o1-preview", "--json"], &[], PREVIEW).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let report: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!((&report["family"], &report["surface"]), (&"o1-preview".into(), &"v1".into()));
    let edits: Vec<(&str, &str)> = report["edits"]
        .as_array()
        .unwrap()
        .iter()
        .map(|edit| {
            assert!(
                !edit["why"].as_str().unwrap().is_empty() && !edit["change"].as_str().unwrap().is_empty()
            );
            (edit["rule"].as_str().unwrap(), edit["effect"].as_str().unwrap())
        })
        .collect();
    assert!(
        edits.contains(&("drop.temperature", "lossy")) && edits.contains(&("rename.max_tokens", "same")),
        "{edits:?}"
    );
    assert_eq!(report["body"]["max_completion_tokens"], 100);
    assert_eq!(report.get("refused"), None);
}

#[tokio::test]
async fn explain_takes_a_responses_call() {
    let call = r#"{"model":"x","input":"Hi"}"#;
    let args = ["explain", "-m", "gpt-5-codex", "--operation", "responses", "--json"];
    let ended = command::run(&args, &[], call).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let report: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(report["body"], serde_json::json!({"model": "gpt-5-codex", "input": "Hi"}));
    let ended = command::run(&["explain", "-m", "gpt-5-codex"], &[], r#"{"model":"x"}"#).await;
    assert_eq!(ended.code, Some(1), "a chat call needs messages: {ended:?}");
    let ended = command::run(&["explain", "-m", "gpt-5-codex", "--json"], &[], call).await;
    let report: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(report["edits"][0]["rule"], "read.body");
    assert_eq!(report["body"], serde_json::json!({"model": "gpt-5-codex", "input": "Hi", "store": false}));
    let ended = command::run(&["explain", "-m", "o1", "--operation", "responses.cancel"], &[], call).await;
    assert_eq!(ended.code, Some(2), "it names no model: {ended:?}");
}

#[tokio::test]
async fn explain_takes_a_call_that_passes_as_it_is() {
    let args = ["explain", "-m", "vectors", "--operation", "embeddings", "--json"];
    let ended = command::run(&args, &[], r#"{"model":"x","input":"Hi"}"#).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    let report: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(report["body"], serde_json::json!({"model": "vectors", "input": "Hi"}));
    assert_eq!(report["edits"], serde_json::json!([]));
}

#[tokio::test]
async fn check_refuses_a_config_that_cannot_be_served() {
    let (directory, _) = command::file("");
    let certificate = directory.path().join("ca.pem");
    std::fs::write(&certificate, "-----BEGIN CERTIFICATE-----\naGVsbG8=\n-----END CERTIFICATE-----\n")
        .unwrap();
    let (_directory, config) = command::file(&format!(
        "[resources.main]\nendpoint = \"https://a.example\"\napi_key = {{ env = \"KEY\" }}\nca_file = {certificate:?}\n"
    ));
    let ended = command::run(&["check", "--config", &config], &[("KEY", "k")], "").await;
    assert_eq!(ended.code, Some(1));
    assert!(
        ended.out.starts_with("config: error: the resource `main` cannot be set up: the CA file"),
        "{ended:?}"
    );
}

#[tokio::test]
async fn explain_exits_with_1_if_the_call_would_be_refused_or_is_not_json() {
    let tools = hello("x")
        .replace("{\"model", "{\"tools\":[{\"type\":\"function\",\"function\":{\"name\":\"f\"}}],\"model");
    let ended = command::run(&["explain", "-m", "o1-preview"], &[], &tools).await;
    assert_eq!(ended.code, Some(1));
    assert!(ended.out.contains("refused by refuse.tools: tools: "), "{ended:?}");
    let ended = command::run(&["explain", "-m", "o1-preview", "--json"], &[], &tools).await;
    let report: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!((ended.code, &report["refused"]["param"]), (Some(1), &"tools".into()));
    let ended = command::run(&["explain", "-m", "o1"], &[], "{").await;
    assert_eq!(ended.code, Some(1));
    assert!(ended.err.starts_with("error: the body is not valid JSON"), "{ended:?}");
}

#[tokio::test]
async fn explain_and_catalog_need_no_secrets() {
    let (_directory, config) = command::file(CONFIG);
    let call = hello("x").replace("{\"model", "{\"verbosity\":\"low\",\"model");
    let ended = command::run(&["explain", "-c", &config, "-m", "mine"], &[], &call).await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.out.contains("deployment  prod on v1\n") && ended.out.contains("no edits"), "{ended:?}");
    let ended = command::run(&["explain", "-c", &config, "-m", "mine"], &[], PREVIEW).await;
    assert_eq!(ended.code, Some(1), "the model's policy refuses: {ended:?}");
    let ended = command::run(&["explain", "-c", &config, "-m", "main"], &[], PREVIEW).await;
    assert_eq!(ended.code, Some(1));
    assert!(ended.err.contains("`main` does not exist") && !ended.err.contains("`mine`"), "{ended:?}");
    let ended = command::run(&["catalog", "-c", &config, "show", "o1-preview"], &[], "").await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(!ended.out.contains("drop.verbosity") && ended.out.contains("drop.temperature"), "{ended:?}");
    let (_directory, broken) = command::file(&CONFIG.replace("endpoint", "endpont"));
    for command in [&["explain", "-m", "mine", "-c", &broken][..], &["catalog", "list", "-c", &broken]] {
        let ended = command::run(command, &[], PREVIEW).await;
        assert_eq!(ended.code, Some(1), "{ended:?}");
        assert!(
            ended.err.contains("resources.main.endpont") && !ended.err.contains("NOT_SET_HERE"),
            "{ended:?}"
        );
    }
}

#[tokio::test]
async fn explain_shows_that_the_answer_will_be_collected() {
    let text = CONFIG.replace("o1-preview\"\npolicy", "gpt-4.1\"\ncollect = true\npolicy");
    let (_directory, config) = command::file(&text);
    let ended = command::run(&["explain", "-c", &config, "-m", "mine", "--json"], &[], &hello("mine")).await;
    let report: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(
        (&report["edits"][0]["rule"], &report["body"]["stream"]),
        (&"collect.stream".into(), &true.into())
    );
    assert_eq!(report["edits"][2]["change"], "answer: a stream is collected into a JSON answer");
}

#[tokio::test]
async fn explain_without_a_config_uses_the_account_in_the_environment() {
    let call = hello("x").replace("{\"model", "{\"max_tokens\":5,\"model");
    let account = ("AZURE_OPENAI_ENDPOINT", "https://x.openai.azure.com");
    let dated = ("OPENAI_API_VERSION", "2024-10-21");
    for (environment, target) in [
        (
            &[account, dated][..],
            "resource    default\ndeployment  gpt-4.1 on 2024-10-21, api-version 2024-10-21\n",
        ),
        (&[account], "resource    default\ndeployment  gpt-4.1 on v1\n"),
        (&[dated], "model       gpt-4.1\ndeployment  gpt-4.1 on v1\n"),
        (
            &[("AZGATE_RESOURCES__EAST__ENDPOINT", account.1), ("AZGATE_RESOURCES__EAST__SURFACE", dated.1)],
            "resource    east\ndeployment  gpt-4.1 on 2024-10-21, api-version 2024-10-21\n",
        ),
    ] {
        let ended = command::run(&["explain", "-m", "gpt-4.1"], environment, &call).await;
        assert_eq!(ended.code, Some(0), "{ended:?}");
        assert!(ended.out.contains(target), "{target}: {}", ended.out);
    }
    let ended = command::run(&["explain", "-m", "gpt-4.1", "--json"], &[account, dated], &call).await;
    let report: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!((&report["resource"], &report["surface"]), (&"default".into(), &dated.1.into()));
    let ended = command::run(&["explain", "-m", "o1"], &[("AZURE_OPENAI_ENDPOINT", "nonsense")], &call).await;
    assert_eq!(ended.code, Some(1));
    assert!(ended.err.starts_with("AZURE_OPENAI_ENDPOINT: error: resources.default.endpoint: "), "{ended:?}");
    let ended = command::run(&["explain", "-m", "a/b"], &[account], &call).await;
    assert_eq!(ended.code, Some(1));
    assert!(ended.err.contains("no deployment can have this name"), "{ended:?}");
}

#[tokio::test]
async fn explain_applies_the_policy_of_a_key() {
    let text = CONFIG.replace("api_key", "# api_key").replace("policy.rules", "# policy.rules");
    let hash = "f52fbd32b2b3b86ff88ef6c490628285f482af15ddcb29541f94bcf526a3f6c7";
    let (_directory, config) =
        command::file(&format!("{text}[keys.strict]\nsha256 = \"{hash}\"\npolicy.lossy = \"refuse\"\n"));
    let explain = ["explain", "-c", &config, "-m", "mine"];
    let ended = command::run(&explain, &[], PREVIEW).await;
    assert_eq!(ended.code, Some(0), "without a key, and without the resource's: {ended:?}");
    assert!(ended.out.contains("resource    main\ndeployment  prod on v1\n"), "{ended:?}");
    let ended = command::run(&[&explain[..], &["--key", "strict"]].concat(), &[], PREVIEW).await;
    assert_eq!(ended.code, Some(1));
    assert!(ended.out.contains("refused by "), "{ended:?}");
    let ended = command::run(&[&explain[..], &["--key", "hunter2"]].concat(), &[], PREVIEW).await;
    assert_eq!(ended.code, Some(1));
    assert!(ended.err.contains("it has strict") && !ended.err.contains("hunter2"), "{ended:?}");
    let ended = command::run(&["explain", "-m", "o1", "--key", "strict"], &[], PREVIEW).await;
    assert_eq!(ended.code, Some(1));
    assert!(ended.err.contains("there is no config"), "{ended:?}");
}

#[tokio::test]
async fn an_unknown_model_is_answered_with_the_known_ones() {
    let account = [("AZURE_OPENAI_ENDPOINT", "http://127.0.0.1:1"), ("AZURE_OPENAI_API_KEY", AZURE_KEY)];
    let closed = [&account[..], &[("AZGATE_ROUTING__UNKNOWN_MODELS", "refuse")]].concat();
    let listed = [&closed[..], &[("AZGATE_MODELS__MINE__DEPLOYMENT", "prod")]].concat();
    for (environment, message) in [
        (
            &account[..],
            "the model `a/b` does not exist here: no deployment can have this name. Use a deployment's name, as \
             Azure shows it.",
        ),
        (
            &closed,
            "the model `a/b` does not exist here: no model is configured. The operator of azgate configures the \
             models.",
        ),
        (&listed, "the model `a/b` does not exist here. GET /v1/models lists the models."),
    ] {
        let server = Server::start(&["--listen", "127.0.0.1:0"], environment, "azgate listens on").await;
        let answer = post(&format!("{}/v1/chat/completions", server.url), hello("a/b"), &[]).await;
        assert_eq!(answer.status(), 404);
        let body: Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
        assert_eq!(
            (&body["error"]["message"], &body["error"]["code"]),
            (&message.into(), &"model_not_found".into())
        );
        assert_eq!(server.stop().await.code, Some(0));
    }
}

#[tokio::test]
async fn catalog_lists_the_families_and_shows_one_with_the_origin_of_each_value() {
    let ended = command::run(&["catalog", "list"], &[], "").await;
    assert_eq!(ended.code, Some(0));
    let names: Vec<&str> = ended.out.lines().filter_map(|line| line.split_whitespace().next()).collect();
    for family in ["family", "o1-preview", "o1", "gpt-4.1", "gpt-5", "gpt-5.1"] {
        assert!(names.contains(&family), "{family}: {names:?}");
    }
    assert!(!ended.out.contains('\u{1b}'), "{}", ended.out);
    let ended = command::run(&["catalog", "list", "--json"], &[], "").await;
    let list: Value = serde_json::from_str(&ended.out).unwrap();
    assert_eq!(list.as_array().unwrap().len(), names.len() - 1);
    let ended = command::run(&["catalog", "show", "o1-preview"], &[], "").await;
    assert_eq!(ended.code, Some(0));
    let row = |start: &str| {
        ended.out.lines().find(|line| line.starts_with(start)).unwrap_or_else(|| panic!("{start}"))
    };
    assert!(
        row("streaming").contains("synthesized") && row("streaming").contains("o1-beta"),
        "{}",
        ended.out
    );
    assert!(row("drop.temperature").contains("o1-beta"), "{}", ended.out);
    let ended = command::run(&["catalog", "show", "gpt-5.l"], &[], "").await;
    assert_eq!(ended.code, Some(1));
    assert!(ended.err.contains("did you mean `gpt-5"), "{ended:?}");
}

#[tokio::test]
async fn schema_is_a_json_schema_of_every_section() {
    let ended = command::run(&["schema"], &[], "").await;
    assert_eq!(ended.code, Some(0));
    let schema: Value = serde_json::from_str(&ended.out).unwrap();
    assert!(schema["$schema"].as_str().unwrap().starts_with("https://json-schema.org/"), "{schema}");
    let sections: Vec<&String> = schema["properties"].as_object().unwrap().keys().collect();
    for section in ["server", "admin", "log", "routing", "policy", "resources", "models", "keys", "families"]
    {
        assert!(sections.iter().any(|known| *known == section), "{section}: {sections:?}");
    }
}

/// Returns URL, headers and body of a printed curl line.
fn parsed(curl: &str) -> (String, Vec<(String, String)>, String) {
    let (mut headers, mut body) = (Vec::new(), String::new());
    let url = curl.split(' ').find(|word| word.starts_with("http://")).unwrap().to_owned();
    // Every second piece is an argument in single quotes. The piece before it ends with its flag.
    let pieces: Vec<&str> = curl.split('\'').collect();
    for pair in pieces.chunks(2) {
        let [before, quoted] = pair else { continue };
        match before.split_whitespace().last() {
            Some("-H") => {
                let (name, value) = quoted.split_once(": ").unwrap();
                headers.push((name.to_owned(), value.to_owned()));
            }
            Some("-d") => body = (*quoted).to_owned(),
            flag => panic!("{flag:?} in {curl}"),
        }
    }
    (url, headers, body)
}

#[tokio::test]
async fn the_demo_prints_three_calls_that_work_when_pasted() {
    let demo = Server::start(&["demo", "--listen", "127.0.0.1:0"], &[], "Add -i to see").await;
    assert!(!demo.printed.contains('\u{1b}'), "{}", demo.printed);
    let calls: Vec<_> = demo.printed.lines().filter(|line| line.starts_with("curl ")).map(parsed).collect();
    assert_eq!(calls.len(), 3, "{}", demo.printed);
    assert!(calls.iter().all(|(url, ..)| url.starts_with(&demo.url)), "{}", demo.printed);
    let mut answers = Vec::new();
    for (url, headers, body) in calls {
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (&**name, &**value)).collect();
        assert_eq!(post(&url, body.clone(), &[]).await.status(), 401, "the key is needed");
        let answer = post(&url, body, &headers).await;
        assert_eq!(answer.status(), 200, "{url}");
        let edits = answer.headers()["x-azgate-edits"].to_str().unwrap().to_owned();
        let kind = answer.headers()["content-type"].to_str().unwrap().to_owned();
        answers.push((edits, kind, answer.text().await.unwrap()));
    }
    let json = |at: usize| serde_json::from_str::<Value>(&answers[at].2).unwrap();
    for dropped in ["drop.temperature;lossy", "rename.max_tokens"] {
        assert!(answers[0].0.contains(dropped), "{}", answers[0].0);
    }
    assert!(!json(0)["choices"][0]["message"]["content"].as_str().unwrap().is_empty());
    assert!(answers[1].0.contains("synthesize.stream") && answers[1].1.starts_with("text/event-stream"));
    assert!(
        answers[1].2.starts_with("data: {") && answers[1].2.ends_with("data: [DONE]\n\n"),
        "{}",
        answers[1].2
    );
    assert_eq!(json(2)["choices"][0]["message"]["tool_calls"][0]["function"]["name"], "weather");
    assert_eq!(json(2)["choices"][0]["finish_reason"], "tool_calls");
    let models = client().build().unwrap().get(format!("{}/v1/models", demo.url));
    let models: Value =
        serde_json::from_str(&models.bearer_auth("demo-key").send().await.unwrap().text().await.unwrap())
            .unwrap();
    let printed = demo.printed.lines().find_map(|line| line.trim_start().strip_prefix("models")).unwrap();
    let mut printed: Vec<&str> = printed.split_whitespace().collect();
    let mut served: Vec<&str> =
        models["data"].as_array().unwrap().iter().map(|m| m["id"].as_str().unwrap()).collect();
    printed.sort_unstable();
    served.sort_unstable();
    assert_eq!(served, printed);
    let ended = demo.stop().await;
    assert_eq!((ended.code, ended.err.as_str()), (Some(0), ""), "nothing is logged");
}

#[tokio::test]
async fn the_simulator_alone_serves_and_stops() {
    let sim =
        Server::start(&["sim", "-l", "127.0.0.1:0", "--deployment", "mine=gpt-4.1"], &[], "listens on").await;
    let url = format!("{}/openai/v1/chat/completions", sim.url);
    assert_eq!(post(&url, hello("mine"), &[("api-key", "sim-key")]).await.status(), 200);
    assert_eq!(post(&url, hello("mine"), &[("api-key", "other")]).await.status(), 401);
    assert_eq!(sim.stop().await.code, Some(0));
}

#[tokio::test]
async fn help_lists_every_command() {
    let ended = command::run(&["--help"], &[], "").await;
    assert_eq!(ended.code, Some(0));
    for command in ["serve", "demo", "sim", "check", "explain", "catalog", "schema"] {
        assert!(
            ended.out.lines().any(|line| line.trim_start().starts_with(command)),
            "{command}: {}",
            ended.out
        );
        let ended = command::run(&[command, "--help"], &[], "").await;
        assert_eq!(ended.code, Some(0));
        assert!(!ended.out.contains('\u{1b}'), "{command}");
    }
    assert!(command::run(&["--version"], &[], "").await.out.starts_with("azgate 0."));
}

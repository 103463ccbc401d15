//! Facts that azgate discovers: queried from Azure, shown on the admin listener, and printed by a command.

use azgate::{
    admin,
    call::{Dialect, OUTLINE_DEPTH, Surface},
    catalog::{Catalog, Surfaces},
    json::Document,
    serve,
    sim::{self, Simulator},
    translate::{Target, learn::lessons},
};
use serde_json::Value;
use tokio::net::TcpListener;

use crate::support::{AZURE_KEY, Logs, Proxy, Reply, Upstream, client, command, hello};

/// Starts the simulator on its own listener, with a deployment whose name does not reveal its family.
async fn simulator() -> (String, Simulator, serve::Stopper) {
    let deployments =
        vec![("mystery-7".to_owned(), "o1".to_owned()), ("my gpt".to_owned(), "sim-strict-1".to_owned())];
    let simulator =
        Simulator::new(sim::Options { key: AZURE_KEY.to_owned(), deployments, ..sim::Options::default() });
    let (url, stopper) = served(simulator.router()).await;
    (url, simulator, stopper)
}

async fn served(router: axum::Router) -> (String, serve::Stopper) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (stopper, stop) = serve::stop();
    tokio::spawn(serve::serve(listener, router, serve::Options::default(), stop));
    (url, stopper)
}

#[tokio::test]
async fn azures_list_of_deployments_determines_families_and_the_list_of_models() {
    let (url, _simulator, _stopper) = simulator().await;
    let proxy = Proxy::with_endpoint(&url, "surface = \"2024-10-21\"", "").await;
    let early = proxy.gateway.routes.find("mystery-7").unwrap();
    assert_eq!(&*early.pool.first().resolved().target.profile.name, "unknown");
    let same = early.pool.first().resolved();
    assert!(std::sync::Arc::ptr_eq(&same, &early.pool.first().resolved()), "nothing has changed");
    proxy.gateway.discovery().await;
    let resolved = early.pool.first().resolved();
    assert_eq!(&*resolved.target.profile.name, "o1");
    assert_eq!(resolved.target.api_version().unwrap().as_str(), "2024-12-01-preview");
    let list: Value = serde_json::from_str(&proxy.get("/v1/models").await.text().await.unwrap()).unwrap();
    let family = |id: &str| {
        let data = list["data"].as_array().unwrap().iter();
        data.filter(|model| model["id"] == id).map(|model| model["family"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(family("mystery-7"), ["o1"]);
    assert_eq!(family("my gpt"), ["unknown"]);
    assert_eq!(family("gpt-4.1"), ["gpt-4.1"]);
    let answer = proxy.chat(hello("mystery-7").replace("}]}", "}],\"max_tokens\":5}")).await;
    assert_eq!(
        (answer.status().as_u16(), &answer.headers()["x-azgate-family"]),
        (200, &"o1".parse().unwrap())
    );
}

#[tokio::test]
async fn a_closed_list_of_models_stays_as_configured() {
    let (url, _simulator, _stopper) = simulator().await;
    let proxy = Proxy::with_endpoint(&url, "", "[models.mine]\ndeployment = \"mystery-7\"").await;
    proxy.gateway.discovery().await;
    assert_eq!(
        &*proxy.gateway.routes.find("mine").unwrap().pool.first().resolved().target.profile.name,
        "o1"
    );
    let list: Value = serde_json::from_str(&proxy.get("/v1/models").await.text().await.unwrap()).unwrap();
    assert_eq!(list["data"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn a_missing_list_of_deployments_is_not_an_error() {
    let logs = Logs::listen();
    for reply in [
        Reply::json(404, r#"{"error":{"code":"404","message":"Resource not found"}}"#),
        Reply::json(200, "nonsense"),
        Reply::json(200, r#"{"data":[{"id":7}]}"#),
    ] {
        let upstream = Upstream::script([reply]).await;
        let proxy = Proxy::start(&upstream, "").await;
        proxy.gateway.discovery().await;
        let received = upstream.only();
        assert_eq!(received.line(), "GET /openai/deployments?api-version=2023-03-15-preview HTTP/1.1");
        assert_eq!(received.header("api-key"), Some(AZURE_KEY));
    }
    let text = logs.text();
    assert_eq!(text.matches("Azure does not list its deployments").count(), 3, "{text}");
    assert!(!text.contains("WARN") && !text.contains("ERROR") && !text.contains(AZURE_KEY), "{text}");
}

#[tokio::test]
async fn lessons_are_shown_as_config_lines_and_printed_by_the_command() {
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let (url, _stopper) = served(admin::router(
        proxy.gateway.registry.metrics.clone(),
        proxy.gateway.registry.knowledge.clone(),
    ))
    .await;
    let ended = command::run(&["catalog", "lessons", "--admin", &url], &[], "").await;
    assert_eq!((ended.code, ended.out.as_str()), (Some(0), "# nothing is learned\n"));

    let sent = Document::parse(r#"{"user":"x"}"#.into(), OUTLINE_DEPTH).unwrap();
    let unknown = Target::new("d", Catalog::embedded().unknown(), Surface::V1, &Surfaces::embedded());
    let learned = lessons(
        400,
        br#"{"error":{"message":"Unknown parameter: 'user'."}}"#,
        Dialect::Chat,
        &sent,
        &unknown,
    );
    let knowledge = proxy.gateway.routes.find("mystery-7").unwrap().pool.first().knowledge.clone();
    let mut probe = knowledge.learning_permit().await.unwrap();
    assert!(probe.learn(learned));
    probe.succeed();

    let answer = client().build().unwrap().get(format!("{url}/lessons")).send().await.unwrap();
    assert_eq!(answer.headers()["content-type"], "text/plain; charset=utf-8");
    let shown = answer.text().await.unwrap();
    let line = "user = { drop = true, why = \"Azure said that it does not take `user` here.\" }";
    assert!(shown.contains("[families.mystery-7.chat]\n") && shown.contains(line), "{shown}");
    let ended = command::run(&["catalog", "lessons", "--admin", &url], &[], "").await;
    assert_eq!(
        (ended.code, ended.out.lines().skip(1).collect::<Vec<_>>()),
        (Some(0), shown.lines().skip(1).collect())
    );
    let (_file, path) =
        command::file(&format!("[admin]\nlisten = \"{}\"\n", url.trim_start_matches("http://")));
    let account = [("AZURE_OPENAI_ENDPOINT", "https://x.openai.azure.com"), ("AZURE_OPENAI_API_KEY", "k")];
    let ended = command::run(&["catalog", "lessons", "--config", &path], &account, "").await;
    assert_eq!(ended.code, Some(0), "{ended:?}");
    assert!(ended.out.contains(line), "{ended:?}");
}

#[tokio::test]
async fn the_command_reports_that_no_gateway_answers() {
    let free = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", free.local_addr().unwrap());
    drop(free);
    for url in [url.as_str(), "nonsense"] {
        let ended = command::run(&["catalog", "lessons", "--admin", url], &[], "").await;
        assert_eq!(ended.code, Some(1), "{ended:?}");
        assert!(
            ended.err.contains("no admin listener answers at") && ended.err.contains("--admin URL"),
            "{ended:?}"
        );
    }
}

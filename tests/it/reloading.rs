//! SIGHUP: azgate reads the config again while it serves calls.

use serde_json::json;

use crate::support::{ANSWER, Reply, Upstream, client, command::Server, post};

const MYSTERY: &str = "[models.mystery-7]\n";

async fn models(server: &Server) -> String {
    let url = format!("{}/v1/models", server.url);
    client().build().unwrap().get(url).send().await.unwrap().text().await.unwrap()
}

async fn ask(server: &Server) -> reqwest::Response {
    let body = r#"{"model":"mystery-7","temperature":0.5,"messages":[{"role":"user","content":"Hi"}]}"#;
    post(&format!("{}/v1/chat/completions", server.url), body).await
}

/// Makes a call on this client's connection, and returns the status.
async fn status_of(client: &reqwest::Client, server: &Server) -> u16 {
    let call = client.post(format!("{}/v1/chat/completions", server.url));
    let body = r#"{"model":"mystery-7","messages":[{"role":"user","content":"Hi"}]}"#;
    let answer = call.body(body).send().await.unwrap();
    let status = answer.status().as_u16();
    answer.bytes().await.unwrap();
    status
}

#[tokio::test]
async fn sighup_reloads_the_config_and_keeps_lessons_and_a_config_with_errors_changes_nothing() {
    let error = json!({ "error": { "message": "Unsupported parameter: 'temperature' is not supported with this model.",
        "type": "invalid_request_error", "param": "temperature", "code": "unsupported_parameter" } });
    let refusal = Reply::json(400, &error.to_string());
    let answer = Reply::json(200, &ANSWER.replace("gpt-4.1-2025-04-14", "mystery-7"));
    let upstream = Upstream::script([refusal, answer.clone(), answer.clone(), answer]).await;

    let file = tempfile::NamedTempFile::new().unwrap();
    let endpoint = format!("endpoint = \"http://{}\"\napi_key = {{ env = \"KEY\" }}", upstream.address);
    let write =
        |more: &str| std::fs::write(file.path(), format!("[resources.main]\n{endpoint}\n{more}")).unwrap();
    write(MYSTERY);
    let arguments = ["serve", "--config", file.path().to_str().unwrap(), "--listen", "127.0.0.1:0"];
    let mut server = Server::start(&arguments, &[("KEY", "k"), ("NO_PROXY", "*")], "listens on").await;
    assert_eq!(ask(&server).await.status(), 200);

    write(&format!("{MYSTERY}[models.\"gpt-4.1\"]\n"));
    server.signal("HUP").await;
    server.logged("the config was reloaded").await;
    assert!(models(&server).await.contains("gpt-4.1"));
    assert_eq!(ask(&server).await.headers()["x-azgate-edits"], "drop.temperature;lossy;learned");

    write("[models]\nbroken = 1\n");
    server.signal("HUP").await;
    server.logged("the old one stays").await;
    assert!(models(&server).await.contains("gpt-4.1"));
    assert_eq!(ask(&server).await.status(), 200);

    assert_eq!(server.stop().await.code, Some(0));
    assert_eq!(upstream.finish().len(), 4, "Azure refuses only one call");
}

#[tokio::test]
async fn sighup_queries_the_resources_of_the_new_config_for_their_deployments() {
    let list = Reply::json(200, r#"{"data":[{"id":"mystery-7","model":"o1"}]}"#);
    let upstream = Upstream::script([list]).await;
    let file = tempfile::NamedTempFile::new().unwrap();
    let endpoint = format!("endpoint = \"http://{}\"\napi_key = {{ env = \"KEY\" }}", upstream.address);
    let write =
        |more: &str| std::fs::write(file.path(), format!("[resources.main]\n{endpoint}\n{more}")).unwrap();
    write("");
    let arguments = ["serve", "--config", file.path().to_str().unwrap(), "--listen", "127.0.0.1:0"];
    let mut server = Server::start(&arguments, &[("KEY", "k"), ("NO_PROXY", "*")], "listens on").await;
    write("[learning]\ndiscover = true\n");
    server.signal("HUP").await;
    server.logged("Azure has listed its deployments").await;
    assert!(models(&server).await.contains("mystery-7"));
    assert_eq!(server.stop().await.code, Some(0));
    upstream.only();
}

#[tokio::test]
async fn sighup_keeps_connections_and_the_used_part_of_limits() {
    let upstream = Upstream::script([Reply::json(200, ANSWER), Reply::json(200, ANSWER)]).await;
    let file = tempfile::NamedTempFile::new().unwrap();
    let endpoint = format!("endpoint = \"http://{}\"\napi_key = {{ env = \"KEY\" }}", upstream.address);
    let write = |more: &str| {
        let limits = "[models.mystery-7]\nmodel = \"gpt-4.1\"\nrequests_per_minute = 2\n";
        std::fs::write(file.path(), format!("[resources.main]\n{endpoint}\n{limits}{more}")).unwrap();
    };
    write("");
    let arguments = ["serve", "--config", file.path().to_str().unwrap(), "--listen", "127.0.0.1:0"];
    let mut server = Server::start(&arguments, &[("KEY", "k"), ("NO_PROXY", "*")], "listens on").await;
    // Each core has its own connections to Azure, so the client makes all calls on one connection.
    let client = client().build().unwrap();
    assert_eq!(status_of(&client, &server).await, 200);
    write("[models.\"gpt-4.1\"]\n");
    server.signal("HUP").await;
    server.logged("the config was reloaded").await;
    assert!(models(&server).await.contains("gpt-4.1"));
    assert_eq!(status_of(&client, &server).await, 200);
    assert_eq!(status_of(&client, &server).await, 429, "the first call counts after the reload");
    assert_eq!(server.stop().await.code, Some(0));
    assert_eq!(upstream.connections(), 1);
    assert_eq!(upstream.finish().len(), 2);
}

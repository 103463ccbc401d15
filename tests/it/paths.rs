//! Every spelling of the paths, as the SDKs build them, and what is none.

use crate::support::{ANSWER, Proxy, Raw, Refused, Reply, Upstream, hello};

/// A request with a body over a socket, so that no client tidies up its path.
fn post(path: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "POST {path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    )
}

#[tokio::test]
async fn every_spelling_of_the_chat_path_is_a_chat_call() {
    // The paths with a deployment are those of openai-python 1.109 and 3.x, and openai-node 4 to 6, as recorded.
    let paths = [
        "/v1/chat/completions",
        "/v1/chat/completions/",
        "/v1/chat/completions?",
        "/chat/completions",
        "/openai/chat/completions",
        "/openai/v1/chat/completions",
        "/openai/v1/chat/completions/",
        "/openai/v1/chat/completions?api-version=preview",
        "/openai/deployments/gpt-4.1/chat/completions?api-version=2024-10-21",
        "/openai/deployments/gpt-4.1/chat/completions?api-version=2025-04-01-preview",
        "/openai/deployments/gpt-4.1/chat/completions/?api-version=2024-10-21",
        "/openai/deployments/gpt%2D4%2e1/chat/completions",
        "/openai/v1/deployments/gpt-4.1/chat/completions?api-version=preview",
        "http://localhost/v1/chat/completions",
    ];
    for path in paths {
        let upstream = Upstream::script([Reply::json(200, ANSWER)]).await;
        let proxy = Proxy::start(&upstream, "").await;
        let mut raw = Raw::connect(&proxy).await;
        raw.send(post(path, &hello("gpt-4.1"))).await;
        let answer = raw.answer().await;
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
        assert_eq!(answer.body, ANSWER, "{path}");
        let received = upstream.only();
        assert_eq!(received.line(), "POST /openai/v1/chat/completions HTTP/1.1", "{path}");
        assert_eq!(received.text(), hello("gpt-4.1"), "{path}");
    }
}

#[tokio::test]
async fn a_deployment_in_the_path_goes_before_the_body_model() {
    let replies = std::iter::repeat_with(|| Reply::json(200, ANSWER)).take(3);
    let upstream = Upstream::script(replies).await;
    let proxy = Proxy::start(&upstream, "[models.mine]\ndeployment = \"prod-1\"\nmodel = \"gpt-4.1\"").await;
    let path = "/openai/deployments/mine/chat/completions?api-version=2024-10-21";
    let rest = r#""messages":[{"role":"user","content":"Hi"}]"#;
    for body in
        [format!("{{\"model\":\"o1\",{rest}}}"), format!("{{\"model\":null,{rest}}}"), format!("{{{rest}}}")]
    {
        let answer = proxy.post(path, body, &[]).await;
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["x-azgate-deployment"], "prod-1");
        assert_eq!(answer.headers()["x-azgate-family"], "gpt-4.1");
    }
    for received in upstream.finish() {
        let sent: serde_json::Value = serde_json::from_str(received.text()).unwrap();
        assert_eq!(sent["model"], "prod-1", "{}", received.text());
    }
}

#[tokio::test]
async fn on_a_dated_surface_the_deployment_is_one_encoded_segment_and_the_version_the_configured_one() {
    for (written, sent) in [
        ("my%20gpt%2D4o%3Fx%23%26", "my%20gpt-4o%3Fx%23%26"),
        ("%C3%A9t%C3%A9%25", "%C3%A9t%C3%A9%25"),
        ("a+b", "a%2Bb"),
        ("...", "..."),
    ] {
        let upstream = Upstream::script([Reply::json(200, ANSWER)]).await;
        let proxy = Proxy::dated(&upstream, "2024-10-21", "").await;
        let mut raw = Raw::connect(&proxy).await;
        let path = format!("/openai/deployments/{written}/chat/completions?api-version=2023-05-15");
        raw.send(post(&path, &hello("ignored"))).await;
        let answer = raw.answer().await;
        assert_eq!(answer.status, 200, "{answer:?}");
        let line =
            format!("POST /openai/deployments/{sent}/chat/completions?api-version=2024-10-21 HTTP/1.1");
        assert_eq!(upstream.only().line(), line);
    }
}

#[tokio::test]
async fn a_name_that_could_leave_its_segment_is_an_unknown_path() {
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::dated(&upstream, "2024-10-21", "").await;
    let long = "x".repeat(257);
    let names = [
        "..",
        ".",
        "%2e%2e",
        "%2E%2e",
        ".%2e",
        "%2e",
        "a/b",
        "a%2Fb",
        "a%2fb",
        "..%2f..%2fx",
        "a%5Cb",
        "a\\b",
        "%00",
        "a%0d%0ax-injected:%201",
        "%7f",
        "%ff",
        "%c0%ae%c0%ae",
        "",
        &long,
        // As openai-python 1.x and 3.x spell the deployment `gpt 4o/x`.
        "gpt%204o/x",
        "gpt%204o%2Fx",
    ];
    let patterns = ["/openai/deployments/{}/chat/completions", "/openai/v1/deployments/{}/chat/completions"];
    for (name, pattern) in names.iter().flat_map(|name| patterns.map(|pattern| (name, pattern))) {
        let mut raw = Raw::connect(&proxy).await;
        raw.send(post(&pattern.replace("{}", name), &hello("gpt-4.1"))).await;
        let refused = raw.answer().await.refused();
        assert_eq!(refused.summary(), (404, "invalid_request_error", "unknown_url", None), "{name}");
    }
    for name in ["..", "%2e%2e", "a%2Fb", "%00", "%ff", &long] {
        let mut raw = Raw::connect(&proxy).await;
        raw.send(format!("GET /v1/models/{name} HTTP/1.1\r\nhost: localhost\r\n\r\n")).await;
        assert_eq!(raw.answer().await.status, 404, "{name}");
    }
    upstream.finish();
}

#[tokio::test]
async fn who_asks_for_another_api_is_told_what_there_is() {
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, "").await;
    for path in ["/v1/completions", "/openai/v1/images/generations", "/v1/responses/input_tokens"] {
        let mut raw = Raw::connect(&proxy).await;
        raw.send(post(path, &hello("gpt-4.1"))).await;
        let refused = raw.answer().await.refused();
        assert_eq!(refused.summary(), (404, "invalid_request_error", "unknown_url", None), "{path}");
        assert!(refused.message.contains("set the client to one of these"), "{path}: {}", refused.message);
        assert!(refused.message.contains(&format!("the path `{path}`")), "{}", refused.message);
    }
    upstream.finish();
}

#[tokio::test]
async fn a_misspelt_path_is_told_the_right_one() {
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, "").await;
    for (path, meant) in [
        ("/v1/chat/completion", "/v1/chat/completions"),
        ("/v1/v1/chat/completions?x=secret", "/v1/chat/completions"),
        ("/openai/deployments/o1/chat/complete", "/openai/deployments/o1/chat/completions"),
    ] {
        let mut raw = Raw::connect(&proxy).await;
        raw.send(post(path, &hello("gpt-4.1"))).await;
        let refused = raw.answer().await.refused();
        assert_eq!(refused.summary(), (404, "invalid_request_error", "unknown_url", None), "{path}");
        assert!(refused.message.contains(&format!("Did you mean `{meant}`?")), "{}", refused.message);
        assert!(!refused.message.contains("secret"), "{}", refused.message);
    }
    let mut raw = Raw::connect(&proxy).await;
    raw.send(post(&format!("/{}", "x".repeat(5000)), &hello("gpt-4.1"))).await;
    let refused = raw.answer().await.refused();
    assert!(refused.message.len() < 500, "{}", refused.message);
    upstream.finish();
}

#[tokio::test]
async fn what_is_no_path_of_ours_is_404_in_openais_shape() {
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, "").await;
    for path in [
        "/",
        "//v1/chat/completions",
        "/v1//chat/completions",
        "/v1/chat/completions//",
        "/v1/chat",
        "/v1/chat/completions/x",
        "/V1/chat/completions",
        "/v1/./chat/completions",
        "/x/../v1/chat/completions",
        "/v1/chat%2Fcompletions",
        "/openai/deployments/gpt-4.1",
        "/healthz",
    ] {
        let mut raw = Raw::connect(&proxy).await;
        raw.send(post(path, &hello("gpt-4.1"))).await;
        let answer = raw.answer().await;
        let refused = answer.refused();
        let expected = if path == "/openai/deployments/gpt-4.1" { 405 } else { 404 };
        assert_eq!(refused.status, expected, "{path}");
        assert_eq!(answer.header("x-azgate-edits"), Some("none"), "{path}");
        assert_eq!(answer.header("x-azgate-family"), Some("none"), "{path}");
        assert_eq!(answer.header("x-azgate-deployment"), Some("none"), "{path}");
    }
    upstream.finish();
}

#[tokio::test]
async fn another_method_is_405_and_says_which_it_takes() {
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, "").await;
    for (method, path, allowed) in [
        ("GET", "/v1/chat/completions", "POST"),
        ("PUT", "/v1/chat/completions/", "POST"),
        ("OPTIONS", "/openai/v1/chat/completions", "POST"),
        ("DELETE", "/openai/deployments/o1/chat/completions?api-version=2024-10-21", "POST"),
        ("BREW", "/v1/chat/completions", "POST"),
        ("POST", "/v1/models", "GET, HEAD"),
        ("DELETE", "/openai/v1/models/o1", "GET, HEAD"),
    ] {
        let mut raw = Raw::connect(&proxy).await;
        raw.send(format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\n\r\n")).await;
        let answer = raw.answer().await;
        let told = answer.refused();
        assert_eq!(
            told.summary(),
            (405, "invalid_request_error", "method_not_allowed", None),
            "{method} {path}"
        );
        assert_eq!(answer.header("allow"), Some(allowed), "{method} {path}");
    }
    upstream.finish();
}

#[tokio::test]
async fn a_websocket_where_calls_are_posted_is_426_so_that_its_client_falls_back_to_http() {
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let upgrade = "connection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n";
    for (method, path, more, status) in [
        ("GET", "/v1/responses", upgrade, 426),
        ("GET", "/responses/", upgrade, 426),
        (
            "GET",
            "/openai/v1/responses?api-version=preview",
            "connection: upgrade\r\nUpgrade: h2c, WebSocket\r\n",
            426,
        ),
        ("GET", "/openai/responses", upgrade, 426),
        ("GET", "/openai/deployments/o1/responses", upgrade, 426),
        ("GET", "/v1/chat/completions", upgrade, 426),
        ("GET", "/v1/responses", "connection: upgrade\r\nupgrade: h2c\r\n", 405),
        ("GET", "/v1/responses", "", 405),
        ("PUT", "/v1/responses", upgrade, 405),
        ("GET", "/v1/models", upgrade, 200),
        ("GET", "/v1/unknown", upgrade, 404),
    ] {
        let mut raw = Raw::connect(&proxy).await;
        raw.send(format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\n{more}\r\n")).await;
        let answer = raw.answer().await;
        assert_eq!(answer.status, status, "{method} {path} {more}");
        if status == 426 {
            let refused = answer.refused();
            let expected = (426, "invalid_request_error", "websocket_not_supported", None);
            assert_eq!(refused.summary(), expected, "{path}");
            assert_eq!((answer.header("upgrade"), answer.header("allow")), (Some("HTTP/1.1"), Some("POST")));
        }
    }
    upstream.finish();
}

#[tokio::test]
async fn head_is_get_without_a_body() {
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let mut raw = Raw::connect(&proxy).await;
    raw.send("HEAD /v1/models HTTP/1.1\r\nhost: localhost\r\n\r\n").await;
    let head = raw.until("\r\n\r\n").await;
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    raw.send("HEAD /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n").await;
    let rest = raw.rest().await;
    assert!(rest.starts_with("HTTP/1.1 405 ") && rest.ends_with("\r\n\r\n"), "{rest}");
    upstream.finish();
}

#[tokio::test]
async fn names_in_a_body_that_no_deployment_has_are_refused_and_not_repeated_at_length() {
    let upstream = Upstream::script([]).await;
    let proxies = [
        Proxy::start(&upstream, "").await,
        Proxy::start(&upstream, "[models.gpt-5]\n[models.o1]").await,
        Proxy::dated(&upstream, "2024-10-21", "").await,
    ];
    for proxy in &proxies {
        for name in ["", "a\\r\\nx-injected: 1", "\\u0000", "a\\u007f", &"x".repeat(1_000_000)] {
            let refused = Refused::of(proxy.chat(hello(name)).await).await;
            let expected = (400, "invalid_request_error", "invalid_value", Some("model"));
            assert_eq!(refused.summary(), expected, "{refused:?}");
            assert!(refused.message.len() < 300, "{} bytes", refused.message.len());
        }
        for name in [".", "..", "a/b", "../../x", "a\\\\b"] {
            let refused = Refused::of(proxy.chat(hello(name)).await).await;
            let expected = (404, "invalid_request_error", "model_not_found", Some("model"));
            assert_eq!(refused.summary(), expected, "{refused:?}");
        }
    }
    upstream.finish();
}

#[tokio::test]
async fn a_listed_model_may_have_a_slash_and_its_deployment_a_name_that_no_header_can_carry() {
    let upstream = Upstream::script([Reply::json(200, ANSWER)]).await;
    let model = "[models.\"azure/gpt\"]\ndeployment = \"gpté 1\"\nmodel = \"gpt-4.1\"";
    let proxy = Proxy::start(&upstream, model).await;
    let answer = proxy.chat(hello("azure/gpt")).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["x-azgate-deployment"], "gpt%C3%A9 1");
    assert!(upstream.only().text().starts_with(r#"{"model":"gpté 1""#));
}

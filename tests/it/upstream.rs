//! Requests to Azure and its answers: which headers pass, where a call is sent, and how failures reach the client.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Value, json};
use tokio::{net::TcpListener, sync::Notify};

use crate::support::{
    ANSWER, AZURE_KEY, Authority, Logs, Proxy, Reply, Upstream,
    command::{self, Server},
    hello, post,
};

const JSON: (&str, &str) = ("content-type", "application/json");

/// A chat call of AzureOpenAI for Python 1.109.1, with headers that proxies and browsers add.
const SDK: &[(&str, &str)] = &[
    ("accept-encoding", "gzip, deflate"),
    ("accept", "application/json"),
    ("user-agent", "AzureOpenAI/Python 1.109.1"),
    ("x-stainless-lang", "python"),
    ("x-stainless-package-version", "1.109.1"),
    ("x-stainless-os", "Linux"),
    ("x-stainless-arch", "x64"),
    ("x-stainless-runtime", "CPython"),
    ("x-stainless-runtime-version", "3.11.7"),
    ("authorization", "Bearer CLIENT"),
    ("x-stainless-async", "false"),
    ("api-key", "CLIENT"),
    ("x-stainless-retry-count", "0"),
    ("x-stainless-read-timeout", "600"),
    ("openai-organization", "org1"),
    ("openai-project", "proj1"),
    ("cookie", "a=b"),
    ("forwarded", "for=10.0.0.1"),
    ("x-forwarded-for", "10.0.0.1"),
    ("x-forwarded-host", "gateway.example"),
    ("x-real-ip", "10.0.0.1"),
    ("via", "1.1 edge"),
    ("traceparent", "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"),
    ("x-request-id", "r-1"),
    ("x-azgate-lossy", "allow"),
    ("sec-fetch-mode", "cors"),
    ("accept-language", "*"),
    ("x-ms-client-request-id", "c-1"),
];

fn error(text: &str) -> Value {
    let body: Value = serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert!(body["error"]["message"].is_string(), "{body}");
    body["error"].clone()
}

#[tokio::test]
async fn only_the_listed_headers_of_an_sdk_are_sent_to_azure() {
    let upstream = Upstream::script([Reply::json(200, ANSWER)]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let path = "/openai/deployments/gpt-4.1/chat/completions?api-version=2024-10-21";
    let body = hello("gpt-4.1");
    assert_eq!(proxy.post(path, body.clone(), SDK).await.status(), 200);
    let address = upstream.address;
    let received = upstream.only();
    let mut lines: Vec<&str> = received.head.trim_end().lines().collect();
    lines[1..].sort_unstable();
    let expected = [
        "POST /openai/v1/chat/completions HTTP/1.1",
        "accept-encoding: identity",
        "accept: application/json",
        &format!("api-key: {AZURE_KEY}"),
        &format!("content-length: {}", body.len()),
        "content-type: application/json",
        &format!("host: {address}"),
        "user-agent: AzureOpenAI/Python 1.109.1",
        "x-ms-client-request-id: c-1",
    ];
    assert_eq!(lines, expected);
    assert!(!received.head.contains("CLIENT"));
}

#[tokio::test]
async fn only_the_listed_headers_of_azure_reach_the_client() {
    let passing = [
        ("retry-after", "2"),
        ("retry-after-ms", "1500"),
        ("x-ratelimit-limit-requests", "10"),
        ("x-ratelimit-remaining-tokens", "99"),
        ("x-ratelimit-reset-tokens", "17"),
        ("apim-request-id", "a-1"),
        ("x-ms-region", "East US 2"),
        ("x-ms-deployment-name", "d"),
        ("azureml-model-session", "s"),
    ];
    let stopped = [
        ("set-cookie", "a=b"),
        ("server", "istio-envoy"),
        ("strict-transport-security", "max-age=1"),
        ("x-envoy-upstream-service-time", "3"),
        ("api-key", AZURE_KEY),
        ("x-azgate-edits", "forged"),
        ("x-azgate-warning", "forged"),
    ];
    let all = [&[JSON][..], &passing, &stopped].concat();
    for status in [200, 429] {
        let upstream = Upstream::script([Reply::with(status, &all, ANSWER)]).await;
        let proxy = Proxy::start(&upstream, "").await;
        let answer = proxy.chat(hello("gpt-4.1")).await;
        for (name, value) in passing {
            assert_eq!(answer.headers()[name], value);
        }
        for (name, value) in stopped {
            assert!(answer.headers().get(name).is_none_or(|found| found != value), "{name}");
        }
        assert_eq!(answer.headers()["x-request-id"], "a-1");
    }
}

#[tokio::test]
async fn failures_of_azgates_own_credential_are_hidden_from_the_client() {
    for (status, body, code, expected) in [
        (
            401,
            r#"{"error":{"code":"401","message":"Access denied due to invalid subscription key 'azure-secret-key'."}}"#,
            "upstream_authentication",
            "Access denied due to invalid subscription key '[the key]'.",
        ),
        (
            401,
            r#"{"statusCode":401,"message":"Unauthorized. azure-secret-key"}"#,
            "upstream_authentication",
            "`api_key`",
        ),
        (
            403,
            r#"{"error":{"code":"403","message":"Access denied due to Virtual Network/Firewall rules."}}"#,
            "upstream_network_rules",
            "Access denied due to Virtual Network/Firewall rules.",
        ),
        (
            403,
            r#"{"error":{"code":"AuthenticationTypeDisabled","message":"Key based authentication is disabled for this resource."}}"#,
            "upstream_key_authentication_disabled",
            "`disableLocalAuth`",
        ),
        (
            401,
            r#"{"error":{"code":"PermissionDenied","message":"The principal `377025c5-0931-437c-bffe-0b4ee77d31bb` lacks the required data action `Microsoft.CognitiveServices/accounts/OpenAI/deployments/chat/completions/action` to perform `POST /openai/deployments/{deployment-id}/chat/completions` operation."}}"#,
            "upstream_missing_role",
            "Cognitive Services OpenAI User",
        ),
        (403, "<html>azure-secret-key</html>", "upstream_authentication", "<html>[the key]</html>"),
    ] {
        let log = Logs::listen();
        let headers = [JSON, ("www-authenticate", "Bearer"), ("apim-request-id", "a-7")];
        let upstream = Upstream::script([Reply::with(status, &headers, body)]).await;
        let proxy = Proxy::start(&upstream, "").await;
        let answer = proxy.chat(hello("gpt-4.1")).await;
        assert_eq!(answer.status(), 502);
        assert_eq!(answer.headers()["x-should-retry"], "false");
        assert!(answer.headers().get("www-authenticate").is_none());
        let text = answer.text().await.unwrap();
        assert_eq!(error(&text)["code"], code);
        assert_eq!(error(&text)["type"], "server_error");
        assert!(!text.contains(AZURE_KEY) && !text.contains(&upstream.address.to_string()), "{text}");
        let message = error(&text)["message"].as_str().unwrap().to_owned();
        assert!(message.contains("The resource `main`") && message.contains(expected), "{message}");
        let logged = log.text();
        assert!(!logged.contains(AZURE_KEY) && !logged.contains("Firewall rules of"), "{logged}");
        assert!(logged.contains("ERROR") && logged.contains("\"resource\":\"main\""), "{logged}");
        assert!(logged.contains("a-7"), "{logged}");
    }
}

#[tokio::test]
async fn azures_errors_pass_byte_for_byte_in_every_format_that_clients_understand() {
    for (status, body) in [
        (
            400,
            r#"{"error":{"message":"Unsupported parameter: 'x' is not supported with this model.","type":"invalid_request_error","param":"x","code":"unsupported_parameter","callstack":"s"}}"#,
        ),
        (
            404,
            r#"{"error":{"code":"DeploymentNotFound","message":"The API deployment for this resource does not exist.","type":null,"param":null}}"#,
        ),
        (
            400,
            r#"{"error":{"requestid":"r","code":400,"message":"Validation error at #/logprobs","type":"x","param":""}}"#,
        ),
        (
            400,
            r#"{"error":{"message":"filtered","type":null,"param":"prompt","code":"content_filter","status":400,"innererror":{"code":"ResponsibleAIPolicyViolation","content_filter_result":{"hate":{"filtered":true,"severity":"high"}}}}}"#,
        ),
        (
            400,
            r#"{"error":{"message":"filtered","code":"content_filter","type":"x","param":null},"innererror":{"code":"ResponsibleAIPolicyViolation"}}"#,
        ),
        (
            409,
            " {\"error\" : {\"code\":\"x\",\"message\":\"y\",\"param\":null,\"type\":\"error\",\"inner_error\":{}} }\n",
        ),
    ] {
        let upstream = Upstream::script([Reply::json(status, body)]).await;
        let proxy = Proxy::start(&upstream, "").await;
        let answer = proxy.chat(hello("gpt-4.1")).await;
        assert_eq!(answer.status().as_u16(), status);
        assert_eq!(answer.headers()["content-type"], "application/json");
        assert_eq!(answer.text().await.unwrap(), body);
    }
}

#[tokio::test]
async fn an_error_of_azures_front_door_gets_the_members_that_openais_errors_have() {
    for (status, code, kind, param) in [
        (404, "DeploymentNotFound", "invalid_request_error", Some("model")),
        (429, "429", "rate_limit_error", None),
        (500, "BackendNotSet", "server_error", None),
    ] {
        let body = format!(r#"{{"error":{{"code":"{code}","message":"Try again in 2 seconds."}}}}"#);
        let upstream = Upstream::script([Reply::json(status, &body)]).await;
        let proxy = Proxy::start(&upstream, "").await;
        let answer = proxy.chat(hello("gpt-4.1")).await;
        let waits = answer.headers().get("retry-after").map(|wait| wait.to_str().unwrap().to_owned());
        assert_eq!(waits.as_deref(), (status == 429).then_some("2"));
        let refused = crate::support::Refused::of(answer).await;
        assert_eq!(refused.summary(), (status, kind, code, param));
    }
}

#[tokio::test]
async fn an_error_that_clients_would_not_understand_gets_the_missing_members() {
    let json = r#"{"statusCode":429,"message":"Rate limit is exceeded. Try again in 7 seconds."}"#;
    let page = "<html><h1>502 \"Bad\" Gateway</h1></html>";
    for (status, kind, body, code, message) in [
        (429, "application/json", json, "429", "Rate limit is exceeded. Try again in 7 seconds."),
        (
            502,
            "text/html",
            page,
            "502",
            "Azure answered 502 Bad Gateway without JSON: <html><h1>502 \"Bad\" Gateway</h1></html>",
        ),
        (
            431,
            "text/plain",
            "Too many headers",
            "431",
            "Azure answered 431 Request Header Fields Too Large without JSON: Too many headers",
        ),
        (503, "text/plain", "", "503", "Azure answered 503 Service Unavailable"),
        (500, "application/json", "[1]", "500", "Azure answered 500 Internal Server Error without JSON: [1]"),
    ] {
        let upstream = Upstream::script([Reply::with(status, &[("content-type", kind)], body)]).await;
        let proxy = Proxy::start(&upstream, "").await;
        let answer = proxy.chat(hello("gpt-4.1")).await;
        assert_eq!(answer.status().as_u16(), status);
        assert_eq!(answer.headers()["content-type"], "application/json");
        let text = answer.text().await.unwrap();
        let error = error(&text);
        assert_eq!((&error["message"], &error["code"]), (&json!(message), &json!(code)));
        assert!(error["type"].is_string() && error.get("param").is_some());
        assert!(!body.starts_with('{') || text.starts_with(body.trim_end_matches('}')), "{text}");
    }
}

#[tokio::test]
async fn an_errors_status_survives_a_body_that_cannot_be_read() {
    let cut = "HTTP/1.1 429 Busy\r\ncontent-type: application/json\r\nretry-after-ms: 20\r\ncontent-length: 100\r\n\r\n{\"err";
    let zipped = [JSON, ("content-encoding", "gzip"), ("retry-after-ms", "20")];
    for reply in [Reply::default().bytes(cut).close(), Reply::with(429, &zipped, "\u{1f}zip")] {
        let upstream = Upstream::script([reply]).await;
        let proxy = Proxy::start(&upstream, "").await;
        let answer = proxy.chat(hello("gpt-4.1")).await;
        assert_eq!(answer.status(), 429);
        assert_eq!(answer.headers()["retry-after-ms"], "20");
        assert_eq!(error(&answer.text().await.unwrap())["type"], "rate_limit_error");
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_a_502() {
    let cut =
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 900\r\n\r\n{\"choices\":[";
    let upstream = Upstream::script([Reply::default().bytes(cut).close()]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let answer = proxy.chat(hello("gpt-4.1")).await;
    assert_eq!(answer.status(), 502);
    assert_eq!(error(&answer.text().await.unwrap())["code"], "upstream_interrupted");
}

#[tokio::test]
async fn an_answer_that_azgate_cannot_pass_on_is_a_502() {
    let zipped = Reply::with(200, &[JSON, ("content-encoding", "gzip")], "\u{1f}zip");
    let moved = Reply::with(302, &[("location", "https://login.example/")], "<html>");
    for (reply, code) in [(zipped, "upstream_compressed"), (moved, "upstream_redirect")] {
        let upstream = Upstream::script([reply]).await;
        let proxy = Proxy::start(&upstream, "").await;
        let answer = proxy.chat(hello("gpt-4.1")).await;
        assert_eq!(answer.status(), 502);
        assert_eq!(answer.headers()["x-azgate-family"], "gpt-4.1");
        assert_eq!(error(&answer.text().await.unwrap())["code"], code);
    }
}

#[tokio::test]
async fn an_unreachable_upstream_is_a_502_that_names_the_phase() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let proxy = Proxy::with_endpoint(&format!("http://{closed}"), "", "").await;
    let answer = proxy.chat(hello("gpt-4.1")).await;
    assert_eq!(answer.status(), 502);
    let error = error(&answer.text().await.unwrap());
    assert_eq!(error["code"], "upstream_unreachable");
    let message = error["message"].as_str().unwrap();
    assert!(message.ends_with("connecting to the resource `main` failed: connection refused"), "{message}");
    assert!(!message.contains(&closed.port().to_string()), "the client reads no address: {message}");
}

#[tokio::test]
async fn a_connection_time_out_is_a_504_that_names_the_phase() {
    let silent = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = silent.local_addr().unwrap();
    let proxy = Proxy::with_endpoint(&format!("https://{address}"), "connect_timeout_seconds = 1", "").await;
    let answer = proxy.chat(hello("gpt-4.1")).await;
    assert_eq!(answer.status(), 504);
    let error = error(&answer.text().await.unwrap());
    assert_eq!(error["code"], "upstream_timeout");
    let message = error["message"].as_str().unwrap();
    assert!(message.ends_with("the TLS handshake with the resource `main` timed out after 1s"), "{message}");
}

#[tokio::test]
async fn a_failed_call_is_resent_once_on_a_stale_connection_and_never_on_a_new_one() {
    let died = Reply::default().close();
    let upstream = Upstream::script([Reply::json(200, ANSWER), died.clone(), Reply::json(200, ANSWER)]).await;
    let proxy = Proxy::start(&upstream, "").await;
    for _ in 0..2 {
        assert_eq!(proxy.chat(hello("gpt-4.1")).await.text().await.unwrap(), ANSWER);
    }
    let connections: Vec<usize> = upstream.finish().iter().map(|received| received.connection).collect();
    assert_eq!(connections, [0, 0, 1]);

    let upstream = Upstream::script([died]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let answer = proxy.chat(hello("gpt-4.1")).await;
    assert_eq!(answer.status(), 502);
    let error = error(&answer.text().await.unwrap());
    assert_eq!(error["code"], "upstream_interrupted");
    assert!(error["message"].as_str().unwrap().contains("waiting for the answer"), "{error}");
    assert!(proxy.gateway.registry.metrics.text().contains("azgate_resent_total 0\n"));
    assert_eq!(upstream.connections(), 1);
    assert_eq!(upstream.finish().len(), 1);
}

#[tokio::test]
async fn sequential_calls_share_a_connection_and_concurrent_calls_do_not() {
    let go = Arc::new(Notify::new());
    let slow = Reply::default()
        .wait(&go)
        .bytes(format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{ANSWER}", ANSWER.len()));
    let upstream = Upstream::script([Reply::json(200, ANSWER), slow, Reply::json(200, ANSWER)]).await;
    let proxy = Proxy::start(&upstream, "").await;
    proxy.chat(hello("gpt-4.1")).await.text().await.unwrap();
    upstream.arrived.notified().await;
    let second = async {
        upstream.arrived.notified().await;
        let answer = proxy.chat(hello("gpt-4.1")).await;
        go.notify_one();
        answer
    };
    let (first, second) = tokio::join!(proxy.chat(hello("gpt-4.1")), second);
    assert_eq!((first.status().as_u16(), second.status().as_u16()), (200, 200));
    assert_eq!(upstream.connections(), 2);
}

#[tokio::test]
async fn the_dated_surface_has_the_deployment_in_the_path_and_its_version_is_raised_but_never_lowered() {
    for (configured, model, sent) in [
        ("2024-10-21", "gpt-5", "2024-12-01-preview"),
        ("2024-06-01", "o1", "2024-12-01-preview"),
        ("2025-04-01-preview", "o1", "2025-04-01-preview"),
        ("2024-10-21", "gpt-4o", "2024-10-21"),
    ] {
        let upstream = Upstream::script([Reply::json(200, ANSWER)]).await;
        let more = format!("[models.mine]\ndeployment = \"my dep\"\nmodel = \"{model}\"");
        let proxy = Proxy::dated(&upstream, configured, &more).await;
        // The caller's api-version comes from its SDK, not from the resource.
        let path = "/openai/deployments/mine/chat/completions?api-version=2023-05-15";
        let answer = proxy.post(path, hello("mine"), &[]).await;
        let edits = answer.headers()["x-azgate-edits"].to_str().unwrap().to_owned();
        assert_eq!(edits.contains("raise.api_version"), sent != configured, "{model}: {edits}");
        let line = upstream.only().line().to_owned();
        let expected =
            format!("POST /openai/deployments/my%20dep/chat/completions?api-version={sent} HTTP/1.1");
        assert_eq!(line, expected, "{model} at {configured}");
    }
}

#[tokio::test]
async fn on_v1_the_deployment_is_in_the_body_and_there_is_no_version() {
    let upstream = Upstream::script([Reply::json(200, ANSWER)]).await;
    let proxy = Proxy::start(&upstream, "[models.mine]\ndeployment = \"my dep\"\nmodel = \"o1\"").await;
    let path = "/openai/deployments/mine/chat/completions?api-version=2023-05-15";
    proxy.post(path, r#"{"messages":[]}"#, &[]).await;
    let received = upstream.only();
    assert_eq!(received.line(), "POST /openai/v1/chat/completions HTTP/1.1");
    let sent: Value = serde_json::from_str(received.text()).unwrap();
    assert_eq!(sent["model"], "my dep");
}

#[tokio::test]
async fn http_2_uses_one_connection_for_calls_and_streams() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", listener.local_addr().unwrap());
    let server = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let mut connection = h2::server::handshake(stream).await.unwrap();
        let mut received = Vec::new();
        for (kind, body) in
            [("application/json", ANSWER), ("text/event-stream", "data: 1\n\ndata: [DONE]\n\n")]
        {
            let (request, mut respond) = connection.accept().await.unwrap().unwrap();
            received.push(request.into_parts().0);
            let head = http::Response::builder().header("content-type", kind).body(()).unwrap();
            let mut stream = respond.send_response(head, false).unwrap();
            stream.send_data(Bytes::from(body), true).unwrap();
        }
        while connection.accept().await.is_some() {}
        received
    });
    let proxy = Proxy::with_endpoint(&endpoint, "http2 = true", "").await;
    assert_eq!(proxy.chat(hello("gpt-4.1")).await.text().await.unwrap(), ANSWER);
    let body = hello("gpt-4.1").replace("]}", "],\"stream\":true}");
    assert_eq!(proxy.chat(body).await.text().await.unwrap(), "data: 1\n\ndata: [DONE]\n\n");
    drop(proxy);
    for head in server.await.unwrap() {
        assert_eq!(head.version, http::Version::HTTP_2);
        assert_eq!(head.uri.path(), "/openai/v1/chat/completions");
        assert_eq!(head.headers["api-key"], AZURE_KEY);
        assert!(!head.headers.contains_key("connection"));
    }
}

#[tokio::test]
async fn a_private_authority_is_trusted_only_where_its_file_is_configured() {
    let authority = Authority::vouching_for("127.0.0.1", &[]);
    let upstream = Upstream::secure([Reply::json(200, ANSWER)], &authority.acceptor).await;
    let endpoint = format!("https://{}", upstream.address);
    let strange = Proxy::with_endpoint(&endpoint, "", "").await;
    let answer = strange.chat(hello("gpt-4.1")).await;
    assert_eq!(answer.status(), 502);
    let error = error(&answer.text().await.unwrap());
    assert!(error["message"].as_str().unwrap().contains("the TLS handshake with"), "{error}");

    let trusting = Proxy::with_endpoint(&endpoint, &authority.setting(), "").await;
    assert_eq!(trusting.chat(hello("gpt-4.1")).await.text().await.unwrap(), ANSWER);
    assert_eq!(upstream.only().header("api-key"), Some(AZURE_KEY));
}

/// Starts the built command with a config and these environment variables.
async fn behind(config: &str, variables: &[(&str, &str)]) -> Server {
    let (_directory, config) = command::file(config);
    let environment = [variables, &[("AZGATE_ADMIN__LISTEN", "127.0.0.1:0")]].concat();
    Server::start(&["--listen", "127.0.0.1:0", "--config", &config], &environment, "azgate listens on").await
}

fn behind_a_proxy(endpoint: &str, more: &str) -> String {
    format!("[resources.main]\nendpoint = \"{endpoint}\"\napi_key = {{ env = \"TEST_AZURE_KEY\" }}\n{more}")
}

#[tokio::test]
async fn http_proxy_is_used_with_its_password() {
    let upstream = Upstream::script([Reply::json(200, ANSWER)]).await;
    let proxy = format!("http://me:secret@{}", upstream.address);
    let variables = [("HTTP_PROXY", &*proxy), ("TEST_AZURE_KEY", AZURE_KEY)];
    let azgate = behind(&behind_a_proxy("http://azure.test", ""), &variables).await;
    let answer = post(&format!("{}/v1/chat/completions", azgate.url), hello("gpt-4.1")).await;
    assert_eq!(answer.text().await.unwrap(), ANSWER);
    let received = upstream.only();
    assert_eq!(received.line(), "POST http://azure.test/openai/v1/chat/completions HTTP/1.1");
    assert_eq!(received.header("host"), Some("azure.test"));
    assert_eq!(received.header("proxy-authorization"), Some("Basic bWU6c2VjcmV0"));
    assert_eq!(received.header("api-key"), Some(AZURE_KEY));
}

#[tokio::test]
async fn https_proxy_is_used_with_a_tunnel_and_no_proxy_is_respected() {
    let authority = Authority::vouching_for("azure.test", &[]);
    let tunnel =
        Reply::default().bytes("HTTP/1.1 200 Connection established\r\n\r\n").tls(&authority.acceptor);
    let upstream = Upstream::script([tunnel, Reply::json(200, ANSWER)]).await;
    let proxy = format!("http://{}", upstream.address);
    let variables = [("HTTPS_PROXY", &*proxy), ("NO_PROXY", "inside.test"), ("TEST_AZURE_KEY", AZURE_KEY)];
    let inside = "[resources.inside]\nendpoint = \"https://inside.test\"\napi_key = { env = \"TEST_AZURE_KEY\" }\n\
                  [models.\"gpt-4.1\"]\nresource = \"main\"\n[models.\"gpt-4o\"]\nresource = \"inside\"";
    let config = behind_a_proxy("https://azure.test", &format!("{}\n{inside}", authority.setting()));
    let azgate = behind(&config, &variables).await;
    let url = format!("{}/v1/chat/completions", azgate.url);
    assert_eq!(post(&url, hello("gpt-4.1")).await.text().await.unwrap(), ANSWER);
    let direct = post(&url, hello("gpt-4o")).await;
    assert_eq!(direct.status(), 502);
    let error = error(&direct.text().await.unwrap());
    assert!(
        error["message"].as_str().unwrap().contains("looking up the host of the resource `inside` failed"),
        "{error}"
    );
    let received = upstream.finish();
    assert_eq!(received[0].line(), "CONNECT azure.test:443 HTTP/1.1");
    assert_eq!(received[0].header("api-key"), None);
    assert_eq!(received[1].line(), "POST /openai/v1/chat/completions HTTP/1.1");
}

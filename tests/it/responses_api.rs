//! The Responses API: its paths and surfaces, and the responses that Azure stores.

use serde_json::{Value, json};

use crate::support::{AZURE_KEY, Logs, Proxy, Raw, Reply, Upstream, raw::Answer, upstream::Received};

/// A response as Azure sends it.
pub(crate) const RESPONSE: &str = r#"{"id":"resp_1","object":"response","created_at":1741476542.0,"status":"completed","model":"gpt-4.1-2025-04-14","output":[{"type":"message","id":"msg_1","status":"completed","role":"assistant","content":[{"type":"output_text","text":"Hello.","annotations":[]}]}],"store":true,"usage":{"input_tokens":8,"output_tokens":3,"total_tokens":11},"x-new":1.0}"#;

const MISSING: &str = r#"{"error":{"message":"Response with id 'resp_1' not found.","type":"invalid_request_error","param":null,"code":null}}"#;

const STREAM: &str = "event: response.created\ndata: {\"type\":\"response.created\",\"sequence_number\":0,\"response\":{\"id\":\"resp_1\",\"model\":\"gpt-4.1-2025-04-14\",\"status\":\"in_progress\"}}\n\nevent: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"sequence_number\":1,\"delta\":\"Hi\"}\n\n: a comment\n\nevent: response.completed\ndata: {\"type\":\"response.completed\",\"sequence_number\":2,\"response\":{\"id\":\"resp_1\",\"status\":\"completed\",\"usage\":{\"input_tokens\":8,\"output_tokens\":3,\"total_tokens\":11}}}\n\n";

/// Returns a Responses call to a model.
pub(crate) fn asked(model: &str) -> String {
    format!(r#"{{"model":"{model}","input":"Hi","x":1.0}}"#)
}

/// Sends a request over a raw connection, because a client library would normalize it.
pub(crate) async fn ask(proxy: &Proxy, method: &str, path: &str, headers: &str, body: &str) -> Answer {
    let mut raw = Raw::connect(proxy).await;
    let length = if body.is_empty() { String::new() } else { format!("content-length: {}\r\n", body.len()) };
    raw.send(format!("{method} {path} HTTP/1.1\r\nhost: localhost\r\n{headers}{length}\r\n{body}")).await;
    raw.answer().await
}

/// Returns the config of a second resource.
fn resource(name: &str, upstream: &Upstream, more: &str) -> String {
    let address = upstream.address;
    format!(
        "[resources.{name}]\nendpoint = \"http://{address}/{name}\"\napi_key = {{ env = \"TEST_AZURE_KEY\" }}\n{more}\n\
         [routing]\ndefault_resource = \"main\"\n"
    )
}

#[tokio::test]
async fn a_response_is_created_on_every_variant_of_the_path() {
    for path in [
        "/v1/responses",
        "/v1/responses/",
        "/responses",
        "/openai/v1/responses",
        "/openai/v1/responses?api-version=preview",
        "/openai/responses?api-version=2025-04-01-preview",
        // The path that openai-java sends.
        "/openai/deployments/gpt-4.1/responses?api-version=2025-04-01-preview",
        "/openai/v1/deployments/gpt-4.1/responses",
    ] {
        let upstream = Upstream::script([Reply::json(200, RESPONSE)]).await;
        let proxy = Proxy::start(&upstream, "").await;
        let answer = ask(&proxy, "POST", path, "", &asked("gpt-4.1")).await;
        assert_eq!((answer.status, answer.body.as_str()), (200, RESPONSE), "{path}");
        assert_eq!(answer.header("x-azgate-deployment"), Some("gpt-4.1"), "{path}");
        let received = upstream.only();
        assert_eq!(received.line(), "POST /openai/v1/responses HTTP/1.1", "{path}");
        assert_eq!(received.text(), asked("gpt-4.1"), "{path}");
        assert_eq!(received.header("api-key"), Some(AZURE_KEY), "{path}");
    }
}

#[tokio::test]
async fn the_deployment_is_in_the_body_on_every_surface() {
    let mine = "[models.mine]\ndeployment = \"prod-1\"\nmodel = \"gpt-4.1\"";
    for (surface, line) in [
        ("v1", "POST /openai/v1/responses HTTP/1.1"),
        ("2025-04-01-preview", "POST /openai/responses?api-version=2025-04-01-preview HTTP/1.1"),
    ] {
        let upstream = Upstream::script((0..2).map(|_| Reply::json(200, RESPONSE))).await;
        let proxy = Proxy::dated(&upstream, surface, mine).await;
        ask(&proxy, "POST", "/v1/responses?api-version=1", "", &asked("mine")).await;
        let named = "/openai/deployments/mine/responses";
        assert_eq!(ask(&proxy, "POST", named, "", r#"{"model":"other","input":[]}"#).await.status, 200);
        let received = upstream.finish();
        assert_eq!(received[0].text(), asked("prod-1"));
        assert_eq!(received[1].text(), r#"{"model":"prod-1","input":[]}"#);
        for received in received {
            assert_eq!(received.line(), line);
        }
    }
}

#[tokio::test]
async fn a_body_is_checked_only_where_azgate_reads_it() {
    let good = [
        r#"{"model":"gpt-4.1"}"#,
        r#"{"model":"gpt-4.1","input":null,"previous_response_id":"resp_1"}"#,
        r#"{"model":"gpt-4.1","input":[7,{"role":5}],"messages":"none of ours"}"#,
    ];
    let upstream = Upstream::script(good.map(|_| Reply::json(200, RESPONSE))).await;
    let proxy = Proxy::start(&upstream, "").await;
    for body in good {
        assert_eq!(ask(&proxy, "POST", "/v1/responses", "", body).await.status, 200, "{body}");
    }
    for (body, code, param) in [
        ("{", "invalid_json", None),
        ("[]", "invalid_type", None),
        (r#"{"input":"Hi"}"#, "missing_required_parameter", Some("model")),
        (r#"{"model":7,"input":"Hi"}"#, "invalid_type", Some("model")),
        (r#"{"model":"m","input":"Hi","stream":"yes"}"#, "invalid_type", Some("stream")),
        (r#"{"model":"m","input":{"role":"user"}}"#, "invalid_type", Some("input")),
        (r#"{"model":"m","input":7}"#, "invalid_type", Some("input")),
        (r#"{"model":"m","input":"a","input":"b"}"#, "duplicate_key", Some("input")),
    ] {
        let refused = ask(&proxy, "POST", "/v1/responses", "", body).await.refused();
        assert_eq!(refused.summary(), (400, "invalid_request_error", code, param), "{body}");
    }
    let sent = upstream.finish();
    assert_eq!(sent.iter().map(Received::text).collect::<Vec<_>>(), good);
}

#[tokio::test]
async fn a_streamed_response_passes_byte_for_byte_however_it_is_split() {
    let log = Logs::listen();
    let pieces: Vec<&str> = STREAM.split_inclusive('g').collect();
    let upstream = Upstream::script([Reply::stream(&pieces).end()]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let body = r#"{"model":"gpt-4.1","input":"Hi","stream":true}"#;
    let answer = proxy.post("/openai/v1/responses", body, &[]).await;
    assert_eq!(answer.headers()["content-type"], "text/event-stream; charset=utf-8");
    assert_eq!(answer.text().await.unwrap(), STREAM);
    assert_eq!(upstream.only().text(), body);
    let line = log.call();
    assert_eq!(
        (&line["operation"], &line["model"], &line["stream"]),
        (&json!("responses"), &json!("gpt-4.1"), &json!(true))
    );
}

#[tokio::test]
async fn a_stored_response_is_retrieved_deleted_and_cancelled_on_every_surface() {
    let requests = [
        ("GET", "", ""),
        ("DELETE", "", ""),
        ("POST", "/cancel", ""),
        ("POST", "/cancel", r#" {"any" : 1.0}"#),
        ("GET", "/input_items", ""),
    ];
    for (surface, prefix, version) in [
        ("v1", "/openai/v1", ""),
        ("2025-04-01-preview", "/openai", "?api-version=2025-04-01-preview"),
        ("2024-10-21", "/openai", "?api-version=2025-03-01-preview"),
    ] {
        for base in ["/v1", "", "/openai/v1", "/openai"] {
            let answer = r#" {"id":"resp_1", "deleted":true} "#;
            let upstream = Upstream::script(requests.map(|_| Reply::json(200, answer))).await;
            let proxy = Proxy::dated(&upstream, surface, "").await;
            for (method, behind, body) in requests {
                let path = format!("{base}/responses/resp_1{behind}?api-version=2024-02-01");
                let got = ask(&proxy, method, &path, "content-type: application/json\r\n", body).await;
                assert_eq!((got.status, got.body.as_str()), (200, answer), "{method} {path}");
            }
            for (received, (method, behind, body)) in upstream.finish().iter().zip(requests) {
                let line = format!("{method} {prefix}/responses/resp_1{behind}{version} HTTP/1.1");
                assert_eq!((received.line(), received.text()), (line.as_str(), body), "{surface} {base}");
                assert_eq!(received.header("api-key"), Some(AZURE_KEY));
            }
        }
    }
}

#[tokio::test]
async fn a_request_about_an_object_keeps_its_query_its_id_and_the_listed_headers() {
    let log = Logs::listen();
    let headers = [("content-type", "application/json"), ("apim-request-id", "a-1"), ("x-secret", "s")];
    let upstream = Upstream::script([Reply::with(200, &headers, "{}")]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let path = "/openai/responses/a%20b%3F%2525/input_items?api-version=1&limit=2&order=asc&include[]=a%26b&after=msg_1&flag";
    let headers = "x-ms-client-request-id: c-1\r\nx-stainless-lang: rust\r\napi-key: mine\r\n";
    let answer = ask(&proxy, "GET", path, headers, "").await;
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("x-request-id"), Some("a-1"));
    assert_eq!(answer.header("x-azgate-deployment"), Some("none"));
    assert_eq!(answer.header("x-secret"), None);
    let received = upstream.only();
    let line = "GET /openai/v1/responses/a%20b%3F%2525/input_items?limit=2&order=asc&include[]=a%26b&after=msg_1&flag HTTP/1.1";
    assert_eq!(received.line(), line);
    assert_eq!(received.header("x-ms-client-request-id"), Some("c-1"));
    assert_eq!((received.header("x-stainless-lang"), received.header("content-length")), (None, None));
    let line = log.call();
    for (field, value) in [
        ("operation", json!("responses.input_items")),
        ("model", Value::Null),
        ("resource", json!("main")),
        ("status", json!(200)),
        ("ended", json!("done")),
        ("upstream_request_id", json!("a-1")),
    ] {
        assert_eq!(line[field], value, "{field}: {line}");
    }
}

#[tokio::test]
async fn a_stored_response_is_streamed_again_byte_for_byte() {
    let upstream =
        Upstream::script([Reply::stream(&STREAM.split_inclusive(',').collect::<Vec<_>>()).end()]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let answer = proxy.get("/v1/responses/resp_1?stream=true&starting_after=42").await;
    assert_eq!(answer.headers()["content-type"], "text/event-stream; charset=utf-8");
    assert_eq!(answer.text().await.unwrap(), STREAM);
    let line = "GET /openai/v1/responses/resp_1?stream=true&starting_after=42 HTTP/1.1";
    assert_eq!(upstream.only().line(), line);
}

#[tokio::test]
async fn azures_answers_about_an_object_pass_unchanged() {
    let errors = [
        (404, MISSING),
        (
            400,
            r#"{"error":{"message":"Cannot cancel a completed response.","type":"invalid_request_error","param":null,"code":null}}"#,
        ),
        (429, r#"{"error":{"code":"429","message":"Rate limit is exceeded.","type":null,"param":null}}"#),
        (500, r#"{"error":{"code":"500","message":"no","type":null,"param":null}}"#),
    ];
    let upstream = Upstream::script(errors.map(|(status, body)| Reply::json(status, body))).await;
    let proxy = Proxy::start(&upstream, "").await;
    for (status, body) in errors {
        let answer = ask(&proxy, "POST", "/v1/responses/resp_1/cancel", "", "").await;
        assert_eq!((answer.status, answer.body.as_str()), (status, body));
    }
    upstream.finish();

    let broken = Reply::default()
        .bytes("HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n{\"id\"")
        .close();
    for (reply, code) in [
        (Reply::json(401, "{}"), "upstream_authentication"),
        (Reply::json(307, "{}"), "upstream_redirect"),
        (Reply::with(200, &[("content-encoding", "gzip")], "{}"), "upstream_compressed"),
        (broken, "upstream_interrupted"),
    ] {
        let upstream = Upstream::script([reply]).await;
        let proxy = Proxy::start(&upstream, "").await;
        let refused = ask(&proxy, "GET", "/v1/responses/resp_1", "", "").await.refused();
        assert_eq!(refused.summary(), (502, "server_error", code, None));
        upstream.finish();
    }
}

#[tokio::test]
async fn the_resource_that_has_the_object_answers() {
    let first =
        Upstream::script([Reply::json(404, MISSING), Reply::json(404, MISSING), Reply::json(400, "{}")])
            .await;
    let second = Upstream::script([Reply::json(200, RESPONSE), Reply::json(404, "{}")]).await;
    let dated = "surface = \"2024-10-21\"";
    let proxy = Proxy::start(&first, &resource("other", &second, dated)).await;
    let log = Logs::listen();
    let found = ask(&proxy, "GET", "/v1/responses/resp_1?include[]=x", "", "").await;
    assert_eq!((found.status, found.body.as_str()), (200, RESPONSE));
    assert_eq!(log.call()["resource"], "other");
    // No resource has the object: the client gets the last answer, with the `error` object that OpenAI's clients read.
    let missing = ask(&proxy, "DELETE", "/v1/responses/resp_1", "", "").await;
    assert_eq!(missing.refused().summary(), (404, "invalid_request_error", "404", None));
    // The first resource answers differently, so azgate does not ask the second one.
    assert_eq!(ask(&proxy, "POST", "/v1/responses/resp_1/cancel", "", "").await.status, 400);
    let lines: Vec<String> = first.finish().iter().map(|received| received.line().to_owned()).collect();
    assert_eq!(
        lines,
        [
            "GET /openai/v1/responses/resp_1?include[]=x HTTP/1.1",
            "DELETE /openai/v1/responses/resp_1 HTTP/1.1",
            "POST /openai/v1/responses/resp_1/cancel HTTP/1.1"
        ]
    );
    let lines: Vec<String> = second.finish().iter().map(|received| received.line().to_owned()).collect();
    assert_eq!(
        lines,
        [
            "GET /other/openai/responses/resp_1?api-version=2025-03-01-preview&include[]=x HTTP/1.1",
            "DELETE /other/openai/responses/resp_1?api-version=2025-03-01-preview HTTP/1.1"
        ]
    );
}

#[tokio::test]
async fn a_failing_resource_neither_hides_an_object_of_another_nor_causes_a_404() {
    for status in [401, 429, 500] {
        let first = Upstream::script([Reply::json(status, "{}"), Reply::json(status, "{}")]).await;
        let second = Upstream::script([Reply::json(200, RESPONSE), Reply::json(404, MISSING)]).await;
        let proxy = Proxy::start(&first, &resource("other", &second, "")).await;
        let found = ask(&proxy, "GET", "/v1/responses/resp_1", "", "").await;
        assert_eq!((found.status, found.body.as_str()), (200, RESPONSE));
        let unknown = ask(&proxy, "GET", "/v1/responses/resp_1", "", "").await;
        // Azure refused azgate's own credential, so the client gets a 502 instead of Azure's 401.
        assert_eq!(unknown.status, if status == 401 { 502 } else { status });
        first.finish();
        second.finish();
    }
}

#[tokio::test]
async fn an_unreachable_resource_neither_hides_an_object_of_another_nor_causes_a_404() {
    let answers = [Reply::json(200, RESPONSE), Reply::json(404, MISSING)];
    let second = Upstream::script(answers).await;
    let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let proxy = Proxy::with_endpoint(&format!("http://{closed}"), "", &resource("other", &second, "")).await;
    assert_eq!(ask(&proxy, "GET", "/v1/responses/resp_1", "", "").await.body, RESPONSE);
    let refused = ask(&proxy, "GET", "/v1/responses/resp_1", "", "").await.refused();
    assert_eq!(refused.summary(), (502, "server_error", "upstream_unreachable", None));
    second.finish();
}

#[tokio::test]
async fn unserved_operations_are_unknown_urls_and_wrong_methods_list_the_allowed_ones() {
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, "").await;
    for path in ["/openai/v1/responses/input_tokens", "/v1/conversations"] {
        let refused = ask(&proxy, "POST", path, "", &asked("gpt-4.1")).await.refused();
        assert_eq!(refused.summary(), (404, "invalid_request_error", "unknown_url", None), "{path}");
    }
    for (method, path, allowed) in [
        ("GET", "/v1/responses", "POST"),
        ("POST", "/v1/responses/resp_1", "GET, HEAD, DELETE"),
        ("GET", "/openai/responses/resp_1/cancel", "POST"),
        ("PUT", "/v1/responses/resp_1/input_items", "GET, HEAD"),
    ] {
        let answer = ask(&proxy, method, path, "", "").await;
        let refused = answer.refused();
        assert_eq!(
            refused.summary(),
            (405, "invalid_request_error", "method_not_allowed", None),
            "{method} {path}"
        );
        assert_eq!(answer.header("allow"), Some(allowed), "{method} {path}");
    }
    for id in ["..", "%2e%2e", "a%2Fb", "%00", "%ff"] {
        let answer = ask(&proxy, "GET", &format!("/v1/responses/{id}"), "", "").await;
        assert_eq!(answer.status, 404, "{id}");
    }
    upstream.untouched();
}

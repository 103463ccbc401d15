//! HTTP edge cases: contradictory framing, unusual heads, old and new versions. azgate reads a request correctly or
//! refuses it. Then it reads the next request, or closes the connection.

use crate::support::{ANSWER, Proxy, Raw, Refused, Reply, Upstream, client, hello, key, soon};

const CHAT: &str = "/v1/chat/completions";

/// The last request of every test on its connection. Its answer shows the state of the connection.
const NEXT: &str = "GET /v1/models HTTP/1.1\r\nhost: localhost\r\n\r\n";

fn head(more: &str) -> String {
    format!("POST {CHAT} HTTP/1.1\r\nhost: localhost\r\n{more}\r\n")
}

/// Returns a chat call with `content-length`.
fn call(model: &str) -> String {
    let body = hello(model);
    head(&format!("content-length: {}\r\n", body.len())) + &body
}

/// Returns a body in chunks of seven bytes, with `extension` after each chunk length.
fn chunked(body: &str, extension: &str) -> String {
    let chunks = body
        .as_bytes()
        .chunks(7)
        .map(|chunk| format!("{:X}{extension}\r\n{}\r\n", chunk.len(), std::str::from_utf8(chunk).unwrap()));
    chunks.collect::<Vec<_>>().concat() + "0" + extension + "\r\n"
}

/// Sends `requests` and `NEXT` on one connection. The answers must have these statuses, and 200 for `NEXT`.
async fn then_next(proxy: &Proxy, requests: &str, statuses: &[u16]) -> Vec<String> {
    let mut raw = Raw::connect(proxy).await;
    raw.send(requests).await;
    let mut bodies = Vec::new();
    for status in statuses {
        let answer = raw.answer().await;
        assert_eq!(answer.status, *status, "{requests:.300}: {answer:?}");
        bodies.push(answer.body);
    }
    raw.send(NEXT).await;
    let next = raw.answer().await;
    assert_eq!(next.status, 200, "{requests:.300}: {next:?}");
    assert!(next.body.contains("\"list\""), "{requests:.300}: {next:?}");
    bodies
}

/// Sends an unreadable request with another request hidden after it. The hidden one must get no answer.
async fn refused_and_closed(proxy: &Proxy, request: &str, status: u16) {
    let mut raw = Raw::connect(proxy).await;
    raw.send(request.to_owned() + &call("o1") + NEXT).await;
    let rest = raw.rest().await;
    assert!(rest.starts_with(&format!("HTTP/1.1 {status} ")), "{request:.300}: {rest:.300}");
    assert_eq!(rest.matches("HTTP/1.1").count(), 1, "{request:.300}: {rest:.300}");
}

#[tokio::test]
async fn pipelined_calls_are_answered_in_order() {
    let second = ANSWER.replace("chatcmpl-1", "chatcmpl-2");
    let upstream = Upstream::script([Reply::json(200, ANSWER), Reply::json(200, &second)]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let requests = [&*call("gpt-4.1"), NEXT, &head("content-length: 2\r\n"), "{}", &call("gpt-4o")].concat();
    let bodies = then_next(&proxy, &requests, &[200, 200, 400, 200]).await;
    assert_eq!((&*bodies[0], &*bodies[3]), (ANSWER, &*second));
    let received = upstream.finish();
    let sent: Vec<&str> = received.iter().map(super::support::upstream::Received::text).collect();
    assert_eq!(sent, [hello("gpt-4.1"), hello("gpt-4o")]);
}

#[tokio::test]
async fn chunks_may_have_extensions_and_trailers_and_arrive_byte_by_byte() {
    let body = hello("gpt-4.1");
    let variants = [
        chunked(&body, ";a=b;c=\"d\"") + "\r\n",
        chunked(&body, "") + "x-trailer: 1\r\nx-azgate-lossy: refuse\r\n\r\n",
        format!("000{:x}\r\n{body}\r\n0000\r\n\r\n", body.len()),
    ];
    let upstream = Upstream::script(variants.iter().map(|_| Reply::json(200, ANSWER))).await;
    let proxy = Proxy::start(&upstream, "").await;
    for variant in &variants {
        let mut raw = Raw::connect(&proxy).await;
        for byte in (head("transfer-encoding: chunked\r\n") + variant).as_bytes() {
            raw.send([*byte]).await;
            tokio::task::yield_now().await;
        }
        assert_eq!(raw.answer().await.status, 200, "{variant}");
        raw.send(NEXT).await;
        assert_eq!(raw.answer().await.status, 200, "{variant}");
    }
    for received in upstream.finish() {
        assert_eq!(received.text(), body);
        assert_eq!(received.header("content-length"), Some(&*body.len().to_string()));
        assert_eq!(received.header("x-trailer"), None);
    }
}

#[tokio::test]
async fn malformed_chunks_are_400_and_nothing_after_them_is_read() {
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let long = format!("1;{}\r\n", "x".repeat(100_000));
    for chunks in ["10000000000000000\r\n", "-1\r\n", "0x1\r\n{\r\n", "1\r\n{}\r\n", "\r\n", " 1\r\n", &long]
    {
        let mut raw = Raw::connect(&proxy).await;
        raw.send(head("transfer-encoding: chunked\r\n") + chunks + &call("o1") + NEXT).await;
        let answer = raw.answer().await;
        let refused = answer.refused();
        assert_eq!(
            refused.summary(),
            (400, "invalid_request_error", "incomplete_body", None),
            "{chunks:.50}"
        );
        assert_eq!(raw.rest().await, "", "{chunks:.50}");
    }
    upstream.finish();
}

#[tokio::test]
async fn transfer_encoding_takes_precedence_over_content_length_and_only_one_is_sent() {
    let body = hello("gpt-4.1");
    let coded = chunked(&body, "") + "\r\n";
    let heads = [
        "content-length: 4\r\ntransfer-encoding: chunked\r\n",
        "Transfer-Encoding: Chunked\r\ncontent-length: 999\r\n",
    ];
    let upstream = Upstream::script(heads.iter().map(|_| Reply::json(200, ANSWER))).await;
    let proxy = Proxy::start(&upstream, "").await;
    for more in heads {
        let mut raw = Raw::connect(&proxy).await;
        raw.send(head(more) + &coded).await;
        assert_eq!(raw.answer().await.status, 200, "{more}");
        // The server decides whether the connection stays open (RFC 9112 §6.1). No byte of the body is a request.
        raw.send(head("connection: close\r\ncontent-length: 0\r\n")).await;
        let rest = raw.rest().await;
        assert!(rest.is_empty() || rest.contains("invalid_json"), "{more}: {rest}");
    }
    for received in upstream.finish() {
        assert_eq!(received.text(), body);
        assert_eq!(received.header("content-length"), Some(&*body.len().to_string()));
        assert_eq!(received.header("transfer-encoding"), None);
    }
}

#[tokio::test]
async fn ambiguous_framing_is_400_and_closes_the_connection() {
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, "").await;
    for more in [
        "content-length: 5\r\ncontent-length: 6\r\n",
        "content-length: 5, 6\r\n",
        "content-length: +5\r\n",
        "content-length: 0x5\r\n",
        "content-length: \r\n",
        "content-length: 99999999999999999999\r\n",
        "transfer-encoding: identity\r\n",
        "transfer-encoding: xchunked\r\n",
        "transfer-encoding: chunked, identity\r\n",
        "transfer-encoding: gzip\r\n",
        "content-length : 5\r\n",
        "x: a\r\n continued\r\n",
        "x\r\n",
        ": x\r\n",
        "x\u{0}: y\r\n",
    ] {
        refused_and_closed(&proxy, &head(more), 400).await;
    }
    for line in [
        "POST  /v1/models HTTP/1.1\r\nhost: localhost\r\n\r\n",
        "POST /v1/models HTTP/3.7\r\nhost: localhost\r\n\r\n",
        "POST /v1/ models HTTP/1.1\r\nhost: localhost\r\n\r\n",
        "/v1/models\r\n\r\n",
        "\u{16}\u{3}\u{1}\u{2}\u{0}\u{1}\r\n\r\n",
    ] {
        refused_and_closed(&proxy, line, 400).await;
    }
    upstream.finish();
}

#[tokio::test]
async fn large_and_unusual_headers_are_read_and_not_passed_on() {
    let upstream = Upstream::script([Reply::json(200, ANSWER), Reply::json(200, ANSWER)]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let body = hello("gpt-4.1");
    let long = "x".repeat(25 * 1024);
    let many = (0..90).map(|index| format!("x-{index}: {index}\r\n")).collect::<Vec<_>>().concat();
    for more in [format!("x-long: {long}\r\nx-request-id: {long}\r\n"), many] {
        let request = head(&format!("{more}content-length: {}\r\n", body.len())) + &body;
        then_next(&proxy, &request, &[200]).await;
    }
    for received in upstream.finish() {
        assert_eq!(received.text(), body);
        assert!(received.head.len() < 1000, "{:.2000}", received.head);
    }
}

#[tokio::test]
async fn an_excessive_head_is_431_and_closes_the_connection() {
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let many = (0..1000).map(|index| format!("x-{index}: {index}\r\n")).collect::<Vec<_>>().concat();
    let mut raw = Raw::connect(&proxy).await;
    raw.send(head(&many)).await;
    assert!(raw.rest().await.starts_with("HTTP/1.1 431 "));
    upstream.finish();
}

#[tokio::test]
async fn a_too_long_value_that_azgate_reads_is_refused_in_openais_format() {
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, &key("a", "secret", "")).await;
    let long = "x".repeat(50 * 1024);
    let body = hello("gpt-4.1");
    let length = format!("content-length: {}\r\n", body.len());
    for (more, status, code) in [
        (format!("authorization: Bearer {long}\r\n"), 401, "invalid_api_key"),
        (format!("api-key: {long}\r\n"), 401, "invalid_api_key"),
        (format!("api-key: secret\r\nx-azgate-lossy: {long}\r\n"), 400, "invalid_header"),
        (format!("api-key: secret\r\ncontent-encoding: {long}\r\n"), 415, "unsupported_content_encoding"),
    ] {
        let mut raw = Raw::connect(&proxy).await;
        raw.send(head(&(more + &length)) + &body).await;
        let refused = raw.answer().await.refused();
        assert_eq!((refused.status, refused.code.as_str()), (status, code));
        assert!(refused.message.len() < 1000, "{} bytes", refused.message.len());
    }
    upstream.finish();
}

#[tokio::test]
async fn header_names_are_case_insensitive_and_methods_are_not() {
    let upstream = Upstream::script([Reply::json(200, ANSWER)]).await;
    let proxy = Proxy::start(&upstream, &key("a", "secret", "")).await;
    let body = hello("gpt-4.1");
    let request = format!(
        "POST {CHAT} HTTP/1.1\r\nHOST:gateway\r\nAPI-Key:secret\r\nCONTENT-LENGTH:{}   \r\nX-AzGate-LOSSY:\tREFUSE \r\n\r\n{body}",
        body.len()
    );
    then_models_with(&proxy, &request, 200).await;
    for method in ["post", "Post", "POSTS"] {
        let request = format!("{method} {CHAT} HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\n\r\n{{}}");
        then_models_with(&proxy, &request, 405).await;
    }
    assert_eq!(upstream.only().text(), body);
}

/// Sends a request, and then a list of models with a key on the same connection.
async fn then_models_with(proxy: &Proxy, request: &str, status: u16) {
    let mut raw = Raw::connect(proxy).await;
    raw.send(request).await;
    let answer = raw.answer().await;
    assert_eq!(answer.status, status, "{answer:?}");
    raw.send("GET /v1/models HTTP/1.1\r\nhost: localhost\r\napi-key: secret\r\n\r\n").await;
    assert_eq!(raw.answer().await.status, 200);
}

#[tokio::test]
async fn an_unread_body_leaves_the_connection_usable_or_closed() {
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let body = hello("gpt-4.1");
    for (line, status) in [
        ("GET /v1/models", 200),
        ("GET /v1/models/nothing/here", 404),
        ("POST /nowhere", 404),
        ("PUT /v1/chat/completions", 405),
        ("DELETE /v1/models/x", 405),
        ("OPTIONS /v1/chat/completions", 405),
        ("OPTIONS *", 404),
    ] {
        let length =
            format!("{line} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n\r\n{body}", body.len());
        then_next(&proxy, &length, &[status]).await;
        // hyper checks once what has arrived, and closes the connection unless that is the whole body.
        let chunks = chunked(&body, "") + "\r\n";
        let mut raw = Raw::connect(&proxy).await;
        raw.send(format!("{line} HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n{chunks}"))
            .await;
        assert_eq!(raw.answer().await.status, status, "{line}");
        raw.send_or_closed(NEXT.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n")).await;
        let rest = raw.rest().await;
        assert!(rest.is_empty() || rest.starts_with("HTTP/1.1 200 "), "{line}: {rest}");
    }
    upstream.finish();
}

#[tokio::test]
async fn a_large_unread_body_is_not_read_as_a_request() {
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, "").await;
    // A server that loses count of the bytes would read each piece of the body as a request.
    let body = NEXT.repeat(100_000);
    let mut raw = Raw::connect(&proxy).await;
    raw.send(format!("POST /nowhere HTTP/1.1\r\nhost: localhost\r\ncontent-length: {}\r\n\r\n", body.len()))
        .await;
    assert_eq!(raw.answer().await.status, 404);
    raw.send_or_closed(&body).await;
    raw.send_or_closed(NEXT.replace("\r\n\r\n", "\r\nconnection: close\r\n\r\n")).await;
    let rest = raw.rest().await;
    assert!(rest.matches("HTTP/1.1").count() <= 1, "{rest:.300}");
    upstream.finish();
}

#[tokio::test]
async fn an_http_1_0_client_gets_no_chunks_and_a_closed_connection() {
    let event = r#"data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"content":"a"},"finish_reason":"stop"}]}"#;
    let event = format!("{event}\n\n");
    let stream = Reply::stream(&[&event, "data: [DONE]\n\n"]).end();
    let upstream = Upstream::script([Reply::json(200, ANSWER), Reply::json(200, ANSWER), stream]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let old = |request: String| request.replace("HTTP/1.1\r\nhost: localhost\r\n", "HTTP/1.0\r\n");
    let mut raw = Raw::connect(&proxy).await;
    raw.send(old(call("gpt-4.1"))).await;
    let answer = raw.answer().await;
    assert!(answer.head.starts_with("HTTP/1.0 200 ") && answer.body == ANSWER, "{answer:?}");
    assert_eq!(raw.rest().await, "");
    let mut raw = Raw::connect(&proxy).await;
    raw.send(old(call("gpt-4.1")).replace("HTTP/1.0\r\n", "HTTP/1.0\r\nconnection: keep-alive\r\n")).await;
    let answer = raw.answer().await;
    assert_eq!((answer.header("connection"), &*answer.body), (Some("keep-alive"), ANSWER));
    let body = hello("gpt-4.1").replace("{\"model", "{\"stream\":true,\"model");
    raw.send(old(head(&format!("connection: keep-alive\r\ncontent-length: {}\r\n", body.len())) + &body))
        .await;
    let rest = raw.rest().await;
    let (head, stream) = rest.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.0 200 ") && !head.contains("transfer-encoding"), "{head}");
    assert!(stream.starts_with("data: {") && stream.ends_with("\n\ndata: [DONE]\n\n"), "{stream}");
    upstream.finish();
}

#[tokio::test]
async fn unusual_request_targets_are_refused_in_openais_format() {
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, "").await;
    for (line, status) in [
        ("OPTIONS * HTTP/1.1", 404),
        ("CONNECT localhost:443 HTTP/1.1", 404),
        ("GET http://localhost HTTP/1.1", 404),
        ("GET /?x=/v1/models HTTP/1.1", 404),
    ] {
        let mut raw = Raw::connect(&proxy).await;
        raw.send(format!("{line}\r\nhost: localhost\r\n\r\n")).await;
        let refused = raw.answer().await.refused();
        assert_eq!((refused.status, &*refused.kind), (status, "invalid_request_error"), "{line}");
    }
    upstream.finish();
}

#[tokio::test]
async fn azgate_does_not_wait_for_an_unknown_expectation() {
    let upstream = Upstream::script([Reply::json(200, ANSWER)]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let request = call("gpt-4.1").replace("content-length", "expect: a-miracle\r\ncontent-length");
    then_next(&proxy, &request, &[200]).await;
    assert_eq!(upstream.only().header("expect"), None);
}

#[tokio::test]
async fn over_http_2_an_error_ends_its_stream_and_not_the_connection() {
    let upstream = Upstream::script([Reply::json(200, ANSWER)]).await;
    let proxy = Proxy::start(&upstream, "[server]\nmax_body_bytes = 1000\n").await;
    let client = client().http2_prior_knowledge().build().unwrap();
    let url = format!("{}{CHAT}", proxy.url);
    let post = |body: String| client.post(&url).header("content-type", "application/json").body(body);
    for (body, expected) in [
        (" ".repeat(1001), (413, "request_too_large")),
        ("[".repeat(1000), (400, "invalid_json")),
        (String::new(), (400, "invalid_json")),
    ] {
        let refused = Refused::of(soon(post(body).send()).await.unwrap()).await;
        assert_eq!((refused.status, refused.code.as_str()), expected);
    }
    // hyper accepts 16 KB of headers, and refuses larger ones without a body.
    let long = soon(post(hello("gpt-4.1")).header("x-long", "x".repeat(100 * 1024)).send()).await;
    assert!(long.is_err() || long.is_ok_and(|answer| answer.status() == 431));
    let answer = soon(post(hello("gpt-4.1")).send()).await.unwrap();
    assert_eq!((answer.version(), answer.status().as_u16()), (reqwest::Version::HTTP_2, 200));
    assert_eq!(upstream.only().text(), hello("gpt-4.1"));
}

//! Request bodies: how they may come in, and what they must be.

use std::io::Write;

use flate2::{Compression, write};
use futures_util::stream;

use crate::support::{ANSWER, Logs, Proxy, Raw, Refused, Reply, Upstream, hello, key};

const CHAT: &str = "/v1/chat/completions";

/// A configuration with a small limit, so that tests need no large bodies.
const SMALL: &str = "[server]\nmax_body_bytes = 1000\n";

fn head(more: &str) -> String {
    format!("POST {CHAT} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n{more}\r\n")
}

/// A valid body of exactly that many bytes.
fn of_size(size: usize) -> String {
    let body = hello("gpt-4.1");
    let padding = " ".repeat(size - body.len());
    body + &padding
}

/// Bodies that are no calls, each with the code and the parameter that are told.
const NO_CALLS: &[(&str, &str, Option<&str>)] = &[
    ("", "invalid_json", None),
    ("  ", "invalid_json", None),
    ("{", "invalid_json", None),
    ("nonsense", "invalid_json", None),
    (r#"{"model":"gpt-4.1","messages":[]"#, "invalid_json", None),
    (r#"{"model":"gpt-4.1","messages":[],}"#, "invalid_json", None),
    (r#"{"model":"gpt-4.1","messages":[]} {}"#, "invalid_json", None),
    (r#"{"model":"gpt-4.1","messages":[],"x":01}"#, "invalid_json", None),
    (r#"{"model":"gpt-4.1","messages":[],"x":NaN}"#, "invalid_json", None),
    ("\u{feff}{\"model\":\"gpt-4.1\",\"messages\":[]}", "invalid_json", None),
    ("null", "invalid_type", None),
    ("true", "invalid_type", None),
    ("1", "invalid_type", None),
    (r#""text""#, "invalid_type", None),
    ("[]", "invalid_type", None),
    (r#"[{"model":"gpt-4.1","messages":[]}]"#, "invalid_type", None),
    (r#"{"model":"a","messages":[],"model":"b"}"#, "duplicate_key", Some("model")),
    (r#"{"model":"a","messages":[],"mod\u0065l":"b"}"#, "duplicate_key", Some("model")),
    (r#"{"mod\u0065l":"a","messages":[],"model":"a"}"#, "duplicate_key", Some("model")),
    (r#"{"model":"a","x":1,"messages":[],"x":1}"#, "duplicate_key", Some("x")),
    (r#"{"messages":[]}"#, "missing_required_parameter", Some("model")),
    (r#"{"model":null,"messages":[]}"#, "missing_required_parameter", Some("model")),
    (r#"{"model":1,"messages":[]}"#, "invalid_type", Some("model")),
    (r#"{"model":["gpt-4.1"],"messages":[]}"#, "invalid_type", Some("model")),
    (r#"{"model":"\ud800","messages":[]}"#, "invalid_type", Some("model")),
    (r#"{"model":"a","messages":[],"stream":"true"}"#, "invalid_type", Some("stream")),
    (r#"{"model":"a","messages":[],"stream":1}"#, "invalid_type", Some("stream")),
    (r#"{"model":"a"}"#, "missing_required_parameter", Some("messages")),
    (r#"{"model":"a","messages":null}"#, "invalid_type", Some("messages")),
    (r#"{"model":"a","messages":"Hi"}"#, "invalid_type", Some("messages")),
    (r#"{"model":"a","messages":{"role":"user"}}"#, "invalid_type", Some("messages")),
    (r#"{"model":"a","messages":["Hi"]}"#, "invalid_type", Some("messages[0]")),
    (r#"{"model":"a","messages":[{"role":"user"},null]}"#, "invalid_type", Some("messages[1]")),
    (
        r#"{"model":"a","messages":[{"content":"Hi"}]}"#,
        "missing_required_parameter",
        Some("messages[0].role"),
    ),
    (r#"{"model":"a","messages":[{"role":1}]}"#, "invalid_type", Some("messages[0].role")),
    (r#"{"model":"a","messages":[{"role":null}]}"#, "invalid_type", Some("messages[0].role")),
    (
        r#"{"model":"a","messages":[{"role":"user","content":1}]}"#,
        "invalid_type",
        Some("messages[0].content"),
    ),
    (
        r#"{"model":"a","messages":[{"role":"user","content":{}}]}"#,
        "invalid_type",
        Some("messages[0].content"),
    ),
    (
        r#"{"model":"a","messages":[{"role":"user","content":[{"type":"text","text":"a"},"b"]}]}"#,
        "invalid_type",
        Some("messages[0].content[1]"),
    ),
];

#[tokio::test]
async fn what_is_no_call_is_400_and_says_where() {
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, "").await;
    for (body, code, param) in NO_CALLS {
        let answer = proxy.chat(*body).await;
        assert_eq!(answer.headers()["x-azgate-edits"], "none");
        let refused = Refused::of(answer).await;
        assert_eq!(
            refused.summary(),
            (400, "invalid_request_error", *code, *param),
            "{body}: {}",
            refused.message
        );
    }
    upstream.finish();
}

#[tokio::test]
async fn bytes_that_are_no_utf_8_are_400_and_say_where() {
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let mut body = hello("gpt-4.1").into_bytes();
    let at = body.iter().position(|byte| *byte == b'H').unwrap();
    body[at] = 0xff;
    let refused = Refused::of(proxy.chat(body).await).await;
    assert_eq!(refused.summary(), (400, "invalid_request_error", "invalid_json", None));
    assert!(refused.message.contains(&format!("at byte {at}")), "{}", refused.message);
    upstream.finish();
}

#[tokio::test]
async fn what_azgate_need_not_read_goes_up_as_it_came() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let rest = r#""messages":[{"role":"user","content":"Hi"}]"#;
    let bodies = [
        format!("{{\"model\":\"gpt-4.1\",{rest},\"seed\":12345678901234567890123,\"temperature\":1.0}}"),
        format!("{{\"model\":\"gpt-4.1\",{rest},\"x\":1e400,\"y\":-0,\"z\":1.000000000000000000001E+5}}"),
        format!("\r\n\t {{ \"model\"\t:\"gpt-4.1\" ,\n{rest} }} \n"),
        format!("{{\"model\":\"gpt-4.1\",{rest},\"x\":{deep}}}"),
        r#"{"model":"gpt-4.1","messages":[{"role":"user","content":"a\u0000b\ud800c\udfff\u00e9\/"}]}"#
            .to_owned(),
        r#"{"model":"gpt-4.1","messages":[{"role":"x","content":null},{"role":"x"}],"stream":false}"#
            .to_owned(),
        r#"{"model":"gpt-4.1","messages":[],"x":{"a":1,"a":2},"y":{"model":"o1"}}"#.to_owned(),
        r#"{"m\u006fdel":"gpt-4.1","messages":[{"r\u006fle":"us\u0065r","content":[]}]}"#.to_owned(),
    ];
    let upstream = Upstream::script(bodies.iter().map(|_| Reply::json(200, ANSWER))).await;
    let proxy = Proxy::start(&upstream, "").await;
    for body in &bodies {
        let answer = proxy.chat(body.clone()).await;
        let status = answer.status();
        assert_eq!(status, 200, "{}", answer.text().await.unwrap());
    }
    for (body, received) in bodies.iter().zip(upstream.finish()) {
        assert!(received.text() == body, "{:.300}", received.text());
    }
}

#[tokio::test]
async fn edits_leave_the_rest_of_a_body_as_it_came() {
    let upstream = Upstream::script([Reply::json(200, ANSWER)]).await;
    let proxy = Proxy::start(&upstream, "[models.mine]\ndeployment = \"prod\"\nmodel = \"gpt-5\"").await;
    let body = r#"{ "model" : "mine", "seed":12345678901234567890123, "temperature":0.5,
        "messages":[{"role":"user","content":"\ud800\u0000 \u00e9"}], "x": 1.0 }"#;
    let answer = proxy.chat(body).await;
    assert_eq!(answer.headers()["x-azgate-edits"], "drop.temperature;lossy");
    let received = upstream.only();
    let sent = received.text();
    for kept in [
        r#""seed":12345678901234567890123"#,
        r#""content":"\ud800\u0000 \u00e9""#,
        r#""x": 1.0"#,
        r#""prod""#,
    ] {
        assert!(sent.contains(kept), "{kept} in {sent}");
    }
    assert!(!sent.contains("temperature"), "{sent}");
}

#[tokio::test]
async fn a_body_up_to_the_limit_is_taken_and_a_byte_more_is_413() {
    let upstream = Upstream::script([Reply::json(200, ANSWER)]).await;
    let proxy = Proxy::start(&upstream, SMALL).await;
    assert_eq!(proxy.chat(of_size(1000)).await.status(), 200);
    let refused = Refused::of(proxy.chat(of_size(1001)).await).await;
    assert_eq!(refused.summary(), (413, "invalid_request_error", "request_too_large", None));
    assert!(refused.message.contains("1000 bytes"), "{}", refused.message);
    assert!(refused.message.contains("`max_body_bytes` under [server]"), "{}", refused.message);
    assert_eq!(upstream.only().body.len(), 1000);
}

#[tokio::test]
async fn a_length_over_the_limit_is_413_before_the_body_is_asked_for() {
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, SMALL).await;
    for more in ["content-length: 1001\r\n", "content-length: 99999999999\r\nexpect: 100-continue\r\n"] {
        let mut raw = Raw::connect(&proxy).await;
        raw.send(head(more)).await;
        let refused = raw.answer().await.refused();
        assert_eq!(refused.summary(), (413, "invalid_request_error", "request_too_large", None));
        assert_eq!(raw.rest().await, "", "the connection is of no more use");
    }
    upstream.finish();
}

#[tokio::test]
async fn chunks_over_the_limit_are_413_without_waiting_for_their_end() {
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, SMALL).await;
    let mut raw = Raw::connect(&proxy).await;
    raw.send(head("transfer-encoding: chunked\r\n")).await;
    raw.send(format!("1f4\r\n{}\r\n", " ".repeat(500))).await;
    raw.send(format!("1f5\r\n{}\r\n", " ".repeat(501))).await;
    let refused = raw.answer().await.refused();
    assert_eq!(refused.summary(), (413, "invalid_request_error", "request_too_large", None));
    upstream.finish();
}

#[tokio::test]
async fn a_chunked_upload_goes_up_whole_with_its_length() {
    let upstream = Upstream::script([Reply::json(200, ANSWER)]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let body = hello("gpt-4.1");
    let pieces: Vec<Result<String, std::io::Error>> =
        body.chars().map(|piece| Ok(piece.to_string())).collect();
    let upload = reqwest::Body::wrap_stream(stream::iter(pieces));
    assert_eq!(proxy.chat(upload).await.status(), 200);
    let received = upstream.only();
    assert_eq!(received.text(), body);
    assert_eq!(received.header("content-length"), Some(body.len().to_string().as_str()));
    assert_eq!(received.header("transfer-encoding"), None);
}

#[tokio::test]
async fn a_client_that_waits_for_100_is_told_to_go_on() {
    let upstream = Upstream::script([Reply::json(200, ANSWER)]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let body = hello("gpt-4.1");
    let mut raw = Raw::connect(&proxy).await;
    raw.send(head(&format!("expect: 100-continue\r\ncontent-length: {}\r\n", body.len()))).await;
    assert_eq!(raw.until("\r\n\r\n").await, "HTTP/1.1 100 Continue\r\n\r\n");
    raw.send(&body).await;
    assert_eq!(raw.answer().await.status, 200);
    let received = upstream.only();
    assert_eq!(received.text(), body);
    assert_eq!(received.header("expect"), None);
}

#[tokio::test]
async fn a_client_without_a_key_is_not_asked_for_its_body() {
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, &key("a", "secret", "")).await;
    let mut raw = Raw::connect(&proxy).await;
    raw.send(head("expect: 100-continue\r\ncontent-length: 100\r\n")).await;
    assert_eq!(raw.answer().await.status, 401);
    upstream.finish();
}

/// The codings, each over any text.
fn encoded(coding: &str, body: &[u8]) -> Vec<u8> {
    match coding {
        "gzip" => {
            let mut encoder = write::GzEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(body).unwrap();
            encoder.finish().unwrap()
        }
        "deflate" => {
            let mut encoder = write::ZlibEncoder::new(Vec::new(), Compression::fast());
            encoder.write_all(body).unwrap();
            encoder.finish().unwrap()
        }
        "zstd" => ruzstd::encoding::compress_to_vec(body, ruzstd::encoding::CompressionLevel::Fastest),
        // One meta-block that is not compressed (RFC 7932 §9.2), and the empty last one.
        "br" => {
            let length = u32::try_from(body.len() - 1).unwrap();
            let head = (length << 4) | (1 << 20);
            [&head.to_le_bytes()[..3], body, &[0x03]].concat()
        }
        _ => body.to_vec(),
    }
}

#[tokio::test]
async fn every_coding_is_undone_before_the_body_goes_up() {
    let codings = ["gzip", "deflate", "br", "zstd", "identity", "GZIP", "x-gzip"];
    let upstream = Upstream::script(codings.iter().map(|_| Reply::json(200, ANSWER))).await;
    let proxy = Proxy::start(&upstream, "").await;
    for coding in codings {
        let body = encoded(coding.to_lowercase().trim_start_matches("x-"), hello("gpt-4.1").as_bytes());
        let answer = proxy.post(CHAT, body, &[("content-encoding", coding)]).await;
        let status = answer.status();
        assert_eq!(status, 200, "{coding}: {}", answer.text().await.unwrap());
    }
    for received in upstream.finish() {
        assert_eq!(received.text(), hello("gpt-4.1"));
        assert_eq!(received.header("content-encoding"), None);
    }
}

#[tokio::test]
async fn codings_in_a_row_are_undone_in_reverse_on_one_line_or_two() {
    let upstream = Upstream::script([Reply::json(200, ANSWER), Reply::json(200, ANSWER)]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let body = encoded("gzip", &encoded("br", hello("gpt-4.1").as_bytes()));
    let one: &[(&str, &str)] = &[("content-encoding", "br, gzip")];
    let two: &[(&str, &str)] = &[("content-encoding", "br"), ("content-encoding", "gzip")];
    for headers in [one, two] {
        assert_eq!(proxy.post(CHAT, body.clone(), headers).await.status(), 200, "{headers:?}");
    }
    assert!(upstream.finish().iter().all(|received| received.text() == hello("gpt-4.1")));
}

#[tokio::test]
async fn a_small_body_cannot_grow_beyond_the_limit() {
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, SMALL).await;
    for coding in ["gzip", "deflate", "zstd"] {
        let bomb = encoded(coding, &vec![b' '; 100_000]);
        assert!(bomb.len() < 1000, "{coding}: {}", bomb.len());
        let refused = Refused::of(proxy.post(CHAT, bomb, &[("content-encoding", coding)]).await).await;
        assert_eq!(refused.summary(), (413, "invalid_request_error", "request_too_large", None), "{coding}");
    }
    upstream.finish();
}

#[tokio::test]
async fn what_is_not_in_its_coding_is_400_and_an_unknown_one_415() {
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, "").await;
    for coding in ["gzip", "deflate", "br", "zstd"] {
        let whole = encoded(coding, hello("gpt-4.1").as_bytes());
        for body in [hello("gpt-4.1").into_bytes(), whole[..whole.len() - 5].to_vec(), Vec::new()] {
            let refused = Refused::of(proxy.post(CHAT, body, &[("content-encoding", coding)]).await).await;
            let expected = (400, "invalid_request_error", "invalid_content_encoding", None);
            assert_eq!(refused.summary(), expected, "{coding}");
        }
    }
    let expected = (415, "invalid_request_error", "unsupported_content_encoding", None);
    let many = ["gzip"; 100].join(",");
    for coding in ["compress", "gzip, snappy", "\u{e9}", &many] {
        let answer = proxy.post(CHAT, hello("gpt-4.1"), &[("content-encoding", coding)]).await;
        assert_eq!(Refused::of(answer).await.summary(), expected, "{coding}");
    }
    upstream.finish();
}

#[tokio::test]
async fn a_body_that_is_cut_short_reaches_nobody() {
    let logs = Logs::listen();
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, "").await;
    for head_and_body in [
        head("content-length: 100\r\n") + "{\"model\":",
        head("transfer-encoding: chunked\r\n") + "5\r\n{\"mod\r\n",
        head("transfer-encoding: chunked\r\n") + "nonsense\r\n",
    ] {
        let mut raw = Raw::connect(&proxy).await;
        raw.send(head_and_body).await;
        raw.end().await;
        let rest = raw.rest().await;
        assert!(rest.is_empty() || rest.starts_with("HTTP/1.1 400 "), "{rest}");
    }
    let told: Vec<String> =
        logs.calls().iter().map(|call| format!("{} {}", call["status"], call["error"])).collect();
    assert_eq!(told, ["400 \"incomplete_body\""; 3]);
    upstream.finish();
}

#[tokio::test]
async fn lengths_that_contradict_each_other_are_no_second_request() {
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let hidden = format!("{}{}", head(&format!("content-length: {}\r\n", hello("o1").len())), hello("o1"));
    for lengths in
        ["content-length: 0\r\ncontent-length: 5\r\n", "content-length: -1\r\n", "content-length: 1x\r\n"]
    {
        let mut raw = Raw::connect(&proxy).await;
        raw.send(head(lengths) + &hidden).await;
        let rest = raw.rest().await;
        assert!(
            rest.starts_with("HTTP/1.1 400 ") && rest.matches("HTTP/1.1").count() == 1,
            "{lengths}: {rest}"
        );
    }
    upstream.finish();
}

#[tokio::test]
async fn thirty_megabytes_go_up_byte_for_byte() {
    let upstream = Upstream::script([Reply::json(200, ANSWER)]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let image = format!("data:image/png;base64,{}", "A".repeat(30 * 1024 * 1024));
    let body = hello("gpt-4.1").replace("Hi", &image);
    assert_eq!(proxy.chat(body.clone()).await.status(), 200);
    assert!(upstream.only().text() == body);
}

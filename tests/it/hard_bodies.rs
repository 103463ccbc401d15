//! Bodies at the limits of JSON and its content codings: azgate passes them on untouched or refuses them clearly.

use std::io::Write;

use flate2::{Compression, write::GzEncoder};

use crate::support::{ANSWER, Proxy, Refused, Reply, Upstream, client, command::Server, hello, post, soon};

const CHAT: &str = "/v1/chat/completions";

/// A depth that overflows the stack of a recursive parser.
const DEPTH: usize = 100_000;

fn nested(open: &str, inside: &str, close: &str) -> String {
    format!("{}{inside}{}", open.repeat(DEPTH), close.repeat(DEPTH))
}

/// Sends a body, and returns the body that Azure gets.
async fn sent(body: &str) -> String {
    let upstream = Upstream::script([Reply::json(200, ANSWER)]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let answer = soon(proxy.chat(body.to_owned())).await;
    let status = answer.status();
    assert_eq!(status, 200, "{}", answer.text().await.unwrap());
    assert_eq!(answer.text().await.unwrap(), ANSWER);
    String::from_utf8(upstream.only().body).unwrap()
}

/// Returns the position that an `invalid_json` error names.
fn position(refused: &Refused) -> usize {
    assert_eq!(
        refused.summary(),
        (400, "invalid_request_error", "invalid_json", None),
        "{}",
        refused.message
    );
    let at = refused.message.rsplit("at byte ").next().unwrap();
    at.parse().unwrap_or_else(|_| panic!("no position: {}", refused.message))
}

#[tokio::test]
async fn a_body_with_a_hundred_thousand_levels_passes_untouched_next_to_edits() {
    let (lists, objects) = (nested("[", "1.0", "]"), nested("{\"a\":", "null", "}"));
    let part = format!(r#"{{"type":"text","text":"Hi","x":{objects}}}"#);
    let schema = format!(
        r#""tools":[{{"type":"function","function":{{"name":"f","parameters":{objects}}}}}],"parallel_tool_calls":true"#
    );
    let body = |cap: &str, route: &str| {
        format!(
            r#"{{{route}"x":{lists},"messages":[{{"role":"user","content":[{part}]}}],{schema},"{cap}":7}}"#
        )
    };
    let edited = sent(&body("max_tokens", r#""model":"o3","#)).await;
    let expected =
        body("max_completion_tokens", r#""model":"o3","#).replace(r#","parallel_tool_calls":true"#, "");
    assert!(edited == expected, "{} bytes became {}", expected.len(), edited.len());
}

#[tokio::test]
async fn a_hundred_thousand_unclosed_levels_are_refused_at_the_end_of_the_body() {
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, "").await;
    for open in ["[", "{\"a\":", "[{\"a\":"] {
        let body = open.repeat(DEPTH);
        let refused = Refused::of(soon(proxy.chat(body.clone())).await).await;
        assert_eq!(position(&refused), body.len());
        let body = hello("gpt-4.1").replace("\"Hi\"", &body);
        let refused = Refused::of(soon(proxy.chat(body.clone())).await).await;
        // The brackets of the call itself are misplaced: a key is expected there, or there are too many.
        assert!(position(&refused) >= body.len() - 3, "{}", refused.message);
    }
    upstream.finish();
}

#[tokio::test]
async fn a_string_of_ten_megabytes_passes_untouched_next_to_edits() {
    let megabytes = 10 * 1024 * 1024;
    for piece in ["a", "\\n", "\\ud83d\\ude00", "é"] {
        let text = piece.repeat(megabytes / piece.len());
        let body = |cap: &str| {
            format!(r#"{{"model":"o3","messages":[{{"role":"user","content":"{text}"}}],"{cap}":7,"x":1.0}}"#)
        };
        assert!(sent(&body("max_tokens")).await == body("max_completion_tokens"), "{piece}");
    }
    // The same text as a key, which the search for duplicate keys reads.
    let body = hello("gpt-4.1").replace("{\"model", &format!("{{\"{}\":0,\"model", "k".repeat(megabytes)));
    assert!(sent(&body).await == body);
}

#[tokio::test]
async fn an_error_shortens_a_long_key() {
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let key = "k".repeat(1_000_000);
    let body = hello("gpt-4.1").replace("{\"model", &format!("{{\"{key}\":0,\"{key}\":0,\"model"));
    let refused = Refused::of(proxy.chat(body).await).await;
    assert_eq!((refused.status, refused.code.as_str()), (400, "duplicate_key"));
    assert!(refused.message.len() < 1000, "{} bytes", refused.message.len());
    assert!(refused.param.unwrap().len() < 1000);
    upstream.finish();
}

#[tokio::test]
async fn a_bare_nul_is_refused_with_its_position_and_an_escaped_one_passes() {
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let body = hello("gpt-4.1");
    for mark in ["Hi", "model", "\"messages\"", ",\"messages", "}]}"] {
        let at = body.find(mark).unwrap();
        let mut bytes = body.clone().into_bytes();
        bytes.insert(at, 0);
        let refused = Refused::of(proxy.chat(bytes).await).await;
        assert_eq!(position(&refused), at, "before {mark}");
    }
    upstream.finish();
    let escaped = r#"{"model":"gpt-4.1","messages":[{"role":"user","content":"\u0000","na\u0000me":"a\u0000b"}],"\u0000":0}"#;
    assert_eq!(sent(escaped).await, escaped);
}

#[tokio::test]
async fn lone_surrogates_pass_as_escapes_and_are_refused_as_bytes() {
    let body = r#"{"model":"o3","\ud800":1,"x":{"\udfff":"\uDBFF"},"messages":[{"role":"user","content":"\ud83d","\udc00":"\ud800\ud800"}],"max_tokens":7}"#;
    assert_eq!(sent(body).await, body.replace("max_tokens", "max_completion_tokens"));
    let twice = r#"{"model":"o3","\ud800":1,"\ud801":2,"messages":[]}"#;
    assert_eq!(sent(twice).await, twice, "two keys with different lone surrogates are different keys");

    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let body = hello("gpt-4.1");
    for mark in ["Hi", "model", "}]}"] {
        let at = body.find(mark).unwrap();
        // A surrogate, an overlong slash, a code point that is too large, a cut sequence, a continuation byte.
        for wrong in [&b"\xed\xa0\x80"[..], b"\xc0\xaf", b"\xf4\x90\x80\x80", b"\xe2\x82", b"\x80"] {
            let bytes = [&body.as_bytes()[..at], wrong, &body.as_bytes()[at..]].concat();
            let refused = Refused::of(proxy.chat(bytes).await).await;
            assert_eq!(position(&refused), at, "{wrong:x?} before {mark}");
        }
    }
    upstream.finish();
}

#[tokio::test]
async fn numbers_keep_every_digit_next_to_edits_and_under_a_new_key() {
    for digits in [
        "9223372036854775807",
        "9223372036854775808",
        "18446744073709551616",
        "123456789012345678901234567890",
        "1e400",
        "-0",
        "0.1000000000000000055511151231257827021181583404541015625",
    ] {
        let body = |cap: &str| {
            let rest = format!(r#""seed":{digits},"x":[{digits}]"#);
            format!(
                r#"{{"model":"o3","messages":[{{"role":"user","content":"Hi"}}],{rest},"{cap}":2.560e2}}"#
            )
        };
        assert_eq!(sent(&body("max_tokens")).await, body("max_completion_tokens"));
    }
}

#[tokio::test]
async fn a_default_value_is_recognized_in_every_number_format() {
    let body = |value: &str| {
        format!(r#"{{"model":"o3","messages":[{{"role":"user","content":"Hi"}}],"temperature":{value}}}"#)
    };
    for (value, edits) in [
        ("1", "drop.temperature"),
        ("1.0", "drop.temperature"),
        ("1e0", "drop.temperature"),
        ("10.0e-1", "drop.temperature"),
        ("0.1E+1", "drop.temperature"),
        ("1.0000001", "drop.temperature;lossy"),
        ("0", "drop.temperature;lossy"),
        ("-1", "drop.temperature;lossy"),
        ("1e400", "drop.temperature;lossy"),
    ] {
        let upstream = Upstream::script([Reply::json(200, ANSWER)]).await;
        let proxy = Proxy::start(&upstream, "").await;
        assert_eq!(proxy.chat(body(value)).await.headers()["x-azgate-edits"], edits, "{value}");
        assert_eq!(upstream.only().text(), hello("o3"), "{value}");
    }
}

#[tokio::test]
async fn duplicate_keys_below_the_top_level_pass_untouched_next_to_edits() {
    let body = r#"{"model":"o3","messages":[{"role":"user","role":"user","content":"a","content":"b","x":{"a":1,"a":2}}],"y":{"k":"1","k":"2"},"max_tokens":7}"#;
    assert_eq!(sent(body).await, body.replace("max_tokens", "max_completion_tokens"));
}

fn gzip(data: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(data).unwrap();
    encoder.finish().unwrap()
}

#[tokio::test]
async fn consecutive_gzip_members_are_one_body_and_anything_else_is_refused() {
    let body = hello("gpt-4.1");
    let (one, other) = body.as_bytes().split_at(20);
    let members = [gzip(one), gzip(b""), gzip(other)].concat();
    let upstream = Upstream::script([Reply::json(200, ANSWER)]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let coded: &[(&str, &str)] = &[("content-encoding", "gzip")];
    assert_eq!(proxy.post(CHAT, members.clone(), coded).await.status(), 200);
    for wrong in [
        [&members[..], b"trailing"].concat(),
        [&members[..], &gzip(b" ")[..9]].concat(),
        members[..members.len() - 1].to_vec(),
    ] {
        let refused = Refused::of(proxy.post(CHAT, wrong, coded).await).await;
        assert_eq!(refused.summary(), (400, "invalid_request_error", "invalid_content_encoding", None));
    }
    assert_eq!(upstream.only().text(), body);
}

/// Ten gigabytes of spaces: consecutive gzip members, run-length blocks of zstd (RFC 8878), and gzip within gzip.
fn bombs() -> Vec<(&'static str, Vec<u8>)> {
    let members = gzip(&vec![b' '; 1024 * 1024]).repeat(10 * 1024);
    let block = [0x02, 0x00, 0x10, b' '];
    let blocks = [&[0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38][..], &block.repeat(80 * 1024)].concat();
    let twice = gzip(&members);
    assert!(twice.len() < 100_000, "{} bytes", twice.len());
    // 16 MB of spaces, compressed twice with Node's zlib.brotliCompress.
    let brotli = [
        0xcb, 0xff, 0xff, 0x3f, 0xf8, 0x25, 0x40, 0xe2, 0xb1, 0x40, 0x20, 0xf7, 0xfe, 0x2f, 0xff, 0xff, 0xff,
        0xf0, 0x4b, 0x00, 0xc4, 0x61, 0x11, 0x80, 0xee, 0xfd, 0x1f,
    ];
    vec![("gzip", members), ("zstd", blocks), ("gzip, gzip", twice), ("br", brotli.to_vec())]
}

#[tokio::test]
async fn ten_gigabytes_in_a_small_body_are_413_quickly_with_little_memory() {
    let environment = [
        ("AZURE_OPENAI_ENDPOINT", "http://127.0.0.1:9"),
        ("AZURE_OPENAI_API_KEY", "k"),
        ("AZGATE_SERVER__MAX_BODY_BYTES", "12000000"),
    ];
    let server = Server::start(&["--listen", "127.0.0.1:0"], &environment, "azgate listens on").await;
    let url = format!("{}{CHAT}", server.url);
    let client = client().build().unwrap();
    for (coding, bomb) in bombs() {
        let call = client.post(&url).header("content-encoding", coding).body(bomb);
        let refused = Refused::of(soon(call.send()).await.unwrap()).await;
        assert_eq!(refused.summary(), (413, "invalid_request_error", "request_too_large", None), "{coding}");
    }
    assert_eq!(post(&url, "{}").await.status(), 400, "the gateway still serves");
    let peak = server.peak_memory();
    assert!(peak < 160 * 1024 * 1024, "{peak} bytes");
    server.stop().await;
}

#[tokio::test]
async fn deep_answers_pass_and_a_stream_made_from_one_is_complete() {
    let deep = nested("[", "", "]");
    let answer =
        ANSWER.replace("\"content_filter_results\":{}", &format!("\"content_filter_results\":{deep}"));
    let error =
        format!(r#"{{"error":{{"message":"no","type":null,"param":null,"code":"x","inner":{deep}}}}}"#);
    let script = [Reply::json(200, &answer), Reply::json(200, &answer), Reply::json(400, &error)];
    let upstream = Upstream::script(script).await;
    let proxy = Proxy::start(&upstream, "").await;
    assert!(soon(proxy.chat(hello("gpt-4.1"))).await.text().await.unwrap() == answer);
    let stream = hello("o1").replace("{\"model", "{\"stream\":true,\"model");
    let stream = soon(proxy.chat(stream)).await.text().await.unwrap();
    assert!(stream.contains("Hello.") && stream.ends_with("data: [DONE]\n\n"), "{stream:.300}");
    let refused = soon(proxy.chat(hello("gpt-4.1"))).await;
    assert_eq!(refused.status(), 400);
    assert!(refused.text().await.unwrap().contains("\"message\":\"no\""));
    let chunk = format!(
        r#"{{"choices":[{{"index":0,"delta":{{"content":"a"}},"finish_reason":"stop","x":{deep}}}]}}"#
    );
    drop((upstream.finish(), proxy));
    let event = format!("data: {chunk}\n\n");
    let upstream = Upstream::script([Reply::stream(&[&event, "data: [DONE]\n\n"]).end()]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let stream = hello("gpt-4.1").replace("{\"model", "{\"stream\":true,\"model");
    let stream = soon(proxy.chat(stream)).await.text().await.unwrap();
    assert!(stream.contains(&deep) && stream.ends_with("data: [DONE]\n\n"), "{stream:.300}");
    upstream.finish();
}

//! Streams: azgate relays them immediately, repairs Azure's deviations for strict clients, and counts tokens.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpSocket,
    sync::Notify,
};

use crate::support::{ANSWER, Logs, Proxy, Reply, Upstream, soon, sse};

/// Clients of this path expect Azure's streams.
const AZURE_PATH: &str = "/openai/deployments/gpt-5.4-mini/chat/completions?api-version=2024-10-21";
const OPENAI_PATH: &str = "/v1/chat/completions";

/// A default-mode stream of Azure with `include_usage` (gpt-5.4-mini, 2026-08; vercel/ai's fixtures).
const STREAM: [&str; 6] = [
    "data: {\"choices\":[],\"created\":0,\"id\":\"\",\"model\":\"\",\"object\":\"\",\"prompt_filter_results\":[{\"prompt_index\":0,\"content_filter_results\":{\"hate\":{\"filtered\":false,\"severity\":\"safe\"},\"jailbreak\":{\"detected\":false,\"filtered\":false}}}]}\n\n",
    "data: {\"choices\":[{\"content_filter_results\":{},\"delta\":{\"content\":\"\",\"refusal\":null,\"role\":\"assistant\"},\"finish_reason\":null,\"index\":0,\"logprobs\":null}],\"created\":1785610058,\"id\":\"chatcmpl-1\",\"model\":\"gpt-5.4-mini-2026-03-17\",\"obfuscation\":\"zRj\",\"object\":\"chat.completion.chunk\",\"service_tier\":\"default\",\"system_fingerprint\":null,\"usage\":null}\n\n",
    "data: {\"choices\":[{\"content_filter_results\":{\"hate\":{\"filtered\":false,\"severity\":\"safe\"}},\"delta\":{\"content\":\"Hí \\ud83d\\ude00\"},\"finish_reason\":null,\"index\":0,\"logprobs\":null}],\"created\":1785610058,\"id\":\"chatcmpl-1\",\"model\":\"gpt-5.4-mini-2026-03-17\",\"object\":\"chat.completion.chunk\",\"usage\":null}\n\n",
    "data: {\"choices\":[{\"content_filter_results\":{},\"delta\":{},\"finish_reason\":\"stop\",\"index\":0,\"logprobs\":null}],\"created\":1785610058,\"id\":\"chatcmpl-1\",\"model\":\"gpt-5.4-mini-2026-03-17\",\"object\":\"chat.completion.chunk\",\"usage\":null}\n\n",
    "data: {\"choices\":[],\"created\":1785610058,\"id\":\"chatcmpl-1\",\"latency_checkpoint\":{\"engine_ttft_ms\":28},\"model\":\"gpt-5.4-mini-2026-03-17\",\"object\":\"chat.completion.chunk\",\"usage\":{\"completion_tokens\":2,\"completion_tokens_details\":{\"reasoning_tokens\":1},\"prompt_tokens\":9,\"prompt_tokens_details\":{\"cached_tokens\":4},\"total_tokens\":11}}\n\n",
    "data: [DONE]\n\n",
];

/// An annotation of the asynchronous filter, which Azure can send after the end (Microsoft, content-streaming.md).
const ANNOTATION: &str = "data: {\"id\":\"\",\"object\":\"\",\"created\":0,\"model\":\"\",\"choices\":[{\"index\":0,\"finish_reason\":null,\"content_filter_results\":{\"hate\":{\"filtered\":false}},\"content_filter_offsets\":{\"check_offset\":44,\"start_offset\":44,\"end_offset\":198}}]}\n\n";

fn ask(more: &str) -> String {
    format!(r#"{{"model":"gpt-5.4-mini","messages":[{{"role":"user","content":"Hi"}}],"stream":true{more}}}"#)
}

const WITH_USAGE: &str = r#","stream_options":{"include_usage":true}"#;

/// Returns a stream as the client of this path gets it.
async fn relayed(path: &str, body: &str, events: &[&str]) -> String {
    let upstream = Upstream::script([Reply::stream(events).end()]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let answer = proxy.post(path, body.to_owned(), &[]).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["content-type"], "text/event-stream; charset=utf-8");
    assert_eq!(answer.headers()["x-azgate-family"], "gpt-5.4-mini");
    answer.text().await.unwrap()
}

#[tokio::test]
async fn on_an_azure_path_every_byte_passes_unchanged() {
    let odd = [&STREAM[..5], &[": a comment\n\n", ANNOTATION, STREAM[5]]].concat();
    assert_eq!(relayed(AZURE_PATH, &ask(WITH_USAGE), &odd).await, odd.concat());
    let crlf: Vec<String> = odd.iter().map(|event| event.replace('\n', "\r\n")).collect();
    let crlf: Vec<&str> = crlf.iter().map(String::as_str).collect();
    assert_eq!(relayed(AZURE_PATH, &ask(WITH_USAGE), &crlf).await, crlf.concat());
}

#[tokio::test]
async fn the_client_gets_each_chunk_before_azure_sends_the_next() {
    let steps: Vec<Arc<Notify>> = STREAM.iter().map(|_| Arc::new(Notify::new())).collect();
    let reply = STREAM
        .iter()
        .zip(&steps)
        .fold(Reply::stream(&[]), |reply, (event, step)| reply.wait(step).chunk(event));
    for path in [AZURE_PATH, OPENAI_PATH] {
        let upstream = Upstream::script([reply.clone().end()]).await;
        let proxy = Proxy::start(&upstream, "[models.\"gpt-5.4-mini\"]\nnormalize_stream = false").await;
        // The head waits for the first event.
        steps[0].notify_one();
        let mut answer = proxy.post(path, ask(WITH_USAGE), &[]).await;
        assert_eq!(soon(answer.chunk()).await.unwrap().unwrap(), STREAM[0].as_bytes());
        for (event, step) in STREAM.iter().zip(&steps).skip(1) {
            step.notify_one();
            assert_eq!(soon(answer.chunk()).await.unwrap().unwrap(), event.as_bytes());
        }
        assert_eq!(soon(answer.chunk()).await.unwrap(), None);
    }
}

#[tokio::test]
async fn a_client_that_does_not_read_slows_azure_down() {
    // More than fits into the buffers of two connections.
    const TIMES: usize = 256;
    let event = format!("data: {}\n\n", "x".repeat(128 * 1024));
    let held_back = Arc::new(Notify::new());
    let reply = Reply::stream(&[]).flood(&event, TIMES, &held_back).end();
    let upstream = Upstream::script([reply]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(16 * 1024).unwrap();
    let address = proxy.url.strip_prefix("http://").unwrap().parse().unwrap();
    let mut client = socket.connect(address).await.unwrap();
    let (body, length) = (ask(WITH_USAGE), ask(WITH_USAGE).len());
    let head = format!(
        "POST {AZURE_PATH} HTTP/1.1\r\nhost: localhost\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n"
    );
    client.write_all((head + &body).as_bytes()).await.unwrap();

    soon(held_back.notified()).await;
    let mut all = Vec::new();
    client.read_to_end(&mut all).await.unwrap();
    assert!(all.len() > TIMES * event.len(), "{} bytes", all.len());
    assert!(all.ends_with(b"\r\n0\r\n\r\n"));
}

#[tokio::test]
async fn usage_is_requested_and_hidden_from_a_client_that_did_not_request_it() {
    let upstream = Upstream::script([Reply::stream(&STREAM).end()]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let answer = proxy.post(AZURE_PATH, ask(""), &[]).await;
    assert_eq!(answer.headers()["x-azgate-edits"], "add.include_usage;n=2");
    let text = answer.text().await.unwrap();
    assert_eq!(text, [&STREAM[..4], &STREAM[5..]].concat().concat());
    let sent: Value = serde_json::from_str(upstream.only().text()).unwrap();
    assert_eq!(sent["stream_options"], json!({ "include_usage": true }));
}

#[tokio::test]
async fn a_client_that_requests_usage_gets_it_and_its_body_is_unchanged() {
    for path in [AZURE_PATH, OPENAI_PATH] {
        let upstream = Upstream::script([Reply::stream(&STREAM).end()]).await;
        let proxy = Proxy::start(&upstream, "").await;
        let answer = proxy.post(path, ask(WITH_USAGE), &[]).await;
        assert_eq!(answer.headers()["x-azgate-edits"], "none");
        assert!(answer.text().await.unwrap().contains(STREAM[4]));
        assert_eq!(upstream.only().text(), ask(WITH_USAGE));
    }
}

#[tokio::test]
async fn a_client_that_declines_usage_has_its_other_options_kept() {
    let upstream = Upstream::script([Reply::stream(&STREAM).end()]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let options = r#","stream_options":{"include_usage":false,"include_obfuscation":false}"#;
    let answer = proxy.post(AZURE_PATH, ask(options), &[]).await;
    assert!(!answer.text().await.unwrap().contains("latency_checkpoint"));
    let sent: Value = serde_json::from_str(upstream.only().text()).unwrap();
    assert_eq!(sent["stream_options"], json!({ "include_usage": true, "include_obfuscation": false }));
}

#[tokio::test]
async fn usage_is_never_requested_with_data_sources() {
    let upstream = Upstream::script([Reply::stream(&STREAM).end(), Reply::stream(&STREAM).end()]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let body = r#"{"model":"gpt-4.1","messages":[{"role":"user","content":"Hi"}],"stream":true,"data_sources":[{"type":"azure_search"}]}"#;
    let answer = proxy.chat(body).await;
    assert_eq!(answer.headers()["x-azgate-edits"], "none");
    answer.text().await.unwrap();
    let asked = body.replace("}]}", "}],\"stream_options\":{\"include_usage\":true}}");
    let answer = proxy.chat(asked).await;
    assert_eq!(answer.headers()["x-azgate-edits"], "drop.stream_options;lossy");
    answer.text().await.unwrap();
    for received in upstream.finish() {
        assert_eq!(received.text(), body);
    }
}

#[tokio::test]
async fn usage_is_not_requested_on_an_api_version_without_it() {
    let upstream = Upstream::script([Reply::stream(&STREAM).end()]).await;
    let proxy = Proxy::dated(&upstream, "2024-02-01", "").await;
    let body = r#"{"model":"gpt-4","messages":[{"role":"user","content":"Hi"}],"stream":true}"#;
    proxy.chat(body).await.text().await.unwrap();
    let received = upstream.only();
    assert!(received.line().ends_with("?api-version=2024-02-01 HTTP/1.1"), "{}", received.line());
    assert!(!received.text().contains("stream_options"), "{}", received.text());
}

#[tokio::test]
async fn on_an_openai_path_strict_clients_accept_every_chunk_and_nothing_is_lost() {
    let odd = [&STREAM[..4], &[ANNOTATION], &STREAM[4..]].concat();
    let chunks = sse::chunks(&relayed(OPENAI_PATH, &ask(WITH_USAGE), &odd).await);
    for chunk in &chunks {
        assert_eq!(chunk["object"], "chat.completion.chunk", "{chunk}");
        assert_eq!(chunk["id"], "chatcmpl-1", "{chunk}");
        assert_eq!(chunk["model"], "gpt-5.4-mini-2026-03-17", "{chunk}");
        assert_eq!(chunk["created"], 1_785_610_058, "{chunk}");
        let choices = chunk["choices"].as_array().unwrap();
        assert_eq!(choices.is_empty(), chunk["usage"].is_object(), "{chunk}");
        assert!(choices.iter().all(|choice| choice["delta"].is_object()), "{chunk}");
    }
    let first: Value = serde_json::from_str(STREAM[0].strip_prefix("data: ").unwrap()).unwrap();
    assert_eq!(chunks[0]["prompt_filter_results"], first["prompt_filter_results"]);
    assert_eq!(chunks[0]["choices"][0]["delta"]["role"], "assistant");
    assert_eq!(chunks[1]["choices"][0]["delta"]["content"], "Hí 😀");
    assert_eq!(chunks[3]["choices"][0]["content_filter_offsets"]["end_offset"], 198);
    assert_eq!(chunks[4]["latency_checkpoint"]["engine_ttft_ms"], 28);
    assert_eq!(chunks.len(), 5);
}

#[tokio::test]
async fn a_model_can_switch_the_repair_on_or_off_for_every_path() {
    for (setting, repaired) in [("true", true), ("false", false)] {
        for path in [AZURE_PATH, OPENAI_PATH] {
            let upstream = Upstream::script([Reply::stream(&STREAM).end()]).await;
            let more = format!("[models.\"gpt-5.4-mini\"]\nnormalize_stream = {setting}");
            let proxy = Proxy::start(&upstream, &more).await;
            let text = proxy.post(path, ask(WITH_USAGE), &[]).await.text().await.unwrap();
            assert_eq!(text.contains("\"id\":\"\""), !repaired, "{setting} {path}");
        }
    }
}

#[tokio::test]
async fn a_stream_that_breaks_off_within_an_event_ends_with_an_error_without_done() {
    let (cut, _) = STREAM[2].split_at(40);
    let upstream = Upstream::script([Reply::stream(&[STREAM[0], STREAM[1], cut]).close()]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let text = proxy.post(AZURE_PATH, ask(WITH_USAGE), &[]).await.text().await.unwrap();
    let error = text.strip_prefix(&STREAM[..2].concat()).unwrap();
    let error: Value = serde_json::from_str(sse::data(error)[0]).unwrap();
    assert_eq!(error["error"]["code"], "upstream_stream_interrupted");
    assert_eq!(error["error"]["type"], "server_error");
    assert!(!text.contains("[DONE]"));
}

#[tokio::test]
async fn a_client_that_disconnects_closes_the_connection_to_azure_and_is_logged() {
    let log = Logs::listen();
    let never = Arc::new(Notify::new());
    let upstream = Upstream::script([Reply::stream(&STREAM[..2]).wait(&never)]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let mut answer = proxy.post(AZURE_PATH, ask(WITH_USAGE), &[]).await;
    assert!(soon(answer.chunk()).await.unwrap().is_some());
    assert_eq!(log.calls().len(), 0, "the call is logged before its end");
    drop(answer);
    soon(upstream.closed.notified()).await;
    let call = log.call();
    assert_eq!(
        (&call["ended"], &call["status"], &call["stream"]),
        (&json!("client_gone"), &json!(200), &json!(true))
    );
}

#[tokio::test]
async fn an_error_answer_to_a_streamed_call_stays_json_with_its_status() {
    for status in [400, 408, 429, 500, 503] {
        let body = r#"{"error":{"message":"no","type":null,"param":null,"code":"x"}}"#;
        let upstream = Upstream::script([Reply::json(status, body)]).await;
        let proxy = Proxy::start(&upstream, "").await;
        let answer = proxy.chat(ask("")).await;
        assert_eq!(answer.status().as_u16(), status);
        assert_eq!(answer.headers()["content-type"], "application/json");
        assert_eq!(answer.text().await.unwrap(), body);
    }
}

#[tokio::test]
async fn a_json_answer_to_a_streamed_call_becomes_a_stream() {
    let upstream = Upstream::script([Reply::json(200, ANSWER)]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let answer = proxy.chat(ask("")).await;
    assert_eq!(answer.headers()["content-type"], "text/event-stream; charset=utf-8");
    let chunks = sse::chunks(&answer.text().await.unwrap());
    assert!(chunks.iter().any(|chunk| chunk["choices"][0]["delta"]["content"] == "Hello."), "{chunks:?}");
}

#[tokio::test]
async fn an_unknown_familys_stream_passes_untouched_except_for_the_repair_of_its_path() {
    let body = ask(WITH_USAGE).replace("gpt-5.4-mini", "my-own-thing");
    let upstream = Upstream::script([Reply::stream(&STREAM).end()]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let path = "/openai/deployments/my-own-thing/chat/completions?api-version=2024-10-21";
    let answer = proxy.post(path, body.clone(), &[]).await;
    assert_eq!(answer.headers()["x-azgate-family"], "unknown");
    assert_eq!(answer.headers()["x-azgate-edits"], "none");
    assert_eq!(answer.text().await.unwrap(), STREAM.concat());
    assert_eq!(upstream.only().text(), body);
}

#[tokio::test]
async fn a_legacy_caller_of_a_stream_gets_function_call_deltas() {
    let call = |delta: &str, reason: &str| {
        format!(
            "data: {{\"choices\":[{{\"delta\":{delta},\"finish_reason\":{reason},\"index\":0}}],\"created\":1,\"id\":\"c\",\"model\":\"o3\",\"object\":\"chat.completion.chunk\"}}\n\n"
        )
    };
    let events = [
        call(
            r#"{"role":"assistant","content":null,"tool_calls":[{"index":0,"id":"call_1","type":"function","function":{"name":"f","arguments":""}}]}"#,
            "null",
        ),
        call(r#"{"tool_calls":[{"index":0,"function":{"arguments":"{}"}}]}"#, "null"),
        call("{}", "\"tool_calls\""),
        "data: [DONE]\n\n".to_owned(),
    ];
    let events: Vec<&str> = events.iter().map(String::as_str).collect();
    let upstream = Upstream::script([Reply::stream(&events).end()]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let body = r#"{"model":"o3","messages":[{"role":"user","content":"Hi"}],"stream":true,"functions":[{"name":"f","parameters":{}}]}"#;
    let chunks = sse::chunks(&proxy.chat(body).await.text().await.unwrap());
    let deltas: Vec<&Value> = chunks.iter().map(|chunk| &chunk["choices"][0]["delta"]).collect();
    assert_eq!(deltas[0]["function_call"], json!({ "name": "f", "arguments": "" }));
    assert_eq!(deltas[1], &json!({ "function_call": { "arguments": "{}" } }));
    assert_eq!(chunks[2]["choices"][0]["finish_reason"], "function_call");
    assert!(deltas.iter().all(|delta| delta.get("tool_calls").is_none()));
    let sent: Value = serde_json::from_str(upstream.only().text()).unwrap();
    assert_eq!(sent["tools"], json!([{ "type": "function", "function": { "name": "f", "parameters": {} } }]));
    assert!(sent.get("functions").is_none());
}

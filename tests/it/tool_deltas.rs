//! Tool calls that strict clients cannot read are repaired on OpenAI's paths, and pass as they are on Azure's.

use serde_json::{Value, json};

use crate::support::{ANSWER, Logs, Proxy, Reply, Upstream, hello, soon, sse};

/// A call without a type, without an index, with blank ids, and with null for the arguments.
const CALLS: [&str; 3] = [
    r#"{"role":"assistant","tool_calls":[{"id":"c1","function":{"name":"f","arguments":null}}]}"#,
    r#"{"tool_calls":[{"id":"","function":{"arguments":"{}"}}]}"#,
    r#"{"tool_calls":[{"id":" ","function":{"name":"g","arguments":"{}"}}]}"#,
];

fn stream() -> String {
    let chunk = |delta: &str, reason: &str| {
        format!(
            "data: {{\"id\": \"chatcmpl-9\", \"object\": \"chat.completion.chunk\", \"created\": 5, \"model\": \"gpt-4.1\", \"choices\": [{{\"index\": 0, \"delta\": {delta}, \"finish_reason\": {reason}}}]}}\n\n"
        )
    };
    let deltas: String = CALLS.iter().map(|delta| chunk(delta, "null")).collect();
    deltas + &chunk("{}", "\"tool_calls\"") + "data: [DONE]\n\n"
}

async fn asked(path: &str, stream: bool, reply: Reply) -> String {
    let upstream = Upstream::script([reply]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let body = hello("gpt-4.1").replacen('{', &format!(r#"{{"stream":{stream},"#), 1);
    soon(proxy.post(path, body, &[])).await.text().await.unwrap()
}

#[tokio::test]
async fn the_deltas_of_a_stream_are_repaired() {
    let text = asked("/v1/chat/completions", true, Reply::stream(&[&stream()]).end()).await;
    let calls: Vec<Value> = sse::chunks(&text)
        .iter()
        .map(|chunk| chunk["choices"][0]["delta"]["tool_calls"][0].clone())
        .collect();
    assert_eq!(
        calls[..3],
        [
            json!({"id": "c1", "index": 0, "type": "function", "function": {"name": "f", "arguments": ""}}),
            json!({"index": 0, "function": {"arguments": "{}"}}),
            json!({"id": "call_9_0_1", "index": 1, "type": "function", "function": {"name": "g", "arguments": "{}"}}),
        ]
    );
}

#[tokio::test]
async fn on_an_azure_path_the_deltas_pass_as_they_are() {
    let path = "/openai/deployments/gpt-4.1/chat/completions";
    assert_eq!(asked(path, true, Reply::stream(&[&stream()]).end()).await, stream());
}

#[tokio::test]
async fn the_calls_of_a_json_answer_are_repaired() {
    let calls = r#"[{"id":"","function":{"name":"f","arguments":null}},{"function":{"name":"g","arguments":"{}"},"id":"c2"}]"#;
    let answer = ANSWER.replace(r#""refusal":null"#, &format!(r#""refusal":null,"tool_calls":{calls}"#));
    let whole: Value =
        serde_json::from_str(&asked("/v1/chat/completions", false, Reply::json(200, &answer)).await).unwrap();
    assert_eq!(
        whole["choices"][0]["message"]["tool_calls"],
        json!([
            {"id": "call_1_0_0", "type": "function", "function": {"name": "f", "arguments": "{}"}},
            {"id": "c2", "type": "function", "function": {"name": "g", "arguments": "{}"}},
        ])
    );
    assert_eq!(
        asked("/openai/deployments/gpt-4.1/chat/completions", false, Reply::json(200, &answer)).await,
        answer
    );
}

#[tokio::test]
async fn a_stream_that_ends_before_the_answer_does_ends_with_an_error() {
    let cut: String = stream().split_inclusive("\n\n").take(3).collect();
    for path in ["/v1/chat/completions", "/openai/deployments/gpt-4.1/chat/completions"] {
        let logs = Logs::listen();
        let text = asked(path, true, Reply::stream(&[&cut]).end()).await;
        let last: Value = serde_json::from_str(sse::data(&text).last().unwrap()).unwrap();
        assert_eq!(last["error"]["code"], "upstream_stream_interrupted", "{text}");
        let line = logs.call();
        assert_eq!(
            (&line["ended"], &line["error"]),
            (&json!("upstream_failed"), &json!("upstream_stream_interrupted"))
        );
    }
}

use bytes::Bytes;
use serde_json::{Value, json};

use super::super::normalize::{Normalized, Normalizer};
use super::*;

const OPEN: &str = r#"{"id":"chatcmpl-9","object":"chat.completion.chunk","created":5,"model":"m","choices":[{"index":0,"delta":{"role":"assistant","content":null},"finish_reason":null}]}"#;

/// Returns the `tool_calls` of each chunk after the repair. A chunk that is not changed gives null.
fn streamed(deltas: &[&str]) -> Vec<Value> {
    let mut normalizer = Normalizer::default();
    normalizer.event(&Bytes::from_static(OPEN.as_bytes()));
    let chunk = |calls: &&str| {
        let chunk = OPEN.replace(r#""role":"assistant","content":null"#, &format!(r#""tool_calls":{calls}"#));
        match normalizer.event(&chunk.into()) {
            Normalized::Changed(data) => {
                let chunk: Value = serde_json::from_slice(&data).unwrap();
                chunk["choices"][0]["delta"]["tool_calls"].clone()
            }
            Normalized::Same => Value::Null,
            Normalized::Held => panic!("held"),
        }
    };
    deltas.iter().map(chunk).collect()
}

#[test]
fn a_regular_call_stays_as_it_is() {
    let azure = [
        r#"[{"function":{"arguments":"","name":"f"},"id":"c1","index":0,"type":"function"}]"#,
        r#"[{"function":{"arguments":"{\"type\":null}"},"index":0}]"#,
        r#"[{"index":1,"id":"c2","type":"custom","custom":{"name":"g","input":""}}]"#,
        r#"[{"index":1,"custom":{"input":"x"}}]"#,
    ];
    assert_eq!(streamed(&azure), vec![Value::Null; 4]);
}

#[test]
fn only_the_first_delta_of_a_call_gets_a_type() {
    let deltas = [
        r#"[{"index":0,"id":"c1","function":{"name":"f","arguments":""}}]"#,
        r#"[{"index":0,"function":{"arguments":"{}"}}]"#,
        r#"[{"index":1,"id":"c2","type":null,"custom":{"name":"g","input":""}}]"#,
        r#"[{"index":1,"type":"","custom":{"input":"x"}}]"#,
    ];
    let repaired = streamed(&deltas);
    assert_eq!(
        repaired[0],
        json!([{"index": 0, "id": "c1", "type": "function", "function": {"name": "f", "arguments": ""}}])
    );
    assert_eq!(repaired[1], Value::Null);
    assert_eq!(repaired[2][0]["type"], "custom");
    assert_eq!(repaired[3], json!([{"index": 1, "custom": {"input": "x"}}]));
}

#[test]
fn a_missing_index_is_inferred() {
    let deltas = [
        r#"[{"id":"c1","type":"function","function":{"name":"f","arguments":""}},{"id":"c2","type":"function","function":{"name":"f","arguments":""}}]"#,
        r#"[{"id":"c1","function":{"arguments":"1"}}]"#,
        r#"[{"function":{"arguments":"2"}}]"#,
        r#"[{"index":null,"type":"function","function":{"name":"g","arguments":""}}]"#,
        r#"[{"function":{"arguments":"3"}}]"#,
    ];
    let repaired = streamed(&deltas);
    let indices = |calls: &Value| {
        calls.as_array().unwrap().iter().map(|call| call["index"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(indices(&repaired[0]), [0, 1]);
    assert_eq!(repaired[1], json!([{"index": 0, "function": {"arguments": "1"}}]));
    assert_eq!(indices(&repaired[2]), [1]);
    assert_eq!((indices(&repaired[3]), &repaired[3][0]["id"]), (vec![json!(2)], &json!("call_9_0_2")));
    assert_eq!(indices(&repaired[4]), [2]);
}

#[test]
fn a_call_has_one_id_and_it_comes_once() {
    let deltas = [
        r#"[{"index":0,"id":" ","type":"function","function":{"name":"f","arguments":""}}]"#,
        r#"[{"index":0,"id":"late","function":{"arguments":"1"}}]"#,
        r#"[{"index":0,"id":"","function":{"name":"","arguments":"2"}}]"#,
        r#"[{"index":1,"id":"c2","type":"function","function":{"name":"f","arguments":""}}]"#,
        r#"[{"index":1,"id":null,"function":{"name":null,"arguments":"3"}}]"#,
        r#"[{"index":1,"id":"c2","function":{"arguments":"4"}}]"#,
    ];
    let repaired = streamed(&deltas);
    assert_eq!(repaired[0][0]["id"], "call_9_0_0");
    for (at, (index, text)) in [(1, (0, "1")), (2, (0, "2")), (4, (1, "3")), (5, (1, "4"))] {
        assert_eq!(repaired[at], json!([{"index": index, "function": {"arguments": text}}]), "{at}");
    }
    assert_eq!(repaired[3], Value::Null);
}

#[test]
fn null_arguments_become_an_empty_text() {
    let deltas = [
        r#"[{"index":0,"id":"c1","type":"function","function":{"name":"f","arguments":null}}]"#,
        r#"[{"index":0,"function":{"arguments":null}}]"#,
        r#"[{"index":0,"function":null}]"#,
    ];
    let repaired = streamed(&deltas);
    assert_eq!(repaired[0][0]["function"], json!({"name": "f", "arguments": ""}));
    assert_eq!(repaired[1][0]["function"], json!({"arguments": ""}));
    assert_eq!(repaired[2], json!([{"index": 0}]));
}

#[test]
fn the_calls_of_another_choice_are_their_own() {
    let mut normalizer = Normalizer::default();
    normalizer.event(&Bytes::from_static(OPEN.as_bytes()));
    let chunk = |choice: u8| {
        let calls = format!(
            r#""index":{choice},"delta":{{"tool_calls":[{{"function":{{"name":"f","arguments":""}}}}]"#
        );
        OPEN.replace(r#""index":0,"delta":{"role":"assistant","content":null"#, &calls)
    };
    for choice in 0..2 {
        let Normalized::Changed(data) = normalizer.event(&chunk(choice).into()) else { panic!("unchanged") };
        let repaired: Value = serde_json::from_slice(&data).unwrap();
        let call = &repaired["choices"][0]["delta"]["tool_calls"][0];
        assert_eq!((&call["index"], &call["id"]), (&json!(0), &json!(format!("call_9_{choice}_0"))));
    }
}

fn whole(message: &str) -> Option<Value> {
    let answer = format!(r#"{{"id":"chatcmpl-9","choices":[{{"index":0,"message":{message}}}]}}"#);
    let answer = Document::parse(answer.into(), 4).unwrap();
    let repaired: Value = serde_json::from_slice(&repaired(&answer)?).unwrap();
    Some(repaired["choices"][0]["message"].clone())
}

#[test]
fn the_calls_of_a_whole_answer_are_repaired() {
    let odd = r#"{"tool_calls":[{"id":"","function":{"name":"f","arguments":null}},{"id":"c2","custom":{"name":"g","input":"x"}}]}"#;
    assert_eq!(
        whole(odd).unwrap()["tool_calls"],
        json!([
            {"id": "call_9_0_0", "type": "function", "function": {"name": "f", "arguments": "{}"}},
            {"id": "c2", "type": "custom", "custom": {"name": "g", "input": "x"}},
        ])
    );
    let legacy = whole(r#"{"function_call":{"name":"f","arguments":null}}"#).unwrap();
    assert_eq!(legacy["function_call"]["arguments"], "{}");
    for regular in [
        r#"{"content":"x"}"#,
        r#"{"tool_calls":null,"function_call":null}"#,
        r#"{"tool_calls":[]}"#,
        r#"{"tool_calls" : [ {"id": "c1", "type": "function", "function": {"name": "f", "arguments": "{\"id\":\"\"}"}}]}"#,
        r#"{"function_call":{"name":"f","arguments":"{}"}}"#,
    ] {
        assert_eq!(whole(regular), None, "{regular}");
    }
}

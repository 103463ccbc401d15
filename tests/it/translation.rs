//! A generic call, and the request that Azure gets.

use crate::support::{ANSWER, Proxy, Reply, Upstream, hello};

#[tokio::test]
async fn a_call_without_edits_and_its_answer_pass_byte_for_byte() {
    let upstream = Upstream::script([Reply::json(200, ANSWER)]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let body = r#" {"messages" : [{"role":"user","content":"Hi \u00e9"}], "model":"gpt-4.1","x":1.0 }"#;
    let answer = proxy.chat(body).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["x-azgate-edits"], "none");
    assert_eq!(answer.headers()["x-azgate-family"], "gpt-4.1");
    assert_eq!(answer.text().await.unwrap(), ANSWER);
    let received = upstream.only();
    assert_eq!(received.line(), "POST /openai/v1/chat/completions HTTP/1.1");
    assert_eq!(received.text(), body);
}

#[tokio::test]
async fn an_unknown_model_with_a_closed_list_is_404_and_names_the_nearest_model() {
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, "[models.gpt-5]\n[models.o1]").await;
    let answer = proxy.chat(hello("gpt5")).await;
    assert_eq!(answer.status(), 404);
    let body: serde_json::Value = serde_json::from_str(&answer.text().await.unwrap()).unwrap();
    assert_eq!(body["error"]["code"], "model_not_found");
    assert!(body["error"]["message"].as_str().unwrap().contains("`gpt-5`"), "{body}");
    upstream.finish();
}

#[tokio::test]
async fn the_body_is_sent_as_json_whatever_content_type_the_client_sent() {
    let upstream = Upstream::script([Reply::json(200, ANSWER)]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let form = [("content-type", "application/x-www-form-urlencoded")];
    assert_eq!(proxy.post("/v1/chat/completions", hello("gpt-4.1"), &form).await.status(), 200);
    let received = upstream.only();
    assert_eq!(received.header("content-type"), Some("application/json"));
    assert!(!received.head.contains("urlencoded"), "{}", received.head);
}

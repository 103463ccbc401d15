//! A refusal says which policy or header allows the call, and it does. What needs no refusal is not a loss.

use serde_json::{Value, json};

use crate::{
    bridged_failures::response,
    support::{ANSWER, Proxy, Refused, Reply, Upstream, hello, key},
};

const CHAT: &str = "/v1/chat/completions";

/// Returns the refusal of a call, or the edits of what Azure got.
async fn outcome(config: &str, body: &str, headers: &[(&str, &str)]) -> Result<String, Refused> {
    let upstream = Upstream::script([Reply::json(200, ANSWER)]).await;
    let proxy = Proxy::start(&upstream, config).await;
    let answer = proxy.post(CHAT, body.to_owned(), &[&[("api-key", "secret")], headers].concat()).await;
    if answer.status() == 200 {
        upstream.only();
        return Ok(answer.headers()["x-azgate-edits"].to_str().unwrap().to_owned());
    }
    upstream.untouched();
    Err(Refused::of(answer).await)
}

#[tokio::test]
async fn what_a_refusal_advises_allows_the_call() {
    let sampled = hello("o1-preview").replace("{\"model", "{\"temperature\":0.5,\"model");
    let format =
        hello("o1-preview").replace("{\"model", "{\"response_format\":{\"type\":\"json_object\"},\"model");
    let rule = |rule: &str, action: &str| format!("[policy.rules]\n\"{rule}\" = \"{action}\"\n");
    let line = |rule: &str, action: &str| format!("`rules = {{ \"{rule}\" = \"{action}\" }}`");
    let keyed = key("k", "secret", "[keys.k.policy]\nlossy = \"refuse\"\n");
    let (temperature, response_format) = ("drop.temperature", "refuse.response_format");
    let no: &[(&str, &str)] = &[];
    let (refuse, allow) = (&[("x-azgate-lossy", "refuse")], &[("x-azgate-lossy", "allow")]);
    let header = "`x-azgate-lossy: allow`".to_owned();
    for (config, body, headers, advice, better, better_headers) in [
        (String::new(), &sampled, &refuse[..], header.clone(), String::new(), &allow[..]),
        (
            "[policy]\nlossy = \"refuse\"\n".to_owned(),
            &sampled,
            no,
            header.clone(),
            "[policy]\nlossy = \"refuse\"\n".to_owned(),
            allow,
        ),
        (
            "[policy]\nlossy = \"refuse\"\n".to_owned(),
            &sampled,
            no,
            line(temperature, "apply"),
            format!("[policy]\nlossy = \"refuse\"\n{}", rule(temperature, "apply")),
            no,
        ),
        (keyed.clone(), &sampled, no, header.clone(), keyed, allow),
        (
            rule(temperature, "refuse"),
            &sampled,
            no,
            line(temperature, "apply"),
            rule(temperature, "apply"),
            no,
        ),
        (String::new(), &format, no, line(response_format, "apply"), rule(response_format, "apply"), no),
        (String::new(), &format, no, line(response_format, "pass"), rule(response_format, "pass"), no),
        (rule(response_format, "apply"), &format, refuse, header, rule(response_format, "apply"), allow),
    ] {
        let refused = outcome(&config, body, headers).await.unwrap_err();
        assert_eq!((refused.status, refused.code.as_str()), (400, "unsupported_parameter"), "{refused:?}");
        assert!(refused.message.contains(&advice), "{advice}: {refused:?}");
        assert!(outcome(&better, body, better_headers).await.is_ok(), "{better} {better_headers:?}");
    }
}

#[tokio::test]
async fn a_cap_that_is_lowered_to_less_than_half_is_a_loss() {
    let capped = |cap: u32| hello("gpt-4o").replace("{\"model", &format!("{{\"max_tokens\":{cap},\"model"));
    let refuse = &[("x-azgate-lossy", "refuse")];
    assert_eq!(outcome("", &capped(32_768), refuse).await.unwrap(), "clamp.max_tokens");
    assert_eq!(outcome("", &capped(32_769), &[]).await.unwrap(), "clamp.max_tokens;lossy");
    let refused = outcome("", &capped(32_769), refuse).await.unwrap_err();
    assert_eq!(refused.param.as_deref(), Some("max_tokens"), "{refused:?}");
    assert!(refused.message.contains("16384 tokens at most"), "{refused:?}");
}

#[tokio::test]
async fn a_participants_name_stays_in_the_text_if_the_model_says_so() {
    let body = r#"{"model":"gpt-5-codex","messages":[{"role":"user","name":"Ann","content":"Hi"},{"role":"user","name":"Bob","content":[{"type":"text","text":"Ho"}]}]}"#;
    let refuse = ("x-azgate-lossy", "refuse");
    let upstream = Upstream::script([Reply::json(200, &response("completed", &json!({})).to_string())]).await;
    let proxy = Proxy::start(&upstream, "[models.gpt-5-codex]\nnames_in_text = true\n").await;
    let answer = proxy.post(CHAT, body.to_owned(), &[refuse]).await;
    assert_eq!(answer.status(), 200);
    assert_eq!(answer.headers()["x-azgate-edits"], "bridge.responses, drop.name;n=2");
    let sent: Value = serde_json::from_str(upstream.only().text()).unwrap();
    let text = |text: &str| json!({ "type": "input_text", "text": text });
    assert_eq!(
        sent["input"],
        json!([
            { "type": "message", "role": "user", "content": [text("Ann: "), text("Hi")] },
            { "type": "message", "role": "user", "content": [text("Bob: "), text("Ho")] },
        ])
    );
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let refused = Refused::of(proxy.post(CHAT, body.to_owned(), &[refuse]).await).await;
    assert_eq!((refused.status, refused.param.as_deref()), (400, Some("messages[0].name")));
    assert!(refused.message.contains("`names_in_text`"), "{refused:?}");
    upstream.untouched();
}

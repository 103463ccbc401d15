//! Policies decide which changes azgate may make, and azgate reports every change.

use crate::support::{ANSWER, Proxy, Refused, Reply, Upstream, hello, key};

const CHAT: &str = "/v1/chat/completions";

/// Returns a call that gpt-5 does not accept unchanged.
fn sampled() -> String {
    hello("gpt-5").replace("{\"model", "{\"temperature\":0.5,\"model")
}

/// Returns the outcome of the call: the edits, or the parameter for which azgate refuses it.
async fn outcome(policy: &str, headers: &[(&str, &str)]) -> Result<String, String> {
    let upstream = Upstream::script([Reply::json(200, ANSWER)]).await;
    let proxy = Proxy::start(&upstream, policy).await;
    let answer = proxy.post(CHAT, sampled(), headers).await;
    if answer.status() == 200 {
        let edits = answer.headers()["x-azgate-edits"].to_str().unwrap().to_owned();
        let sent = upstream.only();
        assert_eq!(sent.text().contains("temperature"), !edits.contains("temperature"), "{edits}");
        return Ok(edits);
    }
    assert_eq!(answer.headers()["x-azgate-edits"], "none");
    assert_eq!(answer.headers()["x-azgate-family"], "gpt-5");
    assert_eq!(answer.headers()["x-azgate-deployment"], "gpt-5");
    upstream.untouched();
    let refused = Refused::of(answer).await;
    assert_eq!((refused.status, refused.code.as_str()), (400, "unsupported_parameter"));
    assert!(refused.message.contains("drop.temperature"), "{}", refused.message);
    Err(refused.param.unwrap())
}

const DROPPED: &str = "drop.temperature;lossy";

#[tokio::test]
async fn the_most_specific_setting_for_a_rule_decides() {
    let global = |action: &str| format!("[policy.rules]\n\"drop.temperature\" = \"{action}\"\n");
    let model = |action: &str| format!("[models.gpt-5.policy.rules]\n\"drop.temperature\" = \"{action}\"\n");
    let keyed = |action: &str| {
        key("k", "secret", "") + &format!("[keys.k.policy.rules]\n\"drop.temperature\" = \"{action}\"\n")
    };
    let sent: &[(&str, &str)] = &[("api-key", "secret")];
    let refused = Err("temperature".to_owned());
    assert_eq!(outcome("", &[]).await, Ok(DROPPED.to_owned()));
    assert_eq!(outcome(&global("apply"), &[]).await, Ok(DROPPED.to_owned()));
    assert_eq!(outcome(&global("refuse"), &[]).await, refused);
    assert_eq!(outcome(&global("pass"), &[]).await, Ok("none".to_owned()));
    assert_eq!(outcome(&(global("refuse") + &model("pass")), &[]).await, Ok("none".to_owned()));
    assert_eq!(outcome(&(global("pass") + &model("refuse")), &[]).await, refused);
    assert_eq!(outcome(&(model("pass") + &keyed("refuse")), sent).await, refused);
    let all = global("refuse") + &model("refuse") + &keyed("apply");
    assert_eq!(outcome(&all, sent).await, Ok(DROPPED.to_owned()));
}

#[tokio::test]
async fn lossy_changes_are_refused_globally_per_model_per_key_and_per_call() {
    let keyed = key("k", "secret", "[keys.k.policy]\nlossy = \"refuse\"\n");
    let sent = ("api-key", "secret");
    let refused = Err("temperature".to_owned());
    let allowed = Ok(DROPPED.to_owned());
    assert_eq!(outcome("[policy]\nlossy = \"refuse\"", &[]).await, refused);
    assert_eq!(outcome("[models.gpt-5.policy]\nlossy = \"refuse\"", &[]).await, refused);
    assert_eq!(outcome(&keyed, &[sent]).await, refused);
    let opened = "[policy]\nlossy = \"refuse\"\n[models.gpt-5.policy]\nlossy = \"allow\"";
    assert_eq!(outcome(opened, &[]).await, allowed);
    assert_eq!(outcome("", &[("x-azgate-lossy", "refuse")]).await, refused);
    assert_eq!(outcome("", &[("x-azgate-lossy", "allow")]).await, allowed);
    assert_eq!(outcome(&keyed, &[sent, ("x-azgate-lossy", "allow")]).await, allowed);
    assert_eq!(outcome("[policy]\nlossy = \"refuse\"", &[("x-azgate-lossy", "Allow ")]).await, allowed);
    // The header cannot allow a rule that the operator refuses by name.
    let named = "[policy.rules]\n\"drop.temperature\" = \"refuse\"";
    assert_eq!(outcome(named, &[("x-azgate-lossy", "allow")]).await, refused);
}

#[tokio::test]
async fn a_caller_who_refuses_lossy_changes_still_gets_lossless_changes() {
    let upstream = Upstream::script([Reply::json(200, ANSWER)]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let body = hello("gpt-5").replace("{\"model", "{\"max_tokens\":100,\"model");
    let answer = proxy.post(CHAT, body, &[("x-azgate-lossy", "refuse")]).await;
    assert_eq!(answer.headers()["x-azgate-edits"], "rename.max_tokens");
    assert!(upstream.only().text().starts_with(r#"{"max_completion_tokens":100,"#));
}

#[tokio::test]
async fn an_unknown_value_in_the_header_is_400_and_nothing_is_sent() {
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let cases: &[&[(&str, &str)]] = &[
        &[("x-azgate-lossy", "")],
        &[("x-azgate-lossy", "no")],
        &[("x-azgate-lossy", "refuse, allow")],
        &[("x-azgate-lossy", "\u{e9}")],
        &[("x-azgate-lossy", "allow"), ("x-azgate-lossy", "refuse")],
    ];
    for headers in cases {
        let refused = Refused::of(proxy.post(CHAT, sampled(), headers).await).await;
        let expected = (400, "invalid_request_error", "invalid_header", Some("x-azgate-lossy"));
        assert_eq!(refused.summary(), expected, "{headers:?}");
    }
    upstream.finish();
}

#[tokio::test]
async fn the_edits_are_reported_with_every_answer_of_azure() {
    let error = r#"{"error":{"code":"x","message":"no","param":null,"type":null}}"#;
    let chunk = crate::long_calls::EVENT;
    let replies = [
        (200, Reply::json(200, ANSWER)),
        (200, Reply::stream(&[chunk, "data: [DONE]\n\n"]).end()),
        (400, Reply::json(400, error)),
        (404, Reply::json(404, error)),
        (429, Reply::json(429, error)),
        (500, Reply::json(500, error)),
        (503, Reply::with(503, &[("content-type", "text/html")], "<html>")),
        (502, Reply::json(401, error)),
        (502, Reply::with(200, &[], "").bytes("").close()),
    ];
    for (at, (status, reply)) in replies.into_iter().enumerate() {
        let broken = Reply::default().close();
        let reply = if at == 8 { broken } else { reply };
        let upstream = Upstream::script([reply]).await;
        let proxy = Proxy::start(&upstream, "").await;
        let answer = proxy.chat(sampled()).await;
        assert_eq!(answer.status(), status, "{at}");
        assert_eq!(answer.headers()["x-azgate-edits"], DROPPED, "{at}");
        assert_eq!(answer.headers()["x-azgate-family"], "gpt-5", "{at}");
        assert_eq!(answer.headers()["x-azgate-deployment"], "gpt-5", "{at}");
        upstream.finish();
    }
}

#[tokio::test]
async fn many_edits_are_counted_by_rule_and_stay_under_a_kilobyte() {
    let upstream = Upstream::script([Reply::json(200, ANSWER)]).await;
    let proxy = Proxy::start(&upstream, "").await;
    let messages = [r#"{"role":"assistant","content":"Hi","tool_calls":null}"#; 500].join(",");
    let body = format!("{{\"model\":\"o1-preview\",\"stop\":\"x\",\"messages\":[{messages}]}}");
    let answer = proxy.chat(body).await;
    let edits = answer.headers()["x-azgate-edits"].to_str().unwrap();
    assert!(edits.contains(";n=500") && edits.len() < 1024, "{edits}");
    upstream.finish();
}

//! Who is let in, and whose secrets go where.

use azgate::{cli::ConfigArgs, config::Environment};
use serde_json::Value;

use crate::support::{ANSWER, AZURE_KEY, Logs, Proxy, Refused, Reply, Upstream, hello, key};

const CHAT: &str = "/v1/chat/completions";

fn two_keys() -> String {
    key("team-a", "secret-a", "") + &key("team-b", "secret-b", "")
}

#[tokio::test]
async fn a_key_is_taken_wherever_the_sdks_put_it() {
    // api-key: AzureOpenAI from 2.34; Bearer: OpenAI; both with one value: AzureOpenAI/Python up to 2.33.
    let ways: &[&[(&str, &str)]] = &[
        &[("api-key", "secret-a")],
        &[("authorization", "Bearer secret-b")],
        &[("authorization", "bearer   secret-b ")],
        &[("authorization", "Bearer secret-a"), ("api-key", "secret-a")],
        &[("authorization", "Bearer something-else"), ("api-key", "secret-a")],
        &[("authorization", "Bearer secret-a"), ("api-key", "something-else")],
        &[("authorization", "Basic c2VjcmV0"), ("authorization", "Bearer secret-a")],
    ];
    let upstream = Upstream::script(ways.iter().map(|_| Reply::json(200, ANSWER))).await;
    let proxy = Proxy::start(&upstream, &two_keys()).await;
    for headers in ways {
        let answer = proxy.post(CHAT, hello("gpt-4.1"), headers).await;
        assert_eq!(answer.status(), 200, "{headers:?}");
    }
    for received in upstream.finish() {
        assert_eq!(received.header("api-key"), Some(AZURE_KEY));
        assert_eq!(received.header("authorization"), None);
        assert!(
            !received.head.contains("secret-a") && !received.head.contains("secret-b"),
            "{}",
            received.head
        );
    }
}

#[tokio::test]
async fn without_a_known_key_it_is_401_before_anything_else_is_looked_at() {
    let upstream = Upstream::script([]).await;
    let proxy = Proxy::start(&upstream, &two_keys()).await;
    let azure = format!("Bearer {AZURE_KEY}");
    let cases: &[(&[(&str, &str)], &str)] = &[
        (&[], "no API key was sent"),
        (&[("authorization", "")], "no API key was sent"),
        (&[("authorization", "Bearer")], "no API key was sent"),
        (&[("authorization", "Basic secret-a")], "no API key was sent"),
        (&[("authorization", "secret-a")], "no API key was sent"),
        (&[("api-key", "")], "the API key is not known"),
        (&[("api-key", "secret-")], "the API key is not known"),
        (&[("api-key", "secret-aa")], "the API key is not known"),
        (&[("api-key", "SECRET-A")], "the API key is not known"),
        (&[("api-key", "team-a")], "the API key is not known"),
        (&[("api-key", AZURE_KEY)], "the API key is not known"),
        (&[("authorization", &azure)], "the API key is not known"),
        (&[("x-api-key", "secret-a")], "no API key was sent"),
    ];
    for (headers, message) in cases {
        for body in [hello("gpt-4.1"), "not JSON".to_owned()] {
            let answer = proxy.post(CHAT, body, headers).await;
            assert_eq!(answer.headers()["www-authenticate"], "Bearer", "{headers:?}");
            let refused = Refused::of(answer).await;
            assert_eq!(
                refused.summary(),
                (401, "authentication_error", "invalid_api_key", None),
                "{headers:?}"
            );
            assert!(refused.message.starts_with(message), "{headers:?}: {}", refused.message);
        }
    }
    upstream.finish();
}

#[tokio::test]
async fn azures_key_never_comes_down_not_even_where_azure_repeats_it() {
    let spilt = [("api-key", AZURE_KEY), ("x-custom", AZURE_KEY), ("set-cookie", AZURE_KEY)];
    let denied = format!("{{\"error\":{{\"code\":\"401\",\"message\":\"no access for {AZURE_KEY}\"}}}}");
    let upstream =
        Upstream::script([Reply::with(200, &spilt, ANSWER), Reply::with(401, &spilt, &denied)]).await;
    let proxy = Proxy::start(&upstream, "").await;
    for expected in [200, 502] {
        let answer = proxy.chat(hello("gpt-4.1")).await;
        assert_eq!(answer.status(), expected);
        let head = format!("{:?}", answer.headers());
        let whole = head + &answer.text().await.unwrap();
        assert!(!whole.contains(AZURE_KEY), "{whole}");
    }
    upstream.finish();
}

#[tokio::test]
async fn no_key_and_no_prompt_is_in_the_log_at_any_level() {
    let logs = Logs::listen();
    let answer = ANSWER.replace("Hello.", "the-answer");
    let upstream = Upstream::script([
        Reply::json(200, &answer),
        Reply::json(401, &format!("{{\"error\":{{\"message\":\"{AZURE_KEY}\"}}}}")),
        Reply::json(400, r#"{"error":{"code":"BadRequest","message":"the-complaint"}}"#),
        // Once on the pooled connection, once on a fresh one.
        Reply::default().close(),
        Reply::default().close(),
    ])
    .await;
    let proxy = Proxy::start(&upstream, &two_keys()).await;
    let body = hello("gpt-5").replace("Hi", "the-prompt").replace("{\"model", "{\"temperature\":0.5,\"model");
    for headers in [
        [("authorization", "Bearer secret-a"), ("x-request-id", "r-1")],
        [("api-key", "secret-b"), ("x-request-id", "r-2")],
        [("api-key", "secret-b"), ("x-request-id", "r-3")],
        [("api-key", "secret-b"), ("x-request-id", "r-4")],
        [("api-key", "secret-wrong"), ("x-request-id", "r-5")],
    ] {
        proxy.post(CHAT, body.clone(), &headers).await.text().await.unwrap();
    }
    let calls = logs.calls();
    let told: Vec<(&Value, &Value)> =
        calls.iter().map(|call| (&call["request_id"], &call["status"])).collect();
    let expected = ["r-1", "r-2", "r-3", "r-4", "r-5"].map(Value::from);
    let status = [200, 502, 400, 502, 401].map(Value::from);
    assert_eq!(told, expected.iter().zip(&status).collect::<Vec<_>>());
    let first = &calls[0];
    assert_eq!(first["key"], "team-a");
    assert_eq!(first["model"], "gpt-5");
    assert_eq!(first["deployment"], "gpt-5");
    assert_eq!(first["family"], "gpt-5");
    assert_eq!(first["edits"], "drop.temperature;lossy");
    assert_eq!((&first["prompt_tokens"], &first["completion_tokens"]), (&8.into(), &3.into()));
    let text = logs.text() + &proxy.gateway.registry.metrics.text();
    for secret in
        [AZURE_KEY, "secret-a", "secret-b", "secret-wrong", "the-prompt", "the-answer", "the-complaint"]
    {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
    upstream.finish();
}

#[tokio::test]
async fn a_keys_own_policy_goes_before_its_models_and_the_global_one() {
    let keys = key("strict", "secret-a", "[keys.strict.policy]\nlossy = \"refuse\"")
        + &key("lenient", "secret-b", "[keys.lenient.policy.rules]\n\"drop.temperature\" = \"pass\"");
    let more = format!(
        "{keys}\n[policy]\nlossy = \"allow\"\n[models.gpt-5.policy.rules]\n\"drop.top_p\" = \"pass\""
    );
    let upstream = Upstream::script([Reply::json(200, ANSWER)]).await;
    let proxy = Proxy::start(&upstream, &more).await;
    let body = hello("gpt-5").replace("{\"model", "{\"temperature\":0.5,\"top_p\":0.5,\"model");
    let refused = Refused::of(proxy.post(CHAT, body.clone(), &[("api-key", "secret-a")]).await).await;
    let expected = (400, "invalid_request_error", "unsupported_parameter", Some("temperature"));
    assert_eq!(refused.summary(), expected);
    let answer = proxy.post(CHAT, body.clone(), &[("api-key", "secret-b")]).await;
    assert_eq!(answer.headers()["x-azgate-edits"], "none");
    assert_eq!(upstream.only().text(), body);
}

/// The problems of a configuration, as lines.
fn problems(more: &str) -> Vec<String> {
    use std::io::Write;

    let mut file = tempfile::NamedTempFile::new().unwrap();
    write!(
        file,
        "[resources.main]\nendpoint = \"http://127.0.0.1:1\"\napi_key = {{ env = \"KEY\" }}\n{more}"
    )
    .unwrap();
    let environment: Environment = [("KEY", AZURE_KEY)].into_iter().collect();
    let checked = ConfigArgs { config: Some(file.path().to_owned()) }.checked(&environment, &[]);
    checked.problems.iter().map(ToString::to_string).collect()
}

#[test]
fn an_address_that_others_can_reach_needs_keys_or_a_written_word() {
    let open = "[server]\nlisten = \"0.0.0.0:0\"\n";
    let problems_found = problems(open);
    assert_eq!(problems_found.len(), 1, "{problems_found:?}");
    assert!(problems_found[0].contains("server.listen: there are no keys"), "{problems_found:?}");
    for sound in [
        format!("{open}allow_anonymous = true\n"),
        format!("{open}{}", two_keys()),
        "[server]\nlisten = \"127.0.0.1:0\"\n".to_owned(),
        "[server]\nlisten = \"[::1]:0\"\n".to_owned(),
    ] {
        assert_eq!(problems(&sound), [""; 0], "{sound}");
    }
    assert_eq!(problems("[server]\nlisten = \"[::]:0\"\n").len(), 1);
}

//! Requests per minute, per key and per model.

use std::time::Duration;

use reqwest::Response;

use crate::support::{ANSWER, Logs, Proxy, Refused, Reply, Upstream, hello, key};

async fn call(proxy: &Proxy, model: &str, secret: &str) -> Response {
    proxy.post("/v1/chat/completions", hello(model), &[("api-key", secret)]).await
}

/// A refusal for being over a limit of one request a minute, headers and all.
async fn limited(answer: Response, what: &str) {
    let header = |name: &str| answer.headers()[name].to_str().unwrap().to_owned();
    let millis: u64 = header("retry-after-ms").parse().unwrap();
    assert!((50_000..=60_000).contains(&millis), "{millis}");
    let seconds = Duration::from_millis(millis + 999).as_secs();
    assert_eq!(header("retry-after"), seconds.to_string());
    assert_eq!(header("x-ratelimit-limit-requests"), "1");
    assert_eq!(header("x-ratelimit-remaining-requests"), "0");
    assert_eq!(header("x-ratelimit-reset-requests"), format!("{millis}ms"));
    assert_eq!(header("x-azgate-edits"), "none");
    let refused = Refused::of(answer).await;
    assert_eq!(refused.summary(), (429, "rate_limit_error", "rate_limit_exceeded", None));
    let expected = format!("{what} is limited to 1 requests per minute. Try again in {seconds} s.");
    assert_eq!(refused.message, expected);
}

#[tokio::test]
async fn a_key_over_its_limit_is_429_and_other_keys_are_not() {
    let logs = Logs::listen();
    let keys = key("a", "secret-a", "requests_per_minute = 1") + &key("b", "secret-b", "");
    let upstream = Upstream::script([Reply::json(200, ANSWER), Reply::json(200, ANSWER)]).await;
    let proxy = Proxy::start(&upstream, &keys).await;
    assert_eq!(call(&proxy, "gpt-4.1", "secret-a").await.status(), 200);
    limited(call(&proxy, "gpt-4.1", "secret-a").await, "the key `a`").await;
    limited(call(&proxy, "o1", "secret-a").await, "the key `a`").await;
    assert_eq!(call(&proxy, "gpt-4.1", "secret-b").await.status(), 200);
    // Looking at the models is no call.
    assert_eq!(proxy.get_with("/v1/models", &[("api-key", "secret-a")]).await.status(), 200);
    let refused = &logs.calls()[1];
    assert_eq!((&refused["status"], &refused["key"]), (&429.into(), &"a".into()));
    assert_eq!(refused["error"], "rate_limit_exceeded");
    assert_eq!(upstream.finish().len(), 2);
}

#[tokio::test]
async fn a_model_over_its_limit_is_429_for_every_key_and_other_models_are_not() {
    let keys = key("a", "secret-a", "") + &key("b", "secret-b", "");
    let models = "[models.\"gpt-4.1\"]\nrequests_per_minute = 1\n[models.o3]\n";
    let upstream = Upstream::script([Reply::json(200, ANSWER), Reply::json(200, ANSWER)]).await;
    let proxy = Proxy::start(&upstream, &(keys + models)).await;
    assert_eq!(call(&proxy, "gpt-4.1", "secret-a").await.status(), 200);
    let answer = call(&proxy, "gpt-4.1", "secret-b").await;
    assert_eq!(answer.headers()["x-azgate-family"], "gpt-4.1");
    limited(answer, "the model `gpt-4.1`").await;
    let path = "/openai/deployments/gpt-4.1/chat/completions?api-version=2024-10-21";
    limited(proxy.post(path, hello("o3"), &[("api-key", "secret-a")]).await, "the model `gpt-4.1`").await;
    assert_eq!(call(&proxy, "o3", "secret-a").await.status(), 200);
    assert_eq!(upstream.finish().len(), 2);
}

#[tokio::test]
async fn calls_that_name_no_model_of_ours_take_nothing_from_a_limit() {
    let keys = key("a", "secret-a", "requests_per_minute = 1");
    let upstream = Upstream::script([Reply::json(200, ANSWER)]).await;
    let proxy = Proxy::start(&upstream, &(keys + "[models.\"gpt-4.1\"]\n")).await;
    assert_eq!(call(&proxy, "gpt-9", "secret-a").await.status(), 404);
    assert_eq!(call(&proxy, "", "secret-a").await.status(), 400);
    assert_eq!(call(&proxy, "gpt-4.1", "secret-b").await.status(), 401);
    assert_eq!(call(&proxy, "gpt-4.1", "secret-a").await.status(), 200);
    upstream.finish();
}

#[tokio::test]
async fn a_limit_of_azures_own_comes_through_with_its_own_headers() {
    let headers = [("retry-after", "7"), ("retry-after-ms", "6500"), ("x-ratelimit-remaining-requests", "3")];
    let body =
        r#"{"error":{"code":"429","message":"Requests to the deployment have exceeded the rate limit."}}"#;
    let upstream = Upstream::script([Reply::with(429, &headers, body)]).await;
    let proxy = Proxy::start(&upstream, &key("a", "secret-a", "requests_per_minute = 5")).await;
    let answer = call(&proxy, "gpt-4.1", "secret-a").await;
    assert_eq!(answer.status(), 429);
    for (name, value) in headers {
        assert_eq!(answer.headers()[name], value);
    }
    upstream.finish();
}

#[tokio::test]
async fn an_amended_call_that_the_models_limit_does_not_allow_is_429_and_not_azures_400() {
    let refusal = r#"{"error":{"message":"Unsupported parameter: 'temperature' is not supported with this model.","type":"invalid_request_error","param":"temperature","code":"unsupported_parameter"}}"#;
    let upstream = Upstream::script([Reply::json(400, refusal)]).await;
    let proxy = Proxy::start(&upstream, "[models.mystery-7]\nrequests_per_minute = 1\n").await;
    let body = r#"{"model":"mystery-7","temperature":0.5,"messages":[{"role":"user","content":"Hi"}]}"#;
    let answer = proxy.chat(body).await;
    let millis: u64 = answer.headers()["retry-after-ms"].to_str().unwrap().parse().unwrap();
    assert!((50_000..=60_000).contains(&millis), "{millis}");
    let refused = Refused::of(answer).await;
    assert_eq!((refused.status, refused.code.as_str()), (429, "rate_limit_exceeded"));
    assert_eq!(upstream.finish().len(), 1);
}

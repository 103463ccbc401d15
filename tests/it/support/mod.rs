//! What the tests stand on: a scripted upstream, a gateway in front of it, and plain clients.

pub(crate) mod authority;
pub(crate) mod calls;
pub(crate) mod command;
pub(crate) mod gateway;
pub(crate) mod imports;
pub(crate) mod logs;
pub(crate) mod raw;
pub(crate) mod reading;
pub(crate) mod refused;
pub(crate) mod sse;
pub(crate) mod talk;
pub(crate) mod twins;
pub(crate) mod upstream;

pub(crate) use authority::Authority;
pub(crate) use gateway::{AZURE_KEY, Proxy, client, post};
pub(crate) use logs::Logs;
pub(crate) use raw::Raw;
pub(crate) use refused::Refused;
pub(crate) use upstream::{Reply, Upstream};

/// A chat call's body for a model.
pub(crate) fn hello(model: &str) -> String {
    format!(r#"{{"model":"{model}","messages":[{{"role":"user","content":"Hi"}}]}}"#)
}

/// A chat answer as Azure gives it.
pub(crate) const ANSWER: &str = r#"{"choices":[{"content_filter_results":{},"finish_reason":"stop","index":0,"logprobs":null,"message":{"annotations":[],"content":"Hello.","refusal":null,"role":"assistant"}}],"created":1735689600,"id":"chatcmpl-1","model":"gpt-4.1-2025-04-14","object":"chat.completion","prompt_filter_results":[],"system_fingerprint":"fp_1","usage":{"completion_tokens":3,"prompt_tokens":8,"total_tokens":11}}"#;

/// The configuration of a key that clients may call with.
pub(crate) fn key(name: &str, secret: &str, more: &str) -> String {
    use sha2::{Digest, Sha256};

    let digest: [u8; 32] = Sha256::digest(secret).into();
    let digits = digest.map(|byte| format!("{byte:02x}")).concat();
    format!("[keys.{name}]\nsha256 = \"{digits}\"\n{more}\n")
}

/// What must come soon, or else never comes.
pub(crate) async fn soon<F: Future>(what: F) -> F::Output {
    let came = tokio::time::timeout(std::time::Duration::from_secs(20), what).await;
    came.expect("it did not come within 20 s")
}

//! `inbound::body`: reads arbitrary bytes, in arbitrary codings and chunks, under a limit, and makes a call of them.
//!
//! After the text's NUL byte the first choices are the number of codings, the codings, and the size of the chunks.
#![no_main]

use std::cell::LazyCell;

use axum::body::Body;
use azgate::{
    call::{Dialect, Operation},
    inbound::{BodyError, body},
};
use azgate_fuzz::{Choices, mutate, split};
use bytes::Bytes;
use futures_util::stream;
use http::{HeaderMap, HeaderValue, header};
use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use tokio::runtime::{Builder, Runtime};

const LIMIT: usize = 64 * 1024;

const CODINGS: [&str; 9] =
    ["gzip", "deflate", "br", "zstd", "x-gzip", "identity", " GZIP , br", "compress", "\u{e9}"];

thread_local! {
    static RUNTIME: LazyCell<Runtime> =
        LazyCell::new(|| Builder::new_current_thread().enable_time().build().expect("a runtime"));
}

fuzz_mutator!(|data: &mut [u8], size: usize, most: usize, seed: u32| {
    mutate::mutate(data, size, most, seed)
});

fuzz_target!(|input: &[u8]| {
    let (text, given) = split(input);
    // Without choices a body has no coding, so a JSON file is a call.
    let mut choices = Choices::new(if given.is_empty() { &[0, 0, 0] } else { given }, text);
    let (headers, plain) = headers(&mut choices);
    let size = usize::from(choices.byte()) + 1;
    let chunks: Vec<Result<Bytes, BodyError>> =
        text.chunks(size).map(|chunk| Ok(Bytes::copy_from_slice(chunk))).collect();
    let upload = Body::from_stream(stream::iter(chunks));
    let read = RUNTIME.with(|runtime| runtime.block_on(body::bytes(&headers, upload, LIMIT)));
    let whole = match read {
        Ok(whole) => whole,
        Err(error) => return check(&error),
    };
    assert!(whole.len() <= LIMIT);
    assert!(!plain || whole == text);
    let named = (choices.below(4) == 0).then(|| "named".to_owned());
    match body::call(Operation::of(Dialect::Chat), named.clone(), true, whole.clone()) {
        Ok(call) => {
            assert_eq!(call.body.bytes().as_ptr(), whole.as_ptr());
            let root: serde_json::Value = match serde_json::from_slice(&whole) {
                Ok(root) => root,
                // serde_json refuses only depths, numbers and surrogates that its values cannot hold.
                Err(error) => return assert!(error.is_syntax() && error.line() > 0, "{error}"),
            };
            // A body may be that of a Responses call.
            assert!(root["messages"].is_array() || root["input"].is_array() || root["input"].is_string());
            assert_eq!(call.stream, root["stream"] == true);
            let named = named.as_deref().unwrap_or_else(|| root["model"].as_str().expect("text"));
            assert_eq!(call.model(), Some(named));
        }
        Err(error) => check(&error),
    }
});

/// Returns the headers of a body, and whether the body has no coding.
fn headers(choices: &mut Choices<'_>) -> (HeaderMap, bool) {
    let mut headers = HeaderMap::new();
    let count = choices.below(6);
    for _ in 0..count {
        let coding = HeaderValue::from_bytes(choices.of(&CODINGS).as_bytes()).expect("a header's value");
        headers.append(header::CONTENT_ENCODING, coding);
    }
    (headers, count == 0)
}

/// Asserts that an error has a message, and that the body's own bytes caused it.
fn check(error: &BodyError) {
    let message = error.to_string();
    assert!(!message.is_empty());
    assert!(!matches!(error, BodyError::Interrupted | BodyError::Stalled), "{error}");
}

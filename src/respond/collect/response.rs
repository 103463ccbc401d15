//! Collects the events of a response. The last event holds the whole response.

use bytes::Bytes;
use http::StatusCode;

use super::error::CollectError;
use crate::{
    json::{Change, Document, Kind, Pointer, Raw, View, text},
    respond::{
        edited,
        envelope::{self, kind, status_of_code},
        key,
        responses::{self, EVENT_DEPTH, LAST_EVENTS, LastEvent},
    },
};

/// The response, or its error, as far as the events have brought it.
#[derive(Debug, Default)]
pub(super) struct ResponseCollector {
    /// The response, unchanged.
    response: Option<Bytes>,
    /// The error body for a failed response. Azure may name the error only in a later event.
    failed: Option<Bytes>,
}

impl ResponseCollector {
    /// Takes the next event's data. Returns whether it was the last event.
    pub(super) fn event(&mut self, data: &Bytes) -> Result<bool, CollectError> {
        if !key::TYPE.may_be(data, &LAST_EVENTS) {
            return Ok(false);
        }
        let Ok(event) = Document::parse(data.clone(), EVENT_DEPTH) else { return Ok(false) };
        match LastEvent::of(event.root()) {
            None => {}
            Some(LastEvent::Response(response)) => self.response = Some(data.slice(response.span().range())),
            Some(LastEvent::Failed(_) | LastEvent::Error(_)) => match reported(&event) {
                Ok(event) => return Err(CollectError::Reported { event }),
                Err(unnamed) => {
                    self.failed = Some(unnamed);
                    return Ok(false);
                }
            },
        }
        Ok(self.response.is_some())
    }

    /// Returns the response.
    pub(super) fn finish(self) -> Result<Bytes, CollectError> {
        match (self.response, self.failed) {
            (Some(response), _) => Ok(response),
            (None, Some(event)) => Err(CollectError::Reported { event }),
            (None, None) => Err(CollectError::BrokenOff),
        }
    }
}

/// Returns an event that reports an error, with the error where error answers have it. The error of a response that
/// failed without a reason is an `Err`, because Azure may name the reason in a later event.
pub(in crate::respond) fn reported(event: &Document) -> Result<Bytes, Bytes> {
    match LastEvent::of(event.root()) {
        Some(LastEvent::Error(error)) => Ok(nested(event, error)),
        Some(LastEvent::Failed(response)) => {
            let error = response.get("error").filter(|error| error.kind() == Kind::Object);
            match error.and_then(|error| error.reparse(1)) {
                Some(error) => Ok(with_error(event, whole(&error))),
                None => Err(with_error(event, unnamed())),
            }
        }
        Some(LastEvent::Response(_)) | None => Err(with_error(event, unnamed())),
    }
}

/// Returns the error of a failed response for which Azure named no error.
fn unnamed() -> String {
    let message = text::quote("The response failed, and Azure does not say why.");
    envelope::error(StatusCode::INTERNAL_SERVER_ERROR, Some("server_error"), &message)
}

/// Returns the event with a member `error` as in error answers.
fn with_error(event: &Document, error: String) -> Bytes {
    edited(event, &[Change::Set { at: Pointer::key("error"), value: Raw::json(error) }])
}

/// Returns a response's error, which has a code and a message, with the other two members that clients look for.
fn whole(error: &Document) -> String {
    let code = error.root().get("code").and_then(View::text).unwrap_or_default();
    let kind = text::quote(kind(status_of_code(&code)));
    let lacks = |key: &str| error.root().get(key).is_none();
    let added = [("type", &*kind), ("param", "null")].into_iter().filter(|(key, _)| lacks(key));
    let added: Vec<Change> = added
        .map(|(key, value)| Change::Set { at: Pointer::key(key), value: Raw::json(value.to_owned()) })
        .collect();
    String::from_utf8_lossy(&edited(error, &added)).into_owned()
}

/// Returns an `error` event with its error nested, as servers send it, even if the event is flat.
fn nested(event: &Document, error: View<'_>) -> Bytes {
    if responses::error_of(error).span() != error.span() {
        return event.source().clone();
    }
    let raw = |key: &str| error.get(key).map_or("null".into(), |value| String::from_utf8_lossy(value.raw()));
    let code = error.get("code").and_then(View::text).unwrap_or_default();
    let kind = kind(status_of_code(&code));
    let (message, param, code) = (raw("message"), raw("param"), raw("code"));
    with_error(event, format!(r#"{{"message":{message},"type":"{kind}","param":{param},"code":{code}}}"#))
}

#[cfg(test)]
mod tests {
    use super::super::*;
    use crate::respond::envelope::status_of;
    use http::StatusCode;

    const LIMIT: usize = 1 << 16;

    fn events(data: &[&str]) -> String {
        data.iter().flat_map(|data| ["event: x\ndata: ", data, "\n\n"]).collect()
    }

    fn collect(data: &[&str]) -> Result<String, CollectError> {
        let mut collector = Collector::new(Dialect::Responses, LIMIT);
        for piece in events(data).as_bytes().chunks(7) {
            collector.push(Bytes::copy_from_slice(piece))?;
        }
        collector.finish().map(|answer| String::from_utf8(answer.to_vec()).unwrap())
    }

    /// Returns the status and the error of a stream that contains an error.
    fn error(data: &[&str]) -> (StatusCode, serde_json::Value) {
        let Err(CollectError::Reported { event }) = collect(data) else { panic!("no error") };
        let body: serde_json::Value = serde_json::from_slice(&event).unwrap();
        (status_of(&event).unwrap(), body["error"].clone())
    }

    const DELTA: &str = r#"{"type":"response.output_text.delta","delta":"\"type\":\"error\"","logprobs":[]}"#;
    const CREATED: &str = r#"{"type":"response.created","response":{"status":"in_progress","error":null}}"#;
    const SILENT: &str =
        r#"{"type":"response.failed","response":{"status":"failed","error":null},"sequence_number":1}"#;
    const NESTED: &str = r#"{"type":"error","error":{"type":"too_many_requests","code":"rate_limit_exceeded","headers":{"x":"1"},"message":"slow","param":null},"sequence_number":2}"#;

    #[test]
    fn the_last_events_response_is_the_answer_as_it_is_spelt() {
        for (kind, response) in [
            (
                "completed",
                r#"{ "status":"completed", "created_at":1.0e9,"x":{"\u0061":[1.50]},"output":[] }"#,
            ),
            ("incomplete", r#"{"status":"incomplete","incomplete_details":{"reason":"content_filter"}}"#),
        ] {
            let last = format!(r#"{{"sequence_number":9,"response":{response},"type":"response.{kind}"}}"#);
            for behind in [&[][..], &["[DONE]"], &["{"]] {
                let all = [&[CREATED, DELTA, &last], behind].concat();
                assert_eq!(collect(&all).unwrap(), response);
            }
        }
    }

    #[test]
    fn what_comes_behind_the_last_event_is_not_waited_for() {
        let mut collector = Collector::new(Dialect::Responses, LIMIT);
        collector.push(events(&[CREATED, DELTA]).into()).unwrap();
        assert!(!collector.is_done());
        collector.push(events(&[r#"{"type":"response.completed","response":{}}"#]).into()).unwrap();
        assert!(collector.is_done());
    }

    #[test]
    fn a_response_that_failed_is_an_error_answer() {
        let failed = |code: &str| {
            let event = format!(
                r#"{{"type":"response.failed","response":{{"id":"resp_1","status":"failed","error":{{"code":"{code}","message":"n\u006f","x":1}}}}}}"#
            );
            error(&[CREATED, &event])
        };
        for (code, status, kind) in [
            ("server_error", 500, "server_error"),
            ("rate_limit_exceeded", 429, "rate_limit_error"),
            ("invalid_prompt", 400, "invalid_request_error"),
            ("image_too_large", 400, "invalid_request_error"),
            ("vector_store_timeout", 504, "server_error"),
        ] {
            let (is, error) = failed(code);
            assert_eq!(is, status, "{code}");
            let expected =
                serde_json::json!({"code": code, "message": "no", "x": 1, "type": kind, "param": null});
            assert_eq!(error, expected);
        }
    }

    #[test]
    fn what_the_error_was_may_stand_behind_a_response_that_failed() {
        let (status, reported) = error(&[CREATED, SILENT, NESTED]);
        assert_eq!(
            (status.as_u16(), &reported["message"], &reported["headers"]["x"]),
            (429, &"slow".into(), &"1".into())
        );
        for ended in [&[SILENT][..], &[SILENT, "[DONE]"]] {
            let (status, reported) = error(ended);
            assert_eq!((status.as_u16(), &reported["code"]), (500, &"server_error".into()));
        }
    }

    #[test]
    fn an_error_event_is_an_error_answer_in_either_form() {
        assert_eq!(error(&[NESTED]).0, 429);
        let flat = r#"{"type":"error","code":"context_length_exceeded","message":"l\u006fng","param":"input","sequence_number":1}"#;
        let expected = serde_json::json!({
            "message": "long", "type": "invalid_request_error", "param": "input", "code": "context_length_exceeded"
        });
        assert_eq!(error(&[CREATED, flat]), (StatusCode::BAD_REQUEST, expected));
        let bare = error(&[r#"{"type":"error"}"#]);
        assert_eq!((bare.0.as_u16(), &bare.1["code"]), (500, &serde_json::Value::Null));
    }

    #[test]
    fn a_stream_without_a_last_event_broke_off() {
        for data in
            [&[][..], &[CREATED, DELTA], &[CREATED, "[DONE]"], &["hello", r#"{"type":"response.completed"}"#]]
        {
            assert_eq!(collect(data), Err(CollectError::BrokenOff), "{data:?}");
        }
        let mut collector = Collector::new(Dialect::Responses, LIMIT);
        collector.push("data: {\"type\":\"response.completed\",\"response\":{\"out".into()).unwrap();
        assert_eq!(collector.finish(), Err(CollectError::BrokenOff));
    }

    #[test]
    fn a_stream_of_any_length_is_no_harm_and_an_event_that_is_too_large_is() {
        let delta = Bytes::from(events(&[DELTA]));
        let mut collector = Collector::new(Dialect::Responses, LIMIT);
        for _ in 0..LIMIT / delta.len() * 2 {
            collector.push(delta.clone()).unwrap();
        }
        let large = format!("data: {}", "x".repeat(LIMIT));
        assert_eq!(collector.push(large.into()), Err(CollectError::TooLarge { limit: LIMIT }));
    }
}

//! Streams of the Responses API, which are relayed byte for byte.

use std::time::Duration;

use super::*;
use crate::call::{AnswerSummary, Dialect, Usage};

/// A stream as Azure sends it (gpt-5.1, 2026-02), shortened.
const STREAM: &str = r#"event: response.created
data: {"type":"response.created","sequence_number":0,"response":{"id":"resp_1","object":"response","created_at":1770803606,"status":"in_progress","content_filters":null,"error":null,"model":"gpt-5.1","output":[],"usage":null}}

: heartbeat

event: response.output_item.added
data: {"type":"response.output_item.added","sequence_number":2,"output_index":0,"item":{"id":"msg_1","type":"message","status":"in_progress","content":[],"role":"assistant"}}

event: response.output_text.delta
data: {"type":"response.output_text.delta","sequence_number":4,"item_id":"msg_1","output_index":0,"content_index":0,"delta":"Hí \"type\":\"error\" 😀","logprobs":[],"obfuscation":"VLMdSoETMf5"}

event: response.completed
data: {"type":"response.completed","sequence_number":8,"response":{"id":"resp_1","object":"response","created_at":1770803606,"status":"completed","content_filters":[{"blocked":false}],"error":null,"incomplete_details":null,"model":"gpt-5.1","output":[{"id":"msg_1","type":"message","status":"completed","content":[{"type":"output_text","annotations":[],"logprobs":[],"text":"Hí 😀"}],"role":"assistant"}],"usage":{"input_tokens":11,"input_tokens_details":{"cached_tokens":4},"output_tokens":12,"output_tokens_details":{"reasoning_tokens":1},"total_tokens":23}}}

"#;

/// A plan with every option that applies only to chat.
fn plan() -> ReplyPlan {
    ReplyPlan {
        dialect: Dialect::Responses,
        usage_chunk: UsageChunk::Hidden,
        normalize: true,
        legacy_functions: true,
        ..ReplyPlan::default()
    }
}

fn events() -> Vec<&'static str> {
    STREAM.split_inclusive("\n\n").collect()
}

/// Returns the outcome of a stream of these events, which are numbered as Azure numbers them.
fn outcome_of(data: &[&str]) -> Outcome {
    let stream: String = data.iter().flat_map(|data| ["data: ", data, "\n\n"]).collect();
    let (frames, outcome) = relay(vec![super::data(stream.clone())], &plan());
    assert_eq!(text(&frames), stream);
    outcome
}

/// Returns the one event that follows these, as its `event` line and its data.
fn last(frames: &[Bytes], before: &str) -> (String, serde_json::Value) {
    let all = text(frames);
    let event = all.strip_prefix(before).unwrap_or_else(|| panic!("{all} does not begin with {before}"));
    let (name, data) = event.strip_suffix("\n\n").unwrap().split_once('\n').unwrap();
    (name.to_owned(), serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap())
}

#[test]
fn a_response_passes_as_slices_of_what_came_and_is_read_at_its_end() {
    let (first, second) = STREAM.split_at(STREAM.find("event: response.completed").unwrap());
    let chunks = [Bytes::from_static(first.as_bytes()), Bytes::from_static(second.as_bytes())];
    let (frames, outcome) = relay(chunks.iter().cloned().map(data).collect(), &plan());
    assert_eq!(frames, chunks);
    assert!(frames.iter().zip(&chunks).all(|(frame, chunk)| frame.as_ptr() == chunk.as_ptr()));
    let summary = AnswerSummary {
        usage: Some(Usage { prompt: 11, cached: 4, completion: 12, reasoning: 1 }),
        model: Some("gpt-5.1".into()),
        finish_reason: Some("stop".into()),
        error: None,
        reasoning: Vec::new(),
    };
    assert_eq!(outcome, Outcome { summary, bytes: STREAM.len() as u64, ..Outcome::default() });
}

#[test]
fn the_summary_comes_from_the_last_event() {
    let ended =
        |ended: &str| outcome_of(&[r#"{"type":"response.created","response":{"model":"m-1"}}"#, ended]);
    let cut = ended(
        r#"{"type":"response.incomplete","sequence_number":1,"response":{"status":"incomplete","incomplete_details":{"reason":"max_output_tokens"},"usage":{"output_tokens":16,"output_tokens_details":{"reasoning_tokens":16}}}}"#,
    );
    assert!(cut.summary.reasoning_exhausted() && cut.end == End::Done);
    assert_eq!(cut.summary.model.as_deref(), Some("m-1"), "the first event named it");
    let spaced = ended(
        r#"{ "sequence_number": 1, "response" : {"status":"completed","output":[{"type":"function_call"}]}, "type" : "response.completed" }"#,
    );
    assert_eq!((spaced.summary.finish_reason.as_deref(), spaced.end), (Some("tool_calls"), End::Done));
    assert_eq!(ended("[DONE]").end, End::Done);
}

#[test]
fn a_response_without_its_last_event_ends_with_an_error() {
    let begun = r#"data: {"type":"response.created","response":{"model":"m-1"},"sequence_number":0}"#;
    for last in [r#"data: {"type":"response.completed","sequence_number":1}"#, ": comment"] {
        let stream = format!("{begun}\n\n{last}\n\n");
        let (frames, outcome) = relay(vec![data(stream.clone())], &plan());
        let (name, error) = self::last(&frames, &stream);
        assert_eq!((&*name, error["code"].as_str()), ("event: error", Some(INTERRUPTED.code)));
        assert_eq!(outcome.end, End::UpstreamFailed);
    }
}

#[test]
fn a_failure_is_reported_with_its_code_in_any_order_of_events() {
    let silent =
        r#"{"type":"response.failed","response":{"status":"failed","error":null},"sequence_number":1}"#;
    let failed = r#"{"type":"response.failed","response":{"status":"failed","error":{"code":"server_error","message":"no"}}}"#;
    let nested = r#"{"type":"error","error":{"type":"too_many_requests","code":"rate_limit_exceeded","message":"no","param":null},"sequence_number":2}"#;
    let flat = r#"{"type":"error","code":"ERR","message":"no","param":null,"sequence_number":1}"#;
    let unnamed = r#"{"type":"error","code":null,"message":"no","param":null}"#;
    for (stream, code) in [
        (&[failed][..], "server_error"),
        (&[silent], "failed"),
        (&[silent, nested], "rate_limit_exceeded"),
        (&[nested, silent], "rate_limit_exceeded"),
        (&[flat], "ERR"),
        (&[unnamed], "error"),
        (&[failed, unnamed, "[DONE]"], "server_error"),
    ] {
        let outcome = outcome_of(stream);
        assert_eq!(
            (outcome.summary.error.as_deref(), outcome.end),
            (Some(code), End::UpstreamFailed),
            "{stream:?}"
        );
        assert_eq!(outcome.summary.finish_reason, None);
    }
}

#[test]
fn a_stream_that_breaks_off_ends_with_an_error_event_of_the_next_number() {
    let (whole, rest) = STREAM.split_at(STREAM.find("event: response.completed").unwrap());
    let half = whole.to_owned() + rest.split_at(40).0;
    let (frames, outcome) = relay(vec![data(half), Err("connection reset")], &plan());
    let (name, event) = last(&frames, whole);
    assert_eq!(name, "event: error");
    assert_eq!((&event["type"], &event["sequence_number"]), (&"error".into(), &5.into()));
    assert_eq!(
        (&event["code"], &event["error"]["code"]),
        (&INTERRUPTED.code.into(), &INTERRUPTED.code.into())
    );
    assert_eq!(event["message"], event["error"]["message"]);
    assert_eq!((outcome.end, outcome.cause.as_deref()), (End::UpstreamFailed, Some("connection reset")));
    assert_eq!(outcome.summary.error.as_deref(), Some(INTERRUPTED.code));
    let (frames, _) = relay(vec![data(": hello\n\n"), Err("connection reset")], &plan());
    assert_eq!(last(&frames, ": hello\n\n").1["sequence_number"], 0);
}

#[test]
fn a_failure_after_the_last_event_is_ignored() {
    let (frames, outcome) = relay(vec![data(STREAM), Err("connection reset")], &plan());
    assert_eq!((text(&frames).as_str(), outcome.end), (STREAM, End::Done));
}

#[tokio::test(start_paused = true)]
async fn a_limit_that_runs_out_becomes_an_error_event() {
    let steps = StreamExt::chain(stream::iter([data(events()[0])]), stream::pending());
    let limits = Timeouts { idle: Some(Duration::from_secs(5)), ..Timeouts::default() };
    let relay =
        Relay::new(StreamBody::new(steps), &plan(), Pulse::new(Deadlines::begin(limits), None), |_| {});
    let reported = http_body_util::BodyExt::collect(relay).await.unwrap().to_bytes();
    let (_, event) = last(&[reported], events()[0]);
    assert_eq!((&event["code"], &event["sequence_number"]), (&"upstream_timeout".into(), &1.into()));
}

#[tokio::test(start_paused = true)]
async fn the_relay_waits_only_shortly_for_the_end_of_the_body() {
    let steps = StreamExt::chain(stream::iter([data(STREAM)]), stream::pending());
    let reported = Rc::new(RefCell::new(None));
    let noted = reported.clone();
    let relay = Relay::new(StreamBody::new(steps), &plan(), still(), move |outcome| {
        *noted.borrow_mut() = Some(outcome);
    });
    let begun = tokio::time::Instant::now();
    let all = http_body_util::BodyExt::collect(relay).await.unwrap().to_bytes();
    assert_eq!((all, begun.elapsed()), (Bytes::from(STREAM), Duration::from_secs(1)));
    assert_eq!(reported.take().unwrap().end, End::Done);
}

#[tokio::test(start_paused = true)]
async fn an_upstream_that_goes_on_after_the_last_event_is_left() {
    let ping = || async { tokio::time::sleep(Duration::from_millis(400)).await };
    let pings = stream::repeat(()).then(move |()| ping()).map(|()| data(": ping\n\n"));
    let steps = StreamExt::chain(stream::iter([data(STREAM)]), Box::pin(pings));
    let relay = Relay::new(StreamBody::new(steps), &plan(), still(), |_| {});
    let begun = tokio::time::Instant::now();
    let all = http_body_util::BodyExt::collect(relay).await.unwrap().to_bytes();
    assert!(all.starts_with(STREAM.as_bytes()));
    assert_eq!(begun.elapsed(), Duration::from_secs(1));
}

#[test]
fn a_client_that_leaves_early_is_client_gone() {
    for (taken, end) in [(1, End::ClientGone), (4, End::ClientGone), (5, End::Done)] {
        let reported = RefCell::new(None);
        let steps = events().into_iter().map(data).collect();
        let mut relay =
            Relay::new(body(steps), &plan(), still(), |outcome| *reported.borrow_mut() = Some(outcome));
        for _ in 0..taken {
            assert!(frame(&mut relay).is_ready());
        }
        drop(relay);
        let outcome = reported.take().unwrap();
        assert_eq!((outcome.end, outcome.summary.model.as_deref()), (end, Some("gpt-5.1")), "{taken}");
    }
}

proptest! {
    #[test]
    fn what_goes_out_is_what_came_wherever_it_is_cut(
        cuts in prop::collection::vec(0usize..STREAM.len(), 0..12),
        crlf: bool,
        done: bool,
        end in 0usize..=STREAM.len(),
    ) {
        // Short of its end at times, but not within a character.
        let mut stream: String = STREAM.char_indices().take_while(|(at, _)| *at < end).map(|(_, letter)| letter).collect();
        if done { stream += "data: [DONE]\n\n"; }
        if crlf { stream = stream.replace('\n', "\r\n"); }
        let (whole, expected) = relay(vec![data(stream.clone())], &plan());
        let mut cuts: Vec<_> = cuts.into_iter().filter(|cut| *cut < stream.len()).collect();
        cuts.extend([0, stream.len()]);
        cuts.sort_unstable();
        let steps = cuts.windows(2).map(|pair| data(stream.as_bytes()[pair[0]..pair[1]].to_vec())).collect();
        let (frames, outcome) = relay(steps, &plan());
        prop_assert_eq!(text(&frames), text(&whole));
        if end == STREAM.len() { prop_assert_eq!(text(&frames), stream); }
        prop_assert_eq!(outcome, expected);
    }
}

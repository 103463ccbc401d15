use std::{
    cell::{Cell, RefCell},
    rc::Rc,
    task::Waker,
};

use futures_util::{StreamExt, stream};
use http_body_util::StreamBody;
use proptest::prelude::*;

use super::*;
use crate::{
    call::{AnswerSummary, UsageChunk},
    deadline::{Deadlines, Timeouts},
};

mod responses;

/// A default-mode stream of Azure (gpt-5.4-mini, 2026-08) with `include_usage`.
const AZURE: &str = r#"data: {"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[{"prompt_index":0,"content_filter_results":{"hate":{"filtered":false,"severity":"safe"}}}]}

data: {"choices":[{"content_filter_results":{},"delta":{"content":"","refusal":null,"role":"assistant"},"finish_reason":null,"index":0,"logprobs":null}],"created":1785610058,"id":"chatcmpl-1","model":"gpt-5.4-mini-2026-03-17","obfuscation":"zRj","object":"chat.completion.chunk","service_tier":"default","system_fingerprint":null,"usage":null}

data: {"choices":[{"content_filter_results":{},"delta":{"content":"Hí 😀"},"finish_reason":null,"index":0,"logprobs":null}],"created":1785610058,"id":"chatcmpl-1","model":"gpt-5.4-mini-2026-03-17","object":"chat.completion.chunk","usage":null}

data: {"choices":[{"content_filter_results":{},"delta":{},"finish_reason":"stop","index":0,"logprobs":null}],"created":1785610058,"id":"chatcmpl-1","model":"gpt-5.4-mini-2026-03-17","object":"chat.completion.chunk","usage":null}

data: {"choices":[],"created":1785610058,"id":"chatcmpl-1","latency_checkpoint":{"engine_ttft_ms":28},"model":"gpt-5.4-mini-2026-03-17","object":"chat.completion.chunk","usage":{"completion_tokens":2,"completion_tokens_details":{"reasoning_tokens":1},"prompt_tokens":9,"prompt_tokens_details":{"cached_tokens":4},"total_tokens":11}}

data: [DONE]

"#;

fn untouched() -> ReplyPlan {
    ReplyPlan { usage_chunk: UsageChunk::Wanted, ..ReplyPlan::default() }
}

fn hidden() -> ReplyPlan {
    ReplyPlan { usage_chunk: UsageChunk::Hidden, ..untouched() }
}

fn normalized() -> ReplyPlan {
    ReplyPlan { normalize: true, ..untouched() }
}

/// A stream without limits or heartbeats.
fn still() -> Pulse {
    Pulse::new(Deadlines::begin(Timeouts::default()), None)
}

type Step = Result<Frame<Bytes>, &'static str>;

#[expect(clippy::unnecessary_wraps, reason = "a step of a body may fail")]
fn data(bytes: impl Into<Bytes>) -> Step {
    Ok(Frame::data(bytes.into()))
}

fn body(steps: Vec<Step>) -> impl Body<Data = Bytes, Error = &'static str> + Unpin {
    StreamBody::new(stream::iter(steps))
}

/// Polls a relay once: with a body in memory the frame is there or never comes.
fn frame<B, F>(relay: &mut Relay<B, F>) -> Poll<Option<Bytes>>
where
    B: Body<Data = Bytes, Error: fmt::Display> + Unpin,
    F: FnOnce(Outcome),
{
    let polled = Pin::new(relay).poll_frame(&mut Context::from_waker(Waker::noop()));
    polled.map(|frame| frame.map(|frame| frame.unwrap().into_data().unwrap()))
}

fn relay(steps: Vec<Step>, plan: &ReplyPlan) -> (Vec<Bytes>, Outcome) {
    let summary = RefCell::new(Vec::new());
    let mut relay = Relay::new(body(steps), plan, still(), |outcome| summary.borrow_mut().push(outcome));
    let mut frames = Vec::new();
    while let Poll::Ready(Some(frame)) = frame(&mut relay) {
        frames.push(frame);
    }
    drop(relay);
    let mut summary = summary.into_inner();
    assert_eq!(summary.len(), 1, "reported once");
    (frames, summary.remove(0))
}

fn text(frames: &[Bytes]) -> String {
    String::from_utf8(frames.concat()).unwrap()
}

fn relayed(stream: &str, plan: &ReplyPlan) -> String {
    text(&relay(vec![data(stream.to_owned())], plan).0)
}

/// Everything but one event, given by a piece of it.
fn without(stream: &str, piece: &str) -> String {
    stream.split_inclusive("\n\n").filter(|event| !event.contains(piece)).collect()
}

#[test]
fn an_untouched_streams_frames_pass_as_they_came() {
    let (first, second) = AZURE.split_at(AZURE.find("data: [DONE]").unwrap());
    let chunks = [Bytes::from_static(first.as_bytes()), Bytes::from_static(second.as_bytes())];
    let (frames, outcome) = relay(chunks.iter().cloned().map(data).collect(), &untouched());
    assert_eq!(frames, chunks);
    assert!(frames.iter().zip(&chunks).all(|(frame, chunk)| frame.as_ptr() == chunk.as_ptr()));
    let usage = crate::call::Usage { prompt: 9, cached: 4, completion: 2, reasoning: 1 };
    let expected = Outcome {
        summary: AnswerSummary {
            usage: Some(usage),
            model: Some("gpt-5.4-mini-2026-03-17".into()),
            finish_reason: Some("stop".into()),
            error: None,
            reasoning: Vec::new(),
        },
        bytes: AZURE.len() as u64,
        ..Outcome::default()
    };
    assert_eq!(outcome, expected);
}

#[test]
fn the_hidden_usage_chunk_is_taken_out_and_still_read() {
    let (frames, outcome) = relay(vec![data(AZURE)], &hidden());
    assert_eq!(text(&frames), without(AZURE, "latency_checkpoint"));
    assert_eq!(frames.len(), 2, "what stays is two slices of the chunk");
    assert_eq!(outcome.summary.usage.unwrap().completion, 2);
    let spaced = AZURE.replace("\"choices\":[]", "\"choices\": [ ]").replace("\"usage\":{", "\"usage\": {");
    assert_eq!(relayed(&spaced, &hidden()), without(&spaced, "latency_checkpoint"));
}

#[test]
fn a_normalised_stream_has_choices_in_every_chunk_but_the_usage() {
    let out = relayed(AZURE, &normalized());
    let results = r#","prompt_filter_results":[{"prompt_index":0,"content_filter_results":{"hate":{"filtered":false,"severity":"safe"}}}]}"#;
    let expected =
        without(AZURE, "\"id\":\"\"").replacen("\"usage\":null}", &format!("\"usage\":null{results}"), 1);
    assert_eq!(out, expected);
}

#[test]
fn members_held_at_the_end_come_before_done() {
    let first = AZURE.split_inclusive("\n\n").next().unwrap();
    let out = relayed(&format!("{first}data: [DONE]\n\n"), &normalized());
    assert!(out.starts_with(r#"data: {"id":"","object":"chat.completion.chunk""#), "{out}");
    assert!(out.contains("prompt_filter_results") && out.ends_with("}\n\ndata: [DONE]\n\n"), "{out}");
    let (frames, outcome) = relay(vec![data(first)], &normalized());
    assert!(frames[0].starts_with(b"data: {\"id\":\"\"") && text(&frames).contains("prompt_filter_results"));
    assert_eq!(outcome.end, End::UpstreamFailed, "the answer is missing");
}

#[test]
fn the_legacy_form_and_the_normaliser_work_on_one_chunk() {
    let plan = ReplyPlan { legacy_functions: true, ..normalized() };
    let call = r#"data: {"id":"c","object":"","created":1,"model":"m","choices":[{"index":0,"delta":{"tool_calls":[{"index":0,"id":"i","function":{"name":"f","arguments":""}}]},"finish_reason":"stop"}]}"#;
    let expected = r#"data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{"index":0,"delta":{"function_call":{"name":"f","arguments":""}},"finish_reason":"stop"}]}"#;
    assert_eq!(relayed(&format!("{call}\n\n"), &plan), format!("{expected}\n\n"));
}

#[test]
fn a_failure_in_the_middle_of_an_event_is_reported_between_events() {
    let cut = AZURE.find("Hí").unwrap() + 2;
    let steps = vec![Ok(Frame::data(Bytes::from_static(&AZURE.as_bytes()[..cut]))), Err("connection reset")];
    let (frames, outcome) = relay(steps, &untouched());
    let whole: String = AZURE.split_inclusive("\n\n").take(2).collect();
    let error = text(&frames).strip_prefix(&whole).unwrap().to_owned();
    let error = error.strip_prefix("data: ").and_then(|event| event.strip_suffix("\n\n")).unwrap();
    let error: serde_json::Value = serde_json::from_str(error).unwrap();
    assert_eq!(error["error"]["code"], INTERRUPTED.code);
    assert_eq!(error["error"]["type"], "server_error");
    assert!(error["error"]["message"].is_string() && error["error"]["param"].is_null());
    assert_eq!((outcome.end, outcome.cause.as_deref()), (End::UpstreamFailed, Some("connection reset")));
    assert_eq!(outcome.summary.error.as_deref(), Some(INTERRUPTED.code));
}

#[test]
fn an_error_within_the_stream_is_a_failure_whatever_follows_it() {
    let filter = r#"data: {"choices":[{"delta":{},"content_filter_result":{"error":{"code":"content_filter_error"}}}]}"#;
    for (error, code) in [
        (r#"{"error":{"message":"x","code":"model_error","type":"server_error"}}"#, "model_error"),
        (r#"{"error":{"message":"x","code":null,"type":"server_error"}}"#, "server_error"),
        (r#"{"error":{"code":429}}"#, "429"),
        (r#"{"error":{}}"#, "error"),
    ] {
        for tail in ["", "data: [DONE]\n\n"] {
            let stream = format!("{filter}\n\ndata: {error}\n\n{tail}");
            let (frames, outcome) = relay(vec![data(stream.clone())], &untouched());
            assert_eq!(text(&frames), stream);
            assert_eq!((outcome.end, outcome.summary.error.as_deref()), (End::UpstreamFailed, Some(code)));
        }
    }
    let stream = format!("{filter}\n\ndata: [DONE]\n\n");
    assert_eq!(relay(vec![data(stream)], &untouched()).1.summary.error, None);
}

#[test]
fn a_client_that_hangs_up_at_an_error_counts_as_upstream_failed() {
    let summary = RefCell::new(None);
    let error = "data: {\"error\":{\"code\":\"x\"}}\n\n";
    let silent = StreamExt::chain(stream::iter([data(error)]), stream::pending());
    let mut relay = Relay::new(StreamBody::new(silent), &untouched(), still(), |outcome| {
        *summary.borrow_mut() = Some(outcome);
    });
    assert_eq!(frame(&mut relay), Poll::Ready(Some(Bytes::from(error))));
    drop(relay);
    assert_eq!(summary.take().unwrap().end, End::UpstreamFailed);
}

#[test]
fn a_failure_after_done_is_ignored() {
    let (frames, outcome) = relay(vec![data(AZURE), Err("connection reset")], &untouched());
    assert_eq!(text(&frames), AZURE);
    assert_eq!((outcome.end, outcome.cause), (End::Done, None));
}

/// The last event of a response repeats the whole response: four images of 5 MB in base64.
#[test]
fn an_event_of_20_mb_passes() {
    let steps = vec![data("data: "), data(vec![b'x'; 20_000_000]), data("\n\ndata: [DONE]\n\n")];
    let (frames, outcome) = relay(steps, &untouched());
    assert_eq!((frames.iter().map(Bytes::len).sum::<usize>(), outcome.end), (20_000_022, End::Done));
}

#[test]
fn an_event_without_end_is_a_failure() {
    let (frames, outcome) =
        relay(vec![data("data: 1\n\ndata: "), data(vec![b'x'; EVENT_LIMIT]), data("\n\n")], &untouched());
    let why = "an event of the stream is larger than 67108864 bytes";
    assert_eq!(frames[0], "data: 1\n\n");
    assert!(text(&frames[1..]).contains(&format!("cannot be passed on: {why}.")), "{frames:?}");
    assert_eq!((outcome.end, outcome.cause.as_deref()), (End::UpstreamFailed, Some(why)));
}

#[test]
fn a_stream_that_ends_with_a_finish_reason_and_without_done_is_eof() {
    let last = r#"data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}]}"#;
    let (first, second) = last.split_at(9);
    let (frames, outcome) = relay(vec![data(format!("data: 1\n\n{first}")), data(second)], &untouched());
    assert_eq!((text(&frames), outcome.end), (format!("data: 1\n\n{last}"), End::Eof));
    let (_, outcome) = relay(vec![data("data: 1\n\ndata: [DONE]")], &untouched());
    assert_eq!(outcome.end, End::Done);
}

#[test]
fn a_stream_that_ends_before_the_answer_does_ends_with_an_error() {
    let chunk = r#"{"choices":[{"index":0,"delta":{"content":"Gru"},"finish_reason":null}]}"#;
    for (tail, kept) in [
        (String::new(), String::new()),
        (format!("data: {chunk}"), format!("data: {chunk}\n\n")),
        (format!("data: {chunk}\r\n"), format!("data: {chunk}\n\n")),
        (format!("data: {}", chunk.split_at(40).0), String::new()),
        (": comment".to_owned(), String::new()),
    ] {
        for plan in [untouched(), hidden(), normalized()] {
            let whole = if plan.normalize { String::new() } else { format!("data: {chunk}\n\n") };
            let (frames, outcome) = relay(vec![data(format!("{whole}{tail}"))], &plan);
            let all = text(&frames);
            let (before, error) =
                all.split_once("data: {\"error\":").unwrap_or_else(|| panic!("no error: {all}"));
            assert!(error.contains(INTERRUPTED.code) && error.ends_with("}\n\n"), "{all}");
            if !plan.normalize {
                assert_eq!(before, format!("{whole}{kept}"));
            }
            assert_eq!(
                (outcome.end, outcome.summary.error.as_deref()),
                (End::UpstreamFailed, Some(INTERRUPTED.code))
            );
            assert_eq!(outcome.cause.as_deref(), Some("the stream ended before the answer did"));
        }
    }
}

#[test]
fn every_choice_of_a_stream_needs_its_finish_reason() {
    let chunk = |index: u8, reason: &str| {
        format!("data: {{\"choices\":[{{\"index\":{index},\"delta\":{{}},\"finish_reason\":{reason}}}]}}\n\n")
    };
    let begun = chunk(0, "null") + &chunk(1, "null") + &chunk(0, "\"stop\"");
    assert_eq!(relay(vec![data(begun.clone())], &untouched()).1.end, End::UpstreamFailed);
    assert_eq!(relay(vec![data(begun + &chunk(1, "\"stop\""))], &untouched()).1.end, End::Eof);
    let calls = r#"data: {"choices":[{"index":0,"delta":{"tool_calls":[{"index":1}]},"finish_reason":"tool_calls"}]}"#;
    assert_eq!(relay(vec![data(format!("{calls}\n\n"))], &untouched()).1.end, End::Eof);
}

#[test]
fn a_client_that_leaves_is_reported_once_and_after_done_as_done() {
    let events: Vec<&str> = AZURE.split_inclusive("\n\n").collect();
    for (taken, end) in [(0, End::ClientGone), (2, End::ClientGone), (5, End::ClientGone), (6, End::Done)] {
        let summary = RefCell::new(Vec::new());
        let steps = events.iter().map(|event| data(*event)).collect();
        let mut relay =
            Relay::new(body(steps), &untouched(), still(), |outcome| summary.borrow_mut().push(outcome));
        for event in &events[..taken] {
            assert_eq!(frame(&mut relay), Poll::Ready(Some(Bytes::from_static(event.as_bytes()))));
        }
        drop(relay);
        let summary = summary.into_inner();
        assert_eq!(summary.iter().map(|outcome| outcome.end).collect::<Vec<_>>(), [end], "{taken}");
        assert_eq!(summary[0].summary.usage.is_some(), taken >= 5);
        assert_eq!(summary[0].summary.model.is_some(), taken >= 2);
    }
}

#[test]
fn a_chunk_with_choices_and_counts_is_not_the_usage_chunk() {
    let stream = AZURE.replacen("\"usage\":null", "\"usage\":{\"completion_tokens\":1}", 1);
    assert_eq!(relayed(&stream, &hidden()), without(&stream, "latency_checkpoint"));
}

#[test]
fn held_members_come_before_an_unfinished_tail() {
    let first = AZURE.split_inclusive("\n\n").next().unwrap();
    let summary = RefCell::new(None);
    let tail =
        r#"data: {"choices":[{"index":0,"delta":{},"finish_reason":"stop"}],"prompt_filter_results":0}"#;
    let mut relay = Relay::new(body(vec![data(first), data(tail)]), &normalized(), still(), |outcome| {
        *summary.borrow_mut() = Some(outcome);
    });
    let Poll::Ready(Some(held)) = frame(&mut relay) else { panic!("the held members come") };
    assert!(held.starts_with(b"data: {") && held.ends_with(b"}\n\n"));
    drop(relay);
    assert_eq!(summary.take().unwrap().end, End::ClientGone, "the tail was not taken");
}

#[test]
fn upstream_is_asked_only_when_the_client_asks() {
    let polls = Rc::new(Cell::new(0));
    let counted = polls.clone();
    let steps = StreamExt::map(stream::iter(["data: 1\n\n", "data: 2\n\n"]), move |text| {
        counted.set(counted.get() + 1);
        data(text)
    });
    let mut relay = Relay::new(StreamBody::new(steps), &normalized(), still(), |_| {});
    assert_eq!(polls.get(), 0);
    assert!(frame(&mut relay).is_ready());
    assert_eq!(polls.get(), 1);
    assert!(frame(&mut relay).is_ready());
    assert_eq!(polls.get(), 2);
}

#[test]
fn a_silent_upstream_is_waited_for_and_half_an_event_is_not_sent() {
    let silent = StreamExt::chain(stream::iter([data("data: 1\n\ndata: 2")]), stream::pending());
    let mut relay = Relay::new(StreamBody::new(silent), &untouched(), still(), |_| {});
    assert_eq!(frame(&mut relay), Poll::Ready(Some(Bytes::from("data: 1\n\n"))));
    assert_eq!(frame(&mut relay), Poll::Pending);
}

#[test]
fn trailers_are_dropped() {
    let (frames, outcome) =
        relay(vec![data(AZURE), Ok(Frame::trailers(http::HeaderMap::new()))], &untouched());
    assert_eq!((text(&frames).as_str(), outcome.end), (AZURE, End::Done));
}

#[test]
fn an_answer_that_is_all_reasoning_is_reported() {
    let stream = r#"data: {"choices":[{"delta":{},"finish_reason":"length","index":0}]}

data: {"choices":[],"usage":{"completion_tokens":256,"completion_tokens_details":{"reasoning_tokens":256}}}

"#;
    assert!(relay(vec![data(stream)], &untouched()).1.summary.reasoning_exhausted());
    assert!(!relay(vec![data(AZURE)], &untouched()).1.summary.reasoning_exhausted());
}

proptest! {
    #[test]
    fn what_goes_out_does_not_depend_on_the_chunks(
        cuts in prop::collection::vec(0usize..AZURE.len(), 0..12),
        crlf: bool,
        which in 0usize..3,
    ) {
        let stream = if crlf { AZURE.replace('\n', "\r\n") } else { AZURE.to_owned() };
        let plan = [untouched, hidden, normalized][which];
        let (whole, expected) = relay(vec![data(stream.clone())], &plan());
        if which == 0 { prop_assert_eq!(&text(&whole), &stream); }
        let mut cuts = cuts;
        cuts.extend([0, stream.len()]);
        cuts.sort_unstable();
        let steps = cuts.windows(2).map(|pair| data(stream.as_bytes()[pair[0]..pair[1]].to_vec())).collect();
        let (frames, outcome) = relay(steps, &plan());
        prop_assert_eq!(text(&frames), text(&whole));
        prop_assert_eq!(outcome, expected);
    }
}

#[test]
fn done_ends_a_stream_only_if_every_choice_has_its_finish_reason() {
    let chunk = |choices: &str| format!("data: {{\"id\":\"c\",\"choices\":[{choices}]}}\n\n");
    let said = |index: u8| format!(r#"{{"index":{index},"delta":{{"content":"a"}},"finish_reason":null}}"#);
    let called = |index: u8| {
        format!(
            r#"{{"index":{index},"delta":{{"tool_calls":[{{"index":3,"id":"c"}}]}},"finish_reason":null}}"#
        )
    };
    let over =
        |index: u8, reason: &str| format!(r#"{{"index":{index},"delta":{{}},"finish_reason":"{reason}"}}"#);
    let verdict =
        r#"{"index":0,"finish_reason":null,"content_filter_offsets":{"check_offset":4}}"#.to_owned();
    let filtered = r#"{"index":0,"finish_reason":"content_filter","content_filter_results":{}}"#.to_owned();
    let listed = r#"{"index":0,"delta":{"reasoning_details":[{"index":4}]},"finish_reason":null}"#.to_owned();
    let done = "data: [DONE]\n\n";
    for (choices, whole) in [
        (vec![said(0)], false),
        (vec![called(0)], false),
        (vec![said(0), over(0, "")], false),
        (vec![said(0), said(1), over(0, "stop")], false),
        (vec![called(0), called(1), over(1, "tool_calls")], false),
        (vec![said(0), said(1), over(0, "stop"), over(0, "content_filter")], false),
        (vec![format!("{},{}", said(0), said(1)), over(1, "stop")], false),
        (vec![r#"{"delta":{"content":"a"}}"#.to_owned()], false),
        (vec![said(0), over(0, "stop"), verdict.clone()], true),
        (vec![called(0), over(0, "tool_calls")], true),
        (vec![listed, over(0, "stop")], true),
        (vec![said(1), said(0), over(1, "stop"), over(0, "length")], true),
        (vec![filtered], true),
        (vec![verdict], true),
        (vec![String::new()], true),
    ] {
        let events: String = choices.iter().map(|choices| chunk(choices)).collect();
        let (frames, outcome) = relay(vec![data(format!("{events}{done}data: x"))], &untouched());
        let rest = text(&frames).strip_prefix(&events).unwrap().to_owned();
        if whole {
            assert_eq!((rest, outcome.end), (format!("{done}data: x"), End::Done), "{choices:?}");
        } else {
            assert!(rest.starts_with(r#"data: {"error":{"message":"#) && !rest.contains("DONE"), "{rest}");
            assert_eq!(outcome.end, End::UpstreamFailed, "{choices:?}");
        }
    }
    // Without the blank line after it, too.
    let (frames, outcome) = relay(vec![data(format!("{}data: [DONE]", chunk(&said(0))))], &normalized());
    assert_eq!(outcome.end, End::UpstreamFailed);
    assert!(!text(&frames).contains("DONE"));
}

//! The cost of a stream: relayed untouched, relayed and normalised, collected into a JSON answer, and made from one.

use std::{convert::Infallible, hint::black_box, time::Duration};

use azgate::{
    call::{Dialect, ReplyPlan, UsageChunk},
    deadline::{Deadlines, Timeouts},
    json::Document,
    respond::{Pulse, answer, collect::Collector, relay::Relay, synthesize::synthesize},
    sse,
};
use bytes::Bytes;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use futures_util::{FutureExt, stream};
use http_body::{Body, Frame};
use http_body_util::{BodyExt, StreamBody};

const HEAD: &str = r#""created":1785610058,"id":"chatcmpl-1","model":"gpt-5.4-mini-2026-03-17","obfuscation":"zRjAbcQ","object":"chat.completion.chunk","service_tier":"default","system_fingerprint":null,"usage":null}"#;

/// A stream of 100 events as Azure sends it, one chunk each.
fn events() -> Vec<Bytes> {
    let prompt =
        r#"data: {"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[]}"#;
    let text = |text: &str| {
        format!(
            r#"data: {{"choices":[{{"content_filter_results":{{"hate":{{"filtered":false,"severity":"safe"}}}},"delta":{{"content":"{text}"}},"finish_reason":null,"index":0,"logprobs":null}}],{HEAD}"#
        )
    };
    let stop = format!(
        r#"data: {{"choices":[{{"content_filter_results":{{}},"delta":{{}},"finish_reason":"stop","index":0,"logprobs":null}}],{HEAD}"#
    );
    let usage = r#"data: {"choices":[],"created":1785610058,"id":"chatcmpl-1","model":"m","object":"chat.completion.chunk","usage":{"completion_tokens":96,"prompt_tokens":9,"total_tokens":105}}"#;
    let texts = (0..96).map(|at| text(&format!(" word{at}")));
    std::iter::once(prompt.to_owned())
        .chain(texts)
        .chain([stop, usage.to_owned(), "data: [DONE]".to_owned()])
        .map(|event| Bytes::from(event + "\n\n"))
        .collect()
}

/// A response of 100 events as Azure streams it (gpt-5.1), one chunk each.
fn response() -> Vec<Bytes> {
    let object = |status: &str, more: &str| {
        format!(
            r#"{{"id":"resp_02ce8deeb6197db200698c5196e9588197a572bbea62d38cd1","object":"response","created_at":1770803606,"status":"{status}","background":false,"content_filters":null,"error":null,"incomplete_details":null,"instructions":null,"model":"gpt-5.1",{more},"parallel_tool_calls":true,"reasoning":{{"effort":"none","summary":null}},"store":true,"text":{{"format":{{"type":"text"}},"verbosity":"medium"}},"tool_choice":"auto","tools":[],"metadata":{{}}}}"#
        )
    };
    let delta = |at: usize| {
        format!(
            r#""item_id":"msg_02ce8deeb6197db200698c5198ca0c81979bedbe6c98a8ab93","output_index":0,"content_index":0,"delta":" word{at}","logprobs":[],"obfuscation":"VLMdSoETMf5""#
        )
    };
    let begun = object("in_progress", r#""output":[],"usage":null"#);
    let ended = object(
        "completed",
        r#""output":[{"id":"msg_1","type":"message","status":"completed","content":[{"type":"output_text","annotations":[],"logprobs":[],"text":"some words"}],"role":"assistant"}],"usage":{"input_tokens":11,"input_tokens_details":{"cached_tokens":0},"output_tokens":98,"output_tokens_details":{"reasoning_tokens":0},"total_tokens":109}"#,
    );
    let lifecycle = |response: &str| format!(r#""response":{response}"#);
    let deltas = (0..98).map(|at| ("output_text.delta", delta(at)));
    std::iter::once(("created", lifecycle(&begun)))
        .chain(deltas)
        .chain([("completed", lifecycle(&ended))])
        .enumerate()
        .map(|(number, (kind, more))| {
            let kind = format!("response.{kind}");
            let data = format!(r#"{{"type":"{kind}","sequence_number":{number},{more}}}"#);
            Bytes::from(format!("event: {kind}\ndata: {data}\n\n"))
        })
        .collect()
}

fn body(chunks: Vec<Bytes>) -> impl Body<Data = Bytes, Error = Infallible> + Unpin {
    StreamBody::new(stream::iter(chunks.into_iter().map(|chunk| Ok(Frame::data(chunk)))))
}

fn pulse() -> Pulse {
    Pulse::new(Deadlines::begin(Timeouts::default()), Some(Duration::from_secs(10)))
}

fn drain(mut body: impl Body<Data = Bytes> + Unpin) -> usize {
    let mut length = 0;
    while let Some(Some(Ok(frame))) = body.frame().now_or_never() {
        length += frame.data_ref().map_or(0, Bytes::len);
    }
    length
}

fn relay(criterion: &mut Criterion) {
    let events = events();
    let length: usize = events.iter().map(Bytes::len).sum();
    let mut group = criterion.benchmark_group("relay 100 events");
    group.throughput(Throughput::Bytes(length as u64));
    group.bench_function("no relay", |bencher| {
        bencher.iter_batched(|| body(events.clone()), |body| drain(black_box(body)), BatchSize::SmallInput);
    });
    let hidden = ReplyPlan { usage_chunk: UsageChunk::Hidden, ..ReplyPlan::default() };
    let normalized = ReplyPlan { normalize: true, ..hidden.clone() };
    let plans = [("untouched", ReplyPlan::default()), ("usage hidden", hidden), ("normalised", normalized)];
    for (name, plan) in plans {
        group.bench_function(name, |bencher| {
            bencher.iter_batched(
                || Relay::new(body(events.clone()), &plan, pulse(), |outcome| drop(black_box(outcome))),
                drain,
                BatchSize::SmallInput,
            );
        });
    }
    group.bench_function("collected", |bencher| {
        let collect = |events| collected(Dialect::Chat, black_box(events));
        bencher.iter_batched(|| events.clone(), collect, BatchSize::SmallInput);
    });
    group.finish();
}

fn relay_response(criterion: &mut Criterion) {
    let events = response();
    let length: usize = events.iter().map(Bytes::len).sum();
    let mut group = criterion.benchmark_group("relay 100 events of a response");
    group.throughput(Throughput::Bytes(length as u64));
    let plan = ReplyPlan { dialect: Dialect::Responses, ..ReplyPlan::default() };
    group.bench_function("untouched", |bencher| {
        bencher.iter_batched(
            || Relay::new(body(events.clone()), &plan, pulse(), |outcome| drop(black_box(outcome))),
            drain,
            BatchSize::SmallInput,
        );
    });
    group.bench_function("collected", |bencher| {
        let collect = |events| collected(Dialect::Responses, black_box(events));
        bencher.iter_batched(|| events.clone(), collect, BatchSize::SmallInput);
    });
    group.finish();
}

fn collected(dialect: Dialect, events: Vec<Bytes>) -> Option<Bytes> {
    let mut collector = Collector::new(dialect, 1 << 20);
    events.into_iter().try_for_each(|event| collector.push(event)).ok()?;
    collector.finish().ok()
}

fn decode(criterion: &mut Criterion) {
    let stream = Bytes::from(events().concat());
    criterion.bench_function("decode 100 events", |bencher| {
        bencher.iter(|| {
            let mut decoder = sse::Decoder::new(sse::EVENT_LIMIT);
            decoder.push(stream.clone());
            let mut found = 0;
            while let Ok(Some(event)) = decoder.event() {
                found += usize::from(event.data().is_some());
            }
            found
        });
    });
}

fn synthesis(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("synthesis");
    for (name, size) in [("4 kB", 4_000), ("100 kB", 100_000)] {
        let text = "some words\\n".repeat(size / 12);
        let source = Bytes::from(format!(
            r#"{{"choices":[{{"finish_reason":"stop","index":0,"message":{{"content":"{text}","role":"assistant"}}}}],{HEAD}"#
        ));
        group.throughput(Throughput::Bytes(source.len() as u64));
        group.bench_function(name, |bencher| {
            bencher.iter(|| {
                let answer = Document::parse(source.clone(), answer::DEPTH).ok()?;
                synthesize(&answer, UsageChunk::Wanted).ok()
            });
        });
    }
    group.finish();
}

criterion_group!(benches, relay, relay_response, decode, synthesis);
criterion_main!(benches);

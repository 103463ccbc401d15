//! The cost of a chat answer that azgate bridges from the Responses API, compared with a chat stream that azgate
//! relays. Both carry the same text in 100 events, one chunk each.

use std::{convert::Infallible, hint::black_box, sync::Arc, time::Duration};

use azgate::{
    bridge::over_responses::{ANSWER_DEPTH, Chunks, Reply, answer},
    call::ReplyPlan,
    deadline::{Deadlines, Timeouts},
    json::Document,
    respond::{Pulse, relay::Relay},
    sse::{self, Decoder},
};
use bytes::{Bytes, BytesMut};
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use futures_util::{FutureExt, stream};
use http_body::{Body, Frame};
use http_body_util::{BodyExt, StreamBody};

/// The number of events in each stream that are pieces of the text.
const PIECES: usize = 92;

const ITEM: &str = "msg_0f2d32831fb00e2e0069d5f8eb771081939ac98a1af19dbfa6";

fn chat_events() -> Vec<Bytes> {
    let head = r#""created":1785610058,"id":"chatcmpl-0f2d32831fb00e2e0069d5f8e804808193b3379a80c7a3b172","model":"gpt-5.4-mini-2026-03-17","obfuscation":"zRjAbcQ","object":"chat.completion.chunk","service_tier":"default","system_fingerprint":null,"usage":null}"#;
    let chunk = |delta: &str, reason: &str| {
        format!(
            r#"data: {{"choices":[{{"content_filter_results":{{}},"delta":{{{delta}}},"finish_reason":{reason},"index":0,"logprobs":null}}],{head}"#
        )
    };
    let first = chunk(r#""content":"","refusal":null,"role":"assistant""#, "null");
    let texts = (0..PIECES + 6).map(|at| chunk(&format!(r#""content":" word{at}""#), "null"));
    std::iter::once(first)
        .chain(texts)
        .chain([chunk("", "\"stop\""), "data: [DONE]".to_owned()])
        .map(|event| Bytes::from(event + "\n\n"))
        .collect()
}

/// A response as gpt-5 streams it on Azure: created, in progress, item and part added, text, and the done events.
fn response_events() -> Vec<Bytes> {
    let text = (0..PIECES).map(|at| format!(" word{at}")).collect::<Vec<_>>().concat();
    let part =
        |text: &str| format!(r#"{{"type":"output_text","annotations":[],"logprobs":[],"text":"{text}"}}"#);
    let item = |status: &str, content: &str| {
        format!(
            r#"{{"id":"{ITEM}","type":"message","status":"{status}","content":[{content}],"role":"assistant"}}"#
        )
    };
    let done = item("completed", &part(&text));
    let at = format!(r#""content_index":0,"item_id":"{ITEM}","output_index":0"#);
    let mut events = vec![
        format!(r#"response.created","response":{}"#, response("in_progress", "")),
        format!(r#"response.in_progress","response":{}"#, response("in_progress", "")),
        format!(r#"response.output_item.added","item":{},"output_index":0"#, item("in_progress", "")),
        format!(r#"response.content_part.added",{at},"part":{}"#, part("")),
    ];
    events.extend((0..PIECES).map(|word| {
        format!(r#"response.output_text.delta",{at},"delta":" word{word}","logprobs":[],"obfuscation":"FLULWfR50R""#)
    }));
    events.push(format!(r#"response.output_text.done",{at},"logprobs":[],"text":"{text}""#));
    events.push(format!(r#"response.content_part.done",{at},"part":{}"#, part(&text)));
    events.push(format!(r#"response.output_item.done","item":{done},"output_index":0"#));
    events.push(format!(r#"response.completed","response":{}"#, response("completed", &done)));
    let named = |(number, event): (usize, &String)| {
        let name = event.split('"').next().unwrap_or_default();
        Bytes::from(format!("event: {name}\ndata: {{\"type\":\"{event},\"sequence_number\":{number}}}\n\n"))
    };
    events.iter().enumerate().map(named).collect()
}

fn response(status: &str, output: &str) -> String {
    format!(
        r#"{{"id":"resp_0f2d32831fb00e2e0069d5f8e804808193b3379a80c7a3b172","object":"response","created_at":1775630568,"status":"{status}","background":false,"completed_at":null,"content_filters":null,"error":null,"incomplete_details":null,"instructions":null,"max_output_tokens":null,"model":"gpt-5.4-mini-2026-03-17","output":[{output}],"parallel_tool_calls":true,"reasoning":{{"effort":"medium","summary":null}},"service_tier":"auto","store":false,"temperature":1.0,"text":{{"format":{{"type":"text"}},"verbosity":"medium"}},"tool_choice":"auto","tools":[],"top_p":1.0,"truncation":"disabled","usage":{{"input_tokens":12,"input_tokens_details":{{"cached_tokens":0}},"output_tokens":286,"output_tokens_details":{{"reasoning_tokens":256}},"total_tokens":298}},"user":null,"metadata":{{}}}}"#
    )
}

fn bridged(events: Vec<Bytes>, reply: &Arc<Reply>) -> usize {
    let (mut decoder, mut chunks) = (Decoder::new(sse::EVENT_LIMIT), Chunks::new(reply.clone(), true));
    let (mut out, mut length) = (BytesMut::new(), 0);
    for bytes in events {
        decoder.push(bytes);
        while let Ok(Some(event)) = decoder.event() {
            if let Some(data) = event.data() {
                chunks.event(&data, &mut out);
            }
        }
        length += black_box(out.split().freeze()).len();
    }
    length
}

fn body(chunks: Vec<Bytes>) -> impl Body<Data = Bytes, Error = Infallible> + Unpin {
    StreamBody::new(stream::iter(chunks.into_iter().map(|chunk| Ok(Frame::data(chunk)))))
}

fn relayed(mut body: impl Body<Data = Bytes> + Unpin) -> usize {
    let mut length = 0;
    while let Some(Some(Ok(frame))) = body.frame().now_or_never() {
        length += frame.data_ref().map_or(0, Bytes::len);
    }
    length
}

fn streams(criterion: &mut Criterion) {
    let (chat, responses) = (chat_events(), response_events());
    let mut group = criterion.benchmark_group("bridge 100 events");
    group.throughput(Throughput::Elements(100));
    let pulse = || Pulse::new(Deadlines::begin(Timeouts::default()), Some(Duration::from_secs(10)));
    group.bench_function("chat, relayed", |bencher| {
        bencher.iter_batched(
            || {
                let plan = ReplyPlan::default();
                Relay::new(body(chat.clone()), &plan, pulse(), |outcome| drop(black_box(outcome)))
            },
            relayed,
            BatchSize::SmallInput,
        );
    });
    let cut = Reply { stop: vec!["\n\nUser:".to_owned()], ..Reply::default() };
    for (name, reply) in [("responses, bridged", Reply::default()), ("with a stop sequence", cut)] {
        let reply = Arc::new(reply);
        group.bench_function(name, |bencher| {
            bencher.iter_batched(
                || responses.clone(),
                |events| bridged(events, &reply),
                BatchSize::SmallInput,
            );
        });
    }
    group.finish();
}

fn whole(criterion: &mut Criterion) {
    let text = "some words\\n".repeat(4_000 / 12);
    let message = format!(
        r#"{{"id":"{ITEM}","type":"message","status":"completed","content":[{{"type":"output_text","annotations":[],"logprobs":[],"text":"{text}"}}],"role":"assistant"}}"#
    );
    let source = Bytes::from(response("completed", &message));
    criterion.bench_function("bridge a whole answer of 4 kB", |bencher| {
        bencher.iter(|| {
            let response = Document::parse(source.clone(), ANSWER_DEPTH).ok()?;
            answer(&response, &Reply::default()).ok()
        });
    });
}

criterion_group!(benches, streams, whole);
criterion_main!(benches);

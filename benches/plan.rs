//! The cost of translation on the data path: parse, plan and splice, for small and large bodies, with and without
//! edits.

use std::{borrow::Cow, hint::black_box};

use azgate::{
    call::{Dialect, Dialogue, OUTLINE_DEPTH},
    catalog::{Catalog, Surfaces},
    json::{Document, apply},
    translate::{Policy, Target, plan},
};
use bytes::Bytes;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};

/// Parameters that gpt-4.1 takes as they are and o1 does not.
const HEAD: &str = r#"{"model":"m","temperature":0.2,"max_tokens":256,"messages":["#;

/// About 600 bytes.
fn small() -> String {
    let system = "You are a helpful assistant. ".repeat(14);
    format!(
        r#"{HEAD}{{"role":"system","content":"{system}"}},{{"role":"user","content":"What is the capital of France?"}}]}}"#
    )
}

/// About 1 MB in some 2,000 messages.
fn conversation() -> String {
    let turn = |role: &str| {
        format!(r#"{{"role":"{role}","content":"{}"}}"#, "A sentence of a long talk. ".repeat(18))
    };
    let turns: Vec<String> = (0..1000).flat_map(|_| [turn("user"), turn("assistant")]).collect();
    format!("{HEAD}{}]}}", turns.join(","))
}

/// About 8 MB, nearly all of it one image.
fn image() -> String {
    let data = "iVBORw0KGgoAAAAN".repeat(512 * 1024);
    format!(
        r#"{HEAD}{{"role":"user","content":[{{"type":"text","text":"What is this?"}},{{"type":"image_url","image_url":{{"url":"data:image/png;base64,{data}"}}}}]}}]}}"#
    )
}

fn translate(body: &Bytes, target: &Target) -> usize {
    let Ok(body) = Document::parse(body.clone(), OUTLINE_DEPTH) else { return 0 };
    let (dialect, body) = (Dialect::Chat, Cow::Owned(body));
    let call =
        Dialogue { dialect, stream: false, body, normalize: true, stateless: false, remembered: [].into() };
    let Ok(plan) = plan(&call, target, &Policy::default()) else { return 0 };
    apply(&call.body, plan.changes()).len()
}

fn benchmark(criterion: &mut Criterion) {
    let (catalog, surfaces) = (Catalog::embedded(), Surfaces::embedded());
    let mut group = criterion.benchmark_group("plan");
    for (size, body) in [("600 B", small()), ("1 MB", conversation()), ("8 MB", image())] {
        let body = Bytes::from(body);
        group.throughput(Throughput::Bytes(body.len() as u64));
        for family in ["gpt-4.1", "o1"] {
            let Some(profile) = catalog.family(family) else { continue };
            let target = Target::new("m", profile, azgate::call::Surface::V1, &surfaces);
            assert!(translate(&body, &target) > 0, "{size} for {family} is planned");
            group.bench_with_input(BenchmarkId::new(family, size), &body, |bencher, body| {
                bencher.iter(|| translate(black_box(body), &target));
            });
        }
    }
    group.finish();
}

criterion_group!(benches, benchmark);
criterion_main!(benches);

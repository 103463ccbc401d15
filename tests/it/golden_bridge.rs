//! Every row of the bridge's two mappings: the outcome of a call, of an answer, of a stream. A file contains one case
//! per line. A file of streams contains one event per line, with a blank line between two streams.
//!
//! `requests` go through all rules, to models that only the other operation serves. `answers` and `streams` go through
//! the bridge only.

use std::{collections::BTreeSet, fmt::Write, fs, path::PathBuf, sync::Arc};

use azgate::{
    bridge::{
        over_chat::{self, Events},
        over_responses::{self, ANSWER_DEPTH, Chunks},
    },
    call::{Dialect, NamespacedTool, OverChat, OverResponses},
    catalog::Profile,
    json::Document,
    translate::{Summary, Target, TargetOptions},
};
use bytes::{Bytes, BytesMut};

use crate::support::calls::{Case, families, judged, outcome, planned, target};

/// A model without reasoning and a model with reasoning.
const MODELS: [&str; 2] = ["gpt-4.1", "gpt-5.1"];

fn folder(name: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/bridge")).join(name)
}

/// Compares the page of every file in a folder with its snapshot.
fn assert_snapshots(folder_name: &str, page: impl Fn(&str, &str) -> String) {
    let mut stale = Vec::new();
    let mut count = 0;
    for entry in fs::read_dir(folder(folder_name)).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|end| end == "snap") {
            continue;
        }
        count += 1;
        let name = path.file_stem().unwrap().to_str().unwrap();
        let page = page(name, &fs::read_to_string(&path).unwrap());
        let snapshot = path.with_extension("snap");
        if std::env::var_os("AZGATE_BLESS").is_some() {
            fs::write(&snapshot, &page).unwrap();
        }
        let written = fs::read_to_string(&snapshot).unwrap_or_default();
        if let Some((was, is)) =
            written.lines().chain([""]).zip(page.lines().chain([""])).find(|(was, is)| was != is)
        {
            stale.push(format!("{folder_name}/{name}:\n  was: {was}\n  is:  {is}"));
        } else if written != page {
            stale.push(format!("{folder_name}/{name}: the length differs"));
        }
    }
    assert!(count > 0, "{folder_name}");
    assert!(
        stale.is_empty(),
        "review each difference, then run AZGATE_BLESS=1 cargo test --test it golden\n{}",
        stale.join("\n")
    );
}

/// Returns a deployment of a model that only this operation serves.
fn twin(model: &str, dialect: Dialect) -> Target {
    let family = families().into_iter().find(|family| &*family.name == model).unwrap();
    let profile = Profile { dialects: vec![dialect], ..Profile::clone(&family) };
    Target { resource: "main".into(), ..target(&Arc::new(profile), "v1") }
}

/// Returns the requests for an operation, each with the name of its file.
pub(crate) fn requests(requested: Dialect) -> Vec<Case> {
    let name = format!("{}/requests", direction(requested));
    let files = fs::read_dir(folder(&name)).unwrap().map(|entry| entry.unwrap().path());
    let mut cases = Vec::new();
    for path in files.filter(|path| path.extension().is_some_and(|end| end == "jsonl")) {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        for line in fs::read_to_string(&path).unwrap().lines() {
            let body = Bytes::copy_from_slice(line.as_bytes());
            cases.push(Case { dialect: requested, name: name.clone(), body });
        }
    }
    cases
}

/// Enables the operator's options that the cases of a file need.
pub(crate) fn with_options(target: Target, file: &str) -> Target {
    match file {
        "cut-and-copied" => {
            let options = TargetOptions {
                cut_at_stop: true,
                fan_out: Some(4),
                reasoning_summary: Some(Summary::Auto),
                ..target.options
            };
            Target { options, ..target }
        }
        _ => target,
    }
}

fn direction(requested: Dialect) -> &'static str {
    match requested {
        Dialect::Chat => "over_responses",
        Dialect::Responses => "over_chat",
    }
}

fn request_page(requested: Dialect, file: &str, lines: &str) -> String {
    let serves = match requested {
        Dialect::Chat => Dialect::Responses,
        Dialect::Responses => Dialect::Chat,
    };
    let mut page = String::new();
    for line in lines.lines() {
        writeln!(page, "{line}").unwrap();
        let body = Bytes::copy_from_slice(line.as_bytes());
        let case = Case { dialect: requested, name: file.to_owned(), body };
        let outcomes = MODELS.map(|model| outcome(&case, &with_options(twin(model, serves), file)));
        if outcomes[0] == outcomes[1] {
            writeln!(page, "== {}\n{}", MODELS.join(", "), outcomes[0]).unwrap();
        } else {
            for (model, outcome) in MODELS.iter().zip(outcomes) {
                writeln!(page, "== {model}\n{outcome}").unwrap();
            }
        }
    }
    page
}

#[test]
fn every_chat_call_becomes_the_responses_call_in_its_snapshot() {
    assert_snapshots("over_responses/requests", |file, lines| request_page(Dialect::Chat, file, lines));
}

#[test]
fn every_responses_call_becomes_the_chat_call_in_its_snapshot() {
    assert_snapshots("over_chat/requests", |file, lines| request_page(Dialect::Responses, file, lines));
}

fn over_responses(file: &str) -> OverResponses {
    let stop = if file == "cut" { vec!["END".to_owned()] } else { Vec::new() };
    OverResponses { resource: "main".into(), stop }
}

fn over_chat() -> OverChat {
    let (called, namespace, name) = ("crm__find".into(), "crm".into(), "find".into());
    let tools = vec![NamespacedTool { called, namespace, name }];
    OverChat { echo: r#""instructions":null,"store":false,"tools":[]"#.into(), tools, compaction: None }
}

fn parse(line: &str, depth: u32) -> Document {
    Document::parse(Bytes::copy_from_slice(line.as_bytes()), depth).unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn every_response_becomes_the_completion_in_its_snapshot() {
    assert_snapshots("over_responses/answers", |file, lines| {
        let mut page = String::new();
        for line in lines.lines() {
            let answer = over_responses::answer(&parse(line, ANSWER_DEPTH), &over_responses(file));
            let answer = answer.map_or_else(|why| format!("{why:?}"), |bytes| text(&bytes).to_owned());
            writeln!(page, "{line}\n{answer}\n").unwrap();
        }
        page
    });
}

#[test]
fn every_completion_becomes_the_response_in_its_snapshot() {
    assert_snapshots("over_chat/answers", |_, lines| {
        let mut page = String::new();
        for line in lines.lines() {
            let answer = over_chat::answer(&parse(line, over_chat::DEPTH), &over_chat());
            let answer = answer.map_or_else(|why| why.to_string(), |bytes| text(&bytes).to_owned());
            writeln!(page, "{line}\n{answer}\n").unwrap();
        }
        page
    });
}

/// Returns the page of a file of streams: the events of each stream, and the output. A note marks a stream that
/// only the end of the connection closes.
fn streams(lines: &str, bridge: impl Fn(&mut dyn Iterator<Item = Bytes>) -> (BytesMut, bool)) -> String {
    let mut page = String::new();
    for stream in format!("{lines}\n").split_terminator("\n\n") {
        writeln!(page, "== {}", stream.replace('\n', "\n   ")).unwrap();
        let mut events = stream.lines().map(|line| Bytes::copy_from_slice(line.as_bytes()));
        let (out, ended) = bridge(&mut events);
        writeln!(page, "{}{}", text(&out), if ended { "" } else { "(ended by the connection)\n" }).unwrap();
    }
    page
}

#[test]
fn every_stream_of_a_response_becomes_the_chunks_in_its_snapshot() {
    assert_snapshots("over_responses/streams", |file, lines| {
        streams(lines, |events| {
            let mut out = BytesMut::new();
            let mut chunks = Chunks::new(Arc::new(over_responses(file)), true);
            events.for_each(|event| chunks.event(&event, &mut out));
            let done = chunks.is_done();
            assert_eq!(chunks.is_cut(), done && file == "cut" && !text(&out).contains("\"usage\":{"));
            chunks.end(&mut out);
            (out, done)
        })
    });
}

#[test]
fn every_stream_of_chunks_becomes_the_events_in_its_snapshot() {
    assert_snapshots("over_chat/streams", |_, lines| {
        streams(lines, |data| {
            let mut out = BytesMut::new();
            let mut events = Events::new(Arc::new(over_chat()));
            data.for_each(|data| events.event(&data, &mut out));
            let done = events.is_done();
            events.end(&mut out);
            (out, done)
        })
    });
}

/// Bridged cases that the simulator refuses: a part of its error, and the reason why azgate sends the call anyway.
const PASSED: &[(&str, &str)] = &[
    ("'new_part'", "Azure decides on an unknown part"),
    ("'input[0].x_mine'", "Azure decides on an unknown member of a message"),
    ("'x_stranger'", "Azure decides on an unknown parameter"),
    ("The encrypted content gAAA", "the simulator did not create this content"),
];

#[test]
fn the_simulator_accepts_every_bridged_call() {
    let mut wrong = Vec::new();
    let mut used = BTreeSet::new();
    for (requested, serves) in [(Dialect::Chat, Dialect::Responses), (Dialect::Responses, Dialect::Chat)] {
        for case in requests(requested) {
            for model in MODELS {
                let target = with_options(twin(model, serves), &case.name);
                let Ok((plan, sent)) = planned(requested, &case.body, &target) else { continue };
                let Err(error) = judged(model, &plan, &sent) else { continue };
                match PASSED.iter().find(|(text, _)| error.body.contains(text)) {
                    Some((text, _)) => _ = used.insert(*text),
                    None => wrong.push(format!("{model}: {}\n  {}", text(&sent), error.body)),
                }
            }
        }
    }
    assert!(wrong.is_empty(), "Azure would refuse what azgate sends:\n{}", wrong.join("\n"));
    assert_eq!(used.len(), PASSED.len(), "{used:?}");
}

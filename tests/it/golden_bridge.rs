//! Every row of the bridge's two mappings: what becomes of a call, of an answer, of a stream. A file holds several
//! cases, a line each; a file of streams one event a line, with a blank line between two streams.
//!
//! `requests` go to models that only the other operation serves, through all rules; `answers` and `streams` through the
//! bridge alone.

use std::{collections::BTreeSet, fmt::Write, fs, path::PathBuf, sync::Arc};

use azgate::{
    bridge::{
        over_chat::{self, Events},
        over_responses::{self, ANSWER_DEPTH, Chunks},
    },
    call::{Dialect, OverChat, OverResponses},
    catalog::Profile,
    json::Document,
    translate::{Summary, Target, TargetOptions},
};
use bytes::{Bytes, BytesMut};

use crate::support::calls::{Case, families, judged, outcome, planned, target};

/// Of a model that samples, and of one that reasons.
const MODELS: [&str; 2] = ["gpt-4.1", "gpt-5.1"];

fn folder(of: &str) -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/bridge")).join(of)
}

/// Compares the page of every file of a folder with its snapshot.
fn hold(of: &str, page: impl Fn(&str, &str) -> String) {
    let mut stale = Vec::new();
    let mut count = 0;
    for entry in fs::read_dir(folder(of)).unwrap() {
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
            stale.push(format!("{of}/{name}:\n  was: {was}\n  is:  {is}"));
        } else if written != page {
            stale.push(format!("{of}/{name}: longer or shorter"));
        }
    }
    assert!(count > 0, "{of}");
    assert!(
        stale.is_empty(),
        "look at each, then AZGATE_BLESS=1 cargo test --test it golden\n{}",
        stale.join("\n")
    );
}

/// A deployment of a model that only this operation serves.
fn twin(model: &str, dialect: Dialect) -> Target {
    let family = families().into_iter().find(|family| &*family.name == model).unwrap();
    let profile = Profile { dialects: vec![dialect], ..Profile::clone(&family) };
    Target { resource: "main".into(), ..target(&Arc::new(profile), "v1") }
}

/// The requests for an operation, each named as its file.
pub(crate) fn requests(asked: Dialect) -> Vec<Case> {
    let of = format!("{}/requests", direction(asked));
    let files = fs::read_dir(folder(&of)).unwrap().map(|entry| entry.unwrap().path());
    let mut cases = Vec::new();
    for path in files.filter(|path| path.extension().is_some_and(|end| end == "jsonl")) {
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        for line in fs::read_to_string(&path).unwrap().lines() {
            let body = Bytes::copy_from_slice(line.as_bytes());
            cases.push(Case { dialect: asked, name: name.clone(), body });
        }
    }
    cases
}

/// What an operator may switch on, for the cases of a file.
pub(crate) fn switched(target: Target, file: &str) -> Target {
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

fn direction(asked: Dialect) -> &'static str {
    match asked {
        Dialect::Chat => "over_responses",
        Dialect::Responses => "over_chat",
    }
}

fn request_page(asked: Dialect, file: &str, lines: &str) -> String {
    let serves = match asked {
        Dialect::Chat => Dialect::Responses,
        Dialect::Responses => Dialect::Chat,
    };
    let mut page = String::new();
    for line in lines.lines() {
        writeln!(page, "{line}").unwrap();
        let body = Bytes::copy_from_slice(line.as_bytes());
        let case = Case { dialect: asked, name: file.to_owned(), body };
        let told = MODELS.map(|model| outcome(&case, &switched(twin(model, serves), file)));
        if told[0] == told[1] {
            writeln!(page, "== {}\n{}", MODELS.join(", "), told[0]).unwrap();
        } else {
            for (model, told) in MODELS.iter().zip(told) {
                writeln!(page, "== {model}\n{told}").unwrap();
            }
        }
    }
    page
}

#[test]
fn every_chat_call_becomes_the_responses_call_of_its_snapshot() {
    hold("over_responses/requests", |file, lines| request_page(Dialect::Chat, file, lines));
}

#[test]
fn every_responses_call_becomes_the_chat_call_of_its_snapshot() {
    hold("over_chat/requests", |file, lines| request_page(Dialect::Responses, file, lines));
}

fn over_responses(file: &str) -> OverResponses {
    let stop = if file == "cut" { vec!["END".to_owned()] } else { Vec::new() };
    OverResponses { resource: "main".into(), stop }
}

fn over_chat() -> OverChat {
    OverChat { echo: r#""instructions":null,"store":false,"tools":[]"#.into() }
}

fn parse(line: &str, depth: u32) -> Document {
    Document::parse(Bytes::copy_from_slice(line.as_bytes()), depth).unwrap()
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).unwrap()
}

#[test]
fn every_response_becomes_the_completion_of_its_snapshot() {
    hold("over_responses/answers", |file, lines| {
        let mut page = String::new();
        for line in lines.lines() {
            let told = over_responses::answer(&parse(line, ANSWER_DEPTH), &over_responses(file));
            let told = told.map_or_else(|why| format!("{why:?}"), |told| text(&told).to_owned());
            writeln!(page, "{line}\n{told}\n").unwrap();
        }
        page
    });
}

#[test]
fn every_completion_becomes_the_response_of_its_snapshot() {
    hold("over_chat/answers", |_, lines| {
        let mut page = String::new();
        for line in lines.lines() {
            let told = over_chat::answer(&parse(line, over_chat::DEPTH), &over_chat());
            let told = told.map_or_else(|why| why.to_string(), |told| text(&told).to_owned());
            writeln!(page, "{line}\n{told}\n").unwrap();
        }
        page
    });
}

/// The page of a file of streams: the events of each, and what each becomes. What is left open is said.
fn streams(lines: &str, told: impl Fn(&mut dyn Iterator<Item = Bytes>) -> (BytesMut, bool)) -> String {
    let mut page = String::new();
    for stream in format!("{lines}\n").split_terminator("\n\n") {
        writeln!(page, "== {}", stream.replace('\n', "\n   ")).unwrap();
        let mut events = stream.lines().map(|line| Bytes::copy_from_slice(line.as_bytes()));
        let (out, before) = told(&mut events);
        writeln!(page, "{}{}", text(&out), if before { "" } else { "(ended by the connection)\n" }).unwrap();
    }
    page
}

#[test]
fn every_stream_of_a_response_becomes_the_chunks_of_its_snapshot() {
    hold("over_responses/streams", |file, lines| {
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
fn every_stream_of_chunks_becomes_the_events_of_its_snapshot() {
    hold("over_chat/streams", |_, lines| {
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

/// What the simulator refuses of what the cases become: a word of its error, and why it is sent.
const PASSED: &[(&str, &str)] = &[
    ("'new_part'", "a part that nobody knows is left to Azure"),
    ("'input[0].x_mine'", "so is a member of a message"),
    ("'x_stranger'", "so is a parameter"),
    ("The encrypted content gAAA", "the simulator has not made it"),
];

#[test]
fn what_the_calls_become_is_taken() {
    let mut wrong = Vec::new();
    let mut used = BTreeSet::new();
    for (asked, serves) in [(Dialect::Chat, Dialect::Responses), (Dialect::Responses, Dialect::Chat)] {
        for case in requests(asked) {
            for model in MODELS {
                let target = switched(twin(model, serves), &case.name);
                let Ok((plan, sent)) = planned(asked, &case.body, &target) else { continue };
                let Err(error) = judged(model, &plan, &sent) else { continue };
                match PASSED.iter().find(|(word, _)| error.body.contains(word)) {
                    Some((word, _)) => _ = used.insert(*word),
                    None => wrong.push(format!("{model}: {}\n  {}", text(&sent), error.body)),
                }
            }
        }
    }
    assert!(wrong.is_empty(), "Azure would refuse what azgate sends:\n{}", wrong.join("\n"));
    assert_eq!(used.len(), PASSED.len(), "{used:?}");
}

//! Repairs Azure's unusual stream chunks for strict OpenAI clients, without losing any content.
//!
//! Azure opens a stream with a chunk that has no choices and empty ids, only `prompt_filter_results`; the asynchronous
//! filter sends choices without `delta`, even after the end (Microsoft, content-streaming.md; litellm#8274). The
//! content of such a chunk moves into the next real chunk, or the chunk is completed.

use std::sync::LazyLock;

use bytes::Bytes;
use memchr::memmem::Finder;

use super::{
    edited,
    tool_calls::{self, CallRepair, mentions_calls, needs_no_repair},
};
use crate::json::{Change, Document, Kind, Pointer, Raw, View};

const OBJECT: &str = "\"chat.completion.chunk\"";

/// The members of OpenAI's chunks. All others are a vendor's, and are kept.
const STANDARD: [&str; 9] = [
    "id",
    "object",
    "created",
    "model",
    "choices",
    "usage",
    "service_tier",
    "system_fingerprint",
    "obfuscation",
];

/// What the normalizer does with an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Normalized {
    /// The event stays unchanged.
    Same,
    /// The event goes out with this data.
    Changed(Bytes),
    /// The event does not go out. A later chunk will carry its members.
    Held,
}

/// Normalises one stream, event by event.
#[derive(Debug, Default)]
pub struct Normalizer {
    /// The values for empty members of later chunks.
    own: Option<Identity>,
    /// Members that wait for a chunk to carry them.
    held: Vec<(String, Raw)>,
    /// How many members and chunks were held since the stream began.
    ever: usize,
    /// How many bytes the held members have.
    bytes: usize,
    calls: CallRepair,
}

/// How many bytes are held at most.
const MOST_BYTES: usize = 1 << 20;

/// How many members are held in one stream at most. Azure's streams have one or two. After this many, chunks without
/// choices are no longer held.
const MOST_HELD: usize = 64;

/// `id`, `created` and `model`, spelt as in the stream's real chunks.
#[derive(Debug)]
struct Identity {
    id: String,
    created: String,
    model: String,
}

impl Normalizer {
    /// Normalizes one event's data.
    pub fn event(&mut self, data: &Bytes) -> Normalized {
        let is_normal = self.held.is_empty() && CHUNK_SCAN.normal(data);
        let calls = !is_normal || mentions_calls(data);
        if let Some(own) = self.own.as_ref().filter(|_| is_normal)
            && (!calls || needs_no_repair(data, &own.id, self.calls.begun()))
        {
            return Normalized::Same;
        }
        let depth = if calls { tool_calls::DEPTH } else { 3 };
        let Ok(chunk) = Document::parse(data.clone(), depth) else { return Normalized::Same };
        let root = chunk.root();
        let Some(choices) = root.get("choices").filter(|choices| choices.kind() == Kind::Array) else {
            return Normalized::Same;
        };
        if self.own.is_none() {
            self.own = Identity::of(root);
        }
        let usage = root.get("usage").is_some_and(|usage| usage.kind() == Kind::Object);
        if choices.items().next().is_none()
            && !usage
            && self.ever < MOST_HELD
            && self.bytes + data.len() < MOST_BYTES
        {
            self.bytes += data.len();
            self.hold(root);
            return Normalized::Held;
        }
        let mut changes = self.filled(root);
        changes.extend(choices.items().enumerate().flat_map(|(at, choice)| completed(at, choice)));
        let answer = self.own.as_ref().map_or("", |own| &*own.id);
        for (at, choice) in choices.items().enumerate() {
            self.calls.choice(at, choice, answer, &mut changes);
        }
        self.carry(root, &mut changes);
        if changes.is_empty() { Normalized::Same } else { Normalized::Changed(edited(&chunk, &changes)) }
    }

    /// Returns a chunk with the members that are still held at the end of the stream. If the same member came twice,
    /// there is more than one such chunk, so call this until it returns `None`.
    pub fn finish(&mut self) -> Option<Bytes> {
        if self.held.is_empty() {
            return None;
        }
        let (id, created, model) = match &self.own {
            Some(own) => (&*own.id, &*own.created, &*own.model),
            None => ("\"\"", "0", "\"\""),
        };
        let chunk = format!(
            "{{\"id\":{id},\"object\":{OBJECT},\"created\":{created},\"model\":{model},\
             \"choices\":[{{\"index\":0,\"delta\":{{}},\"finish_reason\":null}}]}}"
        );
        let chunk = Document::parse(chunk.into(), 1).ok()?;
        let mut changes = Vec::new();
        self.carry(chunk.root(), &mut changes);
        Some(edited(&chunk, &changes))
    }

    /// Adds the held members to a chunk. A member that the chunk already has waits for another chunk.
    fn carry(&mut self, chunk: View<'_>, changes: &mut Vec<Change>) {
        self.held.retain(|(key, value)| {
            let added = changes.iter().any(|change| change.at().top_level() == Some(key));
            let taken = added || chunk.get(key).is_some();
            if !taken {
                changes.push(Change::Set { at: Pointer::key(key.clone()), value: value.clone() });
            }
            taken
        });
    }

    fn hold(&mut self, root: View<'_>) {
        let vendor = root.members().filter(|(key, _)| !STANDARD.contains(&&**key));
        let held = self.held.len();
        self.held.extend(vendor.map(|(key, value)| (key.into_owned(), Raw::json(raw_text(value)))));
        self.ever += 1 + self.held.len() - held;
    }

    /// Returns the changes that fill a chunk's empty members with the stream's own values.
    fn filled(&self, root: View<'_>) -> Vec<Change> {
        let own = self.own.as_ref();
        let members = [
            ("id", "\"\"", own.map(|own| &*own.id)),
            ("object", "\"\"", Some(OBJECT)),
            ("created", "0", own.map(|own| &*own.created)),
            ("model", "\"\"", own.map(|own| &*own.model)),
        ];
        let empty = |key, empty: &str| {
            root.get(key).is_none_or(|value| value.is_null() || value.raw() == empty.as_bytes())
        };
        members
            .into_iter()
            .filter(|(key, nothing, _)| empty(key, nothing))
            .filter_map(|(key, _, value)| {
                Some(Change::Set { at: Pointer::key(key), value: Raw::json(value?.to_owned()) })
            })
            .collect()
    }
}

impl Identity {
    fn of(root: View<'_>) -> Option<Identity> {
        let id = root.get("id").filter(|id| id.kind() == Kind::String && id.raw() != b"\"\"")?;
        let or = |key, absent: &str| root.get(key).map_or_else(|| absent.to_owned(), raw_text);
        Some(Identity { id: raw_text(id), created: or("created", "0"), model: or("model", "\"\"") })
    }
}

/// Returns the changes that add the members that a choice must have and lacks.
fn completed(at: usize, choice: View<'_>) -> impl Iterator<Item = Change> {
    let place = move || Pointer::key("choices").item(at);
    let index = choice.get("index").is_none().then(|| ("index", at.to_string()));
    let delta = choice.get("delta").is_none_or(View::is_null).then(|| ("delta", "{}".to_owned()));
    let reason = choice.get("finish_reason").is_none().then(|| ("finish_reason", "null".to_owned()));
    let object = choice.kind() == Kind::Object;
    [index, delta, reason]
        .into_iter()
        .flatten()
        .filter(move |_| object)
        .map(move |(key, value)| Change::Set { at: place().then(key), value: Raw::json(value) })
}

fn raw_text(value: View<'_>) -> String {
    String::from_utf8_lossy(value.raw()).into_owned()
}

/// Recognises a chunk that needs no change by a few searches, without parsing the JSON. The searched texts never stand
/// inside a JSON string, because their quotes would be escaped there.
#[derive(Debug)]
struct ChunkScan {
    delta: Finder<'static>,
    reason: Finder<'static>,
    empty: [Finder<'static>; 4],
}

/// Shared by all streams.
static CHUNK_SCAN: LazyLock<ChunkScan> = LazyLock::new(ChunkScan::new);

impl ChunkScan {
    fn new() -> ChunkScan {
        ChunkScan {
            delta: Finder::new("\"delta\":{"),
            reason: Finder::new("\"finish_reason\":"),
            empty: ["\"id\":\"\"", "\"object\":\"\"", "\"created\":0", "\"model\":\"\""].map(Finder::new),
        }
    }

    /// Returns whether the chunk certainly needs no change. A writer that leaves no space after the colon of `delta`
    /// leaves none after other colons. If every choice has both members, the two occur equally often.
    fn normal(&self, data: &[u8]) -> bool {
        let deltas = self.delta.find_iter(data).count();
        deltas > 0
            && deltas == self.reason.find_iter(data).count()
            && self.empty.iter().all(|empty| empty.find(data).is_none())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROMPT: &str = r#"{"choices":[],"created":0,"id":"","model":"","object":"","prompt_filter_results":[{"prompt_index":0,"content_filter_results":{"hate":{"filtered":false,"severity":"safe"}}}]}"#;
    const ROLE: &str = r#"{"choices":[{"content_filter_results":{},"delta":{"content":"","refusal":null,"role":"assistant"},"finish_reason":null,"index":0,"logprobs":null}],"created":1785610058,"id":"chatcmpl-1","model":"gpt-5.4-mini-2026-03-17","obfuscation":"zRj","object":"chat.completion.chunk","service_tier":"default","system_fingerprint":null,"usage":null}"#;
    const TEXT: &str = r#"{"choices":[{"content_filter_results":{},"delta":{"content":"Hi"},"finish_reason":null,"index":0,"logprobs":null}],"created":1785610058,"id":"chatcmpl-1","model":"gpt-5.4-mini-2026-03-17","object":"chat.completion.chunk","usage":null}"#;
    const USAGE: &str = r#"{"choices":[],"created":1785610058,"id":"chatcmpl-1","latency_checkpoint":{"engine_ttft_ms":28},"model":"gpt-5.4-mini-2026-03-17","object":"chat.completion.chunk","usage":{"completion_tokens":2}}"#;
    const NOTE: &str = r#"{"id":"","object":"","created":0,"model":"","choices":[{"index":0,"finish_reason":null,"content_filter_results":{},"content_filter_offsets":{"check_offset":44,"start_offset":44,"end_offset":198}}]}"#;

    fn run(normalizer: &mut Normalizer, data: &str) -> Option<String> {
        match normalizer.event(&Bytes::copy_from_slice(data.as_bytes())) {
            Normalized::Same => Some(data.to_owned()),
            Normalized::Changed(data) => Some(String::from_utf8(data.to_vec()).unwrap()),
            Normalized::Held => None,
        }
    }

    #[test]
    fn the_prompts_filter_results_move_into_the_first_real_chunk() {
        let mut normalizer = Normalizer::default();
        assert_eq!(run(&mut normalizer, PROMPT), None);
        let (_, results) = PROMPT.split_once(",\"prompt_filter_results\"").unwrap();
        let expected = format!("{},\"prompt_filter_results\"{results}", ROLE.strip_suffix('}').unwrap());
        assert_eq!(run(&mut normalizer, ROLE).unwrap(), expected);
        assert_eq!(run(&mut normalizer, TEXT).unwrap(), TEXT);
        assert_eq!(run(&mut normalizer, USAGE).unwrap(), USAGE);
        assert_eq!(normalizer.finish(), None);
    }

    #[test]
    fn an_annotation_after_the_end_becomes_a_chunk_of_this_stream() {
        let mut normalizer = Normalizer::default();
        run(&mut normalizer, ROLE);
        let expected = r#"{"id":"chatcmpl-1","object":"chat.completion.chunk","created":1785610058,"model":"gpt-5.4-mini-2026-03-17","choices":[{"index":0,"finish_reason":null,"content_filter_results":{},"content_filter_offsets":{"check_offset":44,"start_offset":44,"end_offset":198},"delta":{}}]}"#;
        assert_eq!(run(&mut normalizer, NOTE).unwrap(), expected);
    }

    #[test]
    fn members_that_no_chunk_could_carry_come_at_the_end() {
        let mut normalizer = Normalizer::default();
        assert_eq!(run(&mut normalizer, PROMPT), None);
        let (_, results) = PROMPT.split_once(",\"prompt_filter_results\"").unwrap();
        let expected = r#"{"id":"","object":"chat.completion.chunk","created":0,"model":"","choices":[{"index":0,"delta":{},"finish_reason":null}],"prompt_filter_results""#;
        assert_eq!(normalizer.finish().unwrap(), format!("{expected}{results}"));
        assert_eq!(normalizer.finish(), None);
    }

    #[test]
    fn a_member_that_the_next_chunk_has_too_waits_for_another() {
        let mut normalizer = Normalizer::default();
        run(&mut normalizer, r#"{"choices":[],"a":1,"b":2}"#);
        let first = run(&mut normalizer, &ROLE.replace("\"obfuscation\":\"zRj\"", "\"a\":0")).unwrap();
        assert!(first.ends_with(",\"b\":2}") && first.contains("\"a\":0") && !first.contains("\"a\":1"));
        assert!(run(&mut normalizer, TEXT).unwrap().ends_with(",\"a\":1}"));
    }

    #[test]
    fn a_stream_of_empty_chunks_is_not_held_for_ever() {
        let mut normalizer = Normalizer::default();
        let odd = r#"{"choices":[],"odd":1}"#;
        let held = (0..100).take_while(|_| run(&mut normalizer, odd).is_none()).count();
        assert_eq!(held, MOST_HELD / 2);
    }

    #[test]
    fn a_member_held_twice_comes_twice() {
        let mut normalizer = Normalizer::default();
        run(&mut normalizer, r#"{"choices":[],"a":1}"#);
        run(&mut normalizer, r#"{"choices":[],"a":2}"#);
        assert!(normalizer.finish().unwrap().ends_with(b",\"a\":1}"));
        assert!(normalizer.finish().unwrap().ends_with(b",\"a\":2}"));
        assert_eq!(normalizer.finish(), None);
    }

    #[test]
    fn spaces_and_unequal_choices_are_repaired_too() {
        let mut normalizer = Normalizer::default();
        run(&mut normalizer, ROLE);
        let spaced = r#"{"id": "", "object": "chat.completion.chunk", "created": 5, "model": "m", "choices": [{"index": 0, "finish_reason": null}]}"#;
        let out = run(&mut normalizer, spaced).unwrap();
        assert!(
            out.contains(r#""id": "chatcmpl-1""#) && out.contains(r#""finish_reason": null,"delta":{}"#),
            "{out}"
        );
        let bare =
            r#"{"id":"c","object":"chat.completion.chunk","created":5,"model":"m","choices":[{"index":0}]}"#;
        let out = run(&mut normalizer, bare).unwrap();
        assert!(out.contains(r#"[{"index":0,"delta":{},"finish_reason":null}]"#), "{out}");
        let two = TEXT.replace("}],", r#"},{"index":1,"finish_reason":"content_filter"}],"#);
        let out = run(&mut normalizer, &two).unwrap();
        assert!(out.contains(r#"{"index":1,"finish_reason":"content_filter","delta":{}}"#), "{out}");
    }

    #[test]
    fn events_that_are_not_chunks_stay() {
        let mut normalizer = Normalizer::default();
        for other in [r#"{"error":{"message":"x"}}"#, "not json", "[]", r#"{"type":"response.created"}"#] {
            assert_eq!(run(&mut normalizer, other).unwrap(), other);
        }
    }

    #[test]
    fn searched_texts_inside_a_string_are_ignored() {
        let mut normalizer = Normalizer::default();
        run(&mut normalizer, ROLE);
        let quoting = TEXT.replace("Hi", r#"\"id\":\"\" \"delta\":{ \"created\":0"#);
        assert!(CHUNK_SCAN.normal(quoting.as_bytes()));
        assert_eq!(run(&mut normalizer, &quoting).unwrap(), quoting);
    }
}

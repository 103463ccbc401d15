//! The smallest body that asks a question.

use serde_json::{Map, Value, json};

use super::{
    context::effort_param,
    media::{IMAGE_TOKENS, PAGE_TOKENS, PDF, PNG, SOUND_TOKENS, WAV},
    params::{Param, Shape},
    question::Topic,
};
use crate::{
    call::Dialect,
    catalog::{Effort, Modality},
};

/// What every call of an interview has in common.
#[derive(Clone, Copy, Debug)]
pub(super) struct Plain<'a> {
    pub(super) deployment: &'a str,
    pub(super) dialect: Dialect,
    /// The cap, by the name that the model takes.
    pub(super) cap: (&'static str, u64),
    /// The effort of the call.
    pub(super) effort: Option<Effort>,
}

/// The tokens of a prompt that are not in its text: the frames of messages, and what Azure adds to describe tools.
const FRAME: u64 = 64;

/// The least cap of the Responses API (hindsight#58 on Azure). A chat call with a reasoning model gets the same, so
/// that the model can begin to think.
pub(super) const LEAST_CAP: u64 = 16;

/// Returns the body, and the most tokens that the call can cost. A token is one byte of the prompt at least.
pub(super) fn body(plain: &Plain<'_>, topic: &Topic) -> (Value, u64) {
    let mut body = Map::new();
    body.insert("model".to_owned(), plain.deployment.into());
    let (messages, reserve) = messages(plain.dialect, topic);
    match plain.dialect {
        Dialect::Chat => body.insert("messages".to_owned(), messages),
        // Without this an answer stays on the resource.
        Dialect::Responses => {
            body.insert("store".to_owned(), false.into());
            body.insert("input".to_owned(), messages)
        }
    };
    let effort = if let Topic::Effort(asked) = topic { Some(*asked) } else { plain.effort };
    if let Some(effort) = effort {
        set(&mut body, effort_param(plain.dialect), effort.name().into());
    }
    let (cap, most) = plain.cap;
    body.insert(cap.to_owned(), most.into());
    let mut copies = 1;
    match topic {
        Topic::Param(param, _) => {
            if param.shape == Shape::Cap {
                body.remove(cap);
            }
            add(&mut body, param);
            copies = if param.name == "n" { 2 } else { 1 };
        }
        Topic::Streaming => set(&mut body, "stream", true.into()),
        Topic::Functions => set(
            &mut body,
            "functions",
            json!([{"name": "a", "parameters": {"type": "object", "properties": {}}}]),
        ),
        Topic::CustomTools => {
            let tool = match plain.dialect {
                Dialect::Chat => json!({"type": "custom", "custom": {"name": "a"}}),
                Dialect::Responses => json!({"type": "custom", "name": "a"}),
            };
            set(&mut body, "tools", json!([tool]));
        }
        Topic::Operation { .. } | Topic::Effort(_) | Topic::Role(_) | Topic::Part(_) | Topic::Version(_) => {}
    }
    let body = Value::Object(body);
    let prompt = body.to_string().len() as u64;
    (body, prompt + FRAME + reserve + copies * most.max(LEAST_CAP))
}

/// Adds a parameter with what stands beside it.
fn add(body: &mut Map<String, Value>, param: &Param) {
    let json = |text: &str| serde_json::from_str::<Value>(text).unwrap_or_default();
    if let Value::Object(beside) = json(param.beside) {
        body.extend(beside);
    }
    match param.name.strip_suffix(']').and_then(|name| name.split_once('[')) {
        Some((list, item)) => set(body, list, json!([item])),
        None => set(body, param.name, json(param.value)),
    }
}

/// Sets a key, or a path of two keys.
fn set(body: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => {
            body.insert(path.to_owned(), value);
        }
        Some((table, key)) => {
            let inner = body.entry(table).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                inner.insert(key.to_owned(), value);
            }
        }
    }
}

/// Returns the messages, and the tokens of what they hold beside text.
fn messages(dialect: Dialect, topic: &Topic) -> (Value, u64) {
    // A call for JSON must say so.
    let says = match topic {
        Topic::Param(param, _) if param.shape == Shape::Types => "Say {} as JSON.",
        _ => "Say ok.",
    };
    match topic {
        Topic::Role(role) => {
            (json!([{"role": role, "content": "Be brief."}, {"role": "user", "content": says}]), 0)
        }
        Topic::Part(modality) => {
            let (part, tokens) = part(dialect, *modality);
            let text = crate::translate::parameter_names(dialect).text;
            (json!([{"role": "user", "content": [{"type": text, "text": says}, part]}]), tokens)
        }
        _ => (json!([{"role": "user", "content": says}]), 0),
    }
}

fn part(dialect: Dialect, modality: Modality) -> (Value, u64) {
    let image = || format!("data:image/png;base64,{PNG}");
    let file = || format!("data:application/pdf;base64,{PDF}");
    match (dialect, modality) {
        (Dialect::Chat, Modality::Image) => {
            (json!({"type": "image_url", "image_url": {"url": image(), "detail": "low"}}), IMAGE_TOKENS)
        }
        (Dialect::Responses, Modality::Image) => {
            (json!({"type": "input_image", "image_url": image(), "detail": "low"}), IMAGE_TOKENS)
        }
        (Dialect::Chat, Modality::File) => {
            (json!({"type": "file", "file": {"filename": "a.pdf", "file_data": file()}}), PAGE_TOKENS)
        }
        (Dialect::Responses, Modality::File) => {
            (json!({"type": "input_file", "filename": "a.pdf", "file_data": file()}), PAGE_TOKENS)
        }
        (_, Modality::Audio) => {
            (json!({"type": "input_audio", "input_audio": {"data": WAV, "format": "wav"}}), SOUND_TOKENS)
        }
        (Dialect::Chat, Modality::Text) => (json!({"type": "text", "text": "ok"}), 0),
        (Dialect::Responses, Modality::Text) => (json!({"type": "input_text", "text": "ok"}), 0),
    }
}

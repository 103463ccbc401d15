//! Checks of the parts of a message's content and of a tool's output.

use serde_json::Value;

use super::known_members::only_known;
use crate::sim::{
    errors::{CheckResult, SimError, engine, invalid_value, missing, quoted_list},
    json::{has, text},
    value_type::wrong_type,
};

/// Every type of part, as Azure lists them.
const PARTS: &[&str] = &[
    "input_text",
    "input_image",
    "output_text",
    "refusal",
    "input_file",
    "computer_screenshot",
    "summary_text",
];

const SAID: &[&str] = &["output_text", "refusal"];
const ASKED: &[&str] = &["input_text", "input_image", "input_file"];

const DETAILS: &[&str] = &["auto", "low", "high", "original"];

/// Checks the content of a message: a string, or parts that fit the role.
pub(super) fn message(path: &str, content: &Value, is_assistant: bool) -> CheckResult {
    parts(path, content, if is_assistant { SAID } else { ASKED }, "one of an array of objects or string")
}

/// Checks the output of a tool.
pub(super) fn output(path: &str, output: &Value) -> CheckResult {
    parts(path, output, ASKED, "one of an array of objects or string")
}

fn parts(path: &str, content: &Value, fitting: &[&str], expected: &str) -> CheckResult {
    match content {
        Value::String(_) => Ok(()),
        Value::Array(parts) => {
            parts.iter().enumerate().try_for_each(|(at, one)| part(&format!("{path}[{at}]"), one, fitting))
        }
        other => Err(wrong_type(path, expected, other)),
    }
}

fn part(path: &str, part: &Value, fitting: &[&str]) -> CheckResult {
    if !part.is_object() {
        return Err(wrong_type(path, "an object", part));
    }
    let kind = part.get("type").and_then(Value::as_str).ok_or_else(|| missing(&format!("{path}.type")))?;
    if !PARTS.contains(&kind) {
        return Err(invalid_value(&format!("{path}.type"), kind, &quoted_list(PARTS)));
    }
    if !fitting.contains(&kind) {
        return Err(invalid_value(path, kind, &quoted_list(fitting)));
    }
    match kind {
        "input_text" => {
            string(path, part, "text")?;
            only_known(path, part, &["type", "text", "prompt_cache_breakpoint"])
        }
        "output_text" => {
            string(path, part, "text")?;
            only_known(path, part, &["type", "text", "annotations", "logprobs"])
        }
        "refusal" => {
            string(path, part, "refusal")?;
            only_known(path, part, &["type", "refusal"])
        }
        "input_image" => image(path, part),
        _ => file(path, part),
    }
}

fn string(path: &str, part: &Value, name: &str) -> CheckResult {
    let path = format!("{path}.{name}");
    match part.get(name) {
        Some(Value::String(_)) => Ok(()),
        Some(other) => Err(wrong_type(&path, "a string", other)),
        None => Err(missing(&path)),
    }
}

fn image(path: &str, part: &Value) -> CheckResult {
    only_known(path, part, &["type", "image_url", "file_id", "detail", "prompt_cache_breakpoint"])?;
    if let Some(url) = part.get("image_url").filter(|url| !url.is_null() && !url.is_string()) {
        return Err(wrong_type(&format!("{path}.image_url"), "an image URL", url));
    }
    if has(part, "image_url") == has(part, "file_id") {
        return Err(exactly_one(path, &["file_id", "image_url"]));
    }
    match part.get("detail").filter(|detail| !detail.is_null()) {
        Some(detail) if !DETAILS.iter().any(|one| detail == one) => {
            Err(invalid_value(&format!("{path}.detail"), text(part, "detail"), &quoted_list(DETAILS)))
        }
        Some(_) | None => Ok(()),
    }
}

fn file(path: &str, part: &Value) -> CheckResult {
    let known = ["type", "file_id", "filename", "file_data", "file_url", "detail", "prompt_cache_breakpoint"];
    only_known(path, part, &known)?;
    let sources = ["file_id", "file_data", "file_url"];
    if sources.iter().filter(|name| has(part, name)).count() == 1 {
        return Ok(());
    }
    Err(exactly_one(path, &sources))
}

/// Returns OpenAI's error, which was seen for an image without a source.
fn exactly_one(path: &str, names: &[&str]) -> SimError {
    let names: Vec<String> = names.iter().map(|name| format!("'{name}'")).collect();
    let message = format!(
        "Missing mutually exclusive parameters: '{path}'. Ensure you are providing exactly one of: {}.",
        names.join(" or ")
    );
    engine(&message, Some(path), Some("missing_mutually_exclusive_parameters"))
}

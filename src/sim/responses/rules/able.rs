//! What the model takes: streams, efforts, sampling, caps, tools, formats, images.

use serde_json::Value;

use super::output::unsupported;
use crate::sim::{
    errors::{Verdict, engine, invalid_value, unsupported_parameter, unsupported_value},
    models::{Class, Feature, Tools, Verbosity},
    request::Ask,
    responses::read::{self, effort, given_effort, includes},
};

pub(super) fn streaming(ask: &Ask<'_>) -> Verdict {
    if ask.is_true("stream") && !ask.has(Feature::Stream) {
        return Err(unsupported_value("stream", "true", " Supported values are: false."));
    }
    Ok(())
}

fn effort_values<'a>(ask: &Ask<'a>) -> Vec<&'a str> {
    let most = ask.has(Feature::MaxEffort).then_some("max");
    ask.model.efforts.iter().copied().chain(most).collect()
}

/// Efforts and summaries are for models that reason; `max` is for this operation only (Microsoft's `reasoning.md`).
pub(super) fn efforts(ask: &Ask<'_>) -> Verdict {
    let summary = ask.get("reasoning").and_then(|reasoning| reasoning.get("summary"));
    if summary.is_some_and(|summary| !summary.is_null()) && !ask.model.reasons() {
        return Err(unsupported_parameter("reasoning.summary"));
    }
    let Some(value) = given_effort(ask) else { return Ok(()) };
    let values = effort_values(ask);
    if values.is_empty() {
        return Err(unsupported_parameter("reasoning.effort"));
    }
    if values.contains(&value) {
        return Ok(());
    }
    Err(unsupported("reasoning.effort", value, ask.model.name, &values))
}

/// hermes-agent#101243, dyad#4549.
pub(super) fn thoughts(ask: &Ask<'_>) -> Verdict {
    let thoughts = ask.list("input").iter().filter(|item| read::kind(item) == "reasoning").count();
    if thoughts > 1 && ask.has(Feature::OneThought) {
        let message = "Conflicting authenticated continuation identities.";
        return Err(engine(message, Some("input"), Some("invalid_value")));
    }
    Ok(())
}

/// OpenAI's wording, which has no code here: any value is refused, also the default.
pub(super) fn sampling(ask: &Ask<'_>) -> Verdict {
    if !ask.model.is_reasoning_at(effort(ask)) {
        return Ok(());
    }
    if let Some(name) = ["temperature", "top_p"].into_iter().find(|name| ask.get(name).is_some()) {
        let message = format!("Unsupported parameter: '{name}' is not supported with this model.");
        return Err(engine(&message, Some(name), None));
    }
    let logprobs = includes(ask, "message.output_text.logprobs").then_some("include");
    match ask.get("top_logprobs").map(|_| "top_logprobs").or(logprobs) {
        Some(param) => {
            let message = "logprobs are not supported with reasoning models.";
            Err(engine(message, Some(param), Some("unsupported_parameter")))
        }
        None => Ok(()),
    }
}

/// Seen with gpt-4o-mini, gpt-4.1-mini and others.
pub(super) fn include(ask: &Ask<'_>) -> Verdict {
    if !includes(ask, "reasoning.encrypted_content") || ask.model.reasons() {
        return Ok(());
    }
    Err(engine("Encrypted content is not supported with this model.", Some("include"), None))
}

pub(super) fn cap(ask: &Ask<'_>) -> Verdict {
    let most = ask.model.output;
    match ask.number("max_output_tokens") {
        Some(cap) if cap > most => {
            let message = format!(
                "max_output_tokens is too large: {cap}. This model supports at most {most} completion tokens, \
                 whereas you provided {cap}."
            );
            Err(engine(&message, Some("max_output_tokens"), Some("invalid_value")))
        }
        Some(_) | None => Ok(()),
    }
}

/// As for chat: the o-series refuses both values, the gpt-5 models while the effort is `minimal`.
pub(super) fn parallel(ask: &Ask<'_>) -> Verdict {
    let name = "parallel_tool_calls";
    if ask.get(name).is_none() {
        return Ok(());
    }
    let refused = match ask.model.tools {
        Tools::Refused => true,
        Tools::Sequential => ask.model.class != Class::Classic,
        Tools::ParallelUnlessMinimal => effort(ask) == "minimal" && !ask.list("tools").is_empty(),
        Tools::Parallel | Tools::WithoutEffort | Tools::Elsewhere => false,
    };
    if refused { Err(unsupported_parameter(name)) } else { Ok(()) }
}

/// As for chat: where tools are refused, so are calls and their results, in the same words. UNVERIFIED verbatim.
pub(super) fn history(ask: &Ask<'_>) -> Verdict {
    if ask.model.tools != Tools::Refused {
        return Ok(());
    }
    for (at, item) in ask.list("input").iter().enumerate() {
        let kind = read::kind(item);
        if matches!(kind.trim_end_matches("_output"), "function_call" | "custom_tool_call") {
            return Err(unsupported_value(&format!("input[{at}].type"), &format!("'{kind}'"), ""));
        }
    }
    Ok(())
}

/// Function tools are served with every effort here; custom ones from gpt-5 on ("only supported with GPT-5 series models":
/// Databricks' page on the Responses API).
pub(super) fn tools(ask: &Ask<'_>) -> Verdict {
    let tools = ask.list("tools");
    if tools.is_empty() {
        return Ok(());
    }
    if ask.model.tools == Tools::Refused {
        return Err(unsupported_parameter("tools"));
    }
    let custom = tools.iter().position(|tool| read::text(tool, "type") == "custom");
    match custom {
        Some(at) if !ask.has(Feature::CustomTools) => {
            let known = "'file_search', 'function', 'web_search_preview', 'mcp', 'code_interpreter', and \
                         'image_generation'";
            Err(invalid_value(&format!("tools[{at}].type"), "custom", known))
        }
        Some(_) | None => Ok(()),
    }
}

pub(super) fn text(ask: &Ask<'_>) -> Verdict {
    let Some(text) = ask.get("text") else { return Ok(()) };
    if let Some(value) = text.get("verbosity").and_then(Value::as_str) {
        let supported: &[&str] = match ask.model.verbosity {
            Verbosity::Refused => return Err(unsupported_parameter("text.verbosity")),
            Verbosity::MediumOnly => &["medium"],
            Verbosity::Any => &["low", "medium", "high"],
        };
        if !supported.contains(&value) {
            return Err(unsupported("text.verbosity", value, ask.model.name, supported));
        }
    }
    let kind = text.get("format").map_or("text", |format| read::text(format, "type"));
    let feature = match kind {
        "json_object" => Feature::JsonObject,
        "json_schema" => Feature::JsonSchema,
        _ => return Ok(()),
    };
    if ask.has(feature) {
        return Ok(());
    }
    let message =
        format!("Invalid parameter: 'text.format' of type '{kind}' is not supported with this model.");
    Err(engine(&message, Some("text.format"), None))
}

/// The wording is the one of chat.
pub(super) fn images(ask: &Ask<'_>) -> Verdict {
    if ask.has(Feature::Images) {
        return Ok(());
    }
    for (at, item) in ask.list("input").iter().enumerate() {
        let parts = item.get("content").and_then(Value::as_array).into_iter().flatten();
        if let Some(place) = parts.into_iter().position(|part| read::text(part, "type") == "input_image") {
            let message = "Invalid content type. image_url is only supported by certain models.";
            let param = format!("input[{at}].content[{place}]");
            return Err(engine(message, Some(&param), None));
        }
    }
    Ok(())
}

//! Checks of tools, of the choice among them, and of legacy functions. gpt-5.4 and later do not call functions while
//! they reason.

use serde_json::Value;

use crate::sim::{
    chat::read,
    checks::tool_name,
    errors::{
        CheckResult, SimError, engine, invalid_value, missing, only_with, tool_choice_not_found,
        unsupported_parameter, value_needs_version,
    },
    models::{Feature, ModelClass, ToolSupport},
    request::ApiRequest,
    surface::Surface,
};

const MANY: &str = "parallel_tool_calls";

/// Checks `functions` and `function_call`. Azure's JS SDK lists o1, o3 and o4-mini as unsupported. For o3-mini and from
/// gpt-5 on this is the stricter reading, since tools do the same.
pub(super) fn legacy(request: &ApiRequest<'_>) -> CheckResult {
    for name in ["functions", "function_call"] {
        if request.get(name).is_some() && !request.has(Feature::Functions) {
            return Err(match request.model.tools {
                ToolSupport::Refused => not_in_this_model(name),
                _ => unsupported_parameter(name),
            });
        }
    }
    if request.get("function_call").is_some() && request.get("functions").is_none() {
        return Err(only_with("function_call", "functions"));
    }
    Ok(())
}

pub(super) fn check(request: &ApiRequest<'_>) -> CheckResult {
    let given = ["tools", "tool_choice", MANY].into_iter().find(|name| request.get(name).is_some());
    let Some(given) = given else { return Ok(()) };
    if request.model.tools == ToolSupport::Refused {
        return Err(if given == MANY { unsupported_parameter(MANY) } else { not_in_this_model(given) });
    }
    parallel(request)?;
    choice(request)?;
    request.list("tools").iter().enumerate().try_for_each(|(at, tool)| one(request, at, tool))
}

/// `inspect_ai`#1290: the text has no param and no code.
fn not_in_this_model(name: &str) -> SimError {
    let message = format!(
        "{name} is not supported in this model. For a list of supported models, refer to \
         https://platform.openai.com/docs/guides/function-calling#models-supporting-function-calling."
    );
    engine(&message, None, None)
}

fn parallel(request: &ApiRequest<'_>) -> CheckResult {
    if request.get(MANY).is_none() {
        return Ok(());
    }
    // inspect_ai#1460: the o-series. It is believed to refuse `true` and `false`.
    if request.model.tools == ToolSupport::Sequential && request.model.class != ModelClass::Classic {
        return Err(unsupported_parameter(MANY));
    }
    if request.list("tools").is_empty() {
        return Err(only_with(MANY, "tools"));
    }
    if request.model.tools == ToolSupport::ParallelUnlessMinimal && read::effort(request) == "minimal" {
        return Err(unsupported_parameter(MANY));
    }
    Ok(())
}

fn choice(request: &ApiRequest<'_>) -> CheckResult {
    let Some(choice) = request.get("tool_choice") else { return Ok(()) };
    if request.list("tools").is_empty() {
        return Err(only_with("tool_choice", "tools"));
    }
    match choice.as_str() {
        Some("required") if !request.since("2024-06-01") => {
            Err(value_needs_version("tool_choice", "required", "2024-06-01"))
        }
        Some("none" | "auto" | "required") => Ok(()),
        Some(other) => Err(invalid_value("tool_choice", other, "'none', 'auto', and 'required'")),
        None => named(request, choice),
    }
}

/// Checks that a choice names one of the tools.
fn named(request: &ApiRequest<'_>, choice: &Value) -> CheckResult {
    let Some(kind @ ("function" | "custom")) = choice.get("type").and_then(Value::as_str) else {
        return Ok(());
    };
    let path = format!("tool_choice.{kind}.name");
    let name = name_of(choice, kind).ok_or_else(|| missing(&path))?;
    if request.list("tools").iter().any(|tool| name_of(tool, kind) == Some(name)) {
        return Ok(());
    }
    Err(tool_choice_not_found(name))
}

fn name_of<'a>(tool: &'a Value, kind: &str) -> Option<&'a str> {
    tool.get(kind)?.get("name")?.as_str()
}

/// Checks one tool. Azure's specifications know only `function`. OpenAI's adds `custom` for gpt-5 and later.
fn one(request: &ApiRequest<'_>, at: usize, tool: &Value) -> CheckResult {
    let custom = matches!(request.surface, Surface::V1) && request.has(Feature::CustomTools);
    let kind = tool.get("type").and_then(Value::as_str);
    match kind {
        Some(kind) if kind == "function" || (kind == "custom" && custom) => {
            let name = name_of(tool, kind).ok_or_else(|| missing(&format!("tools[{at}].{kind}.name")))?;
            tool_name(&format!("tools[{at}].{kind}.name"), name, "^[a-zA-Z0-9_-]{1,64}$")
        }
        Some(other) => {
            let supported = if custom { "'function' and 'custom'" } else { "'function'" };
            Err(invalid_value(&format!("tools[{at}].type"), other, supported))
        }
        None => Err(missing(&format!("tools[{at}].type"))),
    }
}

/// Refuses function tools while the model reasons (vane#1173, openclaude#1957). Custom tools are served. The message of
/// gpt-5.4 and gpt-5.5 ends in another way. Models without the effort `none` get that ending here too.
pub(super) fn effort(request: &ApiRequest<'_>) -> CheckResult {
    let functions = request.list("tools").iter().any(|tool| tool.get("function").is_some());
    let refused = match request.model.tools {
        ToolSupport::WithoutEffort => read::effort(request) != "none",
        ToolSupport::Elsewhere => true,
        ToolSupport::Refused
        | ToolSupport::Sequential
        | ToolSupport::Parallel
        | ToolSupport::ParallelUnlessMinimal => false,
    };
    if !functions || !refused {
        return Ok(());
    }
    let name = request.model.name;
    let old = name.starts_with("gpt-5.4") || name.starts_with("gpt-5.5");
    let tail = if old || request.model.tools == ToolSupport::Elsewhere {
        "Please use /v1/responses instead."
    } else {
        "To use function tools, use /v1/responses or set reasoning_effort to 'none'."
    };
    let message = format!(
        "Function tools with reasoning_effort are not supported for {name} in /v1/chat/completions. {tail}"
    );
    Err(engine(&message, Some("reasoning_effort"), None))
}

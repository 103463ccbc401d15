//! `GET /v1/models`: the models that clients of this gateway can call. Models that only Azure's catalogue lists are
//! left out.

use bytes::Bytes;
use serde_json::{Value, json};

use crate::{
    balance::{Route, Routes},
    call::Dialect,
    catalog::{Modality, Profile, Streaming, Verb},
};

/// Returns the list of the configured models. If unlisted names are deployments, also lists the deployments that Azure
/// has listed.
pub fn list(routes: &Routes) -> Bytes {
    let data: Vec<Value> = routes.known().iter().map(|route| model(route)).collect();
    Bytes::from(json!({ "object": "list", "data": data }).to_string())
}

/// Returns the description of one model.
pub fn one(route: &Route) -> Bytes {
    Bytes::from(model(route).to_string())
}

/// Describes a model: OpenAI's members first, then azgate's.
fn model(route: &Route) -> Value {
    let resolved = route.pool.first().resolved();
    let profile = &resolved.target.profile;
    json!({
        "id": route.model,
        "object": "model",
        "created": 0,
        "owned_by": "azure",
        "deployment": resolved.target.deployment,
        "family": *profile.name,
        "context_window": profile.context.window,
        "max_input_tokens": profile.context.input,
        "max_output_tokens": profile.context.output,
        "retirement_date": profile.retires,
        "capabilities": if profile.is_known() { capabilities(profile) } else { Value::Null },
    })
}

fn capabilities(profile: &Profile) -> Value {
    let refuses = |param: &str| {
        profile.rows(Dialect::Chat).iter().any(|row| row.param == param && row.verb == Verb::Refuse)
    };
    let takes = |modality| profile.modalities.as_ref().map(|taken| taken.contains(&modality));
    let efforts = profile.efforts.iter().flatten().map(|effort| effort.name());
    json!({
        "chat_completion": profile.dialects.contains(&Dialect::Chat),
        "responses": profile.dialects.contains(&Dialect::Responses),
        "streaming": if profile.streaming == Streaming::Native { "native" } else { "synthesized" },
        "tools": !refuses("tools"),
        "vision": takes(Modality::Image),
        "audio": takes(Modality::Audio),
        "reasoning_efforts": efforts.collect::<Vec<_>>(),
    })
}

//! On Your Data, which was retired in October 2026. It refuses with an envelope of its own.

use serde_json::Value;

use crate::sim::{
    errors::{CheckResult, extra_input, on_your_data},
    models::Feature,
    request::ApiRequest,
};

/// Parameters refused beside a data source (openai-python#1468, azure-sdk-for-js#30751, azure-sdk-for-net#52539).
const EXCLUDED: &[&str] = &["stream_options", "logprobs", "top_logprobs", "max_completion_tokens"];

/// The types of data sources in Azure's specification 2024-10-21 and its previews.
const TYPES: &[&str] = &["azure_search", "azure_cosmos_db", "elasticsearch", "mongo_db", "pinecone"];

pub(super) fn check(request: &ApiRequest<'_>) -> CheckResult {
    if request.get("data_sources").is_none() {
        return Ok(());
    }
    if !request.has(Feature::DataSources) {
        return Err(extra_input("data_sources"));
    }
    if let Some(name) = EXCLUDED.iter().find(|name| request.get(name).is_some()) {
        return Err(extra_input(name));
    }
    let format = request.get("response_format").and_then(|format| format.get("type"));
    if format.is_some_and(|kind| kind == "json_schema") {
        return Err(extra_input("response_format/json_schema"));
    }
    let sources = request.list("data_sources");
    let [source] = sources else {
        return Err(on_your_data("Validation error at #/data_sources: exactly one data source is expected"));
    };
    match source.get("type").and_then(Value::as_str) {
        Some(kind) if TYPES.contains(&kind) => Ok(()),
        Some(_) | None => Err(on_your_data("Validation error at #/data_sources/0/type: unknown data source")),
    }
}

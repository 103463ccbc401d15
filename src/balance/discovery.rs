//! Asks a resource for its deployments. Only one old preview version is known to answer with the plain key
//! (openai-python#447, openai-python#460). So an answer helps, and a missing answer is not an error.

use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method};
use http_body_util::{BodyExt, Limited};
use serde::Deserialize;
use tokio::time::timeout;

use super::Resource;
use crate::{
    call::name,
    deadline::{Deadlines, Timeouts},
    learning::KnowledgeStore,
    upstream,
};

/// How long the whole answer may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// The largest list that is read.
const LARGEST: usize = 1024 * 1024;

/// Azure's list. Members may be missing.
#[derive(Debug, Deserialize)]
struct List {
    data: Vec<Deployment>,
}

#[derive(Debug, Deserialize)]
struct Deployment {
    id: Option<String>,
    model: Option<String>,
}

/// Asks once, and notes what the list says. Whatever fails is a line in the log.
pub async fn discover(resource: &Resource, knowledge_store: &KnowledgeStore) {
    let resource_name = &*resource.name;
    match timeout(PATIENCE, deployments(resource)).await {
        Ok(Ok(deployments)) => {
            tracing::info!(
                resource = resource_name,
                count = deployments.len(),
                "Azure has listed its deployments"
            );
            knowledge_store.note_listed(resource_name, deployments);
        }
        Ok(Err(why)) => {
            tracing::info!(resource = resource_name, why, "Azure does not list its deployments");
        }
        Err(_) => tracing::info!(resource = resource_name, "Azure did not list its deployments in time"),
    }
}

async fn deployments(resource: &Resource) -> Result<Vec<(String, String)>, String> {
    let uri = resource.endpoint.deployments().map_err(|error| error.to_string())?;
    let (headers, body) = (HeaderMap::new(), Bytes::new().into());
    let request = upstream::Request { method: Method::GET, uri, headers, body };
    let deadlines = Deadlines::begin(Timeouts::default());
    let answer = resource.send(request, &deadlines).await.map_err(|error| error.to_string())?;
    if !answer.status().is_success() {
        return Err(format!("status {}", answer.status()));
    }
    let body =
        Limited::new(answer.into_body(), LARGEST).collect().await.map_err(|error| error.to_string())?;
    let list: List = serde_json::from_slice(&body.to_bytes()).map_err(|_| "it is no list".to_owned())?;
    let named = list.data.into_iter().filter_map(|one| one.id.zip(one.model));
    Ok(named
        .filter(|(id, model)| name::is_model(id) && name::is_segment(id) && name::is_model(model))
        .collect())
}

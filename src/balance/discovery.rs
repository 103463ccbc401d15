//! Asks a resource for its deployments. With a plain key, only one old preview version is known to answer
//! (openai-python#447, openai-python#460). So azgate uses an answer, but does not treat a missing answer as an error.

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

/// How long azgate waits for the whole answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// The size of the largest list that azgate reads, in bytes.
const LARGEST: usize = 1024 * 1024;

/// Azure's list of deployments.
#[derive(Debug, Deserialize)]
struct DeploymentList {
    data: Vec<ListedDeployment>,
}

#[derive(Debug, Deserialize)]
struct ListedDeployment {
    id: Option<String>,
    model: Option<String>,
}

/// Asks the resource once, and records the listed deployments. A failure is only logged.
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
    let request = upstream::Request {
        method: Method::GET,
        uri,
        headers,
        body,
        resent: upstream::ResentFlag::default(),
    };
    let deadlines = Deadlines::begin(Timeouts::default());
    let answer = resource.send(request, &deadlines).await.map_err(|error| error.to_string())?;
    if !answer.status().is_success() {
        return Err(format!("status {}", answer.status()));
    }
    let body =
        Limited::new(answer.into_body(), LARGEST).collect().await.map_err(|error| error.to_string())?;
    let list: DeploymentList =
        serde_json::from_slice(&body.to_bytes()).map_err(|_| "the answer is not a list".to_owned())?;
    let named = list.data.into_iter().filter_map(|one| one.id.zip(one.model));
    Ok(named
        .filter(|(id, model)| name::is_model(id) && name::is_segment(id) && name::is_model(model))
        .collect())
}

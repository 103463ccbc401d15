//! An Azure OpenAI resource. Every request to a resource is sent here, with the resource's credential.

use std::sync::Arc;

use http::Response;

use crate::{
    call::Surface,
    deadline::Deadlines,
    upstream::{AnswerBody, Client, Credential, Endpoint, Failure, Request},
};

/// An Azure OpenAI resource.
#[derive(Clone, Debug)]
pub struct Resource {
    /// The operator's name for the resource.
    pub name: Arc<str>,
    /// How URLs address the resource's deployments.
    pub surface: Surface,
    /// The address.
    pub endpoint: Endpoint,
    /// The client that holds the connections to the resource.
    pub client: Arc<Client>,
    /// azgate's own credential for the resource.
    pub credential: Arc<Credential>,
}

impl Resource {
    /// Sends a request with the resource's credential, and waits for the head of the answer.
    ///
    /// # Errors
    /// When no answer begins in time, or the connection fails.
    pub async fn send(
        &self,
        mut request: Request,
        deadlines: &Deadlines,
    ) -> Result<Response<AnswerBody>, Failure> {
        self.credential.authorize(&mut request.headers).await;
        let answer = self.client.send_within(request, deadlines).await;
        answer.map_err(|failure| failure.named(self.name.clone()))
    }
}

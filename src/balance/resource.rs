//! An Azure OpenAI resource, and the one place where a request is sent to it with its credential.

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
    /// The operator's name for it.
    pub name: Arc<str>,
    /// How its deployments are addressed.
    pub surface: Surface,
    /// Its address.
    pub endpoint: Endpoint,
    /// The client that holds the connections to it.
    pub client: Arc<Client>,
    /// azgate's own credential for it.
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
        self.client.send_within(request, deadlines).await
    }
}

//! A client's call: an operation, an address and a body.

use std::{borrow::Cow, sync::Arc};

use bytes::Bytes;

use super::{Dialogue, Operation, Remembered};
use crate::json::Document;

/// A call as a client made it. It does not depend on which of several paths the client used.
#[derive(Clone, Debug)]
pub struct Call {
    /// The operation.
    pub operation: &'static Operation,
    /// The model, object or resource that the call addresses.
    pub address: Address,
    /// The body.
    pub body: Body,
    /// Whether the client asked for a stream.
    pub stream: bool,
    /// Whether azgate repairs odd stream chunks for the client, as strict OpenAI clients need.
    pub normalize: bool,
    /// Whether the answer must contain all that a later call needs, because a later call cannot name stored objects.
    pub stateless: bool,
    /// The reasoning that messages of the call lack and azgate remembers, in the order of the messages.
    pub remembered: Arc<[Remembered]>,
}

/// The model, object or resource that a call addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// The model or deployment that the path names. If the path names none, the model that the body names.
    ByModel(String),
    /// The object with this id.
    ByObject(String),
    /// A resource.
    ByResource,
}

/// The body of a call.
#[derive(Clone, Debug)]
pub enum Body {
    /// A JSON object, outlined as deep as azgate reads it.
    Json(Document),
    /// A form with parts (`multipart/form-data`), not decoded.
    Multipart(Bytes),
    /// Bytes that azgate does not read; may be empty.
    Opaque(Bytes),
}

impl Call {
    /// Returns the model that the call names, if it names one.
    pub fn model(&self) -> Option<&str> {
        match &self.address {
            Address::ByModel(model) => Some(model),
            Address::ByObject(_) | Address::ByResource => None,
        }
    }

    /// Returns the part that translation reads, or `None` if azgate passes the call on unchanged.
    pub fn dialogue(&self) -> Option<Dialogue<'_>> {
        let dialect = self.operation.dialect.filter(|_| self.operation.is_by_model())?;
        let Body::Json(body) = &self.body else { return None };
        let Call { stream, normalize, stateless, .. } = *self;
        let (body, remembered) = (Cow::Borrowed(body), self.remembered.clone());
        Some(Dialogue { dialect, stream, body, normalize, stateless, remembered })
    }
}

impl Body {
    /// Returns the body's JSON, if it is JSON.
    pub fn json(&self) -> Option<&Document> {
        match self {
            Body::Json(document) => Some(document),
            Body::Multipart(_) | Body::Opaque(_) => None,
        }
    }

    /// Returns all bytes of the body.
    pub fn bytes(&self) -> &Bytes {
        match self {
            Body::Json(document) => document.source(),
            Body::Multipart(bytes) | Body::Opaque(bytes) => bytes,
        }
    }
}

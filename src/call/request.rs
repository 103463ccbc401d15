//! What a client asked: an operation, an address and a body.

use std::borrow::Cow;

use bytes::Bytes;

use super::{Dialogue, Operation};
use crate::json::Document;

/// A call as a client made it, whatever path it came by.
#[derive(Clone, Debug)]
pub struct Call {
    /// The operation.
    pub operation: &'static Operation,
    /// What the call is about, and so where it goes.
    pub address: Address,
    /// The body.
    pub body: Body,
    /// The client asked for a stream.
    pub stream: bool,
    /// The client gets odd stream chunks in the form that strict OpenAI clients expect.
    pub normalize: bool,
    /// A later call cannot name what Azure stores of this one, so the answer must hold what that call needs.
    pub stateless: bool,
}

/// What a call is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// The model or deployment that the path names, or else the body.
    ByModel(String),
    /// The object with this id.
    ByObject(String),
    /// A resource.
    ByResource,
}

/// The body of a call.
#[derive(Clone, Debug)]
pub enum Body {
    /// A JSON object, outlined as deep as azgate looks into it.
    Json(Document),
    /// A form with parts, as it came.
    Multipart(Bytes),
    /// Bytes that azgate does not read. They may be none.
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

    /// Returns what translation looks at; `None` where the call is passed on as it is.
    pub fn dialogue(&self) -> Option<Dialogue<'_>> {
        let dialect = self.operation.dialect.filter(|_| self.operation.is_by_model())?;
        let Body::Json(body) = &self.body else { return None };
        let Call { stream, normalize, stateless, .. } = *self;
        Some(Dialogue { dialect, stream, body: Cow::Borrowed(body), normalize, stateless })
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

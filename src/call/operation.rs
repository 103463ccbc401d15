//! The table of the operations that azgate serves, one row each. An operation that azgate passes on unchanged needs a
//! row here and nothing else.

use super::Dialect;
use crate::objects::{IdPlaces, ObjectKind, places};

/// An operation of the API.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    /// The name in the log.
    pub name: &'static str,
    /// The HTTP method.
    pub method: &'static str,
    /// The path behind the prefix of a surface. `{}` stands for the id of an object or the name of a model.
    pub path: &'static str,
    /// What determines where a call goes.
    pub address: Addressing,
    /// The kind of body that a call has.
    pub body: BodyKind,
    /// The kind of body that an answer has.
    pub answer: AnswerKind,
    /// The dialect of body and answer, if azgate reads them. azgate translates calls to a model that have a dialect.
    pub dialect: Option<Dialect>,
    /// The places of object ids in the body of a call.
    pub takes: IdPlaces,
    /// The places of object ids in an answer.
    pub gives: IdPlaces,
    /// The oldest dated api-version that has the operation. `None` if every api-version has it.
    pub since: Option<&'static str>,
}

/// What determines where a call goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Addressing {
    /// The call names a model, and goes to a deployment that serves the model.
    ByModel {
        /// Whether a URL of a dated surface contains the deployment's name. Otherwise the body's `model` names the
        /// deployment on every surface.
        deployment_in_path: bool,
    },
    /// The path contains the id of a stored object of this kind. The call goes to the resource that has the object.
    ByObject(ObjectKind),
    /// The call names neither a model nor an object, and goes to a resource.
    ByResource,
    /// azgate answers the call itself.
    Gateway,
}

/// The kind of body that a call has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyKind {
    /// No body.
    None,
    /// A JSON object.
    Json,
    /// A form with parts (`multipart/form-data`).
    Multipart,
    /// Bytes that azgate does not read.
    Opaque,
}

/// The kind of body that an answer has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnswerKind {
    /// A JSON object, or events where the call asks for a stream.
    Json,
    /// Bytes that azgate does not read.
    Bytes,
}

const POST: &str = "POST";
const GET: &str = "GET";
const DELETE: &str = "DELETE";

/// The first api-version that has the Responses API (azure-rest-api-specs 2025-03-01-preview).
const RESPONSES_SINCE: Option<&str> = Some("2025-03-01-preview");

/// Makes the row of a call that names its model in the body, and its deployment in the path of dated surfaces.
const fn by_model(name: &'static str, path: &'static str) -> Operation {
    Operation {
        name,
        method: POST,
        path,
        address: Addressing::ByModel { deployment_in_path: true },
        body: BodyKind::Json,
        answer: AnswerKind::Json,
        dialect: None,
        takes: &[],
        gives: &[],
        since: None,
    }
}

/// Makes the row of a call about a stored response.
const fn response(name: &'static str, method: &'static str, path: &'static str) -> Operation {
    Operation {
        name,
        method,
        path,
        address: Addressing::ByObject(ObjectKind::Response),
        body: BodyKind::None,
        answer: AnswerKind::Json,
        dialect: Some(Dialect::Responses),
        takes: &[],
        gives: &[],
        since: RESPONSES_SINCE,
    }
}

/// Makes the row of a call that azgate answers itself.
const fn own(name: &'static str, path: &'static str) -> Operation {
    Operation {
        name,
        method: GET,
        path,
        address: Addressing::Gateway,
        body: BodyKind::None,
        answer: AnswerKind::Json,
        dialect: None,
        takes: &[],
        gives: &[],
        since: None,
    }
}

/// The table of operations.
pub static OPERATIONS: [Operation; 10] = [
    Operation {
        dialect: Some(Dialect::Chat),
        takes: places::MODEL_CALL,
        gives: places::CHAT_ANSWER,
        ..by_model("chat", "/chat/completions")
    },
    // The body names the deployment on every surface (openai-python `lib/azure.py` writes no deployment into this
    // path).
    Operation {
        dialect: Some(Dialect::Responses),
        takes: places::MODEL_CALL,
        gives: places::RESPONSE,
        address: Addressing::ByModel { deployment_in_path: false },
        ..by_model("responses", "/responses")
    },
    by_model("embeddings", "/embeddings"),
    // Passed on unchanged, except to a model of chat completions (`translate/compacting.rs`).
    Operation {
        takes: places::MODEL_CALL,
        gives: places::RESPONSE,
        address: Addressing::ByModel { deployment_in_path: false },
        since: RESPONSES_SINCE,
        ..by_model("responses.compact", "/responses/compact")
    },
    response("responses.retrieve", GET, "/responses/{}"),
    response("responses.delete", DELETE, "/responses/{}"),
    Operation { body: BodyKind::Opaque, ..response("responses.cancel", POST, "/responses/{}/cancel") },
    response("responses.input_items", GET, "/responses/{}/input_items"),
    own("models", "/models"),
    own("models.retrieve", "/models/{}"),
];

impl Operation {
    /// Finds an operation by its name.
    pub fn named(name: &str) -> Option<&'static Operation> {
        OPERATIONS.iter().find(|operation| operation.name == name)
    }

    /// Returns the operation that calls a model in this dialect.
    pub fn of(dialect: Dialect) -> &'static Operation {
        static CREATE: super::PerDialect<&Operation> =
            super::PerDialect { chat: &OPERATIONS[0], responses: &OPERATIONS[1] };
        CREATE.of(dialect)
    }

    /// Returns whether a call names a model.
    pub fn is_by_model(&self) -> bool {
        matches!(self.address, Addressing::ByModel { .. })
    }

    /// Returns whether a URL of a dated surface contains the deployment's name.
    pub fn has_deployment_in_path(&self) -> bool {
        self.address == Addressing::ByModel { deployment_in_path: true }
    }
}

/// Two rows are equal if they are the same row of the table.
impl PartialEq for Operation {
    fn eq(&self, other: &Operation) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Eq for Operation {}

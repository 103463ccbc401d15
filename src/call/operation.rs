//! Every operation of the OpenAI API that azgate serves, one row each. An operation that azgate passes on as it is
//! needs a row here and nothing else.

use super::Dialect;
use crate::objects::{ObjectKind, Places, places};

/// An operation of the API.
#[derive(Clone, Copy, Debug)]
pub struct Operation {
    /// The name in the log.
    pub name: &'static str,
    /// The HTTP method.
    pub method: &'static str,
    /// The path behind the prefix of a surface. `{}` stands for the id of an object or the name of a model.
    pub path: &'static str,
    /// What decides where a call goes.
    pub address: Addressing,
    /// What the body of a call is.
    pub body: BodyKind,
    /// What the body of an answer is.
    pub answer: AnswerKind,
    /// The dialect of body and answer, where azgate reads them. Calls to a model in a dialect are translated.
    pub dialect: Option<Dialect>,
    /// Where ids of stored objects stand in the body of a call.
    pub takes: Places,
    /// Where ids of stored objects stand in an answer.
    pub gives: Places,
    /// The oldest dated api-version that has the operation, where it is not as old as all others.
    pub since: Option<&'static str>,
}

/// What decides where a call goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Addressing {
    /// The model that the call names, by the deployment that serves it.
    ByModel {
        /// Whether a URL of a dated surface names the deployment. Otherwise the body's `model` names it on every
        /// surface.
        deployment_in_path: bool,
    },
    /// A stored object of this kind, whose id stands in the path.
    ByObject(ObjectKind),
    /// A resource: the call names neither a model nor an object.
    ByResource,
    /// azgate answers the call itself.
    Gateway,
}

/// What the body of a call is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyKind {
    /// There is none.
    None,
    /// A JSON object.
    Json,
    /// A form with parts (`multipart/form-data`).
    Multipart,
    /// Bytes that azgate does not read.
    Opaque,
}

/// What the body of an answer is.
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

/// Operations that only the surfaces since the Responses API have (azure-rest-api-specs 2025-03-01-preview).
const RESPONSES_SINCE: Option<&str> = Some("2025-03-01-preview");

/// A call that names a model in its body, with its deployment in the path of dated surfaces.
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

/// A request about a stored response.
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

/// A list that azgate gives itself.
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

/// The operations.
pub static OPERATIONS: [Operation; 9] = [
    Operation {
        dialect: Some(Dialect::Chat),
        takes: places::MODEL_CALL,
        gives: places::CHAT_ANSWER,
        ..by_model("chat", "/chat/completions")
    },
    // The body names the deployment on every surface (openai-python `lib/azure.py` writes none into this path).
    Operation {
        dialect: Some(Dialect::Responses),
        takes: places::MODEL_CALL,
        gives: places::RESPONSE,
        address: Addressing::ByModel { deployment_in_path: false },
        ..by_model("responses", "/responses")
    },
    by_model("embeddings", "/embeddings"),
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

    /// Returns the operation that asks a model in this dialect.
    pub fn of(dialect: Dialect) -> &'static Operation {
        static CREATE: super::PerDialect<&Operation> =
            super::PerDialect { chat: &OPERATIONS[0], responses: &OPERATIONS[1] };
        CREATE.of(dialect)
    }

    /// Whether a call names a model.
    pub fn is_by_model(&self) -> bool {
        matches!(self.address, Addressing::ByModel { .. })
    }

    /// Whether a URL of a dated surface names the deployment.
    pub fn has_deployment_in_path(&self) -> bool {
        self.address == Addressing::ByModel { deployment_in_path: true }
    }
}

/// Rows are compared by their place in the table.
impl PartialEq for Operation {
    fn eq(&self, other: &Operation) -> bool {
        std::ptr::eq(self, other)
    }
}

impl Eq for Operation {}

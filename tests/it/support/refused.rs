//! Errors in OpenAI's format, read strictly.

use serde_json::Value;

/// An error answer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Refused {
    /// The status.
    pub(crate) status: u16,
    /// `error.type`.
    pub(crate) kind: String,
    /// `error.code`.
    pub(crate) code: String,
    /// `error.param`.
    pub(crate) param: Option<String>,
    /// `error.message`.
    pub(crate) message: String,
}

impl Refused {
    /// Reads a response that must be one of azgate's own errors, with exactly the members of OpenAI's errors.
    pub(crate) async fn of(response: reqwest::Response) -> Refused {
        let status = response.status().as_u16();
        assert_eq!(response.headers()["content-type"], "application/json");
        Refused::read(status, &response.text().await.unwrap())
    }

    /// Reads an error's body.
    pub(crate) fn read(status: u16, body: &str) -> Refused {
        let body: Value = serde_json::from_str(body).unwrap_or_else(|error| panic!("{error}: {body:?}"));
        let keys: Vec<&String> = body.as_object().unwrap().keys().collect();
        assert_eq!(keys, ["error"], "{body}");
        let error = body["error"].as_object().unwrap();
        let mut keys: Vec<&String> = error.keys().collect();
        keys.sort();
        assert_eq!(keys, ["code", "message", "param", "type"], "{body}");
        let text = |key: &str| error[key].as_str().unwrap_or_else(|| panic!("{key}: {body}")).to_owned();
        let param = (!error["param"].is_null()).then(|| text("param"));
        Refused { status, kind: text("type"), code: text("code"), param, message: text("message") }
    }

    /// Returns status, type, code and parameter.
    pub(crate) fn summary(&self) -> (u16, &str, &str, Option<&str>) {
        (self.status, &self.kind, &self.code, self.param.as_deref())
    }
}

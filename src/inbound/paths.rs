//! Every path that azgate answers, one row each, as the SDKs build them.

use http::Method;
use percent_encoding::percent_decode_str;

use crate::call::{Dialect, name};

/// Whose clients use a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrontDoor {
    /// OpenAI's own paths: strict clients, no Azure extras expected.
    OpenAi,
    /// Azure's paths: clients that know Azure's stream.
    Azure,
}

/// What a path leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Endpoint {
    /// An operation that is translated.
    Dialect(Dialect),
    /// A stored response, or what stands behind its id in the path, such as `/cancel`.
    Object(&'static str),
    /// The list of models.
    Models,
    /// One model.
    Model,
}

struct Row {
    pattern: &'static str,
    method: Method,
    endpoint: Endpoint,
    door: FrontDoor,
}

const CHAT: Endpoint = Endpoint::Dialect(Dialect::Chat);
const RESPONSES: Endpoint = Endpoint::Dialect(Dialect::Responses);
const RESPONSE: Endpoint = Endpoint::Object("");
const CANCEL: Endpoint = Endpoint::Object("/cancel");
const INPUT_ITEMS: Endpoint = Endpoint::Object("/input_items");

/// Operations of OpenAI's that stand where a response's id does. Azure's specification has neither.
const NO_IDS: [&str; 2] = ["compact", "input_tokens"];

const fn row(pattern: &'static str, method: Method, endpoint: Endpoint, door: FrontDoor) -> Row {
    Row { pattern, method, endpoint, door }
}

/// `{}` is one segment: a deployment, a model, or an object's id.
const ROWS: &[Row] = &[
    row("/v1/chat/completions", Method::POST, CHAT, FrontDoor::OpenAi),
    row("/chat/completions", Method::POST, CHAT, FrontDoor::OpenAi),
    row("/openai/v1/chat/completions", Method::POST, CHAT, FrontDoor::Azure),
    // OpenAI with a base_url that ends in /openai.
    row("/openai/chat/completions", Method::POST, CHAT, FrontDoor::Azure),
    row("/openai/deployments/{}/chat/completions", Method::POST, CHAT, FrontDoor::Azure),
    // AzureOpenAI with a base_url that ends in /openai/v1 builds this one.
    row("/openai/v1/deployments/{}/chat/completions", Method::POST, CHAT, FrontDoor::Azure),
    row("/v1/responses", Method::POST, RESPONSES, FrontDoor::OpenAi),
    row("/responses", Method::POST, RESPONSES, FrontDoor::OpenAi),
    row("/openai/v1/responses", Method::POST, RESPONSES, FrontDoor::Azure),
    row("/openai/responses", Method::POST, RESPONSES, FrontDoor::Azure),
    // openai-java writes the deployment into the path of whatever has a model.
    row("/openai/deployments/{}/responses", Method::POST, RESPONSES, FrontDoor::Azure),
    row("/openai/v1/deployments/{}/responses", Method::POST, RESPONSES, FrontDoor::Azure),
    row("/v1/responses/{}", Method::GET, RESPONSE, FrontDoor::OpenAi),
    row("/v1/responses/{}", Method::DELETE, RESPONSE, FrontDoor::OpenAi),
    row("/v1/responses/{}/cancel", Method::POST, CANCEL, FrontDoor::OpenAi),
    row("/v1/responses/{}/input_items", Method::GET, INPUT_ITEMS, FrontDoor::OpenAi),
    row("/responses/{}", Method::GET, RESPONSE, FrontDoor::OpenAi),
    row("/responses/{}", Method::DELETE, RESPONSE, FrontDoor::OpenAi),
    row("/responses/{}/cancel", Method::POST, CANCEL, FrontDoor::OpenAi),
    row("/responses/{}/input_items", Method::GET, INPUT_ITEMS, FrontDoor::OpenAi),
    row("/openai/v1/responses/{}", Method::GET, RESPONSE, FrontDoor::Azure),
    row("/openai/v1/responses/{}", Method::DELETE, RESPONSE, FrontDoor::Azure),
    row("/openai/v1/responses/{}/cancel", Method::POST, CANCEL, FrontDoor::Azure),
    row("/openai/v1/responses/{}/input_items", Method::GET, INPUT_ITEMS, FrontDoor::Azure),
    row("/openai/responses/{}", Method::GET, RESPONSE, FrontDoor::Azure),
    row("/openai/responses/{}", Method::DELETE, RESPONSE, FrontDoor::Azure),
    row("/openai/responses/{}/cancel", Method::POST, CANCEL, FrontDoor::Azure),
    row("/openai/responses/{}/input_items", Method::GET, INPUT_ITEMS, FrontDoor::Azure),
    row("/v1/models", Method::GET, Endpoint::Models, FrontDoor::OpenAi),
    row("/v1/models/{}", Method::GET, Endpoint::Model, FrontDoor::OpenAi),
    row("/models", Method::GET, Endpoint::Models, FrontDoor::OpenAi),
    row("/models/{}", Method::GET, Endpoint::Model, FrontDoor::OpenAi),
    row("/openai/v1/models", Method::GET, Endpoint::Models, FrontDoor::Azure),
    row("/openai/v1/models/{}", Method::GET, Endpoint::Model, FrontDoor::Azure),
    row("/openai/models", Method::GET, Endpoint::Models, FrontDoor::Azure),
    row("/openai/models/{}", Method::GET, Endpoint::Model, FrontDoor::Azure),
    row("/openai/deployments", Method::GET, Endpoint::Models, FrontDoor::Azure),
    row("/openai/deployments/{}", Method::GET, Endpoint::Model, FrontDoor::Azure),
];

/// A path that was recognised.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matched {
    /// What it leads to.
    pub endpoint: Endpoint,
    /// Whose clients use it.
    pub door: FrontDoor,
    /// The deployment, model or object that the path names, decoded.
    pub name: Option<String>,
}

/// A path that was not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// No row has it, or the name in it could leave its segment.
    #[error("unknown path")]
    Unknown,
    /// The path is known, the method is not.
    #[error("method not allowed")]
    Method {
        /// The methods that the path takes; where one is GET, HEAD as well.
        allowed: Vec<Method>,
    },
}

/// Finds the row of a request's path as it came, percent-encoding and all. One slash at the end is ignored.
pub fn recognise(method: &Method, path: &str) -> Result<Matched, PathError> {
    let path = path.strip_suffix('/').unwrap_or(path);
    // The server leaves the body out of an answer to HEAD.
    let method = if *method == Method::HEAD { &Method::GET } else { method };
    let mut allowed = Vec::new();
    for row in ROWS {
        let Some(names) = matches(row.pattern, path) else { continue };
        if row.endpoint == RESPONSE && names.iter().any(|name| NO_IDS.contains(name)) {
            continue;
        }
        if row.method != *method {
            allowed.push(row.method.clone());
            continue;
        }
        let name = names.into_iter().next().map(segment).transpose()?;
        return Ok(Matched { endpoint: row.endpoint, door: row.door, name });
    }
    Err(if allowed.is_empty() { PathError::Unknown } else { PathError::Method { allowed } })
}

/// The segments at each `{}`, if the path has the pattern's segments.
fn matches<'p>(pattern: &str, path: &'p str) -> Option<Vec<&'p str>> {
    let mut names = Vec::new();
    let mut segments = path.split('/');
    for expected in pattern.split('/') {
        let segment = segments.next()?;
        if expected == "{}" {
            names.push(segment);
        } else if segment != expected {
            return None;
        }
    }
    segments.next().is_none().then_some(names)
}

/// A decoded segment that stays one.
fn segment(encoded: &str) -> Result<String, PathError> {
    let name = percent_decode_str(encoded).decode_utf8().map_err(|_| PathError::Unknown)?;
    if name::is_model(&name) && name::is_segment(&name) {
        Ok(name.into_owned())
    } else {
        Err(PathError::Unknown)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn post(path: &str) -> Result<Matched, PathError> {
        recognise(&Method::POST, path)
    }

    #[test]
    fn every_spelling_of_the_sdks_is_chat() {
        for (path, name, door) in [
            ("/v1/chat/completions", None, FrontDoor::OpenAi),
            ("/v1/chat/completions/", None, FrontDoor::OpenAi),
            ("/openai/v1/chat/completions", None, FrontDoor::Azure),
            ("/openai/deployments/gpt-4o/chat/completions", Some("gpt-4o"), FrontDoor::Azure),
            ("/openai/deployments/my%20gpt%2D4o/chat/completions/", Some("my gpt-4o"), FrontDoor::Azure),
            ("/openai/v1/deployments/o1/chat/completions", Some("o1"), FrontDoor::Azure),
        ] {
            let expected = Matched { endpoint: CHAT, door, name: name.map(str::to_owned) };
            assert_eq!(post(path), Ok(expected), "{path}");
        }
    }

    #[test]
    fn responses_are_made_and_found_again_under_every_prefix() {
        for (prefix, door) in [
            ("/v1", FrontDoor::OpenAi),
            ("", FrontDoor::OpenAi),
            ("/openai/v1", FrontDoor::Azure),
            ("/openai", FrontDoor::Azure),
        ] {
            let matched =
                |method, rest: &str| recognise(&method, &format!("{prefix}/responses{rest}")).unwrap();
            let expected =
                |endpoint, name: Option<&str>| Matched { endpoint, door, name: name.map(str::to_owned) };
            assert_eq!(matched(Method::POST, ""), expected(RESPONSES, None));
            assert_eq!(matched(Method::GET, "/resp_1/"), expected(RESPONSE, Some("resp_1")));
            assert_eq!(matched(Method::HEAD, "/resp_1"), expected(RESPONSE, Some("resp_1")));
            assert_eq!(matched(Method::DELETE, "/resp%5F1"), expected(RESPONSE, Some("resp_1")));
            assert_eq!(matched(Method::POST, "/resp_1/cancel"), expected(CANCEL, Some("resp_1")));
            assert_eq!(matched(Method::GET, "/resp_1/input_items"), expected(INPUT_ITEMS, Some("resp_1")));
            for unknown in ["/compact", "/input_tokens", "/resp_1/output_items", "/a%2Fb/cancel"] {
                let path = format!("{prefix}/responses{unknown}");
                assert_eq!(post(&path), Err(PathError::Unknown), "{path}");
            }
            let climbing = recognise(&Method::DELETE, &format!("{prefix}/responses/.."));
            assert_eq!(climbing, Err(PathError::Unknown), "{prefix}");
        }
        for path in ["/openai/deployments/o1/responses", "/openai/v1/deployments/o1/responses"] {
            let expected =
                Matched { endpoint: RESPONSES, door: FrontDoor::Azure, name: Some("o1".to_owned()) };
            assert_eq!(post(path), Ok(expected), "{path}");
        }
    }

    #[test]
    fn names_that_could_leave_their_segment_are_unknown_paths() {
        for name in ["..", ".", "%2e%2e", "%2E", "a%2Fb", "a%2fb", "a%5Cb", "%00", "%0d%0a", "%ff", ""] {
            let path = format!("/openai/deployments/{name}/chat/completions");
            assert_eq!(post(&path), Err(PathError::Unknown), "{name}");
        }
        for path in [
            "/openai/deployments/../chat/completions/x",
            "//v1/chat/completions",
            "/v1/chat/completions//",
            "/",
        ] {
            assert_eq!(post(path), Err(PathError::Unknown), "{path}");
        }
    }

    #[test]
    fn a_known_path_with_another_method_says_which_it_takes() {
        let error = recognise(&Method::GET, "/v1/chat/completions");
        assert_eq!(error, Err(PathError::Method { allowed: vec![Method::POST] }));
        let error = post("/v1/responses/resp_1");
        assert_eq!(error, Err(PathError::Method { allowed: vec![Method::GET, Method::DELETE] }));
    }

    #[test]
    fn models_are_listed_under_every_spelling() {
        for path in ["/v1/models", "/openai/v1/models/", "/openai/models"] {
            assert_eq!(recognise(&Method::GET, path).unwrap().endpoint, Endpoint::Models, "{path}");
        }
        let one = recognise(&Method::GET, "/v1/models/gpt%2D5").unwrap();
        assert_eq!((one.endpoint, one.name.as_deref()), (Endpoint::Model, Some("gpt-5")));
    }
}

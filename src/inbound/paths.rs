//! Finds the operation of a path. The known paths are each prefix of a surface with each row of [`OPERATIONS`].

use http::{HeaderMap, Method, header::UPGRADE};
use percent_encoding::percent_decode_str;

use super::{
    nearest_path::nearest_path,
    prefixes::{PREFIXES, Prefix},
};
use crate::call::{OPERATIONS, Operation, name};

pub use super::prefixes::FrontDoor;

/// The paths under which Azure's own clients list the deployments. azgate answers them with its models.
const DEPLOYMENTS: [(&str, &str); 2] =
    [("/openai/deployments", "models"), ("/openai/deployments/{}", "models.retrieve")];

/// OpenAI's operations whose name takes the place of a response's id in the path. No row has the second, which Azure's
/// specification lacks.
const RESERVED: [&str; 2] = ["compact", "input_tokens"];

/// A recognised path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matched {
    /// The operation.
    pub operation: &'static Operation,
    /// The API whose clients use the path.
    pub door: FrontDoor,
    /// The name of the deployment or model, or the id of the object, in the path; percent-decoded.
    pub name: Option<String>,
}

/// Why azgate does not recognise a path.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathError {
    /// No operation has the path, or the name in the path could leave its segment.
    #[error("unknown path")]
    Unknown {
        /// The path.
        path: String,
        /// A path of an operation that is similar enough to be meant.
        nearest: Option<String>,
    },
    /// The path exists, but not with this method.
    #[error("method not allowed")]
    Method {
        /// The method that the request has.
        method: String,
        /// The methods that the path takes. GET stands for HEAD as well.
        allowed: Vec<&'static str>,
    },
    /// The request would open a WebSocket, on a path that azgate serves with another method alone.
    #[error("no WebSocket")]
    WebSocket {
        /// The methods that the path takes.
        allowed: Vec<&'static str>,
    },
}

impl PathError {
    /// Tells a request that would open a WebSocket from one with the wrong method. Its client falls back to HTTP at
    /// once if the answer says that WebSocket is not served (openai/codex#10824), and else tries again and again.
    #[must_use]
    pub fn with_headers(self, method: &Method, headers: &HeaderMap) -> PathError {
        let is_upgrade = *method == Method::GET
            && headers.get_all(UPGRADE).iter().any(|value| {
                let protocols = value.as_bytes().split(|byte| *byte == b',');
                protocols.map(<[u8]>::trim_ascii).any(|one| one.eq_ignore_ascii_case(b"websocket"))
            });
        match self {
            PathError::Method { allowed, .. } if is_upgrade => PathError::WebSocket { allowed },
            other => other,
        }
    }
}

/// Finds the operation of a request's path, which is still percent-encoded. One slash at the end is ignored.
///
/// # Errors
/// When no operation has the path, when no operation has the path with this method, or when the name in the path could
/// leave its segment.
pub fn recognise(method: &Method, path: &str) -> Result<Matched, PathError> {
    let path = path.strip_suffix('/').unwrap_or(path);
    // The server leaves the body out of an answer to HEAD.
    let method = if *method == Method::HEAD { "GET" } else { method.as_str() };
    let mut allowed = Vec::new();
    for (operation, door, names) in candidates(path) {
        if operation.method != method {
            allowed.push(operation.method);
            continue;
        }
        let Ok(name) = names.map(segment).transpose() else { return Err(unknown(path)) };
        return Ok(Matched { operation, door, name });
    }
    if allowed.is_empty() {
        return Err(unknown(path));
    }
    Err(PathError::Method { method: method.to_owned(), allowed })
}

/// Returns the error of a path that no operation has.
fn unknown(path: &str) -> PathError {
    PathError::Unknown { path: path.to_owned(), nearest: nearest_path(path) }
}

/// A name in a path that could leave its segment.
struct NoSegment;

/// Returns the operations that have a path, with any method, and the name in the path.
fn candidates(path: &str) -> impl Iterator<Item = (&'static Operation, FrontDoor, Option<&str>)> {
    let listed = DEPLOYMENTS.iter().filter_map(move |(pattern, operation)| {
        let mut name = None;
        let operation = Operation::named(operation).filter(|_| matches(pattern, path, &mut name))?;
        Some((operation, FrontDoor::Azure, name))
    });
    PREFIXES.iter().flat_map(move |prefix| behind(prefix, path)).chain(listed)
}

/// Returns the operations that have a path with this prefix.
fn behind<'p>(
    prefix: &'static Prefix,
    path: &'p str,
) -> impl Iterator<Item = (&'static Operation, FrontDoor, Option<&'p str>)> {
    let rest = path.strip_prefix(prefix.path).filter(|rest| rest.starts_with('/'));
    let split = |rest: &'p str| {
        if !prefix.deployment {
            return Some((None, rest));
        }
        let (name, _) = rest.strip_prefix('/')?.split_once('/')?;
        Some((Some(name), rest.get(name.len() + 1..)?))
    };
    let rest = rest.and_then(split);
    rest.into_iter().flat_map(move |(deployment, rest)| {
        let is_reserved = is_reserved(rest);
        let serves = move |operation: &&Operation| {
            (deployment.is_none() || operation.is_by_model()) && (operation.path == rest || !is_reserved)
        };
        let operations = OPERATIONS.iter().filter(serves);
        operations.filter_map(move |operation| {
            let mut name = deployment;
            matches(operation.path, rest, &mut name).then_some((operation, prefix.door, name))
        })
    })
}

/// Returns whether a word of an operation stands where the path of a response has its id. Azure decodes a path before
/// it reads it, and may ignore the case of words.
fn is_reserved(path: &str) -> bool {
    let mut segments = path.split('/').map(|segment| percent_decode_str(segment).decode_utf8_lossy());
    let is_of_responses = segments.next().is_some_and(|root| root.is_empty())
        && segments.next().is_some_and(|operation| operation.eq_ignore_ascii_case("responses"));
    let id = segments.next().filter(|_| is_of_responses);
    id.is_some_and(|id| RESERVED.iter().any(|word| id.trim().eq_ignore_ascii_case(word)))
}

/// Returns whether a path has the segments of a pattern. Sets `name` to the segment at `{}`.
fn matches<'p>(pattern: &str, path: &'p str, name: &mut Option<&'p str>) -> bool {
    let mut segments = path.split('/');
    let fits = pattern.split('/').all(|expected| match segments.next() {
        Some(segment) if expected == "{}" => {
            *name = Some(segment);
            true
        }
        segment => segment == Some(expected),
    });
    fits && segments.next().is_none()
}

/// Decodes a name in a path, and checks that it remains one segment.
fn segment(encoded: &str) -> Result<String, NoSegment> {
    let name = percent_decode_str(encoded).decode_utf8().map_err(|_| NoSegment)?;
    if name::is_model(&name) && name::is_segment(&name) { Ok(name.into_owned()) } else { Err(NoSegment) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn operation(name: &str) -> &'static Operation {
        Operation::named(name).unwrap()
    }

    fn post(path: &str) -> Result<Matched, PathError> {
        recognise(&Method::POST, path)
    }

    fn is_unknown(result: &Result<Matched, PathError>) -> bool {
        matches!(result, Err(PathError::Unknown { .. }))
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
            let expected = Matched { operation: operation("chat"), door, name: name.map(str::to_owned) };
            assert_eq!(post(path), Ok(expected), "{path}");
        }
    }

    #[test]
    fn responses_are_created_and_addressed_under_every_prefix() {
        for (prefix, door) in [
            ("/v1", FrontDoor::OpenAi),
            ("", FrontDoor::OpenAi),
            ("/openai/v1", FrontDoor::Azure),
            ("/openai", FrontDoor::Azure),
        ] {
            let matched =
                |method, rest: &str| recognise(&method, &format!("{prefix}/responses{rest}")).unwrap();
            let expected = |name, id: Option<&str>| Matched {
                operation: operation(name),
                door,
                name: id.map(str::to_owned),
            };
            assert_eq!(matched(Method::POST, ""), expected("responses", None));
            assert_eq!(matched(Method::POST, "/compact"), expected("responses.compact", None));
            assert_eq!(matched(Method::GET, "/resp_1/"), expected("responses.retrieve", Some("resp_1")));
            assert_eq!(matched(Method::HEAD, "/resp_1"), expected("responses.retrieve", Some("resp_1")));
            assert_eq!(matched(Method::DELETE, "/resp%5F1"), expected("responses.delete", Some("resp_1")));
            assert_eq!(matched(Method::POST, "/resp_1/cancel"), expected("responses.cancel", Some("resp_1")));
            assert_eq!(
                matched(Method::GET, "/resp_1/input_items"),
                expected("responses.input_items", Some("resp_1"))
            );
            for unknown in [
                "/input_tokens",
                "/resp_1/output_items",
                "/a%2Fb/cancel",
                "/%63ompact/cancel",
                "/input%5ftokens",
                "/Compact/cancel",
            ] {
                let path = format!("{prefix}/responses{unknown}");
                assert!(is_unknown(&post(&path)), "{path}");
            }
            for word in ["%63ompact", "%63%6F%6D%70%61%63%74", "COMPACT", "input%5Ftokens", "compact%20"] {
                for method in [Method::GET, Method::DELETE] {
                    let path = format!("{prefix}/responses/{word}");
                    assert!(is_unknown(&recognise(&method, &path)), "{path}");
                }
            }
            let climbing = recognise(&Method::DELETE, &format!("{prefix}/responses/.."));
            assert!(is_unknown(&climbing), "{prefix}");
        }
        for path in ["/openai/deployments/o1/responses", "/openai/v1/deployments/o1/responses"] {
            let expected = Matched {
                operation: operation("responses"),
                door: FrontDoor::Azure,
                name: Some("o1".to_owned()),
            };
            assert_eq!(post(path), Ok(expected), "{path}");
        }
    }

    #[test]
    fn names_that_could_leave_their_segment_are_unknown_paths() {
        for name in ["..", ".", "%2e%2e", "%2E", "a%2Fb", "a%2fb", "a%5Cb", "%00", "%0d%0a", "%ff", ""] {
            let path = format!("/openai/deployments/{name}/chat/completions");
            assert!(is_unknown(&post(&path)), "{name}");
        }
        for path in [
            "/openai/deployments/../chat/completions/x",
            "//v1/chat/completions",
            "/v1/chat/completions//",
            "/",
        ] {
            assert!(is_unknown(&post(path)), "{path}");
        }
    }

    #[test]
    fn a_known_path_with_another_method_is_an_error_with_the_allowed_methods() {
        let error = recognise(&Method::GET, "/v1/chat/completions");
        assert_eq!(error, Err(PathError::Method { method: "GET".to_owned(), allowed: vec!["POST"] }));
        let error = post("/v1/responses/resp_1");
        assert_eq!(
            error,
            Err(PathError::Method { method: "POST".to_owned(), allowed: vec!["GET", "DELETE"] })
        );
    }

    #[test]
    fn models_are_listed_under_every_spelling() {
        for path in ["/v1/models", "/openai/v1/models/", "/openai/models"] {
            assert_eq!(recognise(&Method::GET, path).unwrap().operation.name, "models", "{path}");
        }
        let one = recognise(&Method::GET, "/v1/models/gpt%2D5").unwrap();
        assert_eq!((one.operation.name, one.name.as_deref()), ("models.retrieve", Some("gpt-5")));
    }
}

//! Turns every failure into an answer for the client: a status, an error body in OpenAI's shape, and headers.

use std::fmt::Display;

use bytes::Bytes;
use http::{HeaderName, HeaderValue, StatusCode};
use serde_json::json;

use crate::{
    auth::Denied,
    balance::UnknownModel,
    call::{AnswerSummary, Refusal},
    exchange::Unplanned,
    inbound::{BodyError, DecodeError, Unwelcome, paths::PathError},
    json::text::shortened,
    limits::Limited,
    objects::StoredObject,
    respond::{Adapted, AnswerError, CUT_OFF, Content, End, JSON, Outcome, collect::CollectError, kind},
    upstream::{Failure, UrlError},
};

/// An error that azgate itself answers, because it cannot serve a call.
#[derive(Debug)]
pub struct ApiError {
    /// The HTTP status. The SDKs choose their exception by the status.
    pub status: StatusCode,
    /// `error.code`.
    pub code: &'static str,
    /// `error.param`.
    pub param: Option<String>,
    /// `error.message`: the problem and its remedy.
    pub message: String,
    /// The text for the log, if it is another one than the client's: it quotes nothing of Azure's answer, and names the
    /// address of a resource.
    pub unquoted: Option<String>,
    /// Additional headers.
    pub headers: Vec<(HeaderName, HeaderValue)>,
}

impl ApiError {
    /// Makes an error without a parameter and headers.
    pub fn new(status: StatusCode, code: &'static str, message: impl Into<String>) -> ApiError {
        let (message, headers) = (message.into(), Vec::new());
        ApiError { status, code, param: None, message, unquoted: None, headers }
    }

    /// Makes the error for one of azgate's own headers with an unknown value.
    pub fn bad_header(name: &str, expected: &str) -> ApiError {
        ApiError::new(
            StatusCode::BAD_REQUEST,
            "invalid_header",
            format!("the header {name} must be {expected}"),
        )
        .param(name)
    }

    /// Makes the error for an object that Azure may store for another caller. azgate does not know the owner, so it
    /// answers as if the object did not exist.
    pub fn unknown_object(id: &str) -> ApiError {
        let message = format!(
            "azgate does not know an object with the id '{}'. It serves several callers and does not record which of \
             them an object belongs to, so it refuses calls that name stored objects. Send the content itself, such as \
             the earlier messages, or ask the operator of azgate whether its callers may share what Azure stores.",
            shortened(id)
        );
        ApiError::new(StatusCode::NOT_FOUND, "not_found", message)
    }

    /// Makes the error for a model whose deployments have all been tried.
    pub fn no_deployment(model: &str) -> ApiError {
        let message = format!("No deployment of the model `{model}` can take the call now. Try again later.");
        ApiError::new(StatusCode::SERVICE_UNAVAILABLE, "no_deployment", message)
    }

    /// Makes the answer to a call that azgate ends because it stops.
    pub fn cut_off() -> Adapted {
        let (code, message) = CUT_OFF;
        let mut answer = ApiError::new(StatusCode::SERVICE_UNAVAILABLE, code, message).into_answer();
        if let Content::Whole(_, outcome) = &mut answer.content {
            outcome.end = End::CutOff;
        }
        answer
    }

    fn param(mut self, param: impl Into<String>) -> ApiError {
        self.param = Some(param.into());
        self
    }

    fn header(mut self, name: &'static str, value: &dyn Display) -> ApiError {
        if let Ok(value) = HeaderValue::from_str(&value.to_string()) {
            self.headers.push((HeaderName::from_static(name), value));
        }
        self
    }

    /// Returns the body: `{"error": {"message", "type", "param", "code"}}`.
    pub fn body(&self) -> Bytes {
        let kind = kind(self.status);
        let error = json!({ "message": self.message, "type": kind, "param": self.param, "code": self.code });
        Bytes::from(json!({ "error": error }).to_string())
    }

    /// Returns the whole answer. An error with a 5xx status counts as a failure of Azure's, every other error as a
    /// refusal of azgate's.
    pub fn into_answer(self) -> Adapted {
        let body = self.body();
        let headers = self.headers.into_iter().chain([JSON]).collect();
        let summary = AnswerSummary { error: Some(self.code.to_owned()), ..AnswerSummary::default() };
        let (end, cause) = if self.status.is_server_error() {
            (End::UpstreamFailed, Some(self.unquoted.unwrap_or(self.message)))
        } else {
            (End::Refused, None)
        };
        let outcome = Outcome { summary, end, cause, ..Outcome::default() };
        Adapted { status: self.status, headers, content: Content::Whole(body, outcome) }
    }
}

impl From<PathError> for ApiError {
    fn from(error: PathError) -> ApiError {
        match error {
            PathError::Unknown { path, nearest } => {
                let nearest = nearest.map(|path| format!(" Did you mean `{}`?", shortened(&path)));
                let message = format!(
                    "azgate does not serve the path `{}`.{} It serves /v1/chat/completions, /v1/responses, \
                     /v1/embeddings, /v1/models, and Azure's forms of these paths. If the client uses another API, set \
                     the client to one of these.",
                    shortened(&path),
                    nearest.unwrap_or_default()
                );
                ApiError::new(StatusCode::NOT_FOUND, "unknown_url", message)
            }
            PathError::Method { method, allowed } => {
                let message = format!("this path takes {}, not {}", allowed.join(" or "), shortened(&method));
                ApiError::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", message)
                    .header("allow", &allowed.join(", ").replace("GET", "GET, HEAD"))
            }
            PathError::WebSocket { allowed } => {
                let methods = allowed.join(" or ");
                let message = format!(
                    "azgate serves this path over HTTP and not over WebSocket: send the call with {methods}, and ask \
                     for a stream to read events. Codex does so by itself after this answer."
                );
                // A 426 names the protocol that the server wants (RFC 9110 §15.5.22).
                ApiError::new(StatusCode::UPGRADE_REQUIRED, "websocket_not_supported", message)
                    .header("upgrade", &"HTTP/1.1")
                    .header("allow", &allowed.join(", "))
            }
        }
    }
}

impl From<StoredObject> for ApiError {
    fn from(named: StoredObject) -> ApiError {
        let mut error = ApiError::unknown_object(&named.id).param(named.at.to_string());
        if let Some(instead) = named.instead() {
            error.message = format!("{} {instead}", error.message);
        }
        error
    }
}

impl From<Unplanned> for ApiError {
    fn from(unplanned: Unplanned) -> ApiError {
        match unplanned {
            Unplanned::Header { name, expected } => ApiError::bad_header(name, expected),
            Unplanned::Object(object) => object.into(),
            Unplanned::Refused(refusal) => refusal.into(),
        }
    }
}

impl From<Denied> for ApiError {
    fn from(denied: Denied) -> ApiError {
        let hint = "send an azgate key as `Authorization: Bearer KEY` or as `api-key: KEY`";
        ApiError::new(StatusCode::UNAUTHORIZED, "invalid_api_key", format!("{denied}: {hint}"))
            .header("www-authenticate", &"Bearer")
    }
}

impl From<Unwelcome> for ApiError {
    fn from(unwelcome: Unwelcome) -> ApiError {
        let (status, code, remedy) = match &unwelcome {
            Unwelcome::NoHost => {
                (StatusCode::BAD_REQUEST, "invalid_host", "Send one, with the host of azgate's URL.")
            }
            Unwelcome::Host(_) => (
                StatusCode::FORBIDDEN,
                "foreign_host",
                "Call it as localhost or by its IP address, or add the name to `hosts` under [server], or add [keys.NAME].",
            ),
            Unwelcome::Page(_) => (
                StatusCode::FORBIDDEN,
                "foreign_origin",
                "Add [keys.NAME], and the page's origin to `cors_origins` under [server].",
            ),
            Unwelcome::Origin(_) => (
                StatusCode::FORBIDDEN,
                "foreign_origin",
                "The operator of azgate lists the origins of pages that may call it as `cors_origins` under [server].",
            ),
        };
        ApiError::new(status, code, format!("{unwelcome}. {remedy}"))
    }
}

impl From<BodyError> for ApiError {
    fn from(error: BodyError) -> ApiError {
        use StatusCode as S;
        let message = error.to_string();
        match error {
            BodyError::TooLarge { .. } | BodyError::Decode(DecodeError::TooLarge { .. }) => {
                ApiError::new(S::PAYLOAD_TOO_LARGE, "request_too_large", message)
            }
            BodyError::Stalled => ApiError::new(S::REQUEST_TIMEOUT, "request_timeout", message),
            BodyError::Interrupted => ApiError::new(S::BAD_REQUEST, "incomplete_body", message),
            BodyError::Decode(DecodeError::UnknownCoding { .. } | DecodeError::TooManyCodings) => {
                ApiError::new(S::UNSUPPORTED_MEDIA_TYPE, "unsupported_content_encoding", message)
            }
            BodyError::Decode(DecodeError::Corrupt { .. }) => {
                ApiError::new(S::BAD_REQUEST, "invalid_content_encoding", message)
            }
            BodyError::Syntax(_) => ApiError::new(S::BAD_REQUEST, "invalid_json", message),
            BodyError::NotAnObject { .. } => ApiError::new(S::BAD_REQUEST, "invalid_type", message),
            BodyError::Duplicate { key } => {
                ApiError::new(S::BAD_REQUEST, "duplicate_key", message).param(key)
            }
            BodyError::Missing { param } => {
                ApiError::new(S::BAD_REQUEST, "missing_required_parameter", message).param(param)
            }
            BodyError::ModelName => ApiError::new(S::BAD_REQUEST, "invalid_value", message).param("model"),
            BodyError::WrongType { param, .. } => {
                ApiError::new(S::BAD_REQUEST, "invalid_type", message).param(param)
            }
        }
    }
}

impl From<UnknownModel> for ApiError {
    fn from(unknown: UnknownModel) -> ApiError {
        let remedy = match unknown {
            UnknownModel::Unlisted { .. } => "GET /v1/models lists the models.",
            UnknownModel::NoneListed { .. } => "The operator of azgate configures the models.",
            UnknownModel::NoDeployment { .. } => "Use a deployment's name, as Azure shows it.",
        };
        let message = format!("{unknown}. {remedy}");
        ApiError::new(StatusCode::NOT_FOUND, "model_not_found", message).param("model")
    }
}

impl From<Limited> for ApiError {
    fn from(limited: Limited) -> ApiError {
        let millis = u64::try_from(limited.retry_after.as_millis()).unwrap_or(u64::MAX).max(1);
        let seconds = millis.div_ceil(1000);
        let message = format!("{limited}. Try again in {seconds} s.");
        ApiError::new(StatusCode::TOO_MANY_REQUESTS, "rate_limit_exceeded", message)
            .header("retry-after", &seconds)
            .header("retry-after-ms", &millis)
            .header("x-ratelimit-limit-requests", &limited.per_minute)
            .header("x-ratelimit-remaining-requests", &0)
            .header("x-ratelimit-reset-requests", &format_args!("{millis}ms"))
    }
}

impl From<Refusal> for ApiError {
    fn from(refusal: Refusal) -> ApiError {
        let Refusal { rule, param, family, why, policy } = refusal;
        let message =
            format!("'{param}' cannot be sent to the model family {family}: {why} (rule {rule}). {policy}");
        ApiError::new(StatusCode::BAD_REQUEST, "unsupported_parameter", message).param(param)
    }
}

impl From<UrlError> for ApiError {
    fn from(error: UrlError) -> ApiError {
        if matches!(error, UrlError::Id(_)) {
            return ApiError::new(StatusCode::NOT_FOUND, "not_found", error.to_string());
        }
        ApiError::new(StatusCode::NOT_FOUND, "model_not_found", error.to_string()).param("model")
    }
}

impl From<Failure> for ApiError {
    fn from(failure: Failure) -> ApiError {
        let (status, code) = if failure.is_timeout() {
            (StatusCode::GATEWAY_TIMEOUT, "upstream_timeout")
        } else if failure.phase.is_before_the_call() {
            (StatusCode::BAD_GATEWAY, "upstream_unreachable")
        } else {
            (StatusCode::BAD_GATEWAY, "upstream_interrupted")
        };
        let message = format!("Azure did not answer: {}", failure.for_client());
        // The log has the address, which is not for clients.
        let unquoted = Some(format!("Azure did not answer: {failure}"));
        ApiError { unquoted, ..ApiError::new(status, code, message) }
    }
}

impl From<AnswerError> for ApiError {
    fn from(error: AnswerError) -> ApiError {
        let bad_gateway = |code| ApiError::new(StatusCode::BAD_GATEWAY, code, error.to_string());
        // The SDKs repeat a call after a 502. That helps only against a broken connection.
        let permanent = |code| bad_gateway(code).header("x-should-retry", &false);
        match &error {
            AnswerError::Denied { denial, .. } => {
                let status = StatusCode::from_u16(denial.status).unwrap_or(StatusCode::BAD_GATEWAY);
                ApiError { status, unquoted: error.unquoted(), ..permanent(denial.code) }
            }
            AnswerError::Redirect { .. } => permanent("upstream_redirect"),
            AnswerError::Status { .. } => permanent("upstream_malformed_answer"),
            AnswerError::Compressed { .. } => permanent("upstream_compressed"),
            AnswerError::TooLarge { .. } | AnswerError::Uncollected(CollectError::TooLarge { .. }) => {
                permanent("upstream_answer_too_large")
            }
            AnswerError::Malformed { .. } | AnswerError::Uncollected(CollectError::Malformed { .. }) => {
                ApiError { unquoted: error.unquoted(), ..bad_gateway("upstream_malformed_answer") }
            }
            AnswerError::Interrupted(_) | AnswerError::Uncollected(_) => bad_gateway("upstream_interrupted"),
            AnswerError::Overdue(_) => {
                ApiError::new(StatusCode::GATEWAY_TIMEOUT, "upstream_timeout", error.to_string())
            }
        }
    }
}

//! The data plane over HTTP: paths, keys, and the life of one call from request to body.

use std::{sync::Arc, time::Duration};

use axum::{
    Router,
    body::{Body, to_bytes},
    extract::{FromRequest, Path, Request, State},
    http::{HeaderMap, StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use bytes::Bytes;

use super::{
    Received, SimError, Simulator, Surface, answer, chat, control,
    deliver::{self, Wire},
    directive::Directive,
    ending::{Cell, Watch},
    errors, failures, headers, listing,
    models::{Class, Found},
    parse,
    prompt::Prompt,
    reply, responses,
    rules::{self, Ask},
    stream,
};

/// The largest body that is read.
const LARGEST: usize = 128 << 20;

/// Every path.
pub(super) fn router(simulator: &Simulator) -> Router {
    Router::new()
        .route("/openai/deployments/{deployment}/chat/completions", post(dated))
        .route("/openai/v1/chat/completions", post(v1))
        .route("/openai/v1/models", get(listing::models_v1))
        .route("/openai/models", get(listing::models))
        .route("/openai/deployments", get(listing::deployments))
        .merge(responses::router())
        .merge(control::router())
        .fallback(elsewhere)
        .method_not_allowed_fallback(elsewhere)
        .with_state(simulator.clone())
}

/// A request, read whole and written into the log.
#[derive(Debug)]
pub(super) struct Incoming {
    pub(super) path: String,
    query: Option<String>,
    headers: HeaderMap,
    pub(super) body: Bytes,
    ending: Cell,
}

impl FromRequest<Simulator> for Incoming {
    type Rejection = StatusCode;

    async fn from_request(request: Request, simulator: &Simulator) -> Result<Self, StatusCode> {
        let (parts, body) = request.into_parts();
        let body = to_bytes(body, LARGEST).await.map_err(|_| StatusCode::PAYLOAD_TOO_LARGE)?;
        let mut headers = parts.headers;
        for name in [header::AUTHORIZATION.as_str(), "api-key"] {
            if let Some(secret) = headers.get_mut(name) {
                secret.set_sensitive(true);
            }
        }
        let ending = Cell::default();
        simulator.record(Received {
            method: parts.method.to_string(),
            path: parts.uri.path_and_query().map_or_else(String::new, ToString::to_string),
            headers: headers.clone(),
            body: body.clone(),
            ending: Arc::clone(&ending),
        });
        let path = parts.uri.path().to_owned();
        Ok(Self { path, query: parts.uri.query().map(str::to_owned), headers, body, ending })
    }
}

async fn dated(
    State(simulator): State<Simulator>,
    Path(deployment): Path<String>,
    incoming: Incoming,
) -> Response {
    let prepared =
        incoming.dated().and_then(|surface| prepare(&simulator, &surface, Some(&deployment), &incoming));
    finish(prepared, &incoming).await
}

async fn v1(State(simulator): State<Simulator>, incoming: Incoming) -> Response {
    let prepared = incoming.v1().and_then(|()| prepare(&simulator, &Surface::V1, None, &incoming));
    finish(prepared, &incoming).await
}

async fn elsewhere(incoming: Incoming) -> Response {
    finish(Err(errors::no_resource()), &incoming).await
}

/// Waits as long as was asked, names the request, and watches how the answer ends.
pub(super) async fn finish(
    prepared: Result<(Duration, Response), SimError>,
    incoming: &Incoming,
) -> Response {
    let watch = Watch::new(Arc::clone(&incoming.ending));
    let mut response = match prepared {
        _ if headers::too_many(&incoming.headers) => {
            (StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "Request Header Fields Too Large").into_response()
        }
        Ok((wait, response)) => {
            if !wait.is_zero() {
                tokio::time::sleep(wait).await;
            }
            response
        }
        Err(error) => failures::respond_with(&error),
    };
    headers::identify(response.headers_mut(), &incoming.headers);
    response.map(|body| watch.over(body))
}

impl Incoming {
    /// The dated surface: a path without an api-version does not exist (azure-docs#114602).
    pub(super) fn dated(&self) -> Result<Surface, SimError> {
        self.api_version().map(|version| Surface::Dated(version.to_owned())).ok_or_else(errors::no_resource)
    }

    /// The v1 surface: its api-version may only say `v1` or `preview`.
    pub(super) fn v1(&self) -> Result<(), SimError> {
        match self.api_version() {
            None | Some("v1" | "preview") => Ok(()),
            Some(_) => Err(errors::version_on_v1()),
        }
    }

    fn api_version(&self) -> Option<&str> {
        self.query("api-version")
    }

    /// A parameter of the query.
    pub(super) fn query(&self, wanted: &str) -> Option<&str> {
        let pairs = self.query.as_deref()?.split('&').filter_map(|pair| pair.split_once('='));
        pairs.into_iter().find(|(name, _)| *name == wanted).map(|pair| pair.1)
    }

    /// A key in `api-key`; on the v1 surface also as a bearer token.
    pub(super) fn authorize(&self, simulator: &Simulator, surface: &Surface) -> Result<(), SimError> {
        let key = simulator.inner.options.key.as_bytes();
        if let Some(given) = self.headers.get("api-key") {
            return if given.as_bytes() == key { Ok(()) } else { Err(errors::wrong_key()) };
        }
        let bearer = self
            .headers
            .get(header::AUTHORIZATION)
            .and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
        if *surface == Surface::V1 && bearer == Some(key) { Ok(()) } else { Err(errors::wrong_token()) }
    }
}

/// Everything up to the response and the wait before it.
fn prepare(
    simulator: &Simulator,
    surface: &Surface,
    deployment: Option<&str>,
    incoming: &Incoming,
) -> Result<(Duration, Response), SimError> {
    incoming.authorize(simulator, surface)?;
    if let Some(name) = deployment {
        simulator.deployment(name).ok_or_else(errors::no_deployment)?;
    }
    let body = parse(&incoming.body)?;
    let name = match deployment {
        Some(name) => name,
        None => {
            body.get("model").and_then(serde_json::Value::as_str).ok_or_else(|| errors::missing("model"))?
        }
    };
    let found = simulator.deployment(name).ok_or_else(errors::no_deployment)?;
    let prompt = Prompt::of(&chat::turns(&body));
    let wish = wish(simulator, name, &prompt, "messages")?;
    if let Some(failure) = wish.failure {
        return Ok((wish.slow, failures::respond(failure, &wish, Wire::Chat)));
    }
    let ask = Ask { model: found.model, surface, body: &body };
    rules::check(&ask)?;
    Ok((wish.slow, serve(simulator, name, &ask, &found, &prompt, &wish)))
}

/// What is asked for: by a fault that waits for the deployment, and by the prompt.
pub(super) fn wish(
    simulator: &Simulator,
    deployment: &str,
    prompt: &Prompt,
    param: &str,
) -> Result<Directive, SimError> {
    let mut wish = simulator.fault(deployment).unwrap_or_default();
    for words in &prompt.directives {
        wish.read(words)
            .map_err(|unknown| errors::engine(&unknown, Some(param), Some("simulator_directive")))?;
    }
    Ok(wish)
}

/// A good answer, as a body or as a stream.
fn serve(
    simulator: &Simulator,
    deployment: &str,
    ask: &Ask<'_>,
    found: &Found,
    prompt: &Prompt,
    wish: &Directive,
) -> Response {
    let serial = simulator.serial();
    let answer = answer::answer(&chat::wanted(ask), found, prompt, wish, serial);
    let top = ask.is_true("logprobs").then(|| ask.number("top_logprobs").unwrap_or(0));
    let is_stream = ask.is_true("stream");
    let body = if is_stream {
        let chunks = stream::chunks(&answer, style(ask, wish, top));
        deliver::body(chunks, wish, Wire::Chat, simulator.inner.options.chunk_delay)
    } else {
        deliver::body(vec![reply::body(&answer, top)], wish, Wire::Chat, Duration::ZERO)
    };
    let mut response = Response::new(body);
    headers::describe(response.headers_mut(), deployment, 999 - serial % 1_000, is_stream);
    response
}

fn style(ask: &Ask<'_>, wish: &Directive, top: Option<u64>) -> stream::Style {
    let option = |name: &str| ask.get("stream_options").and_then(|options| options.get(name)?.as_bool());
    let is_new = matches!(ask.model.class, Class::Fixed | Class::Switchable);
    stream::Style {
        include_usage: option("include_usage").unwrap_or(false),
        obfuscation: is_new && option("include_obfuscation").unwrap_or(true),
        async_filter: wish.async_filter,
        top,
    }
}

/// A JSON answer of the simulator's own.
pub(super) fn json(status: StatusCode, value: &serde_json::Value) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], Body::from(value.to_string())).into_response()
}

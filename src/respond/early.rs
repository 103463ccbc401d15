//! Opens answers before Azure has sent anything. Proxies between a client and azgate often cut connections that are
//! silent for a minute, and a model may think for longer. So after a while a stream begins with line ends, and a JSON
//! answer, if the operator wants that, with blanks.
//!
//! Until then an error keeps its status and its headers. Afterwards an error becomes part of the answer. For
//! OpenAI's clients a comment before the first event has the status and the headers that could not be sent.

use std::{
    fmt,
    future::poll_fn,
    mem,
    pin::Pin,
    sync::{Arc, OnceLock},
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::body::{Body, HttpBody};
use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode, header};
use http_body::Frame;
use serde_json::{Map, Value};
use tokio::time::{Sleep, sleep};

use super::{
    adapted::{Adapted, Content},
    fault,
    finish::{Ending, describe, finish},
    media::{EVENTS, JSON, is_stream},
};
use crate::{call::Dialect, observe::Record, sse};

/// When and how an answer is opened early.
#[derive(Clone, Copy, Debug)]
pub struct Early {
    /// How long Azure must be silent before the answer is opened.
    pub after: Duration,
    /// The time between two heartbeats.
    pub every: Duration,
    /// The form of the answer.
    pub form: Form,
    /// The client's dialect, in which errors inside a stream are written.
    pub dialect: Dialect,
    /// Whether a comment describes the answer once it is there.
    pub describes: bool,
}

/// The form of the answer that a client waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Server-sent events.
    Events,
    /// JSON.
    Json,
}

/// Tells whether the answer of a running call may be opened early, and with which headers. The call sets it.
#[derive(Clone, Debug, Default)]
pub struct Opening(Arc<OnceLock<(Early, HeaderMap)>>);

impl Opening {
    /// Allows the answer to be opened as `early` says, with the headers that follow from `record`. Later calls of this
    /// function have no effect.
    pub fn allow(&self, early: impl FnOnce() -> Option<Early>, record: &Record) {
        if self.0.get().is_some() {
            return;
        }
        let Some(early) = early() else { return };
        self.0.get_or_init(|| {
            let mut headers = HeaderMap::new();
            describe(record, &mut headers);
            match early.form {
                Form::Events => headers.extend(EVENTS),
                Form::Json => headers.extend([JSON]),
            }
            (early, headers)
        });
    }
}

/// A running call.
pub type Running = Pin<Box<dyn Future<Output = Ending> + Send>>;

/// Returns the answer of a call, or an answer that is opened early and later contains the call's.
pub async fn open(opening: Opening, mut call: Running) -> Response<Body> {
    let mut silence: Option<Pin<Box<Sleep>>> = None;
    let ending = poll_fn(|context| {
        if let Poll::Ready(ending) = call.as_mut().poll(context) {
            return Poll::Ready(Some(ending));
        }
        let Some((early, _)) = opening.0.get() else { return Poll::Pending };
        let silence = silence.get_or_insert_with(|| Box::pin(sleep(early.after)));
        silence.as_mut().poll(context).map(|()| None)
    });
    if let Some(ending) = ending.await {
        return finish(ending);
    }
    let Some((early, headers)) = opening.0.get() else { return finish(call.await) };
    let (early, state) = (*early, OpenedState::Waiting { call, next: None });
    let mut response = Response::new(Body::new(OpenedBody { early, state }));
    response.headers_mut().clone_from(headers);
    response
}

/// The body of an answer that was opened early.
struct OpenedBody {
    early: Early,
    state: OpenedState,
}

enum OpenedState {
    /// The call is still running. The first heartbeat goes out at once.
    Waiting { call: Running, next: Option<Pin<Box<Sleep>>> },
    /// The comment goes out, then the body of the call's answer.
    Passing { comment: Bytes, body: Body },
    /// The body has ended.
    Over,
}

impl OpenedBody {
    /// Returns a heartbeat.
    fn sign(&self) -> Bytes {
        Bytes::from_static(match self.early.form {
            Form::Events => sse::HEARTBEAT,
            Form::Json => b" ",
        })
    }

    /// Returns the state after the end of the call, which passes its answer on.
    fn ended(&self, mut ending: Ending) -> OpenedState {
        ending.record.note_opened();
        match self.early.form {
            Form::Json => OpenedState::Passing { comment: Bytes::new(), body: finish(ending).into_body() },
            Form::Events => {
                ending.answer = as_events(ending.answer, self.early.dialect);
                let (head, body) = finish(ending).into_parts();
                let describes = self.early.describes;
                let comment = if describes { comment(head.status, &head.headers) } else { Bytes::new() };
                OpenedState::Passing { comment, body }
            }
        }
    }
}

impl HttpBody for OpenedBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        loop {
            let every = self.early.every;
            match &mut self.state {
                OpenedState::Waiting { call, next } => {
                    if let Poll::Ready(ending) = call.as_mut().poll(context) {
                        self.state = self.ended(ending);
                        continue;
                    }
                    if let Some(next) = next {
                        ready!(next.as_mut().poll(context));
                    }
                    *next = Some(Box::pin(sleep(every)));
                    return Poll::Ready(Some(Ok(Frame::data(self.sign()))));
                }
                OpenedState::Passing { comment, .. } if !comment.is_empty() => {
                    return Poll::Ready(Some(Ok(Frame::data(mem::take(comment)))));
                }
                OpenedState::Passing { body, .. } => {
                    let frame = ready!(Pin::new(body).poll_frame(context));
                    if frame.is_none() {
                        self.state = OpenedState::Over;
                    }
                    return Poll::Ready(frame);
                }
                OpenedState::Over => return Poll::Ready(None),
            }
        }
    }
}

impl fmt::Debug for OpenedBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened").field("early", &self.early).finish_non_exhaustive()
    }
}

/// Writes the comment `: azgate {…}` with the status and the headers that could not be sent, except the framing's.
/// Headers that are not ASCII are left out, because some clients also end a line at U+0085 or U+2028.
fn comment(status: StatusCode, headers: &HeaderMap) -> Bytes {
    let framing = [header::CONTENT_TYPE, header::CONTENT_LENGTH, header::CACHE_CONTROL];
    let sent = headers.iter().filter(|(name, _)| !framing.contains(name));
    let status = ("status".to_owned(), Value::from(status.as_u16()));
    let sent: Map<String, Value> = sent
        .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.into())))
        .chain([status])
        .collect();
    sse::comment(&format!("azgate {}", Value::Object(sent)))
}

/// Turns an answer into events, for a client that is already reading events. An answer that is not a stream is an
/// error. It becomes the first event of the stream, which the SDKs raise, and no `[DONE]` follows it.
fn as_events(answer: Adapted, dialect: Dialect) -> Adapted {
    if is_stream(&answer.headers) {
        return answer;
    }
    match answer.content {
        Content::Whole(body, outcome) => {
            Adapted { content: Content::Whole(fault::event(dialect, 0, &body), outcome), ..answer }
        }
        content @ (Content::Stream { .. } | Content::Bytes { .. }) => Adapted { content, ..answer },
    }
}

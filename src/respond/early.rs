//! Answers that are opened before Azure has said anything. Between a client and a thinking model stand things that cut
//! what is silent for a minute, so after a while a stream begins with comments, and a JSON answer, if asked, with
//! blanks.
//!
//! Until then an error keeps its status and its headers. Afterwards it is told inside the answer; and what the headers
//! could no longer say stands in a comment before the first event.

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
    /// How long nothing may have come.
    pub after: Duration,
    /// The time between one sign of life and the next.
    pub every: Duration,
    /// What kind of answer it is.
    pub form: Form,
    /// The dialect that the client asked in. Errors inside of a stream have its form.
    pub dialect: Dialect,
}

/// What a client waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// Server-sent events.
    Events,
    /// JSON.
    Json,
}

/// Where a running call says that its answer may be opened early from now on, and with which headers.
#[derive(Clone, Debug, Default)]
pub struct Opening(Arc<OnceLock<(Early, HeaderMap)>>);

impl Opening {
    /// Lets the answer be opened as `early` says, if it does, with the headers that follow from `record`. The first
    /// time counts.
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

/// A call on its way to its end.
pub type Running = Pin<Box<dyn Future<Output = Ending> + Send>>;

/// Returns the answer that a call ends with, or one that is opened early and will hold it.
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
    let (early, state) = (*early, State::Waiting { call, next: None });
    let mut response = Response::new(Body::new(Opened { early, state }));
    response.headers_mut().clone_from(headers);
    response
}

/// The body of an answer that was opened early.
struct Opened {
    early: Early,
    state: State,
}

enum State {
    /// Nothing has come. The first sign of life goes out at once.
    Waiting { call: Running, next: Option<Pin<Box<Sleep>>> },
    /// What came is passed on, behind the comment.
    Passing { comment: Bytes, body: Body },
    /// All was said.
    Over,
}

impl Opened {
    /// What goes out while nothing comes.
    fn sign(&self) -> Bytes {
        Bytes::from_static(match self.early.form {
            Form::Events => sse::HEARTBEAT,
            Form::Json => b" ",
        })
    }

    /// The call has ended, so its answer follows.
    fn ended(&self, mut ending: Ending) -> State {
        ending.record.note_opened();
        match self.early.form {
            Form::Json => State::Passing { comment: Bytes::new(), body: finish(ending).into_body() },
            Form::Events => {
                ending.answer = as_events(ending.answer, self.early.dialect);
                let (head, body) = finish(ending).into_parts();
                State::Passing { comment: comment(head.status, &head.headers), body }
            }
        }
    }
}

impl HttpBody for Opened {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        loop {
            let every = self.early.every;
            match &mut self.state {
                State::Waiting { call, next } => {
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
                State::Passing { comment, .. } if !comment.is_empty() => {
                    return Poll::Ready(Some(Ok(Frame::data(mem::take(comment)))));
                }
                State::Passing { body, .. } => {
                    let frame = ready!(Pin::new(body).poll_frame(context));
                    if frame.is_none() {
                        self.state = State::Over;
                    }
                    return Poll::Ready(frame);
                }
                State::Over => return Poll::Ready(None),
            }
        }
    }
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Opened").field("early", &self.early).finish_non_exhaustive()
    }
}

/// `: azgate {…}`: the status and the headers that would have been, but for those of the framing. Headers that are not
/// ASCII are left out: some clients end a line at U+0085 or U+2028, too.
fn comment(status: StatusCode, headers: &HeaderMap) -> Bytes {
    let framing = [header::CONTENT_TYPE, header::CONTENT_LENGTH, header::CACHE_CONTROL];
    let said = headers.iter().filter(|(name, _)| !framing.contains(name));
    let status = ("status".to_owned(), Value::from(status.as_u16()));
    let said: Map<String, Value> = said
        .filter_map(|(name, value)| Some((name.to_string(), value.to_str().ok()?.into())))
        .chain([status])
        .collect();
    sse::comment(&format!("azgate {}", Value::Object(said)))
}

/// Puts an answer into events, for a client that is already reading them. An answer that is not a stream is an error:
/// it becomes an event, which the SDKs raise, and no `[DONE]` follows it. The event is the first of its stream.
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

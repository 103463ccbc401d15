//! Answers that are opened before Azure has said anything. Between a client and a thinking model stand things that cut what
//! is silent for a minute, so after a while a stream begins with comments, and a JSON answer, if asked, with blanks.
//!
//! Until then an error keeps its status and its headers. Afterwards it is told inside the answer; and what the headers
//! could no longer say stands in a comment before the first event.

use std::{
    fmt, mem,
    pin::Pin,
    task::{Context, Poll, ready},
    time::Duration,
};

use axum::body::{Body, HttpBody};
use bytes::Bytes;
use http::{HeaderMap, Response, StatusCode, header};
use http_body::Frame;
use serde_json::{Map, Value};
use tokio::time::{Sleep, sleep, timeout};

use super::{
    JSON,
    adapt::{Adapted, Content, EVENTS, is_stream},
    fault,
    finish::{describe, finish},
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
    /// What the client asked for: in its words an error is told.
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

/// The rest of a call: what becomes of it, and its record.
pub type Rest = Pin<Box<dyn Future<Output = (Adapted, Record)> + Send>>;

/// The answer that `rest` comes to, or one that was opened early and will hold it. `known` is what is known of the call
/// so far.
pub async fn open(early: Early, known: HeaderMap, mut rest: Rest) -> Response<Body> {
    if let Ok((answer, record)) = timeout(early.after, &mut rest).await {
        return finish(answer, record);
    }
    let mut response = Response::new(Body::new(Opened { early, state: State::Waiting { rest, next: None } }));
    *response.headers_mut() = known;
    match early.form {
        Form::Events => response.headers_mut().extend(EVENTS),
        Form::Json => response.headers_mut().extend([JSON]),
    }
    response
}

/// What is known of a call before its answer: the headers of an answer that is opened early.
pub fn known(record: &Record) -> HeaderMap {
    let mut headers = HeaderMap::new();
    describe(record, &mut headers);
    headers
}

/// The body of an answer that was opened early.
struct Opened {
    early: Early,
    state: State,
}

enum State {
    /// Nothing has come. The first sign of life goes out at once.
    Waiting { rest: Rest, next: Option<Pin<Box<Sleep>>> },
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

    /// The call has come to something.
    fn came(&self, answer: Adapted, mut record: Record) -> State {
        record.note_opened();
        match self.early.form {
            Form::Json => State::Passing { comment: Bytes::new(), body: finish(answer, record).into_body() },
            Form::Events => {
                let (head, body) = finish(as_events(answer, self.early.dialect), record).into_parts();
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
                State::Waiting { rest, next } => {
                    if let Poll::Ready((answer, record)) = rest.as_mut().poll(context) {
                        self.state = self.came(answer, record);
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

/// An answer for a client that is already reading events. What is no stream is an error: it becomes an event, which the
/// SDKs raise, and no `[DONE]` follows it. The event is the first of its stream.
fn as_events(answer: Adapted, dialect: Dialect) -> Adapted {
    let Content::Whole(body) = &answer.content else { return answer };
    if is_stream(&answer.headers) {
        return answer;
    }
    Adapted { content: Content::Whole(fault::event(dialect, 0, body)), ..answer }
}

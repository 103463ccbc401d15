//! The calls of one connection, from their heads to the ends of their answers.

use std::{
    convert::Infallible,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use http::{Request, Response};
use http_body::{Body, Frame, SizeHint};
use hyper::{body::Incoming, service::service_fn};
use tokio::time;
use tower::ServiceExt;

use super::service::Service;
use crate::connections::Ends;

/// The calls of one connection.
#[derive(Debug, Default)]
pub(super) struct Calls {
    running: AtomicUsize,
    /// How many calls have begun or ended.
    events: AtomicUsize,
}

impl Calls {
    /// Returns whether no call runs.
    pub(super) fn none_runs(&self) -> bool {
        self.running.load(Ordering::Acquire) == 0
    }

    /// Waits until no call has begun, run or ended for `patience`, which is noticed after twice that time at most.
    pub(super) async fn idle(&self, patience: Duration) {
        loop {
            let before = self.events.load(Ordering::Acquire);
            time::sleep(patience).await;
            if self.none_runs() && self.events.load(Ordering::Acquire) == before {
                return;
            }
        }
    }

    fn begin(self: &Arc<Self>) -> RunningCall {
        self.running.fetch_add(1, Ordering::AcqRel);
        self.events.fetch_add(1, Ordering::AcqRel);
        RunningCall(self.clone())
    }
}

/// A call that runs until this is dropped.
#[derive(Debug)]
struct RunningCall(Arc<Calls>);

impl Drop for RunningCall {
    fn drop(&mut self) {
        self.0.events.fetch_add(1, Ordering::AcqRel);
        self.0.running.fetch_sub(1, Ordering::AcqRel);
    }
}

/// Returns `service` as hyper takes it. Each request has the ends of its connection, and each call is counted.
pub(super) fn counted<S: Service>(
    service: S,
    ends: Ends,
    calls: &Arc<Calls>,
) -> impl hyper::service::HttpService<
    Incoming,
    ResBody = CountedBody<S::Body>,
    Error = Infallible,
    Future: Send + 'static,
> + Unpin
+ use<S> {
    let calls = calls.clone();
    service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ends);
        let (answer, call) = (service.clone().oneshot(request), calls.begin());
        async move {
            let answer: Response<S::Body> = answer.await?;
            Ok::<_, Infallible>(answer.map(|body| CountedBody { body, _call: call }))
        }
    })
}

/// The body of an answer, which ends its call.
pub(super) struct CountedBody<B> {
    body: B,
    _call: RunningCall,
}

impl<B: Body + Unpin> Body for CountedBody<B> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

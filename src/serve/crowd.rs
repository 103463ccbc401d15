//! Answers on connections beyond the limit.

use std::{convert::Infallible, sync::Arc, time::Duration};

use bytes::Bytes;
use http::{HeaderValue, Request, Response, StatusCode, header};
use http_body_util::Full;
use hyper::body::Incoming;
use tokio::{
    net::TcpStream,
    sync::{OwnedSemaphorePermit, Semaphore},
    time,
};
use tower::service_fn;

use super::{connection::Http, stop::Stop};
use crate::connections::Connections;

/// How many connections beyond the limit get an answer at a time. Further ones are closed at once.
const MOST_ANSWERED: usize = 64;

/// How long a client may take to read its answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// The answer, in OpenAI's form.
const BODY: &str = r#"{"error":{"message":"azgate has as many connections as `max_connections` under [server] allows. Try again later.","type":"server_error","param":null,"code":"too_many_connections"}}"#;

/// Answers 503 on connections beyond the limit, so that clients know to try again.
#[derive(Clone)]
pub(super) struct Crowd {
    http: Http,
    answered: Arc<Semaphore>,
}

impl Crowd {
    pub(super) fn new(connections: &Arc<Connections>) -> Crowd {
        Crowd { http: Http::new(PATIENCE, connections), answered: Arc::new(Semaphore::new(MOST_ANSWERED)) }
    }

    /// Returns the work of answering a connection, or `None` if too many are being answered.
    pub(super) fn answer(&self, stream: TcpStream, stop: Stop) -> Option<impl Future<Output = ()> + use<>> {
        let permit: OwnedSemaphorePermit = self.answered.clone().try_acquire_owned().ok()?;
        let service = service_fn(|_: Request<Incoming>| async { Ok::<_, Infallible>(answer()) });
        let served = self.http.clone().serve(stream, service, stop);
        Some(async move {
            let _permit = permit;
            let _late = time::timeout(PATIENCE, served).await;
        })
    }
}

fn answer() -> Response<Full<Bytes>> {
    let mut answer = Response::new(Full::new(Bytes::from_static(BODY.as_bytes())));
    *answer.status_mut() = StatusCode::SERVICE_UNAVAILABLE;
    let headers = [
        (header::CONTENT_TYPE, "application/json"),
        (header::RETRY_AFTER, "1"),
        // HTTP/2 has no such header, and hyper leaves it out there.
        (header::CONNECTION, "close"),
    ];
    answer.headers_mut().extend(headers.map(|(name, value)| (name, HeaderValue::from_static(value))));
    answer
}

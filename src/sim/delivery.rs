//! Delivers a successful answer: Azure's headers, and a body that plays what the directive asks for.

use std::time::Duration;

use axum::{body::Body, response::Response};
use bytes::Bytes;

use super::{directive::Directive, headers, playback, simulator::Simulator, surface::Operation};

/// What the delivery needs besides the bytes of the answer.
#[derive(Debug)]
pub(super) struct Delivery<'a> {
    pub(super) simulator: &'a Simulator,
    pub(super) deployment: &'a str,
    /// The number of the answer.
    pub(super) serial: u64,
    pub(super) operation: Operation,
    pub(super) directive: &'a Directive,
}

impl Delivery<'_> {
    /// Answers with one JSON body.
    pub(super) fn json(&self, json: Bytes) -> Response {
        let body = playback::body(vec![json], self.directive, self.operation, Duration::ZERO);
        self.with_headers(body, false)
    }

    /// Answers with a stream of events.
    pub(super) fn stream(&self, events: Vec<Bytes>) -> Response {
        let delay = self.simulator.state.options.chunk_delay;
        let body = playback::body(events, self.directive, self.operation, delay);
        self.with_headers(body, true)
    }

    fn with_headers(&self, body: Body, is_stream: bool) -> Response {
        let mut response = Response::new(body);
        headers::add_deployment_headers(
            response.headers_mut(),
            self.deployment,
            999 - self.serial % 1_000,
            is_stream,
        );
        response
    }
}

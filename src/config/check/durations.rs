//! `[heartbeat]`, `[timeouts]` and `[models.NAME.timeouts]`.

use std::time::Duration;

use super::Judge;
use crate::{
    config::{
        HeartbeatSettings, KeyPath,
        schema::{Heartbeat, ModelTimeouts, Timeouts},
    },
    deadline,
};

impl Judge<'_> {
    /// Signs of life, if any.
    pub(super) fn heartbeat(&mut self, heartbeat: &Heartbeat) -> Option<HeartbeatSettings> {
        let every = KeyPath::new(["heartbeat", "every_seconds"]);
        self.at_least_one(&every, heartbeat.every_seconds.into());
        Some(HeartbeatSettings {
            after: limit(heartbeat.after_seconds)?,
            every: limit(heartbeat.every_seconds)?,
            json: heartbeat.json,
        })
    }

    /// How long connecting may take for a model, where it says so.
    pub(super) fn connect_timeout(&mut self, model: &KeyPath, timeouts: &ModelTimeouts) -> Option<Duration> {
        let at = model.child("timeouts").child("connect_seconds");
        self.at_least_one(&at, timeouts.connect_seconds.unwrap_or(1).into());
        limit(timeouts.connect_seconds?)
    }
}

/// The limits of every call, where its model says nothing else.
pub(super) fn timeouts(every: &Timeouts, model: &ModelTimeouts) -> deadline::Timeouts {
    deadline::Timeouts {
        first_byte: limit(model.first_byte_seconds.unwrap_or(every.first_byte_seconds)),
        idle: limit(model.idle_seconds.unwrap_or(every.idle_seconds)),
        total: limit(model.total_seconds.unwrap_or(every.total_seconds)),
    }
}

/// A limit in seconds, of which 0 is none.
fn limit(seconds: u32) -> Option<Duration> {
    (seconds > 0).then(|| Duration::from_secs(seconds.into()))
}

//! `[heartbeat]`, `[timeouts]` and `[models.NAME.timeouts]`.

use std::time::Duration;

use super::checker::Checker;
use crate::{
    config::{
        HeartbeatSettings, KeyPath,
        schema::{HeartbeatConfig, ModelTimeoutsConfig, TimeoutsConfig},
    },
    deadline::Timeouts,
};

impl Checker<'_> {
    /// Returns the heartbeat, or `None` if it is switched off.
    pub(super) fn heartbeat(&mut self, heartbeat: &HeartbeatConfig) -> Option<HeartbeatSettings> {
        let every = KeyPath::new(["heartbeat", "every_seconds"]);
        self.require_nonzero(&every, heartbeat.every_seconds.into());
        Some(HeartbeatSettings {
            after: unless_zero(heartbeat.after_seconds)?,
            every: unless_zero(heartbeat.every_seconds)?,
            json: heartbeat.json,
        })
    }

    /// Returns the model's own limit for connecting, if it has one.
    pub(super) fn connect_timeout(
        &mut self,
        model: &KeyPath,
        timeouts: &ModelTimeoutsConfig,
    ) -> Option<Duration> {
        let at = model.child("timeouts").child("connect_seconds");
        self.require_nonzero(&at, timeouts.connect_seconds.unwrap_or(1).into());
        unless_zero(timeouts.connect_seconds?)
    }
}

/// Returns the limits of a model's calls: its own, or else the general ones.
pub(super) fn timeouts(general: &TimeoutsConfig, model: &ModelTimeoutsConfig) -> Timeouts {
    Timeouts {
        first_byte: unless_zero(model.first_byte_seconds.unwrap_or(general.first_byte_seconds)),
        idle: unless_zero(model.idle_seconds.unwrap_or(general.idle_seconds)),
        total: unless_zero(model.total_seconds.unwrap_or(general.total_seconds)),
    }
}

/// Returns a limit, which 0 switches off.
fn unless_zero(seconds: u32) -> Option<Duration> {
    (seconds > 0).then(|| Duration::from_secs(seconds.into()))
}

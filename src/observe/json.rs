//! Formats events as JSON, one object a line: `timestamp`, `level`, the event's own fields and `target`. The output has
//! the shape of `tracing_subscriber`'s JSON. Every call writes a line, and this code takes a fraction of the time that
//! `tracing_subscriber` takes.

use std::{fmt, sync::Arc};

use serde::Serialize;
use tracing::{Event, Subscriber, field::Field, field::Visit};
use tracing_subscriber::{
    Layer,
    fmt::{
        format::Writer,
        time::{FormatTime, SystemTime},
    },
    layer::Context,
};

use super::lines::LogBuffer;

/// A layer that appends each event to the log as a line.
pub(super) struct JsonLayer(pub(super) Arc<LogBuffer>);

impl<S: Subscriber> Layer<S> for JsonLayer {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        self.0.push(&line(event));
    }
}

fn line(event: &Event<'_>) -> Vec<u8> {
    let about = event.metadata();
    let mut now = String::with_capacity(32);
    if SystemTime.format_time(&mut Writer::new(&mut now)).is_err() {
        now.clear();
    }
    let mut line = JsonLine { text: Vec::with_capacity(1024), target: None };
    line.text.push(b'{');
    line.member("timestamp", now);
    line.member("level", about.level().as_str());
    event.record(&mut line);
    let target = line.target.take();
    line.member("target", target.as_deref().unwrap_or(about.target()));
    line.text.extend_from_slice(b"}\n");
    line.text
}

struct JsonLine {
    text: Vec<u8>,
    /// The target of an event that came through the `log` crate.
    target: Option<String>,
}

impl JsonLine {
    /// Appends a member. Field names are literals in the source, so they need no escapes.
    fn member(&mut self, name: &str, value: impl Serialize) {
        self.text.extend_from_slice(if self.text.len() == 1 { b"\"" } else { b",\"" });
        self.text.extend_from_slice(name.as_bytes());
        self.text.extend_from_slice(b"\":");
        drop(serde_json::to_writer(&mut self.text, &value));
    }
}

impl Visit for JsonLine {
    fn record_str(&mut self, field: &Field, value: &str) {
        match field.name() {
            "log.target" => self.target = Some(value.to_owned()),
            name => self.member(name, value),
        }
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.member(field.name(), value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.member(field.name(), value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.member(field.name(), value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.member(field.name(), value);
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.member(field.name(), format!("{value:?}"));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use serde_json::{Value, json};
    use tracing_subscriber::layer::SubscriberExt;

    use super::*;

    /// A layer that collects the lines of the events.
    #[derive(Clone, Default)]
    struct CollectedLines(Arc<Mutex<Vec<Vec<u8>>>>);

    impl<S: Subscriber> Layer<S> for CollectedLines {
        fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
            self.0.lock().unwrap().push(line(event));
        }
    }

    #[test]
    fn an_event_is_one_object_on_one_line() {
        let collected = CollectedLines::default();
        tracing::subscriber::with_default(tracing_subscriber::registry().with(collected.clone()), || {
            let (absent, error) = (None::<&str>, std::io::Error::other("a\nb"));
            let error = &error as &dyn std::error::Error;
            tracing::warn!(
                target: "t",
                text = "\"é\u{1}",
                absent,
                n = 7u64,
                less = -1,
                part = 0.5,
                yes = true,
                error,
                x = ?[1],
                "m"
            );
        });
        let lines = collected.0.lock().unwrap();
        let [line] = &lines[..] else { panic!("{lines:?}") };
        assert_eq!(line.iter().position(|byte| *byte == b'\n'), Some(line.len() - 1));
        assert!(line.starts_with(b"{\"timestamp\":\"20") && line.ends_with(b"\"target\":\"t\"}\n"));
        let mut line: Value = serde_json::from_slice(line).unwrap();
        line.as_object_mut().unwrap().remove("timestamp");
        let expected = json!({
            "level": "WARN", "message": "m", "text": "\"é\u{1}", "n": 7, "less": -1, "part": 0.5, "yes": true,
            "error": "a\nb", "x": "[1]", "target": "t",
        });
        assert_eq!(line, expected);
    }
}

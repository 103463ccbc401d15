//! The grammar of directives: words such as `429 retry-after-ms=20`. They stand in a user message as `[[sim: …]]`, in a
//! fault posted to the control endpoint, or in a test's `Fault`.

use std::time::Duration;

/// What the simulator does with one request.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a word of its own")]
pub(super) struct Directive {
    /// Answers with this failure instead of serving the request.
    pub(super) failure: Option<OrderedFailure>,
    pub(super) retry_after: Option<Duration>,
    /// The pause before the answer.
    pub(super) slow: Duration,
    /// The pause after the headers of the answer.
    pub(super) silent: Duration,
    /// The pause before each event of a stream but the first.
    pub(super) pace: Option<Duration>,
    pub(super) defect: Option<BodyDefect>,
    pub(super) filter_output: bool,
    pub(super) refusal: bool,
    pub(super) async_filter: bool,
    pub(super) think: Option<u64>,
    pub(super) words: Option<u64>,
    /// Answers call tools until this many results are there.
    pub(super) calls: Option<usize>,
    /// Tool calls have their required arguments alone, and their texts are this word.
    pub(super) args: Option<String>,
    /// Answers with status `failed` and this code.
    pub(super) failed: Option<String>,
    /// A key that the deployment does not know, wherever it stands.
    pub(super) unknown: Option<String>,
    /// The number of parts that the text of a message is split into.
    pub(super) parts: u64,
    /// Whether a commentary comes before the final answer.
    pub(super) phases: bool,
    /// Whether the deltas of several tool calls alternate.
    pub(super) interleave: bool,
    /// Whether a stream has events of unknown types.
    pub(super) odd_events: bool,
    /// Whether the answer names the deployment as its model.
    pub(super) bare_model: bool,
}

/// A failure instead of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum OrderedFailure {
    /// Azure's body for this status.
    Status(u16),
    /// API management's envelope, which has no `error`.
    Gateway(u16),
    /// A proxy's HTML page.
    Html(u16),
    /// The content filter's 400.
    Filter,
}

/// A defect in the delivery of a successful answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum BodyDefect {
    /// The connection breaks in the middle of the body.
    Cut,
    /// The connection closes before the first byte.
    Reset,
    /// The JSON of a body ends in the middle, or one event of a stream is broken.
    Malformed,
    /// The stream ends with an error event.
    ErrorEvent,
    /// The stream stops before the event that ends it.
    Unended,
}

impl Directive {
    /// Adds the words of a directive. A later word overrides an earlier one.
    pub(super) fn read(&mut self, words: &str) -> Result<(), String> {
        words.split_whitespace().try_for_each(|word| self.word(word))
    }

    fn word(&mut self, word: &str) -> Result<(), String> {
        let unknown = || format!("unknown directive '{word}'; docs/simulator.md lists them");
        if let Some((name, value)) = word.split_once('=') {
            return self.setting(name, value).ok_or_else(unknown);
        }
        match word {
            "filter" => self.failure = Some(OrderedFailure::Filter),
            "apim" => self.failure = Some(OrderedFailure::Gateway(self.status().unwrap_or(401))),
            "html" => self.failure = Some(OrderedFailure::Html(self.status().unwrap_or(502))),
            "cut" => self.defect = Some(BodyDefect::Cut),
            "reset" => self.defect = Some(BodyDefect::Reset),
            "malformed" => self.defect = Some(BodyDefect::Malformed),
            "unended" => self.defect = Some(BodyDefect::Unended),
            "failed" => self.failed = Some("server_error".to_owned()),
            "phases" => self.phases = true,
            "interleave" => self.interleave = true,
            "odd-events" => self.odd_events = true,
            "bare-model" => self.bare_model = true,
            "error-event" => self.defect = Some(BodyDefect::ErrorEvent),
            "content_filter_output" => self.filter_output = true,
            "refusal" => self.refusal = true,
            "async-filter" => self.async_filter = true,
            _ => {
                let status =
                    word.parse().ok().filter(|status| (400..600).contains(status)).ok_or_else(unknown)?;
                self.failure = Some(match self.failure {
                    Some(OrderedFailure::Gateway(_)) => OrderedFailure::Gateway(status),
                    Some(OrderedFailure::Html(_)) => OrderedFailure::Html(status),
                    Some(OrderedFailure::Status(_) | OrderedFailure::Filter) | None => {
                        OrderedFailure::Status(status)
                    }
                });
            }
        }
        Ok(())
    }

    fn status(&self) -> Option<u16> {
        match self.failure {
            Some(
                OrderedFailure::Status(status)
                | OrderedFailure::Gateway(status)
                | OrderedFailure::Html(status),
            ) => Some(status),
            Some(OrderedFailure::Filter) | None => None,
        }
    }

    fn setting(&mut self, name: &str, value: &str) -> Option<()> {
        match name {
            "retry-after-ms" => self.retry_after = Some(Duration::from_millis(value.parse().ok()?)),
            "retry-after" => self.retry_after = Some(Duration::from_secs(value.parse().ok()?)),
            "slow" => self.slow = duration(value)?,
            "silent" => self.silent = duration(value)?,
            "pace" => self.pace = Some(duration(value)?),
            "failed" => self.failed = Some(value.to_owned()),
            "unknown" => self.unknown = (!value.is_empty()).then(|| Some(value.to_owned()))?,
            "args" => self.args = Some(value.to_owned()),
            "parts" => self.parts = value.parse().ok().filter(|parts| (1..=100).contains(parts))?,
            "calls" => self.calls = Some(value.parse().ok().filter(|calls| (1..=100).contains(calls))?),
            "think" => self.think = Some(value.parse().ok()?),
            "text" => self.words = Some(value.parse().ok().filter(|words| *words <= 1_000_000)?),
            _ => return None,
        }
        Some(())
    }
}

/// Reads `200ms`, `3s`, or a bare number of milliseconds. The maximum is an hour.
fn duration(text: &str) -> Option<Duration> {
    let (number, unit) = match (text.strip_suffix("ms"), text.strip_suffix('s')) {
        (Some(number), _) => (number, 1),
        (None, Some(number)) => (number, 1_000),
        (None, None) => (text, 1),
    };
    let millis = number.parse::<u64>().ok()?.checked_mul(unit)?;
    (millis <= 3_600_000).then(|| Duration::from_millis(millis))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(words: &str) -> Directive {
        let mut directive = Directive::default();
        directive.read(words).unwrap();
        directive
    }

    #[test]
    fn words_combine() {
        let directive = read("429 retry-after-ms=20 slow=3s");
        assert_eq!(directive.failure, Some(OrderedFailure::Status(429)));
        assert_eq!(directive.retry_after, Some(Duration::from_millis(20)));
        assert_eq!(directive.slow, Duration::from_secs(3));
        assert_eq!(read("apim 429"), read("429 apim"));
        assert_eq!(read("html").failure, Some(OrderedFailure::Html(502)));
        assert_eq!(read("think=5 text=3").think, Some(5));
        assert_eq!(read("unknown=cache_control").unknown.as_deref(), Some("cache_control"));
    }

    #[test]
    fn an_unknown_word_is_named_in_the_error() {
        for word in ["slw=3s", "unknown=", "200", "slow=fast", "", "text=", "cutt"] {
            let outcome = Directive::default().read(word);
            assert_eq!(outcome.is_ok(), word.is_empty(), "{word}");
        }
        assert!(Directive::default().read("cutt").unwrap_err().contains("'cutt'"));
    }
}

//! Scripted faults, which make the next calls go wrong.

use super::directive::Directive;

/// A scripted fault: the directive, the deployment it applies to, and how many times.
#[derive(Debug, Clone)]
pub struct Fault {
    pub(super) deployment: Option<String>,
    pub(super) times: Option<u32>,
    pub(super) directive: Directive,
}

impl Fault {
    /// Reads a fault for the next call from the words of a directive: `Fault::new("429 retry-after-ms=20")`.
    ///
    /// Returns an error that names the first unknown word.
    pub fn new(words: &str) -> Result<Self, String> {
        let mut directive = Directive::default();
        directive.read(words)?;
        Ok(Self { deployment: None, times: Some(1), directive })
    }

    /// Limits the fault to calls to this deployment.
    #[must_use]
    pub fn on(mut self, deployment: &str) -> Self {
        self.deployment = Some(deployment.to_owned());
        self
    }

    /// Applies the fault to the next `times` calls.
    #[must_use]
    pub fn times(mut self, times: u32) -> Self {
        self.times = Some(times);
        self
    }

    /// Applies the fault to every call until the faults are cleared.
    #[must_use]
    pub fn always(mut self) -> Self {
        self.times = None;
        self
    }
}

//! Captures the log while a test runs. It captures the test's own thread, where the gateway of the test runs too.

use std::{
    cell::RefCell,
    io::{self, Write},
    rc::Rc,
    sync::Once,
};

thread_local! {
    static LINES: RefCell<Lines> = RefCell::default();
}

type Lines = Rc<RefCell<Vec<u8>>>;

/// The captured log lines, of every level.
#[derive(Debug)]
pub(crate) struct Logs(Lines);

struct OfThisThread;

impl Logs {
    /// Starts to capture. All threads share one subscriber. With one subscriber per thread, a log line that another
    /// thread reaches first would be disabled on this thread.
    pub(crate) fn listen() -> Logs {
        static SUBSCRIBED: Once = Once::new();
        SUBSCRIBED.call_once(|| {
            let lines = tracing_subscriber::fmt().json().flatten_event(true);
            let all = lines.with_max_level(tracing::Level::TRACE).with_writer(|| OfThisThread).finish();
            tracing::subscriber::set_global_default(all).unwrap();
        });
        let lines = Lines::default();
        LINES.replace(lines.clone());
        Logs(lines)
    }

    /// Returns the whole log.
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.borrow().clone()).unwrap()
    }

    /// Returns the lines of one target.
    pub(crate) fn with_target(&self, target: &str) -> Vec<serde_json::Value> {
        let text = self.text();
        let lines = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        lines.filter(|line| line["target"] == target).collect()
    }

    /// Returns the canonical lines, one per call.
    pub(crate) fn calls(&self) -> Vec<serde_json::Value> {
        self.with_target("azgate::call").into_iter().filter(|line| line["message"] == "call").collect()
    }
}

impl Logs {
    /// Returns the canonical line of the only call.
    pub(crate) fn call(&self) -> serde_json::Value {
        let mut calls = self.calls();
        assert_eq!(calls.len(), 1, "{calls:#?}");
        calls.remove(0)
    }
}

impl Write for OfThisThread {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        LINES.with_borrow(|lines| lines.borrow_mut().extend_from_slice(bytes));
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

//! What is logged while a test runs. It sees what happens on the test's own thread, which is where a gateway of the
//! same test runs.

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

/// Log lines as they are written, of every level.
#[derive(Debug)]
pub(crate) struct Logs(Lines);

struct OfThisThread;

impl Logs {
    /// Begins to listen. There is one subscriber for all threads: with one a thread, a log line that another thread
    /// reaches first would stay silent on this one.
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

    /// All that was logged.
    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.0.borrow().clone()).unwrap()
    }

    /// The lines of one target.
    pub(crate) fn of(&self, target: &str) -> Vec<serde_json::Value> {
        let text = self.text();
        let lines = text.lines().map(|line| serde_json::from_str::<serde_json::Value>(line).unwrap());
        lines.filter(|line| line["target"] == target).collect()
    }

    /// The canonical lines, one a call.
    pub(crate) fn calls(&self) -> Vec<serde_json::Value> {
        self.of("azgate::call").into_iter().filter(|line| line["message"] == "call").collect()
    }
}

impl Logs {
    /// The canonical line of the only call.
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

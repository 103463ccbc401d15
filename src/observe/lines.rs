//! Log lines on their way out. A call leaves its line in a bounded buffer and goes on; one thread writes what has
//! gathered, so that calls share a system call and none waits for whoever reads the log. If that reader stands still,
//! lines are lost, and counted.

use std::{
    io::{self, Write},
    sync::{Arc, Condvar, LazyLock, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use prometheus_client::metrics::counter::Counter;

/// Bytes that may wait.
const ROOM: usize = 1024 * 1024;

/// How long lines gather before they are written.
const GATHER: Duration = Duration::from_millis(10);

/// How long the end of the process waits for the last lines to be written.
const LAST: Duration = Duration::from_secs(2);

/// Lines lost by this process, which has one log.
pub(super) static LOST: LazyLock<Counter> = LazyLock::new(Counter::default);

/// Where lines are left.
#[derive(Debug)]
pub(super) struct Lines {
    state: Mutex<State>,
    changed: Condvar,
    lost: Counter,
}

#[derive(Debug, Default)]
struct State {
    waiting: Vec<u8>,
    closed: bool,
    /// The thread has written all it will.
    done: bool,
}

impl Lines {
    /// Begins to write lines to `sink`.
    pub(super) fn to(sink: impl Write + Send + 'static, lost: Counter) -> io::Result<Arc<Lines>> {
        let lines = Arc::new(Lines { state: Mutex::default(), changed: Condvar::new(), lost });
        let source = lines.clone();
        thread::Builder::new().name("log".to_owned()).spawn(move || source.write_all_to(sink))?;
        Ok(lines)
    }

    /// Leaves a line, unless too much waits already.
    pub(super) fn push(&self, line: &[u8]) {
        let mut state = self.state();
        if state.closed || state.waiting.len() + line.len() > ROOM {
            self.lost.inc();
            return;
        }
        let before = state.waiting.len();
        state.waiting.extend_from_slice(line);
        // The thread sleeps until there is something, and then until there is much or some time has passed.
        if before == 0 || (before < ROOM / 2 && state.waiting.len() >= ROOM / 2) {
            self.changed.notify_all();
        }
    }

    /// Writes what waits, and takes no more lines.
    pub(super) fn close(&self) {
        let mut state = self.state();
        state.closed = true;
        self.changed.notify_all();
        drop(self.changed.wait_timeout_while(state, LAST, |state| !state.done));
    }

    fn write_all_to(&self, mut sink: impl Write) {
        let mut batch = Vec::new();
        while self.next(&mut batch) {
            let unwritten = write_all(&mut sink, &batch);
            // There is nowhere else to tell of a log that cannot be written.
            self.lost.inc_by(unwritten.iter().fold(0, |lines, byte| lines + u64::from(*byte == b'\n')));
            batch.clear();
        }
        self.state().done = true;
        self.changed.notify_all();
    }

    /// Swaps an empty batch for the lines that have gathered; false at the end.
    fn next(&self, batch: &mut Vec<u8>) -> bool {
        let idle = |state: &mut State| state.waiting.is_empty() && !state.closed;
        let few = |state: &mut State| state.waiting.len() < ROOM / 2 && !state.closed;
        let state = self.changed.wait_while(self.state(), idle).unwrap_or_else(PoisonError::into_inner);
        let gathered = self.changed.wait_timeout_while(state, GATHER, few);
        let (mut state, _) = gathered.unwrap_or_else(PoisonError::into_inner);
        std::mem::swap(&mut state.waiting, batch);
        !batch.is_empty()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes as much as can be written, and returns the rest. Another program that shares the terminal or the pipe may have
/// set it not to block: then the reader is waited for here.
fn write_all<'l>(sink: &mut impl Write, mut lines: &'l [u8]) -> &'l [u8] {
    while !lines.is_empty() {
        match sink.write(lines) {
            Ok(written) if written > 0 => lines = lines.get(written..).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => thread::park_timeout(GATHER),
            Ok(_) | Err(_) => break,
        }
    }
    lines
}

/// The formatter of text lines writes each line at once.
impl Write for &Lines {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        self.push(line);
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;

    use super::*;

    /// Hands on what is written, and stands still while nobody takes it.
    struct Sink(mpsc::SyncSender<Vec<u8>>);

    impl Write for Sink {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.0.send(bytes.to_vec()).map_err(io::Error::other)?;
            Ok(bytes.len())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn every_line_is_written_in_order_before_the_end() {
        let (sink, written) = mpsc::sync_channel(1024);
        let lines = Lines::to(Sink(sink), Counter::default()).unwrap();
        let expected: Vec<String> = (0..1000).map(|n| format!("{n}\n")).collect();
        for line in &expected {
            lines.push(line.as_bytes());
        }
        lines.close();
        let written: Vec<u8> = written.try_iter().flatten().collect();
        assert_eq!(written, expected.concat().as_bytes());
    }

    /// Takes three bytes at every second call, and says in between that it would block; fails at the end.
    struct Reluctant(Vec<u8>, bool);

    impl Write for Reluctant {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            self.1 = !self.1;
            if self.1 {
                return Err(io::ErrorKind::WouldBlock.into());
            }
            if self.0.len() > 9 {
                return Err(io::ErrorKind::BrokenPipe.into());
            }
            let taken = bytes.len().min(3);
            self.0.extend_from_slice(&bytes[..taken]);
            Ok(taken)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    #[test]
    fn a_pipe_that_does_not_block_tears_no_line_and_one_that_is_broken_is_counted() {
        let mut sink = Reluctant(Vec::new(), false);
        assert_eq!(write_all(&mut sink, b"one\ntwo\n"), b"");
        assert_eq!(write_all(&mut sink, b"three\nfour\n"), b"ee\nfour\n");
        assert_eq!(sink.0, b"one\ntwo\nthr");
    }

    #[test]
    fn a_reader_that_stands_still_costs_lines_and_no_caller_waits() {
        let (sink, written) = mpsc::sync_channel(0);
        let lost = Counter::default();
        let lines = Lines::to(Sink(sink), lost.clone()).unwrap();
        let line = [b'x'; 1000];
        for _ in 0..3 * ROOM / line.len() {
            lines.push(&line);
        }
        assert!(lost.get() > 0, "nothing was lost");
        let reader = thread::spawn(move || written.iter().map(|part| part.len()).sum::<usize>());
        lines.close();
        drop(lines);
        let kept = u64::try_from(reader.join().unwrap() / line.len()).unwrap();
        assert_eq!(kept + lost.get(), u64::try_from(3 * ROOM / line.len()).unwrap());
    }
}

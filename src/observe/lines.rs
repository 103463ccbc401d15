//! A buffer between the calls and the log. A call appends its line and continues. One thread writes the pending lines,
//! so calls share a system call, and no call waits for the reader of the log. The buffer is bounded: azgate drops and
//! counts lines that do not fit.

use std::{
    io::{self, Write},
    sync::{Arc, Condvar, LazyLock, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

use prometheus_client::metrics::counter::Counter;

/// The capacity of the buffer in bytes.
const CAPACITY: usize = 1024 * 1024;

/// How long lines wait before the thread writes them. A longer interval means fewer wake-ups of the writer thread.
const FLUSH_INTERVAL: Duration = Duration::from_millis(50);

/// The number of pending bytes at which the thread writes without further waiting.
const FLUSH_SIZE: usize = CAPACITY / 8;

/// How long the writer waits before it tries again to write to a pipe that is full and does not block.
const RETRY_INTERVAL: Duration = Duration::from_millis(10);

/// How long the end of the process waits for the last lines to be written.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

/// The number of lines that this process has lost. A process has one log.
pub(super) static LOST_LINES: LazyLock<Counter> = LazyLock::new(Counter::default);

/// The pending lines, which a thread writes.
#[derive(Debug)]
pub(super) struct LogBuffer {
    state: Mutex<BufferState>,
    changed: Condvar,
    lost: Counter,
}

#[derive(Debug, Default)]
struct BufferState {
    pending: Vec<u8>,
    /// Whether the writer waits without a time limit. The next line must then wake it.
    parked: bool,
    closed: bool,
    /// Whether the writer thread has written its last line.
    done: bool,
}

type BufferGuard<'a> = MutexGuard<'a, BufferState>;

impl LogBuffer {
    /// Starts a thread that writes the lines to `sink`.
    pub(super) fn start(sink: impl Write + Send + 'static, lost: Counter) -> io::Result<Arc<LogBuffer>> {
        let buffer = Arc::new(LogBuffer { state: Mutex::default(), changed: Condvar::new(), lost });
        let source = buffer.clone();
        thread::Builder::new().name("log".to_owned()).spawn(move || source.write_batches(sink))?;
        Ok(buffer)
    }

    /// Appends a line, or counts it as lost if the buffer is full or closed.
    pub(super) fn push(&self, line: &[u8]) {
        let mut state = self.lock();
        if state.closed || state.pending.len() + line.len() > CAPACITY {
            self.lost.inc();
            return;
        }
        let before = state.pending.len();
        state.pending.extend_from_slice(line);
        let full = before < FLUSH_SIZE && state.pending.len() >= FLUSH_SIZE;
        let wake = std::mem::take(&mut state.parked) || full;
        // The writer needs the lock as soon as it is awake.
        drop(state);
        if wake {
            self.changed.notify_one();
        }
    }

    /// Closes the buffer to further lines, and waits until the pending lines are written.
    pub(super) fn close(&self) {
        let mut state = self.lock();
        state.closed = true;
        self.changed.notify_all();
        drop(self.changed.wait_timeout_while(state, CLOSE_TIMEOUT, |state| !state.done));
    }

    fn write_batches(&self, mut sink: impl Write) {
        let mut batch = Vec::new();
        while self.next_batch(&mut batch) {
            let unwritten = write_all(&mut sink, &batch);
            // A log that cannot be written has no other place for an error message.
            self.lost.inc_by(unwritten.iter().fold(0, |lines, byte| lines + u64::from(*byte == b'\n')));
            batch.clear();
        }
        self.lock().done = true;
        self.changed.notify_all();
    }

    /// Swaps an empty batch for the pending lines. Returns false after the last batch.
    ///
    /// While calls keep appending lines, the thread wakes once in each interval, and no call must wake it. After an
    /// interval without a line, the thread waits for the next line without a time limit.
    fn next_batch(&self, batch: &mut Vec<u8>) -> bool {
        let empty = |state: &mut BufferState| state.pending.is_empty() && !state.closed;
        let mut state = self.gather(self.lock());
        if empty(&mut state) {
            state.parked = true;
            state = self.changed.wait_while(state, empty).unwrap_or_else(PoisonError::into_inner);
            state.parked = false;
            state = self.gather(state);
        }
        std::mem::swap(&mut state.pending, batch);
        !batch.is_empty()
    }

    /// Waits for the flush interval, or until enough lines are pending.
    fn gather<'a>(&self, state: BufferGuard<'a>) -> BufferGuard<'a> {
        let few = |state: &mut BufferState| state.pending.len() < FLUSH_SIZE && !state.closed;
        let gathered = self.changed.wait_timeout_while(state, FLUSH_INTERVAL, few);
        gathered.unwrap_or_else(PoisonError::into_inner).0
    }

    fn lock(&self) -> BufferGuard<'_> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Writes as many lines as possible, and returns the rest. Waits while the terminal or pipe is full, because another
/// program that shares it may have made it non-blocking.
fn write_all<'l>(sink: &mut impl Write, mut lines: &'l [u8]) -> &'l [u8] {
    while !lines.is_empty() {
        match sink.write(lines) {
            Ok(written) if written > 0 => lines = lines.get(written..).unwrap_or_default(),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => thread::park_timeout(RETRY_INTERVAL),
            Ok(_) | Err(_) => break,
        }
    }
    lines
}

/// The formatter of text lines writes each line with one call.
impl Write for &LogBuffer {
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

    /// A sink that sends the written bytes to a channel, and blocks while the channel is full.
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
        let buffer = LogBuffer::start(Sink(sink), Counter::default()).unwrap();
        let expected: Vec<String> = (0..1000).map(|n| format!("{n}\n")).collect();
        for line in &expected {
            buffer.push(line.as_bytes());
        }
        buffer.close();
        let written: Vec<u8> = written.try_iter().flatten().collect();
        assert_eq!(written, expected.concat().as_bytes());
    }

    #[test]
    fn a_line_wakes_a_parked_writer() {
        let (sink, written) = mpsc::sync_channel(1024);
        let buffer = LogBuffer::start(Sink(sink), Counter::default()).unwrap();
        for line in ["one\n", "two\n"] {
            while !buffer.lock().parked {
                thread::park_timeout(Duration::from_millis(1));
            }
            buffer.push(line.as_bytes());
            assert_eq!(written.recv_timeout(Duration::from_secs(20)).unwrap(), line.as_bytes());
        }
        buffer.close();
    }

    /// A sink that accepts three bytes at every second call, and would block at the other calls. Fails after ten bytes.
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
    fn a_non_blocking_pipe_loses_nothing_and_a_broken_one_leaves_the_rest() {
        let mut sink = Reluctant(Vec::new(), false);
        assert_eq!(write_all(&mut sink, b"one\ntwo\n"), b"");
        assert_eq!(write_all(&mut sink, b"three\nfour\n"), b"ee\nfour\n");
        assert_eq!(sink.0, b"one\ntwo\nthr");
    }

    #[test]
    fn a_stalled_reader_costs_lines_and_blocks_no_caller() {
        let (sink, written) = mpsc::sync_channel(0);
        let lost = Counter::default();
        let buffer = LogBuffer::start(Sink(sink), lost.clone()).unwrap();
        let line = [b'x'; 1000];
        for _ in 0..3 * CAPACITY / line.len() {
            buffer.push(&line);
        }
        assert!(lost.get() > 0, "nothing was lost");
        let reader = thread::spawn(move || written.iter().map(|part| part.len()).sum::<usize>());
        buffer.close();
        drop(buffer);
        let kept = u64::try_from(reader.join().unwrap() / line.len()).unwrap();
        assert_eq!(kept + lost.get(), u64::try_from(3 * CAPACITY / line.len()).unwrap());
    }
}

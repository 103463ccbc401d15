//! Measures how soon azgate closes the connection to Azure after a client hangs up, and checks that nothing is left
//! behind.
//!
//! Clients hang up in every kind of call, while Azure is thinking or streaming. The time runs from the close of the
//! client's socket until Azure's side reads the end. Its p99 must be at most 100 ms. Afterwards the process must have
//! as many tasks and open files as before, and its memory must have hardly grown.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a bench prints what it measures, and stops at what does not work"
)]

use std::{
    fs,
    io::{ErrorKind, Write},
    net::SocketAddr,
    process::ExitCode,
    sync::Arc,
    time::Duration,
};

use azgate::{app, cli::ConfigArgs, config::Environment, gateway::Gateway, observe::Metrics, serve};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    runtime::Handle,
    sync::mpsc,
    time::{Instant, sleep, timeout},
};

/// A kind of call: the model, and the parameters of the request.
struct Kind {
    name: &'static str,
    model: &'static str,
    /// The parameters of the request other than the model and the messages.
    more: &'static str,
    /// The bytes that Azure sends before it falls silent.
    says: &'static str,
}

const EVENTS: &str = "HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n\
                      10\r\ndata: {\"id\":1}\n\n\r\n";

const KINDS: [Kind; 5] = [
    Kind { name: "streamed", model: "gpt-4o", more: r#","stream":true"#, says: EVENTS },
    Kind { name: "streamed, no answer yet", model: "gpt-4o", more: r#","stream":true"#, says: "" },
    Kind { name: "de-streamed", model: "o1", more: r#","stream":true"#, says: "" },
    Kind { name: "collected", model: "gpt-4o-collected", more: "", says: EVENTS },
    Kind { name: "plain", model: "gpt-4o", more: "", says: "" },
];

/// The number of clients at once.
const CLIENTS: usize = 16;

/// The calls of each kind that warm up the process. They fill what stays allocated: buffers, tables, the routes of
/// models.
const WARM_UP: usize = 50;

/// The longest wait. A longer one counts as a leak.
const PATIENCE: Duration = Duration::from_secs(20);

/// The most that the p99 of hang-ups may take.
const SOON: Duration = Duration::from_millis(100);

/// The most MB by which the resident memory may grow. A leak in ten thousand calls would be larger.
const GROWTH: u64 = 8;

/// The tasks and the open files of the process.
#[derive(Debug, PartialEq, Eq)]
struct Held {
    tasks: usize,
    files: usize,
}

fn main() -> ExitCode {
    // `cargo test --bench` runs every bench once, quickly.
    let measured = std::env::args().any(|argument| argument == "--bench");
    let calls = if measured { 10_000 } else { 200 };
    let runtime = tokio::runtime::Runtime::new().unwrap();
    if runtime.block_on(measure(calls)) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

async fn measure(calls: usize) -> bool {
    let (upstream, mut arrivals) = upstream().await;
    let (gateway, metrics) = gateway(upstream).await;
    for kind in &KINDS {
        hang_ups(kind, WARM_UP, gateway, &mut arrivals).await;
    }
    let (before, resident) = (settled(None).await, resident());
    let mut soon = true;
    for kind in &KINDS {
        let mut waits = hang_ups(kind, calls / KINDS.len(), gateway, &mut arrivals).await;
        waits.sort_unstable();
        let at = |share: usize| waits[(waits.len() * share / 1000).min(waits.len() - 1)];
        let (p50, p99, longest) = (at(500), at(990), at(1000));
        println!(
            "{:<24} {:>6} calls: p50 {p50:.2?}, p99 {p99:.2?}, longest {longest:.2?}",
            kind.name,
            waits.len()
        );
        soon &= p99 <= SOON;
    }
    let (after, then) = (settled(Some(&before)).await, self::resident());
    println!("before: {before:?}, {resident} MB; after: {after:?}, {then} MB");
    let (made, counted) = (KINDS.len() * (WARM_UP + calls / KINDS.len()), client_gone(&metrics));
    println!("{counted} of {made} calls were counted as left by their client");
    soon && before == after && then <= resident + GROWTH && made == counted
}

/// Returns the number of calls that the metrics count as left by their client.
fn client_gone(metrics: &Metrics) -> usize {
    let text = metrics.text();
    let counts = text.lines().filter(|line| line.contains("ended=\"client_gone\""));
    counts.map(|line| line.rsplit(' ').next().unwrap().parse::<usize>().unwrap()).sum()
}

/// Makes calls and hangs up. Returns for each call the time until Azure's side was closed.
async fn hang_ups(
    kind: &'static Kind,
    calls: usize,
    gateway: SocketAddr,
    arrivals: &mut mpsc::Receiver<Arrival>,
) -> Vec<Duration> {
    let mut waits = Vec::with_capacity(calls);
    while waits.len() < calls {
        let mut open = Vec::new();
        for _ in 0..CLIENTS.min(calls - waits.len()) {
            let mut client = TcpStream::connect(gateway).await.unwrap();
            client.write_all(request(kind).as_bytes()).await.unwrap();
            let mut arrival = timeout(PATIENCE, arrivals.recv()).await.unwrap().unwrap();
            arrival.say(kind.says).await;
            if kind.more.contains("stream") && !kind.says.is_empty() {
                // Part of the answer has arrived.
                client.readable().await.unwrap();
            }
            open.push((client, arrival));
        }
        for (client, arrival) in open {
            arrival.still_open();
            let left = Instant::now();
            drop(client);
            waits.push(arrival.closed().await.duration_since(left));
        }
    }
    waits
}

fn request(kind: &Kind) -> String {
    let Kind { model, more, .. } = kind;
    let body = format!(r#"{{"model":"{model}","messages":[{{"role":"user","content":"Hi"}}]{more}}}"#);
    let length = body.len();
    format!("POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\ncontent-length: {length}\r\n\r\n{body}")
}

/// A call that has arrived at Azure.
struct Arrival(TcpStream);

impl Arrival {
    async fn say(&mut self, what: &str) {
        self.0.write_all(what.as_bytes()).await.unwrap();
    }

    /// Asserts that the other side has not closed the connection.
    fn still_open(&self) {
        let read = self.0.try_read(&mut [0; 64]);
        assert!(
            read.is_err_and(|error| error.kind() == ErrorKind::WouldBlock),
            "the other side has gone already"
        );
    }

    /// Waits until the other side closes the connection, and returns the time.
    async fn closed(mut self) -> Instant {
        let mut rest = [0; 64];
        let read =
            timeout(PATIENCE, self.0.read(&mut rest)).await.expect("the connection to Azure stays open");
        assert!(matches!(read, Ok(0) | Err(_)), "{read:?}");
        Instant::now()
    }
}

/// Starts a server in the role of Azure. It hands over each call when the whole request has arrived.
async fn upstream() -> (SocketAddr, mpsc::Receiver<Arrival>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (sender, receiver) = mpsc::channel(CLIENTS);
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut call = Vec::new();
            while !is_whole(&call) && stream.read_buf(&mut call).await.unwrap() > 0 {}
            sender.send(Arrival(stream)).await.unwrap();
        }
    });
    (address, receiver)
}

/// Returns whether the whole request has arrived.
fn is_whole(call: &[u8]) -> bool {
    let text = std::str::from_utf8(call).unwrap();
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    body.len() == length.parse::<usize>().unwrap()
}

async fn gateway(upstream: SocketAddr) -> (SocketAddr, Arc<Metrics>) {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    let config = "api_key = { env = \"KEY\" }\n[routing]\nunknown_models = \"forward\"\n\
                  [models.gpt-4o-collected]\nmodel = \"gpt-4o\"\ncollect = true\n";
    write!(file, "[resources.main]\nendpoint = \"http://{upstream}\"\n{config}").unwrap();
    let environment: Environment = [("KEY", "k")].into_iter().collect();
    let checked = ConfigArgs { config: Some(file.path().to_owned()) }.checked(&environment, &[]);
    let gateway = Gateway::build(&checked.settings.unwrap(), &Arc::default()).unwrap();
    let metrics = gateway.registry.metrics.clone();
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stopper, stop) = serve::stop();
    tokio::spawn(async move {
        let _keep = stopper;
        serve::serve(listener, app::service(Arc::new(gateway)), serve::Options::default(), stop).await;
    });
    (address, metrics)
}

/// Returns the tasks and files after the last calls have ended: as soon as they equal `expected`, or as soon as they
/// stop changing.
async fn settled(expected: Option<&Held>) -> Held {
    let mut held = Held { tasks: 0, files: 0 };
    for _ in 0..100 {
        let tasks = Handle::current().metrics().num_alive_tasks();
        let now = Held { tasks, files: fs::read_dir("/proc/self/fd").unwrap().count() };
        if expected.map_or(now == held, |expected| now == *expected) {
            return now;
        }
        held = now;
        sleep(Duration::from_millis(100)).await;
    }
    held
}

/// Returns the resident memory of this process, in MB.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim_end_matches(" kB").trim().parse::<u64>().unwrap() / 1024
}

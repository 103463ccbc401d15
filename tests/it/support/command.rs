//! The built binary, run as a shell would run it, with only the environment variables of the test.

use std::{path::Path, process::Stdio, time::Duration};

use tokio::{
    io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
    process::{Child, Command},
    time::timeout,
};

/// The exit code and the output of a command.
#[derive(Debug)]
pub(crate) struct Ended {
    /// Its exit code.
    pub(crate) code: Option<i32>,
    /// Standard output.
    pub(crate) out: String,
    /// Standard error.
    pub(crate) err: String,
}

/// The time limit of every wait for a command.
const NEVER: Duration = Duration::from_mins(1);

fn command(arguments: &[&str], environment: &[(&str, &str)]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_azgate"));
    command.args(arguments).env_clear().envs(environment.iter().copied());
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).kill_on_drop(true);
    command
}

/// Runs a command to its end.
pub(crate) async fn run(arguments: &[&str], environment: &[(&str, &str)], input: &str) -> Ended {
    run_in(Path::new("."), arguments, environment, input).await
}

/// Runs a command to its end in a directory.
pub(crate) async fn run_in(
    directory: &Path,
    arguments: &[&str],
    environment: &[(&str, &str)],
    input: &str,
) -> Ended {
    let mut child = command(arguments, environment).current_dir(directory).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // A command that reads no input can exit before this write, so the result is ignored.
    drop(stdin.write_all(input.as_bytes()).await);
    drop(stdin);
    let output = timeout(NEVER, child.wait_with_output()).await.expect("the command ends").unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    Ended { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) }
}

/// Writes a config file into a temporary directory, and returns both.
pub(crate) fn file(text: &str) -> (tempfile::TempDir, String) {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("azgate.toml");
    std::fs::write(&path, text).unwrap();
    (directory, Path::to_str(&path).unwrap().to_owned())
}

/// A command that serves until it receives a signal.
#[derive(Debug)]
pub(crate) struct Server {
    child: Child,
    out: BufReader<tokio::process::ChildStdout>,
    /// Its base URL, such as `http://127.0.0.1:1234`.
    pub(crate) url: String,
    /// Its standard output so far.
    pub(crate) printed: String,
}

impl Server {
    /// Starts a command, and waits for the line that contains `last`. The first printed URL is its address.
    pub(crate) async fn start(arguments: &[&str], environment: &[(&str, &str)], last: &str) -> Server {
        Server::start_in(Path::new("."), arguments, environment, last).await
    }

    /// Starts a command in a directory, as [`Server::start`] does.
    pub(crate) async fn start_in(
        directory: &Path,
        arguments: &[&str],
        environment: &[(&str, &str)],
        last: &str,
    ) -> Server {
        let mut child = command(arguments, environment).current_dir(directory).spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let mut server = Server { child, out, url: String::new(), printed: String::new() };
        loop {
            let mut line = String::new();
            let read = timeout(NEVER, server.out.read_line(&mut line))
                .await
                .expect("the command starts in time")
                .unwrap();
            if read == 0 {
                let printed = server.printed.clone();
                panic!("the command ended: {printed}{}", server.stop().await.err);
            }
            server.printed += &line;
            if line.contains(last) {
                break;
            }
        }
        let url = server.printed.split("http://").nth(1).expect("a URL");
        let end = url.find(|letter: char| !letter.is_alphanumeric() && !".:".contains(letter)).unwrap();
        server.url = format!("http://{}", url.split_at(end).0);
        server
    }

    /// Returns its peak memory in bytes.
    pub(crate) fn peak_memory(&self) -> usize {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id().unwrap())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        line.trim_end_matches("kB").trim().parse::<usize>().unwrap() * 1024
    }

    /// Sends the signal with this name.
    pub(crate) async fn signal(&self, name: &str) {
        let id = self.child.id().unwrap().to_string();
        let kill = format!("kill -{name} {id}");
        // The shell's own kill: a small system has no other.
        assert!(Command::new("sh").args(["-c", &kill]).status().await.unwrap().success());
    }

    /// Waits for a log line that contains `text`, and discards the lines before it.
    pub(crate) async fn logged(&mut self, text: &str) {
        let mut log = BufReader::new(self.child.stderr.as_mut().unwrap());
        loop {
            let mut line = String::new();
            let read =
                timeout(NEVER, log.read_line(&mut line)).await.expect("the line is logged in time").unwrap();
            assert!(read > 0, "the command ended without logging {text}");
            if line.contains(text) {
                return;
            }
        }
    }

    /// Sends SIGTERM and waits for the exit.
    pub(crate) async fn stop(self) -> Ended {
        if let Some(id) = self.child.id() {
            let status = Command::new("sh").args(["-c", &format!("kill -TERM {id}")]).status().await.unwrap();
            assert!(status.success());
        }
        self.ended().await
    }

    /// Waits until the command has ended.
    pub(crate) async fn ended(mut self) -> Ended {
        let status = timeout(NEVER, self.child.wait()).await.expect("the command ends in time").unwrap();
        let (mut rest, mut err) = (String::new(), String::new());
        self.out.read_to_string(&mut rest).await.unwrap();
        self.child.stderr.take().unwrap().read_to_string(&mut err).await.unwrap();
        Ended { code: status.code(), out: self.printed + &rest, err }
    }
}

//! The built command as a process of its own, for what only a process has: its environment.

use std::{
    io::{BufRead, BufReader, Write},
    process::{Child, Command, Stdio},
};

use tempfile::NamedTempFile;

/// A running `azgate serve`, which ends with the test.
pub(crate) struct Binary {
    process: Child,
    _config: NamedTempFile,
    /// Its base URL.
    pub(crate) url: String,
}

impl Binary {
    /// Starts it with a configuration and these variables, and no others of proxies.
    pub(crate) async fn serve(config: &str, variables: &[(&str, &str)]) -> Binary {
        let mut file = NamedTempFile::new().unwrap();
        file.write_all(config.as_bytes()).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_azgate"));
        command.args(["serve", "--listen", "127.0.0.1:0", "--config"]).arg(file.path());
        for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"] {
            command.env_remove(name).env_remove(name.to_lowercase());
        }
        command.env("AZGATE_ADMIN__LISTEN", "127.0.0.1:0").envs(variables.iter().copied());
        let mut process = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut output = BufReader::new(process.stdout.take().unwrap());
        let line = tokio::task::spawn_blocking(move || {
            let mut line = String::new();
            output.read_line(&mut line).map(|_| line)
        });
        let line = line.await.unwrap().unwrap();
        let url = line.split(' ').find(|word| word.starts_with("http://"));
        let url = url.unwrap_or_else(|| panic!("no address in {line:?}")).to_owned();
        Binary { process, _config: file, url }
    }
}

impl Drop for Binary {
    fn drop(&mut self) {
        self.process.kill().unwrap();
        self.process.wait().unwrap();
    }
}

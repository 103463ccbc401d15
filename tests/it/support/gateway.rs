//! A gateway in this process, built from a config as an operator writes it.

use std::{io::Write, sync::Arc};

use azgate::{app, cli::ConfigArgs, config::Environment, gateway::Gateway, serve};
use tokio::{net::TcpListener, task::JoinHandle};

use super::Upstream;

/// A running gateway and a client for it.
#[derive(Debug)]
pub(crate) struct Proxy {
    /// Its base URL, such as `http://127.0.0.1:1234`.
    pub(crate) url: String,
    /// The gateway's state.
    pub(crate) gateway: Arc<Gateway>,
    client: reqwest::Client,
    /// Stops the gateway.
    pub(crate) stopper: serve::Stopper,
    /// Completes once the gateway has stopped.
    pub(crate) serving: JoinHandle<()>,
}

/// The API key that the gateway sends to its upstream.
pub(crate) const AZURE_KEY: &str = "azure-secret-key";

impl Proxy {
    /// Starts a gateway with `upstream` as resource `main`. `more` is appended to the config.
    pub(crate) async fn start(upstream: &Upstream, more: &str) -> Proxy {
        Proxy::with_endpoint(&format!("http://{}", upstream.address), "", more).await
    }

    /// Starts a gateway in front of `upstream` on a dated surface.
    pub(crate) async fn dated(upstream: &Upstream, version: &str, more: &str) -> Proxy {
        let surface = format!("surface = \"{version}\"");
        Proxy::with_endpoint(&format!("http://{}", upstream.address), &surface, more).await
    }

    /// Starts a gateway in front of any endpoint.
    pub(crate) async fn with_endpoint(endpoint: &str, resource: &str, more: &str) -> Proxy {
        Proxy::configured(&format!(
            "[resources.main]\nendpoint = \"{endpoint}\"\napi_key = {{ env = \"TEST_AZURE_KEY\" }}\n{resource}\n{more}"
        ))
        .await
    }

    /// Starts a gateway with exactly this config.
    pub(crate) async fn configured(text: &str) -> Proxy {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let environment: Environment = [("TEST_AZURE_KEY", AZURE_KEY)].into_iter().collect();
        let checked = ConfigArgs { config: Some(file.path().to_owned()) }.checked(&environment, &[]);
        let settings = checked.settings.unwrap_or_else(|| panic!("{:#?}", checked.problems));
        let gateway = Arc::new(Gateway::build(&settings, &Arc::default()).unwrap());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (stopper, stop) = serve::stop();
        let options = serve::Options {
            header_timeout: settings.header_timeout,
            drain: settings.drain,
            max_connections: settings.max_connections.unwrap_or(usize::MAX),
            connections: gateway.registry.connections.clone(),
        };
        let serving = tokio::spawn(serve::serve(listener, app::service(gateway.clone()), options, stop));
        Proxy { url, gateway, client: client().build().unwrap(), stopper, serving }
    }

    /// Sends a chat call to the OpenAI path.
    pub(crate) async fn chat(&self, body: impl Into<reqwest::Body>) -> reqwest::Response {
        self.post("/v1/chat/completions", body, &[]).await
    }

    /// Sends a call to any path, with headers.
    pub(crate) async fn post(
        &self,
        path: &str,
        body: impl Into<reqwest::Body>,
        headers: &[(&str, &str)],
    ) -> reqwest::Response {
        let request =
            self.client.post(format!("{}{path}", self.url)).header("content-type", "application/json");
        with_headers(request, headers).body(body).send().await.unwrap()
    }

    /// Sends a GET.
    pub(crate) async fn get(&self, path: &str) -> reqwest::Response {
        self.get_with(path, &[]).await
    }

    /// Sends a GET with headers.
    pub(crate) async fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> reqwest::Response {
        let request = self.client.get(format!("{}{path}", self.url));
        with_headers(request, headers).send().await.unwrap()
    }
}

fn with_headers(request: reqwest::RequestBuilder, headers: &[(&str, &str)]) -> reqwest::RequestBuilder {
    headers.iter().fold(request, |request, (name, value)| request.header(*name, *value))
}

/// Posts a JSON body to any URL.
pub(crate) async fn post(url: &str, body: impl Into<reqwest::Body>) -> reqwest::Response {
    let client = client().build().unwrap();
    client.post(url).header("content-type", "application/json").body(body).send().await.unwrap()
}

/// Returns a client that uses no proxy of the environment.
pub(crate) fn client() -> reqwest::ClientBuilder {
    // Installing the provider a second time fails, which is harmless.
    drop(rustls::crypto::aws_lc_rs::default_provider().install_default());
    reqwest::Client::builder().no_proxy()
}

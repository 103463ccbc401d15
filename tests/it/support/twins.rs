//! A model that the simulator serves by both operations, behind a gateway whose config lists it three times: once as it
//! is, and twice as a model that Azure serves only by the other operation.

use axum::body::{Body, to_bytes};
use azgate::sim::{Options, Simulator};
use serde_json::Value;
use tokio::net::TcpListener;
use tower::ServiceExt;

use super::{AZURE_KEY, Proxy, soon};

/// The model that the requested operation serves.
pub(crate) const DIRECT: &str = "direct";
/// The model that only the other operation serves.
pub(crate) const TWIN: &str = "twin";
/// Like [`TWIN`], with its own simulator. Its first answer has the same ids as the first answer of the others.
pub(crate) const OTHER: &str = "other";

/// The gateway and the simulators behind its three models.
pub(crate) struct Twins {
    pub(crate) proxy: Proxy,
    /// The simulators, by model name.
    simulators: [(&'static str, Simulator); 3],
}

/// Serves a simulator, and returns its URL.
pub(crate) async fn serve(simulator: &Simulator) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    // The task ends with its runtime.
    let (stopper, stop) = azgate::serve::stop();
    let options = azgate::serve::Options::default();
    let router = simulator.router();
    tokio::spawn(async move {
        azgate::serve::serve(listener, router, options, stop).await;
        drop(stopper);
    });
    format!("http://{address}")
}

impl Twins {
    /// Starts `model` of `family`, and its twins that only `dialect` serves. The twins get `more` config.
    pub(crate) async fn start(model: &str, family: &str, dialect: &str, more: &str) -> Twins {
        let simulators = [DIRECT, TWIN, OTHER].map(|name| {
            // Reasoning is bound to its resource. azgate knows the resource by its name in the config.
            let (resource, key) = (name.to_owned(), AZURE_KEY.to_owned());
            (name, Simulator::new(Options { resource, key, ..Options::default() }))
        });
        let mut config = format!(
            "[routing]\ndefault_resource = \"direct\"\n[families.bridged]\ninherits = \"{family}\"\noperations = [\"{dialect}\"]\n"
        );
        for (name, simulator) in &simulators {
            let url = serve(simulator).await;
            let (family, more) = if *name == DIRECT { (family, "") } else { ("bridged", more) };
            let model = format!(
                "[resources.{name}]\nendpoint = \"{url}\"\napi_key = {{ env = \"TEST_AZURE_KEY\" }}\n\
                 [models.{name}]\nresource = \"{name}\"\ndeployment = \"{model}\"\nfamily = \"{family}\"\n{more}\n"
            );
            config.push_str(&model);
        }
        Twins { proxy: Proxy::configured(&config).await, simulators }
    }

    /// Sends a call to one of the three models, and returns status, edits and body.
    pub(crate) async fn ask(&self, path: &str, model: &str, body: &Value) -> TwinAnswer {
        let mut body = body.clone();
        body["model"] = model.into();
        let answer = soon(self.proxy.post(path, body.to_string(), &[])).await;
        let header =
            |name: &str| answer.headers().get(name).map_or("", |value| value.to_str().unwrap()).to_owned();
        let (status, edits) = (answer.status().as_u16(), header("x-azgate-edits"));
        TwinAnswer { status, edits, text: soon(answer.text()).await.unwrap() }
    }

    /// Sends the last received request to the simulator again, and returns the bytes of its answer.
    pub(crate) async fn repeat_last(&self, model: &str) -> String {
        let (_, simulator) = self.simulators.iter().find(|(name, _)| *name == model).unwrap();
        let last = simulator.received().pop().unwrap();
        let request = http::Request::post(last.path).header("api-key", AZURE_KEY).body(Body::from(last.body));
        let answer = simulator.router().oneshot(request.unwrap()).await.unwrap();
        let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        String::from_utf8(body.to_vec()).unwrap()
    }

    /// Clears the received requests.
    pub(crate) fn clear_received(&self) {
        self.simulators.iter().for_each(|(_, simulator)| simulator.clear());
    }

    /// Returns the paths and bodies that the simulator behind a model received.
    pub(crate) fn received(&self, model: &str) -> Vec<(String, String)> {
        let (_, simulator) = self.simulators.iter().find(|(name, _)| *name == model).unwrap();
        let text = |body: &[u8]| String::from_utf8(body.to_vec()).unwrap();
        simulator.received().iter().map(|one| (one.path.clone(), text(&one.body))).collect()
    }
}

/// The answer to a call.
#[derive(Debug)]
pub(crate) struct TwinAnswer {
    pub(crate) status: u16,
    pub(crate) edits: String,
    pub(crate) text: String,
}

impl TwinAnswer {
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.status, 200, "{self:?}");
        serde_json::from_str(&self.text).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }
}

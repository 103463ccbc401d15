//! The tools that Azure runs itself: their calls, and the annotations they add to an answer.

use serde_json::{Value, json};

use super::read::{allows_hosted_tool, includes};
use crate::sim::{
    json::{list, set, text},
    prompt::Prompt,
    request::ApiRequest,
};

/// The calls of hosted tools in one answer.
#[derive(Debug, Default)]
pub(super) struct HostedCalls {
    /// The prefix of each item's id, and the item.
    pub(super) items: Vec<(&'static str, Value)>,
    pub(super) annotations: Vec<Citation>,
}

/// A source that an answer cites.
#[derive(Debug)]
pub(super) enum Citation {
    /// A file of a vector store. The citation has no span and stands at the end of the text.
    File {
        file: String,
        name: String,
    },
    Page {
        url: String,
        title: String,
    },
    /// A file that the code interpreter created.
    Created {
        container: String,
        file: String,
        name: String,
    },
}

impl Citation {
    /// Returns the annotation of a text. If it has a span, the span is the whole text.
    pub(super) fn annotation(&self, text: &str) -> Value {
        let end = text.chars().count();
        match self {
            Self::File { file, name } => {
                json!({"type": "file_citation", "file_id": file, "filename": name, "index": end})
            }
            Self::Page { url, title } => {
                json!({"type": "url_citation", "url": url, "title": title, "start_index": 0, "end_index": end})
            }
            Self::Created { container, file, name } => {
                json!({"type": "container_file_citation", "container_id": container, "file_id": file,
                       "filename": name, "start_index": 0, "end_index": end})
            }
        }
    }
}

/// Returns one call of every hosted tool that `tool_choice` allows.
pub(super) fn calls(request: &ApiRequest<'_>, prompt: &Prompt, serial: u64) -> HostedCalls {
    let mut hosted = HostedCalls::default();
    for tool in request.list("tools") {
        let kind = text(tool, "type");
        if !allows_hosted_tool(request, kind) {
            continue;
        }
        match kind {
            "file_search" => hosted.file_search(request, tool, prompt),
            "code_interpreter" => hosted.code_interpreter(request, tool, prompt, serial),
            "web_search" | "web_search_preview" => hosted.web_search(request, prompt),
            "image_generation" => hosted.items.push((
                "ig",
                json!({"type": "image_generation_call", "status": "completed", "result": "iVBORw0KGgo="}),
            )),
            _ => {}
        }
    }
    hosted
}

impl HostedCalls {
    fn file_search(&mut self, request: &ApiRequest<'_>, tool: &Value, prompt: &Prompt) {
        let stores = list(tool, "vector_store_ids").iter();
        let most = tool.get("max_num_results").and_then(Value::as_u64).unwrap_or(20);
        let mut results = Vec::new();
        for (store, _) in stores.filter_map(Value::as_str).zip(0..most) {
            let (file, name) = (format!("assistant-{store}"), format!("{store}.txt"));
            results.push(json!({
                "attributes": {}, "file_id": file, "filename": name, "score": 0.75,
                "text": format!("What {store} says of: {}", prompt.text),
            }));
            self.annotations.push(Citation::File { file, name });
        }
        let shown = includes(request, "file_search_call.results");
        let results = if shown { Value::Array(results) } else { Value::Null };
        let item = json!({"type": "file_search_call", "status": "completed", "queries": [prompt.text],
                          "results": results});
        self.items.push(("fs", item));
    }

    fn code_interpreter(&mut self, request: &ApiRequest<'_>, tool: &Value, prompt: &Prompt, serial: u64) {
        let container = match tool.get("container") {
            Some(Value::String(id)) => id.clone(),
            Some(_) | None => format!("cntr_sim{serial:024}"),
        };
        let file = format!("cfile_sim{serial:024}");
        let outputs = if includes(request, "code_interpreter_call.outputs") {
            let url =
                format!("https://sim.openai.azure.com/openai/v1/containers/{container}/files/{file}/content");
            json!([{"type": "logs", "logs": format!("{}\n", prompt.text)}, {"type": "image", "url": url}])
        } else {
            Value::Null
        };
        let code = format!("print({})", Value::from(prompt.text.as_str()));
        let item = json!({"type": "code_interpreter_call", "status": "completed", "code": code,
                          "container_id": container, "outputs": outputs});
        self.items.push(("ci", item));
        self.annotations.push(Citation::Created { container, file, name: "plot.png".to_owned() });
    }

    fn web_search(&mut self, request: &ApiRequest<'_>, prompt: &Prompt) {
        let url = "https://example.com/found".to_owned();
        let mut action = json!({"type": "search", "query": prompt.text});
        if includes(request, "web_search_call.action.sources") {
            set(&mut action, "sources", json!([{"type": "url", "url": url}]));
        }
        let item = json!({"type": "web_search_call", "status": "completed", "action": action});
        self.items.push(("ws", item));
        self.annotations.push(Citation::Page { url, title: "Found".to_owned() });
    }
}

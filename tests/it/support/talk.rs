//! Generated conversations, written as calls of either operation.

use proptest::{collection::vec, option, prelude::*, sample::select};
use serde_json::{Map, Value, json};

const IMAGE: &str = "data:image/png;base64,iVBORw0KGgo=";

fn text() -> impl Strategy<Value = String> {
    let texts = select(vec![
        "Hi",
        "Say \"both\" \\ and\n\ttab",
        "é😀 東京",
        "data: [DONE]\n\n",
        "\u{0}\u{7f}\u{2028}</script>",
        "[[sim: text=40]]",
        "[[sim: refusal]]",
        "[[sim: think=20 text=9]] Think",
        "[[sim: parts=3 text=20]]",
        "[[sim: content_filter_output]] x",
        "[[sim: interleave]] both",
    ]);
    prop_oneof![3 => texts.prop_map(str::to_owned), 1 => "[a-z\"\\\\é😀 \n]{1,12}"]
}

fn schema() -> impl Strategy<Value = Value> {
    select(vec![
        json!({"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}},
            "required": ["city", "days"], "additionalProperties": false}),
        json!({"type": "object", "properties": {}, "required": [], "additionalProperties": false}),
        json!({"type": "object", "properties": {"é\"": {"type": "array", "items": {"type": "number"}}},
            "required": ["é\""], "additionalProperties": false}),
    ])
}

/// A conversation, independent of either operation's format.
#[derive(Clone, Debug)]
pub(crate) struct Talk {
    system: Option<(&'static str, String)>,
    turns: Vec<Turn>,
    question: String,
    images: usize,
    tools: Vec<Tool>,
    choice: Option<&'static str>,
    parallel: Option<bool>,
    format: Option<(bool, Value)>,
    cap: Option<u64>,
    /// Whether a streamed call asks for usage.
    pub(crate) usage: Option<bool>,
    logprobs: bool,
}

#[derive(Clone, Debug)]
enum Turn {
    User(String, bool),
    Assistant(String),
    Refusal(String),
    /// An optional text, and calls: whether the tool is custom, its input, its result.
    Calls(Option<String>, Vec<(bool, String, String)>),
}

#[derive(Clone, Debug)]
struct Tool {
    name: &'static str,
    /// The schema of a function. A custom tool has none.
    schema: Option<Value>,
    strict: Option<bool>,
}

fn turn() -> impl Strategy<Value = Turn> {
    let plain = "[a-zé\"\\\\ ]{1,8}";
    let calls = vec((any::<bool>(), plain, plain), 1..3);
    prop_oneof![
        2 => (plain, any::<bool>()).prop_map(|(text, parts)| Turn::User(text, parts)),
        2 => plain.prop_map(Turn::Assistant),
        1 => plain.prop_map(Turn::Refusal),
        2 => (option::of(plain), calls).prop_map(|(text, calls)| Turn::Calls(text, calls)),
    ]
}

fn tool() -> impl Strategy<Value = Tool> {
    let schema = prop_oneof![3 => schema().prop_map(Some), 1 => Just(None)];
    (select(vec!["get_weather", "f", "a-b_C"]), schema, option::of(any::<bool>()))
        .prop_map(|(name, schema, strict)| Tool { name, schema, strict })
}

prop_compose! {
    pub(crate) fn talk()(
        system in option::of((select(vec!["system", "developer"]), "[a-zé\" ]{1,8}")),
        turns in vec(turn(), 0..4),
        question in text(),
        images in select(vec![0_usize, 0, 0, 1, 2]),
        tools in prop_oneof![1 => Just(Vec::new()), 1 => vec(tool(), 1..3)],
        choice in option::of(select(vec!["auto", "none", "required", "named", "allowed"])),
        parallel in option::of(any::<bool>()),
        format in option::weighted(0.2, (any::<bool>(), schema())),
        cap in option::of(select(vec![16_u64, 20, 200, 5000])),
        usage in option::of(any::<bool>()),
        logprobs: bool,
    ) -> Talk {
        let mut tools: Vec<Tool> = tools;
        tools.dedup_by_key(|tool| tool.name);
        Talk { system, turns, question, images, tools, choice, parallel, format, cap, usage, logprobs }
    }
}

impl Talk {
    /// Removes the parts that the model accepts by neither operation.
    pub(crate) fn for_model(mut self, model: &str, custom: bool) -> Talk {
        if !custom {
            self.tools.retain(|tool| tool.schema.is_some());
            for turn in &mut self.turns {
                if let Turn::Calls(_, calls) = turn {
                    for (custom, ..) in calls {
                        *custom = false;
                    }
                }
            }
        }
        self.logprobs &= model.starts_with("gpt-4");
        if self.tools.is_empty() {
            (self.choice, self.parallel) = (None, None);
        }
        if !model.starts_with("gpt") {
            self.parallel = None;
        }
        if let Some(tool) = self.tools.iter_mut().find(|tool| tool.name == "get_weather") {
            tool.strict = None;
        }
        self
    }

    /// Adds a tool to call if there is none, and removes the options that keep the model from calling it.
    pub(crate) fn with_tool(mut self) -> Talk {
        if self.tools.is_empty() {
            let schema =
                json!({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]});
            self.tools.push(Tool { name: "f", schema: Some(schema), strict: None });
        }
        if self.choice == Some("none") {
            self.choice = None;
        }
        self.cap = None;
        self
    }

    /// Returns the chat call, without a model.
    #[expect(clippy::too_many_lines, reason = "one member after the other")]
    pub(crate) fn chat(&self) -> Value {
        let part = |text: &str| json!({"type": "text", "text": text});
        let mut messages = Vec::new();
        if let Some((role, text)) = &self.system {
            messages.push(json!({"role": role, "content": text}));
        }
        for (at, turn) in self.turns.iter().enumerate() {
            match turn {
                Turn::User(text, false) => messages.push(json!({"role": "user", "content": text})),
                Turn::User(text, true) => {
                    messages.push(json!({"role": "user", "content": [part(text), part("!")]}));
                }
                Turn::Assistant(text) => messages.push(json!({"role": "assistant", "content": text})),
                Turn::Refusal(text) => {
                    messages.push(json!({"role": "assistant", "content": null, "refusal": text}));
                }
                Turn::Calls(text, calls) => {
                    let named = calls.iter().enumerate().map(|(index, (custom, input, _))| {
                        let id = format!("call_{at}_{index}");
                        if *custom {
                            return json!({"id": id, "type": "custom", "custom": {"name": "c", "input": input}});
                        }
                        let arguments = json!({"in": input}).to_string();
                        json!({"id": id, "type": "function", "function": {"name": "f", "arguments": arguments}})
                    });
                    let named: Vec<Value> = named.collect();
                    messages.push(json!({"role": "assistant", "content": text, "tool_calls": named}));
                    for (index, (_, _, result)) in calls.iter().enumerate() {
                        let id = format!("call_{at}_{index}");
                        messages.push(json!({"role": "tool", "tool_call_id": id, "content": result}));
                    }
                }
            }
        }
        let question = if self.images == 0 {
            json!(self.question)
        } else {
            let image = json!({"type": "image_url", "image_url": {"url": IMAGE, "detail": "low"}});
            let images = vec![image; self.images];
            json!([&[part(&self.question)][..], &images].concat())
        };
        messages.push(json!({"role": "user", "content": question}));
        let mut body = json!({"messages": messages, "n": 1});
        let mut set =
            |key: &str, value: Value| _ = body.as_object_mut().unwrap().insert(key.to_owned(), value);
        if !self.tools.is_empty() {
            set("tools", self.tools.iter().map(|tool| nested(tool.json())).collect());
        }
        match self.choice {
            Some("named") => set("tool_choice", nested(self.tools[0].name())),
            Some("allowed") => {
                let tools: Vec<Value> = self.tools.iter().map(|tool| nested(tool.name())).collect();
                set(
                    "tool_choice",
                    json!({"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": tools}}),
                );
            }
            Some(mode) => set("tool_choice", mode.into()),
            None => {}
        }
        if let Some(parallel) = self.parallel {
            set("parallel_tool_calls", parallel.into());
        }
        match &self.format {
            Some((true, schema)) => {
                let schema = json!({"name": "n", "schema": schema, "strict": true});
                set("response_format", json!({"type": "json_schema", "json_schema": schema}));
            }
            Some((false, _)) => set("response_format", json!({"type": "text"})),
            None => {}
        }
        if let Some(cap) = self.cap {
            set("max_completion_tokens", cap.into());
        }
        if self.logprobs {
            set("logprobs", true.into());
            set("top_logprobs", 2.into());
        }
        body
    }

    /// Returns the Responses call, without a model.
    #[expect(clippy::too_many_lines, reason = "one member after the other")]
    pub(crate) fn responses(&self) -> Value {
        let part = |text: &str| json!({"type": "input_text", "text": text});
        let assistant = |parts: Value| json!({"type": "message", "role": "assistant", "content": parts});
        let text = |text: &str| json!([{"type": "output_text", "text": text, "annotations": []}]);
        let mut items = Vec::new();
        for (at, turn) in self.turns.iter().enumerate() {
            match turn {
                Turn::User(text, false) => items.push(json!({"role": "user", "content": text})),
                Turn::User(text, true) => {
                    items
                        .push(json!({"type": "message", "role": "user", "content": [part(text), part("!")]}));
                }
                Turn::Assistant(reply) => items.push(assistant(text(reply))),
                Turn::Refusal(refusal) => {
                    items.push(assistant(json!([{"type": "refusal", "refusal": refusal}])));
                }
                Turn::Calls(before, calls) => {
                    items.extend(before.as_ref().map(|before| assistant(text(before))));
                    for (index, (custom, input, _)) in calls.iter().enumerate() {
                        let id = format!("call_{at}_{index}");
                        items.push(if *custom {
                            json!({"type": "custom_tool_call", "call_id": id, "name": "c", "input": input})
                        } else {
                            let arguments = json!({"in": input}).to_string();
                            json!({"type": "function_call", "call_id": id, "name": "f", "arguments": arguments})
                        });
                    }
                    for (index, (custom, _, result)) in calls.iter().enumerate() {
                        let kind = if *custom { "custom_tool_call_output" } else { "function_call_output" };
                        items.push(
                            json!({"type": kind, "call_id": format!("call_{at}_{index}"), "output": result}),
                        );
                    }
                }
            }
        }
        let question = if self.images == 0 {
            json!(self.question)
        } else {
            let image = json!({"type": "input_image", "image_url": IMAGE, "detail": "low"});
            let images = vec![image; self.images];
            json!([&[part(&self.question)][..], &images].concat())
        };
        items.push(json!({"role": "user", "content": question}));
        let mut body = json!({"input": items, "store": false});
        let mut set =
            |key: &str, value: Value| _ = body.as_object_mut().unwrap().insert(key.to_owned(), value);
        match &self.system {
            Some(("system", text)) => set("instructions", text.as_str().into()),
            Some((role, text)) => {
                items.insert(0, json!({"role": role, "content": text}));
                set("input", json!(items));
            }
            None => {}
        }
        if !self.tools.is_empty() {
            set("tools", self.tools.iter().map(Tool::json).collect());
        }
        match self.choice {
            Some("named") => set("tool_choice", self.tools[0].name()),
            Some("allowed") => {
                let tools: Vec<Value> = self.tools.iter().map(Tool::name).collect();
                set("tool_choice", json!({"type": "allowed_tools", "mode": "auto", "tools": tools}));
            }
            Some(mode) => set("tool_choice", mode.into()),
            None => {}
        }
        if let Some(parallel) = self.parallel {
            set("parallel_tool_calls", parallel.into());
        }
        match &self.format {
            Some((true, schema)) => {
                set(
                    "text",
                    json!({"format": {"type": "json_schema", "name": "n", "schema": schema, "strict": true}}),
                );
            }
            Some((false, _)) => set("text", json!({"format": {"type": "text"}})),
            None => {}
        }
        if let Some(cap) = self.cap {
            set("max_output_tokens", cap.into());
        }
        if self.logprobs {
            set("include", json!(["message.output_text.logprobs"]));
            set("top_logprobs", 2.into());
        }
        body
    }
}

impl Tool {
    fn kind(&self) -> &'static str {
        if self.schema.is_some() { "function" } else { "custom" }
    }

    /// Returns the tool in the format of the Responses API.
    fn json(&self) -> Value {
        let mut tool = json!({"type": self.kind(), "name": self.name, "description": "d"});
        if let Some(schema) = &self.schema {
            tool["parameters"] = schema.clone();
            // The default of `strict` differs between the two operations.
            tool["strict"] = self.strict.unwrap_or_default().into();
        }
        tool
    }

    fn name(&self) -> Value {
        json!({"type": self.kind(), "name": self.name})
    }
}

/// Moves the members next to `type` into an object named after the type, as chat does.
fn nested(mut flat: Value) -> Value {
    let kind = flat.as_object_mut().unwrap().remove("type").unwrap();
    let mut nested = Map::new();
    nested.insert(kind.as_str().unwrap().to_owned(), flat);
    nested.insert("type".to_owned(), kind);
    nested.into()
}

//! azgate: an OpenAI-compatible, translating reverse proxy for Azure OpenAI.
//!
//! The life of a request is one function, [`pipeline`]:
//!
//! ```text
//! recognise → caller → read → route → admit → ┌ pick → plan → send → decide ┐ → adapt → settle
//!                                             └──── amend · retry · fail over ────┘
//! ```
//!
//! | Step | Does | Where |
//! | --- | --- | --- |
//! | recognise | finds the [`call::Operation`] of the path | [`inbound::paths`], rows in [`call::OPERATIONS`] |
//! | caller | finds the key behind the request | [`auth`] |
//! | read | reads the body into a [`call::Call`] | [`inbound`], over [`json`] |
//! | route | finds the [`balance::Route`] of the model, with its pool of deployments | [`balance`] |
//! | admit | takes from the limits; azgate's own 429 is [`limits::Limited`] | [`limits`] |
//! | pick | chooses a [`balance::Deployment`] for the next attempt | [`balance::pick`] |
//! | plan | translates the call: edits as data, with rule and reason | [`exchange`], [`translate`], [`bridge`] |
//! | send | sends it, with the credential of its resource | [`attempt`], [`fan_out`], [`upstream`] |
//! | decide | says what follows from the outcome | [`balance::decide`], [`translate::learn`], [`learning`] |
//! | adapt | gives the answer the form that the client asked for | [`respond`], over [`sse`] |
//! | settle | gives the permit back, and lets the deployment learn from the answer | [`settlement`] |
//!
//! A rule is a file of `translate/rules/`, or a row of the [`catalog`] that such a file carries out. The rule for one
//! parameter, such as `stop`, is found by its name in `catalog/*.toml`. `docs/rules.md` lists all rules by id.
//!
//! A call that names a stored object takes a shorter path, [`forward()`]. [`objects`] knows where ids stand. [`error`]
//! makes every failure a status and a body. [`observe`] reports.
//!
//! [`gateway`] holds what a request needs. What outlives a configuration is in the [`registry`], such as the clients'
//! [`connections`] and the [`reasoning_memory`], and what is not a call runs in the [`background`]. Around it stand
//! [`serve`], [`app`], [`config`], [`cli`], [`admin`], and [`sim`], a simulator of Azure that shares no code with the
//! rest. [`probe`] asks Azure what a deployment takes.
//!
//! [`forward()`]: forward::forward

pub mod serve;

pub mod connections;

pub mod app;

pub mod pipeline;

pub mod inbound;

pub mod auth;

pub mod balance;

pub mod limits;

pub mod exchange;

pub mod attempt;

pub mod fan_out;

pub mod forward;

pub mod respond;

pub mod settlement;

pub mod reasoning_memory;

pub mod error;

pub mod gateway;

pub mod registry;

pub mod background;

pub mod learning;

pub mod call;

pub mod objects;

pub mod catalog;

pub mod translate;

pub mod bridge;

pub mod probe;

pub mod json;

pub mod sse;

pub mod upstream;

pub mod deadline;

pub mod gather;

pub mod keep_alive;

pub mod observe;

pub mod config;

pub mod cli;

pub mod admin;

pub mod sim;

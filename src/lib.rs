//! azgate: an OpenAI-compatible, translating reverse proxy for Azure OpenAI.
//!
//! The life of a request, in the order of the modules:
//!
//! 1. [`serve`] accepts the connection, [`app`] lists the layers, and [`pipeline`] is the request's whole
//!    way as one function, with [`exchange`] for what lies between azgate and Azure, over the [`gateway`] that holds what
//!    it needs;
//! 2. [`inbound`] finds the path's row and reads the body into a [`call::Call`], over [`json`], which keeps every byte
//!    where it is; [`auth`] says who calls and [`limits`] whether they may;
//! 3. [`balance`] finds the deployment, whose family [`catalog`] describes;
//! 4. [`translate`] plans the call as Azure takes it: edits as data, each with its rule and reason; over the [`bridge`]
//!    where Azure serves it by another operation;
//! 5. [`upstream`] sends it, within its [`deadline`]; and what Azure refuses is amended and sent again;
//! 6. [`respond`] gives the answer back in the shape that was asked for, over [`sse`] and [`gather`];
//! 7. [`observe`] tells what happened, and [`error`] is the one place where something that went wrong becomes a status.
//!
//! Around it: [`config`], [`cli`], [`admin`], and [`sim`], a simulator of Azure that shares no code with the above.

pub mod app;
pub mod serve;

pub mod pipeline;

pub mod exchange;

pub mod attempt;

pub mod fan_out;

pub mod settlement;

pub mod registry;

pub mod background;

pub mod forward;

pub mod gateway;

pub mod inbound;

pub mod json;

pub mod deadline;

pub mod keep_alive;

pub mod gather;

pub mod call;

pub mod auth;

pub mod limits;

pub mod balance;

pub mod learning;

pub mod catalog;

pub mod objects;

pub mod bridge;

pub mod translate;

pub mod upstream;

pub mod respond;

pub mod sse;

pub mod observe;

pub mod error;

pub mod config;

pub mod cli;

pub mod admin;

pub mod sim;

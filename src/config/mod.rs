//! What an operator writes, and what it means.
//!
//! There are three steps. [`load()`] merges file, environment and flags. [`check()`] fills in defaults and finds every
//! problem of the result at once. If there is no error, the same pass returns [`Settings`]. Nothing here opens a
//! socket, and only [`Environment::of_process`] reads the environment.

mod check;
mod environment;
mod exposure;
mod file;
mod findings;
mod load;
mod location;
mod locations;
mod problem;
mod read;
pub mod schema;
mod settings;
mod shape;
mod suggest;
mod tree;
mod variables;

pub use crate::catalog::KeyPath;
pub use check::{CheckContext, Checked, check};
pub use environment::Environment;
pub use exposure::{Exposure, exposure};
pub use load::{Flag, MergedConfig, load};
pub use location::Location;
pub use problem::{Problem, Severity};
pub use read::regular_file;
pub use settings::{
    HeartbeatSettings, KeySettings, LearningSettings, LogSettings, ModelSettings, ReasoningMemorySettings,
    ResourceSettings, Settings,
};

//! What an operator writes, and what it means.
//!
//! Three steps: [`load()`] lays defaults, file, environment and flags over each other; [`check()`] finds every problem
//! of the result at once; and where there is no error, [`Settings`] come out of the same pass. Nothing here opens a
//! socket, and only [`Environment::of_process`] reads the environment.

mod check;
mod environment;
mod load;
mod nearest;
mod places;
mod problem;
pub mod schema;
mod settings;
mod shape;

pub use crate::catalog::KeyPath;
pub use check::{Checked, Surroundings, check};
pub use environment::Environment;
pub use load::{Draft, Flag, load};
pub use problem::{Place, Problem, Severity};
pub use settings::{
    HeartbeatSettings, KeySettings, LearningSettings, LogSettings, ModelSettings, ResourceSettings, Settings,
};

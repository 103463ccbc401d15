//! What a client names, and where an attempt goes: a route with its pool of deployments, which of them is picked, and
//! what follows from the outcome.

mod decide;
mod deployment;
mod discovery;
mod pool;
mod resolved;
mod resource;
mod route;
mod routes;

pub use decide::{Allowance, Decision, Outcome, decide};
pub use deployment::Deployment;
pub use discovery::discover;
pub use pool::{Pool, pick};
pub use resolved::ResolvedDeployment;
pub use resource::Resource;
pub use route::Route;
pub use routes::{Open, Routes, UnknownModel};

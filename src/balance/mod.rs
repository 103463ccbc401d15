//! Routes and their pools: finds the route of a model, picks a deployment for each attempt, and decides what follows an
//! attempt.

mod decide;
mod deployment;
mod discovery;
mod pool;
mod resolved;
mod resource;
mod route;
mod routes;

pub use decide::{Allowance, AttemptOutcome, Decision, decide};
pub use deployment::Deployment;
pub use discovery::discover;
pub use pool::{Pool, pick};
pub use resolved::ResolvedDeployment;
pub use resource::Resource;
pub use route::Route;
pub use routes::{Routes, UnknownModel, UnlistedRoutes};

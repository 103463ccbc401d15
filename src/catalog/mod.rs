//! What each Azure model family takes, as data. `families.toml` and an operator's overlay of it describe the models,
//! `surfaces.toml` the dated api-versions, and `lacking.toml` the parameters that one dialect lacks.

mod block;
mod capabilities;
mod defaults;
mod docs;
mod embedded;
mod entry;
mod key_path;
mod keyword;
mod lacking;
mod lineage;
mod load;
mod member_path;
mod model_name;
mod nearest;
mod problem;
mod profile;
mod profile_builder;
mod registry;
mod row;
mod row_reader;
mod scalar;
mod section;
mod surfaces;
#[cfg(test)]
mod tests;

pub use capabilities::{Effort, Functions, Modality, Streaming, SystemRole, TokenLimits, ToolsWithEffort};
pub use defaults::Defaults;
pub use docs::families_markdown;
pub use key_path::KeyPath;
pub use keyword::Keyword;
pub use lacking::lacking_on_responses;
pub use member_path::{MemberPath, MemberStep, kind_of, recorded};
pub(crate) use nearest::{did_you_mean, nearest};
pub use problem::CatalogProblem;
pub(crate) use profile::origin_key;
pub use profile::{FamilyName, Profile};
pub use registry::Catalog;
pub(crate) use row::row_id;
pub use row::{Row, Verb};
pub use scalar::Scalar;
pub use surfaces::Surfaces;

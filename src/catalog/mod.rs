//! What each Azure model family takes, as data: `families.toml` and an operator's overlay of it for the models,
//! `surfaces.toml` for the dated api-versions, `lacking.toml` for what one operation has no place for.

mod block;
mod docs;
mod lacking;
mod lineage;
mod model_name;
mod problem;
mod profile;
mod registry;
mod resolve;
mod row;
mod scalar;
mod section;
mod surfaces;
#[cfg(test)]
mod tests;
mod word;

pub use docs::families_markdown;
pub use lacking::lacking_on_responses;
pub use problem::Problem;
pub(crate) use profile::origin_key;
pub use profile::{
    Context, Effort, FamilyName, Functions, Modality, Profile, Row, Scalar, Streaming, SystemRole,
    ToolsWithEffort, Verb,
};
pub use registry::Catalog;
pub(crate) use row::row_id;
pub use surfaces::Surfaces;
pub use word::Word;

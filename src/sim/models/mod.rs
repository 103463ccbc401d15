//! The simulator's model table: its columns, its rows, and how a name finds its row.

mod embedding;
mod find;
mod model;
mod table;

pub use self::find::{knows, models};
pub(super) use self::{
    embedding::{EmbeddingModel, embedding},
    find::{DeployedModel, find},
    model::{ContextWindow, Feature, Model, ModelClass, ToolSupport},
    table::MODELS,
};

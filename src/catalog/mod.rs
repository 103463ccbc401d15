//! What each Azure model family takes, as data.

mod profile;

pub use profile::{
    Context, Effort, FamilyName, Functions, Modality, Profile, Row, Scalar, Streaming, SystemRole,
    ToolsWithEffort, Verb,
};

//! The models that make vectors, one row each.

/// A model that makes vectors.
#[derive(Debug)]
pub(in crate::sim) struct EmbeddingModel {
    pub(in crate::sim) name: &'static str,
    /// The length of its vectors.
    pub(in crate::sim) dimensions: u64,
    /// Whether a call may ask for shorter ones.
    pub(in crate::sim) shortens: bool,
}

/// The models (Microsoft's `models-sold-directly-by-azure.md`, 2026-09-21). Each has a deployment of its name.
const MODELS: [EmbeddingModel; 3] = [
    EmbeddingModel { name: "text-embedding-ada-002", dimensions: 1_536, shortens: false },
    EmbeddingModel { name: "text-embedding-3-small", dimensions: 1_536, shortens: true },
    EmbeddingModel { name: "text-embedding-3-large", dimensions: 3_072, shortens: true },
];

/// Finds the row of a name.
pub(in crate::sim) fn embedding(name: &str) -> Option<&'static EmbeddingModel> {
    MODELS.iter().find(|model| model.name == name)
}

//! The prefixes of paths, and whose clients use them.

/// The API whose clients use a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FrontDoor {
    /// OpenAI's own paths. Their clients are strict and do not expect Azure's additions.
    OpenAi,
    /// Azure's paths. Their clients know Azure's form of a stream.
    Azure,
}

/// A prefix before the path of an operation.
pub(super) struct Prefix {
    pub(super) path: &'static str,
    pub(super) door: FrontDoor,
    /// Whether a deployment's name follows the prefix. Only operations that name a model have such a path.
    pub(super) deployment: bool,
}

const fn prefix(path: &'static str, door: FrontDoor) -> Prefix {
    Prefix { path, door, deployment: false }
}

const fn deployments(path: &'static str) -> Prefix {
    Prefix { path, door: FrontDoor::Azure, deployment: true }
}

/// The prefixes that the SDKs build. A longer prefix comes before a shorter prefix that it begins with.
pub(super) const PREFIXES: [Prefix; 6] = [
    // AzureOpenAI with a base_url that ends in /openai/v1 builds this prefix.
    deployments("/openai/v1/deployments"),
    deployments("/openai/deployments"),
    prefix("/openai/v1", FrontDoor::Azure),
    // OpenAI with a base_url that ends in /openai builds this prefix.
    prefix("/openai", FrontDoor::Azure),
    prefix("/v1", FrontDoor::OpenAi),
    prefix("", FrontDoor::OpenAi),
];

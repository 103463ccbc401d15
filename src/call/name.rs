//! Checks on the names of models and deployments. Azure allows only short and plain names. The limits here are wider:
//! they keep a name from filling logs and caches, and from leaving its segment of a URL.

/// The greatest length of a name in bytes.
pub const LONGEST: usize = 256;

/// Returns whether a model can have this name.
pub fn is_model(name: &str) -> bool {
    (1..=LONGEST).contains(&name.len()) && !name.chars().any(char::is_control)
}

/// Returns whether this name is one path segment once it is percent-encoded.
pub fn is_segment_encoded(name: &str) -> bool {
    !matches!(name, "" | "." | "..")
}

/// Returns whether this name is one path segment, and stays one if upstream decodes it again. This rule is stricter
/// than [`is_segment_encoded`]: it also refuses slashes and backslashes.
pub fn is_segment(name: &str) -> bool {
    is_segment_encoded(name) && !name.contains(['/', '\\'])
}

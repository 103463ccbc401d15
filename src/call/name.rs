//! What may be the name of a model or a deployment. The names that Azure allows are far shorter and plainer; the limits
//! here keep a name from becoming a burden in logs and caches, or a way out of a URL.

/// The longest name in bytes.
pub const LONGEST: usize = 256;

/// Whether a model can have this name.
pub fn is_model(name: &str) -> bool {
    (1..=LONGEST).contains(&name.len()) && !name.chars().any(char::is_control)
}

/// Whether this name is one path segment, and stays one if it is decoded again upstream.
pub fn is_segment(name: &str) -> bool {
    !matches!(name, "" | "." | "..") && !name.contains(['/', '\\'])
}

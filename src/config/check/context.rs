//! What a config refers to outside of itself.

use std::{io, path::Path};

use crate::config::Environment;

/// What a config refers to outside of itself.
#[derive(Clone, Copy)]
#[expect(missing_debug_implementations, reason = "holds a closure")]
pub struct CheckContext<'a> {
    /// The variables that can hold secrets.
    pub environment: &'a Environment,
    /// Reads a file that the config names.
    pub read: &'a dyn Fn(&Path) -> io::Result<String>,
    /// The day of the check as `YYYY-MM-DD`, which tells what Azure has retired. `None`: retirements are not reported.
    pub today: Option<&'a str>,
    /// Whether nothing will be sent. Then the check needs no secrets and no certificates and puts placeholders in their
    /// place, so that a config can be examined on another machine than the one it is for.
    pub dry_run: bool,
}

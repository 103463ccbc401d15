//! Members that a call must have. Azure refuses a call without them too. Without this check the other dialect would
//! lose them, or refuse them under a name that the caller did not write.

use std::borrow::Cow;

use super::Unbridgeable;
use crate::json::{Kind, Pointer, View};

/// Fails with the reason why the call cannot be bridged, at this place of it.
pub(super) fn refuse<T>(at: &Pointer, why: impl Into<Cow<'static, str>>) -> Result<T, Unbridgeable> {
    Err(Unbridgeable { param: at.to_string(), why: why.into() })
}

/// Returns the value if it is of this kind.
pub(super) fn kind<'a>(value: View<'a>, kind: Kind, at: &Pointer) -> Result<View<'a>, Unbridgeable> {
    if value.kind() == kind {
        return Ok(value);
    }
    refuse(at, format!("it is {}, not {}", value.kind().described(), kind.described()))
}

/// Returns a member that must be present, of any kind.
pub(super) fn present<'a>(
    object: View<'a>,
    key: &'static str,
    at: &Pointer,
) -> Result<View<'a>, Unbridgeable> {
    match object.non_null(key) {
        Some(value) => Ok(value),
        None => refuse(&at.clone().then(key), "it is missing"),
    }
}

/// Returns a member that must be present and of this kind.
pub(super) fn member<'a>(
    object: View<'a>,
    key: &'static str,
    kind: Kind,
    at: &Pointer,
) -> Result<View<'a>, Unbridgeable> {
    self::kind(present(object, key, at)?, kind, &at.clone().then(key))
}

/// Returns a member that must be a string.
pub(super) fn string<'a>(
    object: View<'a>,
    key: &'static str,
    at: &Pointer,
) -> Result<View<'a>, Unbridgeable> {
    member(object, key, Kind::String, at)
}

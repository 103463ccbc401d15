//! Members without which what holds them says nothing, or something else. Azure refuses a call for each of these, too; on the way
//! to the other operation they would be lost, or refused under a name that the caller did not write.

use std::borrow::Cow;

use super::Uncarried;
use crate::json::{Kind, Pointer, View};

/// The call cannot be carried, for what stands at that place.
pub(super) fn refuse<T>(at: &Pointer, why: impl Into<Cow<'static, str>>) -> Result<T, Uncarried> {
    Err(Uncarried { param: at.to_string(), why: why.into() })
}

/// A value that must be of this kind.
pub(super) fn of<'a>(value: View<'a>, kind: Kind, at: &Pointer) -> Result<View<'a>, Uncarried> {
    if value.kind() == kind {
        return Ok(value);
    }
    refuse(at, format!("it is {}, not {}", value.kind().described(), kind.described()))
}

/// A member that must be there, of whatever kind.
pub(super) fn present<'a>(object: View<'a>, key: &'static str, at: &Pointer) -> Result<View<'a>, Uncarried> {
    match object.get(key).filter(|value| !value.is_null()) {
        Some(value) => Ok(value),
        None => refuse(&at.clone().then(key), "it is missing"),
    }
}

/// A member of this kind that must be there.
pub(super) fn member<'a>(
    object: View<'a>,
    key: &'static str,
    kind: Kind,
    at: &Pointer,
) -> Result<View<'a>, Uncarried> {
    of(present(object, key, at)?, kind, &at.clone().then(key))
}

/// A string that must be there.
pub(super) fn string<'a>(object: View<'a>, key: &'static str, at: &Pointer) -> Result<View<'a>, Uncarried> {
    member(object, key, Kind::String, at)
}

//! A Responses call that Azure serves as a chat completion.

pub use crate::call::OverChat as Reply;

/// TEMPORARY.
pub fn request(_: &crate::json::Document) -> Result<(super::Bridged, Reply), super::Uncarried> {
    Err(super::Uncarried { param: "model".into(), why: "not yet".into() })
}

//! The checks alone, without HTTP.

use super::{
    chat,
    errors::{self, SimError},
    models,
    request::{Ask, parse},
    responses,
    simulator::Options,
    surface::{Operation, Surface},
};

/// Returns the error that Azure would answer to this body for this model on this surface, if any. A response that
/// the body continues counts as stored.
pub fn judge(operation: Operation, model: &str, surface: &Surface, body: &[u8]) -> Result<(), SimError> {
    let found = models::find(model).ok_or_else(errors::no_deployment)?;
    let body = parse(body)?;
    let ask = Ask { model: found.model, surface, body: &body };
    match operation {
        Operation::Chat => chat::check(&ask),
        Operation::Responses => responses::check(&ask, None, &Options::default().resource).map(|_| ()),
    }
}

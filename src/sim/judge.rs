//! The checks alone, without HTTP.

use super::{
    chat,
    errors::{self, SimError},
    models,
    request::{ApiRequest, parse},
    responses,
    simulator::Options,
    surface::{Operation, Surface},
};

/// Returns the error that Azure would answer to this body for this model on this surface, if any. A response that
/// the body continues counts as stored.
pub fn judge(operation: Operation, model: &str, surface: &Surface, body: &[u8]) -> Result<(), SimError> {
    let deployed = models::find(model).ok_or_else(errors::deployment_not_found)?;
    let body = parse(body)?;
    let request = ApiRequest { model: deployed.model, surface, body: &body };
    match operation {
        Operation::Chat => chat::check(&request),
        Operation::Responses => responses::check(&request, None, &Options::default().resource).map(|_| ()),
    }
}

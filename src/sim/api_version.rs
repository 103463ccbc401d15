//! The api-versions that Azure answers to, and the models that each of them serves.

use super::{
    errors::{self, CheckResult},
    request::ApiRequest,
    surface::Surface,
};

/// The dated api-versions that the data plane answers to (Microsoft's api-version-lifecycle page).
const VERSIONS: &[&str] = &[
    "2023-05-15",
    "2023-06-01-preview",
    "2023-07-01-preview",
    "2023-08-01-preview",
    "2023-09-01-preview",
    "2023-12-01-preview",
    "2024-02-01",
    "2024-02-15-preview",
    "2024-03-01-preview",
    "2024-04-01-preview",
    "2024-05-01-preview",
    "2024-06-01",
    "2024-07-01-preview",
    "2024-08-01-preview",
    "2024-09-01-preview",
    "2024-10-01-preview",
    "2024-10-21",
    "2024-12-01-preview",
    "2025-01-01-preview",
    "2025-02-01-preview",
    "2025-03-01-preview",
    "2025-04-01-preview",
];

/// Checks that Azure answers to this api-version.
pub(super) fn known(surface: &Surface) -> CheckResult {
    match surface {
        Surface::Dated(version) if !VERSIONS.contains(&version.as_str()) => {
            Err(errors::unknown_api_version())
        }
        Surface::Dated(_) | Surface::V1 => Ok(()),
    }
}

pub(super) fn serves_model(request: &ApiRequest<'_>) -> CheckResult {
    if request.since(request.model.since) {
        Ok(())
    } else {
        Err(errors::model_needs_version(request.model.since))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_sort_as_text() {
        assert!(VERSIONS.is_sorted());
    }
}

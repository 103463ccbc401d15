//! Azure's dated `api-version`s, and the two surfaces on which azgate can reach a resource.

use std::{fmt, str::FromStr};

use super::Operation;

/// A dated api-version such as `2024-10-21` or `2024-12-01-preview`. Versions are ordered by date alone: a preview and
/// a stable version of one day have the same age.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApiVersion {
    text: Box<str>,
    day: u32,
}

/// The error for a text that is not a dated api-version.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not an api-version: write YYYY-MM-DD or YYYY-MM-DD-preview")]
pub struct InvalidApiVersion(pub String);

impl ApiVersion {
    /// Returns the version as it goes into the query.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Returns whether this version is older than `other`.
    pub fn is_before(&self, other: &ApiVersion) -> bool {
        self.day < other.day
    }
}

impl FromStr for ApiVersion {
    type Err = InvalidApiVersion;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let date = text.strip_suffix("-preview").unwrap_or(text);
        let invalid = || InvalidApiVersion(text.to_owned());
        let shaped = date.len() == 10
            && date.bytes().enumerate().all(|(at, byte)| match at {
                4 | 7 => byte == b'-',
                _ => byte.is_ascii_digit(),
            });
        if !shaped {
            return Err(invalid());
        }
        let day: u32 = date.replace('-', "").parse().map_err(|_| invalid())?;
        if !(1..=12).contains(&(day / 100 % 100)) || !(1..=31).contains(&(day % 100)) {
            return Err(invalid());
        }
        Ok(ApiVersion { text: text.into(), day })
    }
}

impl fmt::Display for ApiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// How a resource is addressed: Azure's undated v1 API, or one dated api-version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Surface {
    /// `/openai/v1/…`: the body's `model` names the deployment, and there is no api-version.
    V1,
    /// `/openai/deployments/{deployment}/…?api-version=…`.
    Dated(ApiVersion),
}

impl Surface {
    /// Returns the api-version for an operation on this surface: the configured api-version, or the operation's oldest
    /// api-version if that is newer. Returns `None` on v1, which takes no api-version.
    pub fn version_of(&self, operation: &Operation) -> Option<ApiVersion> {
        let Surface::Dated(configured) = self else { return None };
        let since = operation.since.and_then(|since| since.parse().ok());
        Some(since.filter(|since| configured.is_before(since)).unwrap_or_else(|| configured.clone()))
    }
}

impl FromStr for Surface {
    type Err = InvalidApiVersion;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "v1" { Ok(Surface::V1) } else { text.parse().map(Surface::Dated) }
    }
}

impl fmt::Display for Surface {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Surface::V1 => f.write_str("v1"),
            Surface::Dated(version) => version.fmt(f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_ordered_by_date_alone() {
        let version = |text: &str| text.parse::<ApiVersion>().unwrap();
        assert!(version("2024-10-21").is_before(&version("2024-12-01-preview")));
        assert!(!version("2024-10-21-preview").is_before(&version("2024-10-21")));
        assert!(!version("2025-01-01-preview").is_before(&version("2024-12-01-preview")));
    }

    #[test]
    fn texts_that_are_not_dates_are_refused() {
        for text in [
            "",
            "v1",
            "2024-1-01",
            "2024-10-21-beta",
            "20241021",
            "2024-10-2x",
            "2024-13-01",
            "2024-10-00",
            "2024-21-10",
        ] {
            assert!(text.parse::<ApiVersion>().is_err(), "{text}");
        }
        assert_eq!("v1".parse::<Surface>().unwrap(), Surface::V1);
    }
}

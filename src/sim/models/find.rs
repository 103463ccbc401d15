//! Finds the row of a model's name, with or without its version.

use super::{
    embedding::embedding,
    model::Model,
    table::{INVENTED, MODELS},
};

/// Returns the name of every model in the table. Each is also the name of a deployment.
pub fn models() -> impl Iterator<Item = &'static str> {
    MODELS.iter().map(|model| model.name)
}

/// Returns whether a deployment can serve this model. That is every model of the table, also with its date, and every
/// invented one, which [`models`] does not return.
pub fn knows(model: &str) -> bool {
    find(model).is_some() || embedding(model).is_some()
}

/// A row of the table, and the model's name in answers.
#[derive(Debug, Clone)]
pub(in crate::sim) struct DeployedModel {
    pub(in crate::sim) model: &'static Model,
    pub(in crate::sim) reported_name: String,
}

/// Finds the row of a name. The name may end with its version (`o1-2024-12-17`, `gpt-4-0613`).
pub(in crate::sim) fn find(name: &str) -> Option<DeployedModel> {
    if let Some(model) = MODELS.iter().chain(INVENTED).find(|model| model.name == name) {
        let reported_name = match model.version {
            "" => model.name.to_owned(),
            version => format!("{name}-{version}"),
        };
        return Some(DeployedModel { model, reported_name });
    }
    let (base, version) = split_version(name)?;
    let model = MODELS.iter().find(|model| {
        model.name == base && (is_date(version) || (!model.version.is_empty() && model.version == version))
    })?;
    Some(DeployedModel { model, reported_name: name.to_owned() })
}

/// Splits `gpt-4o-2024-08-06` into `gpt-4o` and `2024-08-06`, and `gpt-35-turbo-0125` into `gpt-35-turbo` and `0125`.
fn split_version(name: &str) -> Option<(&str, &str)> {
    let dated = name.len().checked_sub("-2024-08-06".len()).and_then(|at| name.split_at_checked(at));
    if let Some((base, version)) = dated
        && let Some(version) = version.strip_prefix('-')
        && is_date(version)
    {
        return Some((base, version));
    }
    name.rsplit_once('-')
}

/// Returns whether this is a date such as `2024-08-06`.
pub(in crate::sim) fn is_date(text: &str) -> bool {
    text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sim::models::model::{Feature, ModelClass, ServedBy, ToolSupport};

    #[test]
    fn a_name_with_its_version_finds_the_row_and_keeps_the_name() {
        let deployed = find("o1-2024-12-17").unwrap();
        assert_eq!((deployed.model.name, deployed.reported_name.as_str()), ("o1", "o1-2024-12-17"));
        let deployed = find("gpt-4-0613").unwrap();
        assert_eq!((deployed.model.name, deployed.reported_name.as_str()), ("gpt-4", "gpt-4-0613"));
        let deployed = find("gpt-4o-2024-05-13").unwrap();
        assert_eq!(deployed.model.name, "gpt-4o-2024-05-13");
        assert!(!deployed.model.has(Feature::JsonSchema));
        assert_eq!(find("o1").unwrap().reported_name, "o1-2024-12-17");
    }

    #[test]
    fn other_names_find_no_row() {
        for name in ["o12", "gpt-5-turbo", "my-o1", "gpt-4o-2024-8-6", "", "é"] {
            assert!(find(name).is_none(), "{name}");
        }
    }

    #[test]
    fn every_row_is_consistent() {
        for model in MODELS {
            assert_eq!(MODELS.iter().filter(|other| other.name == model.name).count(), 1, "{}", model.name);
            assert!(
                !model.default_effort.is_empty() || model.class != ModelClass::Switchable,
                "{}",
                model.name
            );
            if model.served != ServedBy::Elsewhere && !model.efforts.is_empty() {
                assert!(model.efforts.contains(&model.default_effort), "{}", model.name);
            }
            if model.tools == ToolSupport::WithoutEffort {
                assert!(model.efforts.contains(&"none"), "{}", model.name);
            }
        }
    }
}

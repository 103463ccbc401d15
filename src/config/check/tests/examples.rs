//! The config files that azgate ships have no problems, and the full one shows every key.

use super::*;

const SHORT: &str = include_str!("../../../../config/azgate.toml");
const FULL: &str = include_str!("../../../../config/azgate.full.toml");

fn shipped(text: &str) -> Case {
    let text = text
        .replace("/run/secrets/gateway-key", "/run/key")
        .replace("/etc/ssl/private-ca.pem", "/run/ca.pem");
    none().variable("AZURE_OPENAI_API_KEY", "hunter2").file(&text)
}

#[test]
fn both_files_have_no_problems() {
    let short = shipped(SHORT).settings();
    assert_eq!((short.resources.len(), short.models[0].deployment.as_str()), (1, "gpt-prod"));
    let full = shipped(FULL).settings();
    assert_eq!((full.resources.len(), full.models.len(), full.keys.len()), (2, 2, 1));
}

#[test]
fn a_variable_completes_the_short_file() {
    let settings =
        shipped(SHORT).variable("AZGATE_RESOURCES__MAIN__ENDPOINT", "https://mine.example").settings();
    assert_eq!(settings.resources[0].endpoint, "https://mine.example");
}

#[test]
fn the_full_file_shows_every_key() {
    let full: toml::Value = toml::from_str(FULL).unwrap();
    let mut missing = Vec::new();
    collect(&ConfigShape::of_config(), &[&full], &KeyPath::default(), &mut missing);
    assert_eq!(missing, Vec::<String>::new());
}

/// Adds the keys of a shape that none of these values has to `missing`.
fn collect(shape: &ConfigShape, values: &[&toml::Value], at: &KeyPath, missing: &mut Vec<String>) {
    if values.is_empty() {
        missing.push(at.to_string());
    }
    let below = |key: &str| values.iter().filter_map(|value| value.get(key)).collect::<Vec<_>>();
    match shape {
        ConfigShape::Table(keys) => {
            for (key, slot) in keys {
                collect(&slot.shape, &below(key), &at.child(key), missing);
            }
        }
        ConfigShape::Named(each) => {
            let named: Vec<_> = values.iter().flat_map(|value| value.as_table().unwrap().values()).collect();
            collect(each, &named, &at.child("NAME"), missing);
        }
        ConfigShape::Secret => {
            for key in ["env", "file"] {
                collect(&ConfigShape::Text, &below(key), &at.child(key), missing);
            }
        }
        ConfigShape::Text
        | ConfigShape::Texts
        | ConfigShape::Boolean
        | ConfigShape::Integer(_)
        | ConfigShape::Choice(_)
        | ConfigShape::Free => {}
    }
}

//! The part of a config that is set by variables: `AZGATE_SECTION__KEY`, typed by the schema.

use toml::Table;

use super::{
    Environment, KeyPath, location::Location, locations::Locations, problem::Problem, shape::ConfigShape,
    tree::insert,
};
use crate::catalog::{did_you_mean, nearest};

/// What the name of every azgate variable begins with.
const PREFIX: &str = "AZGATE_";

/// Returns the values that variables set. `file` has the names that the operator chose.
pub(super) fn layer(
    environment: &Environment,
    file: &Table,
    locations: &mut Locations,
    problems: &mut Vec<Problem>,
) -> Table {
    let shape = ConfigShape::of_config();
    let mut layer = Table::new();
    let mut unknown = Vec::new();
    for (name, text) in environment.iter().filter(|(name, _)| *name != Environment::CONFIG) {
        let Some(key) = name.strip_prefix(PREFIX) else { continue };
        let path = path_of(key, file);
        let is_value = |shape: &&ConfigShape| {
            !matches!(shape, ConfigShape::Table(_) | ConfigShape::Named(_) | ConfigShape::Free)
        };
        let Some(key) = shape.at(path.segments()).filter(is_value) else {
            unknown.push((name.as_str(), path));
            continue;
        };
        insert(&mut layer, path.segments(), typed(key, text));
        locations.set(path, Location::Variable(name.clone()));
    }
    problems.extend(warnings(&unknown, &shape));
    layer
}

/// Returns the path that a variable's name stands for. `gpt-4.1` cannot be part of a variable's name, but `GPT_4_1`
/// can, so a name that the operator chose is matched to the one in the file that reads the same.
fn path_of(key: &str, file: &Table) -> KeyPath {
    let mut table = Some(file);
    let segment = |written: &str| {
        let plain = written.to_lowercase();
        let same = |name: &&String| name.to_lowercase().replace(['-', '.', ' '], "_") == plain;
        let name = table.and_then(|table| table.keys().find(same)).cloned().unwrap_or(plain);
        table = table.and_then(|table| table.get(&name)?.as_table());
        name
    };
    KeyPath::new(key.split("__").map(segment).collect::<Vec<_>>())
}

/// Returns a variable's text as the type that its key takes. Text that is not of that type stays text, and the check
/// reports it. Figment guesses the type from the text, which would turn a name such as `007` into a number.
fn typed(shape: &ConfigShape, text: &str) -> toml::Value {
    let value = match shape {
        ConfigShape::Texts => {
            let texts = text.split(',').map(str::trim).filter(|text| !text.is_empty());
            Some(texts.collect::<Vec<_>>().into())
        }
        ConfigShape::Boolean => text.trim().parse().ok().map(toml::Value::Boolean),
        ConfigShape::Integer(_) => text.trim().parse().ok().map(toml::Value::Integer),
        _ => None,
    };
    value.unwrap_or_else(|| text.into())
}

/// The variables that Kubernetes sets for a Service called `azgate`, such as `AZGATE_SERVICE_HOST`, begin like this
/// behind the prefix. Nobody misspelt them.
const KUBERNETES: [&str; 2] = ["SERVICE_", "PORT"];

/// Returns a warning for each misspelt variable, and one for all others.
fn warnings(unknown: &[(&str, KeyPath)], shape: &ConfigShape) -> Vec<Problem> {
    let warning = |name: &str, message: String, remedy: String| {
        Problem::warning(Location::Variable(name.to_owned()), &KeyPath::default(), message, remedy)
    };
    let (mut warnings, mut others) = (Vec::new(), Vec::new());
    for (name, path) in unknown {
        match meant(path, shape) {
            Some(meant) => {
                warnings.push(warning(
                    name,
                    "not a key of the config, ignored".to_owned(),
                    did_you_mean(&meant),
                ));
            }
            None => others.push(*name),
        }
    }
    if let Some(first) = others.first() {
        let message = format!("not a key of the config, ignored: {}", others.join(", "));
        let remedy = "keys are spelled AZGATE_SECTION__KEY, such as AZGATE_SERVER__LISTEN".to_owned();
        warnings.push(warning(first, message, remedy));
    }
    warnings
}

/// Returns the variable that an unknown one was probably meant to be.
fn meant(path: &KeyPath, shape: &ConfigShape) -> Option<String> {
    let mut known = vec![variable(&["CONFIG".to_owned()])];
    add_known(shape, path.segments(), &mut Vec::new(), &mut known);
    // All variables begin in the same way, which would make any two of them similar.
    let written = variable(path.segments());
    if KUBERNETES.iter().any(|begin| written.strip_prefix(PREFIX).is_some_and(|name| name.starts_with(begin)))
    {
        return None;
    }
    let known = known.iter().filter_map(|name| name.strip_prefix(PREFIX));
    nearest(written.strip_prefix(PREFIX)?, known).map(|name| format!("{PREFIX}{name}"))
}

/// Adds the variables of all keys. A name that the operator chooses is the one that was written in its place.
fn add_known(shape: &ConfigShape, written: &[String], at: &mut Vec<String>, known: &mut Vec<String>) {
    let mut add = |shape: &ConfigShape, key: &str| {
        at.push(key.to_owned());
        add_known(shape, written, at, known);
        at.pop();
    };
    match shape {
        ConfigShape::Table(keys) => keys.iter().for_each(|(key, slot)| add(&slot.shape, key)),
        ConfigShape::Named(each) => {
            if let Some(name) = written.get(1) {
                add(each, name);
            }
        }
        ConfigShape::Secret => ["env", "file"].iter().for_each(|key| add(&ConfigShape::Text, key)),
        ConfigShape::Free => {}
        ConfigShape::Text
        | ConfigShape::Texts
        | ConfigShape::Boolean
        | ConfigShape::Integer(_)
        | ConfigShape::Choice(_) => {
            known.push(variable(at));
        }
    }
}

/// Returns the variable of a key.
fn variable(path: &[String]) -> String {
    format!("{PREFIX}{}", path.join("__").to_uppercase().replace(['-', '.', ' '], "_"))
}

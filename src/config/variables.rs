//! The part of a config that is set by variables: `AZGATE_SECTION__KEY`, typed by the schema.

use toml::Table;

use super::{
    Environment, KeyPath, location::Location, locations::Locations, problem::Problem, shape::ConfigShape,
    tree::insert,
};

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
        let Some(shape) = shape.at(path.segments()).filter(is_value) else {
            unknown.push(name.as_str());
            continue;
        };
        insert(&mut layer, path.segments(), typed(shape, text));
        locations.set(path, Location::Variable(name.clone()));
    }
    problems.extend(warning(&unknown));
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

/// Returns one warning for all unknown variables. Kubernetes sets some for a Service called `azgate`.
fn warning(unknown: &[&str]) -> Option<Problem> {
    let location = Location::Variable((*unknown.first()?).to_owned());
    let message = format!("not a key of the config, ignored: {}", unknown.join(", "));
    let remedy = "keys are spelled AZGATE_SECTION__KEY, such as AZGATE_SERVER__LISTEN";
    Some(Problem::warning(location, &KeyPath::default(), message, remedy))
}

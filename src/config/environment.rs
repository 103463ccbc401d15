//! The environment as a value: read once, in one place, and handed to whoever needs it.

use std::{collections::BTreeMap, fmt};

use toml::Table;

use super::{KeyPath, Place, Problem, Severity, places::Places, shape::Shape};

/// What every variable of ours begins with.
const PREFIX: &str = "AZGATE_";

/// Variables of ours that are no keys of the config.
const NO_KEYS: [&str; 1] = [Environment::CONFIG];

/// Environment variables. An empty one counts as not set.
#[derive(Clone, Default)]
pub struct Environment(BTreeMap<String, String>);

impl Environment {
    /// The variable that names the config file.
    pub const CONFIG: &str = "AZGATE_CONFIG";

    /// The environment of this process; what is no UTF-8 is left out.
    pub fn of_process() -> Environment {
        std::env::vars_os()
            .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
            .collect()
    }

    /// A variable's value.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }
}

impl<N: Into<String>, V: Into<String>> FromIterator<(N, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(variables: I) -> Self {
        let variables = variables.into_iter().map(|(name, value)| (name.into(), value.into()));
        Environment(variables.filter(|(_, value)| !value.trim().is_empty()).collect())
    }
}

/// Names only: values may be secrets.
impl fmt::Debug for Environment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// The layer of `AZGATE_SECTION__KEY` variables, typed by the schema. `file` tells which names there are already.
pub(super) fn layer(
    environment: &Environment,
    file: &Table,
    places: &mut Places,
    problems: &mut Vec<Problem>,
) -> Table {
    let shape = Shape::of_config();
    let mut layer = Table::new();
    let mut strays = Vec::new();
    for (name, value) in &environment.0 {
        let Some(key) = name.strip_prefix(PREFIX).filter(|_| !NO_KEYS.contains(&name.as_str())) else {
            continue;
        };
        let path = spelled(key, file);
        let is_value = |shape: &&Shape| !matches!(shape, Shape::Table(_) | Shape::Named(_) | Shape::Free);
        let Some(kind) = shape.at(path.segments()).filter(is_value) else {
            strays.push(name.as_str());
            continue;
        };
        insert(&mut layer, path.segments(), typed(kind, value));
        places.set(path, Place::Variable(name.clone()));
    }
    problems.extend(stray(&strays));
    layer
}

/// The path a variable means. A name chosen by the operator is the one in the file that reads the same, since
/// `gpt-4.1` cannot be part of a variable's name but `GPT_4_1` can.
fn spelled(key: &str, file: &Table) -> KeyPath {
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

/// A variable's text as the type that its key takes. Text that is no such value stays text, and does not fit.
/// Guessing the type from the text, as figment does, would make a number of a name such as `007`.
fn typed(shape: &Shape, text: &str) -> toml::Value {
    let value = match shape {
        Shape::Boolean => text.trim().parse().ok().map(toml::Value::Boolean),
        Shape::Integer(_) => text.trim().parse().ok().map(toml::Value::Integer),
        _ => None,
    };
    value.unwrap_or_else(|| text.into())
}

/// One warning for all variables that are no keys. Kubernetes sets some for a Service called `azgate`.
fn stray(names: &[&str]) -> Option<Problem> {
    let first = names.first()?;
    Some(Problem {
        severity: Severity::Warning,
        place: Place::Variable((*first).to_owned()),
        key: String::new(),
        message: format!("no key of the config, ignored: {}", names.join(", ")),
        remedy: "keys are spelled AZGATE_SECTION__KEY, such as AZGATE_SERVER__LISTEN".to_owned(),
    })
}

/// Sets a value in nested tables. Where a value stands in the way of a table, the value stays.
pub(super) fn insert(table: &mut Table, path: &[String], value: toml::Value) {
    match path {
        [] => {}
        [key] => {
            table.insert(key.clone(), value);
        }
        [key, rest @ ..] => {
            let inner = table.entry(key.clone()).or_insert_with(|| Table::new().into());
            if let Some(inner) = inner.as_table_mut() {
                insert(inner, rest, value);
            }
        }
    }
}

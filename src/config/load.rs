//! Lays the sources of a config over each other: the file, then `AZGATE_…` variables, then flags. Defaults come
//! from the schema. A file that is not TOML gives all its syntax errors and nothing else.

use std::{fmt, fs, path::Path};

use figment::{
    Error, Figment, Metadata, Profile, Provider,
    value::{Dict, Map, Value},
};
use toml::{Table, de::DeTable};

use super::{
    Environment, KeyPath, Place, Problem, Severity, environment,
    places::{Places, Source},
};

/// A value given on the command line.
#[derive(Clone, Debug)]
pub struct Flag {
    /// The flag, such as `--listen`.
    pub name: &'static str,
    /// The key it sets.
    pub key: KeyPath,
    /// Its value.
    pub value: String,
}

/// A config whose sources have been put together but not judged.
pub struct Draft {
    pub(super) tree: Table,
    pub(super) places: Places,
    pub(super) problems: Vec<Problem>,
    /// Whether the file could be read; otherwise there is nothing to judge.
    pub(super) is_readable: bool,
}

/// Without the tree, where a secret may have been written by mistake.
impl fmt::Debug for Draft {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Draft").field("problems", &self.problems).finish_non_exhaustive()
    }
}

impl Draft {
    /// Whether any resource was written, in the file or outside of it.
    pub fn has_resources(&self) -> bool {
        self.tree.contains_key("resources")
    }
}

/// Puts the sources of a config together. Whatever is wrong with them is told by [`super::check()`].
pub fn load(file: Option<&Path>, environment: &Environment, flags: &[Flag]) -> Draft {
    let (written, mut places, mut problems) = match file.map(read) {
        None => (Table::new(), Places::default(), Vec::new()),
        Some(Ok((table, places))) => (table, places, Vec::new()),
        Some(Err(problems)) => (Table::new(), Places::default(), problems),
    };
    let is_readable = problems.is_empty();
    let variables = environment::layer(environment, &written, &mut places, &mut problems);
    let flags = flag_layer(flags, &mut places);
    let layers = Figment::new()
        .merge(Layer("file", written))
        .merge(Layer("environment", variables))
        .merge(Layer("flags", flags));
    let mut tree: Table = layers.extract().unwrap_or_else(|error| {
        problems.push(unmergeable(&error));
        Table::new()
    });
    let resources = tree.get("resources");
    if is_readable && resources.is_none_or(|value| value.as_table().is_some_and(Table::is_empty)) {
        account(environment, &mut tree, &mut places);
    }
    Draft { tree, places, problems, is_readable }
}

/// Reads a file. Searching in parent directories, as figment's own reader does, would be a surprise.
fn read(path: &Path) -> Result<(Table, Places), Vec<Problem>> {
    let name = path.display().to_string();
    let text = fs::read_to_string(path).map_err(|error| {
        vec![Problem {
            severity: Severity::Error,
            place: Place::File { file: name.clone(), line: 1, column: 1 },
            key: String::new(),
            message: format!("the file cannot be read: {error}"),
            remedy: "name a config with --config or AZGATE_CONFIG".to_owned(),
        }]
    })?;
    parse(&name, &text)
}

/// Parses a file's text.
fn parse(name: &str, text: &str) -> Result<(Table, Places), Vec<Problem>> {
    let (spanned, errors) = DeTable::parse_recoverable(text);
    let source = Source { name, text };
    let syntax = |error: &toml::de::Error| Problem {
        severity: Severity::Error,
        place: source.place(&error.span().unwrap_or_default()),
        key: String::new(),
        // Without the source line that the error's own text shows: it may hold a secret.
        message: format!("not TOML: {}", error.message().replace('\n', ", ")),
        remedy: "see https://toml.io".to_owned(),
    };
    if !errors.is_empty() {
        return Err(errors.iter().map(syntax).collect());
    }
    let places = Places::in_file(name, text, spanned.get_ref());
    let table = toml::from_str(text).map_err(|error| vec![syntax(&error)])?;
    Ok((table, places))
}

fn flag_layer(flags: &[Flag], places: &mut Places) -> Table {
    let mut layer = Table::new();
    for flag in flags {
        environment::insert(&mut layer, flag.key.segments(), flag.value.as_str().into());
        places.set(flag.key.clone(), Place::Flag(flag.name));
    }
    layer
}

/// Without a configured resource, the variables of Azure's own SDKs name one called `default`.
fn account(environment: &Environment, tree: &mut Table, places: &mut Places) {
    const ENDPOINT: &str = "AZURE_OPENAI_ENDPOINT";
    const API_KEY: &str = "AZURE_OPENAI_API_KEY";
    const API_VERSION: &str = "OPENAI_API_VERSION";
    let Some(endpoint) = environment.get(ENDPOINT) else { return };
    // SDK users select the v1 API by these words too (Microsoft's api-version-lifecycle.md).
    let version = environment.get(API_VERSION).filter(|version| !matches!(*version, "preview" | "latest"));
    let mut set = |key: &[&str], value: &str, variable: &str| {
        let path = KeyPath::new(["resources", "default"].iter().chain(key).copied());
        environment::insert(tree, path.segments(), value.into());
        places.set(path, Place::Variable(variable.to_owned()));
    };
    set(&["endpoint"], endpoint, ENDPOINT);
    set(&["api_key", "env"], API_KEY, API_KEY);
    if let Some(version) = version {
        set(&["surface"], version, API_VERSION);
    }
}

/// Tables are maps of plain values, so this does not happen; if it does, the start must not go on.
fn unmergeable(error: &Error) -> Problem {
    Problem {
        severity: Severity::Error,
        place: Place::Unwritten,
        key: error.path.join("."),
        message: "the sources of the config cannot be merged".to_owned(),
        remedy: "write this key in one source only".to_owned(),
    }
}

/// One source of a config.
struct Layer(&'static str, Table);

impl Provider for Layer {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.0)
    }

    fn data(&self) -> Result<Map<Profile, Dict>, Error> {
        let values = Value::serialize(&self.1)?.into_dict().unwrap_or_default();
        Ok(Map::from([(Profile::Default, values)]))
    }
}

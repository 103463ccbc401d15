//! Merges the sources of a config: the file with its drop-ins, then `AZGATE_…` variables, then flags. Defaults come
//! from the schema.

use std::{fmt, path::Path};

use figment::{
    Error, Figment, Metadata, Profile, Provider,
    value::{Dict, Map, Value},
};
use toml::Table;

use super::{
    Environment, KeyPath, file,
    location::Location,
    locations::Locations,
    problem::Problem,
    tree::{insert, merge},
    variables,
};

/// A value given on the command line.
#[derive(Clone, Debug)]
pub struct Flag {
    /// The flag, such as `--listen`.
    pub name: &'static str,
    /// The key that the flag sets.
    pub key: KeyPath,
    /// The key's value.
    pub value: String,
}

/// A config whose sources are merged but not checked.
pub struct MergedConfig {
    pub(super) tree: Table,
    pub(super) locations: Locations,
    pub(super) problems: Vec<Problem>,
    /// Whether the file could be read. Otherwise there is nothing to check.
    pub(super) is_readable: bool,
}

/// Leaves out the tree, in which a secret can have been written by mistake.
impl fmt::Debug for MergedConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MergedConfig").field("problems", &self.problems).finish_non_exhaustive()
    }
}

impl MergedConfig {
    /// Returns whether any source has a resource.
    pub fn has_resources(&self) -> bool {
        self.tree.contains_key("resources")
    }
}

impl MergedConfig {
    /// Lays another file over the config.
    pub fn add_file(&mut self, path: &Path) {
        match file::read(path) {
            Ok((table, locations)) => {
                merge(&mut self.tree, table);
                self.locations.add(locations);
            }
            Err(problems) => self.problems.extend(problems),
        }
    }
}

/// Merges the sources of a config. [`super::check()`] reports what is wrong with them.
pub fn load(path: Option<&Path>, environment: &Environment, flags: &[Flag]) -> MergedConfig {
    let (written, mut locations, mut problems) = match path.map(file::read_all) {
        None => (Table::new(), Locations::default(), Vec::new()),
        Some(Ok((table, locations))) => (table, locations, Vec::new()),
        Some(Err(problems)) => (Table::new(), Locations::default(), problems),
    };
    let is_readable = problems.is_empty();
    let variables = variables::layer(environment, &written, &mut locations, &mut problems);
    let flags = flag_layer(flags, &mut locations);
    let sources = Figment::new()
        .merge(ConfigSource("file", written))
        .merge(ConfigSource("environment", variables))
        .merge(ConfigSource("flags", flags));
    let mut tree: Table = sources.extract().unwrap_or_else(|error| {
        problems.push(unmergeable(&error));
        Table::new()
    });
    let resources = tree.get("resources");
    if is_readable && resources.is_none_or(|value| value.as_table().is_some_and(Table::is_empty)) {
        add_sdk_resource(environment, &mut tree, &mut locations);
    }
    MergedConfig { tree, locations, problems, is_readable }
}

fn flag_layer(flags: &[Flag], locations: &mut Locations) -> Table {
    let mut layer = Table::new();
    for flag in flags {
        insert(&mut layer, flag.key.segments(), flag.value.as_str().into());
        locations.set(flag.key.clone(), Location::Flag(flag.name));
    }
    layer
}

/// Adds the resource that the variables of Azure's own SDKs name, called `default`. It counts only while no resource is
/// configured.
fn add_sdk_resource(environment: &Environment, tree: &mut Table, locations: &mut Locations) {
    const ENDPOINT: &str = "AZURE_OPENAI_ENDPOINT";
    const API_KEY: &str = "AZURE_OPENAI_API_KEY";
    const API_VERSION: &str = "OPENAI_API_VERSION";
    let Some(endpoint) = environment.get(ENDPOINT) else { return };
    // SDK users also select the v1 API with these values (Microsoft's api-version-lifecycle.md).
    let version = environment.get(API_VERSION).filter(|version| !matches!(*version, "preview" | "latest"));
    let mut set = |key: &[&str], value: &str, variable: &str| {
        let path = KeyPath::new(["resources", "default"]).join(key);
        insert(tree, path.segments(), value.into());
        locations.set(path, Location::Variable(variable.to_owned()));
    };
    set(&["endpoint"], endpoint, ENDPOINT);
    set(&["api_key", "env"], API_KEY, API_KEY);
    if let Some(version) = version {
        set(&["surface"], version, API_VERSION);
    }
}

/// Returns the error that prevents a start if the sources cannot be merged. Tables are maps of plain values, so this
/// does not happen.
fn unmergeable(error: &Error) -> Problem {
    let message = "the sources of the config cannot be merged";
    let remedy = "write this key in one source only";
    Problem::error(Location::Unwritten, &KeyPath::new(error.path.iter().cloned()), message, remedy)
}

/// One source of a config: its name and its values.
struct ConfigSource(&'static str, Table);

impl Provider for ConfigSource {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.0)
    }

    fn data(&self) -> Result<Map<Profile, Dict>, Error> {
        let values = Value::serialize(&self.1)?.into_dict().unwrap_or_default();
        Ok(Map::from([(Profile::Default, values)]))
    }
}

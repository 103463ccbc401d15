//! Reads a config file: its values, and where each key was written.

use std::{
    fs,
    path::{Path, PathBuf},
};

use toml::{Table, de::DeTable};

use super::{
    KeyPath,
    location::Location,
    locations::{Locations, SourceText},
    problem::Problem,
    read,
    tree::merge,
};

/// Reads a config with its drop-ins: `NAME.d/*.toml` beside the file, in the order of their names, each over the ones
/// before it.
pub(super) fn read_all(path: &Path) -> Result<(Table, Locations), Vec<Problem>> {
    let (mut tree, mut locations) = read(path)?;
    for file in drop_ins(path) {
        let (table, places) = read(&file)?;
        merge(&mut tree, table);
        locations.add(places);
    }
    Ok((tree, locations))
}

fn drop_ins(path: &Path) -> Vec<PathBuf> {
    let mut directory = path.as_os_str().to_owned();
    directory.push(".d");
    let entries = fs::read_dir(directory).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> =
        entries.filter(|file| file.extension().is_some_and(|end| end == "toml")).collect();
    files.sort();
    files
}

/// Reads the file at exactly this path. Figment's own reader searches parent directories, which would be a surprise.
pub(super) fn read(path: &Path) -> Result<(Table, Locations), Vec<Problem>> {
    let name = path.display().to_string();
    let text = read::config(path).map_err(|error| {
        let location = Location::WholeFile(name.clone());
        let message = format!("the file cannot be read: {error}");
        let remedy = "name a config with --config or AZGATE_CONFIG";
        vec![Problem::error(location, &KeyPath::default(), message, remedy)]
    })?;
    parse(&SourceText { name: &name, text: &text })
}

/// Parses the text of a file. Text that is not TOML gives all its syntax errors and nothing else.
fn parse(source: &SourceText<'_>) -> Result<(Table, Locations), Vec<Problem>> {
    let (spanned, errors) = DeTable::parse_recoverable(source.text);
    let syntax = |error: &toml::de::Error| {
        let location = source.location(&error.span().unwrap_or_default());
        // The error's own text shows the source line, which can contain a secret.
        let message = format!("not TOML: {}", error.message().replace('\n', ", "));
        Problem::error(location, &KeyPath::default(), message, "see https://toml.io")
    };
    if !errors.is_empty() {
        return Err(errors.iter().map(syntax).collect());
    }
    let locations = Locations::in_file(source, spanned.get_ref());
    let table = toml::from_str(source.text).map_err(|error| vec![syntax(&error)])?;
    Ok((table, locations))
}

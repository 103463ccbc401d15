//! Reads a config file: its values, and where each key was written.

use std::path::Path;

use toml::{Table, de::DeTable};

use super::{
    KeyPath,
    location::Location,
    locations::{Locations, SourceText},
    problem::Problem,
    read,
};

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

//! Where a value of a config was written.

use std::fmt;

/// Where a value was written.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Location {
    /// Nowhere: something is missing altogether.
    Unwritten,
    /// The config file as a whole, which could not be read.
    WholeFile(String),
    /// In the config file. Line and column count from 1, columns in characters.
    File {
        /// The file, as it was named.
        file: String,
        /// The line.
        line: usize,
        /// The column.
        column: usize,
    },
    /// In an environment variable.
    Variable(String),
    /// In a command line flag.
    Flag(&'static str),
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Location::Unwritten => f.write_str("config"),
            Location::WholeFile(file) => f.write_str(file),
            Location::File { file, line, column } => write!(f, "{file}:{line}:{column}"),
            Location::Variable(name) => f.write_str(name),
            Location::Flag(name) => f.write_str(name),
        }
    }
}

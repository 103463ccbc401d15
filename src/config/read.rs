//! Reads the files that a config names, and the config itself. A path can lead to a pipe or a device, whose end may
//! never come, so only regular files are read, and only up to a limit.

use std::{
    fs::{self, File},
    io::{self, Read},
    path::Path,
};

/// The largest file in bytes: a config with thousands of models, or a bundle of all public certificates, is far
/// smaller.
const LARGEST: u64 = 8 * 1024 * 1024;

/// Reads a regular file.
///
/// # Errors
/// When the file cannot be read, is no regular file, or is larger than 8 MiB.
pub fn regular_file(path: &Path) -> io::Result<String> {
    // Opening a pipe would wait for its writer, so the kind of file is looked at first.
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other(what(path)));
    }
    text(File::open(path)?)
}

/// Reads a config: a regular file, or what the shell passes as an open pipe (`<(command)`, `/dev/stdin`).
///
/// # Errors
/// As [`regular_file`].
pub(super) fn config(path: &Path) -> io::Result<String> {
    let is_open = ["/dev/fd", "/dev/stdin", "/proc/self/fd"].iter().any(|open| path.starts_with(open));
    if is_open { text(File::open(path)?) } else { regular_file(path) }
}

/// Returns what a path leads to, other than a regular file.
fn what(path: &Path) -> &'static str {
    if path.is_dir() {
        "it is a directory, not a file"
    } else {
        "it is a pipe or a device, which may never end; name a regular file"
    }
}

fn text(file: File) -> io::Result<String> {
    let mut text = String::new();
    file.take(LARGEST + 1).read_to_string(&mut text)?;
    if text.len() as u64 > LARGEST {
        return Err(io::Error::other("it is larger than 8 MiB"));
    }
    Ok(text)
}

/// Returns why a file cannot be read, without its path.
pub(super) fn reason(error: &io::Error) -> String {
    match error.get_ref() {
        Some(own) => own.to_string(),
        None => error.kind().to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_end_is_not_read() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key");
        fs::write(&path, "hunter2\n").unwrap();
        assert_eq!(regular_file(&path).unwrap(), "hunter2\n");
        fs::write(&path, vec![b'x'; 9 * 1024 * 1024]).unwrap();
        assert_eq!(reason(&regular_file(&path).unwrap_err()), "it is larger than 8 MiB");
        let pipe = directory.path().join("pipe");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        for endless in [Path::new("/dev/zero"), Path::new("/dev/stdin"), &pipe] {
            assert!(reason(&regular_file(endless).unwrap_err()).contains("may never end"), "{endless:?}");
        }
        for endless in [Path::new("/dev/zero"), &pipe] {
            assert!(reason(&config(endless).unwrap_err()).contains("may never end"), "{endless:?}");
        }
        assert!(reason(&regular_file(directory.path()).unwrap_err()).contains("directory"));
        assert_eq!(reason(&regular_file(Path::new("/none")).unwrap_err()), "entity not found");
    }
}

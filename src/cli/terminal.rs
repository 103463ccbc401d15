//! The output of commands: colour on a terminal, plain text in a pipe, and tables that fit.

use std::io::{self, IsTerminal, Write};

use anstyle::{AnsiColor, Style};

use super::table::Layout;

/// The style of an error.
pub(super) const ERROR: Style = AnsiColor::Red.on_default().bold();
/// The style of a warning.
pub(super) const WARNING: Style = AnsiColor::Yellow.on_default().bold();
/// The style of success.
pub(super) const GOOD: Style = AnsiColor::Green.on_default().bold();
/// The style of a heading.
pub(super) const HEAD: Style = Style::new().bold();

/// The width of a table in columns if the output is not a terminal, and the least width.
const USUAL: u16 = 80;
const LEAST: u16 = 40;

/// Where a command prints.
#[expect(missing_debug_implementations, reason = "holds any writer")]
pub struct Output<'a> {
    stream: &'a mut dyn Write,
    /// Where errors go. `None`: to the same stream.
    errors: Option<&'a mut dyn Write>,
    /// The terminal's width in columns. `None`: the output is not a terminal.
    width: Option<u16>,
}

impl<'a> Output<'a> {
    /// Returns standard output and standard error. The streams should be anstream's, which leave out unwanted colour.
    pub fn standard(stream: &'a mut dyn Write, errors: &'a mut dyn Write) -> Self {
        let width = terminal_size::terminal_size().map_or(USUAL, |(width, _)| width.0);
        Output { stream, errors: Some(errors), width: io::stdout().is_terminal().then_some(width) }
    }

    /// Returns a pipe, which gets plain text, errors included.
    pub fn pipe(stream: &'a mut dyn Write) -> Self {
        Output { stream, errors: None, width: None }
    }

    /// Returns where errors go: what a command could not do, and why.
    pub(super) fn errors(&mut self) -> Output<'_> {
        match &mut self.errors {
            Some(errors) => Output { stream: &mut **errors, errors: None, width: None },
            None => Output { stream: &mut *self.stream, errors: None, width: self.width },
        }
    }

    /// Returns whether the output is a terminal.
    pub(super) fn is_terminal(&self) -> bool {
        self.width.is_some()
    }

    /// Returns how many columns a table may have.
    pub(super) fn width(&self) -> u16 {
        self.width.unwrap_or(USUAL).max(LEAST)
    }

    /// Prints a table as wide as the terminal. The words of `paint` are coloured if a line begins with them.
    pub(super) fn table<R: IntoIterator<Item = String>>(
        &mut self,
        head: &[&str],
        rows: impl IntoIterator<Item = R>,
        paint: &[(&str, Style)],
    ) -> io::Result<()> {
        let head = head.iter().map(|title| (*title).to_owned()).collect();
        let rows = rows.into_iter().map(|row| row.into_iter().collect());
        let rows: Vec<Vec<String>> = std::iter::once(head).chain(rows).collect();
        let layout = Layout::of(&rows, self.width().into());
        for (at, row) in rows.iter().enumerate() {
            for line in layout.lines(row) {
                let word =
                    paint.iter().find_map(|(word, style)| Some((*style, *word, line.strip_prefix(word)?)));
                match word {
                    _ if at == 0 => writeln!(self, "{HEAD}{line}{HEAD:#}")?,
                    Some((style, word, rest)) => writeln!(self, "{style}{word}{style:#}{rest}")?,
                    None => writeln!(self, "{line}")?,
                }
            }
        }
        Ok(())
    }
}

impl Write for Output<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}

#[cfg(test)]
impl<'a> Output<'a> {
    /// Returns a terminal of that width.
    pub(super) fn terminal(stream: &'a mut dyn Write, width: u16) -> Self {
        Output { stream, errors: None, width: Some(width) }
    }
}

//! The output of commands: colour and tables on a terminal, plain text in a pipe.

use std::io::{self, IsTerminal, Write};

use anstyle::{AnsiColor, Style};
use comfy_table::{ColumnConstraint, ContentArrangement, Table, presets};

/// The style of an error.
pub(super) const ERROR: Style = AnsiColor::Red.on_default().bold();
/// The style of a warning.
pub(super) const WARNING: Style = AnsiColor::Yellow.on_default().bold();
/// The style of success.
pub(super) const GOOD: Style = AnsiColor::Green.on_default().bold();
/// The style of a heading.
pub(super) const HEAD: Style = Style::new().bold();

/// Where a command prints.
#[expect(missing_debug_implementations, reason = "holds any writer")]
pub struct Output<'a> {
    stream: &'a mut dyn Write,
    /// The terminal's width in columns. `None`: the output is not a terminal.
    width: Option<u16>,
}

impl<'a> Output<'a> {
    /// Returns standard output. The stream should be anstream's, which leaves out unwanted colour.
    pub fn stdout(stream: &'a mut dyn Write) -> Self {
        const USUAL: u16 = 80;
        let width = terminal_size::terminal_size().map_or(USUAL, |(width, _)| width.0);
        Output { stream, width: io::stdout().is_terminal().then_some(width) }
    }

    /// Returns a pipe, which gets plain text.
    pub fn pipe(stream: &'a mut dyn Write) -> Self {
        Output { stream, width: None }
    }

    /// Returns whether the output is a terminal.
    pub(super) fn is_terminal(&self) -> bool {
        self.width.is_some()
    }

    /// Prints a table as wide as the terminal. The words of `paint` are coloured if a line begins with them.
    pub(super) fn table<R: IntoIterator<Item = String>>(
        &mut self,
        head: &[&str],
        rows: impl IntoIterator<Item = R>,
        paint: &[(&str, Style)],
    ) -> io::Result<()> {
        let mut table = Table::new();
        table
            .load_preset(presets::NOTHING)
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_header(head);
        table.add_rows(rows.into_iter().map(|row| row.into_iter().collect::<Vec<_>>()));
        if let Some(width) = self.width {
            table.set_width(width);
        }
        // Only the last column is wrapped if the terminal is narrow.
        let last = table.column_count().saturating_sub(1);
        for (at, column) in table.column_iter_mut().enumerate() {
            column.set_padding((0, 2));
            if at < last {
                column.set_constraint(ColumnConstraint::ContentWidth);
            }
        }
        for (at, line) in table.lines().enumerate() {
            let line = line.trim_end();
            let word = paint.iter().find_map(|(word, style)| Some((*style, *word, line.strip_prefix(word)?)));
            match word {
                _ if at == 0 => writeln!(self, "{HEAD}{line}{HEAD:#}")?,
                Some((style, word, rest)) => writeln!(self, "{style}{word}{style:#}{rest}")?,
                None => writeln!(self, "{line}")?,
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
        Output { stream, width: Some(width) }
    }
}

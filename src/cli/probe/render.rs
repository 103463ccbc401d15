//! The report: a table of 80 columns, what was spent, what is still open, and the lines for the config.

use std::io::{self, Write};

use serde_json::json;

use super::{end::End, subject::Subject};
use crate::{
    cli::{
        Output,
        terminal::{GOOD, HEAD, WARNING},
    },
    probe::{Finding, Interview},
};

/// What is reported.
pub(super) struct Report<'a> {
    pub(super) subject: &'a Subject,
    pub(super) interview: &'a Interview,
    pub(super) end: &'a End,
    pub(super) budget: u64,
    /// The lines for the config.
    pub(super) lines: String,
    /// The models of the config that must name the family of the lines.
    pub(super) models: &'a [String],
}

/// The widths of the columns. With two blanks between them they have 80.
const WIDTHS: [usize; 4] = [28, 12, 10, 24];

/// The most lines that the words of an expected refusal take.
const BRIEF: usize = 2;

impl Report<'_> {
    /// Prints the report for a reader.
    pub(super) fn print(&self, out: &mut Output<'_>) -> io::Result<()> {
        let Report { subject, interview, end, budget, models, .. } = self;
        let findings = interview.findings();
        if !findings.is_empty() {
            let head =
                ["row", "catalog says", "Azure says", "Azure's words"].map(|cell| vec![cell.to_owned()]);
            writeln!(out, "{HEAD}{}{HEAD:#}", lines(&head).concat().trim_end())?;
            for finding in &findings {
                row(finding, out)?;
            }
            writeln!(out)?;
        }
        let differ = findings.iter().filter(|finding| finding.differs).count();
        let unclear = findings.iter().filter(|finding| finding.azure == "unclear").count();
        writeln!(
            out,
            "{} rows of {} on {} ({}): {differ} differ, {unclear} unclear.",
            findings.len(),
            subject.deployment,
            subject.resource.name,
            subject.surface()
        )?;
        writeln!(out, "{} calls, {} of {budget} tokens.", end.calls, end.tokens)?;
        self.still_open(out)?;
        if differ == 0 {
            return writeln!(out, "{GOOD}The catalog needs no line.{GOOD:#}");
        }
        writeln!(out, "\n{}", self.lines.trim_end())?;
        for model in *models {
            let family = interview.overlay().family;
            writeln!(out, "# [models.{model}] declares another family: write family = \"{family}\" there.")?;
        }
        Ok(())
    }

    fn still_open(&self, out: &mut Output<'_>) -> io::Result<()> {
        let open: Vec<String> = self.interview.open().into_iter().map(|question| question.id).collect();
        if open.is_empty() {
            return Ok(());
        }
        let why = match self.end.needed {
            Some(needed) => {
                format!(" The next call may cost {needed} tokens, more than the budget has left.")
            }
            None => String::new(),
        };
        let text = format!("Still open: {}, and what depends on them.{why}", open.len());
        for line in wrapped(&text, 80) {
            writeln!(out, "{WARNING}{line}{WARNING:#}")?;
        }
        for line in wrapped(&open.join(", "), 76) {
            writeln!(out, "    {line}")?;
        }
        Ok(())
    }

    /// Prints the report for a program.
    pub(super) fn json(&self, out: &mut Output<'_>) -> io::Result<()> {
        let Report { subject, interview, end, budget, lines, models } = self;
        let row = |finding: Finding| {
            let Finding { row, catalog, azure, words, differs } = finding;
            json!({ "row": row, "catalog": catalog, "azure": azure, "words": words, "differs": differs })
        };
        let report = json!({
            "resource": *subject.resource.name,
            "deployment": subject.deployment,
            "surface": subject.surface(),
            "family": interview.family(),
            "budget": budget,
            "tokens": end.tokens,
            "calls": end.calls,
            "rows": interview.findings().into_iter().map(row).collect::<Vec<_>>(),
            "open": interview.open().into_iter().map(|question| question.id).collect::<Vec<_>>(),
            "stopped": end.stopped,
            "overlay": lines,
            "models": models,
        });
        writeln!(out, "{report:#}")
    }
}

/// Prints one row. A difference is marked by colour, and its words are printed whole.
fn row(finding: &Finding, out: &mut Output<'_>) -> io::Result<()> {
    let Finding { row, catalog, azure, words, differs } = finding;
    let mut cells = [row, catalog, azure, words].map(String::as_str);
    let [.., words_width] = WIDTHS;
    let brief = wrapped(words, words_width).into_iter().take(BRIEF).collect::<Vec<_>>().join(" ") + " …";
    if !differs && azure != "unclear" && wrapped(words, words_width).len() > BRIEF {
        let [row, catalog, azure, _] = cells;
        cells = [row, catalog, azure, &brief];
    }
    let mut widths = WIDTHS.iter();
    let cells = cells.map(|cell| wrapped(cell, widths.next().copied().unwrap_or(1)));
    for line in lines(&cells) {
        let line = line.trim_end();
        if *differs { writeln!(out, "{WARNING}{line}{WARNING:#}")? } else { writeln!(out, "{line}")? }
    }
    Ok(())
}

/// Returns the lines of cells side by side.
fn lines(cells: &[Vec<String>; 4]) -> Vec<String> {
    let height = cells.iter().map(Vec::len).max().unwrap_or_default();
    let line = |at: usize| {
        let cell = |(cell, width): (&Vec<String>, &usize)| {
            format!("{:<width$}  ", cell.get(at).map_or("", String::as_str))
        };
        cells.iter().zip(&WIDTHS).map(cell).collect()
    };
    (0..height).map(line).collect()
}

/// Wraps a text at blanks, and a longer word behind its punctuation.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.extend(broken(word, width)),
        }
    }
    lines
}

fn broken(word: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest: Vec<char> = word.chars().collect();
    while rest.len() > width {
        let soft = rest.iter().take(width).rposition(|letter| "._-=@[/,".contains(*letter)).map(|at| at + 1);
        let tail = rest.split_off(soft.filter(|at| *at > width / 2).unwrap_or(width));
        lines.push(rest.into_iter().collect());
        rest = tail;
    }
    lines.push(rest.into_iter().collect());
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_fits_80_columns_whatever_its_cells_hold() {
        let long = "responses.include[message.output_text.logprobs]@reasoning";
        let finding = Finding {
            row: long.to_owned(),
            catalog: "2025-04-01-preview".to_owned(),
            azure: "2024-12-01-preview".to_owned(),
            words: format!("Unsupported {}: it is not supported with this model.", "x".repeat(200)),
            differs: true,
        };
        let mut text = Vec::new();
        row(&Finding { differs: false, ..finding.clone() }, &mut Output::pipe(&mut text)).unwrap();
        let brief = String::from_utf8(text).unwrap();
        assert!(brief.lines().all(|line| line.chars().count() <= 80), "{brief}");
        let mut text = Vec::new();
        row(&finding, &mut Output::pipe(&mut text)).unwrap();
        let whole = anstream::adapter::strip_str(&String::from_utf8(text).unwrap()).to_string();
        assert!(whole.lines().all(|line| line.chars().count() <= 80), "{whole}");
        let joined: String = whole.split_whitespace().collect();
        assert!(joined.contains("model.") && joined.matches('x').count() >= 200, "{whole}");
        assert!(whole.lines().count() > brief.lines().count());
    }
}

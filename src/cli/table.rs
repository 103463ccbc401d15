//! Lays out a table in a given width. Text is wrapped between words, and a last column of prose that would become
//! narrow goes below its row.

/// How many columns stand between two cells.
const GAP: usize = 2;
/// How far prose below a row is indented.
const INDENT: usize = 4;
/// The least width of a column of prose beside others.
const LEAST_PROSE: usize = 40;

/// The columns of a table.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Layout {
    /// The width of each column that stands in the row.
    widths: Vec<usize>,
    /// The width of the last column if it stands below the row.
    below: Option<usize>,
}

impl Layout {
    /// Lays out the rows of a table, its head included, in that many columns.
    pub(super) fn of(rows: &[Vec<String>], width: usize) -> Layout {
        let columns = rows.iter().map(Vec::len).max().unwrap_or_default();
        let longest = |at: usize| {
            let cells = rows.iter().filter_map(|row| row.get(at));
            cells.flat_map(|cell| cell.lines()).map(length).max().unwrap_or_default()
        };
        let natural: Vec<usize> = (0..columns).map(longest).collect();
        let Some((last, others)) = natural.split_last() else {
            return Layout { widths: natural, below: None };
        };
        let taken = others.iter().map(|width| width + GAP).sum::<usize>();
        let left = width.saturating_sub(taken);
        if *last > left && *last > LEAST_PROSE && left < LEAST_PROSE && others.len() > 1 {
            return Layout {
                widths: shared(others, width),
                below: Some(width.saturating_sub(INDENT).max(1)),
            };
        }
        Layout { widths: shared(&natural, width), below: None }
    }

    /// Returns the lines of a row.
    pub(super) fn lines(&self, row: &[String]) -> Vec<String> {
        let cells: Vec<Vec<String>> =
            self.widths.iter().zip(row).map(|(width, cell)| wrapped(cell, *width)).collect();
        let height = cells.iter().map(Vec::len).max().unwrap_or_default();
        let line = |at: usize| {
            let mut line = String::new();
            for (cell, width) in cells.iter().zip(&self.widths) {
                let text = cell.get(at).map_or("", String::as_str);
                line.push_str(text);
                line.extend(std::iter::repeat_n(' ', width.saturating_sub(length(text)) + GAP));
            }
            line.trim_end().to_owned()
        };
        let mut lines: Vec<String> = (0..height).map(line).collect();
        if let (Some(width), Some(prose)) = (self.below, row.get(self.widths.len())) {
            lines.extend(wrapped(prose, width).into_iter().map(|text| format!("{:INDENT$}{text}", "")));
        }
        lines
    }
}

/// Returns the widths of columns in a row. If they do not fit, the widest ones are wrapped, but the first one only if
/// it would take more than half: it has the names that a reader looks for.
fn shared(natural: &[usize], width: usize) -> Vec<usize> {
    let mut widths = natural.to_vec();
    let mut left = width.saturating_sub(GAP * natural.len().saturating_sub(1));
    let mut order: Vec<usize> = (1..natural.len()).collect();
    order.sort_by_key(|at| natural.get(*at));
    if let Some(first) = widths.first_mut() {
        *first = (*first).min(if order.is_empty() { left } else { left / 2 }).max(1);
        left = left.saturating_sub(*first);
    }
    for (done, at) in order.iter().enumerate() {
        if let Some(column) = widths.get_mut(*at) {
            *column = (*column).min(left / (order.len() - done)).max(1);
            left = left.saturating_sub(*column);
        }
    }
    widths
}

fn length(text: &str) -> usize {
    text.chars().count()
}

/// Returns a text in lines of a width. A word that is longer is broken.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.lines() {
        let mut line = String::new();
        for word in paragraph.split(' ') {
            if !line.is_empty() && length(&line) + 1 + length(word) > width {
                lines.push(std::mem::take(&mut line));
            } else if !line.is_empty() {
                line.push(' ');
            }
            for letter in word.chars() {
                if length(&line) == width {
                    lines.push(std::mem::take(&mut line));
                }
                line.push(letter);
            }
        }
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rows(rows: &[&[&str]]) -> Vec<Vec<String>> {
        rows.iter().map(|row| row.iter().map(|cell| (*cell).to_owned()).collect()).collect()
    }

    fn shown(table: &[Vec<String>], width: usize) -> Vec<String> {
        let layout = Layout::of(table, width);
        table.iter().flat_map(|row| layout.lines(row)).collect()
    }

    #[test]
    fn a_table_that_fits_has_one_line_for_each_row() {
        let table = rows(&[&["name", "value"], &["a", "long value"], &["longer", ""]]);
        assert_eq!(shown(&table, 80), ["name    value", "a       long value", "longer"]);
    }

    #[test]
    fn a_table_fits_whatever_it_contains() {
        let long = |letters: usize| "word ".repeat(letters / 5);
        let table = [
            ["name".to_owned(), "x".repeat(300), long(200), "y".to_owned()],
            ["drop.temperature".to_owned(), String::new(), "é".repeat(90), "two\nlines".to_owned()],
            ["short".to_owned(), long(30), long(30), long(400)],
        ];
        for width in [40, 80, 81, 200] {
            for columns in 1..=4 {
                let table: Vec<Vec<String>> =
                    table.iter().map(|row| row.iter().take(columns).cloned().collect()).collect();
                let lines = shown(&table, width);
                assert!(lines.iter().all(|line| length(line) <= width), "{width}: {lines:#?}");
                assert!(lines.iter().any(|line| line.starts_with("drop.temperature")), "{width}: {lines:#?}");
            }
        }
    }

    #[test]
    fn prose_that_would_be_narrow_goes_below_its_row() {
        let why = "This family samples at its default temperature only. Leave it out.";
        let table = rows(&[&["rule", "does", "why"], &["drop.temperature", "is dropped, unless 1", why]]);
        assert_eq!(
            shown(&table, 50),
            [
                "rule              does",
                "    why",
                "drop.temperature  is dropped, unless 1",
                "    This family samples at its default temperature",
                "    only. Leave it out.",
            ]
        );
    }

    #[test]
    fn the_widest_columns_are_wrapped_first() {
        assert_eq!(shared(&[10, 30, 100], 200), [10, 30, 100]);
        assert_eq!(shared(&[10, 30, 100], 80), [10, 30, 36]);
        assert_eq!(shared(&[100, 5, 5], 80), [38, 5, 5]);
    }

    #[test]
    fn words_stay_whole_if_they_fit() {
        assert_eq!(wrapped("one two three", 7), ["one two", "three"]);
        assert_eq!(wrapped("abcdefghij k", 4), ["abcd", "efgh", "ij k"]);
        assert_eq!(wrapped("", 4), [""; 0]);
    }
}

//! When a client may try again, as an error's text says it. Azure and OpenAI write "Please retry after 7 seconds." and
//! "Please try again in 1m30s." An error inside a stream has no header that says it.

/// The words before the time, in lower case.
const BEFORE: [&str; 4] = ["retry after ", "try again in ", "retry in ", "try again after "];

/// The longest wait that is believed. A longer one is more likely a misread text.
const MOST: f64 = 86_400.0;

/// Returns the whole seconds that a text asks the client to wait.
pub(super) fn seconds(text: &str) -> Option<u64> {
    let text = text.to_ascii_lowercase();
    let wait =
        BEFORE.iter().filter_map(|before| text.split_once(before)).find_map(|(_, behind)| time(behind))?;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the range is checked")]
    (0.0..=MOST).contains(&wait).then(|| wait.ceil().max(1.0) as u64)
}

/// Reads a time such as `7 seconds`, `350ms`, `6.2s`, or `1m30s` from the beginning of a text.
fn time(mut text: &str) -> Option<f64> {
    let mut sum = None;
    loop {
        let digits =
            text.find(|letter: char| !(letter.is_ascii_digit() || letter == '.')).unwrap_or(text.len());
        let (number, behind) = text.split_at_checked(digits)?;
        let Ok(number) = number.trim_end_matches('.').parse::<f64>() else { return sum };
        let unit = behind.strip_prefix(' ').filter(|_| sum.is_none()).unwrap_or(behind);
        let letters = unit.find(|letter: char| !letter.is_ascii_alphabetic()).unwrap_or(unit.len());
        let (unit, behind) = unit.split_at_checked(letters)?;
        let factor = match unit {
            "ms" | "millisecond" | "milliseconds" => 0.001,
            "s" | "sec" | "secs" | "second" | "seconds" => 1.0,
            "m" | "min" | "mins" | "minute" | "minutes" => 60.0,
            "h" | "hour" | "hours" => 3600.0,
            _ => return sum,
        };
        sum = Some(sum.unwrap_or_default() + number * factor);
        text = behind;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_time_is_read_however_it_is_written() {
        for (text, wait) in [
            ("Rate limit reached for this deployment. Please retry after 7 seconds.", Some(7)),
            ("Please retry after 1 second.", Some(1)),
            ("Please try again in 6.2s. Visit https://x", Some(7)),
            ("Please try again in 350ms.", Some(1)),
            ("Please try again in 1m30s.", Some(90)),
            ("please Try Again In 2 minutes", Some(120)),
            ("Please retry after 0 seconds.", Some(1)),
            ("Please retry after a while, or retry after 3 seconds", None),
            ("Please retry after 99999999 seconds.", None),
            ("retry after 7", None),
            ("retry after ", None),
            ("7 seconds", None),
        ] {
            assert_eq!(seconds(text), wait, "{text}");
        }
    }
}

//! The names of base models, with and without a date.

/// Returns the one spelling that is compared: lower case, with Azure's `gpt-35` for OpenAI's `gpt-3.5`.
pub(super) fn canonical(name: &str) -> String {
    let name = name.to_ascii_lowercase();
    match name.strip_prefix("gpt-3.5") {
        Some(rest) => format!("gpt-35{rest}"),
        None => name,
    }
}

/// Returns the name without its `-YYYY-MM-DD` or `-MMDD`, or `None` if it has no date.
pub(super) fn undated(name: &str) -> Option<&str> {
    let (rest, last) = name.rsplit_once('-')?;
    if last.len() == 4 {
        let (month, day) = last.split_at_checked(2)?;
        return (within(month, 12) && within(day, 31)).then_some(rest);
    }
    let (rest, month) = rest.rsplit_once('-')?;
    let (rest, year) = rest.rsplit_once('-')?;
    let is_year = year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit());
    (is_year && within(month, 12) && within(last, 31)).then_some(rest)
}

fn within(two_digits: &str, most: u8) -> bool {
    two_digits.len() == 2
        && two_digits.bytes().all(|byte| byte.is_ascii_digit())
        && two_digits.parse::<u8>().is_ok_and(|number| (1..=most).contains(&number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_date_is_removed() {
        assert_eq!(undated("gpt-4o-2024-05-13"), Some("gpt-4o"));
        assert_eq!(undated("gpt-35-turbo-0125"), Some("gpt-35-turbo"));
        for name in [
            "gpt-4o",
            "o1-mini",
            "gpt-4-1106-preview",
            "gpt-5-2025",
            "gpt-5-9999",
            "a-2024-13-01",
            "2024-05-13",
        ] {
            assert_eq!(undated(name), None, "{name}");
        }
    }

    #[test]
    fn the_spellings_of_openai_and_azure_are_equal() {
        assert_eq!(canonical("GPT-3.5-Turbo"), canonical("gpt-35-turbo"));
    }
}

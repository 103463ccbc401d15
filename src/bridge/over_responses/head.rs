//! The first members of a completion and of each of its chunks.

use std::ops::RangeInclusive;

use crate::{
    bridge::values::string,
    json::{View, text, write::member},
};

/// The numbers whose whole part every reader can represent exactly.
const EXACT: RangeInclusive<f64> = 0.0..=9_007_199_254_740_992.0;

/// Returns `{` and the members id, object, created and model, as far as they are known.
pub(super) fn head(response: Option<View<'_>>, object: &str) -> Vec<u8> {
    let known = |key| response.and_then(|response| string(response, key));
    let mut out = Vec::from(b"{");
    member(&mut out, "id", &known("id").map_or_else(|| b"\"\"".into(), id));
    member(&mut out, "object", text::quote(object).as_bytes());
    member(&mut out, "created", created(response.and_then(|response| response.get("created_at"))).as_bytes());
    member(&mut out, "model", known("model").unwrap_or(b"\"\""));
    out
}

/// Turns the id `resp_123` into `chatcmpl-123`.
fn id(raw: &[u8]) -> Vec<u8> {
    let inner = text::inner(raw);
    [b"\"chatcmpl-", inner.strip_prefix(b"resp_").unwrap_or(inner), b"\""].concat()
}

/// Returns the time in whole seconds. Azure sends fractions too.
fn created(at: Option<View<'_>>) -> String {
    let seconds = at.and_then(View::number).filter(|seconds| EXACT.contains(seconds));
    format!("{:.0}", seconds.unwrap_or_default().floor())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::Document;

    #[test]
    fn the_time_is_in_whole_seconds_in_any_notation() {
        for (at, expected) in [
            ("1700000000", "1700000000"),
            ("1700000000.75", "1700000000"),
            ("1.7e9", "1700000000"),
            ("1.7000000005E+9", "1700000000"),
            ("0.5", "0"),
            ("-1", "0"),
            ("1e300", "0"),
            ("null", "0"),
            (r#""1700000000""#, "0"),
        ] {
            let response = Document::parse(format!(r#"{{"created_at":{at}}}"#).into(), 1).unwrap();
            let head = String::from_utf8(head(Some(response.root()), "x")).unwrap();
            assert!(head.contains(&format!(r#""created":{expected},"#)), "{at}: {head}");
        }
    }
}

//! Several answers to one chat call become one: each gives a choice. The Responses API gives one answer per call.

use crate::json::{
    Document, Kind, View,
    write::{ObjectWriter, item, key},
};

/// Merges chat completions of one choice each: the first one, with the choices and the token counts of all. Each of
/// them is billed, including its prompt.
pub fn merge(answers: &[Document]) -> Vec<u8> {
    let mut out = Vec::from(b"{");
    for (name, value) in answers.first().into_iter().flat_map(|first| first.root().members()) {
        key(&mut out, &name);
        match &*name {
            "choices" => choices(&mut out, answers),
            "usage" => sum(&mut out, value, &members(answers.iter().map(Document::root), "usage")),
            _ => out.extend_from_slice(value.raw()),
        }
    }
    out.push(b'}');
    out
}

fn choices(out: &mut Vec<u8>, answers: &[Document]) {
    out.push(b'[');
    let choices = answers.iter().filter_map(|answer| answer.root().get("choices")?.items().next());
    for (index, choice) in choices.enumerate() {
        let mut merged = ObjectWriter::default();
        merged.member("index", index.to_string().as_bytes());
        merged.copy_rest(choice, &[]);
        item(out, &merged.finish());
    }
    out.push(b']');
}

/// Writes the counts of `first`, each with the counts of `all` added up.
fn sum(out: &mut Vec<u8>, first: View<'_>, all: &[View<'_>]) {
    match first.kind() {
        Kind::Object => {
            out.push(b'{');
            for (name, value) in first.members() {
                key(out, &name);
                sum(out, value, &members(all.iter().copied(), &name));
            }
            out.push(b'}');
        }
        Kind::Number => {
            let counts = all.iter().filter_map(|count| count.whole());
            let total = counts.fold(0, u64::saturating_add);
            out.extend_from_slice(total.to_string().as_bytes());
        }
        _ => out.extend_from_slice(first.raw()),
    }
}

fn members<'a>(of: impl Iterator<Item = View<'a>>, key: &str) -> Vec<View<'a>> {
    of.filter_map(|object| object.get(key)).collect()
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;

    #[test]
    fn each_answer_gives_a_choice_and_its_tokens() {
        let answer = |text: &str, tokens: u64| {
            let json = format!(
                r#"{{"id":"{text}","choices":[{{"index":0,"message":{{"content":"{text}"}},"finish_reason":"stop"}}],"usage":{{"completion_tokens":{tokens},"prompt_tokens_details":{{"cached_tokens":1}},"x":null}},"model":"m"}}"#
            );
            Document::parse(Bytes::from(json), 4).unwrap()
        };
        let merged = merge(&[answer("a", 3), answer("b", 4), answer("c", 5)]);
        assert_eq!(
            String::from_utf8(merged).unwrap(),
            r#"{"id":"a","choices":[{"index":0,"message":{"content":"a"},"finish_reason":"stop"},{"index":1,"message":{"content":"b"},"finish_reason":"stop"},{"index":2,"message":{"content":"c"},"finish_reason":"stop"}],"usage":{"completion_tokens":12,"prompt_tokens_details":{"cached_tokens":3},"x":null},"model":"m"}"#
        );
    }

    #[test]
    fn a_single_answer_stays_as_it_is() {
        let only = r#"{"id":"a","choices":[{"index":0,"message":{}}],"usage":{"total_tokens":7}}"#;
        let document = Document::parse(Bytes::from(only), 4).unwrap();
        assert_eq!(merge(&[document]), only.as_bytes());
    }

    #[test]
    fn counts_that_overflow_do_not_panic() {
        let answer = format!(r#"{{"choices":[],"usage":{{"total_tokens":{}}}}}"#, u64::MAX);
        let answer = Document::parse(Bytes::from(answer), 4).unwrap();
        let merged = String::from_utf8(merge(&[answer.clone(), answer])).unwrap();
        assert!(merged.contains(&u64::MAX.to_string()), "{merged}");
    }
}

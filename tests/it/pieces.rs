//! The same call in one piece and in many pieces. The body that Azure gets and the client's answer do not depend on how
//! the network splits the bytes.

use proptest::{collection::vec, prelude::*, sample::select};

use crate::support::{ANSWER, Proxy, Raw, Reply, Upstream, soon};

/// A call, its answer, and the positions where both are cut, in 256ths of their length.
#[derive(Clone, Debug)]
struct Exchange {
    model: &'static str,
    stream: bool,
    text: String,
    line_end: &'static str,
    chunked: bool,
    request_cuts: Vec<u8>,
    answer_cuts: Vec<u8>,
}

prop_compose! {
    fn exchange()(
        model in select(vec!["gpt-4.1", "o3", "o1", "unheard-of"]),
        stream: bool,
        text in select(vec!["Hi", "é😀", "\\ud83d\\ude00", "data: [DONE]\\n\\n"]),
        line_end in select(vec!["\n", "\r\n"]),
        chunked: bool,
        request_cuts in vec(any::<u8>(), 0..8),
        answer_cuts in vec(any::<u8>(), 0..5),
    ) -> Exchange {
        Exchange { model, stream, text: text.to_owned(), line_end, chunked, request_cuts, answer_cuts }
    }
}

fn pieces<'a>(whole: &'a [u8], cuts: &[u8]) -> Vec<&'a [u8]> {
    let mut at: Vec<usize> = cuts.iter().map(|cut| usize::from(*cut) * whole.len() / 256).collect();
    at.extend([0, whole.len()]);
    at.sort_unstable();
    at.windows(2).map(|pair| &whole[pair[0]..pair[1]]).filter(|piece| !piece.is_empty()).collect()
}

fn chunks(pieces: &[&[u8]]) -> Vec<u8> {
    let coded =
        pieces.iter().map(|piece| [format!("{:x}\r\n", piece.len()).as_bytes(), piece, b"\r\n"].concat());
    coded.chain([b"0\r\n\r\n".to_vec()]).collect::<Vec<_>>().concat()
}

impl Exchange {
    fn request(&self, cuts: &[u8]) -> Vec<u8> {
        let Exchange { model, stream, text, .. } = self;
        let body = format!(
            r#"{{"model":"{model}","stream":{stream},"temperature":1.0,"messages":[{{"role":"user","content":"{text}"}}],"x":1e0}}"#
        );
        let (framing, body) = if self.chunked {
            ("transfer-encoding: chunked".to_owned(), chunks(&pieces(body.as_bytes(), cuts)))
        } else {
            (format!("content-length: {}", body.len()), body.into_bytes())
        };
        let head = format!(
            "POST /v1/chat/completions HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n{framing}\r\n\r\n"
        );
        [head.as_bytes(), &body].concat()
    }

    fn reply(&self, cuts: &[u8]) -> Reply {
        if !self.stream || self.model == "o1" {
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
                ANSWER.len()
            );
            let whole = head + ANSWER;
            return pieces(whole.as_bytes(), cuts).into_iter().fold(Reply::default(), Reply::bytes);
        }
        let chunk = |delta: &str, reason: &str| {
            format!(
                r#"data: {{"id":"c","object":"chat.completion.chunk","created":1,"model":"m","choices":[{{"index":0,"delta":{{{delta}}},"finish_reason":{reason}}}]}}"#
            )
        };
        let text = format!(r#""content":"{}""#, self.text);
        let filters = r#"data: {"choices":[],"prompt_filter_results":[]}"#.to_owned();
        let events = [
            filters,
            chunk(&text, "null"),
            chunk(&text, "null"),
            chunk("", "\"stop\""),
            "data: [DONE]".into(),
        ];
        let blank = self.line_end.repeat(2);
        let stream = events.map(|event| event + &blank).concat();
        let coded = chunks(&pieces(stream.as_bytes(), cuts));
        Reply::stream(&[]).bytes(coded)
    }

    /// Sends the call with these cuts, and returns the head, the answer and the body that the upstream received.
    async fn made(&self, proxy: &Proxy, upstream: &Upstream, cuts: &[u8]) -> (String, Vec<u8>, Vec<u8>) {
        let mut raw = Raw::connect(proxy).await;
        for piece in pieces(&self.request(cuts), cuts) {
            raw.send(piece).await;
            tokio::task::yield_now().await;
        }
        let rest = soon(raw.rest()).await;
        let (head, body) = rest.split_once("\r\n\r\n").unwrap();
        let is_compared = |line: &&str| {
            ["HTTP", "content-type", "x-azgate-edits", "x-azgate-family"]
                .iter()
                .any(|name| line.starts_with(name))
        };
        let head = head.lines().filter(is_compared).collect::<Vec<_>>().join("\n");
        let body = if rest.contains("\r\ntransfer-encoding: chunked") { joined(body) } else { body.into() };
        (head, body, upstream.latest().body)
    }
}

/// Decodes a chunked body.
fn joined(mut rest: &str) -> Vec<u8> {
    let mut whole = Vec::new();
    loop {
        let (length, behind) = rest.split_once("\r\n").unwrap();
        let length = usize::from_str_radix(length, 16).unwrap();
        if length == 0 {
            assert_eq!(behind, "\r\n", "the stream ends with the last chunk");
            return whole;
        }
        // HTTP allows chunks that end within a character. The gateway sends whole events or slices of text instead.
        let behind = behind.as_bytes();
        whole.extend_from_slice(&behind[..length]);
        rest = std::str::from_utf8(&behind[length + 2..]).unwrap();
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases / 8, ..ProptestConfig::default() })]

    #[test]
    fn a_call_in_pieces_is_the_same_call(exchanges in vec(exchange(), 1..6)) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let replies = exchanges.iter().flat_map(|one| [one.reply(&[]), one.reply(&one.answer_cuts)]);
            let upstream = Upstream::script(replies).await;
            let proxy = Proxy::start(&upstream, "[learning]\nenabled = false").await;
            for one in &exchanges {
                let whole = one.made(&proxy, &upstream, &[]).await;
                assert!(whole.0.starts_with("HTTP/1.1 200 OK"), "{one:?}: {}", whole.0);
                assert_eq!(one.made(&proxy, &upstream, &one.request_cuts).await, whole, "{one:?}");
            }
            upstream.finish();
        });
    }
}

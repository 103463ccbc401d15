//! The client gets the same bytes of a bridged stream however Azure's bytes are cut into pieces and lines end.

use proptest::{collection::vec, prelude::*, sample::select};
use tokio::runtime::Builder;

use crate::support::{
    Proxy, Reply, Upstream, soon,
    talk::talk,
    twins::{TWIN, Twins},
};

/// The path of the call, the operation that serves it, and the model.
const DIRECTIONS: [(&str, &str, &str); 4] = [
    ("/v1/chat/completions", "responses", "gpt-5.1"),
    ("/v1/chat/completions", "responses", "gpt-4.1"),
    ("/v1/responses", "chat", "gpt-5.1"),
    ("/v1/responses", "chat", "gpt-4.1"),
];

fn pieces<'a>(whole: &'a [u8], cuts: &[u16]) -> Vec<&'a [u8]> {
    let mut at: Vec<usize> = cuts.iter().map(|cut| usize::from(*cut) * whole.len() / 65536).collect();
    at.extend([0, whole.len()]);
    at.sort_unstable();
    at.windows(2).map(|pair| &whole[pair[0]..pair[1]]).filter(|piece| !piece.is_empty()).collect()
}

fn reply(pieces: &[&[u8]]) -> Reply {
    let coded = |piece: &&[u8]| [format!("{:x}\r\n", piece.len()).as_bytes(), piece, b"\r\n"].concat();
    pieces.iter().map(coded).fold(Reply::stream(&[]), Reply::bytes).end()
}

/// Sends one call per reply, and returns the answers that the client gets.
async fn answers(path: &str, dialect: &str, family: &str, body: &str, replies: Vec<Reply>) -> Vec<String> {
    let count = replies.len();
    let upstream = Upstream::script(replies).await;
    let config = format!(
        "[families.bridged]\ninherits = \"{family}\"\noperations = [\"{dialect}\"]\n[models.{TWIN}]\nfamily = \"bridged\"\n"
    );
    let proxy = Proxy::start(&upstream, &config).await;
    let mut texts = Vec::new();
    for _ in 0..count {
        let answer = soon(proxy.post(path, body.to_owned(), &[])).await;
        assert_eq!(answer.status(), 200);
        texts.push(soon(answer.text()).await.unwrap());
    }
    upstream.finish();
    texts
}

proptest! {
    #![proptest_config(ProptestConfig { cases: ProptestConfig::default().cases / 16, ..ProptestConfig::default() })]

    #[test]
    fn a_bridged_stream_in_pieces_is_the_same_stream(
        talk in talk(),
        cuts in vec(vec(any::<u16>(), 0..30), 1..4),
        (path, dialect, model) in select(DIRECTIONS.to_vec()),
    ) {
        let talk = talk.for_model(model, model != "gpt-4.1");
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let twins = Twins::start(model, model, dialect, "").await;
            let mut body = if dialect == "chat" { talk.responses() } else { talk.chat() };
            body["stream"] = true.into();
            body["model"] = TWIN.into();
            let expected = twins.ask(path, TWIN, &body).await;
            assert_eq!(expected.status, 200, "{expected:?}");
            // The simulator's stream, once as it is and once with CRLF line ends and comments.
            let stream = twins.repeat_last(TWIN).await;
            let crlf = stream.replace("\n\n", "\r\n\r\n: a comment\r\n\r\n");
            let mut replies = vec![reply(&[stream.as_bytes()]), reply(&[crlf.as_bytes()])];
            replies.extend(cuts.iter().map(|cuts| reply(&pieces(stream.as_bytes(), cuts))));
            replies.extend(cuts.iter().map(|cuts| reply(&pieces(crlf.as_bytes(), cuts))));
            let answers = answers(path, dialect, model, &body.to_string(), replies).await;
            for (at, one) in answers.iter().enumerate() {
                assert_eq!(one.replace(": a comment\r\n\r\n", ""), answers[0], "{at}: {body}");
            }
            // The repeated answer differs from the first one only in its ids, so the number of events is the same.
            assert_eq!(answers[0].matches("\ndata: ").count(), expected.text.matches("\ndata: ").count());
        });
    }
}

//! The chunked coding of an HTTP/1.1 body (RFC 9112 §7.1), taken off what has been read. Extensions and trailers are
//! read over. It does no I/O and keeps no bytes: a body may be cut anywhere.

/// All that is read over in one body, extensions and trailers together; hyper's limit for either.
const LIMIT: usize = 16 * 1024;

/// How far a body has been read.
#[derive(Debug, Default)]
pub(super) struct Chunked {
    state: State,
    /// What the size line says so far; then, what is left of the chunk.
    size: u64,
    /// Bytes of extensions and trailers so far.
    over: usize,
}

/// What comes next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// The first digit of a size.
    #[default]
    Start,
    Size,
    /// Blanks behind a size.
    Blank,
    Extension,
    SizeLf,
    Data,
    DataCr,
    DataLf,
    /// A trailer, or the empty line that ends the body.
    Line,
    Trailer,
    TrailerLf,
    LastLf,
    /// Nothing; here what does come belongs to no body.
    End {
        surplus: bool,
    },
    Broken(Malformed),
}

/// What came is not the chunked coding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum Malformed {
    #[error("a chunk's size is not a number")]
    Size,
    #[error("a line ends oddly")]
    LineEnd,
    #[error("a chunk is longer than its size")]
    TooLong,
    #[error("too much beside the chunks")]
    TooMuch,
}

/// How a body ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ended {
    /// With the last chunk; `surplus` if more came behind it.
    Whole {
        surplus: bool,
    },
    Broken(Malformed),
}

impl Chunked {
    /// What `input`, which continues what was read before, holds of the content.
    pub(super) fn decode(&mut self, mut input: &[u8]) -> Vec<u8> {
        let mut content = Vec::with_capacity(input.len());
        loop {
            if self.state == State::Data {
                let len = usize::try_from(self.size).unwrap_or(usize::MAX).min(input.len());
                let (data, rest) = input.split_at(len);
                content.extend_from_slice(data);
                self.size -= len as u64;
                if self.size == 0 {
                    self.state = State::DataCr;
                }
                input = rest;
            }
            let Some((byte, rest)) = input.split_first() else { return content };
            self.state = self.step(*byte).unwrap_or_else(State::Broken);
            if self.ended().is_some() && rest.is_empty() | matches!(self.state, State::Broken(_)) {
                return content;
            }
            input = rest;
        }
    }

    /// How the body ended, if it has.
    pub(super) fn ended(&self) -> Option<Ended> {
        match self.state {
            State::End { surplus } => Some(Ended::Whole { surplus }),
            State::Broken(malformed) => Some(Ended::Broken(malformed)),
            _ => None,
        }
    }

    fn step(&mut self, byte: u8) -> Result<State, Malformed> {
        Ok(match (self.state, byte) {
            (State::Start | State::Size, _) if byte.is_ascii_hexdigit() => {
                let digit = char::from(byte).to_digit(16).unwrap_or_default();
                let size = self.size.checked_mul(16).and_then(|size| size.checked_add(digit.into()));
                self.size = size.ok_or(Malformed::Size)?;
                State::Size
            }
            (State::Size | State::Blank, b' ' | b'\t') => State::Blank,
            (State::Size | State::Blank, b';') => State::Extension,
            (State::Size | State::Blank | State::Extension, b'\r') => State::SizeLf,
            (State::Start | State::Size | State::Blank, _) => return Err(Malformed::Size),
            (State::SizeLf, b'\n') if self.size == 0 => State::Line,
            // Data is taken whole, in `decode`.
            (State::SizeLf, b'\n') | (State::Data, _) => State::Data,
            (State::DataCr, b'\r') => State::DataLf,
            (State::DataCr, _) => return Err(Malformed::TooLong),
            (State::DataLf, b'\n') => State::Start,
            (State::Line, b'\r') => State::LastLf,
            (State::Trailer, b'\r') => State::TrailerLf,
            (State::TrailerLf, b'\n') => State::Line,
            (State::LastLf, b'\n') => State::End { surplus: false },
            (State::End { .. }, _) => State::End { surplus: true },
            (State::Extension | State::Line | State::Trailer, b'\n') => return Err(Malformed::LineEnd),
            (State::Extension, _) => self.over(State::Extension)?,
            (State::Line | State::Trailer, _) => self.over(State::Trailer)?,
            (State::SizeLf | State::DataLf | State::TrailerLf | State::LastLf, _) => {
                return Err(Malformed::LineEnd);
            }
            (State::Broken(malformed), _) => return Err(malformed),
        })
    }

    fn over(&mut self, next: State) -> Result<State, Malformed> {
        self.over += 1;
        if self.over > LIMIT { Err(Malformed::TooMuch) } else { Ok(next) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    const WHOLE: Option<Ended> = Some(Ended::Whole { surplus: false });

    fn decoded(input: &[u8]) -> (Vec<u8>, Option<Ended>) {
        let mut chunked = Chunked::default();
        (chunked.decode(input), chunked.ended())
    }

    #[test]
    fn sizes_extensions_and_trailers_are_taken_off() {
        for (input, content) in [
            (&b"4\r\nRust\r\n0\r\n\r\n"[..], &b"Rust"[..]),
            (
                b"3 \t;a=\"b;c\"\r\none\r\n00A\r\n0123456789\r\n0;last\r\nx-a: 1\r\nx-b: 2\r\n\r\n",
                b"one0123456789",
            ),
            (b"0\r\n\r\n", b""),
        ] {
            assert_eq!(decoded(input), (content.to_vec(), WHOLE), "{}", input.escape_ascii());
        }
    }

    #[test]
    fn what_comes_behind_the_end_is_told() {
        let surplus = Some(Ended::Whole { surplus: true });
        assert_eq!(decoded(b"1\r\na\r\n0\r\n\r\nHTTP/1.1 200"), (b"a".to_vec(), surplus));
        let mut chunked = Chunked::default();
        chunked.decode(b"0\r\n\r\n");
        assert_eq!(chunked.ended(), WHOLE);
        chunked.decode(b"x");
        assert_eq!(chunked.ended(), surplus);
    }

    #[test]
    fn what_came_before_a_fault_is_kept_and_the_fault_stays() {
        let many = [b"1;".to_vec(), vec![b'x'; LIMIT + 1]].concat();
        for (input, content, why) in [
            (&b"1\r\na\r\nxyz"[..], &b"a"[..], Malformed::Size),
            (b"\r\n", b"", Malformed::Size),
            (b"1 2\r\n", b"", Malformed::Size),
            (b"10000000000000000\r\n", b"", Malformed::Size),
            (b"1\nx", b"", Malformed::Size),
            (b"1\rx", b"", Malformed::LineEnd),
            (b"1;a\n", b"", Malformed::LineEnd),
            (b"2\r\nabc", b"ab", Malformed::TooLong),
            (b"2\r\nab\rc", b"ab", Malformed::LineEnd),
            (b"0\r\na: 1\n\r\n", b"", Malformed::LineEnd),
            (b"0\r\n\rx", b"", Malformed::LineEnd),
            (&many, b"", Malformed::TooMuch),
        ] {
            let mut chunked = Chunked::default();
            let broken = Some(Ended::Broken(why));
            assert_eq!((&*chunked.decode(input), chunked.ended()), (content, broken), "{input:?}");
            assert_eq!((chunked.decode(b"1\r\na\r\n0\r\n\r\n"), chunked.ended()), (vec![], broken));
        }
    }

    fn extension() -> impl Strategy<Value = String> {
        "([ \t]{0,3}(;[ -~]{0,9})?)?"
    }

    proptest! {
        #[test]
        fn however_it_is_chunked_and_read_the_content_is_the_same(
            chunks in vec((vec(any::<u8>(), 1..40), extension(), any::<bool>()), 0..12),
            trailers in vec("[a-z]{1,8}: [ -~]{0,9}", 0..3),
            reads in vec(1_usize..30, 1..8),
        ) {
            let mut body = Vec::new();
            let mut content = Vec::<u8>::new();
            for (chunk, extension, upper) in &chunks {
                let size = if *upper { format!("0{:X}", chunk.len()) } else { format!("{:x}", chunk.len()) };
                body.extend(format!("{size}{extension}\r\n").bytes());
                body.extend(chunk);
                body.extend(b"\r\n");
                content.extend(chunk);
            }
            body.extend(b"0\r\n");
            body.extend(trailers.iter().flat_map(|line| format!("{line}\r\n").into_bytes()));
            body.extend(b"\r\n");

            let (mut chunked, mut got, mut rest) = (Chunked::default(), Vec::new(), &*body);
            for len in reads.iter().cycle() {
                prop_assert_eq!(chunked.ended(), None);
                let (read, left) = rest.split_at((*len).min(rest.len()));
                got.extend(chunked.decode(read));
                rest = left;
                if rest.is_empty() {
                    break;
                }
            }
            prop_assert_eq!(got, content);
            prop_assert_eq!(chunked.ended(), WHOLE);
        }

        #[test]
        fn nothing_makes_it_panic_and_reads_do_not_change_what_it_says(
            input in prop_oneof![vec(any::<u8>(), 0..200), vec(prop::sample::select(b"012fF;\r\n x".to_vec()), 0..200)],
            cut in 0_usize..200,
        ) {
            let (one, two) = input.split_at(cut.min(input.len()));
            let mut chunked = Chunked::default();
            let mut content = chunked.decode(one);
            content.extend(chunked.decode(two));
            prop_assert_eq!((content, chunked.ended()), decoded(&input));
        }
    }
}

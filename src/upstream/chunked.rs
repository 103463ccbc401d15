//! A decoder for the chunked coding of an HTTP/1.1 body (RFC 9112 §7.1). It skips extensions and trailers. It does no
//! I/O and keeps no bytes. The input may be cut anywhere.

/// How many bytes of extensions and trailers one body may have. hyper has this limit for each of the two.
const SKIP_LIMIT: usize = 16 * 1024;

/// The state of one body.
#[derive(Debug, Default)]
pub(super) struct ChunkedDecoder {
    state: ChunkState,
    /// The value of the size line so far. Inside a chunk: the number of bytes that are left.
    size: u64,
    /// Bytes of extensions and trailers so far.
    skipped: usize,
}

/// The element that comes next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum ChunkState {
    /// The first digit of a size.
    #[default]
    Start,
    Size,
    /// Blanks after a size.
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
    /// Nothing. Further bytes are surplus.
    End {
        surplus: bool,
    },
    Malformed(ChunkedError),
}

/// Why the input is not the chunked coding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(super) enum ChunkedError {
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
pub(super) enum BodyEnd {
    /// The last chunk arrived. `surplus` means that more bytes came after it.
    Whole {
        surplus: bool,
    },
    Malformed(ChunkedError),
}

impl ChunkedDecoder {
    /// Decodes the next piece of input and returns its content.
    pub(super) fn decode(&mut self, mut input: &[u8]) -> Vec<u8> {
        let mut content = Vec::with_capacity(input.len());
        loop {
            if self.state == ChunkState::Data {
                let len = usize::try_from(self.size).unwrap_or(usize::MAX).min(input.len());
                let (data, rest) = input.split_at(len);
                content.extend_from_slice(data);
                self.size -= len as u64;
                if self.size == 0 {
                    self.state = ChunkState::DataCr;
                }
                input = rest;
            }
            let Some((byte, rest)) = input.split_first() else { return content };
            self.state = self.step(*byte).unwrap_or_else(ChunkState::Malformed);
            if self.ended().is_some() && rest.is_empty() | matches!(self.state, ChunkState::Malformed(_)) {
                return content;
            }
            input = rest;
        }
    }

    /// Returns how the body ended, if it has.
    pub(super) fn ended(&self) -> Option<BodyEnd> {
        match self.state {
            ChunkState::End { surplus } => Some(BodyEnd::Whole { surplus }),
            ChunkState::Malformed(malformed) => Some(BodyEnd::Malformed(malformed)),
            _ => None,
        }
    }

    fn step(&mut self, byte: u8) -> Result<ChunkState, ChunkedError> {
        Ok(match (self.state, byte) {
            (ChunkState::Start | ChunkState::Size, _) if byte.is_ascii_hexdigit() => {
                let digit = char::from(byte).to_digit(16).unwrap_or_default();
                let size = self.size.checked_mul(16).and_then(|size| size.checked_add(digit.into()));
                self.size = size.ok_or(ChunkedError::Size)?;
                ChunkState::Size
            }
            (ChunkState::Size | ChunkState::Blank, b' ' | b'\t') => ChunkState::Blank,
            (ChunkState::Size | ChunkState::Blank, b';') => ChunkState::Extension,
            (ChunkState::Size | ChunkState::Blank | ChunkState::Extension, b'\r') => ChunkState::SizeLf,
            (ChunkState::Start | ChunkState::Size | ChunkState::Blank, _) => return Err(ChunkedError::Size),
            (ChunkState::SizeLf, b'\n') if self.size == 0 => ChunkState::Line,
            // `decode` takes data in one piece.
            (ChunkState::SizeLf, b'\n') | (ChunkState::Data, _) => ChunkState::Data,
            (ChunkState::DataCr, b'\r') => ChunkState::DataLf,
            (ChunkState::DataCr, _) => return Err(ChunkedError::TooLong),
            (ChunkState::DataLf, b'\n') => ChunkState::Start,
            (ChunkState::Line, b'\r') => ChunkState::LastLf,
            (ChunkState::Trailer, b'\r') => ChunkState::TrailerLf,
            (ChunkState::TrailerLf, b'\n') => ChunkState::Line,
            (ChunkState::LastLf, b'\n') => ChunkState::End { surplus: false },
            (ChunkState::End { .. }, _) => ChunkState::End { surplus: true },
            (ChunkState::Extension | ChunkState::Line | ChunkState::Trailer, b'\n')
            | (ChunkState::SizeLf | ChunkState::DataLf | ChunkState::TrailerLf | ChunkState::LastLf, _) => {
                return Err(ChunkedError::LineEnd);
            }
            (ChunkState::Extension, _) => self.skip(ChunkState::Extension)?,
            (ChunkState::Line | ChunkState::Trailer, _) => self.skip(ChunkState::Trailer)?,
            (ChunkState::Malformed(malformed), _) => return Err(malformed),
        })
    }

    fn skip(&mut self, next: ChunkState) -> Result<ChunkState, ChunkedError> {
        self.skipped += 1;
        if self.skipped > SKIP_LIMIT { Err(ChunkedError::TooMuch) } else { Ok(next) }
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    const WHOLE: Option<BodyEnd> = Some(BodyEnd::Whole { surplus: false });

    fn decoded(input: &[u8]) -> (Vec<u8>, Option<BodyEnd>) {
        let mut decoder = ChunkedDecoder::default();
        (decoder.decode(input), decoder.ended())
    }

    #[test]
    fn sizes_extensions_and_trailers_are_removed() {
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
    fn bytes_after_the_end_are_reported_as_surplus() {
        let surplus = Some(BodyEnd::Whole { surplus: true });
        assert_eq!(decoded(b"1\r\na\r\n0\r\n\r\nHTTP/1.1 200"), (b"a".to_vec(), surplus));
        let mut decoder = ChunkedDecoder::default();
        decoder.decode(b"0\r\n\r\n");
        assert_eq!(decoder.ended(), WHOLE);
        decoder.decode(b"x");
        assert_eq!(decoder.ended(), surplus);
    }

    #[test]
    fn content_before_an_error_is_kept_and_the_error_stays() {
        let many = [b"1;".to_vec(), vec![b'x'; SKIP_LIMIT + 1]].concat();
        for (input, content, why) in [
            (&b"1\r\na\r\nxyz"[..], &b"a"[..], ChunkedError::Size),
            (b"\r\n", b"", ChunkedError::Size),
            (b"1 2\r\n", b"", ChunkedError::Size),
            (b"10000000000000000\r\n", b"", ChunkedError::Size),
            (b"1\nx", b"", ChunkedError::Size),
            (b"1\rx", b"", ChunkedError::LineEnd),
            (b"1;a\n", b"", ChunkedError::LineEnd),
            (b"2\r\nabc", b"ab", ChunkedError::TooLong),
            (b"2\r\nab\rc", b"ab", ChunkedError::LineEnd),
            (b"0\r\na: 1\n\r\n", b"", ChunkedError::LineEnd),
            (b"0\r\n\rx", b"", ChunkedError::LineEnd),
            (&many, b"", ChunkedError::TooMuch),
        ] {
            let mut decoder = ChunkedDecoder::default();
            let malformed = Some(BodyEnd::Malformed(why));
            assert_eq!((&*decoder.decode(input), decoder.ended()), (content, malformed), "{input:?}");
            assert_eq!((decoder.decode(b"1\r\na\r\n0\r\n\r\n"), decoder.ended()), (vec![], malformed));
        }
    }

    fn extension() -> impl Strategy<Value = String> {
        "([ \t]{0,3}(;[ -~]{0,9})?)?"
    }

    proptest! {
        #[test]
        fn the_content_does_not_depend_on_chunks_and_reads(
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

            let (mut decoder, mut got, mut rest) = (ChunkedDecoder::default(), Vec::new(), &*body);
            for len in reads.iter().cycle() {
                prop_assert_eq!(decoder.ended(), None);
                let (read, left) = rest.split_at((*len).min(rest.len()));
                got.extend(decoder.decode(read));
                rest = left;
                if rest.is_empty() {
                    break;
                }
            }
            prop_assert_eq!(got, content);
            prop_assert_eq!(decoder.ended(), WHOLE);
        }

        #[test]
        fn no_input_panics_and_the_result_does_not_depend_on_reads(
            input in prop_oneof![vec(any::<u8>(), 0..200), vec(prop::sample::select(b"012fF;\r\n x".to_vec()), 0..200)],
            cut in 0_usize..200,
        ) {
            let (one, two) = input.split_at(cut.min(input.len()));
            let mut decoder = ChunkedDecoder::default();
            let mut content = decoder.decode(one);
            content.extend(decoder.decode(two));
            prop_assert_eq!((content, decoder.ended()), decoded(&input));
        }
    }
}

//! One pass over a body that validates all of it (RFC 8259) and records the spans of the outer values.
//!
//! azgate has its own scanner because no crate gives validated spans of the outer levels in one pass: `RawValue` must
//! scan a value once for each level that is read. The tests compare the scanner with `serde_json`. It skips deep
//! levels with an explicit stack, so deep nesting costs memory and not the thread's stack.

use memchr::memchr2;

/// A half-open range of bytes of a body. Bodies are limited to less than 4 GiB.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Span {
    /// The first byte.
    pub start: u32,
    /// The byte behind the last.
    pub end: u32,
}

impl Span {
    /// Returns the range as indices.
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// The type of a JSON value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool,
    /// A number.
    Number,
    /// A string.
    String,
    /// An array.
    Array,
    /// An object.
    Object,
}

impl Kind {
    /// Returns the kind with its article, for messages.
    pub fn described(self) -> &'static str {
        match self {
            Kind::Null => "null",
            Kind::Bool => "a boolean",
            Kind::Number => "a number",
            Kind::String => "a string",
            Kind::Array => "an array",
            Kind::Object => "an object",
        }
    }
}

/// One recorded value. The nodes of a body are in document order; `next` is the index behind the node's children.
#[derive(Clone, Copy, Debug)]
pub(super) struct Node {
    pub(super) key: Span,
    pub(super) value: Span,
    pub(super) next: u32,
    pub(super) kind: Kind,
    /// Whether the key has escapes.
    pub(super) escaped: bool,
}

/// Why a body is not JSON, and at which byte.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{what} at byte {at}")]
pub struct SyntaxError {
    /// The offset of the offending byte.
    pub at: usize,
    /// What is wrong there.
    pub what: &'static str,
}

/// The most values that are recorded; a body with more is refused as too costly. Azure takes at most 2,048 messages.
const MAX_NODES: usize = 1 << 18;

/// Validates `bytes` and records the values of the containers down to `depth` levels (1: the members of the root).
pub(super) fn scan(bytes: &[u8], depth: u32) -> Result<Vec<Node>, SyntaxError> {
    if u32::try_from(bytes.len()).is_err() {
        return Err(SyntaxError { at: 0, what: "4 GiB or more" });
    }
    if let Err(error) = std::str::from_utf8(bytes) {
        return Err(SyntaxError { at: error.valid_up_to(), what: "invalid UTF-8" });
    }
    let mut scanner = Scanner { bytes, at: 0, depth, nodes: Vec::with_capacity(32) };
    scanner.record(ScannedKey::default(), 0)?;
    scanner.blank();
    if scanner.at < bytes.len() {
        return scanner.fail("trailing characters");
    }
    Ok(scanner.nodes)
}

struct Scanner<'a> {
    bytes: &'a [u8],
    at: usize,
    depth: u32,
    nodes: Vec<Node>,
}

/// The key of a member; an empty span for a value that is not a member.
#[derive(Clone, Copy, Default)]
struct ScannedKey {
    span: Span,
    escaped: bool,
}

type Scanned<T> = Result<T, SyntaxError>;

#[expect(clippy::cast_possible_truncation, reason = "scan() refuses bodies whose offsets do not fit")]
fn span(start: usize, end: usize) -> Span {
    Span { start: start as u32, end: end as u32 }
}

impl Scanner<'_> {
    fn fail<T>(&self, what: &'static str) -> Scanned<T> {
        Err(SyntaxError { at: self.at, what })
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn blank(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    /// Records the value that starts here, and its children down to the depth.
    fn record(&mut self, key: ScannedKey, level: u32) -> Scanned<()> {
        if self.nodes.len() >= MAX_NODES {
            return self.fail("too many values");
        }
        self.blank();
        let start = self.at;
        let index = self.nodes.len();
        let ScannedKey { span: key, escaped } = key;
        self.nodes.push(Node { key, value: Span::default(), next: 0, kind: Kind::Null, escaped });
        let kind = match self.peek() {
            Some(b'{') if level < self.depth => self.members(level)?,
            Some(b'[') if level < self.depth => self.items(level)?,
            _ => self.skip()?,
        };
        let value = span(start, self.at);
        let next = span(self.nodes.len(), 0).start;
        if let Some(node) = self.nodes.get_mut(index) {
            *node = Node { key, value, next, kind, escaped };
        }
        Ok(())
    }

    fn members(&mut self, level: u32) -> Scanned<Kind> {
        self.at += 1;
        self.blank();
        if self.peek() == Some(b'}') {
            self.at += 1;
            return Ok(Kind::Object);
        }
        loop {
            let key = self.key()?;
            self.record(key, level + 1)?;
            if self.closes(b'}')? {
                return Ok(Kind::Object);
            }
        }
    }

    fn items(&mut self, level: u32) -> Scanned<Kind> {
        self.at += 1;
        self.blank();
        if self.peek() == Some(b']') {
            self.at += 1;
            return Ok(Kind::Array);
        }
        loop {
            self.record(ScannedKey::default(), level + 1)?;
            if self.closes(b']')? {
                return Ok(Kind::Array);
            }
        }
    }

    /// Reads what follows a value: returns true at the closing bracket, false at a comma.
    fn closes(&mut self, close: u8) -> Scanned<bool> {
        self.blank();
        match self.peek() {
            Some(b',') => {
                self.at += 1;
                Ok(false)
            }
            Some(byte) if byte == close => {
                self.at += 1;
                Ok(true)
            }
            Some(_) => self.fail("expected a comma or the end of the container"),
            None => self.fail("unexpected end"),
        }
    }

    /// Reads a member's key and its colon.
    fn key(&mut self) -> Scanned<ScannedKey> {
        self.blank();
        let start = self.at;
        if self.peek() != Some(b'"') {
            return self.fail("expected a key in quotes");
        }
        let escaped = self.string()?;
        let span = span(start, self.at);
        self.blank();
        if self.peek() != Some(b':') {
            return self.fail("expected a colon");
        }
        self.at += 1;
        Ok(ScannedKey { span, escaped })
    }

    /// Validates the value that starts here without recording its content.
    fn skip(&mut self) -> Scanned<Kind> {
        let mut open: Vec<u8> = Vec::new();
        let mut outer = None;
        loop {
            self.blank();
            let (kind, opened) = self.token()?;
            let outer = *outer.get_or_insert(kind);
            if let Some(close) = opened {
                self.blank();
                if self.peek() == Some(close) {
                    self.at += 1;
                } else {
                    open.push(close);
                    if close == b'}' {
                        self.key()?;
                    }
                    continue;
                }
            }
            loop {
                let Some(&close) = open.last() else { return Ok(outer) };
                if self.closes(close)? {
                    open.pop();
                } else {
                    if close == b'}' {
                        self.key()?;
                    }
                    break;
                }
            }
        }
    }

    /// Reads a scalar, or the opening bracket of a container. Returns the byte that will close the container.
    fn token(&mut self) -> Scanned<(Kind, Option<u8>)> {
        match self.peek() {
            Some(b'"') => self.string().map(|_| (Kind::String, None)),
            Some(b'{') => {
                self.at += 1;
                Ok((Kind::Object, Some(b'}')))
            }
            Some(b'[') => {
                self.at += 1;
                Ok((Kind::Array, Some(b']')))
            }
            Some(b't') => self.word(b"true", Kind::Bool),
            Some(b'f') => self.word(b"false", Kind::Bool),
            Some(b'n') => self.word(b"null", Kind::Null),
            Some(b'-' | b'0'..=b'9') => self.number().map(|()| (Kind::Number, None)),
            Some(_) => self.fail("expected a value"),
            None => self.fail("unexpected end"),
        }
    }

    fn word(&mut self, word: &'static [u8], kind: Kind) -> Scanned<(Kind, Option<u8>)> {
        if !self.bytes.get(self.at..).is_some_and(|rest| rest.starts_with(word)) {
            return self.fail("expected a value");
        }
        self.at += word.len();
        Ok((kind, None))
    }

    fn digits(&mut self) -> Scanned<()> {
        let start = self.at;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.at += 1;
        }
        if self.at == start { self.fail("invalid number") } else { Ok(()) }
    }

    fn number(&mut self) -> Scanned<()> {
        if self.peek() == Some(b'-') {
            self.at += 1;
        }
        if self.peek() == Some(b'0') {
            self.at += 1;
        } else {
            self.digits()?;
        }
        if self.peek() == Some(b'.') {
            self.at += 1;
            self.digits()?;
        }
        if matches!(self.peek(), Some(b'e' | b'E')) {
            self.at += 1;
            if matches!(self.peek(), Some(b'+' | b'-')) {
                self.at += 1;
            }
            self.digits()?;
        }
        Ok(())
    }

    /// Reads a string from its opening to its closing quote. Returns whether it has escapes.
    fn string(&mut self) -> Scanned<bool> {
        self.at += 1;
        let mut escaped = false;
        loop {
            self.at += plain_length(self.bytes.get(self.at..).unwrap_or_default());
            match self.peek() {
                Some(b'"') => {
                    self.at += 1;
                    return Ok(escaped);
                }
                Some(b'\\') => {
                    self.escape()?;
                    escaped = true;
                }
                Some(_) => return self.fail("control character in a string"),
                None => return self.fail("unexpected end of a string"),
            }
        }
    }

    fn escape(&mut self) -> Scanned<()> {
        match self.bytes.get(self.at + 1) {
            Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => self.at += 2,
            Some(b'u') => {
                let hex = self.bytes.get(self.at + 2..self.at + 6);
                if !hex.is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit)) {
                    return self.fail("invalid escape");
                }
                self.at += 6;
            }
            _ => return self.fail("invalid escape"),
        }
        Ok(())
    }
}

/// Returns the number of bytes before the string's end, an escape or a control character.
fn plain_length(rest: &[u8]) -> usize {
    let (near, far) = rest.split_at_checked(NEAR).unwrap_or((rest, &[]));
    let (words, last) = near.as_chunks::<8>();
    for (index, word) in words.iter().enumerate() {
        let special = special(u64::from_le_bytes(*word));
        if special != 0 {
            return index * 8 + special.trailing_zeros() as usize / 8;
        }
    }
    let is_special = |byte: &u8| matches!(byte, 0..0x20 | b'"' | b'\\');
    if let Some(stop) = last.iter().position(is_special) {
        return words.len() * 8 + stop;
    }
    let stop = memchr2(b'"', b'\\', far).unwrap_or(far.len());
    let run = far.get(..stop).unwrap_or_default();
    // The fold has no early exit, so that the compiler vectorises it.
    let controls = run.iter().fold(0x20, |least, &byte| byte.min(least)) < 0x20;
    near.len() + if controls { run.iter().position(is_special).unwrap_or(stop) } else { stop }
}

/// Keys and short values end before vector code would pay off.
const NEAR: usize = 32;

/// Sets the high bit of the lowest byte that is a quote, a backslash or a control character. Bits above it may be set
/// too (Bit Twiddling Hacks, "Determine if a word has a byte less than n").
fn special(word: u64) -> u64 {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    let below = |word: u64, limit: u8| word.wrapping_sub(ONES * u64::from(limit)) & !word;
    let is = |byte: u8| below(word ^ (ONES * u64::from(byte)), 1);
    (below(word, 0x20) | is(b'"') | is(b'\\')) & (ONES * 0x80)
}

//! Encrypted reasoning: opaque to a caller, and readable only by the resource that made it.

use crate::sim::errors::{SimError, engine};

/// The prefix of Fernet tokens, which Azure's encrypted content has.
const HEAD: &str = "gAAAAAB";

/// Encrypts the reasoning of the item with this id. The same item gives the same text.
pub(super) fn seal(resource: &str, item: &str) -> String {
    let inner = format!("{resource}/{item}");
    let bytes = inner.bytes().chain(checksum(&inner).to_be_bytes());
    let digits = bytes.flat_map(|byte| [byte >> 4, byte & 15]).map(u32::from);
    HEAD.chars().chain(digits.filter_map(|digit| char::from_digit(digit, 16))).collect()
}

/// Refuses content that this resource did not make (openai/codex#11653, on Azure).
pub(super) fn verify(resource: &str, text: &str) -> Result<(), SimError> {
    if is_sealed_by(resource, text).is_some() {
        return Ok(());
    }
    let cut = |from: usize, to: usize| text.chars().skip(from).take(to - from).collect::<String>();
    let length = text.chars().count();
    let shown =
        if length > 8 { format!("{}...{}", cut(0, 4), cut(length - 4, length)) } else { text.to_owned() };
    let message = format!("The encrypted content {shown} could not be verified.");
    Err(engine(&message, None, Some("invalid_encrypted_content")))
}

fn is_sealed_by(resource: &str, text: &str) -> Option<()> {
    let digits = text.strip_prefix(HEAD)?.as_bytes();
    let bytes: Option<Vec<u8>> =
        digits.chunks(2).map(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()).collect();
    let bytes = bytes?;
    let (inner, check) = bytes.split_last_chunk::<8>()?;
    let inner = std::str::from_utf8(inner).ok()?;
    let ours = inner.strip_prefix(resource)?.starts_with('/') && checksum(inner).to_be_bytes() == *check;
    ours.then_some(())
}

/// Returns the FNV-1a hash. It only detects changes and keeps nothing secret.
fn checksum(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |checksum, byte| {
        (checksum ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_resource_that_made_it_can_read_encrypted_reasoning() {
        let text = seal("east", "rs_1");
        assert_eq!(verify("east", &text), Ok(()));
        for (resource, text) in [("west", text.clone()), ("eas", text.clone()), ("east", text + "00")] {
            assert!(verify(resource, &text).unwrap_err().body.contains("invalid_encrypted_content"));
        }
        for text in ["", "gAAAAAB", "gAAAAABzz", "é"] {
            assert!(verify("east", text).is_err(), "{text}");
        }
    }
}

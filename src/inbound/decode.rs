//! Undoes the content codings of request bodies. The size limit applies to the decoded body as well, so a small body
//! cannot expand beyond the limit.

use std::io::{self, Read};

use bytes::Bytes;

use crate::json::text::shortened;

/// The greatest number of codings of one body. Each coding can cost the time to produce a body of the largest size.
const MAX_CODINGS: usize = 4;

/// Why a body cannot be decoded.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// The body has too many codings.
    #[error("the body has more than {MAX_CODINGS} content codings")]
    TooManyCodings,
    /// azgate does not know the coding.
    #[error("unknown content coding `{coding}`; azgate decodes gzip, deflate, br and zstd")]
    UnknownCoding {
        /// The coding's name.
        coding: String,
    },
    /// The body is not in the coding that its header names.
    #[error("the body is not valid {coding}")]
    Corrupt {
        /// The coding's name.
        coding: String,
    },
    /// The decoded body is larger than allowed.
    #[error("the body is larger than {limit} bytes, the limit that `max_body_bytes` under [server] sets")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
}

/// Undoes the codings of a body. `codings` contains their names in lower case, in the order in which the client applied
/// them.
///
/// # Errors
/// See [`DecodeError`]. [`DecodeError::TooLarge`] means that a decoder produced more than `limit` bytes.
pub fn decode(body: Bytes, codings: &[String], limit: usize) -> Result<Bytes, DecodeError> {
    if codings.len() > MAX_CODINGS {
        return Err(DecodeError::TooManyCodings);
    }
    codings.iter().rev().try_fold(body, |body, coding| undo(body, coding, limit))
}

fn undo(body: Bytes, coding: &str, limit: usize) -> Result<Bytes, DecodeError> {
    let corrupt = || DecodeError::Corrupt { coding: coding.to_owned() };
    match coding {
        "" | "identity" => Ok(body),
        "gzip" | "x-gzip" => read(flate2::read::MultiGzDecoder::new(body.as_ref()), limit, corrupt),
        // `deflate` means zlib (RFC 9110), but some clients send deflate without the zlib header.
        "deflate" => match read(flate2::read::ZlibDecoder::new(body.as_ref()), limit, corrupt) {
            Err(DecodeError::Corrupt { .. }) => {
                read(flate2::read::DeflateDecoder::new(body.as_ref()), limit, corrupt)
            }
            decoded => decoded,
        },
        "br" => read(brotli_decompressor::Decompressor::new(body.as_ref(), 4096), limit, corrupt),
        "zstd" => {
            let decoder = ruzstd::decoding::StreamingDecoder::new(body.as_ref()).map_err(|_| corrupt())?;
            read(decoder, limit, corrupt)
        }
        other => Err(DecodeError::UnknownCoding { coding: shortened(other).into_owned() }),
    }
}

fn read(decoder: impl Read, limit: usize, corrupt: impl Fn() -> DecodeError) -> Result<Bytes, DecodeError> {
    let mut out = Vec::new();
    let mut limited = decoder.take(limit as u64 + 1);
    match io::copy(&mut limited, &mut out) {
        Ok(_) if out.len() > limit => Err(DecodeError::TooLarge { limit }),
        Ok(_) => Ok(Bytes::from(out)),
        Err(_) => Err(corrupt()),
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use super::*;

    fn decode(body: Bytes, codings: &str, limit: usize) -> Result<Bytes, DecodeError> {
        super::decode(body, &codings.split(", ").map(str::to_owned).collect::<Vec<_>>(), limit)
    }

    fn gzip(data: &[u8]) -> Bytes {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(data).unwrap();
        encoder.finish().unwrap().into()
    }

    #[test]
    fn codings_are_undone_in_reverse() {
        let twice = gzip(&gzip(b"{}"));
        assert_eq!(decode(twice, "gzip, gzip", 100).unwrap(), "{}");
        assert_eq!(decode(Bytes::from_static(b"{}"), "identity", 2).unwrap(), "{}");
    }

    #[test]
    fn deflate_is_decoded_with_and_without_its_wrapper() {
        let mut zlib = flate2::write::ZlibEncoder::new(Vec::new(), flate2::Compression::fast());
        zlib.write_all(b"{\"a\":1}").unwrap();
        assert_eq!(decode(zlib.finish().unwrap().into(), "deflate", 100).unwrap(), "{\"a\":1}");
        let mut bare = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::fast());
        bare.write_all(b"{\"a\":1}").unwrap();
        assert_eq!(decode(bare.finish().unwrap().into(), "deflate", 100).unwrap(), "{\"a\":1}");
    }

    #[test]
    fn zstd_is_decoded() {
        let encoded =
            ruzstd::encoding::compress_to_vec(&b"{\"a\":1}"[..], ruzstd::encoding::CompressionLevel::Fastest);
        assert_eq!(decode(encoded.into(), "zstd", 100).unwrap(), "{\"a\":1}");
    }

    #[test]
    fn brotli_is_decoded() {
        // "{}" as one uncompressed meta-block, written by hand from RFC 7932.
        let encoded: &[u8] = &[0x10, 0x00, 0x10, b'{', b'}', 0x03];
        assert_eq!(decode(Bytes::from_static(encoded), "br", 100).unwrap(), "{}");
    }

    #[test]
    fn decoding_stops_at_the_size_limit() {
        let bomb = gzip(&vec![0; 10_000_000]);
        assert!(bomb.len() < 100_000);
        assert!(matches!(decode(bomb, "gzip", 1000), Err(DecodeError::TooLarge { limit: 1000 })));
    }

    #[test]
    fn a_body_that_is_not_in_its_coding_is_an_error() {
        for coding in ["gzip", "deflate", "br", "zstd"] {
            let error = decode(Bytes::from_static(b"not compressed at all"), coding, 1000);
            assert!(matches!(error, Err(DecodeError::Corrupt { .. })), "{coding}: {error:?}");
        }
        assert!(matches!(decode(Bytes::new(), "compress", 10), Err(DecodeError::UnknownCoding { .. })));
    }
}

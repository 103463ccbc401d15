//! FNV-1a: a hash that does not depend on the build or on how its input is split. It is strong enough to tell apart the
//! texts of one conversation. The hashers of the standard library guarantee neither property.

/// The hash of the input so far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fnv(u64);

impl Default for Fnv {
    fn default() -> Fnv {
        Fnv(0xcbf2_9ce4_8422_2325)
    }
}

impl Fnv {
    /// Returns the hash of these bytes.
    pub(super) fn of(bytes: &[u8]) -> Fnv {
        let mut hash = Fnv::default();
        hash.update(bytes);
        hash
    }

    /// Adds bytes to the input.
    pub(super) fn update(&mut self, bytes: &[u8]) {
        let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3);
        self.0 = bytes.iter().fold(self.0, step);
    }

    /// Returns the hash as a number.
    pub(super) fn number(self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_is_fnv_1a_however_the_input_is_split() {
        // The reference values of the authors (draft-eastlake-fnv).
        assert_eq!(Fnv::of(b"").number(), 0xcbf2_9ce4_8422_2325);
        assert_eq!(Fnv::of(b"a").number(), 0xaf63_dc4c_8601_ec8c);
        assert_eq!(Fnv::of(b"foobar").number(), 0x8594_4171_f739_67e8);
        let mut cut = Fnv::of(b"foo");
        cut.update(b"bar");
        assert_eq!(cut, Fnv::of(b"foobar"));
    }
}

use std::fmt::{self, Write as _};
use std::str::FromStr;

use sha2::{Digest, Sha256};
use thiserror::Error;

/// A SHA-256 digest, shown in lower-case hexadecimal.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Checksum([u8; 32]);

/// Text that is not 64 hexadecimal digits.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is not 64 hexadecimal digits")]
pub struct UnreadableChecksum(String);

impl Checksum {
    /// The digest of `bytes`.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The digest of `pieces`, each preceded by its length, so that moving a boundary changes the digest.
    pub fn of_pieces<T: AsRef<[u8]>>(pieces: impl IntoIterator<Item = T>) -> Self {
        let mut hasher = Sha256::new();
        for piece in pieces {
            let piece = piece.as_ref();
            hasher.update((piece.len() as u64).to_be_bytes());
            hasher.update(piece);
        }
        Self(hasher.finalize().into())
    }
}

impl fmt::Display for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // All at once: a formatted write for each byte takes longer than the digest of a small file.
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let halves = self.0.iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
        f.write_str(&halves.map(|half| char::from(DIGITS[usize::from(half)])).collect::<String>())
    }
}

impl fmt::Debug for Checksum {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("sha256:")?;
        self.0[..6].iter().try_for_each(|byte| write!(f, "{byte:02x}"))?;
        f.write_char('…')
    }
}

impl FromStr for Checksum {
    type Err = UnreadableChecksum;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let unreadable = || UnreadableChecksum(text.to_owned());
        let (pairs, []) = text.as_bytes().as_chunks::<2>() else { return Err(unreadable()) };
        if pairs.len() != 32 {
            return Err(unreadable());
        }
        let half = |byte: u8| char::from(byte).to_digit(16).and_then(|it| u8::try_from(it).ok());
        let mut bytes = [0; 32];
        for (byte, [high, low]) in bytes.iter_mut().zip(pairs) {
            *byte = half(*high).zip(half(*low)).map(|(high, low)| high << 4 | low).ok_or_else(unreadable)?;
        }
        Ok(Self(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_trips_through_text() {
        let sum = Checksum::of(b"abc");
        assert_eq!(sum.to_string(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(sum.to_string().parse(), Ok(sum));
        for text in ["xyz".to_owned(), "0".repeat(62), "+f".repeat(32), "é".repeat(32)] {
            assert!(text.parse::<Checksum>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_moved_boundary_changes_the_digest() {
        assert_ne!(Checksum::of_pieces([&b"ab"[..], b"c"]), Checksum::of_pieces([&b"a"[..], b"bc"]));
    }
}

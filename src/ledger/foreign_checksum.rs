use std::hash::{Hash as _, Hasher as _};

use sha2::{Digest as _, Sha256, Sha384};
use siphasher::sip::SipHasher13;

use super::Tool;
use crate::project::Migration;

impl Tool {
    /// Whether this runner would write `checksum` of the migration's file as it is now. `true` for a runner that keeps none.
    #[must_use]
    pub fn agrees(self, checksum: &str, migration: &Migration) -> bool {
        let text = &migration.source.text;
        match self {
            // sqlx-core's `Migration::new`. It reads a byte-order mark as part of the text.
            Self::Sqlx => {
                [text.clone(), format!("\u{feff}{text}")].iter().any(|it| hex(&Sha384::digest(it)) == checksum)
            }
            // `script_matches_checksum` of Prisma's schema engine: line breaks may have been changed by git, and its
            // first versions wrote bytes below 16 with one digit.
            Self::Prisma => {
                let lines = text.replace("\r\n", "\n");
                let digests = [text.clone(), lines.replace('\n', "\r\n"), lines].map(Sha256::digest);
                let unpadded =
                    |bytes: &[u8]| bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:x}"));
                digests.iter().any(|it| hex(it) == checksum || unpadded(it) == checksum)
            }
            Self::Refinery => refinery(migration).iter().any(|it| it.to_string() == checksum),
            Self::Flyway => flyway(text).to_string() == checksum,
            Self::Diesel | Self::GolangMigrate | Self::Dbmate | Self::Goose => true,
        }
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}

/// refinery's, with versions of 32 and of 64 bits (its feature `int8-versions`).
///
/// Source: `Migration::unapplied` of refinery-core 0.10.
fn refinery(migration: &Migration) -> Vec<u64> {
    let Some(version) = migration.version.as_ref().and_then(|it| it.as_str().parse::<i64>().ok()) else {
        return Vec::new();
    };
    let digest = |write: &dyn Fn(&mut SipHasher13)| {
        let mut hasher = SipHasher13::new();
        migration.name.hash(&mut hasher);
        write(&mut hasher);
        migration.source.text.hash(&mut hasher);
        hasher.finish()
    };
    let long = digest(&|hasher| version.hash(hasher));
    let short = i32::try_from(version).ok().map(|version| digest(&|hasher| version.hash(hasher)));
    short.into_iter().chain([long]).collect()
}

/// Flyway's: the CRC-32 of the lines without what ends them, as Java's `int`.
///
/// Source: `ChecksumCalculator` of flyway-core.
fn flyway(text: &str) -> i32 {
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let bytes = text.bytes().filter(|byte| *byte != b'\n');
    let crc = bytes.fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xedb8_8320 } else { crc >> 1 })
    });
    (!crc).cast_signed()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flyways_is_the_crc_of_the_lines() {
        // The check value of CRC-32/ISO-HDLC.
        assert_eq!(flyway("1234\r\n567\n89\n"), 0xcbf4_3926_u32.cast_signed());
    }
}

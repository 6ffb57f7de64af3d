use std::fmt;
use std::time::Duration;

use thiserror::Error;

/// How long a statement may wait for a lock: PostgreSQL's `lock_timeout`. Zero waits for ever.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LockTimeout(Duration);

/// How long a statement may run: PostgreSQL's `statement_timeout`. Zero sets no limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct StatementTimeout(Duration);

/// Text that is not a number with one of PostgreSQL's time units.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is not a duration such as \"500ms\", \"2s\", \"5min\" or \"1h\"")]
pub struct UnreadableDuration(pub String);

macro_rules! timeout {
    ($name:ident) => {
        impl $name {
            /// A timeout of this length, rounded to milliseconds as the server does.
            #[must_use]
            pub const fn new(duration: Duration) -> Self {
                Self(duration)
            }

            /// Its length.
            #[must_use]
            pub const fn duration(self) -> Duration {
                self.0
            }

            /// The value for `SET`: whole milliseconds. At least 1 unless it is zero, because 0 means "no limit".
            #[must_use]
            pub fn millis(self) -> u64 {
                if self.0.is_zero() {
                    return 0;
                }
                u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX).clamp(1, i32::MAX as u64)
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{:?}", self.0)
            }
        }
    };
}

timeout!(LockTimeout);
timeout!(StatementTimeout);

/// Reads a duration in PostgreSQL's units (`us`, `ms`, `s`, `min`, `h`, `d`; also `m` for minutes).
/// A bare number is milliseconds, as in `postgresql.conf`.
///
/// # Errors
/// When the text is not a whole number followed by a unit, or the result exceeds 64 bits of microseconds.
pub fn parse_duration(text: &str) -> Result<Duration, UnreadableDuration> {
    let unreadable = || UnreadableDuration(text.to_owned());
    let trimmed = text.trim();
    let digits = trimmed.find(|c: char| !c.is_ascii_digit()).unwrap_or(trimmed.len());
    let number: u64 = trimmed[..digits].parse().map_err(|_| unreadable())?;
    let micros: u64 = match trimmed[digits..].trim() {
        "us" => 1,
        "ms" | "" => 1_000,
        "s" => 1_000_000,
        "min" | "m" => 60_000_000,
        "h" => 3_600_000_000,
        "d" => 86_400_000_000,
        _ => return Err(unreadable()),
    };
    number.checked_mul(micros).map(Duration::from_micros).ok_or_else(unreadable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_postgres_units() {
        assert_eq!(parse_duration("500ms"), Ok(Duration::from_millis(500)));
        assert_eq!(parse_duration("2s"), Ok(Duration::from_secs(2)));
        assert_eq!(parse_duration("5m"), Ok(Duration::from_mins(5)));
        assert_eq!(parse_duration("5 min"), Ok(Duration::from_mins(5)));
        assert_eq!(parse_duration("0"), Ok(Duration::ZERO));
        for text in ["", "s", "2x", "-1s", "1.5s", "99999999999999999999s"] {
            assert!(parse_duration(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_tiny_timeout_never_becomes_no_limit() {
        assert_eq!(LockTimeout::new(Duration::from_micros(10)).millis(), 1);
        assert_eq!(LockTimeout::new(Duration::ZERO).millis(), 0);
    }
}

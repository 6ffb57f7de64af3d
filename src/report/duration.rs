use std::time::Duration;

use jiff::Timestamp;

/// A duration as a person reads it: `0.4 ms`, `12 ms`, `1.5 s`, `2 min 5 s`.
#[must_use]
pub fn took(duration: Duration) -> String {
    let millis = duration.as_secs_f64() * 1000.0;
    if millis < 9.95 {
        format!("{millis:.1} ms")
    } else if millis < 999.5 {
        format!("{millis:.0} ms")
    } else if millis < 59_950.0 {
        format!("{:.1} s", millis / 1000.0)
    } else {
        let seconds = duration.as_secs();
        match (seconds / 3600, seconds / 60 % 60, seconds % 60) {
            (0, minutes, seconds) => format!("{minutes} min {seconds} s"),
            (hours, minutes, _) => format!("{hours} h {minutes} min"),
        }
    }
}

/// A time as a person reads it: `2026-01-31 14:05:06 UTC`.
#[must_use]
pub fn ago(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_have_the_unit_that_fits() {
        assert_eq!(took(Duration::from_micros(400)), "0.4 ms");
        assert_eq!(took(Duration::from_micros(12_400)), "12 ms");
        assert_eq!(took(Duration::from_millis(1_540)), "1.5 s");
        assert_eq!(took(Duration::from_secs(125)), "2 min 5 s");
        assert_eq!(took(Duration::from_mins(123)), "2 h 3 min");
    }
}

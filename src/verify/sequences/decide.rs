use serde::Serialize;
use tokio_postgres::Row;

/// A sequence's definition, as `pg_sequence` has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Definition {
    /// `INCREMENT BY`; never 0.
    pub increment: i64,
    /// `MINVALUE`.
    pub minimum: i64,
    /// `MAXVALUE`.
    pub maximum: i64,
    /// `CYCLE`.
    pub cycles: bool,
}

/// A sequence's state, as the relation itself has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    /// `last_value`.
    pub last_value: i64,
    /// `is_called`: whether `last_value` has been handed out.
    pub is_called: bool,
}

/// Where a sequence stands against its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The next value is beyond every used one.
    InSync,
    /// The next value, or a later one, is used.
    Behind(Target),
    /// Behind, and beyond its data lies the end of the sequence's own range.
    Exhausted,
    /// Behind, and beyond its data lies the end of the column type's range.
    Overflow,
}

/// Where a sequence must move to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Target {
    /// The next value it must hand out.
    pub next: i64,
    /// `setval`'s second argument.
    pub value: i64,
    /// `setval`'s third.
    pub is_called: bool,
    /// How many `nextval` calls lead there too.
    pub steps: u64,
}

impl Definition {
    /// The first columns of a row, in the order of the fields.
    pub(super) fn read(row: &Row) -> Result<Self, tokio_postgres::Error> {
        Ok(Self {
            increment: row.try_get(0)?,
            minimum: row.try_get(1)?,
            maximum: row.try_get(2)?,
            cycles: row.try_get(3)?,
        })
    }

    /// The value `nextval` hands out next, were there no range.
    ///
    /// A sequence that was never called hands out `last_value` itself. Scripts that compare `last_value >= max`
    /// pass at last value 1, never called, over a row with id 1, and the next insert collides.
    pub fn next(&self, reading: Reading) -> i128 {
        let last = i128::from(reading.last_value);
        if reading.is_called { last + i128::from(self.increment) } else { last }
    }

    pub(super) const fn holds(&self, value: i128) -> bool {
        self.minimum as i128 <= value && value <= self.maximum as i128
    }

    /// The share of the range used up before the next value: 0 at its start, 1 where no value is left.
    /// The range ends where the sequence's or the column's does, whichever is first.
    #[expect(clippy::cast_precision_loss, reason = "a share needs no more than a few digits")]
    pub fn used(&self, reading: Reading, column: Option<(i128, i128)>) -> f64 {
        let (mut low, mut high) = (i128::from(self.minimum), i128::from(self.maximum));
        let (column_low, column_high) = column.unwrap_or((low, high));
        let next = self.next(reading);
        let (used, all) = if self.increment > 0 {
            high = high.min(column_high);
            (next - low, high - low + 1)
        } else {
            low = low.max(column_low);
            (high - next, high - low + 1)
        };
        if all <= 0 { 1.0 } else { (used.max(0) as f64 / all as f64).min(1.0) }
    }
}

/// Where a sequence stands whose columns' most advanced used value within its range is `extreme`: the greatest, or
/// the least of a descending one. `column` is the range of its narrowest column's type.
///
/// The target keeps the sequence's residue (`last + n × increment`), because servers that write to each other share
/// a range that way, and it never lies before the present next value.
pub fn decide(
    definition: &Definition,
    reading: Reading,
    extreme: Option<i128>,
    column: Option<(i128, i128)>,
) -> Standing {
    let increment = i128::from(definition.increment);
    let last = i128::from(reading.last_value);
    let next = definition.next(reading);
    let Some(extreme) = extreme else { return Standing::InSync };
    if increment.signum() * (extreme - next) < 0 {
        return Standing::InSync;
    }
    let target = last + increment * ((extreme - last).div_down(increment) + 1);
    if !definition.holds(target) {
        return Standing::Exhausted;
    }
    if column.is_some_and(|(low, high)| target < low || target > high) {
        return Standing::Overflow;
    }
    let before = target - increment;
    let (value, is_called) = if definition.holds(before) { (before, true) } else { (target, false) };
    match (i64::try_from(target), i64::try_from(value), u64::try_from((target - next) / increment)) {
        (Ok(next), Ok(value), Ok(steps)) => Standing::Behind(Target { next, value, is_called, steps }),
        // Unreachable for a 64-bit range, which holds both.
        _ => Standing::Exhausted,
    }
}

trait DivideDown {
    /// Division that rounds towards negative infinity for divisors of either sign.
    fn div_down(self, divisor: Self) -> Self;
}

impl DivideDown for i128 {
    fn div_down(self, divisor: Self) -> Self {
        let quotient = self / divisor;
        if self % divisor != 0 && (self < 0) != (divisor < 0) { quotient - 1 } else { quotient }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const fn ascending() -> Definition {
        Definition { increment: 1, minimum: 1, maximum: i64::MAX, cycles: false }
    }

    const fn called(last_value: i64) -> Reading {
        Reading { last_value, is_called: true }
    }

    const fn fresh(last_value: i64) -> Reading {
        Reading { last_value, is_called: false }
    }

    fn target(definition: &Definition, reading: Reading, extreme: i128) -> (i64, i64, bool, u64) {
        match decide(definition, reading, Some(extreme), None) {
            Standing::Behind(t) => (t.next, t.value, t.is_called, t.steps),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_sequence_moves_past_its_greatest_value() {
        assert_eq!(target(&ascending(), called(1), 42), (43, 42, true, 41));
    }

    #[test]
    fn never_called_at_one_is_behind_a_row_with_id_one() {
        assert_eq!(target(&ascending(), fresh(1), 1), (2, 1, true, 1));
    }

    #[test]
    fn an_empty_table_moves_nothing() {
        assert_eq!(decide(&ascending(), fresh(1), None, None), Standing::InSync);
    }

    #[test]
    fn a_sequence_ahead_of_its_data_is_left_alone() {
        assert_eq!(decide(&ascending(), called(500), Some(5), None), Standing::InSync);
        assert_eq!(decide(&ascending(), called(5), Some(5), None), Standing::InSync);
    }

    #[test]
    fn even_stays_even_and_odd_stays_odd() {
        let even = Definition { increment: 2, minimum: 2, ..ascending() };
        assert_eq!(target(&even, called(2), 101).0, 102);
        let odd = Definition { increment: 2, minimum: 1, ..ascending() };
        assert_eq!(target(&odd, called(1), 101).0, 103);
    }

    #[test]
    fn a_descending_sequence_moves_down() {
        let down = Definition { increment: -1, minimum: i64::MIN, maximum: -1, cycles: false };
        assert_eq!(target(&down, fresh(-1), -7), (-8, -7, true, 7));
        assert_eq!(decide(&down, called(-9), Some(-7), None), Standing::InSync);
    }

    #[test]
    fn ends_of_ranges_are_told_apart() {
        let small = Definition { maximum: 10, ..ascending() };
        assert_eq!(decide(&small, called(1), Some(10), None), Standing::Exhausted);
        let int4 = Some((i128::from(i32::MIN), i128::from(i32::MAX)));
        assert_eq!(decide(&ascending(), called(1), Some(i128::from(i32::MAX)), int4), Standing::Overflow);
    }

    #[test]
    fn a_used_share_ends_at_the_narrower_range() {
        let int4 = Some((i128::from(i32::MIN), i128::from(i32::MAX)));
        assert!(ascending().used(called(2_000_000_000), int4) > 0.9);
        assert!(ascending().used(called(2_000_000_000), None) < 0.01);
        let small = Definition { maximum: 10, ..ascending() };
        assert!(small.used(fresh(1), None) < f64::EPSILON);
        assert!((small.used(called(10), None) - 1.0).abs() < f64::EPSILON);
        let down = Definition { increment: -1, minimum: -10, maximum: -1, cycles: false };
        assert!((down.used(called(-5), None) - 0.5).abs() < 1e-9);
    }

    prop_compose! {
        fn definitions()(
            magnitude in prop_oneof![1..20_i64, Just(i64::MAX), 1..i64::MAX],
            down: bool,
            a: i64,
            b: i64,
        ) -> Definition {
            let increment = if down { -magnitude } else { magnitude };
            Definition { increment, minimum: a.min(b), maximum: a.max(b), cycles: false }
        }
    }

    proptest! {
        #[test]
        fn targets_never_move_backwards_keep_their_residue_and_never_collide(
            definition in definitions(),
            last in any::<i64>(),
            is_called: bool,
            near in -100..100_i64,
            far in any::<i64>(),
            choose_near: bool,
        ) {
            let last_value = last.clamp(definition.minimum, definition.maximum);
            let extreme = if choose_near { last_value.saturating_add(near) } else { far }
                .clamp(definition.minimum, definition.maximum);
            let reading = Reading { last_value, is_called };
            let next = definition.next(reading);
            let sign = i128::from(definition.increment.signum());
            let extreme = i128::from(extreme);
            match decide(&definition, reading, Some(extreme), None) {
                Standing::InSync => prop_assert!(sign * (next - extreme) > 0),
                Standing::Behind(target) => {
                    let found = i128::from(target.next);
                    prop_assert!(sign * (found - next) > 0);
                    prop_assert!(sign * (found - extreme) > 0);
                    prop_assert_eq!((found - i128::from(last_value)) % i128::from(definition.increment), 0);
                    prop_assert!(sign * (found - i128::from(definition.increment) - extreme) <= 0, "no value is wasted");
                    let after = Reading { last_value: target.value, is_called: target.is_called };
                    prop_assert_eq!(definition.next(after), found);
                    prop_assert!(definition.holds(i128::from(target.value)));
                    prop_assert_eq!(next + i128::from(target.steps) * i128::from(definition.increment), found);
                    prop_assert_eq!(decide(&definition, after, Some(extreme), None), Standing::InSync);
                }
                Standing::Exhausted => prop_assert!(sign * (next - extreme) <= 0),
                Standing::Overflow => prop_assert!(false, "no column range was given"),
            }
        }
    }
}

//! Rows of numbers, as which options and reports cross the edges to JavaScript.

use crate::core::limiter::LimiterConfig;
use crate::core::limiter::permits::{Needs, News, Report};
use crate::core::limiter::rate::Rate;
use crate::table::{limiter_option, report};

/// Options by their index in the table: NaN stands for undefined.
pub struct Row<'a>(pub &'a [f64]);

impl Row<'_> {
    /// Not inlined, like the other readers: there are some thirty calls.
    #[inline(never)]
    pub fn get(&self, index: u32) -> Option<f64> {
        self.0.get(index as usize).copied().filter(|number| !number.is_nan())
    }

    /// Returns a number, or this one if it is not given.
    pub fn get_or(&self, index: u32, default: f64) -> f64 {
        self.get(index).unwrap_or(default)
    }

    /// Rounds towards zero; Infinity becomes the greatest number.
    #[inline(never)]
    pub fn count(&self, index: u32) -> Option<u32> {
        self.get(index).map(|number| number as u32)
    }

    /// Returns whether an option is set.
    pub fn is_on(&self, index: u32) -> bool {
        self.get(index) == Some(1.0)
    }
}

/// Reads the options of a limiter.
pub fn limiter(numbers: &[f64]) -> LimiterConfig {
    let row = Row(numbers);
    let default = LimiterConfig::default();
    let limit = row.count(limiter_option::LIMIT).unwrap_or(default.limit);
    let rate = |limit| Rate { limit, interval: row.get_or(limiter_option::RATE_INTERVAL, 0.0) };
    let config = LimiterConfig {
        limit,
        stagger: row.get_or(limiter_option::STAGGER, default.stagger),
        rate: row.count(limiter_option::RATE_LIMIT).map(rate),
        ..default
    };
    if !row.is_on(limiter_option::ADAPTIVE) {
        return config;
    }
    config.adaptive(row.count(limiter_option::MIN), row.count(limiter_option::MAX))
}

/// The report of a limiter, as numbers.
pub type ReportRow = [f64; report::COUNT as usize];

/// Writes the report of a limiter.
pub fn report_row(Report { needs, news, epoch }: Report) -> ReportRow {
    [
        needs.in_flight.into(),
        needs.turns.into(),
        needs.waiting.into(),
        needs.priority.into(),
        needs.cool_until,
        news.starts.into(),
        news.limit.into(),
        news.successes.into(),
        news.refusals.into(),
        epoch.into(),
    ]
}

/// Reads the report of a limiter.
pub fn report(row: &ReportRow) -> Report {
    let &[in_flight, turns, waiting, priority, cool_until, starts, limit, successes, refusals, epoch] = row;
    let [in_flight, turns, waiting] = [in_flight, turns, waiting].map(|count| count as u32);
    let [starts, limit, successes, refusals] = [starts, limit, successes, refusals].map(|count| count as u32);
    Report {
        needs: Needs { in_flight, turns, waiting, priority: priority as i32, cool_until },
        news: News { starts, limit, successes, refusals },
        epoch: epoch as u32,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_is_read_as_it_was_written_r23() {
        let needs = Needs { in_flight: 1, turns: 2, waiting: u32::MAX, priority: -4, cool_until: f64::NEG_INFINITY };
        let written = Report { needs, news: News { starts: 5, limit: 6, successes: 7, refusals: 8 }, epoch: 9 };
        assert_eq!(report(&report_row(written)), written);
    }

    #[test]
    fn options_are_read_by_their_index_and_those_that_are_not_given_are_the_defaults() {
        let row = Row(&[1.0, f64::NAN, 2.9, -1.0, f64::INFINITY]);
        assert_eq!([0, 1, 5].map(|index| row.get(index)), [Some(1.0), None, None]);
        assert_eq!([0, 1].map(|index| row.get_or(index, 7.0)), [1.0, 7.0]);
        assert_eq!([1, 2, 3, 4].map(|index| row.count(index)), [None, Some(2), Some(0), Some(u32::MAX)]);
        assert_eq!([0, 1, 2].map(|index| row.is_on(index)), [true, false, false]);
    }

    #[test]
    fn a_limiter_is_adaptive_and_has_a_rate_only_if_its_options_say_so() {
        assert_eq!(limiter(&[]), LimiterConfig::default());
        let mut numbers = [f64::NAN; limiter_option::COUNT as usize];
        let mut set = |index: u32, number: f64| numbers[index as usize] = number;
        set(limiter_option::LIMIT, 9.0);
        set(limiter_option::STAGGER, 5.0);
        set(limiter_option::MIN, 2.0);
        set(limiter_option::RATE_LIMIT, 3.0);
        set(limiter_option::RATE_INTERVAL, 60.0);
        let rate = Some(Rate { limit: 3, interval: 60.0 });
        let expected = LimiterConfig { limit: 9, stagger: 5.0, rate, adaptive: None };
        assert_eq!(limiter(&numbers), expected);
        numbers[limiter_option::ADAPTIVE as usize] = 1.0;
        assert_eq!(limiter(&numbers), LimiterConfig { adaptive: Some((2, 9)), ..expected });
    }
}

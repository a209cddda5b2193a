//! Finds the limit of a server that does not publish it, from successes and refusals.

/// The findings of an adaptive limit, for inspection.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AdaptiveInspection {
    /// The last limit with a whole round of successes, if there is one.
    pub proven: Option<u32>,
    /// The limit that was refused last, unless it has succeeded since.
    pub refused: Option<u32>,
}

/// Rounds of successes before a refused limit is tried again: at first, and at most.
const PATIENCE: (u32, u32) = (8, 64);

pub(crate) struct Adaptive {
    min: u32,
    max: u32,
    /// Since the limit last changed.
    successes: u32,
    /// The last limit with a whole round of successes.
    proven: u32,
    /// The limit that was last refused.
    refused: u32,
    /// Rounds of successes until that limit is tried again. Grows with each refusal.
    patience: u32,
}

impl Adaptive {
    pub fn new(min: u32, max: u32) -> Self {
        Self { min, max, successes: 0, proven: 0, refused: u32::MAX, patience: PATIENCE.0 }
    }

    /// Returns what was learned, for another tab.
    pub fn learned(&self) -> [f64; 4] {
        [self.successes, self.proven, self.refused, self.patience].map(f64::from)
    }

    /// Takes over what another tab has learned.
    pub fn learn(&mut self, learned: &[f64; 4]) {
        [self.successes, self.proven, self.refused, self.patience] = learned.map(|number| number as u32);
    }

    /// Returns what was learned.
    pub fn inspect(&self) -> AdaptiveInspection {
        let known = |limit: u32| (limit > 0 && limit < u32::MAX).then_some(limit);
        AdaptiveInspection { proven: known(self.proven), refused: known(self.refused) }
    }

    /// Returns the new limit after a refusal. A limit one step above the last proven one goes back by that step. Any
    /// other limit is halved.
    pub fn refused(&mut self, limit: u32, in_flight: u32) -> u32 {
        let tried = limit.min(in_flight).max(2);
        let was_refused_before = tried >= self.refused;
        self.patience = if was_refused_before { (self.patience * 2).min(PATIENCE.1) } else { PATIENCE.0 };
        self.refused = tried;
        self.successes = 0;
        if self.proven + 1 == tried {
            return self.proven.max(self.min);
        }
        self.proven = 0;
        (tried / 2).max(self.min)
    }

    /// Returns the new limit after a success with all places taken. A whole round raises it by one. To reach a refused
    /// limit takes ever more rounds.
    pub fn succeeded(&mut self, limit: u32) -> u32 {
        self.successes += 1;
        if self.successes < limit {
            return limit;
        }
        self.proven = limit;
        if limit >= self.refused {
            // The server accepts more than before.
            (self.refused, self.patience) = (u32::MAX, PATIENCE.0);
        }
        let rounds = if limit.saturating_add(1) >= self.refused { self.patience } else { 1 };
        if limit >= self.max || self.successes / limit < rounds {
            return limit;
        }
        self.successes = 0;
        limit + 1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns the limit after a number of successes.
    fn succeed(adaptive: &mut Adaptive, limit: u32, times: u32) -> u32 {
        (0..times).fold(limit, |limit, _| adaptive.succeeded(limit))
    }

    #[test]
    fn recovers_by_one_after_each_round_of_successes() {
        let mut adaptive = Adaptive::new(1, 9);
        let mut limit = adaptive.refused(9, 9);
        let limits = [0, 3, 1, 4, 1, 6, 7].map(|more| {
            limit = succeed(&mut adaptive, limit, more);
            limit
        });
        assert_eq!(limits, [4, 4, 5, 5, 6, 7, 8]);
        // Nine were refused before, so these are tried only after more rounds.
        assert_eq!(succeed(&mut adaptive, 8, 8 * PATIENCE.0 - 1), 8);
        assert_eq!(succeed(&mut adaptive, 8, 1), 9);
        assert_eq!(succeed(&mut adaptive, 9, 1_000), 9);
    }

    #[test]
    fn a_step_too_far_is_taken_back_and_tried_ever_more_rarely() {
        let mut adaptive = Adaptive::new(1, 10);
        let mut limit = adaptive.refused(10, 10);
        assert_eq!(limit, 5);
        let mut tries = vec![];
        let mut since = 0;
        while tries.len() < 6 {
            limit = succeed(&mut adaptive, limit, 1);
            since += 1;
            if limit == 6 {
                limit = adaptive.refused(6, 6);
                tries.push(since / 5);
                since = 0;
                assert_eq!(limit, 5);
            }
        }
        assert_eq!(tries, [1, 8, 16, 32, 64, 64]);
    }

    #[test]
    fn a_limit_that_succeeds_after_all_grows_as_before() {
        let mut adaptive = Adaptive::new(1, 20);
        let limit = adaptive.refused(12, 12);
        let limit = succeed(&mut adaptive, limit, 6 + 7 + 8 + 9 + 10 + 11 * PATIENCE.0);
        assert_eq!(limit, 12);
        assert_eq!(succeed(&mut adaptive, limit, 12 + 13 + 14), 15);
    }

    #[test]
    fn a_limit_far_above_what_is_in_flight_falls_below_that() {
        assert_eq!(Adaptive::new(1, u32::MAX).refused(u32::MAX, 40), 20);
    }

    #[test]
    fn never_falls_below_its_least_and_never_to_none() {
        let mut adaptive = Adaptive::new(1, 3);
        assert_eq!((0..10).fold(3, |limit, _| adaptive.refused(limit, limit)), 1);
        assert_eq!(Adaptive::new(4, 5).refused(5, 5), 4);
    }

    #[test]
    fn another_tab_goes_on_from_what_one_has_learned() {
        let (mut one, mut other) = (Adaptive::new(1, 9), Adaptive::new(1, 9));
        assert_eq!(one.inspect(), AdaptiveInspection { proven: None, refused: None });
        assert_eq!(one.refused(4, 4), 2);
        assert_eq!(succeed(&mut one, 2, 2), 3);
        other.learn(&one.learned());
        assert_eq!(one.learned(), [0.0, 2.0, 4.0, 8.0]);
        assert_eq!((other.learned(), other.inspect()), (one.learned(), one.inspect()));
        assert_eq!(other.inspect(), AdaptiveInspection { proven: Some(2), refused: Some(4) });
    }
}

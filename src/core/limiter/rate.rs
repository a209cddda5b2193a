//! How many attempts may start in any interval of time: a sliding window.

/// A rate and its window.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RateInspection {
    /// The number of starts that are allowed in an interval.
    pub limit: u32,
    /// In milliseconds.
    pub interval: f64,
    /// The number of starts in the interval that ends now.
    pub used: u32,
}

/// The most starts that a rate may allow: the time of each is kept, in 8 bytes.
pub const MOST_STARTS: u32 = 1_000_000;

/// At most `limit` starts in any `interval`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// At least 1, at most [`MOST_STARTS`].
    pub limit: u32,
    /// In milliseconds.
    pub interval: f64,
}

/// The last starts of a limiter with a rate.
pub(crate) struct Window {
    limit: usize,
    interval: f64,
    /// A ring. It grows with the starts, so a high limit costs nothing before it is used.
    starts: Vec<f64>,
    /// Where the next start goes: in a full ring, in the place of the earliest.
    next: usize,
}

impl Window {
    pub fn new(Rate { limit, interval }: Rate) -> Self {
        Self { limit: limit.clamp(1, MOST_STARTS) as usize, interval, starts: Vec::new(), next: 0 }
    }

    /// Returns when the next attempt may start, if `granted` others start now.
    pub fn ready_at(&self, granted: u32, now: f64) -> f64 {
        let granted = granted as usize;
        if granted >= self.limit {
            return now + self.interval;
        }
        // The start that is `limit` starts before the next one has to be out of the window.
        let before = self.starts.get((self.next + granted) % self.limit);
        before.map_or(f64::NEG_INFINITY, |at| at + self.interval)
    }

    /// Returns the number of starts that it keeps.
    pub fn len(&self) -> usize {
        self.starts.len()
    }

    /// Returns one of them; 0 is the earliest.
    pub fn start_at(&self, index: usize) -> f64 {
        self.starts[(self.next + index) % self.starts.len()]
    }

    /// Returns the rate, and the number of starts in the interval that ends now.
    pub fn inspect(&self, now: f64) -> RateInspection {
        let used = self.starts.iter().filter(|&&at| at + self.interval > now).count();
        RateInspection { limit: self.limit as u32, interval: self.interval, used: used as u32 }
    }

    /// Discards all starts.
    pub fn clear(&mut self) {
        self.starts.clear();
        self.next = 0;
    }

    pub fn start(&mut self, now: f64) {
        match self.starts.get_mut(self.next) {
            Some(earliest) => *earliest = now,
            None => self.starts.push(now),
        }
        self.next = (self.next + 1) % self.limit;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn window(limit: u32, starts: &[f64]) -> Window {
        let mut window = Window::new(Rate { limit, interval: 60.0 });
        starts.iter().for_each(|&at| window.start(at));
        window
    }

    #[test]
    fn the_next_start_waits_until_the_first_of_the_last_leaves_the_window_r21() {
        let free = f64::NEG_INFINITY;
        let cases: [(&[f64], f64); 5] = [
            (&[], free),
            (&[0.0, 10.0], free),
            (&[0.0, 10.0, 30.0], 60.0),
            (&[0.0, 10.0, 30.0, 60.0], 70.0),
            (&[0.0, 10.0, 30.0, 60.0, 70.0, 90.0, 120.0], 130.0),
        ];
        for (starts, expected) in cases {
            assert_eq!(window(3, starts).ready_at(0, 1_000.0), expected, "{starts:?}");
        }
    }

    #[test]
    fn turns_that_were_given_count_as_starts_of_now_r21() {
        let expected = [f64::NEG_INFINITY, 60.0, 70.0, 160.0, 160.0];
        assert_eq!([0, 1, 2, 3, 4].map(|granted| window(3, &[0.0, 10.0]).ready_at(granted, 100.0)), expected);
        // The ring has gone round: its times are 60, 10 and 30.
        let window = window(3, &[0.0, 10.0, 30.0, 60.0]);
        assert_eq!([0, 1, 2, 3].map(|granted| window.ready_at(granted, 100.0)), [70.0, 90.0, 120.0, 160.0]);
    }

    #[test]
    fn a_window_keeps_no_more_starts_than_its_limit() {
        let mut window = window(1_000, &[]);
        assert_eq!(window.starts.capacity(), 0, "nothing is reserved");
        (0..1_000_000).for_each(|at| window.start(f64::from(at)));
        assert_eq!((window.starts.len(), window.ready_at(0, 0.0)), (1_000, 999_060.0));
    }

    #[test]
    fn starts_are_read_from_the_earliest_on_also_when_the_ring_has_gone_round() {
        let all = |window: &Window| (0..window.len()).map(|at| window.start_at(at)).collect::<Vec<_>>();
        assert_eq!(all(&window(3, &[0.0, 10.0])), [0.0, 10.0]);
        let mut full = window(3, &[0.0, 10.0, 30.0, 60.0, 70.0]);
        assert_eq!(all(&full), [30.0, 60.0, 70.0]);
        full.clear();
        full.start(80.0);
        assert_eq!(all(&full), [80.0]);
    }
}

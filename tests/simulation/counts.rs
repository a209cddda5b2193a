//! What the schedules have reached, so that no rule goes untested unnoticed.

/// How often each thing happened.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    /// Attempts.
    pub started: u64,
    /// Attempts that repeat another one.
    pub retries: u64,
    /// Attempts that were given up.
    pub abandoned: u64,
    /// Items that were cancelled.
    pub cancelled: u64,
    /// Questions what became of an attempt.
    pub questions: u64,
    /// Places that the fast path has handed on.
    pub handed_on: u64,
    /// Places that were lent to nested attempts.
    pub lent: u64,
    /// Items that waited for others.
    pub waited: u64,
    /// Times that a full window held starts back.
    pub held_back: u64,
    /// Times that the network was lost.
    pub offline: u64,
    /// Times that the clock jumped ahead.
    pub slept: u64,
}

impl Counts {
    pub fn add(&mut self, other: &Self) {
        self.started += other.started;
        self.retries += other.retries;
        self.abandoned += other.abandoned;
        self.cancelled += other.cancelled;
        self.questions += other.questions;
        self.handed_on += other.handed_on;
        self.lent += other.lent;
        self.waited += other.waited;
        self.held_back += other.held_back;
        self.offline += other.offline;
        self.slept += other.slept;
    }

    /// Returns the count of what happened least.
    pub fn least(&self) -> u64 {
        let Self {
            started,
            retries,
            abandoned,
            cancelled,
            questions,
            handed_on,
            lent,
            waited,
            held_back,
            offline,
            slept,
        } = *self;
        [started, retries, abandoned, cancelled, questions, handed_on, lent, waited, held_back, offline, slept]
            .into_iter()
            .min()
            .unwrap_or(0)
    }
}

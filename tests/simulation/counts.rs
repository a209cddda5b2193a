//! Counts of what the schedules have reached: each must be above zero.

use sluicegate::core::run::waiting::Reason;

/// How often each thing happened.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counts {
    /// Attempts.
    pub started: u64,
    /// Attempts that repeat another one.
    pub retries: u64,
    /// Attempts that were abandoned.
    pub abandoned: u64,
    /// Items that were cancelled.
    pub cancelled: u64,
    /// Questions to the server about an attempt.
    pub questions: u64,
    /// Items that the fast path has started.
    pub fast_path_starts: u64,
    /// Nested attempts that used the place of their parent.
    pub parent_places: u64,
    /// Items that waited for others.
    pub waited: u64,
    /// Times that a full window held starts back.
    pub held_back: u64,
    /// Times that the network was lost.
    pub offline: u64,
    /// Times that the clock jumped ahead.
    pub slept: u64,
    /// Items by what they were said to wait for.
    pub inspected: [u64; Reason::Start as usize],
}

impl Counts {
    pub fn add(&mut self, other: &Self) {
        self.started += other.started;
        self.retries += other.retries;
        self.abandoned += other.abandoned;
        self.cancelled += other.cancelled;
        self.questions += other.questions;
        self.fast_path_starts += other.fast_path_starts;
        self.parent_places += other.parent_places;
        self.waited += other.waited;
        self.held_back += other.held_back;
        self.offline += other.offline;
        self.slept += other.slept;
        self.inspected.iter_mut().zip(other.inspected).for_each(|(count, other)| *count += other);
    }

    /// Returns the count of what happened least.
    pub fn least(&self) -> u64 {
        let Self {
            started,
            retries,
            abandoned,
            cancelled,
            questions,
            fast_path_starts,
            parent_places,
            waited,
            held_back,
            offline,
            slept,
            inspected,
        } = *self;
        [
            started,
            retries,
            abandoned,
            cancelled,
            questions,
            fast_path_starts,
            parent_places,
            waited,
            held_back,
            offline,
            slept,
        ]
        .into_iter()
        .chain(inspected.into_iter().enumerate().filter(|&(reason, _)| is_reached(reason)).map(|(_, count)| count))
        .min()
        .unwrap_or(0)
    }
}

/// Returns whether schedules reach a reason to wait: journals and tabs have simulations of their own.
fn is_reached(reason: usize) -> bool {
    ![Reason::Journal, Reason::Tabs].map(|never| never as usize).contains(&reason)
}

//! A run: its items, its places, and the rule for its next start.

pub mod candidate;
pub mod config;
pub(crate) mod dependencies;
mod ending;
pub mod following;
mod item;
pub mod items;
mod ranking;
mod retries;
mod starting;
mod touched;
pub mod waiting;

use crate::core::attempt::{Attempt, PendingRetry};
use crate::core::due::DueQueue;
use crate::core::ids::{LimiterId, Slot};
use crate::core::progress::Progress;
use crate::core::run::candidate::Candidate;
use crate::core::run::config::{Order, RunConfig, Source};
use crate::core::run::dependencies::Dependencies;
use crate::core::run::following::Following;
use crate::core::run::items::{ItemState, Items};

/// The status of a finished run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// All items are fulfilled or skipped.
    Completed,
    /// All items have outcomes, and some were rejected or cancelled by name.
    Partial,
    /// The run was cancelled, even at its last item.
    Cancelled,
    /// A failure stopped the run.
    Failed,
}

/// The state of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Items start as places become free.
    Running,
    /// Only requested items start.
    Paused,
    /// The run was ended, and attempts that count are still in flight.
    Cancelling(Status),
    /// Every item has its outcome.
    Finished(Status),
    /// The host has discarded the run; abandoned attempts still point to it.
    Discarded,
}

pub(crate) struct Run {
    pub config: RunConfig,
    /// Whether a first attempt needs only a place.
    pub is_plain: bool,
    pub state: State,
    pub progress: Progress,
    pub items: Items,
    /// Whether the source is closed.
    pub closed: bool,
    pub pulling: bool,
    /// Whether the run waits for the network.
    pub is_offline: bool,
    /// Whether an item is awaited that has not been read.
    pub seeks: bool,
    /// Number of attempts in flight that count.
    pub live: u32,
    /// Number of abandoned attempts that have not settled, and hold their places.
    pub abandoned: u32,
    /// Number of places that are reserved for items with a pending retry. Without them a later item could overtake, and
    /// concurrency 1 would not be serial.
    pub reserved: u32,
    pending_retries: DueQueue<PendingRetry>,
    /// The earliest deadline of the pending retries.
    pub overdue_at: f64,
    /// Pending retries of requested items, which go on while the run is paused.
    requested_retries: DueQueue<PendingRetry>,
    /// The attempt of a second step. There is at most one.
    pub committing: Option<Slot>,
    /// The parent attempt that holds a place of the same limiter, with the generation of its slot.
    pub parent: Option<(Slot, u32)>,
    /// Number of attempts to prepare an item, by item; 0 for items that are not prepared.
    pub prepared_attempts: Vec<u32>,
    last_start: f64,
    last_end: f64,
    /// Nothing starts before this time.
    pub not_before: f64,
    /// The timer that is set for this run.
    pub wake_at: f64,
    pub is_ready: bool,
    /// Whether the run ends because its outer run was cancelled: attempts in flight finish.
    pub drains: bool,
    /// Whether the end of the run closed its source, which may have had more items.
    pub is_cut: bool,
    /// Whether items were requested after the end.
    pub was_continued: bool,
    /// Whether more follows the last item, as the host has said.
    pub following: Following,
    /// The limiter that its refusals cool: its own, else that of its parent.
    pub cools: Option<LimiterId>,
    /// What its items wait for.
    pub dependencies: Dependencies,
    /// Whether the run waits for a turn, at its limiter or in its parent place.
    pub is_queued: bool,
    /// The queues with an entry of the run, as bits. An entry may be stale.
    pub entries: u8,
    /// The limiter at which the run has a turn.
    pub turn: Option<LimiterId>,
}

impl Run {
    pub fn new(config: RunConfig, now: f64) -> Self {
        Self {
            config,
            is_plain: config.is_plain(),
            state: State::Running,
            progress: Progress::new(now),
            items: Items::new(config.items, config.has_priorities),
            closed: config.source == Source::None,
            pulling: false,
            is_offline: false,
            seeks: false,
            live: 0,
            abandoned: 0,
            reserved: 0,
            pending_retries: DueQueue::default(),
            overdue_at: f64::INFINITY,
            requested_retries: DueQueue::default(),
            committing: None,
            parent: None,
            prepared_attempts: Vec::new(),
            last_start: f64::NEG_INFINITY,
            last_end: f64::NEG_INFINITY,
            not_before: f64::NEG_INFINITY,
            wake_at: f64::INFINITY,
            is_ready: false,
            drains: false,
            is_cut: false,
            was_continued: false,
            following: Following::Nothing,
            cools: config.limiter,
            dependencies: Dependencies::default(),
            is_queued: false,
            entries: 0,
            turn: None,
        }
    }

    /// Returns whether the state of the run allows a retry of the item.
    pub fn may_repeat(&self, item: u32) -> bool {
        match self.state {
            State::Running | State::Paused => true,
            State::Finished(_) => self.items.is_requested(item),
            State::Cancelling(_) | State::Discarded => false,
        }
    }

    /// Begins the item of a candidate.
    pub fn begin(&mut self, item: u32, candidate: Candidate) {
        match candidate {
            Candidate::Requested(_) => self.items.unqueue(item),
            Candidate::Next(_) => self.items.take_waiting(),
            _ => {}
        }
        if self.items.begin(item) {
            self.progress.in_progress += 1;
        }
    }

    /// Gives an item its outcome.
    pub fn conclude(&mut self, item: u32, state: ItemState) {
        if self.items.end(item) {
            self.progress.in_progress -= 1;
        }
        self.items.set(item, state);
        self.progress.count(item, state, 1);
    }

    /// Marks an item as prepared after a number of attempts.
    pub fn prepare(&mut self, item: u32, attempts: u32) {
        let at = item as usize;
        if self.prepared_attempts.len() <= at {
            self.prepared_attempts.resize(at + 1, 0);
        }
        self.prepared_attempts[at] = attempts;
        self.items.set(item, ItemState::Prepared);
    }

    /// Returns the number of attempts that were made to prepare an item.
    pub fn attempts_to_prepare(&self, item: u32) -> u32 {
        self.prepared_attempts.get(item as usize).copied().unwrap_or(0)
    }

    /// Reopens a settled item: it starts again in its turn.
    pub fn reopen(&mut self, item: u32) {
        self.progress.count(item, self.items.state(item), -1);
        self.items.reopen(item);
    }

    /// Requests a settled item: it starts again before all others.
    pub fn request(&mut self, item: u32, regenerate: bool) {
        self.was_continued |= matches!(self.state, State::Finished(_));
        if self.is_unstored(item) {
            self.following = Following::Nothing;
        }
        self.progress.count(item, self.items.state(item), -1);
        self.items.request(item, regenerate);
    }

    /// Removes a settled item: it counts no more, and cannot be started again.
    pub fn remove(&mut self, item: u32) {
        self.progress.remove(item, self.items.state(item));
        // In order, later items follow the state of an earlier one.
        self.items.remove(item, !self.is_in_order());
    }

    /// Removes the reported fraction of an attempt that has ended.
    pub fn drop_part(&mut self, attempt: &mut Attempt) {
        self.progress.part(attempt.item, attempt.fraction, 0.0);
        attempt.fraction = 0.0;
    }

    /// Returns whether the run has something to start, now or after a wait.
    pub fn wants_to_start(&mut self, now: f64) -> bool {
        let starts = !matches!(self.candidate(now), Candidate::Idle | Candidate::Pull | Candidate::Check(_));
        starts || self.next_expiry(now).is_finite()
    }

    pub fn is_in_order(&self) -> bool {
        matches!(self.config.order, Order::InOrder { .. })
    }

    /// Returns the step of the item's next attempt.
    pub fn step_of(&self, item: u32) -> u8 {
        match self.config.order {
            Order::InOrder { prepares: true } => u8::from(self.items.is_prepared(item)),
            Order::InOrder { prepares: false } => 1,
            Order::Pool | Order::Batches(_) => 0,
        }
    }

    pub(crate) fn may_step(&self, item: u32) -> bool {
        self.step_of(item) == 0 || self.committing.is_none()
    }

    /// Returns whether an item has its outcome after this step.
    pub fn is_last_step(&self, step: u8) -> bool {
        step == 1 || !self.is_in_order()
    }

    /// Returns when the stagger allows a start. It counts from the last start, or from the last end if none is busy.
    pub(crate) fn ready_at(&self, busy: u32) -> f64 {
        let since = if busy == 0 { self.last_start.max(self.last_end) } else { self.last_start };
        (since + self.config.stagger).max(self.not_before)
    }

    pub fn record_start(&mut self, now: f64) {
        self.last_start = now;
    }

    pub fn record_end(&mut self, now: f64) {
        self.last_end = now;
    }

    /// Returns whether only requested items can start.
    pub fn is_over(&self) -> bool {
        !matches!(self.state, State::Running | State::Paused)
    }

    /// Returns whether every item has its outcome and no more can be added.
    pub fn is_done(&self) -> bool {
        let nothing_runs = self.live == 0 && self.pending_retries.is_empty() && self.requested_retries.is_empty();
        match self.state {
            State::Running => nothing_runs && self.closed && self.progress.settled() == self.present(),
            State::Cancelling(_) => nothing_runs,
            State::Paused | State::Finished(_) | State::Discarded => false,
        }
    }

    /// Returns the number of items that were not removed.
    fn present(&self) -> u32 {
        self.items.count() - self.progress.removed
    }

    /// Returns the number of items, if known. For an open run, it is the number of items added so far. Removed ones do
    /// not count.
    pub fn known(&self) -> Option<u32> {
        (self.closed || self.config.source == Source::Open).then_some(self.present())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(config: RunConfig) -> Run {
        Run::new(RunConfig { items: 3, ..config }, 0.0)
    }

    #[test]
    fn a_retry_is_allowed_while_the_run_goes_on_and_then_only_for_requested_items() {
        let mut run = with(RunConfig::default());
        let status = Status::Completed;
        for (state, expected) in [
            (State::Running, true),
            (State::Paused, true),
            (State::Cancelling(status), false),
            (State::Finished(status), false),
            (State::Discarded, false),
        ] {
            run.state = state;
            assert_eq!(run.may_repeat(0), expected, "{state:?}");
        }
        run.conclude(0, ItemState::Rejected);
        run.state = State::Finished(status);
        run.request(0, false);
        assert!(run.may_repeat(0) && !run.may_repeat(1));
    }

    #[test]
    fn an_item_is_in_progress_from_its_begin_to_its_outcome() {
        let mut run = with(RunConfig::default());
        run.begin(0, Candidate::Next(0));
        run.begin(0, Candidate::Again);
        assert_eq!(run.progress.in_progress, 1);
        run.conclude(0, ItemState::Fulfilled);
        run.conclude(1, ItemState::Cancelled);
        assert_eq!((run.progress.in_progress, run.progress.settled()), (0, 2));
    }

    #[test]
    fn the_attempts_of_a_preparation_are_kept() {
        let mut run = with(RunConfig { order: Order::InOrder { prepares: true }, ..RunConfig::default() });
        run.prepare(1, 3);
        assert_eq!([0, 1, 2].map(|item| run.attempts_to_prepare(item)), [0, 3, 0]);
        assert_eq!([0, 1].map(|item| run.step_of(item)), [0, 1]);
    }

    #[test]
    fn a_stagger_counts_from_the_last_start_and_from_the_last_end_if_nothing_is_busy() {
        let mut run = with(RunConfig { stagger: 10.0, ..RunConfig::default() });
        run.record_start(100.0);
        run.record_end(105.0);
        assert_eq!((run.ready_at(0), run.ready_at(1)), (115.0, 110.0));
        run.not_before = 120.0;
        assert_eq!((run.ready_at(0), run.ready_at(1)), (120.0, 120.0));
    }
}

//! One run: its items, its places, and the one rule that says what it may start next.

use super::due::DueQueue;
use super::progress::Progress;
use super::retry::RetryPolicy;

/// What a run is opened with.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct RunConfig {
    /// How many attempts may be unsettled at any time, at least 1.
    pub limit: u32,
    /// How many items are known from the start.
    pub items: u32,
    /// Whether a source has to be asked for more items.
    pub has_source: bool,
    /// The pause between consecutive starts, in milliseconds.
    pub stagger: f64,
    /// How long an attempt may take, in milliseconds; infinite for no limit.
    pub timeout: f64,
    /// When and how often an item is tried again.
    pub retry: RetryPolicy,
    /// What happens to attempts in flight when the run ends early.
    pub on_cancel: CancelMode,
}

impl Default for RunConfig {
    fn default() -> Self {
        Self {
            limit: 1,
            items: 0,
            has_source: false,
            stagger: 0.0,
            timeout: f64::INFINITY,
            retry: RetryPolicy::NONE,
            on_cancel: CancelMode::Drain,
        }
    }
}

/// What an early end does to attempts in flight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CancelMode {
    /// They finish, and their results count.
    Drain,
    /// They are given up at once, and their results do not count.
    Abort,
}

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// All items are fulfilled or skipped.
    Completed,
    /// It went through, and some items were rejected.
    Partial,
    /// It was cancelled, be it at the last moment.
    Cancelled,
    /// A failure ended it.
    Failed,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Running,
    Ending(Status),
    Finished,
    /// The host needs it no more; attempts that were given up still point to it.
    Forgotten,
}

/// An item that waits for its next attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Backing {
    pub item: u32,
    /// Attempts made.
    pub attempts: u32,
    /// The attempt that was given up and still holds the item's place, with the generation of its slot.
    pub given_up: Option<(u32, u32)>,
}

/// What a run may do next.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Candidate {
    /// The next attempt of an item whose wait is over.
    Again,
    /// The first attempt of the next item.
    Next,
    /// Ask the source for an item.
    Pull,
    /// Nothing before this time.
    WaitUntil(f64),
    /// Nothing until something happens.
    Idle,
}

pub(super) struct Run {
    pub config: RunConfig,
    pub state: State,
    pub progress: Progress,
    /// Items known; those from `cursor` on have not been started.
    pub count: u32,
    pub cursor: u32,
    /// No more items will come.
    pub closed: bool,
    pub pulling: bool,
    /// Attempts that count and are under way.
    pub live: u32,
    /// Attempts that were given up and have not settled: they hold their places all the same.
    pub given_up: u32,
    /// Places that are kept for items that back off: else a later item would overtake, and concurrency 1 would not be serial.
    pub held: u32,
    pub backing_off: DueQueue<Backing>,
    last_start: f64,
    start_before_last: f64,
    last_end: f64,
    /// The timer that is set for this run.
    pub wake_at: f64,
    pub is_ready: bool,
}

impl Run {
    pub fn new(config: RunConfig, now: f64) -> Self {
        Self {
            config,
            state: State::Running,
            progress: Progress::new(now),
            count: config.items,
            cursor: 0,
            closed: !config.has_source,
            pulling: false,
            live: 0,
            given_up: 0,
            held: 0,
            backing_off: DueQueue::default(),
            last_start: f64::NEG_INFINITY,
            start_before_last: f64::NEG_INFINITY,
            last_end: f64::NEG_INFINITY,
            wake_at: f64::INFINITY,
            is_ready: false,
        }
    }

    /// The only way by which work enters: a due retry, else the next item, else the source.
    pub fn candidate(&self, now: f64) -> Candidate {
        if self.state != State::Running {
            return Candidate::Idle;
        }
        let busy = self.live + self.given_up;
        // A retry may take any place, a new item none that is kept for a retry.
        let has_room = busy + self.held < self.config.limit;
        let can_go_again = busy < self.config.limit && self.backing_off.peek_due(now).is_some();
        let can_go_on = has_room && self.cursor < self.count;
        if can_go_again || can_go_on {
            let ready_at = self.ready_at(busy);
            if ready_at > now {
                return Candidate::WaitUntil(ready_at);
            }
            return if can_go_again { Candidate::Again } else { Candidate::Next };
        }
        if has_room && !self.closed && !self.pulling {
            return Candidate::Pull;
        }
        match self.backing_off.next_at() {
            Some(at) if at > now => Candidate::WaitUntil(at),
            _ => Candidate::Idle,
        }
    }

    /// The stagger counts from the last start while calls overlap, and from the last end where they do not.
    fn ready_at(&self, busy: u32) -> f64 {
        let since = if busy == 0 { self.last_start.max(self.last_end) } else { self.last_start };
        since + self.config.stagger
    }

    pub fn note_start(&mut self, now: f64) {
        self.start_before_last = self.last_start;
        self.last_start = now;
    }

    /// The last start was none: its item was skipped.
    pub fn forget_start(&mut self) {
        self.last_start = self.start_before_last;
    }

    pub fn attempt_ended(&mut self, now: f64) {
        self.last_end = now;
    }

    /// Nothing will start any more.
    pub fn is_over(&self) -> bool {
        self.state != State::Running
    }

    /// Whether every item has its outcome and no more can come.
    pub fn is_done(&self) -> bool {
        let nothing_runs = self.live == 0 && self.backing_off.is_empty();
        match self.state {
            State::Running => nothing_runs && self.closed && self.cursor == self.count,
            State::Ending(_) => nothing_runs,
            State::Finished | State::Forgotten => false,
        }
    }

    pub fn final_status(&self) -> Status {
        match self.state {
            State::Ending(status) => status,
            _ if self.progress.failed > 0 => Status::Partial,
            _ => Status::Completed,
        }
    }

    /// The number of items, once no more can come.
    pub fn known(&self) -> Option<u32> {
        self.closed.then_some(self.count)
    }
}

//! The rules of a run, kept apart from the engine's own books.

use sluicegate::core::ids::Slot;
use sluicegate::core::retry::PendingQuestion;
use sluicegate::core::run::Status;
use sluicegate::core::run::config::{CancelMode, FailureMode, Order, RunConfig, Source};
use sluicegate::core::run::following::Following;
use sluicegate::core::run::items::ItemState;

/// An item as its user sees it.
#[derive(Clone, Copy, Debug)]
pub struct Item {
    pub state: ItemState,
    pub attempts: u32,
    /// Attempts that were refused and cooled the limiter.
    pub refusals: u32,
    pub refused_since: f64,
    /// Attempts that were made to prepare it.
    pub preparations: u32,
    /// When its next attempt may start.
    pub due: f64,
    /// When its time is over, all attempts together.
    pub deadline: f64,
    /// Nobody knows what became of its last attempt, and the server is to be asked.
    pub question: Option<PendingQuestion>,
    pub prepared: bool,
    /// It was asked for by name.
    pub requested: bool,
    /// It has been started before, or cancelled without.
    pub seen: bool,
    /// The host has looked at it before its start.
    pub checked: bool,
    /// It waits for its inputs.
    pub deferred: bool,
    pub priority: f64,
    /// Its user has cancelled it by name.
    pub unwanted: bool,
    /// While it backs off: an attempt that was given up keeps its place.
    pub keeps_place: bool,
}

impl Item {
    const NEW: Self = Self {
        state: ItemState::Waiting,
        attempts: 0,
        refusals: 0,
        refused_since: f64::INFINITY,
        preparations: 0,
        due: 0.0,
        deadline: f64::INFINITY,
        question: None,
        prepared: false,
        requested: false,
        seen: false,
        checked: false,
        deferred: false,
        priority: 0.0,
        unwanted: false,
        keeps_place: false,
    };
}

/// One run as its user sees it.
pub struct ModelRun {
    pub config: RunConfig,
    pub items: Vec<Item>,
    pub unsettled: u32,
    /// Unsettled attempts at a second step.
    pub committing: u32,
    pub live: u32,
    /// The attempt that it is nested in, with its serial number.
    pub parent: Option<(Slot, u64)>,
    pub paused: bool,
    pub ended: Option<Status>,
    /// Whether the outer run was cancelled, and this one was not.
    pub draining: bool,
    /// Its refusals cool the limiter: its own, or that of the attempt that it is nested in.
    pub cools: bool,
    /// It was ended before its source had.
    pub is_cut: bool,
    pub source_left: u32,
    pub pulling: bool,
    pub source_open: bool,
    pub finished: Option<Status>,
    /// The last accepted answer about the item that follows the last one.
    pub following: Following,
    /// Set when a settled item is requested after the end.
    pub continued: bool,
    pub last_start: f64,
    /// Its user holds all starts back until then.
    pub not_before: f64,
    pub last_fraction: f64,
    /// Its user has interfered: limits have changed, items were asked for by name.
    pub steered: bool,
    /// It waits for the network.
    pub offline: bool,
    /// Its user needs it no more.
    pub discarded: bool,
    /// The next item of the fast path, and the end.
    pub fast_path_items: Option<(u32, u32)>,
}

impl ModelRun {
    pub fn new(config: RunConfig, source_left: u32) -> Self {
        Self {
            config,
            items: vec![Item::NEW; config.items as usize],
            unsettled: 0,
            committing: 0,
            live: 0,
            parent: None,
            paused: false,
            ended: None,
            draining: false,
            cools: false,
            is_cut: false,
            source_left,
            pulling: false,
            source_open: config.source != Source::None,
            finished: None,
            following: Following::Nothing,
            continued: false,
            last_start: f64::NEG_INFINITY,
            not_before: f64::NEG_INFINITY,
            last_fraction: 0.0,
            steered: false,
            offline: false,
            discarded: false,
            fast_path_items: None,
        }
    }

    pub fn count(&self, wanted: ItemState) -> usize {
        self.items.iter().filter(|item| item.state == wanted).count()
    }

    pub fn add(&mut self, items: u32) {
        self.items.resize(self.items.len() + items as usize, Item::NEW);
    }

    /// The engine starts an attempt: everything that may not be.
    pub fn start(
        &mut self,
        index: usize,
        (attempt, reconciles): (u32, bool),
        step: u8,
        carry_from: Option<u32>,
        now: f64,
    ) {
        let item = self.items[index];
        assert!(self.ended.is_none(), "R9: a start after the end");
        assert!(!self.offline, "R27: a start without the network");
        assert!(
            item.requested || (!self.paused && self.finished.is_none()),
            "R8: a start while paused or after the end"
        );
        assert!(self.unsettled < self.config.limit, "R2: more than {} unsettled", self.config.limit);
        match item.state {
            ItemState::Waiting | ItemState::Prepared => assert_eq!(attempt, 1, "R14: attempts are counted"),
            ItemState::BackingOff if item.question.is_some() => {
                assert!(reconciles, "R17: sent again, and the server was not asked");
                assert_eq!(attempt, item.attempts, "R17: the server is asked about another attempt");
            }
            ItemState::BackingOff => {
                assert_eq!(attempt, item.attempts + 1, "R14: attempts are counted");
                assert!(now < item.deadline, "R18: an attempt after the item's time is over");
                let used = attempt - item.refusals;
                assert!(used <= self.config.retry.attempts, "R14: more attempts than allowed");
                assert!(now >= item.due, "R14: a retry before its wait is over");
            }
            other => panic!("R1: a start of an item that is {other:?}"),
        }
        assert!(!reconciles || item.question.is_some(), "R17: the server is asked without question");
        if self.config.limit == 1 && !self.steered {
            let between =
                self.items[..index].iter().find(|it| matches!(it.state, ItemState::Running | ItemState::BackingOff));
            assert!(between.is_none(), "R4: serial is serial");
        }
        if !item.requested && !item.seen {
            let goes_before = |(at, it): &(usize, &Item)| {
                let is_better = it.priority > item.priority || (it.priority == item.priority && *at < index);
                is_better && it.state == ItemState::Waiting && !it.requested && !it.deferred
            };
            let earlier = self.items.iter().enumerate().find(goes_before);
            assert!(earlier.is_none(), "R1: first attempts by priority, then in input order");
        }
        assert!(now - self.last_start >= self.config.stagger - 1e-6, "a start within the stagger");
        assert!(now >= self.not_before, "a start while the run is reserved");
        self.check_order(index, step, carry_from);
        let item = &mut self.items[index];
        if attempt == 1 && !reconciles {
            item.deadline = now + self.config.total_timeout;
            (item.refusals, item.refused_since) = (0, f64::INFINITY);
        }
        (item.state, item.attempts, item.seen, item.keeps_place) = (ItemState::Running, attempt, true, false);
        self.unsettled += 1;
        self.live += 1;
        self.committing += u32::from(step == 1);
    }

    fn check_order(&self, index: usize, step: u8, carry_from: Option<u32>) {
        let item = self.items[index];
        let earlier = &self.items[..index];
        match self.config.order {
            Order::Pool => assert_eq!(step, 0),
            Order::Batches(size) => {
                let start = index / size as usize * size as usize;
                let open = self.items[..start].iter().find(|it| !it.state.is_settled() && !it.requested);
                let may_go_on = item.requested || item.state == ItemState::BackingOff;
                assert!(may_go_on || open.is_none(), "R3: a batch starts before the one before it is done");
            }
            Order::InOrder { prepares } => {
                assert_eq!(step == 1, !prepares || item.prepared, "R25: an earlier step is bought again, or left out");
                if step == 1 {
                    assert_eq!(self.committing, 0, "R3: two commits at once");
                    let open = earlier.iter().find(|it| !it.state.is_settled() && !it.requested);
                    let may_go_on = item.requested || item.state == ItemState::BackingOff;
                    assert!(may_go_on || open.is_none(), "R3: a commit out of order");
                    let carry = earlier.iter().rposition(|it| it.state == ItemState::Fulfilled).map(|at| at as u32);
                    assert_eq!(carry_from, carry, "R7: the carry of the nearest earlier success");
                }
            }
        }
        if step == 0 {
            assert_eq!(carry_from, None);
        }
    }

    pub fn prepared(&mut self, index: usize) {
        self.items[index].prepared = true;
        self.items[index].preparations = self.items[index].attempts;
        self.items[index].question = None;
        self.items[index].state = ItemState::Prepared;
    }

    pub fn outcome(&mut self, index: usize, outcome: ItemState) {
        let item = &mut self.items[index];
        let before = item.state;
        assert!(!before.is_settled(), "R1: a second outcome, {outcome:?} after {before:?}");
        assert!(self.finished.is_none() || item.requested, "R10: an outcome after the end");
        (item.state, item.requested, item.seen, item.unwanted) = (outcome, false, true, false);
        (item.deferred, item.checked) = (false, false);
        item.question = None;
    }

    /// Returns whether no other commit holds up the next step of an item.
    pub fn may_step(&self, item: &Item) -> bool {
        let commits = match self.config.order {
            Order::InOrder { prepares } => !prepares || item.prepared,
            Order::Pool | Order::Batches(_) => false,
        };
        !commits || self.committing == 0
    }

    pub fn is_startable(&self, index: usize) -> bool {
        let item = self.items[index];
        let frontier = self.items.iter().position(|it| !it.state.is_settled()).unwrap_or(self.items.len());
        let has_requested = item.requested || (!self.paused && self.finished.is_none());
        let in_turn = match self.config.order {
            Order::Pool => item.state == ItemState::Waiting,
            Order::Batches(size) => {
                item.state == ItemState::Waiting && index / size as usize <= frontier / size as usize
            }
            Order::InOrder { prepares } if prepares && !item.prepared => item.state == ItemState::Waiting,
            Order::InOrder { .. } => self.committing == 0 && (item.requested || index == frontier),
        };
        has_requested && in_turn && !item.deferred && matches!(item.state, ItemState::Waiting | ItemState::Prepared)
    }

    /// The engine says that it is idle: nothing that could start may be left lying. `gate_is_free` where it shares one.
    /// Returns whether something waits for that gate alone.
    pub fn check_idle(&self, now: f64, gate_is_free: bool) -> bool {
        let is_overdue = |item: &&Item| {
            let may_go_on = item.requested || (!self.paused && self.finished.is_none());
            item.state == ItemState::BackingOff && may_go_on && item.question.is_none() && item.deadline <= now
        };
        let overdue = self.items.iter().find(is_overdue).filter(|_| self.ended.is_none());
        assert!(overdue.is_none(), "R18: an item whose time is over waits: {overdue:?}");
        if self.ended.is_some() || self.offline || self.config.stagger > 0.0 || now < self.not_before {
            return false;
        }
        let mut waits = false;
        let kept =
            self.items.iter().filter(|item| item.state == ItemState::BackingOff && !item.keeps_place).count() as u32;
        if self.unsettled + kept < self.config.limit {
            let left = (0..self.items.len()).find(|&index| self.is_startable(index));
            waits = left.is_some();
            assert!(
                !gate_is_free || !waits,
                "an item waits though a place is free: {:?} finished {:?} {:?} frontier {:?}",
                self.config,
                self.finished,
                left.map(|at| self.items[at]),
                self.items.iter().position(|it| !it.state.is_settled())
            );
            let deferred = self.items.iter().filter(|item| item.deferred).count();
            let reads_on = (deferred as u32) < self.config.limit;
            let pulls = self.config.source == Source::Pulled && !self.paused && self.finished.is_none() && reads_on;
            assert!(
                !gate_is_free || !pulls || !self.source_open || self.pulling,
                "the source is not asked though a place is free"
            );
        }
        if self.unsettled < self.config.limit {
            let overdue = self.items.iter().find(|item| {
                let may_go_on = item.requested || (!self.paused && self.finished.is_none());
                item.state == ItemState::BackingOff && may_go_on && item.due <= now && self.may_step(item)
            });
            waits |= overdue.is_some();
            assert!(!gate_is_free || overdue.is_none(), "a retry is due and a place is free: {overdue:?}");
        }
        waits
    }

    pub fn finish(&mut self, status: Status) {
        assert!(self.finished.is_none(), "two ends");
        assert!(!self.paused || self.ended.is_some(), "R8: a paused run ends by itself");
        let unsettled = self.items.iter().find(|item| !item.state.is_settled());
        assert!(unsettled.is_none(), "R1: the run ends and an item has no outcome: {unsettled:?}");
        let clean = self.count(ItemState::Rejected) + self.count(ItemState::Cancelled) == 0;
        let is_whole = self.draining && !self.is_cut && self.count(ItemState::Cancelled) == 0;
        let stops = self.config.on_failure.contains(&Some(FailureMode::Stop));
        let expected = match self.ended {
            Some(Status::Cancelled) if is_whole && clean => Status::Completed,
            Some(Status::Cancelled) if is_whole && stops => Status::Failed,
            Some(Status::Cancelled) if is_whole => Status::Partial,
            Some(ended) => ended,
            None if clean => Status::Completed,
            None => Status::Partial,
        };
        assert_eq!(status, expected, "R11");
        assert!(self.ended.is_some() || !self.source_open, "the run ends before its source");
        self.finished = Some(status);
        self.paused = false;
        self.ended = None;
    }

    /// Returns the status, which requests after the end may complete.
    pub fn status(&self) -> Option<Status> {
        let is_good = |item: &Item| matches!(item.state, ItemState::Fulfilled | ItemState::Skipped);
        let is_complete = self.items.iter().all(is_good) && self.following == Following::Nothing;
        self.finished.map(|status| if self.continued && is_complete { Status::Completed } else { status })
    }

    /// An early end: what happens to attempts in flight is up to the mode.
    pub fn end(&mut self, status: Status) {
        if self.finished.is_none() && (self.ended.is_none() || status == Status::Cancelled) {
            self.is_cut |= self.source_open;
            self.ended = Some(status);
        }
    }

    /// Whether a timer can matter to it.
    pub fn may_wait_for_time(&self) -> bool {
        let open = self
            .items
            .iter()
            .any(|item| matches!(item.state, ItemState::BackingOff | ItemState::Waiting | ItemState::Prepared));
        let limits = [self.config.timeout, self.config.idle_timeout, self.config.total_timeout];
        let is_timed = limits.iter().any(|limit| limit.is_finite());
        open || (is_timed && self.live > 0)
    }

    pub fn drains(&self) -> bool {
        self.config.on_cancel == CancelMode::Drain || self.draining
    }
}

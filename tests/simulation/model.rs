//! What must be true of a run, kept apart from the engine's own books.

use sluicegate::core::run::{CancelMode, RunConfig, Status};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Item {
    Waiting,
    Running,
    /// Between two attempts; whether an attempt that was given up still keeps its place.
    BackingOff {
        keeps_place: bool,
    },
    Fulfilled,
    Rejected,
    Cancelled,
    Skipped,
}

/// One run as its user sees it.
pub struct ModelRun {
    pub config: RunConfig,
    pub items: Vec<Item>,
    pub attempts: Vec<u32>,
    pub due: Vec<f64>,
    pub next: usize,
    pub unsettled: u32,
    pub live: u32,
    pub ended: Option<Status>,
    pub source_left: u32,
    pub pulling: bool,
    pub source_open: bool,
    pub finished: Option<Status>,
    pub last_start: f64,
    pub last_fraction: f64,
}

impl ModelRun {
    pub fn new(config: RunConfig, source_left: u32) -> Self {
        let count = config.items as usize;
        Self {
            config,
            items: vec![Item::Waiting; count],
            attempts: vec![0; count],
            due: vec![0.0; count],
            next: 0,
            unsettled: 0,
            live: 0,
            ended: None,
            source_left,
            pulling: false,
            source_open: config.has_source,
            finished: None,
            last_start: f64::NEG_INFINITY,
            last_fraction: 0.0,
        }
    }

    pub fn count(&self, wanted: Item) -> usize {
        self.items.iter().filter(|&&item| item == wanted).count()
    }

    pub fn add(&mut self, items: u32) {
        let count = self.items.len() + items as usize;
        self.items.resize(count, Item::Waiting);
        self.attempts.resize(count, 0);
        self.due.resize(count, 0.0);
    }

    /// The engine starts an attempt: everything that may not be.
    pub fn start(&mut self, item: usize, attempt: u32, now: f64) {
        assert!(self.ended.is_none() && self.finished.is_none(), "R9: a start after the end");
        assert!(self.unsettled < self.config.limit, "R2: more than {} unsettled", self.config.limit);
        match self.items[item] {
            Item::Waiting => {
                assert_eq!((item, attempt), (self.next, 1), "R1: first attempts in input order");
                self.next += 1;
            }
            Item::BackingOff { .. } => {
                assert_eq!(attempt, self.attempts[item] + 1, "R14: attempts are counted");
                assert!(attempt <= self.config.retry.attempts, "R14: more attempts than allowed");
                assert!(now >= self.due[item], "R14: a retry before its wait is over");
            }
            other => panic!("R1: a start of an item that is {other:?}"),
        }
        if self.config.limit == 1 {
            let unfinished = self.items[..item].iter().find(|it| matches!(it, Item::Running | Item::BackingOff { .. }));
            assert_eq!(unfinished, None, "R4: serial is serial");
        }
        assert!(now - self.last_start >= self.config.stagger - 1e-6, "a start within the stagger");
        self.items[item] = Item::Running;
        self.attempts[item] = attempt;
        self.unsettled += 1;
        self.live += 1;
    }

    pub fn outcome(&mut self, item: usize, outcome: Item) {
        let before = self.items[item];
        assert!(
            matches!(before, Item::Waiting | Item::Running | Item::BackingOff { .. }),
            "R1: a second outcome, {outcome:?} after {before:?}"
        );
        assert!(self.finished.is_none(), "R10: an outcome after the end");
        self.items[item] = outcome;
    }

    /// The engine says that it is idle: nothing that could start may be left lying.
    pub fn check_idle(&self, now: f64) {
        if self.finished.is_some() || self.ended.is_some() {
            return;
        }
        let is_keeping = |item: &&Item| **item == Item::BackingOff { keeps_place: false };
        let kept = self.items.iter().filter(is_keeping).count() as u32;
        let staggered = self.config.stagger > 0.0;
        if self.unsettled + kept < self.config.limit && !staggered {
            assert_eq!(self.next, self.items.len(), "an item waits though a place is free");
            assert!(!self.source_open || self.pulling, "the source is not asked though a place is free");
        }
        if self.unsettled < self.config.limit && !staggered {
            let waiting = self.items.iter().zip(&self.due);
            let overdue = waiting.filter(|(item, due)| matches!(item, Item::BackingOff { .. }) && **due <= now).count();
            assert_eq!(overdue, 0, "a retry is due and a place is free");
        }
    }

    pub fn finish(&mut self, status: Status) {
        assert!(self.finished.is_none(), "two ends");
        let unsettled =
            self.items.iter().find(|item| matches!(item, Item::Waiting | Item::Running | Item::BackingOff { .. }));
        assert_eq!(unsettled, None, "R1: the run ends and an item has no outcome");
        let expected = match self.ended {
            Some(ended) => ended,
            None if self.count(Item::Rejected) > 0 => Status::Partial,
            None => Status::Completed,
        };
        assert_eq!(status, expected, "R11");
        if self.ended.is_none() {
            assert!(!self.source_open, "the run ends before its source");
            assert_eq!(self.count(Item::Cancelled), 0, "R11: nobody cancelled");
        }
        self.finished = Some(status);
    }

    /// An early end: what happens to attempts in flight is up to the mode.
    pub fn end(&mut self, status: Status) {
        if self.ended.is_none() || status == Status::Cancelled {
            self.ended = Some(status);
        }
    }

    /// Whether a timer can matter to it.
    pub fn may_wait_for_time(&self) -> bool {
        let backs_off = self.items.iter().any(|item| matches!(item, Item::BackingOff { .. }));
        let is_staggered = self.config.stagger > 0.0 && self.next < self.items.len();
        let may_start = self.ended.is_none() && (backs_off || is_staggered);
        self.finished.is_none() && (may_start || (self.config.timeout.is_finite() && self.live > 0))
    }

    pub fn drains(&self) -> bool {
        self.config.on_cancel == CancelMode::Drain
    }
}

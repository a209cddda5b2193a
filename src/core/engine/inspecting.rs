//! Says what runs and limiters wait for, for bug reports and developer tools. It changes nothing.

use crate::core::attempt::AttemptState;
use crate::core::engine::Engine;
use crate::core::engine::nesting::parent_place;
use crate::core::ids::{LimiterId, RunId};
use crate::core::limiter::inspecting::LimiterInspection;
use crate::core::run::config::Source;
use crate::core::run::items::ItemState;
use crate::core::run::waiting::{Reason, Wait};
use crate::core::run::{Run, State};

/// What a run waits for. The counts are of items that were not removed: `running + waiting + done` are all.
#[derive(Clone, Debug, PartialEq)]
pub struct RunInspection {
    /// Items with an attempt in flight.
    pub running: u32,
    /// Items that have no outcome and no attempt in flight.
    pub waiting: u32,
    /// Items with an outcome.
    pub done: u32,
    /// Where more items may come from.
    pub source: SourceState,
    /// The first items without an outcome, by index.
    pub items: Vec<ItemInspection>,
}

/// Whether more items may come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceState {
    /// No more items come.
    Ended,
    /// Items may be added.
    Open,
    /// The source was asked for the next item, and has not given it.
    Reading,
    /// The source is asked when there is a place.
    Ready,
}

/// What an item without an outcome waits for.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemInspection {
    /// Its index.
    pub index: u32,
    /// Number of the attempt in flight, or of the last one; 0 if there was none.
    pub attempt: u32,
    /// What it waits for.
    pub waits_for: Reason,
    /// The time before which it cannot start, if that is known.
    pub until: Option<f64>,
    /// The unsettled items that it waits for.
    pub inputs: Vec<(RunId, u32)>,
}

impl Engine {
    /// Returns what a run and at most `most` of its items wait for.
    pub fn inspect_run(&self, id: RunId, most: usize, now: f64) -> Option<RunInspection> {
        let now = self.now.max(now);
        let run = self.runs.get(id.index())?;
        let (mut running, mut done, mut items) = (0, 0, Vec::new());
        for item in 0..run.items.count() {
            let state = run.items.state(item);
            if state.is_settled() {
                done += 1;
                continue;
            }
            running += u32::from(state == ItemState::Running);
            if items.len() < most {
                items.push(self.inspect_item(id, run, item, now));
            }
        }
        let waiting = run.items.count() - running - done;
        let source = match run.config.source {
            _ if run.closed || run.is_over() => SourceState::Ended,
            Source::Open => SourceState::Open,
            _ if run.pulling => SourceState::Reading,
            _ => SourceState::Ready,
        };
        Some(RunInspection { running, waiting, done: done - run.progress.removed, source, items })
    }

    fn inspect_item(&self, id: RunId, run: &Run, index: u32, now: f64) -> ItemInspection {
        let mut wait = run.wait(index, &self.attempts, now);
        let mut attempt = run.attempts_made(index);
        if wait.reason == Reason::Task {
            let counts = |state| matches!(state, AttemptState::Live | AttemptState::TimingOut);
            let mut attempts = self.attempts.iter().map(|(_, attempt)| attempt);
            if let Some(found) = attempts.find(|it| it.run == id && it.item == index && counts(it.state)) {
                attempt = found.number;
                if found.question.is_some() {
                    wait = Wait::for_(Reason::Answer);
                }
            }
        }
        if wait.reason == Reason::Start && run.state != State::Forgotten {
            wait = self.wait_at_limiter(run, now);
        }
        let inputs = if wait.reason == Reason::Inputs { self.open_inputs(run, index) } else { Vec::new() };
        let Wait { reason: waits_for, until } = wait;
        ItemInspection { index, attempt, waits_for, until, inputs }
    }

    /// Returns what holds a run back that has something to start and a place for it.
    fn wait_at_limiter(&self, run: &Run, now: f64) -> Wait {
        let Some(limiter) = run.config.limiter.filter(|_| run.turn.is_none()) else { return Wait::START };
        let own = self.wait_at(limiter, now);
        let Some(parent) = parent_place(&self.attempts, run) else { return own };
        match self.wait_at(parent, now) {
            // Another nested attempt has the place of the parent, and may leave it at any time.
            Wait { reason: Reason::Limiter, .. } => Wait { until: None, ..own },
            wait => wait,
        }
    }

    fn wait_at(&self, id: LimiterId, now: f64) -> Wait {
        let Some(place) = self.limiters.get(id.index()) else { return Wait::for_(Reason::Limiter) };
        let limiter = place.parent.and_then(|parent| self.limiters.get(parent.index())).unwrap_or(place);
        place.wait(now, limiter.cool_until())
    }

    fn open_inputs(&self, run: &Run, item: u32) -> Vec<(RunId, u32)> {
        let inputs = run.dependencies.inputs_of(item).iter().copied();
        let is_open = |&(id, input): &(RunId, u32)| {
            self.runs.get(id.index()).is_some_and(|run| !run.items.state(input).is_settled())
        };
        inputs.filter(is_open).collect()
    }

    /// Returns the state of a limiter.
    pub fn inspect_limiter(&self, id: LimiterId, now: f64) -> Option<LimiterInspection> {
        self.limiters.get(id.index()).map(|limiter| limiter.inspect(self.now.max(now)))
    }
}

//! Attempts that fail or take too long, and what may follow.

use sluicegate::core::engine::output::{AfterFailure, Overdue};
use sluicegate::core::ids::{RunId, Slot};
use sluicegate::core::limiter::COOLDOWN;
use sluicegate::core::retry::classify::Verdict;
use sluicegate::core::retry::failure::{Decision, Failure};
use sluicegate::core::retry::{Made, PendingQuestion};
use sluicegate::core::run::Status;
use sluicegate::core::run::config::FailureMode;
use sluicegate::core::run::items::ItemState;

use crate::scenario;
use crate::world::{Call, World};

impl World {
    pub fn time_out(&mut self, slot: Slot, overdue: Overdue) {
        let failure = Failure { is_end_reason: false, ..scenario::failure(&mut self.rng) };
        let after = self.engine.timed_out(slot, &failure, self.now);
        let call = self.calls.get_mut(&slot).expect("a known attempt");
        assert!(!call.abandoned, "R18: a second time-out");
        let may_go_on = matches!(after, AfterFailure::Retrying | AfterFailure::Reconciling);
        (call.abandoned, call.keeps_place) = (true, may_go_on);
        let call = Call { ..*call };
        let now = self.now;
        let it = self.run(call.run);
        it.live -= 1;
        match overdue {
            Overdue::Attempt => assert!(now - call.started >= it.config.timeout - 1e-6, "R18: too early"),
            Overdue::Silent => assert!(now - call.touched >= it.config.idle_timeout - 1e-6, "R18: too early"),
            Overdue::Item if call.reconciles => assert!(now - call.started >= it.config.total_timeout - 1e-6, "R18"),
            Overdue::Item => assert!(now >= it.items[call.item].deadline, "R18: too early"),
        }
        self.counts.abandoned += 1;
        self.after_failure(&call, after, &failure, true);
    }

    /// The item waited so long for its next attempt that its time is over.
    pub fn expire(&mut self, run: RunId, index: usize, attempts: u32) {
        let now = self.now;
        let it = self.run(run);
        let item = it.items[index];
        assert_eq!((item.state, item.attempts, item.question), (ItemState::BackingOff, attempts, None), "R18: expired");
        assert!(item.deadline <= now, "R18: expired too early");
        assert!(item.requested || !it.paused, "R8: expired while paused");
        it.outcome(index, ItemState::Rejected);
    }

    /// The server says that it has not done the work of the attempt before.
    pub fn not_found(&mut self, slot: Slot, call: &Call, now: f64) {
        let after = self.engine.not_found(slot, now);
        let question = self.run(call.run).items[call.item].question.expect("R17: a question without question");
        self.follow(call, after, question.delay, None, false);
    }

    pub fn after_failure(&mut self, call: &Call, after: AfterFailure, failure: &Failure, keeps_place: bool) {
        let engine_time = self.engine_time;
        if self.run(call.run).cools && failure.throttled {
            let wait = failure.retry_after.unwrap_or(COOLDOWN);
            self.limiter.cool_until = self.limiter.cool_until.max(engine_time + wait);
        }
        let it = self.run(call.run);
        let cools = it.cools;
        if (it.ended.is_some() || it.finished.is_some()) && failure.is_end_reason {
            assert_eq!(after, AfterFailure::Cancelled, "R9: a task that ended with its run");
            return it.outcome(call.item, ItemState::Cancelled);
        }
        let (policy, config, offline) = (it.config.retry, it.config, it.offline);
        let item = &mut it.items[call.item];
        let is_cooled = cools && failure.throttled && failure.verdict == Verdict::Refused;
        let is_cut_off = offline && !failure.throttled && !matches!(failure.verdict, Verdict::Final | Verdict::Unknown);
        if item.question.is_none() && (is_cooled || is_cut_off) {
            item.refused_since = item.refused_since.min(engine_time);
            let is_free = item.deadline.is_finite() || engine_time - item.refused_since < 300_000.0;
            item.refusals += u32::from(is_free);
        }
        let item = *item;
        let made = Made { attempts: item.attempts, refusals: item.refusals };
        match item.question {
            Some(question) => self.follow(call, after, question.unanswered(), None, keeps_place),
            None if config.retry.reconciles && is_uncertain(failure) => {
                let delay = policy.next_delay(made, failure);
                let question = PendingQuestion { delay, keyed: failure.keyed };
                self.follow(call, after, Some(0.0), Some(question), keeps_place);
            }
            None => self.follow(call, after, policy.next_delay(made, failure), None, keeps_place),
        }
    }

    /// Notes what must follow an attempt without a result, if the policy gives it the wait `delay`.
    fn follow(
        &mut self,
        call: &Call,
        after: AfterFailure,
        delay: Option<f64>,
        question: Option<PendingQuestion>,
        keeps_place: bool,
    ) {
        let engine_time = self.engine_time;
        let stops = self.rng.u8(0..6);
        let answers = [FailureMode::Continue, FailureMode::Stop, FailureMode::Pause];
        let it = self.run(call.run);
        let item = it.items[call.item];
        let may_repeat = it.ended.is_none() && (it.finished.is_none() || item.requested);
        let in_time = |delay: &f64| question.is_some() || engine_time + delay < item.deadline;
        let expected = delay.filter(|_| may_repeat).filter(in_time);
        match after {
            AfterFailure::Retrying | AfterFailure::Reconciling => {
                assert_eq!(
                    after == AfterFailure::Reconciling,
                    question.is_some(),
                    "R17: asked without question, or not asked"
                );
                let item = &mut it.items[call.item];
                item.due = engine_time + expected.expect("R14: a retry that the policy forbids");
                (item.state, item.question, item.keeps_place) = (ItemState::BackingOff, question, keeps_place);
            }
            AfterFailure::Rejected => {
                assert_eq!(expected, None, "R14: a retry is missing");
                it.outcome(call.item, ItemState::Rejected);
                let (pauses, answer) = (stops == 0, answers.get(usize::from(stops)).copied());
                let mode = it.config.on_failure[usize::from(call.step)].or(answer).unwrap_or(FailureMode::Stop);
                let mode = if pauses { FailureMode::Pause } else { mode };
                let is_under_way = it.ended.is_none() && it.finished.is_none();
                let pauses_run = mode == FailureMode::Pause && it.config.can_resume;
                let stops_run = is_under_way && !pauses_run && mode != FailureMode::Continue;
                it.paused |= pauses_run && is_under_way;
                if stops_run {
                    it.end(Status::Failed);
                }
                let stopped = self.engine.follow_rejection(call.run, call.step, pauses, answer, engine_time);
                assert_eq!(stopped, stops_run, "R8: a failure stopped a run, or did not");
            }
            AfterFailure::Cancelled | AfterFailure::Ignored => panic!("R1: a failure is lost: {after:?}"),
        }
    }
}

/// Says what an uncertain failure is, in other words than the engine does.
fn is_uncertain(failure: &Failure) -> bool {
    let may_be_done = failure.sent && failure.cause == Verdict::Ambiguous;
    may_be_done || failure.decision == Some(Decision::Reconcile)
}

//! Attempts that fail or take too long, and what may follow.

use sluicegate::core::gate::COOLDOWN;
use sluicegate::core::items::Stand;
use sluicegate::core::output::{AfterFailure, Overdue, RunId, Slot};
use sluicegate::core::retry::{Doubt, Failure};
use sluicegate::core::run::Status;

use crate::scenario;
use crate::world::{Call, World};

impl World {
    pub fn time_out(&mut self, slot: Slot, overdue: Overdue) {
        let failure = Failure { withdrawn: false, ..scenario::failure(&mut self.rng) };
        let after = self.engine.timed_out(slot, &failure, self.now);
        let call = self.calls.get_mut(&slot).expect("a known attempt");
        assert!(!call.given_up, "R18: a second time-out");
        let goes_on = matches!(after, AfterFailure::Retrying | AfterFailure::Reconciling);
        (call.given_up, call.keeps_place) = (true, goes_on);
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
        self.counts[2] += 1;
        self.after_failure(&call, after, &failure, true);
    }

    /// The item waited so long for its next attempt that its time is over.
    pub fn expire(&mut self, run: RunId, index: usize, attempts: u32) {
        let now = self.now;
        let it = self.run(run);
        let item = it.items[index];
        assert_eq!((item.stand, item.attempts, item.doubt), (Stand::BackingOff, attempts, None), "R18: expired");
        assert!(item.deadline <= now, "R18: expired too early");
        assert!(item.forced || !it.paused, "R8: expired while paused");
        it.outcome(index, Stand::Rejected);
    }

    /// The server says that it has not done the work of the attempt before.
    pub fn not_found(&mut self, slot: Slot, call: &Call, now: f64) {
        let after = self.engine.not_found(slot, now);
        let doubt = self.run(call.run).items[call.item].doubt.expect("R17: a question without doubt");
        self.follow(call, after, doubt.delay, None, false);
    }

    pub fn after_failure(&mut self, call: &Call, after: AfterFailure, failure: &Failure, keeps_place: bool) {
        let heard = self.heard;
        if call.gated && failure.throttled {
            let wait = failure.retry_after.unwrap_or(COOLDOWN);
            self.gate.cool_until = self.gate.cool_until.max(heard + wait);
        }
        let it = self.run(call.run);
        if (it.ended.is_some() || it.finished.is_some()) && failure.withdrawn {
            assert_eq!(after, AfterFailure::Cancelled, "R9: a task that ended with its run");
            return it.outcome(call.item, Stand::Cancelled);
        }
        let item = it.items[call.item];
        let (policy, config) = (it.config.retry, it.config);
        match item.doubt {
            Some(doubt) => self.follow(call, after, doubt.unresolved(), None, keeps_place),
            None if config.reconciles && failure.doubtful => {
                let doubt = policy.doubt(item.attempts, failure);
                self.follow(call, after, Some(0.0), Some(doubt), keeps_place);
            }
            None => self.follow(call, after, policy.next_delay(item.attempts, failure), None, keeps_place),
        }
    }

    /// What must follow an attempt without a result, if `delay` is the wait that the policy gives it.
    fn follow(
        &mut self,
        call: &Call,
        after: AfterFailure,
        delay: Option<f64>,
        doubt: Option<Doubt>,
        keeps_place: bool,
    ) {
        let heard = self.heard;
        let stops = self.rng.u8(0..6);
        let it = self.run(call.run);
        let item = it.items[call.item];
        let may_repeat = it.ended.is_none() && (it.finished.is_none() || item.forced);
        let in_time = |delay: &f64| doubt.is_some() || heard + delay < item.deadline;
        let expected = delay.filter(|_| may_repeat).filter(in_time);
        match after {
            AfterFailure::Retrying | AfterFailure::Reconciling => {
                assert_eq!(
                    after == AfterFailure::Reconciling,
                    doubt.is_some(),
                    "R17: asked without doubt, or not asked"
                );
                let item = &mut it.items[call.item];
                item.due = heard + expected.expect("R14: a retry that the policy forbids");
                (item.stand, item.doubt, item.keeps_place) = (Stand::BackingOff, doubt, keeps_place);
            }
            AfterFailure::Rejected => {
                assert_eq!(expected, None, "R14: a retry is missing");
                it.outcome(call.item, Stand::Rejected);
                match stops {
                    0 => {
                        it.end(Status::Failed);
                        self.engine.stop(call.run, heard);
                    }
                    1 => {
                        it.paused |= it.ended.is_none() && it.finished.is_none();
                        self.engine.pause(call.run);
                    }
                    _ => {}
                }
            }
            AfterFailure::Cancelled | AfterFailure::Ignored => panic!("R1: a failure is lost: {after:?}"),
        }
    }
}

//! Attempts that fail or take too long, and what may follow.

use sluicegate::core::gate::COOLDOWN;
use sluicegate::core::items::Stand;
use sluicegate::core::output::{AfterFailure, Slot};
use sluicegate::core::retry::Failure;
use sluicegate::core::run::Status;

use crate::scenario;
use crate::world::{Call, World};

impl World {
    pub fn time_out(&mut self, slot: Slot, idle: bool) {
        let failure = scenario::failure(&mut self.rng);
        let after = self.engine.timed_out(slot, &failure, self.now);
        let call = self.calls.get_mut(&slot).expect("a known attempt");
        assert!(!call.given_up, "R18: a second time-out");
        (call.given_up, call.keeps_place) = (true, after == AfterFailure::Retrying);
        let call = Call { ..*call };
        let it = self.run(call.run);
        let (allowed, since) =
            if idle { (it.config.idle_timeout, call.touched) } else { (it.config.timeout, call.started) };
        it.live -= 1;
        assert!(self.now - since >= allowed - 1e-6, "R18: too early");
        self.counts[2] += 1;
        self.after_failure(&call, after, &failure, true);
    }

    pub fn after_failure(&mut self, call: &Call, after: AfterFailure, failure: &Failure, keeps_place: bool) {
        let heard = self.heard;
        if call.gated && failure.throttled {
            let wait = failure.retry_after.unwrap_or(COOLDOWN);
            self.gate.cool_until = self.gate.cool_until.max(heard + wait);
        }
        let stops = self.rng.u8(0..6);
        let it = self.run(call.run);
        let item = it.items[call.item];
        let may_repeat = it.ended.is_none() && (it.finished.is_none() || item.forced);
        let expected = it.config.retry.next_delay(item.attempts, failure).filter(|_| may_repeat);
        match after {
            AfterFailure::Retrying => {
                let item = &mut it.items[call.item];
                item.due = heard + expected.expect("R14: a retry that the policy forbids");
                (item.stand, item.keeps_place) = (Stand::BackingOff, keeps_place);
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
            AfterFailure::Ignored => panic!("R1: a failure is lost"),
        }
    }
}

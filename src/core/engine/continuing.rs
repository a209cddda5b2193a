//! Runs whose items lead to further items, as the chunks of a phase do. Such a run can go on after its end, if its last
//! item is made again.

use crate::core::engine::Engine;
use crate::core::ids::RunId;
use crate::core::run::State;
use crate::core::run::following::Following;

impl Engine {
    /// Records whether another item follows the last one. Before the end, the source of the run gives the items, and
    /// only [`Following::Unstored`] is accepted. After a cancel, no answer is accepted.
    ///
    /// Returns whether the run goes on. With [`Following::Awaited`], it awaits an answer of the host. With
    /// [`Following::Item`], it has one more item, which counts as requested by name.
    pub fn lead_on(&mut self, id: RunId, following: Following, now: f64) -> bool {
        self.advance(now);
        let Some(run) = self.runs.get_mut(id.index()) else { return false };
        let is_answer = match following {
            Following::Awaited => matches!(run.state, State::Finished(_)),
            Following::Unstored => true,
            _ => run.following == Following::Awaited,
        };
        if !is_answer {
            return false;
        }
        run.following = following;
        if following == Following::Item {
            run.following = Following::Nothing;
            let item = run.items.count();
            run.items.add(1);
            run.items.request(item, false);
            self.make_ready(id);
        }
        matches!(following, Following::Awaited | Following::Item)
    }
}

#[cfg(test)]
mod tests {
    use crate::core::engine::Engine;
    use crate::core::engine::output::Output;
    use crate::core::ids::{RunId, Slot};
    use crate::core::retry::failure::Failure;
    use crate::core::run::Status;
    use crate::core::run::config::RunConfig;
    use crate::core::run::following::Following::{Awaited, Item, Nothing, Unknown, Unstored};
    use crate::core::testing::{starts, starts_of_items};

    /// Returns a run of two items, whose last one was made again after the end and is being stored.
    fn made_again() -> (Engine, RunId) {
        let mut engine = Engine::new();
        let run = engine.open(RunConfig { items: 2, limit: 1, stagger: 10.0, ..RunConfig::default() }, 0.0);
        assert_eq!(starts_of_items(&mut engine, 0.0), [(run, 0, Slot(0))]);
        engine.fulfilled(Slot(0), 5.0);
        engine.tick(15.0);
        assert_eq!(starts_of_items(&mut engine, 15.0), [(run, 1, Slot(0))]);
        assert!(!engine.lead_on(run, Awaited, 15.0), "it has not finished");
        engine.failed(Slot(0), &Failure::FINAL, 20.0);
        assert_eq!(engine.poll(20.0), Some(Output::Finished { run, status: Status::Partial }));
        assert!(engine.retry_item(run, 1, false, 21.0));
        engine.tick(30.0);
        assert_eq!(starts_of_items(&mut engine, 30.0), [(run, 1, Slot(0))]);
        assert!(engine.lead_on(run, Awaited, 35.0));
        engine.fulfilled(Slot(0), 35.0);
        assert_eq!(engine.poll(35.0), None);
        (engine, run)
    }

    #[test]
    fn a_finished_run_goes_on_with_one_more_item_after_its_stagger_r41() {
        let (mut engine, run) = made_again();
        assert!(engine.lead_on(run, Item, 36.0) && !engine.lead_on(run, Item, 36.0));
        assert_eq!(starts(&mut engine, 36.0), []);
        engine.tick(45.0);
        let start = engine.poll(45.0);
        assert!(matches!(start, Some(Output::Start { item: 2, attempt: 1, .. })), "{start:?}");
        engine.fulfilled(Slot(0), 46.0);
        assert_eq!(engine.progress(run).map(|(progress, known)| (progress.settled(), known)), Some((3, Some(3))));
    }

    #[test]
    fn a_run_is_complete_and_idle_once_nothing_follows_r41() {
        for (follows, status) in [(Nothing, Status::Completed), (Unknown, Status::Partial), (Unstored, Status::Partial)]
        {
            let (mut engine, run) = made_again();
            assert_eq!((engine.status(run), engine.is_busy(run)), (Some(Status::Partial), true));
            assert!(!engine.lead_on(run, follows, 36.0));
            assert_eq!((engine.status(run), engine.is_busy(run)), (Some(status), false));
            assert!(!engine.cancel(run, 37.0), "nothing is awaited");
        }
    }

    #[test]
    fn a_cancel_while_it_is_awaited_what_follows_lets_nothing_follow_r41() {
        let (mut engine, run) = made_again();
        assert!(engine.cancel(run, 36.0) && !engine.cancel(run, 36.0));
        assert!(!engine.lead_on(run, Item, 37.0) && !engine.lead_on(run, Nothing, 37.0));
        assert_eq!((engine.poll(37.0), engine.status(run)), (None, Some(Status::Partial)));
        assert!(engine.retry_item(run, 1, true, 38.0) && engine.lead_on(run, Awaited, 38.0));
        assert!(engine.lead_on(run, Item, 39.0), "it was asked for since");
    }

    #[test]
    fn a_cancel_reaches_what_a_finished_run_goes_on_with_r41() {
        let (mut engine, run) = made_again();
        assert!(engine.lead_on(run, Item, 36.0) && engine.cancel(run, 36.0));
        assert_eq!(engine.poll(36.0), Some(Output::NeverStarted { run, from: 2, to: 3 }));
        assert_eq!(engine.poll(36.0), None);
    }

    #[test]
    fn a_fulfilled_item_that_was_not_stored_is_made_again_once_r41() {
        let mut engine = Engine::new();
        let run = engine.open(RunConfig { items: 2, limit: 2, ..RunConfig::default() }, 0.0);
        assert_eq!(starts(&mut engine, 0.0).len(), 2);
        engine.fulfilled(Slot(0), 1.0);
        engine.fulfilled(Slot(1), 1.0);
        assert!(!engine.lead_on(run, Unstored, 1.0));
        assert!(!engine.retry_item(run, 0, false, 2.0), "it is not the last one");
        assert!(engine.retry_item(run, 0, true, 2.0) && engine.retry_item(run, 1, false, 2.0));
        for (_, slot) in starts(&mut engine, 2.0) {
            engine.fulfilled(slot, 3.0);
        }
        assert!(!engine.retry_item(run, 1, false, 4.0));
    }
}

use super::*;
use crate::core::ids::Slot;
use crate::core::limiter::rate::Rate;
use crate::core::limiter::tabs::{self, PATIENCE, SILENCE, TabEvent};
use crate::core::retry::failure::Failure;
use crate::core::run::config::RunConfig;
use crate::core::testing::one_of;

const ID: LimiterId = LimiterId(0);

/// Tabs whose messages arrive at once. Those that are frozen receive nothing.
struct Tabs {
    engines: Vec<Engine>,
    parts: Vec<tabs::Tabs>,
    frozen: Vec<usize>,
    takes_over: Vec<usize>,
}

impl Tabs {
    /// Opens tabs with the ids 1, 2 and so on. The first leads.
    fn open<const N: usize>(config: LimiterConfig) -> Self {
        let ids: Vec<f64> = (1..=N).map(|id| id as f64).collect();
        let engines = ids.iter().map(|_| {
            let mut engine = Engine::new();
            engine.open_shared_limiter(config);
            engine
        });
        let parts = ids.iter().map(|&id| tabs::Tabs::new(id, config)).collect();
        let mut tabs = Self { engines: engines.collect(), parts, frozen: vec![], takes_over: vec![] };
        tabs.handle(0, TabEvent::Lead(&ids), 0.0);
        assert!(tabs.run_all(0.0).is_empty());
        tabs
    }

    fn handle(&mut self, tab: usize, event: TabEvent<'_>, now: f64) {
        let cool_until = self.parts[tab].handle(event, now);
        self.engines[tab].ask_for_report(ID, cool_until);
    }

    /// Answers a report. Returns the message to the other tabs, if there is one.
    fn exchange(&mut self, tab: usize, now: f64) -> Option<Vec<f64>> {
        let report = self.engines[tab].take_report(ID)?;
        let (grant, takes_over) = self.parts[tab].exchange(&report, now);
        self.takes_over.extend(takes_over.then_some(tab));
        let is_idle = self.engines[tab].permit(ID, grant, now);
        Some(self.parts[tab].take_message(is_idle, now)).filter(|message| !message.is_empty())
    }

    fn run(&mut self, tab: usize, items: u32) {
        let engine = &mut self.engines[tab];
        engine.open(RunConfig { items, limit: items, ..one_of(ID) }, engine.now);
    }

    /// Lets all go on until nothing more happens. Returns the starts.
    fn run_all(&mut self, now: f64) -> Vec<(usize, Slot)> {
        let mut starts = vec![];
        loop {
            let mut messages = vec![];
            for tab in (0..self.engines.len()).filter(|tab| !self.frozen.contains(tab)).collect::<Vec<_>>() {
                self.engines[tab].tick(now);
                while let Some(output) = self.engines[tab].poll(now) {
                    match output {
                        Output::Start { slot, .. } => starts.push((tab, slot)),
                        Output::Report { .. } => messages.extend(self.exchange(tab, now).map(|reports| (tab, reports))),
                        _ => {}
                    }
                }
            }
            if messages.is_empty() {
                return starts;
            }
            for (from, message) in messages {
                for to in 0..self.engines.len() {
                    if to != from && !self.frozen.contains(&to) {
                        self.handle(to, TabEvent::Message(&message), now);
                    }
                }
            }
        }
    }

    /// Returns the messages of a tab to the others.
    fn reports(&mut self, tab: usize, now: f64) -> Vec<Vec<f64>> {
        let mut messages = vec![];
        while let Some(output) = self.engines[tab].poll(now) {
            let reports = matches!(output, Output::Report { .. });
            messages.extend(reports.then(|| self.exchange(tab, now)).flatten());
        }
        messages
    }

    /// How many start in each tab.
    fn starts<const N: usize>(&mut self, now: f64) -> [usize; N] {
        let starts = self.run_all(now);
        std::array::from_fn(|tab| starts.iter().filter(|(of, _)| *of == tab).count())
    }
}

fn limit(limit: u32) -> LimiterConfig {
    LimiterConfig { limit, ..LimiterConfig::default() }
}

#[test]
fn tabs_take_turns_at_the_places_of_all_r23() {
    let mut tabs = Tabs::open::<3>(limit(2));
    (0..3).for_each(|tab| tabs.run(tab, 2));
    let mut order = tabs.run_all(0.0);
    for done in 0..4 {
        let (tab, slot) = order[done];
        tabs.engines[tab].fulfilled(slot, 1.0);
        let next = tabs.run_all(1.0);
        assert_eq!(next.len(), 1);
        order.extend(next);
    }
    let tabs: Vec<usize> = order.iter().map(|&(tab, _)| tab).collect();
    assert!(tabs[..3].contains(&1) && tabs[..4].contains(&2), "{tabs:?}");
}

#[test]
fn a_closed_tab_gives_its_places_back_r23() {
    let mut tabs = Tabs::open::<2>(limit(2));
    tabs.run(1, 2);
    assert_eq!(tabs.starts(0.0), [0, 2]);
    tabs.run(0, 2);
    assert_eq!(tabs.starts(1.0), [0, 0]);
    tabs.frozen.push(1);
    tabs.handle(0, TabEvent::Closed(2.0), 2.0);
    assert_eq!(tabs.starts(2.0), [2, 0]);
}

#[test]
fn a_new_leader_counts_what_living_tabs_report_r23() {
    let mut tabs = Tabs::open::<3>(limit(2));
    tabs.run(0, 1);
    tabs.run(1, 1);
    assert_eq!(tabs.starts(0.0), [1, 1, 0]);
    tabs.run(2, 2);
    assert_eq!(tabs.starts(1.0), [0, 0, 0]);
    tabs.frozen.push(0);
    tabs.handle(2, TabEvent::Lead(&[2.0, 3.0]), 2.0);
    assert_eq!(tabs.starts(2.0), [0, 0, 1], "the place of the first is free, that of the second is not");
}

#[test]
fn a_new_leader_waits_for_silent_tabs_and_then_counts_what_they_had_r23() {
    let mut tabs = Tabs::open::<3>(limit(2));
    tabs.run(1, 1);
    assert_eq!(tabs.starts(0.0), [0, 1, 0]);
    tabs.frozen = vec![0, 1];
    tabs.run(2, 2);
    tabs.handle(2, TabEvent::Lead(&[2.0, 3.0]), 10.0);
    assert_eq!(tabs.starts(10.0), [0, 0, 0]);
    assert_eq!(tabs.engines[2].wake_at(), Some(10.0 + PATIENCE));
    assert_eq!(tabs.starts(10.0 + PATIENCE), [0, 0, 1]);
}

#[test]
fn a_permit_that_nobody_wants_any_more_goes_to_another_tab_r23() {
    let mut tabs = Tabs::open::<3>(limit(1));
    tabs.run(0, 1);
    assert_eq!(tabs.starts(0.0), [1, 0, 0]);
    let run = tabs.engines[1].open(one_of(ID), 0.0);
    assert_eq!(tabs.starts(1.0), [0, 0, 0]);
    tabs.run(2, 1);
    assert_eq!(tabs.starts(1.0), [0, 0, 0]);
    // The leader gives the permit away before it learns of the cancel.
    tabs.engines[1].cancel(run, 2.0);
    tabs.engines[0].fulfilled(Slot(0), 2.0);
    assert_eq!(tabs.starts(2.0), [0, 0, 1]);
}

#[test]
fn a_stagger_holds_for_all_tabs_and_a_silent_one_delays_it_only_for_a_while_r23() {
    let mut tabs = Tabs::open::<2>(LimiterConfig { stagger: 100.0, ..limit(9) });
    tabs.run(0, 1);
    tabs.run(1, 2);
    assert_eq!(tabs.run_all(0.0).len(), 1);
    assert_eq!(tabs.run_all(99.0).len(), 0);
    assert_eq!(tabs.run_all(100.0).len(), 1);
    // A permit that is never used.
    tabs.frozen.push(1);
    assert_eq!(tabs.starts(200.0), [0, 0]);
    tabs.run(0, 1);
    assert_eq!(tabs.starts(300.0), [0, 0]);
    assert_eq!((tabs.engines[0].wake_at(), tabs.starts(200.0 + PATIENCE)), (Some(200.0 + PATIENCE), [1, 0]));
}

#[test]
fn a_new_leader_knows_the_starts_and_the_cooldown_before_r23() {
    let rate = Some(Rate { limit: 2, interval: 1_000.0 });
    let mut tabs = Tabs::open::<3>(LimiterConfig { rate, ..limit(9) });
    tabs.run(0, 1);
    tabs.run(1, 1);
    assert_eq!(tabs.run_all(10.0).len(), 2);
    tabs.frozen.push(0);
    tabs.handle(2, TabEvent::Lead(&[2.0, 3.0]), 20.0);
    tabs.run(2, 1);
    assert_eq!(tabs.starts(20.0), [0, 0, 0]);
    assert_eq!(tabs.engines[2].wake_at(), Some(1_010.0));
    tabs.engines[1].cool_limiter(ID, 2_000.0, 500.0);
    assert_eq!(tabs.starts(500.0), [0, 0, 0]);
    assert_eq!(tabs.starts(1_010.0), [0, 0, 0]);
    assert_eq!(tabs.starts(2_500.0), [0, 0, 1]);
}

#[test]
fn a_refusal_holds_all_tabs_back_also_after_late_news_of_an_earlier_one_r23() {
    let mut tabs = Tabs::open::<2>(limit(2).adaptive(None, None));
    (0..2).for_each(|tab| tabs.run(tab, 1));
    let [(0, first), (1, second)] = tabs.run_all(0.0)[..] else { panic!("one in each tab") };
    let refused = |after| Failure { throttled: true, retry_after: Some(after), ..Failure::REFUSED };
    tabs.engines[0].failed(first, &refused(300.0), 0.0);
    tabs.reports(0, 0.0).iter().for_each(|message| tabs.handle(1, TabEvent::Message(message), 1_000.0));
    assert!(tabs.reports(1, 1_000.0).is_empty(), "it is no news");
    tabs.engines[1].failed(second, &refused(200.0), 1_000.0);
    tabs.run(0, 1);
    assert_eq!([1_000.0, 1_199.0, 1_400.0].map(|now| tabs.starts(now)), [[0, 0], [0, 0], [1, 0]]);
}

#[test]
fn a_leader_that_does_not_answer_is_replaced_and_asks_before_it_goes_on_r23() {
    let mut tabs = Tabs::open::<2>(limit(1));
    tabs.frozen.push(0);
    tabs.run(1, 2);
    assert_eq!((tabs.starts(1.0), &tabs.takes_over), ([0, 0], &vec![]));
    assert_eq!(tabs.engines[1].wake_at(), Some(1.0 + SILENCE));
    tabs.run_all(1.0 + SILENCE);
    assert_eq!(tabs.takes_over, [1]);
    tabs.handle(1, TabEvent::Lead(&[1.0, 2.0]), 6_000.0);
    assert_eq!(tabs.starts(6_000.0 + PATIENCE), [0, 1]);
    // The leader before wakes, and does not know that it was replaced.
    tabs.frozen.clear();
    tabs.run(0, 1);
    assert_eq!(tabs.starts(7_000.0), [0, 0]);
    tabs.handle(0, TabEvent::Deposed, 7_001.0);
    assert_eq!(tabs.starts(7_001.0), [0, 0]);
    tabs.engines[1].fulfilled(Slot(0), 7_002.0);
    assert_eq!(tabs.run_all(7_002.0).len(), 1);
}

#[test]
fn messages_of_a_deposed_leader_give_no_permit_r23() {
    let mut tabs = Tabs::open::<3>(limit(1));
    tabs.run(1, 1);
    let [asks] = &tabs.reports(1, 1.0)[..] else { panic!("one report") };
    let mut unanswered = asks.clone();
    (unanswered[1], unanswered[4]) = (3.0, 0.0);
    // A message that asks nothing, and one with a permit. Both arrive late.
    let late = [&unanswered, asks].map(|report| {
        tabs.handle(0, TabEvent::Message(report), 1.0);
        tabs.reports(0, 1.0)
    });
    tabs.handle(2, TabEvent::Lead(&[1.0, 2.0, 3.0]), 2.0);
    for message in tabs.reports(2, 2.0).iter().chain(late.iter().flatten()) {
        tabs.handle(1, TabEvent::Message(message), 2.0);
        tabs.reports(1, 2.0);
        assert_eq!(tabs.engines[1].unsettled(), 0);
    }
    tabs.handle(0, TabEvent::Deposed, 3.0);
    tabs.run_all(3.0);
    assert_eq!(tabs.engines[1].limiter(ID).map(|(_, in_flight, ..)| in_flight), Some(1));
}

#[test]
fn a_new_leader_counts_what_a_tab_last_reported_to_the_leader_before_r23() {
    let mut tabs = Tabs::open::<3>(limit(1));
    tabs.run(1, 1);
    let [asks] = &tabs.reports(1, 1.0)[..] else { panic!("one report") };
    tabs.handle(0, TabEvent::Message(asks), 1.0);
    let [grants] = &tabs.reports(0, 1.0)[..] else { panic!("one state") };
    // The tab uses the permit, reports it, and freezes before it learns of the new leader.
    tabs.handle(2, TabEvent::Lead(&[2.0, 3.0]), 2.0);
    tabs.reports(2, 2.0);
    tabs.handle(1, TabEvent::Message(grants), 2.0);
    for report in tabs.reports(1, 2.0) {
        tabs.handle(2, TabEvent::Message(&report), 3.0);
    }
    tabs.frozen = vec![0, 1];
    tabs.run(2, 1);
    assert_eq!(tabs.starts(3.0 + 2.0 * PATIENCE), [0, 0, 0]);
    tabs.handle(2, TabEvent::Closed(2.0), 4.0 + 2.0 * PATIENCE);
    assert_eq!(tabs.starts(4.0 + 2.0 * PATIENCE), [0, 0, 1]);
}

#[test]
fn a_new_leader_that_knows_less_than_others_is_followed_r23() {
    let mut tabs = Tabs::open::<3>(limit(1));
    tabs.frozen.push(2);
    for now in [1.0, 2.0] {
        tabs.handle(0, TabEvent::Lead(&[1.0, 2.0]), now);
        tabs.run_all(now);
    }
    tabs.frozen = vec![0];
    tabs.handle(2, TabEvent::Lead(&[2.0, 3.0]), 3.0);
    tabs.run(1, 1);
    assert_eq!(tabs.starts(3.0), [0, 1, 0]);
}

#[test]
fn a_tab_that_waits_for_long_asks_whether_the_leader_still_answers_r23() {
    let mut tabs = Tabs::open::<2>(limit(1));
    tabs.run(0, 1);
    tabs.run(1, 1);
    assert_eq!(tabs.starts(0.0), [1, 0]);
    assert_eq!(tabs.engines[1].wake_at(), Some(SILENCE));
    tabs.run_all(SILENCE);
    assert_eq!(tabs.engines[1].wake_at(), Some(2.0 * SILENCE), "the leader has answered");
    assert!(tabs.takes_over.is_empty());
}

#[test]
fn a_closed_limiter_is_no_longer_shared_r23() {
    let mut tabs = Tabs::open::<1>(limit(1));
    tabs.engines[0].close_limiter(ID);
    assert_eq!((tabs.engines[0].shared, tabs.engines[0].limiters()), (0, 0));
}

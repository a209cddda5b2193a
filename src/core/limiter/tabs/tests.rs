//! Tests of one tab, and of the messages between tabs.

use super::*;
use crate::core::limiter::permits::Needs;

#[test]
fn a_tab_knows_who_decides_and_what_all_have_in_flight() {
    let mut tabs = Tabs::new(1.0, LimiterConfig { limit: 1, ..LimiterConfig::default() });
    let found = |tabs: &Tabs| tabs.inspect(10.0).0;
    let alone = TabsInspection { role: TabRole::Alone, count: 0, in_flight: 0, permits: 0 };
    assert_eq!(found(&tabs), alone);
    tabs.handle(TabEvent::Lead(&[1.0]), 10.0);
    let report = |needs| Report { needs, ..Report::default() };
    tabs.exchange(&report(Needs { waiting: 1, ..Needs::default() }), 10.0);
    assert_eq!(found(&tabs), TabsInspection { role: TabRole::Leader, count: 1, permits: 1, ..alone });
    let started = News { starts: 1, ..News::default() };
    tabs.exchange(&Report { news: started, ..report(Needs { in_flight: 1, ..Needs::default() }) }, 10.0);
    assert_eq!(found(&tabs), TabsInspection { role: TabRole::Leader, count: 1, in_flight: 1, permits: 0 });
    tabs.handle(TabEvent::Deposed, 20.0);
    assert_eq!(found(&tabs).role, TabRole::Alone);
}

fn wanting(waiting: u32) -> Report {
    Report { needs: Needs { waiting, ..Needs::default() }, ..Report::default() }
}

/// Returns tab 1, which leads, tab 2, which knows it, and the message by which tab 1 took over at 0.
fn two() -> (Tabs, Tabs, Vec<f64>) {
    let [mut one, mut two] = [1.0, 2.0].map(|id| Tabs::new(id, LimiterConfig::SINGLE));
    one.handle(TabEvent::Lead(&[1.0, 2.0]), 0.0);
    let message = one.take_message(true, 0.0);
    two.handle(TabEvent::Message(&message), 0.0);
    (one, two, message)
}

#[test]
fn a_tab_that_does_not_lead_cannot_be_deposed() {
    let (_, mut two, _) = two();
    two.handle(TabEvent::Deposed, 1.0);
    assert_eq!(two.inspect(1.0).0.role, TabRole::Follower);
}

#[test]
fn a_leader_asks_again_when_another_leads_too_but_not_at_its_own_message_or_while_it_asks() {
    let (mut one, _, own) = two();
    let mut other = Tabs::new(3.0, LimiterConfig::SINGLE);
    other.handle(TabEvent::Lead(&[3.0]), 0.0);
    let theirs = other.take_message(true, 0.0);
    let mut asks = |message: &[f64], now| {
        one.handle(TabEvent::Message(message), now);
        !one.take_message(true, now).is_empty()
    };
    assert_eq!([asks(&theirs, 499.0), asks(&own, 500.0), asks(&theirs, 500.0)], [false, false, true]);
}

#[test]
fn a_cooldown_of_another_tab_is_not_sent_on() {
    let (mut one, mut two, _) = two();
    assert_eq!(two.handle(TabEvent::Message(&one.take_message(true, 0.0)), 0.0), f64::NEG_INFINITY);
    let mut refused = wanting(0);
    refused.needs.cool_until = 150.0;
    two.exchange(&refused, 50.0);
    let message = two.take_message(true, 50.0);
    assert_eq!(one.handle(TabEvent::Message(&message), 60.0), 160.0);
    one.exchange(&wanting(0), 60.0);
    one.take_message(true, 60.0);
    refused.needs.cool_until = 160.0;
    one.exchange(&refused, 61.0);
    assert_eq!(one.take_message(true, 61.0), []);
    refused.needs.cool_until = 161.0;
    one.exchange(&refused, 62.0);
    assert!(!one.take_message(true, 62.0).is_empty());
}

#[test]
fn a_leader_that_has_done_nothing_for_long_asks_all_other_tabs_again() {
    for (tabs, now, expected) in
        [(&[1.0, 2.0][..], LEADER_IDLE, 0), (&[1.0, 2.0], LEADER_IDLE + 1.0, 1), (&[1.0], LEADER_IDLE + 1.0, 0)]
    {
        let mut one = Tabs::new(1.0, LimiterConfig::SINGLE);
        one.handle(TabEvent::Lead(tabs), 0.0);
        one.exchange(&wanting(0), 0.0);
        one.take_message(true, 0.0);
        one.exchange(&wanting(0), now);
        assert_eq!(usize::from(!one.take_message(true, now).is_empty()), expected, "{tabs:?} {now}");
    }
}

#[test]
fn a_tab_takes_over_when_its_first_unanswered_report_is_old_enough() {
    // A report that wants nothing more begins anew.
    for (second, asked_at) in [(2, 0.0), (0, 10.0)] {
        let (_, mut two, _) = two();
        let reports = [(1, 0.0), (second, 10.0), (3, 20.0), (3, asked_at + SILENCE - 1.0), (3, asked_at + SILENCE)];
        let takes_over = reports.map(|(waiting, now)| two.exchange(&wanting(waiting), now).1);
        assert_eq!(takes_over, [false, false, false, false, true], "{second}");
    }
}

#[test]
fn a_tab_that_is_told_all_late_staggers_from_the_last_start() {
    let staggered = LimiterConfig { stagger: 100.0, ..LimiterConfig::SINGLE };
    let [mut one, mut two] = [1.0, 2.0].map(|id| Tabs::new(id, staggered));
    one.handle(TabEvent::Lead(&[1.0]), 0.0);
    one.exchange(&wanting(1), 0.0);
    let needs = Needs { in_flight: 1, ..Needs::default() };
    one.exchange(&Report { needs, news: News { starts: 1, ..News::default() }, epoch: 0 }, 10.0);
    two.handle(TabEvent::Message(&one.take_message(true, 30.0)), 40.0);
    assert_eq!(two.inspect(40.0).1.ready_at, Some(120.0));
}

#[test]
fn a_limit_that_is_set_in_a_tab_holds_there_before_the_leader_answers() {
    let (_, mut two, _) = two();
    let set = Report { news: News { limit: 2, ..News::default() }, ..wanting(0) };
    assert_eq!([set, wanting(0)].map(|report| two.exchange(&report, 1.0).0.limit), [2, 2]);
}

#[test]
fn a_state_of_the_leader_counts_and_that_of_another_tab_only_if_it_is_whole_and_not_late() {
    let (leader, other, round) = (1.0, 3.0, 1.0);
    for (from, kind, round, expected) in [
        (leader, message::STATE, round, (5, leader, false)),
        (leader, message::WHOLE, round, (5, leader, true)),
        (other, message::STATE, round, (1, leader, false)),
        // It is late, and its tab has to learn that this one has another leader.
        (other, message::WHOLE, round, (1, leader, true)),
        (other, message::WHOLE, round + 1.0, (5, other, true)),
    ] {
        let (_, mut two, _) = two();
        let reports = |two: &mut Tabs| {
            two.exchange(&wanting(0), 1.0);
            !two.take_message(true, 1.0).is_empty()
        };
        assert_eq!([reports(&mut two), reports(&mut two)], [true, false]);
        let state: State = [round, 5.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0];
        two.handle(TabEvent::Message(&message::begin(from, kind, &state)), 1.0);
        assert_eq!((two.shared.limit(), two.leader, reports(&mut two)), expected, "{from} {kind} {round}");
    }
}

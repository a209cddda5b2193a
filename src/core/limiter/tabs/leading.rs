//! Decides for all tabs, in the tab that leads.

use crate::core::limiter::Admission;
use crate::core::limiter::rate::MOST_STARTS;
use crate::core::limiter::tabs::message::{self, Report, STATE, State, WHOLE};
use crate::core::limiter::tabs::{Member, PATIENCE, Tabs};

impl Tabs {
    /// Begins to lead. `tabs` are those that live.
    pub(super) fn lead(&mut self, tabs: &[f64], now: f64) {
        let me = self.me;
        for at in (0..self.members.len()).rev() {
            let member = &mut self.members[at];
            (member.total, member.asks) = (0.0, 0.0);
            if member.id != me && !tabs.contains(&member.id) {
                self.members.remove(at);
            }
        }
        for &id in tabs {
            self.find(id);
        }
        self.find(me);
        (self.leader, self.received, self.active_at) = (me, 0.0, now);
        self.report_again();
        let (least, most) = self.shared.bounds();
        self.shared.limit = self.shared.limit.clamp(least, most);
        self.gather(now);
    }

    /// Asks all tabs what they have.
    pub(super) fn gather(&mut self, now: f64) {
        for member in &mut self.members {
            member.is_silent = member.id != self.me;
        }
        self.gathers_until = now + PATIENCE;
        self.round += 1.0;
        (self.is_dirty, self.is_whole) = (true, true);
        self.report_again();
    }

    /// Returns where a tab is, which is added if it is not known.
    #[inline(never)]
    fn find(&mut self, id: f64) -> usize {
        let known = self.members.iter().position(|member| member.id == id);
        known.unwrap_or_else(|| {
            self.members.push(Member::new(id, 0.0, 0.0, 0.0));
            self.members.len() - 1
        })
    }

    /// Discards a tab, and what it had.
    pub(super) fn remove(&mut self, id: f64) {
        if id != self.me {
            let at = self.find(id);
            self.members.remove(at);
            self.is_dirty = true;
        }
    }

    /// Applies the report of a tab. What it has counts if it answers the last question of this leader. Until such an
    /// answer arrives, an earlier report counts where it says more than this leader knows: the tab may be frozen.
    #[inline(never)]
    pub(super) fn apply(&mut self, from: f64, report: &Report, now: f64) {
        let &[leader, round, received, stock, in_flight, asks, priority, used, _, limit, epoch, successes, refusals] =
            report;
        self.is_dirty = true;
        self.shared.in_flight = self.sum(0.0) as u32;
        for _ in 0..(successes as u32).min(MOST_STARTS) {
            self.shared.succeeded(epoch as u32);
        }
        if refusals > 0.0 {
            self.shared.throttled(epoch as u32);
        }
        // 0 says that none was set, and is within no bounds.
        self.shared.set_limit(limit as u32);
        let at = self.find(from);
        let member = &mut self.members[at];
        let mut used = used;
        if leader == self.me && round == self.round {
            if member.is_silent {
                // Starts that were reported to the leader before, and are not in its last state.
                used = used.max(in_flight - member.in_flight);
            }
            let granted = stock + (member.total - received).max(0.0);
            *member = Member { granted, in_flight, asks, priority, is_silent: false, ..*member };
            return self.count_starts(used, now);
        }
        if member.is_silent && stock + in_flight > member.granted + member.in_flight {
            (member.granted, member.in_flight) = (stock, in_flight);
        }
        if leader != self.me && round >= self.round {
            self.round = round;
            self.gather(now);
        } else {
            self.is_whole = true;
        }
        self.count_starts(used, now);
    }

    fn count_starts(&mut self, starts: f64, now: f64) {
        self.shared.record_starts(starts as u32, now);
        self.new_starts += starts as u32;
    }

    /// Returns the attempts in flight, and this share of the permits that are not used.
    #[inline(never)]
    fn sum(&self, share: f64) -> f64 {
        self.members.iter().fold(0.0, |sum, member| sum + member.in_flight + member.granted * share)
    }

    /// Grants permits as far as the limiter allows, to the tab with the highest priority, and else by turns.
    #[inline(never)]
    pub(super) fn grant(&mut self, now: f64) {
        self.ready_at = f64::INFINITY;
        loop {
            let mut first: Option<usize> = None;
            for (at, member) in self.members.iter().enumerate() {
                let is_first = first.is_none_or(|first| member.priority > self.members[first].priority);
                if is_first && !member.is_silent && member.asks > member.total {
                    first = Some(at);
                }
            }
            let Some(first) = first else { return };
            match self.admission(now) {
                Admission::Now => {}
                Admission::At(at) => {
                    self.ready_at = at;
                    return;
                }
                Admission::WhenFree => return,
            }
            let mut member = self.members.remove(first);
            member.total += 1.0;
            member.granted += 1.0;
            self.members.push(member);
            (self.is_dirty, self.granted_at) = (true, now);
            if member.id == self.me {
                (self.received, self.stock) = (self.received + 1.0, self.stock + 1);
            }
        }
    }

    fn admission(&mut self, now: f64) -> Admission {
        let all = self.sum(1.0);
        let granted = (all - self.sum(0.0)) as u32;
        let mut ready_at = self.cool_until;
        if now < self.gathers_until && self.members.iter().any(|member| member.is_silent) {
            ready_at = ready_at.max(self.gathers_until);
        }
        let stagger = self.shared.config.stagger;
        if granted > 0 && stagger > 0.0 {
            ready_at = ready_at.max(self.granted_at + stagger.max(PATIENCE));
        }
        if let Some(window) = &self.shared.window {
            ready_at = ready_at.max(window.ready_at(granted, now));
        }
        self.shared.in_flight = all as u32;
        self.shared.admission(now, ready_at)
    }

    /// Writes the message for the other tabs, if there is news.
    pub(super) fn write_message(&mut self, now: f64) {
        if !self.leads() || !std::mem::take(&mut self.is_dirty) {
            return;
        }
        let shared = &self.shared;
        let [successes, proven, refused, patience] =
            shared.adaptive.as_ref().map_or([0.0; 4], |adaptive| adaptive.learned());
        let is_whole = std::mem::take(&mut self.is_whole);
        let state: State = [
            self.round,
            shared.limit.into(),
            shared.epoch.into(),
            message::finite(self.cool_until - now),
            message::finite(now - shared.last_start),
            successes,
            proven,
            refused,
            patience,
            std::mem::take(&mut self.new_starts).into(),
            self.members.len() as f64,
        ];
        let mut message = message::begin(self.me, if is_whole { WHOLE } else { STATE }, &state);
        for member in &self.members {
            message.extend_from_slice(&[member.id, member.total, member.granted, member.in_flight]);
        }
        if let Some(window) = shared.window.as_ref().filter(|_| is_whole) {
            (0..window.len()).for_each(|at| message.push(message::finite(now - window.start_at(at))));
        }
        self.message = message;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::limiter::LimiterConfig;
    use crate::core::limiter::permits::{Needs, News, Report};
    use crate::core::limiter::rate::Rate;
    use crate::core::limiter::tabs::{SILENCE, TabEvent};

    const THREE: LimiterConfig = LimiterConfig { limit: 3, ..LimiterConfig::SINGLE };

    /// Returns tab 1, which leads, and tab 2, which knows it.
    fn two(config: LimiterConfig) -> (Tabs, Tabs) {
        let (mut one, mut two) = (Tabs::new(1.0, config), Tabs::new(2.0, config));
        one.handle(TabEvent::Lead(&[1.0, 2.0]), 0.0);
        tell(&mut one, &mut two, 0.0);
        (one, two)
    }

    /// Sends the next message of a tab to another. Returns the end of the cooldown.
    fn tell(from: &mut Tabs, to: &mut Tabs, now: f64) -> f64 {
        to.handle(TabEvent::Message(&from.take_message(true, now)), now)
    }

    fn wanting(waiting: u32, priority: i32) -> Report {
        Report { needs: Needs { waiting, priority, ..Needs::default() }, ..Report::default() }
    }

    /// Returns the report of a tab that has used so many permits, and wants more.
    fn using(starts: u32, waiting: u32) -> Report {
        let needs = Needs { in_flight: starts, waiting, ..Needs::default() };
        Report { needs, news: News { starts, ..News::default() }, ..Report::default() }
    }

    fn permits(tabs: &Tabs) -> u32 {
        tabs.inspect(0.0).0.permits
    }

    /// Exchanges the reports of both tabs, and the messages between them.
    fn exchange(one: &mut Tabs, two: &mut Tabs, reports: [Report; 2], now: f64) {
        let [of_one, of_two] = reports;
        two.exchange(&of_two, now);
        tell(two, one, now);
        one.exchange(&of_one, now);
        tell(one, two, now);
    }

    #[test]
    fn permits_go_to_the_higher_priority_and_else_by_turns() {
        for (priority, expected) in [(0, (2, 1)), (1, (1, 2)), (-1, (2, 1))] {
            let (mut one, mut other) = two(THREE);
            exchange(&mut one, &mut other, [wanting(2, 0), wanting(2, priority)], 0.0);
            assert_eq!((permits(&one), permits(&other)), expected, "{priority}");
        }
    }

    #[test]
    fn a_new_leader_waits_for_the_reports_of_all_tabs_but_not_for_ever() {
        let (mut one, _) = two(THREE);
        let report_at = |one: &mut Tabs, now| one.exchange(&wanting(2, 0), now).0.report_at;
        assert_eq!((report_at(&mut one, 0.0), permits(&one)), (PATIENCE, 0));
        assert_eq!((report_at(&mut one, PATIENCE - 1.0), permits(&one)), (PATIENCE, 0));
        assert_eq!((report_at(&mut one, PATIENCE), permits(&one)), (f64::INFINITY, 2));
    }

    #[test]
    fn what_a_tab_had_is_free_when_it_is_closed() {
        let (mut one, mut other) = two(LimiterConfig::SINGLE);
        exchange(&mut one, &mut other, [wanting(0, 0), wanting(1, 0)], 0.0);
        exchange(&mut one, &mut other, [wanting(1, 0), using(1, 0)], 1.0);
        assert_eq!((permits(&one), one.inspect(1.0).0.in_flight), (0, 1));
        one.handle(TabEvent::Closed(2.0), 2.0);
        one.handle(TabEvent::Closed(1.0), 2.0);
        one.exchange(&wanting(1, 0), 2.0);
        assert_eq!((permits(&one), one.inspect(2.0).0.in_flight, one.inspect(2.0).0.count), (1, 0, 1));
    }

    #[test]
    fn with_a_stagger_the_next_permit_waits_for_the_start_of_the_last_but_not_for_ever() {
        let (mut one, mut other) = two(LimiterConfig { stagger: 100.0, ..THREE });
        exchange(&mut one, &mut other, [wanting(2, 0), wanting(0, 0)], 0.0);
        assert_eq!(permits(&one), 1);
        assert_eq!(one.exchange(&wanting(2, 0), 10.0).0.report_at, PATIENCE);
        assert_eq!(one.exchange(&using(1, 1), 20.0).0.report_at, 120.0);
        one.exchange(&using(0, 1), 120.0);
        assert_eq!(permits(&one), 1);
    }

    #[test]
    fn starts_of_all_tabs_are_in_the_window_that_each_knows() {
        let rate = Some(Rate { limit: 2, interval: 60.0 });
        let (mut one, mut other) = two(LimiterConfig { rate, ..THREE });
        exchange(&mut one, &mut other, [wanting(1, 0), wanting(1, 0)], 0.0);
        exchange(&mut one, &mut other, [using(1, 1), using(1, 0)], 10.0);
        let used = |tabs: &Tabs, now| tabs.inspect(now).1.rate.map(|rate| rate.used);
        assert_eq!([10.0, 70.0].map(|now| used(&one, now)), [Some(2), Some(0)]);
        assert_eq!([10.0, 70.0].map(|now| used(&other, now)), [Some(2), Some(0)]);
        let mut third = Tabs::new(3.0, LimiterConfig { rate, ..THREE });
        one.handle(TabEvent::Lead(&[1.0, 2.0, 3.0]), 30.0);
        tell(&mut one, &mut third, 30.0);
        assert_eq!([69.0, 70.0].map(|now| used(&third, now)), [Some(2), Some(0)]);
    }

    #[test]
    fn a_refusal_in_one_tab_cools_all_and_lowers_the_limit_of_all() {
        let (mut one, mut other) = two(LimiterConfig { adaptive: Some((1, 8)), limit: 8, ..THREE });
        exchange(&mut one, &mut other, [wanting(8, 0), wanting(0, 0)], 0.0);
        assert_eq!(permits(&one), 8);
        one.exchange(&using(8, 0), 1.0);
        let mut refused = using(0, 0);
        (refused.needs.in_flight, refused.needs.cool_until, refused.news.refusals) = (8, 101.0, 1);
        let (grant, _) = one.exchange(&refused, 1.0);
        assert_eq!((grant.limit, grant.epoch), (4, 1));
        assert_eq!(tell(&mut one, &mut other, 51.0), 101.0);
        assert_eq!(other.inspect(51.0).1.adaptive, one.inspect(51.0).1.adaptive);
        assert_eq!(other.exchange(&wanting(0, 0), 51.0).0.limit, 4);
    }

    #[test]
    fn a_tab_takes_over_from_a_leader_that_does_not_answer_sooner_if_it_knows_one() {
        let mut alone = Tabs::new(3.0, THREE);
        let (_, mut other) = two(THREE);
        for (tab, patience) in [(&mut alone, 2.0 * SILENCE), (&mut other, SILENCE)] {
            let times = [0.0, patience - 1.0, patience];
            assert_eq!(times.map(|now| tab.exchange(&wanting(1, 0), now).1), [false, false, true]);
        }
    }

    #[test]
    fn a_limit_that_a_tab_sets_holds_for_all_and_a_report_without_one_leaves_it() {
        let (mut one, mut other) = two(THREE);
        let mut set = wanting(0, 0);
        set.news.limit = 2;
        exchange(&mut one, &mut other, [wanting(0, 0), set], 0.0);
        exchange(&mut one, &mut other, [wanting(5, 0), wanting(0, 0)], 1.0);
        assert_eq!((permits(&one), one.shared.limit(), other.shared.limit()), (2, 2, 2));
    }

    /// Applies a report of tab 2 to a leader in its third round, which knows of one unused permit and one attempt of
    /// it. Returns what the leader then knows of them, the starts that it counted, and its round.
    fn known_after(is_silent: bool, report: [f64; 6]) -> ([f64; 2], u32, f64) {
        let [leader, round, received, stock, in_flight, used] = report;
        let (mut one, _) = two(THREE);
        (0..2).for_each(|_| one.gather(0.0));
        let at = one.find(2.0);
        one.members[at] = Member { is_silent, ..Member::new(2.0, 2.0, 1.0, 1.0) };
        let report = [leader, round, received, stock, in_flight, 0.0, 0.0, used, 0.0, 0.0, 0.0, 0.0, 0.0];
        one.apply(2.0, &report, 1.0);
        let Member { granted, in_flight, .. } = one.members[at];
        ([granted, in_flight], one.new_starts, one.round)
    }

    #[test]
    fn a_report_to_the_last_question_replaces_what_the_leader_knew_but_for_permits_on_their_way() {
        assert_eq!(known_after(true, [1.0, 3.0, 1.0, 3.0, 4.0, 0.0]), ([4.0, 4.0], 3, 3.0));
        assert_eq!(known_after(false, [1.0, 3.0, 2.0, 0.0, 4.0, 1.0]), ([0.0, 4.0], 1, 3.0));
    }

    #[test]
    fn a_report_to_an_earlier_question_counts_only_if_a_silent_tab_has_more_than_was_known() {
        let known = [1.0, 1.0];
        for (is_silent, [stock, in_flight], expected) in [
            (true, [0.0, 3.0], [0.0, 3.0]),
            (true, [2.0, 0.0], known),
            (true, [0.0, 1.0], known),
            (false, [0.0, 3.0], known),
        ] {
            let found = known_after(is_silent, [1.0, 2.0, 1.0, stock, in_flight, 0.0]);
            assert_eq!(found, (expected, 0, 3.0), "{is_silent} {stock} {in_flight}");
        }
    }

    #[test]
    fn a_report_to_another_leader_makes_this_one_ask_again_unless_that_was_asked_before() {
        for (round, expected) in [(1.0, 3.0), (2.0, 3.0), (3.0, 4.0), (5.0, 6.0)] {
            assert_eq!(known_after(false, [3.0, round, 2.0, 1.0, 1.0, 0.0]), ([1.0, 1.0], 0, expected), "{round}");
        }
    }
}

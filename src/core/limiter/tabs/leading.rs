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
        if limit > 0.0 {
            self.shared.set_limit(limit as u32);
        }
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

//! A limiter that several tabs share. It is no part of the engine: it answers the reports of the engine's limiter, and
//! has a wasm of its own, which only those download who share a limiter.
//!
//! One tab leads. It decides for all of them, by the rules of a limiter for one tab. Each tab, also the one that leads,
//! asks for permits, uses each for one start, and reports what it has. A permit that it no longer wants goes back at
//! once.
//!
//! Reports are absolute and name the leader that they answer, so that none is counted twice or too late. The leader
//! sends all tabs its state, so that each of them can take over. A new leader grants nothing before all others have
//! reported to it. It waits for [`PATIENCE`]: what a silent tab had last counts on until it reports or is closed.

mod leading;
pub(crate) mod message;

use crate::core::limiter::inspecting::{LimiterInspection, TabRole, TabsInspection};
use crate::core::limiter::permits::{Grant, News, Report};
use crate::core::limiter::tabs::message::{MEMBER, Message, REPORT, State};
use crate::core::limiter::{Limiter, LimiterConfig};

/// How long a new leader waits for reports, and a leader for the start of a granted attempt before it staggers the
/// next, in milliseconds.
pub const PATIENCE: f64 = 500.0;

/// How long a tab waits for an answer of the leader before it takes over, in milliseconds: twice as long where it never
/// received one. A leader is silent when its page is frozen.
pub const SILENCE: f64 = 5_000.0;

/// How long a leader may do nothing before it asks all tabs again, in milliseconds.
const LEADER_IDLE: f64 = SILENCE - 1_000.0;

/// Describes an event that a tab receives.
#[derive(Clone, Copy, Debug)]
pub enum TabEvent<'a> {
    /// A message of another tab.
    Message(&'a [f64]),
    /// This tab leads from now on. These tabs live.
    Lead(&'a [f64]),
    /// A tab was closed.
    Closed(f64),
    /// Another tab leads from now on.
    Deposed,
}

/// A tab, as the leader knows it. The counts are whole numbers, as in messages.
#[derive(Clone, Copy)]
struct Member {
    id: f64,
    /// Permits that it was given in all.
    total: f64,
    /// Permits that it was given and has not used.
    granted: f64,
    in_flight: f64,
    asks: f64,
    priority: f64,
    /// Set until the tab has reported to this leader.
    is_silent: bool,
}

impl Member {
    fn new(id: f64, total: f64, granted: f64, in_flight: f64) -> Self {
        Self { id, total, granted, in_flight, asks: 0.0, priority: 0.0, is_silent: true }
    }
}

/// The part of one tab.
pub struct Tabs {
    me: f64,
    /// The tab that leads; 0 if it is not known.
    leader: f64,
    /// The round of the leader: the number of times that it has asked all tabs.
    round: f64,
    /// The limiter of all tabs. A copy, unless this tab leads.
    shared: Limiter,
    /// In the order of their turns.
    members: Vec<Member>,
    /// Permits that this tab has received from the leader, and those of them that it has not used.
    received: f64,
    stock: u32,
    /// The end of the cooldown.
    cool_until: f64,
    /// The end of the cooldown that the others know.
    sent_cool: f64,
    /// The last report. Its first number is NaN if everything must be reported again.
    reported: [f64; 5],
    /// When the first unanswered report was sent.
    asked_at: f64,
    /// When the last message of the leader arrived.
    answered_at: f64,
    // ── only used by the tab that leads ──
    /// When it last decided.
    active_at: f64,
    /// When it stops waiting for reports.
    gathers_until: f64,
    /// When it gave the last permit.
    granted_at: f64,
    /// Starts that were not part of a message yet.
    new_starts: u32,
    /// Set if a message is due; then, set if it must contain the whole state.
    is_dirty: bool,
    is_whole: bool,
    /// When the next permit can be granted, if it only waits for time to pass.
    ready_at: f64,
    /// The next message to the other tabs.
    message: Vec<f64>,
}

impl Tabs {
    /// `me` is an id that no other tab has, an integer from 1.
    pub fn new(me: f64, config: LimiterConfig) -> Self {
        Self {
            me,
            leader: 0.0,
            round: 0.0,
            shared: Limiter::new(config, None),
            members: Vec::new(),
            received: 0.0,
            stock: 0,
            cool_until: f64::NEG_INFINITY,
            sent_cool: f64::NEG_INFINITY,
            reported: [f64::NAN; 5],
            asked_at: f64::INFINITY,
            answered_at: f64::NEG_INFINITY,
            active_at: f64::INFINITY,
            gathers_until: f64::NEG_INFINITY,
            granted_at: f64::NEG_INFINITY,
            new_starts: 0,
            is_dirty: false,
            is_whole: false,
            ready_at: f64::INFINITY,
            message: Vec::new(),
        }
    }

    fn leads(&self) -> bool {
        self.leader == self.me
    }

    /// Returns the part of this tab, what it knows of the others, and the state of the limiter of all tabs.
    pub fn inspect(&self, now: f64) -> (TabsInspection, LimiterInspection) {
        let role = match self.leader {
            leader if leader == self.me => TabRole::Leader,
            0.0 => TabRole::Alone,
            _ => TabRole::Follower,
        };
        let in_flight = self.members.iter().map(|member| member.in_flight).sum::<f64>();
        let count = self.members.len() as u32;
        let tabs = TabsInspection { role, count, in_flight: in_flight as u32, permits: self.stock };
        (tabs, self.shared.inspect(now))
    }

    /// Reports all that this tab has, also what has not changed.
    fn report_again(&mut self) {
        self.reported = [f64::NAN; 5];
    }

    /// Handles an event. Returns the end of the cooldown. The engine's limiter is to report next.
    pub fn handle(&mut self, event: TabEvent<'_>, now: f64) -> f64 {
        let mut cool = 0.0;
        match event {
            TabEvent::Lead(tabs) => self.lead(tabs, now),
            TabEvent::Closed(tab) => self.remove(tab),
            TabEvent::Deposed if self.leads() => {
                self.leader = 0.0;
                self.report_again();
            }
            TabEvent::Deposed => {}
            TabEvent::Message(numbers) => match message::read(numbers) {
                Some((from, _)) if from == self.me => {}
                Some((from, Message::Report(report))) => {
                    let &[_, _, _, _, _, _, _, _, milliseconds, ..] = report;
                    cool = milliseconds;
                    if self.leads() {
                        self.apply(from, report, now);
                    }
                }
                Some((from, Message::State { is_whole, state, members, window })) => {
                    let &[_, _, _, milliseconds, ..] = state;
                    cool = milliseconds;
                    if !self.leads() {
                        self.follow(from, is_whole, state, members, window, now);
                    } else if is_whole && now >= self.gathers_until {
                        // After one tab took over from another, both lead for a moment: both ask again.
                        self.gather(now);
                    }
                }
                None => {}
            },
        }
        if cool > 0.0 {
            self.sent_cool = self.sent_cool.max(now + cool);
            self.cool_until = self.cool_until.max(now + cool);
        }
        self.cool_until
    }

    /// Adopts the state of the leader.
    fn follow(&mut self, from: f64, is_whole: bool, state: &State, members: &[f64], window: &[f64], now: f64) {
        let &[round, limit, epoch, _, idle, ref learned @ .., new_starts, _] = state;
        let members = members.chunks_exact(MEMBER);
        let total = members.clone().find(|member| member[0] == self.me).map_or(0.0, |member| member[1]);
        if is_whole && from != self.leader && round <= self.round {
            // It is late, or this leader knows less than the one before: it learns that from the report.
            return self.report_again();
        }
        if is_whole {
            self.round = round;
            self.report_again();
            if from != self.leader {
                (self.leader, self.received) = (from, total);
            }
        }
        if from != self.leader {
            return;
        }
        (self.asked_at, self.answered_at) = (f64::INFINITY, now);
        self.stock += (total - self.received) as u32;
        self.received = self.received.max(total);
        let shared = &mut self.shared;
        (shared.limit, shared.epoch) = (limit as u32, epoch as u32);
        if let Some(adaptive) = &mut shared.adaptive {
            adaptive.learn(learned);
        }
        if is_whole {
            shared.last_start = now - idle;
            if let Some(starts) = &mut shared.window {
                starts.clear();
                window.iter().for_each(|age| starts.start(now - age));
            }
        } else {
            shared.record_starts(new_starts as u32, now);
        }
        self.members.clear();
        for member in members {
            self.members.push(Member::new(member[0], member[1], member[2], member[3]));
        }
    }

    /// Answers a report, and decides as far as it can. Returns also whether this tab is to take over, because the
    /// leader does not answer.
    pub fn exchange(&mut self, report: &Report, now: f64) -> (Grant, bool) {
        let Report { needs, news, epoch } = report;
        self.cool_until = self.cool_until.max(needs.cool_until);
        self.stock = if needs.waiting == 0 { needs.turns } else { self.stock.saturating_sub(news.starts) };
        if news.limit > 0 {
            self.shared.limit = news.limit;
        }
        let spare = self.stock.saturating_sub(needs.turns);
        let asks = self.received + f64::from(needs.waiting.saturating_sub(spare));
        let priority = f64::from(needs.priority) - f64::from(i32::MIN);
        let holdings = [self.received, self.stock.into(), needs.in_flight.into(), asks, priority];
        // Each refusal moves the end: see `Limiter::cool_after`.
        let cools = self.cool_until > self.sent_cool;
        let has_news = cools || *news != News::default();
        if has_news || self.reported != holdings || now >= self.asks_again_at() {
            self.sent_cool = self.sent_cool.max(self.cool_until);
            self.reported = holdings;
            if !self.waits() {
                self.asked_at = f64::INFINITY;
            }
            let cool = if cools { message::finite(self.cool_until - now) } else { 0.0 };
            self.send(message::report([self.leader, self.round], holdings, cool, news, *epoch), now);
        }
        let (takes_over, report_at) = self.decide(now);
        let Limiter { limit, epoch, .. } = self.shared;
        (Grant { permits: self.stock, limit, epoch, report_at }, takes_over)
    }

    /// Gives the report to the leader.
    fn send(&mut self, report: message::Report, now: f64) {
        if self.leads() {
            self.apply(self.me, &report, now);
        } else {
            self.message = message::begin(self.me, REPORT, &report);
            self.asked_at = self.asked_at.min(now);
        }
    }

    /// Decides as far as it can. Returns whether this tab is to take over, and when it is to report again.
    fn decide(&mut self, now: f64) -> (bool, f64) {
        if self.leads() {
            // It may have been frozen. Perhaps another tab leads by now, and the message is on its way.
            if now > self.active_at + LEADER_IDLE && self.members.len() > 1 {
                self.gather(now);
            }
            self.active_at = now;
            self.grant(now);
            self.asked_at = f64::INFINITY;
            return (false, self.ready_at);
        }
        // A tab that knows what the others had takes over first.
        let patience = if self.leader > 0.0 { SILENCE } else { 2.0 * SILENCE };
        let takes_over = self.waits() && now >= self.asked_at + patience;
        if takes_over {
            self.asked_at = now;
        }
        let due_at = self.asks_again_at().min(self.asked_at + patience);
        (takes_over, if self.waits() { due_at } else { f64::INFINITY })
    }

    /// Returns the next message to the other tabs, which may be empty. `is_idle` is set when nothing more starts, so
    /// that one message has all starts.
    pub fn take_message(&mut self, is_idle: bool, now: f64) -> Vec<f64> {
        if is_idle {
            self.write_message(now);
        }
        std::mem::take(&mut self.message)
    }

    /// Returns whether the tab has asked for permits that have not arrived.
    fn waits(&self) -> bool {
        let [_, _, _, asks, _] = self.reported;
        asks > self.received
    }

    /// Returns when the tab asks a silent leader again.
    fn asks_again_at(&self) -> f64 {
        let waits = self.waits() && !self.leads() && self.asked_at.is_infinite();
        if waits { self.answered_at + SILENCE } else { f64::INFINITY }
    }
}

impl Limiter {
    /// Records this many starts in any tab.
    fn record_starts(&mut self, starts: u32, now: f64) {
        (0..starts.min(super::rate::MOST_STARTS)).for_each(|_| self.record_start(now));
    }
}

#[cfg(test)]
mod tests;

//! A limiter that several tabs share.
//!
//! One tab leads. It decides for all of them, by the rules of a limiter for one tab. Each tab, also the one that leads,
//! asks for permits, uses each for one start, and reports what it has. A permit that it no longer wants goes back at
//! once.
//!
//! Reports are absolute and name the leader that they answer, so that none is counted twice or too late. The leader
//! tells all tabs its state, so that each of them can take over. A new leader grants nothing before all others have
//! reported to it. It waits for [`PATIENCE`]: what a silent tab had last counts on until it reports or is gone.

mod leading;
pub(crate) mod message;

use crate::core::limiter::inspecting::{TabRole, TabsInspection};
use crate::core::limiter::tabs::message::{MEMBER, Message, REPORT, Report, State};
use crate::core::limiter::{Limiter, LimiterConfig};

/// How long a new leader waits for reports, and a leader for the start of a granted attempt before it staggers the
/// next, in milliseconds.
pub const PATIENCE: f64 = 500.0;

/// How long a tab waits for an answer of the leader before it takes over, in milliseconds: twice as long where it never
/// heard one. A leader is silent when its page is frozen.
pub const SILENCE: f64 = 5_000.0;

/// How long a leader may do nothing before it asks all tabs again, in milliseconds.
const DOUBT: f64 = SILENCE - 1_000.0;

/// Describes an event that a tab receives.
#[derive(Clone, Copy, Debug)]
pub enum Heard<'a> {
    /// A message of another tab.
    Message(&'a [f64]),
    /// This tab leads from now on. These tabs live.
    Lead(&'a [f64]),
    /// A tab is gone.
    Gone(f64),
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

/// Counts the permits and attempts of a limiter in this tab.
#[derive(Clone, Copy)]
pub(crate) struct Needs {
    pub in_flight: u32,
    /// Turns that were given and not used.
    pub turns: u32,
    pub waiting: u32,
    /// Priority of the first run in the queue.
    pub priority: i32,
    pub cool_until: f64,
}

pub(crate) struct Tabs {
    me: f64,
    /// The tab that leads; 0 if it is not known.
    leader: f64,
    /// The round of the leader: the number of times that it has asked all tabs.
    round: f64,
    /// The limiter of all tabs. A copy, unless this tab leads.
    pub shared: Limiter,
    /// In the order of their turns.
    members: Vec<Member>,
    /// Permits that this tab has received from the leader, and those of them that it has not used.
    seen: f64,
    stock: u32,
    /// The report that waits to be sent.
    used: u32,
    new_limit: u32,
    epochs: Vec<f64>,
    is_refused: bool,
    /// The end of the cooldown that the others know.
    told_cool: f64,
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
    /// The timer that is set.
    pub wake_at: f64,
    /// The last message to the other tabs.
    pub message: Vec<f64>,
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
            seen: 0.0,
            stock: 0,
            used: 0,
            new_limit: 0,
            epochs: Vec::new(),
            is_refused: false,
            told_cool: f64::NEG_INFINITY,
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
            wake_at: f64::INFINITY,
            message: Vec::new(),
        }
    }

    pub fn stock(&self) -> u32 {
        self.stock
    }

    pub fn started(&mut self) {
        self.stock = self.stock.saturating_sub(1);
        self.used += 1;
    }

    pub fn settled(&mut self, is_success: bool, epoch: u32) {
        self.is_refused |= !is_success;
        self.epochs.push(f64::from(epoch) * 2.0 + f64::from(u8::from(is_success)));
    }

    pub fn set_limit(&mut self, limit: u32) {
        self.shared.limit = limit;
        self.new_limit = limit;
    }

    fn leads(&self) -> bool {
        self.leader == self.me
    }

    /// Returns the part of this tab, and what it knows of the others.
    pub fn inspect(&self) -> TabsInspection {
        let role = match self.leader {
            leader if leader == self.me => TabRole::Leader,
            0.0 => TabRole::Alone,
            _ => TabRole::Follower,
        };
        let in_flight = self.members.iter().map(|member| member.in_flight).sum::<f64>();
        TabsInspection { role, count: self.members.len() as u32, in_flight: in_flight as u32, permits: self.stock }
    }

    /// Reports all that this tab has, also what has not changed.
    fn report_again(&mut self) {
        self.reported = [f64::NAN; 5];
    }

    /// Handles an event. Returns the end of the cooldown that it causes.
    pub fn hear(&mut self, heard: Heard<'_>, now: f64) -> f64 {
        let mut cool = 0.0;
        match heard {
            Heard::Lead(tabs) => self.lead(tabs, now),
            Heard::Gone(tab) => self.remove(tab),
            Heard::Deposed if self.leads() => {
                self.leader = 0.0;
                self.report_again();
            }
            Heard::Deposed => {}
            Heard::Message(numbers) => match message::read(numbers) {
                Some((from, _)) if from == self.me => {}
                Some((from, Message::Report { report, epochs })) => {
                    let &[.., milliseconds, _] = report;
                    cool = milliseconds;
                    if self.leads() {
                        self.apply(from, report, epochs, now);
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
            cool += now;
            self.told_cool = self.told_cool.max(cool);
        }
        cool
    }

    /// Adopts the state of the leader.
    fn follow(&mut self, from: f64, is_whole: bool, state: &State, members: &[f64], window: &[f64], now: f64) {
        let &[round, limit, epoch, _, idle, ref learned @ .., new_starts, _] = state;
        let members = members.chunks_exact(MEMBER);
        let total = members.clone().find(|member| member[0] == self.me).map_or(0.0, |member| member[1]);
        if is_whole && from != self.leader && round <= self.round {
            // It is late, or this leader knows less than the one before: the report tells it so.
            return self.report_again();
        }
        if is_whole {
            self.round = round;
            self.report_again();
            if from != self.leader {
                (self.leader, self.seen) = (from, total);
            }
        }
        if from != self.leader {
            return;
        }
        (self.asked_at, self.answered_at) = (f64::INFINITY, now);
        self.stock += (total - self.seen) as u32;
        self.seen = self.seen.max(total);
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

    /// Decides as far as it can, and writes the report for the leader if there is news. Returns whether this tab is to
    /// take over, because the leader does not answer, and when something is due.
    pub fn exchange(&mut self, needs: Needs, now: f64) -> (bool, f64) {
        let Needs { in_flight, turns, waiting, priority, cool_until } = needs;
        if waiting == 0 {
            self.stock = turns;
        }
        let spare = self.stock.saturating_sub(turns);
        let asks = self.seen + f64::from(waiting.saturating_sub(spare));
        let holdings =
            [self.seen, self.stock.into(), in_flight.into(), asks, f64::from(priority) - f64::from(i32::MIN)];
        let cools = self.is_refused || cool_until > self.told_cool;
        let has_news = cools || self.used > 0 || self.new_limit > 0 || !self.epochs.is_empty();
        if has_news || self.reported != holdings || now >= self.asks_again_at() {
            self.told_cool = self.told_cool.max(cool_until);
            if !self.waits() {
                self.asked_at = f64::INFINITY;
            }
            self.reported = holdings;
            let [seen, stock, in_flight, asks, priority] = holdings;
            let cool = if cools { message::finite(cool_until - now) } else { 0.0 };
            let (used, limit) = (f64::from(self.used), f64::from(self.new_limit));
            let report: Report = [self.leader, self.round, seen, stock, in_flight, asks, priority, used, cool, limit];
            let epochs = std::mem::take(&mut self.epochs);
            (self.used, self.new_limit, self.is_refused) = (0, 0, false);
            if self.leads() {
                self.apply(self.me, &report, &epochs, now);
            } else {
                self.message = message::begin(self.me, REPORT, &report);
                self.message.extend_from_slice(&epochs);
                self.asked_at = self.asked_at.min(now);
            }
        }
        if self.leads() {
            // It may have been frozen. Perhaps another tab leads, and this one is about to hear of it.
            if now > self.active_at + DOUBT && self.members.len() > 1 {
                self.gather(now);
            }
            self.active_at = now;
            self.grant(cool_until, now);
            self.asked_at = f64::INFINITY;
            return (false, self.ready_at);
        }
        // A tab that knows what the others had comes first.
        let patience = if self.leader > 0.0 { SILENCE } else { 2.0 * SILENCE };
        let takes_over = self.waits() && now >= self.asked_at + patience;
        if takes_over {
            self.asked_at = now;
        }
        let due_at = self.asks_again_at().min(self.asked_at + patience);
        (takes_over, if self.waits() { due_at } else { f64::INFINITY })
    }

    /// Returns whether the tab has asked for permits that have not arrived.
    fn waits(&self) -> bool {
        let [_, _, _, asks, _] = self.reported;
        asks > self.seen
    }

    /// Returns when the tab asks a silent leader again.
    fn asks_again_at(&self) -> f64 {
        let waits = self.waits() && !self.leads() && self.asked_at.is_infinite();
        if waits { self.answered_at + SILENCE } else { f64::INFINITY }
    }
}

impl Limiter {
    /// Makes it a limiter that several tabs share. See [`Tabs::new`].
    pub fn share(&mut self, tab: f64) {
        self.tabs = Some(Box::new(Tabs::new(tab, self.config)));
        (self.adaptive, self.window) = (None, None);
    }

    /// Records this many starts in any tab.
    fn record_starts(&mut self, starts: u32, now: f64) {
        (0..starts.min(super::rate::MOST_STARTS)).for_each(|_| self.record_start(now));
    }
}

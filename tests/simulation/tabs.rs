//! Several tabs that share a limiter: messages that take their time, pages that crash, freeze and open, and a lock that
//! says who leads.

use std::collections::HashMap;

use fastrand::Rng;
use sluicegate::core::due::DueQueue;
use sluicegate::core::engine::Engine;
use sluicegate::core::engine::output::Output;
use sluicegate::core::ids::{LimiterId, Slot};
use sluicegate::core::limiter::LimiterConfig;
use sluicegate::core::limiter::rate::Rate;
use sluicegate::core::limiter::tabs::{PATIENCE, SILENCE, TabEvent, Tabs};
use sluicegate::core::retry::RetryPolicy;
use sluicegate::core::retry::backoff::Backoff;
use sluicegate::core::retry::failure::Failure;
use sluicegate::core::run::Status;
use sluicegate::core::run::config::RunConfig;

/// The longest way of a message or of a lock, in milliseconds.
const WAY: f64 = 20.0;
const COOLDOWN: f64 = 300.0;

enum Event {
    Open,
    Crash,
    Freeze,
    Thaw {
        tab: usize,
    },
    /// Frozen pages receive it later.
    Message {
        from: usize,
        to: usize,
        numbers: Vec<f64>,
    },
    Lead {
        tab: usize,
    },
    Closed {
        tab: usize,
    },
    Deposed {
        tab: usize,
    },
    Replied {
        tab: usize,
        slot: Slot,
    },
    Wake {
        tab: usize,
    },
}

struct Tab {
    engine: Engine,
    limiter: LimiterId,
    part: Tabs,
    is_alive: bool,
    is_frozen: bool,
    opened_at: f64,
    frozen_at: f64,
    /// What a frozen page has not received.
    inbox: Vec<Event>,
    unfinished: u32,
}

#[derive(Debug, Default)]
struct Totals {
    calls: u32,
    take_overs: u32,
    crashes: u32,
    steals: u32,
    refusals: u32,
    full: u32,
}

struct World {
    rng: Rng,
    now: f64,
    config: LimiterConfig,
    events: DueQueue<Event>,
    tabs: Vec<Tab>,
    /// When the last message from one to another arrives.
    links: HashMap<(usize, usize), f64>,
    leader: Option<usize>,
    /// When the last of those that led was opened and had received messages of the others.
    leaders_opened_at: f64,
    /// Calls at the server: when they end, of living tabs.
    at_server: HashMap<(usize, Slot), f64>,
    starts: Vec<f64>,
    /// When the last refusal was seen.
    refused_at: f64,
    refuses: f64,
    totals: Totals,
}

impl World {
    fn new(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed);
        let mut events = DueQueue::default();
        (0..rng.u32(2..=4)).for_each(|_| events.push(rng.f64() * 400.0, Event::Open));
        if rng.bool() {
            (0..rng.u32(1..=3)).for_each(|_| events.push(rng.f64() * 2_000.0, Event::Crash));
        }
        if rng.u8(0..4) == 0 {
            events.push(rng.f64() * 1_000.0, Event::Freeze);
        }
        let rate = (rng.u8(0..3) == 0).then(|| Rate { limit: rng.u32(1..6), interval: 200.0 });
        let stagger = if rng.u8(0..4) == 0 { 30.0 } else { 0.0 };
        let config = LimiterConfig { limit: rng.u32(1..=4), stagger, rate, adaptive: None };
        let config = if rng.u8(0..4) == 0 { config.adaptive(None, None) } else { config };
        let refuses = if rng.bool() { 0.1 } else { 0.0 };
        Self {
            rng,
            now: 0.0,
            config,
            events,
            tabs: vec![],
            links: HashMap::new(),
            leader: None,
            leaders_opened_at: f64::NEG_INFINITY,
            at_server: HashMap::new(),
            starts: vec![],
            refused_at: f64::NEG_INFINITY,
            refuses,
            totals: Totals::default(),
        }
    }

    fn living(&self) -> Vec<usize> {
        (0..self.tabs.len()).filter(|&tab| self.tabs[tab].is_alive).collect()
    }

    fn soon(&mut self, event: Event) {
        let at = self.now + self.rng.f64() * WAY;
        self.events.push(at, event);
    }

    fn play(mut self) -> Totals {
        for step in 0.. {
            assert!(step < 100_000, "the schedule does not end");
            let Some(at) = self.events.next_at() else { break };
            self.now = self.now.max(at);
            let Some(event) = self.events.pop() else { break };
            self.handle(event);
        }
        for tab in self.living() {
            assert_eq!(self.tabs[tab].unfinished, 0, "tab {tab} starves");
            let (_, in_flight, waiting, _) = self.tabs[tab].engine.limiter(self.tabs[tab].limiter).expect("a limiter");
            assert_eq!((in_flight, waiting), (0, 0));
        }
        self.totals
    }

    fn handle(&mut self, event: Event) {
        let tab = match &event {
            Event::Open => return self.open(),
            Event::Crash => return self.crash(),
            Event::Freeze => return self.freeze(),
            Event::Closed { .. } => match self.leader {
                Some(leader) => leader,
                None => return,
            },
            Event::Message { to: tab, .. }
            | Event::Thaw { tab }
            | Event::Lead { tab }
            | Event::Deposed { tab }
            | Event::Replied { tab, .. }
            | Event::Wake { tab } => *tab,
        };
        if !self.tabs[tab].is_alive {
            return;
        }
        if let Event::Thaw { .. } = event {
            self.tabs[tab].is_frozen = false;
            for event in std::mem::take(&mut self.tabs[tab].inbox) {
                self.handle(event);
            }
        } else if self.tabs[tab].is_frozen {
            self.tabs[tab].inbox.push(event);
        } else {
            self.act(tab, event);
            self.drain(tab);
        }
    }

    fn act(&mut self, tab: usize, event: Event) {
        let now = self.now;
        let ids: Vec<f64> = self.living().iter().map(|&tab| id_of(tab)).collect();
        let Tab { engine, .. } = &mut self.tabs[tab];
        match event {
            Event::Message { from, numbers, .. } => {
                self.receive(tab, TabEvent::Message(&numbers));
                // The leader waits for the lock of each tab that it hears.
                if !self.tabs[from].is_alive {
                    self.soon(Event::Closed { tab: from });
                }
            }
            Event::Lead { .. } if self.leader == Some(tab) => {
                self.totals.take_overs += u32::from(ids.len() > 1);
                self.receive(tab, TabEvent::Lead(&ids));
            }
            Event::Closed { tab: closed } => self.receive(tab, TabEvent::Closed(id_of(closed))),
            Event::Deposed { .. } => self.receive(tab, TabEvent::Deposed),
            Event::Replied { slot, .. } => {
                self.at_server.remove(&(tab, slot));
                if self.rng.f64() < self.refuses {
                    self.totals.refusals += 1;
                    self.refused_at = now;
                    let failure = Failure { throttled: true, retry_after: Some(COOLDOWN), ..Failure::REFUSED };
                    engine.failed(slot, &failure, now);
                } else {
                    engine.fulfilled(slot, now);
                }
            }
            Event::Wake { .. } => engine.tick(now),
            _ => {}
        }
    }

    fn receive(&mut self, tab: usize, event: TabEvent<'_>) {
        let Tab { engine, limiter, part, .. } = &mut self.tabs[tab];
        let cool_until = part.handle(event, self.now);
        engine.ask_for_report(*limiter, cool_until);
    }

    fn open(&mut self) {
        let tab = self.tabs.len();
        let mut engine = Engine::new();
        let limiter = engine.open_shared_limiter(self.config);
        let items = self.rng.u32(1..20);
        let retry = RetryPolicy { attempts: 50, backoff: Backoff::default(), ..RetryPolicy::default() };
        let config = RunConfig { items, limit: 5, limiter: Some(limiter), retry, ..RunConfig::default() };
        engine.open(config, self.now);
        let tab_opened = Tab {
            engine,
            limiter,
            part: Tabs::new(id_of(tab), self.config),
            is_alive: true,
            is_frozen: false,
            opened_at: self.now,
            frozen_at: f64::INFINITY,
            inbox: vec![],
            unfinished: items,
        };
        self.tabs.push(tab_opened);
        if self.leader.is_none() {
            self.elect(tab);
        }
        self.drain(tab);
    }

    fn elect(&mut self, tab: usize) {
        self.leader = Some(tab);
        self.leaders_opened_at = self.leaders_opened_at.max(self.tabs[tab].opened_at + 3.0 * WAY);
        self.soon(Event::Lead { tab });
    }

    fn crash(&mut self) {
        let living = self.living();
        if living.len() < 2 {
            return;
        }
        let tab = living[self.rng.usize(0..living.len())];
        self.totals.crashes += 1;
        self.tabs[tab].is_alive = false;
        self.at_server.retain(|&(of, _), _| of != tab);
        if self.leader == Some(tab) {
            self.leader = None;
            let living = self.living();
            let next = self.rng.usize(0..living.len());
            self.elect(living[next]);
        } else {
            self.soon(Event::Closed { tab });
        }
    }

    fn freeze(&mut self) {
        let living = self.living();
        if living.is_empty() {
            return;
        }
        let tab = living[self.rng.usize(0..living.len())];
        (self.tabs[tab].is_frozen, self.tabs[tab].frozen_at) = (true, self.now);
        let thaws_at = self.now + self.rng.f64() * 3.0 * SILENCE;
        self.events.push(thaws_at, Event::Thaw { tab });
    }

    fn drain(&mut self, tab: usize) {
        while let Some(output) = self.tabs[tab].engine.poll(self.now) {
            match output {
                Output::Start { slot, .. } => self.start(tab, slot),
                Output::Finished { status, .. } => {
                    assert_eq!(status, Status::Completed);
                    self.tabs[tab].unfinished = 0;
                }
                Output::Report { .. } => self.exchange(tab),
                other => panic!("{other:?}"),
            }
        }
        if let Some(at) = self.tabs[tab].engine.wake_at() {
            self.events.push(at.max(self.now), Event::Wake { tab });
        }
    }

    /// Answers the report of a limiter, as the runtime does.
    fn exchange(&mut self, tab: usize) {
        let Tab { engine, limiter, part, .. } = &mut self.tabs[tab];
        let report = engine.take_report(*limiter).expect("a report");
        let (grant, takes_over) = part.exchange(&report, self.now);
        let is_idle = engine.permit(*limiter, grant, self.now);
        let numbers = part.take_message(is_idle, self.now);
        if !numbers.is_empty() {
            self.broadcast(tab, &numbers);
        }
        if takes_over && self.leader != Some(tab) {
            self.totals.steals += 1;
            if let Some(deposed) = self.leader {
                self.soon(Event::Deposed { tab: deposed });
            }
            self.elect(tab);
        }
    }

    fn broadcast(&mut self, from: usize, numbers: &[f64]) {
        for to in self.living().into_iter().filter(|&to| to != from) {
            let link = self.links.entry((from, to)).or_default();
            *link = link.max(self.now + self.rng.f64() * WAY);
            self.events.push(*link, Event::Message { from, to, numbers: numbers.to_vec() });
        }
    }

    /// Returns whether all tabs that led have received what this one has. They cannot know that of a page that was
    /// frozen before.
    fn is_known(&self, tab: usize) -> bool {
        self.leaders_opened_at < self.tabs[tab].frozen_at
    }

    fn start(&mut self, tab: usize, slot: Slot) {
        let (now, limit) = (self.now, self.config.limit);
        self.totals.calls += 1;
        let at_once = self.at_server.keys().filter(|&&(of, _)| self.is_known(of)).count();
        assert!(at_once < limit as usize || !self.is_known(tab), "R23: more than {limit} at once");
        let Tab { opened_at, frozen_at, .. } = self.tabs[tab];
        let is_told = opened_at < self.refused_at || self.totals.crashes == 0;
        // A tab that was opened later hears of it from the leader, which has to hear of it first.
        let way = if opened_at < self.refused_at { WAY } else { 2.0 * WAY };
        let was_heard = now > self.refused_at + way && is_told && frozen_at.is_infinite();
        assert!(!was_heard || now >= self.refused_at + COOLDOWN, "R23: a start in a tab while all are held back");
        self.totals.full += u32::from(self.at_server.len() + 1 == limit as usize && self.living().len() > 1);
        // A page that freezes uses what it was given late. A page that crashes takes starts with it that nobody knows.
        let is_calm = self.totals.crashes == 0 && self.tabs.iter().all(|tab| tab.frozen_at.is_infinite());
        if let Some(last) = self.starts.last().filter(|_| is_calm) {
            assert!(now - last >= self.config.stagger - 1e-6, "R23: a start within the stagger");
        }
        self.starts.push(now);
        if let Some(Rate { limit, interval }) = self.config.rate.filter(|_| is_calm) {
            let within = self.starts.iter().filter(|&&at| now - at < interval - 1e-6).count();
            assert!(within <= limit as usize, "R23: {within} starts within {interval} ms, {limit} are allowed");
        }
        let ends_at = now + self.rng.f64() * 150.0;
        self.at_server.insert((tab, slot), ends_at);
        self.events.push(ends_at, Event::Replied { tab, slot });
    }
}

fn id_of(tab: usize) -> f64 {
    tab as f64 + 1.0
}

#[test]
fn tabs_never_exceed_their_limit_together_and_none_starves_r23() {
    let mut totals = Totals::default();
    let schedules = crate::schedules();
    for seed in schedules.clone() {
        match std::panic::catch_unwind(|| World::new(seed).play()) {
            Ok(more) => {
                totals.calls += more.calls;
                totals.take_overs += more.take_overs;
                totals.crashes += more.crashes;
                totals.steals += more.steals;
                totals.refusals += more.refusals;
                totals.full += more.full;
            }
            Err(_) => panic!("seed {seed} broke an invariant; replay it with SIMULATION_SEED={seed}"),
        }
    }
    println!("{} schedules of tabs: {totals:?}", schedules.end - schedules.start);
    if schedules.end - schedules.start >= 1_000 {
        let Totals { calls, take_overs, crashes, steals, refusals, full } = totals;
        assert!([calls, take_overs, crashes, steals, refusals, full].iter().all(|&count| count > 100), "{totals:?}");
    }
    const { assert!(WAY < PATIENCE) };
}

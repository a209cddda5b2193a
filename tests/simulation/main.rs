//! Drives the engine through seeded random schedules on a virtual clock, and holds it to its invariants after every
//! step.
//!
//! `SIMULATION_SCHEDULES=1000000 cargo test --release --test simulation` for a longer run;
//! `SIMULATION_SEED=123 cargo test --test simulation` replays one schedule.
#![cfg(not(target_arch = "wasm32"))]
#![allow(missing_docs)]

mod checks;
mod counts;
mod ending;
mod failing;
mod fast_path;
mod inspecting;
mod journal;
mod limiter;
mod model;
mod opening;
mod quota;
mod scenario;
mod steering;
mod tabs;
mod waiting;
mod world;

use counts::Counts;
use world::World;

fn schedules() -> std::ops::Range<u64> {
    let number = |name: &str| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    match number("SIMULATION_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("SIMULATION_SCHEDULES").unwrap_or(20_000),
    }
}

#[test]
fn every_schedule_keeps_the_invariants() {
    let schedules = schedules();
    let mut totals = Counts::default();
    for seed in schedules.clone() {
        let played = std::panic::catch_unwind(|| World::new(seed).play());
        match played {
            Ok(counts) => totals.add(&counts),
            Err(_) => panic!("seed {seed} broke an invariant; replay it with SIMULATION_SEED={seed}"),
        }
    }
    println!("{} schedules: {totals:?}", schedules.end - schedules.start);
    if schedules.end - schedules.start >= 1_000 {
        assert!(totals.least() > 1_000, "the schedules reach too little: {totals:?}");
    }
}

//! Feeds what `src/core` reads from servers, other tabs and journals with seeded random bytes. `npm run fuzz` gives it
//! bytes that reach ever more of its code.
//!
//! `FUZZ_CASES=1000000 cargo test --test fuzz` for a longer run; `FUZZ_SEED=123 cargo test --test fuzz` replays one.
#![cfg(not(target_arch = "wasm32"))]
#![allow(missing_docs)]

mod failures;
mod journal;
mod tabs;
mod wait_hints;

use arbitrary::{Arbitrary, Unstructured};

fn seeds() -> std::ops::Range<u64> {
    let number = |name: &str| std::env::var(name).ok().and_then(|value| value.parse::<u64>().ok());
    match number("FUZZ_SEED") {
        Some(seed) => seed..seed + 1,
        None => 0..number("FUZZ_CASES").unwrap_or(5_000),
    }
}

/// Returns random bytes, most of them small as those of real messages are.
fn bytes(random: &mut fastrand::Rng) -> Vec<u8> {
    let small = random.f64();
    let length = random.usize(0..600);
    std::iter::repeat_with(|| if random.f64() < small { random.u8(0..12) } else { random.u8(..) })
        .take(length)
        .collect()
}

/// Names the case that does not return.
struct Case(u64);

impl Drop for Case {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("FUZZ_SEED={} replays it", self.0);
        }
    }
}

macro_rules! any_bytes {
    ($($name:ident: $given:ty => $play:path;)*) => {$(
        #[test]
        fn $name() {
            for seed in seeds() {
                let _case = Case(seed);
                let bytes = bytes(&mut fastrand::Rng::with_seed(seed));
                if let Ok(given) = <$given>::arbitrary_take_rest(Unstructured::new(&bytes)) {
                    $play(given);
                }
            }
        }
    )*};
}

any_bytes! {
    errors_of_any_text_get_a_verdict_and_a_wait_within_its_limits: failures::Given => failures::play;
    runs_end_whatever_their_journals_say: journal::Story => journal::play;
    tabs_become_idle_after_messages_of_any_numbers: tabs::Story => tabs::play;
    wait_hints_of_any_text_are_no_negative_time: wait_hints::Reply => wait_hints::play;
}

//! Verdicts on errors of any text, and the waits after them.
#![no_main]

#[path = "../../tests/fuzz/failures.rs"]
mod failures;

libfuzzer_sys::fuzz_target!(|given: failures::Given| failures::play(given));

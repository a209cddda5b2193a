//! Runs that are opened on records of any kind, in any order, and then played to their end.
#![no_main]

#[path = "../../tests/fuzz/journal.rs"]
mod journal;

libfuzzer_sys::fuzz_target!(|given: journal::Story| journal::play(given));

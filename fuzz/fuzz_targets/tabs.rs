//! Messages of other tabs that share a limiter, of any numbers.
#![no_main]

#[path = "../../tests/fuzz/tabs.rs"]
mod tabs;

libfuzzer_sys::fuzz_target!(|given: tabs::Story| tabs::play(given));

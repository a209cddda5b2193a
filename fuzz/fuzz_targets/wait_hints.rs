//! Wait hints and dates, from headers and bodies of any text.
#![no_main]

#[path = "../../tests/fuzz/wait_hints.rs"]
mod wait_hints;

libfuzzer_sys::fuzz_target!(|given: wait_hints::Reply| wait_hints::play(given));

//! Verdicts on errors of any text, and the waits after them.

use arbitrary::Arbitrary;
use sluicegate::core::retry::classify::{ErrorFacts, Facts, classify};
use sluicegate::core::retry::failure::Failure;
use sluicegate::core::retry::{Made, RetryPolicy};

#[derive(Arbitrary, Debug)]
pub struct Given<'a> {
    status: Option<u16>,
    retryable: Option<bool>,
    body_code: &'a [u8],
    errors: Vec<(&'a [u8], &'a [u8], &'a [u8])>,
    attempts: u32,
    refusals: u32,
    retry_after: Option<u32>,
    random: u8,
}

pub fn play(given: Given<'_>) {
    let errors: Vec<ErrorFacts> =
        given.errors.iter().map(|&(name, message, code)| ErrorFacts { name, message, code }).collect();
    let Given { status, retryable, body_code, .. } = given;
    let verdict = classify(&Facts { status, retryable, body_code, errors: &errors });
    let failure = Failure {
        verdict,
        cause: verdict,
        retry_after: given.retry_after.map(f64::from),
        random: f64::from(given.random) / 255.0,
        ..Failure::FINAL
    };
    let made = Made { attempts: given.attempts, refusals: given.refusals };
    let wait = RetryPolicy::default().next_delay(made, &failure);
    assert!(wait.is_none_or(|wait| (1.0..=60_000.0).contains(&wait)), "{wait:?}");
}

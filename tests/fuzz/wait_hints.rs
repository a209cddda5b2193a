//! Wait hints and dates, from headers and bodies of any text.

use arbitrary::Arbitrary;
use sluicegate::core::reply::date;
use sluicegate::core::reply::wait_hint::{HEADERS, ReplyFacts, wait_hint};

#[derive(Arbitrary, Debug)]
pub struct Reply<'a> {
    status: u16,
    headers: [&'a [u8]; HEADERS.len()],
    body_milliseconds: Option<f64>,
    body_seconds: Option<f64>,
    body_duration: &'a [u8],
    now: u64,
}

pub fn play(reply: Reply<'_>) {
    let facts = ReplyFacts {
        status: reply.status,
        headers: &reply.headers,
        body_milliseconds: reply.body_milliseconds,
        body_seconds: reply.body_seconds,
        body_duration: reply.body_duration,
        now: reply.now as f64,
    };
    let hint = wait_hint(&facts);
    assert!(hint.is_none_or(|wait| wait >= 0.0), "{hint:?}");
    for text in reply.headers {
        let moment = date::parse(text);
        assert!(moment.is_none_or(f64::is_finite), "{moment:?}");
    }
}

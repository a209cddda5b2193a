//! Reads wait hints of servers in their many forms.
//!
//! A hint that is negative, past, garbled or repeated is ignored: the backoff formula holds then.

use super::text::{Text, decimal};
use super::{date, is_throttling};

/// The headers that say how long to wait, in the order in which their texts are handed over.
pub const HEADERS: [&str; 4 + 2 * QUOTAS] = [
    "date",
    "retry-after-ms",
    "retry-after",
    "ratelimit",
    // Of each quota: when it is full again, and what is left of it.
    "ratelimit-reset",
    "ratelimit-remaining",
    "x-ratelimit-reset",
    "x-ratelimit-remaining",
    "x-rate-limit-reset",
    "x-rate-limit-remaining",
    "x-ratelimit-reset-requests",
    "x-ratelimit-remaining-requests",
    "x-ratelimit-reset-tokens",
    "x-ratelimit-remaining-tokens",
    "anthropic-ratelimit-requests-reset",
    "anthropic-ratelimit-requests-remaining",
    "anthropic-ratelimit-tokens-reset",
    "anthropic-ratelimit-tokens-remaining",
    "anthropic-ratelimit-input-tokens-reset",
    "anthropic-ratelimit-input-tokens-remaining",
    "anthropic-ratelimit-output-tokens-reset",
    "anthropic-ratelimit-output-tokens-remaining",
];

const QUOTAS: usize = 9;

/// Greater numbers are moments in seconds since 1970, and still greater ones in milliseconds.
const FIRST_SECONDS: f64 = 1e9;
const FIRST_MILLISECONDS: f64 = 1e11;

/// The parts of a reply that may have a wait hint.
#[derive(Clone, Copy)]
pub struct ReplyFacts<'a> {
    /// Status of the reply; 0 if there is none.
    pub status: u16,
    /// The texts of [`HEADERS`], empty where there is none.
    pub headers: &'a [&'a [u8]],
    /// Milliseconds in the body.
    pub body_milliseconds: Option<f64>,
    /// Seconds in the body.
    pub body_seconds: Option<f64>,
    /// A duration such as "34s" in the body.
    pub body_duration: &'a [u8],
    /// The reader's wall clock, in milliseconds since 1970: for replies without a date of their own.
    pub now: f64,
}

/// Returns the wait hint, in milliseconds.
pub fn wait_hint(reply: &ReplyFacts) -> Option<f64> {
    let [date, retry_after_ms, retry_after, rate_limit, quotas @ ..] = reply.headers else { return None };
    // Dates are compared with the server's own clock, so a wrong clock on either side does not matter.
    let now = date::parse(date).unwrap_or(reply.now);
    let seconds = |seconds: f64| seconds * 1_000.0;
    decimal(retry_after_ms)
        .or_else(|| retry_after_of(retry_after, now))
        .or(reply.body_milliseconds.filter(is_wait))
        .or(reply.body_seconds.filter(is_wait).map(seconds))
        .or_else(|| duration(reply.body_duration))
        // Every reply has the quotas. They are a wait hint only in a refusal.
        .or_else(|| if is_throttling(reply.status) { quota(rate_limit, quotas, now) } else { None })
}

/// Reads seconds, a date, or what some servers write instead: a moment in seconds or milliseconds since 1970.
fn retry_after_of(text: &[u8], now: f64) -> Option<f64> {
    match decimal(text) {
        Some(_) => moment(text, now),
        None => until(date::parse(text)?, now),
    }
}

fn is_wait(wait: &f64) -> bool {
    wait.is_finite() && *wait >= 0.0
}

/// Returns the wait until a moment, if it is not past.
fn until(at: f64, now: f64) -> Option<f64> {
    (at > now).then_some(at - now)
}

/// Returns when the exhausted quotas are full again; where none says what is left of it, when all are.
fn quota(rate_limit: &[u8], quotas: &[&[u8]], now: f64) -> Option<f64> {
    let mut found = Quotas { exhausted: None, unknown: None };
    for pair in quotas.chunks_exact(2) {
        found.add(moment(pair[0], now), decimal(pair[1]));
    }
    let mut text = Text(rate_limit);
    // `"burst";r=0;t=5, "day";r=100;t=3600`, or in older drafts `limit=100, remaining=0, reset=5`.
    let (mut reset, mut remaining) = (None, None);
    while !text.is_empty() {
        let name = text.take_while(|byte| !matches!(byte, b'=' | b',' | b';'));
        if text.take_byte(b'=') {
            let value = text.take_while(|byte| !matches!(byte, b',' | b';'));
            match name.trim_ascii() {
                b"t" | b"reset" => reset = moment(value, now),
                b"r" | b"remaining" => remaining = decimal(value),
                _ => {}
            }
        }
        // A quota ends at a comma. In older drafts there is one quota, and its parts end there.
        if text.take_byte(b',') && reset.is_some() {
            found.add(reset.take(), remaining.take());
        }
        text.take_byte(b';');
    }
    found.add(reset, remaining);
    found.exhausted.or(found.unknown)
}

/// The latest resets of quotas: of those that say that nothing is left, and of those that do not say.
struct Quotas {
    exhausted: Option<f64>,
    unknown: Option<f64>,
}

impl Quotas {
    fn add(&mut self, reset: Option<f64>, remaining: Option<f64>) {
        let latest = match remaining {
            Some(0.0) => &mut self.exhausted,
            Some(_) => return,
            None => &mut self.unknown,
        };
        if let Some(reset) = reset {
            *latest = Some(latest.map_or(reset, |before| before.max(reset)));
        }
    }
}

/// Reads when a quota is full again: seconds from now, seconds or milliseconds since 1970, a duration or a date.
fn moment(text: &[u8], now: f64) -> Option<f64> {
    match decimal(text) {
        Some(milliseconds) if milliseconds >= FIRST_MILLISECONDS => until(milliseconds, now),
        Some(seconds) if seconds >= FIRST_SECONDS => until(seconds * 1_000.0, now),
        Some(seconds) => Some(seconds * 1_000.0),
        None => duration(text).or_else(|| until(date::parse(text)?, now)),
    }
}

/// Reads durations such as "34s", "1.5s", "6m0s", "1h2m" or "20ms". Returns milliseconds.
fn duration(text: &[u8]) -> Option<f64> {
    let mut text = Text(text);
    let mut sum = None;
    while !text.is_empty() {
        let number = text.take_decimal()?;
        let factor = match text.take_while(|byte| byte.is_ascii_alphabetic()) {
            b"ms" => 1.0,
            b"s" => 1_000.0,
            b"m" => 60_000.0,
            b"h" => 3_600_000.0,
            b"d" => 86_400_000.0,
            _ => return None,
        };
        sum = Some(sum.unwrap_or(0.0) + number * factor);
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: f64 = 1_790_000_000_000.0;

    fn hint(status: u16, headers: &[(&str, &str)]) -> Option<f64> {
        let text = |name: &str| headers.iter().find(|(other, _)| *other == name).map_or("", |(_, text)| *text);
        assert!(headers.iter().all(|(name, _)| HEADERS.contains(name)));
        wait_hint(&ReplyFacts { headers: &HEADERS.map(|name| text(name).as_bytes()), ..reply(status) })
    }

    fn reply<'a>(status: u16) -> ReplyFacts<'a> {
        let headers = &[&[] as &[u8]; HEADERS.len()];
        ReplyFacts { status, headers, body_milliseconds: None, body_seconds: None, body_duration: b"", now: NOW }
    }

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        assert_eq!(hint(503, &[("retry-after", "7")]), Some(7_000.0));
        assert_eq!(hint(503, &[("retry-after", " 0.5 ")]), Some(500.0));
        assert_eq!(hint(503, &[("retry-after", "0")]), Some(0.0));
        assert_eq!(hint(200, &[("retry-after-ms", "250"), ("retry-after", "7")]), Some(250.0));
        let date = "Mon, 21 Sep 2026 14:13:23 GMT"; // NOW + 3 s
        assert_eq!(hint(503, &[("retry-after", date)]), Some(3_000.0));
    }

    #[test]
    fn a_date_is_read_against_the_clock_of_the_server() {
        let headers = [("retry-after", "Thu, 01 Jan 1970 00:01:33 GMT"), ("date", "Thu, 01 Jan 1970 00:01:30 GMT")];
        assert_eq!(hint(429, &headers), Some(3_000.0));
        assert_eq!(hint(429, &[headers[0], ("date", headers[0].1)]), None, "it is now");
    }

    #[test]
    fn a_hint_that_is_negative_past_garbled_or_repeated_is_none() {
        for text in
            ["10, 10", "5,5", "-5", "", "soon", "1e3", "Infinity", "Thu, 01 Jan 1970 00:01:33 GMT", "99999999999999999"]
        {
            assert_eq!(hint(429, &[("retry-after", text)]), None, "{text}");
        }
        for wait in [-1.0, f64::NAN, f64::INFINITY] {
            assert_eq!(wait_hint(&ReplyFacts { body_milliseconds: Some(wait), ..reply(429) }), None, "{wait}");
            assert_eq!(wait_hint(&ReplyFacts { body_seconds: Some(wait), ..reply(429) }), None, "{wait}");
        }
    }

    #[test]
    fn bodies_say_milliseconds_seconds_or_a_duration() {
        assert_eq!(wait_hint(&ReplyFacts { body_milliseconds: Some(20.0), ..reply(200) }), Some(20.0));
        assert_eq!(wait_hint(&ReplyFacts { body_seconds: Some(2.0), ..reply(200) }), Some(2_000.0));
        assert_eq!(wait_hint(&ReplyFacts { body_duration: b"34s", ..reply(429) }), Some(34_000.0));
        assert_eq!(wait_hint(&ReplyFacts { body_duration: b"34 parsecs", ..reply(429) }), None);
    }

    #[test]
    fn a_quota_counts_only_for_a_refusal() {
        let headers = [("ratelimit-reset", "30")];
        assert_eq!(
            [200, 400, 429, 503, 529].map(|status| hint(status, &headers)),
            [None, None, Some(3e4), Some(3e4), Some(3e4)]
        );
    }

    #[test]
    fn epoch_seconds_and_milliseconds_are_recognized() {
        assert_eq!(hint(429, &[("x-ratelimit-reset", "1790000012")]), Some(12_000.0));
        assert_eq!(hint(429, &[("x-ratelimit-reset", "1790000012500")]), Some(12_500.0));
        assert_eq!(hint(429, &[("x-ratelimit-reset", "1780000000")]), None);
        assert_eq!(hint(429, &[("retry-after", "1790000003")]), Some(3_000.0));
        assert_eq!(hint(429, &[("retry-after", "1780000000")]), None);
    }

    #[test]
    fn of_several_quotas_the_exhausted_one_counts() {
        let headers = [
            ("x-ratelimit-reset-requests", "1h0m0s"),
            ("x-ratelimit-remaining-requests", "99"),
            ("x-ratelimit-reset-tokens", "6m0.5s"),
            ("x-ratelimit-remaining-tokens", "0"),
        ];
        assert_eq!(hint(429, &headers), Some(360_500.0));
        assert_eq!(hint(429, &[("ratelimit", "\"burst\";r=0;t=5, \"day\";r=100;t=3600")]), Some(5_000.0));
        assert_eq!(hint(429, &[("ratelimit", "limit=100, remaining=0, reset=5")]), Some(5_000.0));
        assert_eq!(hint(429, &[("ratelimit", "limit=100, remaining=7, reset=5")]), None);
        let both = [("anthropic-ratelimit-tokens-reset", "2026-09-21T14:13:25Z"), ("ratelimit-reset", "2")];
        assert_eq!(hint(429, &both), Some(5_000.0));
    }

    #[test]
    fn durations_have_units() {
        for (text, wait) in
            [("34s", 34e3), ("1.5s", 1_500.0), ("6m0s", 36e4), ("1h2m", 372e4), ("20ms", 20.0), ("1d", 864e5)]
        {
            assert_eq!(duration(text.as_bytes()), Some(wait), "{text}");
        }
        for text in ["", "s", "5", "5x", "5s6", "-5s"] {
            assert_eq!(duration(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn no_text_makes_a_parser_panic() {
        let mut rng = fastrand::Rng::with_seed(7);
        let alphabet: Vec<char> = "0123456789:;,.-+=TZ GMTsmhdSunNovreset\"äµ€".chars().collect();
        for _ in 0..20_000 {
            let text: String = (0..rng.usize(0..24)).map(|_| *rng.choice(&alphabet).expect("not empty")).collect();
            let waits = ["retry-after", "retry-after-ms", "ratelimit", "x-ratelimit-reset", "date"]
                .map(|name| hint(429, &[(name, &text)]));
            assert!(waits.iter().flatten().all(|wait| wait.is_finite() && *wait >= 0.0), "{text}: {waits:?}");
        }
    }
}

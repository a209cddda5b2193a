//! What a failure means for another attempt.
//!
//! Nothing is ever read out of numbers in a message ("240x240" is no status). Network failures have no code in any engine,
//! only a `TypeError` with a text of the engine's own; these texts are matched whole.

/// What is known of a failure, without any js type.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Facts<'a> {
    /// The HTTP status, where there was a reply.
    pub status: Option<f64>,
    /// Whether the reply's body says by itself that another attempt may help (`isRetryable`, seed 003).
    pub body_retryable: Option<bool>,
    /// The code in the reply's body.
    pub body_code: Option<&'a str>,
    /// The error's `name`.
    pub name: &'a str,
    /// The error's `message`.
    pub message: &'a str,
}

/// Whether another attempt may be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It would fail again, or nobody knows.
    Final,
    /// The server refused before it did any work: always repeatable.
    Refused,
    /// The server may have done the work: repeatable only where a repetition is not paid twice.
    Ambiguous,
}

/// Codes in the body of a 429 that mean "not today" rather than "not now".
static PERMANENT_LIMITS: [&str; 2] = ["DAILY_LIMIT_REACHED", "insufficient_quota"];

/// The texts of network failures: Chromium, Firefox, WebKit, Node.
static NETWORK_FAILURES: [&str; 14] = [
    "Failed to fetch",
    "network error",
    "NetworkError when attempting to fetch resource.",
    "Error in input stream",
    "Error in body stream",
    "Content-Length header of network response exceeds response Body.",
    "Load failed",
    "The network connection was lost.",
    "The Internet connection appears to be offline.",
    "The request timed out.",
    "Could not connect to the server.",
    "fetch failed",
    "terminated",
    "Network request failed",
];

/// Judges a failure as the default policy does.
pub fn classify(facts: &Facts) -> Verdict {
    match facts.status {
        Some(status) => by_status(status, facts),
        None => by_name(facts),
    }
}

fn by_status(status: f64, facts: &Facts) -> Verdict {
    let verdict = match status as u16 {
        425 | 429 | 503 => Verdict::Refused,
        // A reply of 2xx is a failure only where its body could not be read: the work was done.
        408 | 500 | 502 | 504 | 200..=299 => Verdict::Ambiguous,
        _ => Verdict::Final,
    };
    let permanent = facts.body_code.is_some_and(|code| status == 429.0 && is_one_of(&PERMANENT_LIMITS, code));
    match facts.body_retryable {
        Some(false) => Verdict::Final,
        _ if permanent => Verdict::Final,
        Some(true) if verdict == Verdict::Final => Verdict::Refused,
        _ => verdict,
    }
}

fn by_name(facts: &Facts) -> Verdict {
    let network = match facts.name {
        "TypeError" => is_one_of(&NETWORK_FAILURES, facts.message),
        "NetworkError" | "TimeoutError" => true,
        _ => false,
    };
    if network { Verdict::Ambiguous } else { Verdict::Final }
}

/// Never inlined: the compiler would write it out, text by text.
#[inline(never)]
fn is_one_of(texts: &[&str], text: &str) -> bool {
    texts.contains(&text)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING: Facts = Facts { status: None, body_retryable: None, body_code: None, name: "Error", message: "" };

    fn of_status(status: f64) -> Verdict {
        classify(&Facts { status: Some(status), name: "HttpError", ..NOTHING })
    }

    fn named(name: &str, message: &str) -> Verdict {
        classify(&Facts { name, message, ..NOTHING })
    }

    #[test]
    fn refusals_are_repeatable_and_doubtful_ends_are_ambiguous_r15_r16() {
        for status in [425.0, 429.0, 503.0] {
            assert_eq!(of_status(status), Verdict::Refused, "{status}");
        }
        for status in [200.0, 408.0, 500.0, 502.0, 504.0] {
            assert_eq!(of_status(status), Verdict::Ambiguous, "{status}");
        }
        for status in [400.0, 401.0, 402.0, 403.0, 404.0, 409.0, 422.0, 501.0] {
            assert_eq!(of_status(status), Verdict::Final, "{status}");
        }
    }

    #[test]
    fn the_body_can_say_that_a_limit_is_permanent_or_a_failure_is_not_r15() {
        let limited = Facts { status: Some(429.0), ..NOTHING };
        assert_eq!(classify(&Facts { body_code: Some("DAILY_LIMIT_REACHED"), ..limited }), Verdict::Final);
        assert_eq!(classify(&Facts { body_code: Some("SLOW_DOWN"), ..limited }), Verdict::Refused);
        assert_eq!(classify(&Facts { body_retryable: Some(false), ..limited }), Verdict::Final);
        let conflict = Facts { status: Some(409.0), body_retryable: Some(true), ..NOTHING };
        assert_eq!(classify(&conflict), Verdict::Refused);
    }

    #[test]
    fn knows_the_network_failures_of_the_engines_r15() {
        for message in NETWORK_FAILURES {
            assert_eq!(named("TypeError", message), Verdict::Ambiguous, "{message}");
        }
        assert_eq!(named("TimeoutError", "signal timed out"), Verdict::Ambiguous);
    }

    #[test]
    fn a_programs_own_error_is_never_repeated_and_no_number_is_read_from_a_text_r15() {
        assert_eq!(named("TypeError", "scene is undefined"), Verdict::Final);
        assert_eq!(named("Error", "size 503x429 not allowed"), Verdict::Final);
        assert_eq!(named("AbortError", "Failed to fetch"), Verdict::Final);
        assert_eq!(named("RetryError", "3 attempts failed"), Verdict::Final);
    }
}

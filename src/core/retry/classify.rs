//! The default verdict on a failure.
//!
//! Numbers in a message are never read as a status ("240x240" is none). In browsers network failures have no code. They
//! are a `TypeError` with a text that depends on the browser.

/// The facts of an error, without js types. Texts are bytes, because that is a tenth of the code.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Facts<'a> {
    /// The HTTP status, if there was a reply.
    pub status: Option<u16>,
    /// What the reply says of a retry (`isRetryable`, `x-should-retry`), if anything.
    pub retryable: Option<bool>,
    /// The code in the reply's body.
    pub body_code: &'a [u8],
    /// The error and its chain of causes.
    pub errors: &'a [ErrorFacts<'a>],
}

/// One error of a chain of causes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ErrorFacts<'a> {
    /// Its `name`.
    pub name: &'a [u8],
    /// Its `message`.
    pub message: &'a [u8],
    /// Its `code`.
    pub code: &'a [u8],
}

/// The verdict on a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// A retry would fail again.
    Final,
    /// Nothing is known of the error, so it is not retried.
    Unknown,
    /// The server refused before it did any work: a retry is safe.
    Refused,
    /// The server may have done the work: a retry is safe only if the call is keyed.
    Ambiguous,
}

/// Codes in the body of a 429 that mean "not today" rather than "not now".
static PERMANENT_LIMITS: [&str; 2] = ["DAILY_LIMIT_REACHED", "insufficient_quota"];

/// Prefixes of the messages of network failures. Monitoring tools append the host.
static NETWORK_FAILURES: [&str; 24] = [
    // Chromium
    "Failed to fetch",
    "network error",
    // Firefox
    "NetworkError when attempting to fetch resource",
    "Error in input stream",
    "Error in body stream",
    "Content-Length header of network response exceeds response Body",
    // WebKit
    "Load failed",
    "The network connection was lost",
    "The Internet connection appears to be offline",
    "The request timed out",
    "Could not connect",
    "Connection terminated unexpectedly",
    "A server with the specified hostname could not be found",
    // Node.js
    "fetch failed",
    "terminated",
    "other side closed",
    // React Native
    "Network request failed",
    // Workers
    "Network connection lost",
    // Bun
    "Unable to connect",
    "The socket connection was closed unexpectedly",
    // Deno
    "error sending request",
    "client error (",
    "error reading a body from connection",
    "connection closed before message completed",
];

/// Whole messages of SDKs.
static SDK_FAILURES: [&str; 2] = ["Request timed out.", "Connection error."];

/// Codes of network failures, on errors of any name: Node.js, Bun, axios.
static NETWORK_CODES: [&str; 15] = [
    "ECONNRESET",
    "ECONNREFUSED",
    "ECONNABORTED",
    "ETIMEDOUT",
    "EPIPE",
    "ENOTFOUND",
    "EAI_AGAIN",
    "ENETUNREACH",
    "EHOSTUNREACH",
    "ENETDOWN",
    "ERR_NETWORK",
    "ERR_STREAM_PREMATURE_CLOSE",
    "ConnectionRefused",
    "ConnectionClosed",
    "FailedToOpenSocket",
];

/// Names of errors that a retry cannot fix, or that several attempts have led to.
static FINAL_NAMES: [&str; 6] =
    ["AbortError", "RetryError", "ContinuationError", "TypeError", "ReferenceError", "RangeError"];

/// Returns the verdict of the default rules.
pub fn classify(facts: &Facts) -> Verdict {
    match (facts.errors.first(), facts.status) {
        // The caller gave up, or several attempts were made already, whatever the cause.
        (Some(ErrorFacts { name: b"AbortError" | b"RetryError", .. }), _) => Verdict::Final,
        (_, Some(status)) => by_status(status, facts),
        (_, None) if facts.errors.iter().any(is_network_failure) => Verdict::Ambiguous,
        (Some(error), None) if is_one_of(&FINAL_NAMES, error.name) => Verdict::Final,
        _ => Verdict::Unknown,
    }
}

fn by_status(status: u16, facts: &Facts) -> Verdict {
    let verdict = match status {
        425 | 429 | 503 | 529 => Verdict::Refused,
        501 | 505 | 508 | 511 => Verdict::Final,
        // A success with an unreadable body: the work was done.
        408 | 500..=599 | 200..=299 => Verdict::Ambiguous,
        _ => Verdict::Final,
    };
    let is_permanent = status == 429 && is_one_of(&PERMANENT_LIMITS, facts.body_code);
    match facts.retryable {
        Some(false) => Verdict::Final,
        _ if is_permanent => Verdict::Final,
        Some(true) if verdict == Verdict::Final => Verdict::Refused,
        _ => verdict,
    }
}

fn is_network_failure(error: &ErrorFacts) -> bool {
    match error.name {
        b"NetworkError" | b"TimeoutError" => true,
        // Of openai and @anthropic-ai/sdk, whose errors have no name, code or cause of their own.
        b"Error" if is_one_of(&SDK_FAILURES, error.message) => true,
        b"TypeError" if begins_with_one_of(&NETWORK_FAILURES, error.message) => true,
        _ => is_network_failure_in_message(error.message) || is_network_code(error.code),
    }
}

/// Returns whether the message of an error names a network failure, as those of supabase-js do.
fn is_network_failure_in_message(message: &[u8]) -> bool {
    message.strip_prefix(b"TypeError: ").is_some_and(|text| begins_with_one_of(&NETWORK_FAILURES, text))
}

fn is_network_code(code: &[u8]) -> bool {
    code.starts_with(b"UND_ERR_") || is_one_of(&NETWORK_CODES, code)
}

/// Not inlined: the compiler would emit a comparison for each text.
#[inline(never)]
fn begins_with_one_of(texts: &[&str], text: &[u8]) -> bool {
    texts.iter().any(|begin| text.starts_with(begin.as_bytes()))
}

#[inline(never)]
fn is_one_of(texts: &[&str], text: &[u8]) -> bool {
    texts.iter().any(|other| text == other.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOTHING: Facts = Facts { status: None, retryable: None, body_code: b"", errors: &[] };
    const ERROR: ErrorFacts = ErrorFacts { name: b"Error", message: b"", code: b"" };

    fn of_status(status: u16) -> Verdict {
        classify(&Facts { status: Some(status), ..NOTHING })
    }

    fn of(errors: &[ErrorFacts]) -> Verdict {
        classify(&Facts { errors, ..NOTHING })
    }

    fn named(name: &str, message: &str) -> Verdict {
        of(&[ErrorFacts { name: name.as_bytes(), message: message.as_bytes(), code: b"" }])
    }

    #[test]
    fn refusals_are_repeatable_and_uncertain_ends_are_ambiguous() {
        for status in [425, 429, 503, 529] {
            assert_eq!(of_status(status), Verdict::Refused, "{status}");
        }
        for status in [200, 299, 408, 500, 502, 504, 506, 507, 509, 510, 520, 524, 599] {
            assert_eq!(of_status(status), Verdict::Ambiguous, "{status}");
        }
        for status in [0, 199, 300, 400, 401, 402, 403, 404, 409, 422, 501, 505, 508, 511, 600] {
            assert_eq!(of_status(status), Verdict::Final, "{status}");
        }
    }

    #[test]
    fn the_reply_can_say_that_a_limit_is_permanent_or_a_failure_is_not() {
        let limited = Facts { status: Some(429), ..NOTHING };
        assert_eq!(classify(&Facts { body_code: b"DAILY_LIMIT_REACHED", ..limited }), Verdict::Final);
        assert_eq!(classify(&Facts { body_code: b"SLOW_DOWN", ..limited }), Verdict::Refused);
        assert_eq!(classify(&Facts { retryable: Some(false), ..limited }), Verdict::Final);
        let busy = Facts { status: Some(503), body_code: b"DAILY_LIMIT_REACHED", ..NOTHING };
        assert_eq!(classify(&busy), Verdict::Refused);
        let conflict = Facts { status: Some(409), retryable: Some(true), ..NOTHING };
        assert_eq!(classify(&conflict), Verdict::Refused);
        let broken = Facts { status: Some(500), retryable: Some(true), ..NOTHING };
        assert_eq!(classify(&broken), Verdict::Ambiguous);
    }

    #[test]
    fn network_failures_are_known_by_how_their_texts_begin() {
        for message in NETWORK_FAILURES {
            assert_eq!(named("TypeError", message), Verdict::Ambiguous, "{message}");
        }
        assert_eq!(named("TypeError", "Failed to fetch (api.example.com)"), Verdict::Ambiguous);
        assert_eq!(named("PostgrestError", "TypeError: Failed to fetch (api.example.com)"), Verdict::Ambiguous);
        assert_eq!(named("PostgrestError", "TypeError: scene is undefined"), Verdict::Unknown);
        assert_eq!(named("TimeoutError", "signal timed out"), Verdict::Ambiguous);
        assert_eq!(named("Error", "Request timed out."), Verdict::Ambiguous);
    }

    #[test]
    fn network_failures_are_known_by_their_codes_whatever_their_name() {
        for code in NETWORK_CODES.into_iter().chain(["UND_ERR_SOCKET"]) {
            assert_eq!(of(&[ErrorFacts { code: code.as_bytes(), ..ERROR }]), Verdict::Ambiguous, "{code}");
        }
        assert_eq!(of(&[ErrorFacts { code: b"ERR_BAD_REQUEST", ..ERROR }]), Verdict::Unknown);
    }

    #[test]
    fn a_network_failure_is_found_among_the_causes() {
        let cause = ErrorFacts { name: b"TypeError", message: b"fetch failed", code: b"" };
        assert_eq!(of(&[ERROR, ERROR, cause]), Verdict::Ambiguous);
        assert_eq!(of(&[ErrorFacts { name: b"AbortError", ..ERROR }, cause]), Verdict::Final);
        assert_eq!(of(&[ErrorFacts { name: b"RetryError", ..ERROR }, cause]), Verdict::Final);
    }

    #[test]
    fn several_attempts_are_never_repeated_whatever_the_last_failed_with() {
        let retried = [ErrorFacts { name: b"RetryError", ..ERROR }];
        assert_eq!(classify(&Facts { status: Some(503), errors: &retried, ..NOTHING }), Verdict::Final);
    }

    #[test]
    fn an_error_of_the_program_is_never_repeated_and_no_number_is_read_from_a_text() {
        assert_eq!(named("TypeError", "scene is undefined"), Verdict::Final);
        assert_eq!(named("Error", "size 503x429 not allowed"), Verdict::Unknown);
        assert_eq!(named("Error", "Failed to fetch"), Verdict::Unknown);
        assert_eq!(of(&[]), Verdict::Unknown);
    }
}

//! Replies: whether they are successes, and their wait hints.

pub mod date;
mod text;
pub mod wait_hint;

/// Returns whether a success may have no body. Another success without one was cut off.
pub fn may_be_empty(status: u16, method: &str) -> bool {
    matches!(status, 204 | 205) || method == "HEAD"
}

/// Returns whether a status is a refusal because of load, which cools the limiter.
pub fn is_throttling(status: u16) -> bool {
    matches!(status, 429 | 503 | 529)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_replies_without_content_may_be_empty() {
        assert!(may_be_empty(204, "POST") && may_be_empty(205, "GET") && may_be_empty(200, "HEAD"));
        assert!(!may_be_empty(200, "POST") && !may_be_empty(206, "GET"));
    }

    #[test]
    fn refusals_for_load_throttle() {
        assert_eq!([425, 429, 500, 503, 529].map(is_throttling), [false, true, false, true, true]);
    }
}

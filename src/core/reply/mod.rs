//! What a reply says beside its value: whether it is a success, and how long the server asks to wait.

pub mod date;
mod text;
pub mod wait_hint;

/// Returns whether a success may come without a body. Any other one was cut off: who has nothing to say answers 204.
pub fn may_be_empty(status: u16, method: &str) -> bool {
    matches!(status, 204 | 205) || method == "HEAD"
}

/// Returns whether a status says that too much came at once, so that all who share a limiter have to wait.
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

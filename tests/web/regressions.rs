//! Regressions of calls and retries (R1-R3, R8, R9, R12, R13, R15-R18, R21, R26).

crate::scenarios::scenarios! {
    "/tests/web/regressions.js":
    a_call_that_only_asks_has_no_key_and_an_unanswered_question_is_not_sent_again
    a_failure_that_the_caller_calls_final_is_asked_about_and_not_repeated
    a_policy_that_throws_does_not_prevent_the_question
    answers_and_errors_that_cannot_be_read_lose_nothing
    the_time_for_all_attempts_ends_whatever_an_item_waits_for
    a_retry_after_a_cancel_is_not_cancelled_with_it
    on_outcome_may_retry_a_failed_item_at_once
    an_item_with_a_pending_question_is_shown_as_retrying
    on_failure_holds_for_runs_in_order_too
    limits_hold_whenever_and_however_large_they_are_set
}

//! Calls and retries that a careful reader once broke (R1-R3, R8, R9, R12, R13, R15-R18, R21, R26).

crate::scenarios::scenarios! {
    "/tests/web/care.js":
    a_call_that_only_asks_has_no_key_and_an_unanswered_question_is_not_sent_again_r16_r17
    a_failure_that_the_caller_calls_final_is_asked_about_and_not_repeated_r15_r17
    a_policy_that_throws_does_not_prevent_the_question_r17
    answers_and_errors_that_cannot_be_read_lose_nothing_r1_r2
    the_time_for_all_attempts_ends_whatever_an_item_waits_for_r18
    a_retry_after_a_cancel_is_not_cancelled_with_it_r8_r9
    whoever_is_told_of_a_failure_may_ask_for_it_again_at_once_r8_r26
    an_item_in_doubt_is_shown_as_retrying_r12_r15
    on_failure_holds_for_runs_in_order_too_r3_r8
    limits_hold_whenever_and_however_large_they_are_set_r13_r21
}

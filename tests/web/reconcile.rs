//! Calls that failed ambiguously, are refused or take too long (R2, R8, R14-R19, R21, R26).

crate::scenarios::scenarios! {
    "/tests/web/reconcile.js":
    a_call_that_the_server_has_finished_is_not_sent_again
    a_call_that_is_not_found_is_sent_again_keyed_or_not_and_asked_for_after_the_last
    an_unanswered_question_leaves_the_error_of_the_server
    only_an_ambiguous_failure_is_reconciled
    classify_can_have_a_conflict_reconciled
    a_question_holds_the_places_of_run_and_limiter
    after_a_timeout_the_server_is_asked_when_the_attempt_has_settled
    a_cancel_ends_the_question_or_lets_it_answer
    questions_are_asked_in_every_mode
    a_failure_can_pause_the_run_until_it_is_resumed
    a_call_has_a_time_for_all_its_attempts
    time_in_the_limiters_queue_is_no_time_of_the_call
    retries_of_a_nested_call_are_not_multiplied_by_its_parent
    a_refusal_of_a_nested_call_cools_the_limiter_of_its_parent
    a_call_that_never_left_the_page_is_sent_again_without_a_key
    a_call_that_waits_for_its_headers_too_long_is_not_sent
    the_key_of_a_call_is_what_the_server_is_asked_for
    a_key_can_outlive_the_page_and_what_is_made_anew_has_another
    a_task_that_ends_because_its_run_did_is_cancelled
}

//! Calls whose fate is in doubt, that are refused or take too long (R2, R8, R14-R19, R21, R26).

crate::scenarios::scenarios! {
    "/tests/web/doubt.js":
    a_call_that_the_server_has_finished_is_not_sent_again_r17
    a_call_that_is_not_found_is_sent_again_keyed_or_not_and_asked_for_after_the_last_r16_r17
    a_question_without_an_answer_leaves_the_servers_own_error_r17_r18
    only_doubt_is_a_reason_to_ask_r17
    a_conflict_can_be_a_cue_to_ask_r15_r17
    a_question_holds_the_places_of_run_and_limiter_r2_r17
    after_a_timeout_the_server_is_asked_when_the_attempt_has_settled_r2_r17_r18
    a_cancel_ends_the_question_or_lets_it_answer_r9_r17_r26
    questions_are_asked_in_every_mode_r3_r7_r17
    a_failure_can_pause_the_run_until_somebody_has_mended_it_r8_r15
    a_call_has_a_time_for_all_its_attempts_r18
    time_in_the_limiters_queue_is_no_time_of_the_call_r18
    retries_inside_are_not_multiplied_outside_r14
    a_refusal_inside_cools_the_limiter_outside_r21
    a_call_that_never_left_the_page_is_sent_again_without_a_key_r15_r16
    a_call_that_waits_for_its_headers_too_long_is_not_sent_r18_r19
    the_key_of_a_call_is_what_the_server_is_asked_for_r16_r17
    a_key_can_outlive_the_page_and_what_is_made_anew_has_another_r16
    a_task_that_ends_because_its_run_did_is_cancelled_r9_r26
}

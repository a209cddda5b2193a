//! Handles in odd moments (R1-R3, R5, R7-R9, R11-R15, R21, R25).

crate::scenarios::scenarios! {
    "/tests/web/handles.js":
    a_command_at_the_last_news_is_carried_out_r8_r21
    a_cancel_after_the_last_item_comes_too_late_r9
    items_are_added_all_or_none_r13
    items_that_are_added_start_where_places_are_free_r2
    an_abort_after_the_source_is_read_to_its_end_is_heard_r9
    a_call_that_is_aborted_in_the_queue_uses_up_no_start_of_the_limiter_r21
    a_listener_that_throws_harms_no_other_r11
    a_snapshot_says_what_was_just_asked_for
    many_changes_are_told_together_r12
    retries_without_a_wait_leave_the_page_its_turns_r9_r14
    the_answers_of_skip_and_on_failure_are_checked_r25
    modes_refuse_what_they_cannot_do_at_once_r3_r7
    progress_of_a_phase_that_throws_harms_nothing_r11
    a_policy_that_would_never_end_is_refused_r14
    a_failure_of_the_source_is_no_failure_of_an_item_r11
    an_error_of_which_nothing_can_be_asked_is_an_outcome_r1_r15
    whatever_next_throws_ends_the_phase_r5
    a_body_is_sent_as_it_is_or_as_json_or_refused
}

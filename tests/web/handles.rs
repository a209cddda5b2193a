//! Handles: commands at unusual times (R1-R3, R5, R7-R9, R11-R15, R21, R25).

crate::scenarios::scenarios! {
    "/tests/web/handles.js":
    a_command_during_the_last_notification_is_carried_out
    a_cancel_after_the_last_item_comes_too_late
    items_are_added_all_or_none
    items_that_are_added_start_where_places_are_free
    an_abort_after_the_end_of_the_source_ends_the_run
    a_call_that_is_aborted_in_the_queue_uses_up_no_start_of_the_limiter
    a_listener_that_throws_harms_no_other
    a_snapshot_says_what_was_just_asked_for
    many_changes_are_one_notification
    retries_without_a_wait_leave_the_page_its_turns
    the_answers_of_skip_and_on_failure_are_checked
    modes_refuse_what_they_cannot_do_at_once
    progress_of_a_phase_that_throws_harms_nothing
    a_policy_that_would_never_end_is_refused
    a_failure_of_the_source_is_no_failure_of_an_item
    an_error_whose_properties_throw_is_an_outcome
    an_error_of_next_ends_the_phase
    a_body_is_sent_as_it_is_or_as_json_or_refused
}

//! The fast path of plain runs (R1, R2, R9, R12, R14, R26).

crate::scenarios::scenarios! {
    "/tests/web/plain.js":
    the_fast_path_starts_items_in_order_within_the_limit_and_loses_none
    a_failure_in_the_middle_stops_a_plain_run_whether_thrown_or_rejected
    an_abort_from_within_a_task_starts_nothing_more
    late_contexts_know_their_own_attempt_only
    a_single_change_is_reported_at_once_and_a_burst_once_a_turn
    progress_is_reported_when_a_burst_stops_and_its_run_does_not_end
    a_cancel_in_a_burst_counts_what_was_done
    elapsed_is_the_time_of_the_attempt_on_the_fast_path_too
    a_short_run_does_not_wait_for_a_long_one_and_the_page_has_its_turns
    many_runs_leave_the_page_its_turns
    the_fast_path_of_one_run_takes_no_places_of_another
    a_wide_run_makes_no_later_run_slow
    a_call_from_within_a_task_waits_until_the_task_has_returned
    the_remaining_time_is_that_of_the_remaining_items
    retries_and_plain_items_share_a_run
}

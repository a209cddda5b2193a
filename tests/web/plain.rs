//! Runs of which every place is handed straight to the next item (R1, R2, R9, R12, R14, R26).

crate::scenarios::scenarios! {
    "/tests/web/plain.js":
    places_are_handed_on_in_order_within_the_limit_and_nothing_is_lost_r1_r2
    a_failure_in_the_middle_stops_a_plain_run_whether_thrown_or_rejected_r1_r9
    an_abort_from_within_a_task_starts_nothing_more_r9_r26
    late_contexts_know_their_own_attempt_only_r9_r16_r26
    single_news_is_told_at_once_and_a_burst_once_a_turn_r12
    a_burst_that_stops_is_told_of_though_its_run_goes_on_r12
    a_cancel_in_a_burst_counts_what_was_done_r9_r12
    an_attempt_took_as_long_as_it_took_wherever_its_place_has_come_from_r14
    a_short_run_does_not_wait_for_a_long_one_and_the_page_has_its_turns_r2
    however_many_runs_there_are_the_page_has_its_turns_r2
    places_lent_to_one_run_are_taken_from_no_other_r2
    a_wide_run_makes_no_later_run_slow_r2
    a_call_from_within_a_task_waits_until_the_task_has_returned_r9_r26
    the_remaining_time_is_that_of_those_which_remain_r12
    retries_and_plain_items_share_a_run_r1_r14
}

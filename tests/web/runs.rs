//! Runs with handles, limiters and modes (R3-R13, R18, R21, R25, R28).

crate::scenarios::scenarios! {
    "/tests/web/runs.js":
    pause_and_resume
    a_run_paused_by_its_last_item_stays_paused
    two_clicks_are_one_retry
    a_retry_is_reached_by_cancel
    items_are_cancelled_by_name_and_the_rest_drains
    items_are_added_and_outcomes_iterated
    a_snapshot_changes_only_when_something_did
    batches_have_a_barrier_and_a_frozen_context
    in_order_prepares_ahead_and_threads_the_carry
    in_order_at_concurrency_1_is_serial
    pipelines_thread_skip_weigh_and_resume
    a_limiter_is_shared_and_its_place_borrowed
    a_429_cools_all_who_share_a_limiter
    steps_are_bought_once
    silence_is_a_timeout
    a_traced_attempt_is_a_measure
    arguments_are_refused_at_once
}

//! Polls (R20).

crate::scenarios::scenarios! {
    "/tests/web/polls.js":
    asks_until_the_reply_that_is_wanted_one_at_a_time
    the_wait_is_the_callers_or_the_servers
    errors_in_a_row_end_it_and_a_reply_starts_the_count_anew
    an_error_that_no_other_ask_can_mend_ends_it_at_once
    an_error_that_says_nothing_of_the_server_is_tolerated_like_a_lost_ask
    an_ask_that_was_repeated_inside_counts_as_one_error
    the_whole_time_is_limited_also_in_the_midst_of_an_ask
    silence_is_replies_that_do_not_differ
    replies_that_have_nothing_to_say_are_silence_too
    a_push_does_not_hurry_a_server_in_trouble
    a_computer_that_slept_has_waited_all_the_same
    an_abort_ends_the_wait_at_once_with_its_reason_and_settles_once
    a_push_asks_now_and_is_unsubscribed_from_once
    each_ask_takes_a_place_of_the_limiter_and_no_wait_does
    submitting_again_is_asking_with_the_same_key
    inside_a_task_it_is_a_sign_of_life_and_ends_with_the_run
    a_refused_poll_cools_the_limiter_for_all_runs
    arguments_are_refused_by_name_and_value
}

//! Nested calls of one limiter (R9, R21).

crate::scenarios::scenarios! {
    "/tests/web/nested.js":
    a_nested_call_outlasts_a_cooldown_of_a_full_limiter
    concurrent_nested_calls_share_the_parent_place
    many_calls_with_nested_calls_never_exceed_the_limit_and_all_end
    calls_nest_to_any_depth_in_one_place
    a_signal_gives_no_parent_place_after_its_call_has_settled
    a_nested_call_that_outlives_its_parent_keeps_the_place
    a_cancel_returns_the_parent_place
    the_signal_of_a_cancel_gives_the_parent_place_too
    an_object_shaped_like_a_limiter_is_refused_at_once
}

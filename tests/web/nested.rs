//! Calls inside a call of the same limiter (R9, R21).

crate::scenarios::scenarios! {
    "/tests/web/nested.js":
    a_nested_call_outlasts_a_cooldown_of_a_full_limiter_r21
    nested_calls_side_by_side_share_the_place_around_them_r21
    many_calls_with_many_inside_never_exceed_the_limit_and_all_come_through_r21
    calls_nest_as_deep_as_they_like_in_one_place_r21
    a_signal_borrows_nothing_once_its_call_has_settled_r21
    a_nested_call_that_outlives_the_call_around_it_keeps_the_place_r21
    a_cancel_leaves_no_place_lent_r9_r21
    the_signal_that_tells_of_a_cancel_borrows_as_well_r9_r21
    an_object_that_only_looks_like_a_limiter_is_refused_at_once_r21
}

//! Replies that come in parts (R34).

crate::scenarios::scenarios! {
    "/tests/web/events.js":
    events_do_not_depend_on_how_their_bytes_are_cut
    silence_ends_a_reply_and_cancels_its_body
    events_are_a_sign_of_life_of_the_task_around
}

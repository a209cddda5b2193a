//! The names of runs, limiters and attempts. Each is free for another after its end.

macro_rules! id {
    ($(#[doc = $doc:literal])+ $name:ident) => {
        $(#[doc = $doc])+
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub u32);

        impl $name {
            pub(crate) fn new(index: usize) -> Self {
                Self(index as u32)
            }

            pub(crate) fn index(self) -> usize {
                self.0 as usize
            }
        }
    };
}

id! {
    /// Names a run, from [`Engine::open`](crate::core::engine::Engine::open) to
    /// [`Engine::forget`](crate::core::engine::Engine::forget).
    RunId
}

id! {
    /// Names an attempt, from its [`Output::Start`](crate::core::engine::output::Output::Start) until the host says
    /// that it
    /// settled. Slots are small numbers, used again and again, so that the host can keep a record of each.
    Slot
}

id! {
    /// Names a limiter, from [`Engine::open_limiter`](crate::core::engine::Engine::open_limiter) on.
    LimiterId
}

//! The ids of runs, limiters and attempts. They are reused.

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
    /// Id of a run, from [`Engine::open`](crate::core::engine::Engine::open) to
    /// [`Engine::discard`](crate::core::engine::Engine::discard).
    RunId
}

id! {
    /// Id of an attempt, from its [`Output::Start`](crate::core::engine::output::Output::Start) until the host reports
    /// that it settled. Slots are small numbers that are reused, so that the host can index an array by them.
    Slot
}

id! {
    /// Id of a limiter, from [`Engine::open_limiter`](crate::core::engine::Engine::open_limiter) on.
    LimiterId
}

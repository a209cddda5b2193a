//! Answers of the host about the last item of a run: whether it is stored, and whether another item follows it.

use super::Run;

/// Says whether another item follows the last one. The host sets it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Following {
    /// No item follows, or the source of the run gives the next one.
    Nothing,
    /// The last item was made again after the end. The host stores it, and then says whether another one follows.
    Awaited,
    /// Another item follows.
    Item,
    /// Another item may follow: the host failed to find out, or the run was cancelled before.
    Unknown,
    /// The host could not store the last item. A request for it makes it again.
    Unstored,
}

impl Following {
    /// Ends the wait for an answer of the host, such as after a cancel.
    pub fn give_up(&mut self) {
        if *self == Self::Awaited {
            *self = Self::Unknown;
        }
    }
}

impl Run {
    /// Returns whether the host could not store the value of an item.
    pub fn is_unstored(&self, item: u32) -> bool {
        self.following == Following::Unstored && item + 1 == self.items.count()
    }
}

//! One item of a run: a byte.

/// The state of an item.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ItemState {
    /// Not started, or to be started again.
    #[default]
    Waiting,
    /// An attempt that counts is under way.
    Running,
    /// Between two attempts.
    BackingOff,
    /// Its first step is done, the second waits for its turn.
    Prepared,
    /// Has a value.
    Fulfilled,
    /// Has failed for good.
    Rejected,
    /// Was cancelled.
    Cancelled,
    /// Was passed over.
    Skipped,
}

impl ItemState {
    /// By number.
    const ALL: [Self; 8] = [
        Self::Waiting,
        Self::Running,
        Self::BackingOff,
        Self::Prepared,
        Self::Fulfilled,
        Self::Rejected,
        Self::Cancelled,
        Self::Skipped,
    ];

    /// Whether this is an outcome.
    pub fn is_settled(self) -> bool {
        matches!(self, Self::Fulfilled | Self::Rejected | Self::Cancelled | Self::Skipped)
    }
}

/// A state and these flags.
#[derive(Clone, Copy, Default)]
pub(super) struct Item(u8);

/// The value of its first step is at hand: what was bought is not bought again.
pub(super) const PREPARED: u8 = 8;
/// It was asked for by name, and goes before all others.
pub(super) const REQUESTED: u8 = 16;
/// Has begun and has no outcome yet.
pub(super) const BEGUN: u8 = 32;
/// The host has looked at it and lets it start.
pub(super) const ACCEPTED: u8 = 64;
/// It waits for its inputs.
pub(super) const DEFERRED: u8 = 128;
/// The host has removed it. Only settled items are, which have not begun: so the flag is the same.
pub(super) const REMOVED: u8 = BEGUN;

impl Item {
    pub fn at(state: ItemState) -> Self {
        Self(state as u8)
    }

    pub fn removed(state: ItemState) -> Self {
        Self(state as u8 | REMOVED)
    }

    pub fn state(self) -> ItemState {
        ItemState::ALL[usize::from(self.0 & 7)]
    }

    pub fn set_state(&mut self, state: ItemState) {
        self.0 = self.0 & !7 | state as u8;
    }

    /// Returns the state of an item that is to be started again.
    pub fn again(self) -> ItemState {
        if self.has(PREPARED) { ItemState::Prepared } else { ItemState::Waiting }
    }

    pub fn has(self, flag: u8) -> bool {
        self.0 & flag != 0
    }

    pub fn set(&mut self, flag: u8, on: bool) {
        self.0 = if on { self.0 | flag } else { self.0 & !flag };
    }
}

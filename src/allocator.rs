//! The allocator of the WebAssembly. It is a tenth the size of Rust's default one, which every user would download.

use rlsf::{GlobalTlsf, GlobalTlsfOptions};

/// Options for a small binary. Pools are coalesced, because large blocks would otherwise waste as much again.
struct Small;

impl GlobalTlsfOptions for Small {
    const ENABLE_REALLOCATION: bool = false;
    const COALESCE_POOLS: bool = true;
}

#[global_allocator]
static MEMORY: GlobalTlsf<Small> = GlobalTlsf::new();

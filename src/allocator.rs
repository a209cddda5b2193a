//! The memory of the WebAssembly: an allocator a tenth the size of the one that Rust brings, which every user
//! downloads.

use rlsf::{GlobalTlsf, GlobalTlsfOptions};

/// For size; but what has grown is one pool, or large blocks would waste as much again.
struct Small;

impl GlobalTlsfOptions for Small {
    const ENABLE_REALLOCATION: bool = false;
    const COALESCE_POOLS: bool = true;
}

#[global_allocator]
static MEMORY: GlobalTlsf<Small> = GlobalTlsf::new();

//! sluicegate: runs many slow, costly calls bounded, staggered, retried and cancellable.
//!
//! [`core`] decides, without any I/O, and is tested natively. `bridge` is the only part that touches JavaScript and the
//! browser. The npm package's typed face is in `src/npm/`.

#[cfg(target_arch = "wasm32")]
mod allocator;
pub mod core;

#[cfg(target_arch = "wasm32")]
pub mod bridge;

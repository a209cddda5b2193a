//! sluicegate: runs many slow, costly calls bounded, staggered, retried and cancellable.
//!
//! [`core`] decides, without any I/O, and is tested natively. `bridge` is its edge to JavaScript. The JavaScript that
//! holds values and calls user code is in `src/runtime/`, the typed face of the npm package in `src/npm/`.

#[cfg(target_arch = "wasm32")]
mod allocator;
#[cfg(target_arch = "wasm32")]
mod bridge;
pub mod core;
pub mod table;

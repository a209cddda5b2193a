//! sluicegate: runs many slow, costly calls bounded, staggered, retried and cancellable.
//!
//! [`core`] decides, without any I/O, and is tested natively. `bridge` is its edge to JavaScript, `tabs` that of a
//! second wasm for limiters that several tabs share: the features `engine` and `tabs`. The JavaScript that holds values
//! and calls user code is in `src/runtime/`, the typed face of the npm package in `src/npm/`.

// Unit tests run natively only. Without this line, `wasm-pack test` compiles them for nothing.
#![cfg(not(all(test, target_arch = "wasm32")))]

#[cfg(target_arch = "wasm32")]
mod allocator;
#[cfg(all(target_arch = "wasm32", feature = "engine"))]
mod bridge;
pub mod core;
#[allow(dead_code, reason = "each wasm uses a part of it")]
mod rows;
pub mod table;
#[cfg(all(target_arch = "wasm32", feature = "tabs"))]
mod tabs;

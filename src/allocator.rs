//! The memory of the WebAssembly: a list of free blocks for every power of two.
//!
//! Taking a block and putting it back are a few steps each, whatever is in use. Blocks are neither split nor joined: what one
//! size has needed at most stays for that size. That weighs a tenth of the allocator that Rust brings, and every user
//! downloads it.

use core::alloc::Layout;
#[cfg(target_arch = "wasm32")]
use core::{alloc::GlobalAlloc, arch::wasm32, cell::UnsafeCell};

/// By how much memory grows in WebAssembly.
const PAGE: usize = 65_536;

/// The smallest block, and the strictest alignment: all sizes are multiples of it.
const SMALLEST: usize = 16;

/// A block that is free: the next one of its size.
type Free = *mut u8;

struct Blocks {
    /// By the number of bits of their sizes.
    free: [Free; usize::BITS as usize],
    /// What has never been used.
    unused: usize,
    end: usize,
}

impl Blocks {
    const fn new() -> Self {
        Self { free: [core::ptr::null_mut(); usize::BITS as usize], unused: 0, end: 0 }
    }

    fn bits(layout: Layout) -> u32 {
        usize::BITS - (layout.size().max(SMALLEST) - 1).leading_zeros()
    }

    /// `grow` adds so many pages and says where they begin, `usize::MAX` where there are none. Null if there is no room.
    fn take(&mut self, layout: Layout, grow: impl FnOnce(usize) -> usize) -> *mut u8 {
        let bits = Self::bits(layout);
        let Some(free) = self.free.get_mut(bits as usize).filter(|_| layout.align() <= SMALLEST) else {
            return core::ptr::null_mut();
        };
        let block = *free;
        if !block.is_null() {
            // SAFETY: it is a block that nobody uses, so it holds what `put_back` has written.
            *free = unsafe { block.cast::<Free>().read() };
            return block;
        }
        let size = 1 << bits;
        if self.end.wrapping_sub(self.unused) < size {
            let pages = size.div_ceil(PAGE);
            let begin = grow(pages);
            if begin == usize::MAX {
                return core::ptr::null_mut();
            }
            // Somebody else may have grown it in the meantime.
            if begin != self.end {
                self.unused = begin;
            }
            // The end of the last page that there can be is 0.
            self.end = begin.wrapping_add(pages * PAGE);
        }
        let block = self.unused;
        self.unused = block.wrapping_add(size);
        core::ptr::with_exposed_provenance_mut(block)
    }

    /// # Safety
    ///
    /// `block` was taken with this layout, and nobody uses it any more.
    unsafe fn put_back(&mut self, block: *mut u8, layout: Layout) {
        if let Some(free) = self.free.get_mut(Self::bits(layout) as usize) {
            // SAFETY: every block has room for this, and is aligned for it.
            unsafe { block.cast::<Free>().write(*free) };
            *free = block;
        }
    }
}

#[cfg(target_arch = "wasm32")]
struct Memory(UnsafeCell<Blocks>);

// SAFETY: without atomics there is one thread.
#[cfg(all(target_arch = "wasm32", not(target_feature = "atomics")))]
unsafe impl Sync for Memory {}

// SAFETY: a block is given to one at a time, has at least the size that was asked for, and is aligned as it was asked for.
#[cfg(target_arch = "wasm32")]
unsafe impl GlobalAlloc for Memory {
    #[inline(never)]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let grow = |pages| match wasm32::memory_grow::<0>(pages) {
            usize::MAX => usize::MAX,
            page => page * PAGE,
        };
        // SAFETY: there is one thread, and nothing in here comes back to the allocator.
        unsafe { (*self.0.get()).take(layout, grow) }
    }

    #[inline(never)]
    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        // SAFETY: the same; the caller keeps the promises of `put_back`.
        unsafe { (*self.0.get()).put_back(block, layout) }
    }
}

#[cfg(target_arch = "wasm32")]
#[global_allocator]
static MEMORY: Memory = Memory(UnsafeCell::new(Blocks::new()));

#[cfg(test)]
mod tests {
    use super::*;

    const PAGES: usize = 64;

    /// Memory that grows as in WebAssembly, and no further than to `PAGES`.
    struct Arena {
        begin: usize,
        pages: usize,
        blocks: Blocks,
    }

    impl Arena {
        fn new() -> Self {
            let memory: &'static mut [u128] = vec![0; PAGES * PAGE / SMALLEST].leak();
            Self { begin: memory.as_mut_ptr().expose_provenance(), pages: 0, blocks: Blocks::new() }
        }

        fn take(&mut self, size: usize) -> *mut u8 {
            let Self { begin, pages, blocks } = self;
            blocks.take(of(size), |more| {
                let old = *pages;
                if old + more > PAGES {
                    return usize::MAX;
                }
                *pages += more;
                *begin + old * PAGE
            })
        }

        fn put_back(&mut self, block: *mut u8, size: usize) {
            // SAFETY: the tests put back what they have taken, once.
            unsafe { self.blocks.put_back(block, of(size)) }
        }
    }

    fn of(size: usize) -> Layout {
        Layout::from_size_align(size, 8).expect("a layout")
    }

    #[test]
    fn blocks_never_overlap_and_are_used_again() {
        let mut arena = Arena::new();
        let mut random = fastrand::Rng::with_seed(7);
        let mut taken: Vec<(usize, usize)> = Vec::new();
        for _ in 0..20_000 {
            if taken.len() > 40 || (random.bool() && !taken.is_empty()) {
                let (block, size) = taken.swap_remove(random.usize(0..taken.len()));
                arena.put_back(core::ptr::with_exposed_provenance_mut(block), size);
            } else {
                let size = 1 << random.u32(0..14);
                let size = random.usize(1..=size);
                let block = arena.take(size).addr();
                assert!(block != 0 && block % SMALLEST == 0);
                assert!(taken.iter().all(|&(other, length)| block + size <= other || other + length <= block));
                taken.push((block, size));
            }
        }
        assert!(arena.pages < 40, "{} pages", arena.pages);
    }

    #[test]
    fn grows_by_what_is_missing_and_leaves_nothing_unused() {
        let mut arena = Arena::new();
        let first = arena.take(16).addr();
        assert_eq!((arena.pages, arena.take(65_536).addr()), (1, first + 16));
        assert_eq!((arena.pages, arena.take(32_768).addr()), (2, first + 16 + 65_536));
        assert_eq!(arena.pages, 2);
    }

    #[test]
    fn says_that_there_is_no_room() {
        let mut arena = Arena::new();
        assert!(arena.take(PAGES * PAGE + 1).is_null());
        assert!(arena.take(usize::MAX / 4).is_null());
        let all = arena.take(PAGES * PAGE);
        assert!(!all.is_null() && arena.take(1).is_null());
        arena.put_back(all, PAGES * PAGE);
        assert_eq!(arena.take(PAGES * PAGE), all);
    }
}

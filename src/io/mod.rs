//! Where bytes come from and where they go, before any FFmpeg: sources, sinks, the host's callbacks and what they may
//! return, cancelling and time. Safe Rust, each piece testable alone.

#![forbid(unsafe_code)]
#![cfg_attr(not(test), deny(clippy::indexing_slicing, clippy::arithmetic_side_effects))]

mod buffer;
mod cancel;
pub mod codes;
mod control;
mod feed;
mod gather;
mod held;
mod inlet;
mod memory;
mod observer;
mod outlet;
mod place;
mod reader;
mod retry;
mod sink;
mod source;
mod spool;
mod tee;
#[cfg(test)]
pub mod testing;
mod writer;

pub use buffer::Buffer;
pub use cancel::{Cancel, Unblock};
pub use control::{Calls, Control};
pub use feed::{Feed, FeedEnd, Shut, feed};
pub use gather::Gather;
pub use inlet::{Inlet, Way, needs_seek};
pub use memory::{Memory, Slices};
pub use observer::{Observer, Progress, TraceEvent, TraceKind};
pub use outlet::Outlet;
pub use place::Place;
pub use reader::{HostReader, Reader};
pub use retry::RetryPolicy;
pub use sink::Sink;
pub use source::{Seekability, Source};
pub use spool::Spool;
pub use tee::{Outcome, Tee};
pub use writer::{HostWriter, MAX_PIECES, Writer};

/// No host callback is asked for more than this at once: the count must fit an `int`, with room.
pub const MAX_TRANSFER: usize = 1 << 30;

/// A count as the host's callbacks and trace events carry it.
fn to_i64(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// A count of bytes in memory as the 64-bit number that positions are.
pub fn to_u64(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

//! The one shape of everything that bytes can be read from.

use super::{Control, Unblock};
use crate::error::Result;

/// How well a source seeks. It decides how a container is read, never what the answer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Seekability {
    /// Front to back, once.
    None,
    /// It seeks, but each seek costs (a request over a network): front to back where the container allows it.
    Expensive,
    /// It seeks for nothing.
    Cheap,
}

/// Bytes in order, some of them reachable by seeking.
pub trait Source {
    /// Called once at the start of an operation: stands at byte 0 afterwards.
    fn begin(&mut self, control: &Control) -> Result<()>;

    /// Reads up to `buf.len()` bytes; 0 is the end of the input.
    fn read(&mut self, buf: &mut [u8], control: &Control) -> Result<usize>;

    /// Goes to `offset`. Only called where `seekability` is not `None`.
    fn seek(&mut self, offset: u64, control: &Control) -> Result<()>;

    /// How many bytes there are, where that can be known. Stays at its position.
    fn size(&mut self, control: &Control) -> Result<Option<u64>>;

    /// The offset of the next byte that `read` gives.
    fn position(&self) -> u64;

    fn seekability(&self) -> Seekability;

    /// All the bytes, where they lie in memory in one piece.
    fn as_slice(&self) -> Option<&[u8]> {
        None
    }

    /// How large the pieces should be that it is read in; `None` for no preference.
    fn buffer_size(&self) -> Option<usize> {
        None
    }

    /// Ends a read that hangs, from another thread.
    fn unblock(&self) -> Option<Unblock> {
        None
    }
}

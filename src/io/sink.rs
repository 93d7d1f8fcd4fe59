//! The one shape of everything that bytes can be written to.

use super::{Control, Unblock};
use crate::error::Result;

/// Takes bytes in order; some sinks can go back.
pub trait Sink {
    /// Takes all of `data`, or fails; `position` tells how much was taken.
    fn write(&mut self, data: &[u8], control: &Control) -> Result<()>;

    /// Goes to `offset`, counted from the sink's first byte. Only called where `can_seek`.
    fn seek(&mut self, offset: u64, control: &Control) -> Result<()>;

    fn can_seek(&self) -> bool;

    /// Where the next byte goes.
    fn position(&self) -> u64;

    /// Ends a write that hangs, from another thread.
    fn unblock(&self) -> Option<Unblock> {
        None
    }
}

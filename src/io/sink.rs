//! The one shape of everything that bytes can be written to.

use super::{Control, Unblock};
use crate::error::Result;
use std::mem::MaybeUninit;

/// Takes bytes in order; some sinks can go back.
pub trait Sink {
    /// Takes all of `data`, or fails; `position` tells how much was taken.
    fn write(&mut self, data: &[u8], control: &Control) -> Result<()>;

    /// Takes all of several pieces, in order. The list is used up on the way.
    fn gather(&mut self, pieces: &mut [&[u8]], control: &Control) -> Result<()> {
        pieces.iter().try_for_each(|piece| self.write(piece, control))
    }

    /// Whether many small pieces in one call are as good as one large one.
    fn takes_pieces(&self) -> bool {
        true
    }

    /// Whether it is worth finding out how much will come.
    fn wants_size(&self) -> bool {
        false
    }

    /// So many bytes will come, and no more.
    fn expect(&mut self, _size: u64) -> Result<()> {
        Ok(())
    }

    /// Memory that the next bytes may be written to by whoever likes, where the sink is memory.
    fn room(&mut self) -> Option<&mut [MaybeUninit<u8>]> {
        None
    }

    /// The first `count` bytes of `room` were written.
    fn has_filled(&mut self, _count: u64, _control: &Control) {}

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

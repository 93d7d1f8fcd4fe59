//! `memux_writer`: the host's own write callback as a sink.

use super::callbacks::{
    Opaque, memux_release_fn, memux_seek_fn, memux_slice, memux_unblock_fn, memux_write_fn, memux_writev_fn, passing,
    retry_policy, unblock,
};
use super::constants::MEMUX_WHENCE_SET;
use super::guard::on_host;
use super::ptr::{Versioned, number, reserved};
use crate::error::{Error, Result};
use crate::io::{HostWriter, MAX_PIECES, MAX_TRANSFER, RetryPolicy, Unblock, Writer};
use std::ffi::{c_int, c_void};
use std::mem::{MaybeUninit, offset_of, size_of};

/// How the library hands its output to the host. One of `write` and `writev` must be there; with both, the library
/// takes the one that suits: `writev` for an output that lies in pieces, which are then handed on as they are, without
/// a copy. Handed over with memux_sink_to_writer(), which copies the struct. Since 0.1.0.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct memux_writer {
    /// Set by memux_writer_init().
    pub struct_size: usize,
    /// Handed to every callback of this struct.
    pub opaque: *mut c_void,
    /// May be NULL if `writev` is there.
    pub write: memux_write_fn,
    /// May be NULL if `write` is there.
    pub writev: memux_writev_fn,
    /// Lets an output be patched afterwards, where its format calls for that. NULL: the output is written front to
    /// back.
    pub seek: memux_seek_fn,
    /// Frees a write that hangs. May be NULL.
    pub unblock: memux_unblock_fn,
    /// Gets `opaque` back. May be NULL.
    pub release: memux_release_fn,
    /// How often in a row a callback is called while it says "again", the first call included: 1 is no retry, 0 the
    /// default, which is 10.
    pub max_attempts: i32,
    /// The pause before the first retry, in milliseconds; it doubles each time. 0: the default, 10.
    pub retry_delay_ms: i32,
    /// No pause is longer, in milliseconds. 0: the default, 1000, or retry_delay_ms if that is more.
    pub max_retry_delay_ms: i32,
    /// How many bytes one call is given at most, at most 2^30; 0: 2^30.
    pub max_write: i32,
    /// Codes of the host's own, negative, that stand for failures which may pass: the callback is called again as if it had
    /// said "again". Neither MEMUX_IO_EOF nor MEMUX_IO_EXIT. May be NULL. The list is copied.
    pub transient_codes: *const i32,
    /// How many.
    pub transient_code_count: usize,
    /// No callback is called again so many milliseconds after it first said "again"; 0: max_attempts alone counts.
    pub retry_within_ms: i32,
    /// 0.
    pub reserved: i32,
}

// SAFETY: repr(C), `struct_size` first, no padding (asserted below), integers and nullable pointers only.
unsafe impl Versioned for memux_writer {
    const NAME: &'static str = "memux_writer";
    const FIRST_SIZE: usize = offset_of!(Self, reserved) + size_of::<i32>();
}

#[cfg(target_pointer_width = "64")]
const _: () = assert!(size_of::<memux_writer>() == 96 && offset_of!(memux_writer, max_attempts) == 56);

/// The layout that hosts with an iovec at hand count on.
#[cfg(unix)]
const _: () = {
    assert!(size_of::<memux_slice>() == size_of::<libc::iovec>());
    assert!(offset_of!(memux_slice, data) == offset_of!(libc::iovec, iov_base));
    assert!(offset_of!(memux_slice, size) == offset_of!(libc::iovec, iov_len));
};

/// The host's callbacks, callable from safe code: whoever made one promised that they may be called.
pub struct Callbacks {
    opaque: Opaque,
    write: memux_write_fn,
    writev: memux_writev_fn,
    seek: memux_seek_fn,
    unblock: memux_unblock_fn,
}

/// A sink out of the host's struct. `opaque` is the struct's own, whose maker vouched for the callbacks.
///
/// # Safety
/// The struct's list of codes is as long as it says.
pub unsafe fn build(writer: &memux_writer, opaque: Opaque) -> Result<Writer<Callbacks>> {
    if writer.write.is_none() && writer.writev.is_none() {
        return Err(Error::invalid("memux_writer.write and memux_writer.writev are both NULL"));
    }
    let max_write = number(writer.max_write, "memux_writer.max_write")?;
    if max_write.is_some_and(|most| most > MAX_TRANSFER) {
        return Err(Error::invalid("memux_writer.max_write is above 2^30"));
    }
    let policy = retry_policy("memux_writer", writer.max_attempts, writer.retry_delay_ms, writer.max_retry_delay_ms)?;
    reserved(writer.reserved, "memux_writer.reserved")?;
    let more = (writer.retry_within_ms, writer.transient_codes, writer.transient_code_count);
    // SAFETY: passed on.
    let policy = unsafe { passing("memux_writer", policy, more) }?;
    let &memux_writer { write, writev, seek, unblock, .. } = writer;
    Ok(Writer::new(Callbacks { opaque, write, writev, seek, unblock }, policy, max_write))
}

/// A sink out of a bare write callback.
pub fn build_bare(write: memux_write_fn, opaque: Opaque) -> Result<Writer<Callbacks>> {
    let write = Some(write.ok_or_else(|| super::ptr::null("write"))?);
    let callbacks = Callbacks { opaque, write, writev: None, seek: None, unblock: None };
    Ok(Writer::new(callbacks, RetryPolicy::default(), None))
}

impl HostWriter for Callbacks {
    fn has_write(&self) -> bool {
        self.write.is_some()
    }

    fn write(&mut self, data: &[u8]) -> i32 {
        let Some(write) = self.write else { return 0 };
        let size = c_int::try_from(data.len().min(MAX_TRANSFER)).unwrap_or(0);
        // SAFETY: the host's own function with its own pointer; there are `size` bytes.
        on_host(|| unsafe { write(self.opaque.get(), data.as_ptr(), size) })
    }

    fn has_writev(&self) -> bool {
        self.writev.is_some()
    }

    fn writev(&mut self, pieces: &[&[u8]]) -> i64 {
        let Some(writev) = self.writev else { return 0 };
        let mut list = [const { MaybeUninit::<memux_slice>::uninit() }; MAX_PIECES];
        let mut count = 0usize;
        for (place, piece) in list.iter_mut().zip(pieces) {
            place.write(memux_slice { data: piece.as_ptr(), size: piece.len() });
            count = count.saturating_add(1);
        }
        // SAFETY: the host's own function with its own pointer; the first `count` slices are set and outlive the call.
        on_host(|| unsafe { writev(self.opaque.get(), list.as_ptr().cast(), count) })
    }

    fn can_seek(&self) -> bool {
        self.seek.is_some()
    }

    fn seek(&mut self, offset: i64) -> i64 {
        let Some(seek) = self.seek else { return -1 };
        // SAFETY: the host's own function with its own pointer.
        on_host(|| unsafe { seek(self.opaque.get(), offset, MEMUX_WHENCE_SET) })
    }

    fn unblock(&self) -> Option<Unblock> {
        unblock(self.unblock, self.opaque)
    }
}

//! `memux_buffer`: bytes that the library owns.

use super::guard;
use super::handle::{self, Handle};

/// Bytes in one piece that the library allocated: the only memory that goes from the library to the host. They never
/// change, so any number of threads may read them at once. Since 0.1.0.
pub struct memux_buffer {
    pub(super) bytes: Vec<u8>,
}

impl Handle for memux_buffer {
    type Owner = Box<Self>;
}

/// The buffer's first byte. NULL only for NULL: a buffer of no bytes has an address too, with nothing to be read
/// there.
///
/// Ownership: the bytes belong to `buffer` and live as long.
/// Threads: any number at once.
/// Statuses: none; it cannot fail.
/// Since 0.1.0.
///
/// # Safety
/// `buffer` is NULL or a buffer that is not freed yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_buffer_data(buffer: *const memux_buffer) -> *const u8 {
    guard::value(std::ptr::null(), || {
        static NOTHING: u8 = 0;
        // SAFETY: this function's contract.
        match unsafe { handle::borrow(buffer) } {
            Some(buffer) if buffer.bytes.is_empty() => &raw const NOTHING,
            Some(buffer) => buffer.bytes.as_ptr(),
            None => std::ptr::null(),
        }
    })
}

/// How many bytes the buffer holds.
///
/// Ownership: nothing changes hands. `buffer` may be NULL.
/// Threads: any number at once.
/// Statuses: none; it cannot fail. 0 for NULL.
/// Since 0.1.0.
///
/// # Safety
/// `buffer` is NULL or a buffer that is not freed yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_buffer_size(buffer: *const memux_buffer) -> usize {
    guard::value(0, || {
        // SAFETY: this function's contract.
        unsafe { handle::borrow(buffer) }.map_or(0, |buffer| buffer.bytes.len())
    })
}

/// Frees a buffer with its bytes. NULL is nothing.
///
/// Ownership: `buffer` and its bytes are gone afterwards.
/// Threads: any, while no other uses the buffer.
/// Statuses: none; it cannot fail.
/// Since 0.1.0.
///
/// # Safety
/// `buffer` is NULL or a buffer that is not freed yet and not in use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_buffer_free(buffer: *mut memux_buffer) {
    guard::value((), || {
        // SAFETY: this function's contract.
        unsafe { handle::free(buffer) };
    })
}

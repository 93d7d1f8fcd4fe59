//! `memux_cancel`: a token that any thread may set.

use super::error::memux_error;
use super::guard;
use super::handle::{self, Handle};
use super::ptr;
use super::status::memux_status;
use crate::error::Status;
use crate::io::Cancel;
use std::sync::Arc;

/// A token that ends the operations it was given to (memux_run_options.cancel), any number of them. An operation
/// keeps what it needs of it: freeing the token while operations run is fine, they are then not cancelled any more.
/// Since 0.1.0.
pub struct memux_cancel {
    pub(super) token: Arc<Cancel>,
}

impl Handle for memux_cancel {
    type Owner = Box<Self>;
}

/// Makes a token that is not set.
///
/// Ownership: `*cancel` is the host's, to be freed with memux_cancel_free(); NULL on failure.
/// Threads: any.
/// Statuses: MEMUX_OK; MEMUX_ERROR_INVALID_ARGUMENT, MEMUX_ERROR_NO_MEMORY, MEMUX_ERROR_INTERNAL.
/// Since 0.1.0.
///
/// # Safety
/// The pointers are NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_cancel_create(
    cancel: *mut *mut memux_cancel,
    error: *mut *mut memux_error,
) -> memux_status {
    // SAFETY: this function's contract.
    unsafe { guard::enter(error) }.status(|| {
        // SAFETY: this function's contract.
        let out = unsafe { ptr::handle_out(cancel, "cancel") }?;
        handle::give(out, memux_cancel { token: Arc::default() })?;
        Ok(Status::Ok)
    })
}

/// Sets the token. The operations that it was given to end with MEMUX_ERROR_CANCELLED at their next callback or
/// packet; a pause before a retry ends at once, and so does a callback that hangs, where its reader or writer has an
/// `unblock`, which is called from here. Operations that begin later end at once, until memux_cancel_reset().
///
/// Ownership: nothing changes hands. `cancel` may be NULL.
/// Threads: any number at once, while operations run; not from a signal handler, and not from inside `unblock`.
/// Statuses: none; it cannot fail.
/// Since 0.1.0.
///
/// # Safety
/// `cancel` is NULL or a token that is not freed yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_cancel_set(cancel: *const memux_cancel) {
    guard::value((), || {
        // SAFETY: this function's contract.
        if let Some(cancel) = unsafe { handle::borrow(cancel) } {
            cancel.token.set();
        }
    })
}

/// Makes the token as new. Call it when no operation has it any more: one that has not looked since it was set would
/// go on.
///
/// Ownership: nothing changes hands. `cancel` may be NULL.
/// Threads: any number at once.
/// Statuses: none; it cannot fail.
/// Since 0.1.0.
///
/// # Safety
/// `cancel` is NULL or a token that is not freed yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_cancel_reset(cancel: *mut memux_cancel) {
    guard::value((), || {
        // SAFETY: this function's contract.
        if let Some(cancel) = unsafe { handle::borrow(cancel) } {
            cancel.token.reset();
        }
    })
}

/// 1 if the token is set, else 0.
///
/// Ownership: nothing changes hands. `cancel` may be NULL.
/// Threads: any number at once.
/// Statuses: none; it cannot fail. 0 for NULL.
/// Since 0.1.0.
///
/// # Safety
/// `cancel` is NULL or a token that is not freed yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_cancel_is_set(cancel: *const memux_cancel) -> i32 {
    guard::value(0, || {
        // SAFETY: this function's contract.
        unsafe { handle::borrow(cancel) }.map_or(0, |cancel| i32::from(cancel.token.is_set()))
    })
}

/// Frees the host's token. NULL is nothing.
///
/// Ownership: `cancel` is gone afterwards.
/// Threads: any, while no other calls with this token. Operations that were given it may run on.
/// Statuses: none; it cannot fail.
/// Since 0.1.0.
///
/// # Safety
/// `cancel` is NULL or a token that is not freed yet and not in use by another call.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_cancel_free(cancel: *mut memux_cancel) {
    guard::value((), || {
        // SAFETY: this function's contract.
        unsafe { handle::free(cancel) };
    })
}

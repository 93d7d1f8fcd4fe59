//! The way into and out of every exported function: a panic stops here, and the host's error place is filled here. A
//! panic prints nothing either: where it happened goes into the error.

use super::error::{memux_error, store};
use super::status::memux_status;
use crate::error::{Error, Result, Status};
use std::any::Any;
use std::cell::{Cell, RefCell};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

/// An exported call that is under way; `status` ends it.
pub struct Guard {
    error: *mut *mut memux_error,
}

/// Begins a call. The host's pointer may hold anything before, and holds NULL from here on.
///
/// # Safety
/// `error` is NULL, or may be written to until the call ends.
pub unsafe fn enter(error: *mut *mut memux_error) -> Guard {
    if !error.is_null() {
        // SAFETY: not NULL, so it may be written to.
        unsafe { error.write(std::ptr::null_mut()) };
    }
    Guard { error }
}

impl Guard {
    /// Does the call's work, and tells the host how it ended.
    pub fn status(self, body: impl FnOnce() -> Result<Status>) -> memux_status {
        match caught(body) {
            Ok(status) => status as memux_status,
            Err(error) => self.fail(error),
        }
    }

    fn fail(self, error: Error) -> memux_status {
        if self.error.is_null() {
            return error.status as memux_status;
        }
        let (object, status) = store(error);
        // SAFETY: `enter` was promised that this may be written to.
        unsafe { self.error.write(object) };
        status
    }
}

/// The guard of the calls that cannot fail: a panic gives `fallback`.
pub fn value<T>(fallback: T, body: impl FnOnce() -> T) -> T {
    let _inside = Inside::enter();
    catch_unwind(AssertUnwindSafe(body)).unwrap_or(fallback)
}

/// What a panic is to everyone above: an error. Nothing that the closure shares is looked at afterwards but what is
/// valid in every state (reports, the host's own memory).
pub fn caught<T>(body: impl FnOnce() -> Result<T>) -> Result<T> {
    let _inside = Inside::enter();
    catch_unwind(AssertUnwindSafe(body)).unwrap_or_else(|payload| Err(panicked(payload.as_ref())))
}

fn panicked(payload: &(dyn Any + Send)) -> Error {
    let text = payload.downcast_ref::<String>().map(String::as_str).or_else(|| payload.downcast_ref::<&str>().copied());
    let place = PLACE.try_with(RefCell::take).unwrap_or_default();
    let at = if place.is_empty() { "" } else { " at " };
    Error::internal(format!("memux panicked{at}{place}: {}", text.unwrap_or("no reason given")))
}

thread_local! {
    /// How many guards this thread is inside of.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
    /// Where the last panic inside a guard happened.
    static PLACE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// As long as it lives, a panic on this thread is told to nobody but the caller of the guard.
struct Inside;

impl Inside {
    fn enter() -> Self {
        static LISTEN: Once = Once::new();
        // A host in Rust that is unwinding may not have its hook changed; it then sees more than it need.
        if !std::thread::panicking() {
            LISTEN.call_once(listen);
        }
        DEPTH.set(DEPTH.get().saturating_add(1));
        Inside
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get().saturating_sub(1));
    }
}

/// Rust's own report of a panic goes to stderr, which is the host's. Panics that are not memux's are reported as
/// before.
fn listen() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if DEPTH.get() == 0 {
            return usual(panic);
        }
        let place = panic.location().map(ToString::to_string).unwrap_or_default();
        // A thread that is ending may have no such place any more; the message then goes without.
        drop(PLACE.try_with(|known| known.replace(place)));
    }));
}

/// Calls the host. What happens in there is not memux's: a host in Rust that panics is heard.
pub fn on_host<T>(call: impl FnOnce() -> T) -> T {
    let depth = DEPTH.replace(0);
    let answer = call();
    DEPTH.set(depth);
    answer
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_becomes_an_internal_error_that_says_why() {
        let error = caught::<()>(|| panic!("reason {}", 7)).unwrap_err();
        assert_eq!(error.status, Status::Internal);
        assert!(error.message.contains("reason 7"));
        assert!(error.message.contains("guard.rs:"), "{}", error.message);
        assert_eq!(value(3, || panic!("lost")), 3);
    }
}

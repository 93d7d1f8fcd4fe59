//! `memux_feed`: the host's end of a source that it pushes bytes into.

use super::error::memux_error;
use super::guard;
use super::handle::{self, Handle};
use super::ptr::{self, null};
use super::source::{Bytes, memux_source};
use super::status::memux_status;
use crate::error::{Error, Result, Stage, Status};
use crate::io::{self, Feed, FeedEnd, RetryPolicy, Seekability, Shut};
use std::ffi::c_void;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// How much waits in a feed at most, where the host says nothing.
const DEFAULT_CAPACITY: usize = 1 << 20;

/// The host's end of a source whose bytes come as they come: from a network, a camera, another thread. One thread pushes,
/// another is inside the operation that reads. Pushing, ending and asking for the level may be done by any thread, one
/// at a time or several at once. Since 0.1.0.
pub struct memux_feed {
    feed: Feed,
    /// Until a source is made of it.
    end: Mutex<Option<FeedEnd>>,
}

impl Handle for memux_feed {
    type Owner = Box<Self>;
}

/// Makes a feed that holds at most `capacity` bytes at a time; 0: the default, one megabyte.
///
/// Ownership: `*feed` is the host's, to be freed with memux_feed_free(); NULL on failure.
/// Threads: any.
/// Statuses: MEMUX_OK; MEMUX_ERROR_INVALID_ARGUMENT, MEMUX_ERROR_NO_MEMORY, MEMUX_ERROR_INTERNAL.
/// Since 0.1.0.
///
/// # Safety
/// The pointers are NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_feed_create(
    capacity: usize,
    feed: *mut *mut memux_feed,
    error: *mut *mut memux_error,
) -> memux_status {
    // SAFETY: this function's contract.
    unsafe { guard::enter(error) }.status(|| {
        // SAFETY: this function's contract.
        let out = unsafe { ptr::handle_out(feed, "feed") }?;
        if isize::try_from(capacity).is_err() {
            return Err(Error::invalid(format!("capacity is {capacity}, which no memory has")));
        }
        let (feed, end) = io::feed(if capacity == 0 { DEFAULT_CAPACITY } else { capacity });
        handle::give(out, memux_feed { feed, end: Mutex::new(Some(end)) })?;
        Ok(Status::Ok)
    })
}

/// Makes the source that reads what is pushed, once for each feed. It cannot seek and serves one operation, on a thread of
/// its own: that waits where nothing has come yet. When the operation is over nothing can be pushed any more.
///
/// Ownership: `*source` is the host's, to be freed with memux_source_free(); NULL on failure. Feed and source live
/// independently.
/// Threads: any.
/// Statuses: MEMUX_OK; MEMUX_ERROR_INVALID_ARGUMENT, MEMUX_ERROR_BUSY (the feed has its source), MEMUX_ERROR_NO_MEMORY,
/// MEMUX_ERROR_INTERNAL.
/// Since 0.1.0.
///
/// # Safety
/// The pointers are as said above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_source_from_feed(
    feed: *mut memux_feed,
    source: *mut *mut memux_source,
    error: *mut *mut memux_error,
) -> memux_status {
    // SAFETY: this function's contract.
    unsafe { guard::enter(error) }.status(|| {
        // SAFETY: this function's contract.
        let (out, feed) = unsafe { (ptr::handle_out(source, "source")?, get(feed)?) };
        let end = feed.end.lock().unwrap_or_else(PoisonError::into_inner).take();
        let end = end.ok_or_else(|| {
            Error::new(Status::Busy, "the feed has a source already")
                .at_stage(Stage::Arguments)
                .hint("make another feed")
        })?;
        let reader = io::Reader::new(end, Seekability::None, None, None, RetryPolicy::default());
        handle::give(out, memux_source::of(Bytes::fed(reader)))?;
        Ok(Status::Ok)
    })
}

/// Pushes as many of `size` bytes as there is room for, and does not wait. `*taken` says how many: fewer than `size` means
/// that the feed is full, and the rest must be pushed later.
///
/// Ownership: nothing changes hands; the bytes are copied.
/// Threads: any, one at a time if the order matters.
/// Statuses: MEMUX_OK; MEMUX_ERROR_CANCELLED (nobody reads any more); MEMUX_ERROR_INVALID_ARGUMENT (also after
/// memux_feed_finish() or memux_feed_fail()), MEMUX_ERROR_NO_MEMORY, MEMUX_ERROR_INTERNAL.
/// Since 0.1.0.
///
/// # Safety
/// The pointers are as said above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_feed_push(
    feed: *mut memux_feed,
    data: *const c_void,
    size: usize,
    taken: *mut usize,
    error: *mut *mut memux_error,
) -> memux_status {
    // SAFETY: this function's contract.
    unsafe { guard::enter(error) }.status(|| {
        // SAFETY: this function's contract.
        let (feed, data, mut taken) =
            unsafe { (get(feed)?, ptr::array(data.cast::<u8>(), size, "data")?, ptr::out(taken, "taken")?) };
        let (count, result) = feed.feed.push(data);
        result.map_err(refusal)?;
        taken.put(count);
        Ok(Status::Ok)
    })
}

/// Pushes `size` bytes and waits for room as long as that takes, or `timeout_us` microseconds if that is not 0. `*taken`,
/// if `taken` is not NULL, says how many are in, also where time was up, or nobody reads any more.
///
/// Ownership: nothing changes hands; the bytes are copied.
/// Threads: any, one at a time if the order matters. It goes on when the operation on the other thread reads or ends.
/// Statuses: MEMUX_OK; MEMUX_ERROR_TIMEOUT; MEMUX_ERROR_CANCELLED (nobody reads any more);
/// MEMUX_ERROR_INVALID_ARGUMENT (also after memux_feed_finish() or memux_feed_fail()), MEMUX_ERROR_NO_MEMORY,
/// MEMUX_ERROR_INTERNAL.
/// Since 0.1.0.
///
/// # Safety
/// The pointers are as said above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_feed_push_all(
    feed: *mut memux_feed,
    data: *const c_void,
    size: usize,
    timeout_us: i64,
    taken: *mut usize,
    error: *mut *mut memux_error,
) -> memux_status {
    // SAFETY: this function's contract.
    unsafe { guard::enter(error) }.status(|| {
        // SAFETY: this function's contract.
        let (feed, data) = unsafe { (get(feed)?, ptr::array(data.cast::<u8>(), size, "data")?) };
        let time = ptr::number(timeout_us, "timeout_us")?.map(Duration::from_micros);
        let (count, result) = feed.feed.push_all(data, time);
        // SAFETY: this function's contract.
        if let Some(taken) = unsafe { taken.as_mut() } {
            *taken = count;
        }
        result.map_err(refusal)?;
        if count < size {
            return Err(Error::new(Status::Timeout, "the feed stayed full").at_stage(Stage::Write));
        }
        Ok(Status::Ok)
    })
}

fn refusal(shut: Shut) -> Error {
    match shut {
        Shut::Closed => Error::new(Status::Cancelled, "nobody reads the feed any more").at_stage(Stage::Write),
        Shut::NoMemory => Error::no_memory(),
        Shut::Ended => Error::invalid("the feed was finished, or has failed, before"),
    }
}

/// No more bytes come: the operation reads what waits, and then meets the end of the input.
///
/// Ownership: nothing changes hands. `feed` may be NULL.
/// Threads: any.
/// Statuses: none; it cannot fail. Only the first end of a feed counts.
/// Since 0.1.0.
///
/// # Safety
/// `feed` is NULL or not freed yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_feed_finish(feed: *mut memux_feed) {
    guard::value((), || {
        // SAFETY: this function's contract.
        if let Some(feed) = unsafe { handle::borrow(feed) } {
            feed.feed.finish();
        }
    })
}

/// The bytes break off: the operation reads what waits, and then fails with MEMUX_ERROR_SOURCE and `code` as its host
/// code, as if a read callback had returned it. A `code` that is none of a failure is taken for -1: one that is not
/// negative, MEMUX_IO_EOF, MEMUX_IO_EXIT, MEMUX_IO_AGAIN, and errno's EAGAIN and EINTR.
///
/// Ownership: nothing changes hands. `feed` may be NULL.
/// Threads: any.
/// Statuses: none; it cannot fail. Only the first end of a feed counts.
/// Since 0.1.0.
///
/// # Safety
/// `feed` is NULL or not freed yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_feed_fail(feed: *mut memux_feed, code: i32) {
    guard::value((), || {
        // SAFETY: this function's contract.
        if let Some(feed) = unsafe { handle::borrow(feed) } {
            feed.feed.fail(code);
        }
    })
}

/// How many bytes wait to be read. `*capacity`, if `capacity` is not NULL, is how many may.
///
/// Ownership: nothing changes hands. `feed` may be NULL.
/// Threads: any number at once.
/// Statuses: none; it cannot fail. 0 for NULL.
/// Since 0.1.0.
///
/// # Safety
/// `feed` is NULL or not freed yet, `capacity` NULL or a place to write to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_feed_level(feed: *const memux_feed, capacity: *mut u64) -> u64 {
    guard::value(0, || {
        // SAFETY: this function's contract.
        let (feed, capacity) = unsafe { (handle::borrow(feed), capacity.as_mut()) };
        if let Some(capacity) = capacity {
            *capacity = feed.map_or(0, |feed| feed.feed.capacity());
        }
        feed.map_or(0, |feed| feed.feed.level())
    })
}

/// Frees the host's end of a feed. NULL is nothing. One that was not finished has broken off: its operation fails with
/// MEMUX_ERROR_SOURCE when it has read what waits.
///
/// Ownership: `feed` is gone; its source lives on.
/// Threads: any, while no other uses the feed.
/// Statuses: none; it cannot fail.
/// Since 0.1.0.
///
/// # Safety
/// `feed` is NULL or not freed yet and not in use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_feed_free(feed: *mut memux_feed) {
    guard::value((), || {
        // SAFETY: this function's contract.
        unsafe { handle::free(feed) };
    })
}

/// # Safety
/// NULL, or a feed that is not freed before the result is.
unsafe fn get<'a>(feed: *const memux_feed) -> Result<&'a memux_feed> {
    // SAFETY: passed on.
    unsafe { handle::borrow(feed) }.ok_or_else(|| null("feed"))
}

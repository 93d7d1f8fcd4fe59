//! A sink that is several others: `memux_sink_to_sinks`.

use super::error::{memux_error, store};
use super::guard;
use super::handle;
use super::hold_sink::SinkHold;
use super::lent::Lent;
use super::ptr::{self, Versioned, null, unknown};
use super::sink::{Target, memux_sink};
use super::status::memux_status;
use crate::error::{Error, Result, Status};
use crate::io::{Outcome, Tee};
use std::mem::{offset_of, size_of};
use std::sync::Arc;

/// What became of one of the sinks of memux_sink_to_sinks() in the last operation. Since 0.1.0.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct memux_member_result {
    /// Set by memux_member_result_init().
    pub struct_size: usize,
    /// Why it did not get all, the host's, to be freed with memux_error_free(); NULL where it did.
    pub error: *mut memux_error,
    /// Bytes that it took.
    pub bytes_written: u64,
    /// MEMUX_OK, or the status of `error`.
    pub status: i32,
    /// 0.
    pub reserved: i32,
}

// SAFETY: repr(C), `struct_size` first, no padding (asserted below), integers and nullable pointers only.
unsafe impl Versioned for memux_member_result {
    const NAME: &'static str = "memux_member_result";
    const FIRST_SIZE: usize = offset_of!(Self, reserved) + size_of::<i32>();
}

#[cfg(target_pointer_width = "64")]
const _: () = assert!(size_of::<memux_member_result>() == 32 && offset_of!(memux_member_result, status) == 24);

/// The sinks that a sink consists of.
pub struct Members {
    sinks: Vec<Arc<memux_sink>>,
    goes_on: bool,
    /// What became of them last; lent for the length of an operation.
    pub outcomes: Lent<Vec<Outcome>>,
}

impl Members {
    /// All of them for one operation, which nobody else writes to meanwhile.
    pub fn hold(&self) -> Result<Tee<SinkHold>> {
        let held = self.sinks.iter().map(|sink| SinkHold::of(Arc::clone(sink), "sink in a sink of several"));
        Ok(Tee::new(held.collect::<Result<Vec<_>>>()?, self.goes_on))
    }
}

/// Makes a sink that hands the same bytes to `count` others. It keeps its share of them: the host may free its own. They
/// are sinks of their own all the same, and busy while an operation writes through this one.
///
/// `drop_failed` 0: where one of them fails, the operation does. 1: it is left out until the operation's end, and the
/// others go on; only when none is left has the operation failed. memux_sink_get_member() tells what became of each. It
/// can be sought in if all of them can. What all have taken counts once in reports.
///
/// Ownership: `*sink` is the host's, to be freed with memux_sink_free(); NULL on failure.
/// Threads: any.
/// Statuses: MEMUX_OK; MEMUX_ERROR_INVALID_ARGUMENT (also for no sinks, or the same twice), MEMUX_ERROR_NO_MEMORY,
/// MEMUX_ERROR_INTERNAL.
/// Since 0.1.0.
///
/// # Safety
/// `sinks` are `count` addresses of sinks that are not freed before this returns.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_sink_to_sinks(
    sinks: *const *mut memux_sink,
    count: usize,
    drop_failed: i32,
    sink: *mut *mut memux_sink,
    error: *mut *mut memux_error,
) -> memux_status {
    // SAFETY: this function's contract.
    unsafe { guard::enter(error) }.status(|| {
        // SAFETY: this function's contract.
        let (out, given) = unsafe { (ptr::handle_out(sink, "sink")?, ptr::array(sinks, count, "sinks")?) };
        let goes_on = match drop_failed {
            0 | 1 => drop_failed == 1,
            other => return Err(unknown(other, "drop_failed")),
        };
        // SAFETY: this function's contract.
        let shares = given.iter().map(|sink| unsafe { handle::share(*sink, "an element of sinks") });
        let sinks = shares.collect::<Result<Vec<_>>>()?;
        if sinks.is_empty() {
            return Err(Error::invalid("there are no sinks"));
        }
        let is_twice =
            |(nth, sink): (usize, &Arc<memux_sink>)| sinks.iter().take(nth).any(|other| Arc::ptr_eq(sink, other));
        if sinks.iter().enumerate().any(is_twice) {
            return Err(Error::invalid("a sink is named twice"));
        }
        let members = Members { sinks, goes_on, outcomes: Lent::new(Vec::new()) };
        handle::give(out, memux_sink::of(Target::Several(members)))?;
        Ok(Status::Ok)
    })
}

/// Tells what became of a sink of memux_sink_to_sinks() in the last operation that wrote to it, by its number in the order
/// in which they were named. Before the first operation nothing has become of any. `*result` is filled.
///
/// Ownership: `result->error` is the host's, to be freed with memux_error_free(), or NULL; so is `*error` on failure.
/// Threads: any, while no operation uses the sink.
/// Statuses: MEMUX_OK; MEMUX_ERROR_INVALID_ARGUMENT (also where there is no such number, or the sink does not consist of
/// others), MEMUX_ERROR_UNSUPPORTED, MEMUX_ERROR_BUSY (an operation uses the sink), MEMUX_ERROR_INTERNAL.
/// Since 0.1.0.
///
/// # Safety
/// `sink` is NULL or a sink that is not freed yet, `result` as said above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_sink_get_member(
    sink: *mut memux_sink,
    index: usize,
    result: *mut memux_member_result,
    error: *mut *mut memux_error,
) -> memux_status {
    // SAFETY: this function's contract.
    unsafe { guard::enter(error) }.status(|| {
        // SAFETY: this function's contract.
        let (mut place, sink) = unsafe { (ptr::place(result)?, handle::share(sink, "sink")?) };
        place.known()?;
        if place.is_null() {
            return Err(null("result"));
        }
        let Target::Several(members) = &sink.target else {
            return Err(Error::invalid("sink does not consist of others"));
        };
        if index >= members.sinks.len() {
            return Err(Error::invalid(format!("there is no sink {index} in it")));
        }
        let outcome = members.outcomes.with("sink", |outcomes| Ok(outcomes.get(index).cloned().unwrap_or_default()))?;
        let (error, status) = outcome.error.map_or((std::ptr::null_mut(), 0), store);
        let struct_size = size_of::<memux_member_result>();
        place.write(&memux_member_result { struct_size, error, bytes_written: outcome.taken, status, reserved: 0 });
        Ok(Status::Ok)
    })
}

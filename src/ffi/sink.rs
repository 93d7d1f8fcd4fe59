//! `memux_sink`: where bytes go.

use super::buffer::memux_buffer;
use super::callbacks::{Opaque, Release};
use super::error::memux_error;
use super::guard;
use super::handle::{self, Handle, Owner};
use super::lent::Lent;
use super::ptr::{self, null};
use super::status::memux_status;
use super::tee::Members;
use super::writer::{self, memux_writer};
use crate::error::{Error, Result, Status};
use crate::io::{Buffer, Sink, Writer};
use std::sync::Arc;

/// Where an operation's bytes go. Each operation appends to what was written before. One operation at a time uses a
/// sink; a second one, be it on another thread or inside a callback of the first, gets MEMUX_ERROR_BUSY. Since 0.1.0.
pub struct memux_sink {
    pub(super) target: Target,
    /// Last: what it releases is in use until all else is gone.
    _release: Option<Release>,
}

impl Handle for memux_sink {
    type Owner = Arc<Self>;
}

pub(super) enum Target {
    Writer(Lent<Writer<writer::Callbacks>>),
    Buffer(Lent<Buffer>),
    Several(Members),
}

const BUSY_NAME: &str = "sink";

impl memux_sink {
    /// One that has nothing of the host's to release.
    pub(super) fn of(target: Target) -> Self {
        memux_sink { target, _release: None }
    }

    /// Lets one operation write.
    pub(super) fn with<R>(&self, work: impl FnOnce(&mut dyn Sink) -> Result<R>) -> Result<R> {
        match &self.target {
            Target::Writer(writer) => writer.with(BUSY_NAME, |writer| work(writer)),
            Target::Buffer(buffer) => buffer.with(BUSY_NAME, |buffer| work(buffer)),
            Target::Several(members) => members.outcomes.with(BUSY_NAME, |outcomes| {
                let mut tee = members.hold()?;
                let result = work(&mut tee);
                *outcomes = tee.outcomes();
                result
            }),
        }
    }

    fn take(&self) -> Result<Box<memux_buffer>> {
        let Target::Buffer(buffer) = &self.target else {
            return Err(Error::invalid("sink hands its bytes to a writer and has no buffer"));
        };
        // Before the bytes are taken: without memory for this they stay where they are.
        let mut taken = Box::hold(memux_buffer { bytes: Vec::new() })?;
        buffer.with(BUSY_NAME, |buffer| {
            taken.bytes = buffer.take();
            Ok(())
        })?;
        Ok(taken)
    }
}

/// Makes a sink of the host's own callbacks. The struct is copied; nothing is called yet but, on failure, `release`.
///
/// Ownership: `*sink` is the host's, to be freed with memux_sink_free(); NULL on failure. `writer->opaque` is the
/// library's from this call on: `release` is called once, when the sink is freed and no operation uses it, or, on
/// failure, before the call returns. Only when `writer` is NULL or its struct_size is wrong is nothing released,
/// since nothing could be read.
/// Threads: any. The callbacks come on the thread that runs an operation, but for `unblock` and `release`.
/// Statuses: MEMUX_OK; MEMUX_ERROR_INVALID_ARGUMENT (the message names the member), MEMUX_ERROR_UNSUPPORTED (a newer
/// struct that asks for something new), MEMUX_ERROR_NO_MEMORY, MEMUX_ERROR_INTERNAL.
/// Since 0.1.0.
///
/// # Safety
/// The pointers are as said above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_sink_to_writer(
    writer: *const memux_writer,
    sink: *mut *mut memux_sink,
    error: *mut *mut memux_error,
) -> memux_status {
    // SAFETY: this function's contract.
    unsafe { guard::enter(error) }.status(|| {
        // SAFETY: this function's contract. The place is made NULL first of all, whatever else is wrong.
        let (out, given) = unsafe { (ptr::handle_out(sink, "sink"), ptr::read(writer)?) };
        let given = given.ok_or_else(|| null("writer"))?;
        // SAFETY: the host vouches for its callbacks with this pointer.
        let opaque = unsafe { Opaque::new(given.value.opaque) };
        let release = Some(Release::new(given.value.release, opaque));
        // SAFETY: this function's contract.
        let writer = unsafe { writer::build(&given.known()?, opaque) }?;
        handle::give(out?, memux_sink { target: Target::Writer(Lent::new(writer)), _release: release })?;
        Ok(Status::Ok)
    })
}

/// Makes a sink that keeps the bytes in memory, until memux_sink_take_buffer() takes them. It can be sought in.
///
/// Ownership: `*sink` is the host's, to be freed with memux_sink_free(); NULL on failure.
/// Threads: any.
/// Statuses: MEMUX_OK; MEMUX_ERROR_INVALID_ARGUMENT, MEMUX_ERROR_NO_MEMORY, MEMUX_ERROR_INTERNAL.
/// Since 0.1.0.
///
/// # Safety
/// The pointers are NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_sink_to_buffer(
    sink: *mut *mut memux_sink,
    error: *mut *mut memux_error,
) -> memux_status {
    // SAFETY: this function's contract.
    unsafe { guard::enter(error) }.status(|| {
        // SAFETY: this function's contract.
        let out = unsafe { ptr::handle_out(sink, "sink") }?;
        handle::give(out, memux_sink::of(Target::Buffer(Lent::new(Buffer::default()))))?;
        Ok(Status::Ok)
    })
}

/// Takes what a sink of memux_sink_to_buffer() holds, after a failed operation too: what was written until then. The
/// sink is empty afterwards and can be used again. Nothing written is a buffer of no bytes.
///
/// Ownership: `*buffer` is the host's, to be freed with memux_buffer_free(), and outlives the sink; NULL on failure,
/// where the sink keeps its bytes.
/// Threads: any, while no other uses the sink.
/// Statuses: MEMUX_OK; MEMUX_ERROR_INVALID_ARGUMENT (a pointer is NULL, or the sink is one of a writer),
/// MEMUX_ERROR_BUSY (an operation uses the sink), MEMUX_ERROR_NO_MEMORY, MEMUX_ERROR_INTERNAL.
/// Since 0.1.0.
///
/// # Safety
/// `sink` is NULL or a sink that is not freed yet; the other pointers are NULL or may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_sink_take_buffer(
    sink: *mut memux_sink,
    buffer: *mut *mut memux_buffer,
    error: *mut *mut memux_error,
) -> memux_status {
    // SAFETY: this function's contract.
    unsafe { guard::enter(error) }.status(|| {
        // SAFETY: this function's contract.
        let (mut out, sink) = unsafe { (ptr::handle_out(buffer, "buffer")?, handle::share(sink, "sink")?) };
        out.put(sink.take()?.into_raw());
        Ok(Status::Ok)
    })
}

/// Lets go of a sink, with what it holds. NULL is nothing. An operation that still runs on it goes on to its end, and
/// `release` is called after that.
///
/// Ownership: `sink` is gone for the host.
/// Threads: any, also from inside the callbacks of an operation that uses the sink, and from others once the first of
/// them has come; but only once.
/// Statuses: none; it cannot fail.
/// Since 0.1.0.
///
/// # Safety
/// `sink` is NULL or a sink that is not freed yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_sink_free(sink: *mut memux_sink) {
    guard::value((), || {
        // SAFETY: this function's contract.
        unsafe { handle::free(sink) };
    })
}

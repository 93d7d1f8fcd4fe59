//! `memux_segments`: playlists of what was made in segments.

use super::buffer::memux_buffer;
use super::error::memux_error;
use super::guard;
use super::handle::{self, Handle, Owner};
use super::ptr::{self, null};
use super::status::memux_status;
use crate::description::Stream;
use crate::error::{Error, Result, Status};
use crate::ops::segment::{Names, Segment, Set, dash, hls};
use std::ffi::c_char;

/// What was made in segments, for playlists. It never changes, so any number of threads may use it at once. Since 0.1.0.
pub struct memux_segments {
    pub(super) segments: Vec<Segment>,
    pub(super) streams: Vec<Stream>,
    pub(super) is_mp4: bool,
}

impl Handle for memux_segments {
    type Owner = Box<Self>;
}

/// An HLS playlist of the segments, for a host that has put them under names of its own: `prefix`, the sequence number,
/// `suffix`; what comes before them under `init`, which may be NULL with "mpegts". The names are written as they are.
///
/// Ownership: `*buffer` is the host's, to be freed with memux_buffer_free(); NULL on failure.
/// Threads: any number at once.
/// Statuses: MEMUX_OK; MEMUX_ERROR_INVALID_ARGUMENT, MEMUX_ERROR_NO_MEMORY, MEMUX_ERROR_INTERNAL.
/// Since 0.1.0.
///
/// # Safety
/// `segments` is NULL or not freed yet; the texts end in a zero; `buffer` may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_segments_hls(
    segments: *const memux_segments,
    init: *const c_char,
    prefix: *const c_char,
    suffix: *const c_char,
    buffer: *mut *mut memux_buffer,
    error: *mut *mut memux_error,
) -> memux_status {
    // SAFETY: this function's contract.
    unsafe { guard::enter(error) }.status(|| {
        // SAFETY: this function's contract.
        let (mut out, made, names) =
            unsafe { (ptr::handle_out(buffer, "buffer")?, known(segments)?, names(segments, init, prefix, suffix)?) };
        let bytes = hls(&made.segments, made.is_mp4, &names).into_bytes();
        out.put(Box::hold(memux_buffer { bytes })?.into_raw());
        Ok(Status::Ok)
    })
}

/// Segments of one stream and their names, for a DASH manifest: as in memux_segments_hls(). It cannot grow. Since 0.1.0.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct memux_dash_set {
    /// Made of one stream alone, as "mp4".
    pub segments: *const memux_segments,
    /// What comes before them.
    pub init: *const c_char,
    /// What stands before the number,
    pub prefix: *const c_char,
    /// and behind it.
    pub suffix: *const c_char,
}

/// A DASH manifest of `count` sets of segments, each of one stream by itself, as players of DASH expect them: memux_segment()
/// makes them one by one.
///
/// Ownership: `*buffer` is the host's, to be freed with memux_buffer_free(); NULL on failure.
/// Threads: any number at once.
/// Statuses: MEMUX_OK; MEMUX_ERROR_INVALID_ARGUMENT, MEMUX_ERROR_UNSUPPORTED (segments of "mpegts", or of several streams),
/// MEMUX_ERROR_NO_MEMORY, MEMUX_ERROR_INTERNAL.
/// Since 0.1.0.
///
/// # Safety
/// `sets` are `count` sets with segments that are not freed yet and texts that end in a zero; `buffer` may be written to.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_dash_manifest(
    sets: *const memux_dash_set,
    count: usize,
    buffer: *mut *mut memux_buffer,
    error: *mut *mut memux_error,
) -> memux_status {
    // SAFETY: this function's contract.
    unsafe { guard::enter(error) }.status(|| {
        // SAFETY: this function's contract.
        let (mut out, sets) = unsafe { (ptr::handle_out(buffer, "buffer")?, ptr::array(sets, count, "sets")?) };
        if sets.is_empty() {
            return Err(Error::invalid("there are no segments"));
        }
        let sets = sets.iter().map(|set| {
            // SAFETY: this function's contract.
            let (made, names) =
                unsafe { (known(set.segments)?, names(set.segments, set.init, set.prefix, set.suffix)?) };
            match made.streams.as_slice() {
                [stream] if made.is_mp4 => Ok(Set { segments: &made.segments, stream, names }),
                _ => Err(ptr::unsupported("a DASH manifest is of MP4 segments of one stream each".to_owned())),
            }
        });
        let bytes = dash(&sets.collect::<Result<Vec<_>>>()?).into_bytes();
        out.put(Box::hold(memux_buffer { bytes })?.into_raw());
        Ok(Status::Ok)
    })
}

/// Frees what playlists are made of. NULL is nothing.
///
/// Ownership: `segments` is gone.
/// Threads: any, while no other uses it.
/// Statuses: none; it cannot fail.
/// Since 0.1.0.
///
/// # Safety
/// `segments` is NULL or not freed yet and not in use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_segments_free(segments: *mut memux_segments) {
    guard::value((), || {
        // SAFETY: this function's contract.
        unsafe { handle::free(segments) };
    })
}

/// # Safety
/// NULL, or segments that are not freed before the result is.
unsafe fn known<'a>(segments: *const memux_segments) -> Result<&'a memux_segments> {
    // SAFETY: passed on.
    unsafe { handle::borrow(segments) }.ok_or_else(|| null("segments"))
}

/// # Safety
/// As the header says of all of them.
unsafe fn names(
    segments: *const memux_segments,
    init: *const c_char,
    prefix: *const c_char,
    suffix: *const c_char,
) -> Result<Names> {
    // SAFETY: passed on.
    let (made, init, prefix, suffix) = unsafe {
        (known(segments)?, ptr::text(init, "init")?, ptr::text(prefix, "prefix")?, ptr::text(suffix, "suffix")?)
    };
    if init.is_none() && made.is_mp4 {
        return Err(null("init"));
    }
    let (prefix, suffix) = (prefix.ok_or_else(|| null("prefix"))?, suffix.ok_or_else(|| null("suffix"))?);
    let names = Names { init: init.unwrap_or_default(), prefix, suffix };
    let lines = [&names.init, &names.prefix, &names.suffix];
    if lines.iter().any(|name| name.chars().any(|letter| letter.is_control() || letter == '"')) {
        return Err(Error::invalid("a name of segments holds a quote, a line's end or the like"));
    }
    Ok(names)
}

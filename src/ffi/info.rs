//! `memux_info`: what a probe found, as structs that point into it.

use super::buffer::memux_buffer;
use super::error::memux_error;
use super::guard;
use super::handle::{self, Handle};
use super::ptr::{self, null};
use super::shown::Views;
use super::status::memux_status;
use super::views::{memux_chapter_info, memux_container_info, memux_program_info, memux_stream_info};
use crate::description::Description;
use crate::error::{Result, Status};
use crate::ops::probe;

/// What a probe found: a container with its streams, chapters and programs. It never changes, so any number of threads
/// may read it at once; all that its functions give belongs to it and lives as long. Since 0.1.0.
pub struct memux_info {
    description: Description,
    views: Views,
}

impl Handle for memux_info {
    type Owner = Box<Self>;
}

impl memux_info {
    pub(super) fn new(description: Description) -> Result<Self> {
        let views = Views::of(&description)?;
        Ok(memux_info { description, views })
    }
}

/// The container. NULL only for NULL.
///
/// Ownership: what is pointed to belongs to `info` and lives as long.
/// Threads: any number at once.
/// Statuses: none; it cannot fail.
/// Since 0.1.0.
///
/// # Safety
/// `info` is NULL or not freed yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_info_container(info: *const memux_info) -> *const memux_container_info {
    guard::value(std::ptr::null(), || {
        // SAFETY: this function's contract.
        unsafe { handle::borrow(info) }.map_or(std::ptr::null(), |info| &raw const info.views.container)
    })
}

/// The stream of number `index`, counted from 0 to stream_count of the container. NULL where there is none, and for
/// NULL.
///
/// Ownership: what is pointed to belongs to `info` and lives as long.
/// Threads: any number at once.
/// Statuses: none; it cannot fail.
/// Since 0.1.0.
///
/// # Safety
/// `info` is NULL or not freed yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_info_stream(info: *const memux_info, index: usize) -> *const memux_stream_info {
    // SAFETY: this function's contract.
    guard::value(std::ptr::null(), || unsafe { nth(info, index, |views| &views.streams) })
}

/// The chapter of number `index`, counted from 0 to chapter_count of the container. NULL where there is none, and for
/// NULL.
///
/// Ownership: what is pointed to belongs to `info` and lives as long.
/// Threads: any number at once.
/// Statuses: none; it cannot fail.
/// Since 0.1.0.
///
/// # Safety
/// `info` is NULL or not freed yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_info_chapter(info: *const memux_info, index: usize) -> *const memux_chapter_info {
    // SAFETY: this function's contract.
    guard::value(std::ptr::null(), || unsafe { nth(info, index, |views| &views.chapters) })
}

/// The program of number `index`, counted from 0 to program_count of the container. NULL where there is none, and for
/// NULL.
///
/// Ownership: what is pointed to belongs to `info` and lives as long.
/// Threads: any number at once.
/// Statuses: none; it cannot fail.
/// Since 0.1.0.
///
/// # Safety
/// `info` is NULL or not freed yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_info_program(info: *const memux_info, index: usize) -> *const memux_program_info {
    // SAFETY: this function's contract.
    guard::value(std::ptr::null(), || unsafe { nth(info, index, |views| &views.programs) })
}

/// # Safety
/// `info` is NULL or not freed before the result is.
unsafe fn nth<T>(info: *const memux_info, index: usize, all: fn(&Views) -> &Vec<T>) -> *const T {
    // SAFETY: passed on.
    let found = unsafe { handle::borrow(info) }.and_then(|info| all(&info.views).get(index));
    found.map_or(std::ptr::null(), std::ptr::from_ref)
}

/// The same as text: JSON in UTF-8 with the names and forms of `ffprobe -show_format -show_streams -show_chapters -of
/// json`, but for `filename`, which there is none of. Not ended by a zero.
///
/// Ownership: on success `*json` is the host's, to be freed with memux_buffer_free(); on failure it is NULL, and
/// `*error`, if `error` is not NULL, is the host's, to be freed with memux_error_free().
/// Threads: any number at once.
/// Statuses: MEMUX_OK; MEMUX_ERROR_INVALID_ARGUMENT, MEMUX_ERROR_NO_MEMORY, MEMUX_ERROR_INTERNAL.
/// Since 0.1.0.
///
/// # Safety
/// The pointers are as said above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_info_json(
    info: *const memux_info,
    json: *mut *mut memux_buffer,
    error: *mut *mut memux_error,
) -> memux_status {
    // SAFETY: this function's contract.
    unsafe { guard::enter(error) }.status(|| {
        // SAFETY: this function's contract.
        let (info, json) = unsafe { (handle::borrow(info), ptr::handle_out(json, "json")?) };
        let bytes = probe::to_json(&info.ok_or_else(|| null("info"))?.description)?;
        handle::give(json, memux_buffer { bytes }).map(|()| Status::Ok)
    })
}

/// Frees what a probe found. NULL is nothing.
///
/// Ownership: `info` and all that it gave are gone afterwards.
/// Threads: any, while no other uses it.
/// Statuses: none; it cannot fail.
/// Since 0.1.0.
///
/// # Safety
/// `info` is NULL or not freed yet and not in use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_info_free(info: *mut memux_info) {
    guard::value((), || {
        // SAFETY: this function's contract.
        unsafe { handle::free(info) };
    })
}

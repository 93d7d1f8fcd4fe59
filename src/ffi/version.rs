//! Which memux, and which FFmpeg.

use super::error::memux_error;
use super::guard;
use super::ptr::{self, Versioned, null};
use super::status::memux_status;
use crate::av;
use crate::error::Status;
use std::ffi::{CStr, c_char};
use std::mem::{offset_of, size_of};

/// Which memux this is, and which FFmpeg it works with. FFmpeg's numbers are its own: major << 16 | minor << 8 |
/// micro. Since 0.1.0.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct memux_build_info {
    /// Set by memux_build_info_init().
    pub struct_size: usize,
    /// memux_version_string().
    pub version: *const c_char,
    /// The libavformat that memux was compiled for.
    pub avformat_compiled: u32,
    /// The libavformat that is loaded; 0 if there is none to load.
    pub avformat_loaded: u32,
    /// The libavcodec that memux was compiled for.
    pub avcodec_compiled: u32,
    /// The libavcodec that is loaded; 0 if there is none to load.
    pub avcodec_loaded: u32,
    /// The libavutil that memux was compiled for.
    pub avutil_compiled: u32,
    /// The libavutil that is loaded; 0 if there is none to load.
    pub avutil_loaded: u32,
}

// SAFETY: repr(C), `struct_size` first, no padding (asserted below), integers and nullable pointers only.
unsafe impl Versioned for memux_build_info {
    const NAME: &'static str = "memux_build_info";
    const FIRST_SIZE: usize = offset_of!(Self, avutil_loaded) + size_of::<u32>();
}

#[cfg(target_pointer_width = "64")]
const _: () = assert!(size_of::<memux_build_info>() == 40 && offset_of!(memux_build_info, avformat_compiled) == 16);

const VERSION_STRING: &CStr = match CStr::from_bytes_with_nul(concat!(env!("CARGO_PKG_VERSION"), "\0").as_bytes()) {
    Ok(version) => version,
    Err(_) => c"",
};

const VERSION: u32 = digits(env!("CARGO_PKG_VERSION_MAJOR")) << 16
    | digits(env!("CARGO_PKG_VERSION_MINOR")) << 8
    | digits(env!("CARGO_PKG_VERSION_PATCH"));

/// A number of Cargo.toml, read at compile time.
const fn digits(mut text: &str) -> u32 {
    let mut value = 0;
    while let Some((digit, rest)) = text.as_bytes().split_first() {
        assert!(digit.is_ascii_digit());
        value = value * 10 + (*digit - b'0') as u32;
        text = match std::str::from_utf8(rest) {
            Ok(rest) => rest,
            Err(_) => "",
        };
    }
    value
}

/// The version of the library that is loaded, major << 16 | minor << 8 | patch; MEMUX_VERSION is that of the header.
///
/// Ownership: nothing changes hands.
/// Threads: any, at any time.
/// Statuses: none; it cannot fail.
/// Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn memux_version() -> u32 {
    guard::value(VERSION, || VERSION)
}

/// The version of the library that is loaded, as text: "0.1.0" for instance.
///
/// Ownership: the string is static; do not free it. Never NULL.
/// Threads: any, at any time.
/// Statuses: none; it cannot fail.
/// Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn memux_version_string() -> *const c_char {
    guard::value(VERSION_STRING.as_ptr(), || VERSION_STRING.as_ptr())
}

/// Tells which memux this is, and which FFmpeg it was compiled for and found. `info` is filled whenever its
/// struct_size is right, also when the two do not fit together. The call loads FFmpeg if nobody has needed it before.
///
/// Ownership: `info->version` is static; do not free it. On failure `*error`, if `error` is not NULL, is the host's,
/// to be freed with memux_error_free(); else it is NULL.
/// Threads: any, at any time.
/// Statuses: MEMUX_OK; MEMUX_ERROR_INVALID_ARGUMENT, MEMUX_ERROR_UNSUPPORTED (a newer struct that asks for something
/// new), MEMUX_ERROR_LIBRARY_MISMATCH (there is no FFmpeg, or one of another major version: what needs it will fail),
/// MEMUX_ERROR_INTERNAL, and MEMUX_ERROR_NO_MEMORY (there was none for the error object).
/// Since 0.1.0.
///
/// # Safety
/// The pointers are as said above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_get_build_info(
    info: *mut memux_build_info,
    error: *mut *mut memux_error,
) -> memux_status {
    // SAFETY: this function's contract.
    unsafe { guard::enter(error) }.status(|| {
        // SAFETY: this function's contract.
        let mut place = unsafe { ptr::place(info) }?;
        if place.is_null() {
            return Err(null("info"));
        }
        place.write(&memux_build_info {
            struct_size: size_of::<memux_build_info>(),
            version: VERSION_STRING.as_ptr(),
            avformat_compiled: av::version::avformat_compiled(),
            avformat_loaded: av::version::avformat_loaded(),
            avcodec_compiled: av::version::avcodec_compiled(),
            avcodec_loaded: av::version::avcodec_loaded(),
            avutil_compiled: av::version::avutil_compiled(),
            avutil_loaded: av::version::avutil_loaded(),
        });
        place.known()?;
        av::version::check()?;
        Ok(Status::Ok)
    })
}

//! The rules that hold for every function of the C API, tried from Rust where that is easiest: every struct in every
//! size, every handed-over thing released once, every failure with its error object, and no export without its guard.

mod exports;
mod handles;
mod structs;

use memux::ffi::*;
use std::ffi::{CStr, c_int, c_void};
use std::path::Path;
use std::ptr::null_mut;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn clip() -> Vec<u8> {
    std::fs::read(root().join("tests/clips/h264.mp4")).unwrap()
}

const CLIP_FRAMES: u64 = 75;

/// One struct of any size, aligned like the largest member.
#[derive(Clone)]
struct Room([u64; 513]);

impl Room {
    fn of_size(size: usize) -> Self {
        let mut room = Room([0; 513]);
        room.0[0] = size as u64;
        room
    }

    fn with_byte(mut self, at: usize) -> Self {
        self.0[at / 8] |= 1 << (at % 8 * 8);
        self
    }

    fn put<T>(&mut self, value: T) {
        assert!(size_of::<T>() <= size_of_val(&self.0));
        // SAFETY: there is room, and the alignment is that of the largest member.
        unsafe { (&raw mut self.0).cast::<T>().write(value) };
    }

    fn address<T>(&mut self) -> *mut T {
        (&raw mut self.0).cast()
    }
}

fn zeroed<T: Copy>() -> T {
    // SAFETY: used for the API's plain structs, which are integers and nullable pointers.
    unsafe { std::mem::zeroed() }
}

/// Makes a call and checks what holds for all: with a failure comes an object that says the same, with a success none.
fn call(function: impl Fn(*mut *mut memux_error) -> memux_status) -> (memux_status, String) {
    let mut error = null_mut::<memux_error>().wrapping_add(1);
    let status = function(&mut error);
    assert_eq!(error.is_null(), status >= 0, "{status}");
    // SAFETY: NULL, or the object that the call has made.
    unsafe {
        assert_eq!(memux_error_status(error), status.min(0));
        let message = CStr::from_ptr(memux_error_message(error)).to_str().unwrap().to_owned();
        memux_error_free(error);
        (status, message)
    }
}

fn memory(bytes: &[u8]) -> *mut memux_source {
    let mut source = null_mut();
    // SAFETY: borrowed memory that outlives the source in each of these tests.
    let status = unsafe {
        memux_source_from_memory(bytes.as_ptr().cast(), bytes.len(), None, null_mut(), &mut source, null_mut())
    };
    assert_eq!(status, MEMUX_OK);
    source
}

unsafe extern "C" fn end_of_input(_: *mut c_void, _: *mut u8, _: c_int) -> c_int {
    MEMUX_IO_EOF
}

unsafe extern "C" fn take_all(_: *mut c_void, _: *const u8, size: c_int) -> c_int {
    size
}

//! The C that people write by hand, loaded from a shared object that was compiled for the occasion.

use libloading::{Library, Symbol};
use std::ffi::{c_int, c_void};
use std::path::Path;

pub type WriteFn = unsafe extern "C" fn(*mut c_void, *const u8, c_int) -> c_int;

pub struct ByHand(Library);

impl ByHand {
    pub fn load(path: &Path) -> Self {
        // SAFETY: our own C, whose initialisation does nothing.
        ByHand(unsafe { Library::new(path) }.unwrap_or_else(|error| panic!("{}: {error}", path.display())))
    }

    pub fn count(&self, data: &[u8]) -> u64 {
        self.count_by(b"by_hand_count", data)
    }

    /// The bytes of all packets of all streams.
    pub fn packets(&self, data: &[u8]) -> u64 {
        self.count_by(b"by_hand_packets", data)
    }

    /// What libavformat itself takes at the least.
    pub fn leanest_count(&self, data: &[u8]) -> u64 {
        self.count_by(b"leanest_count", data)
    }

    fn count_by(&self, name: &[u8], data: &[u8]) -> u64 {
        // SAFETY: the functions' signature in baseline.c; they read the bytes and keep nothing.
        let answer = unsafe {
            let count: Symbol<unsafe extern "C" fn(*const u8, usize) -> i64> = self.0.get(name).unwrap();
            count(data.as_ptr(), data.len())
        };
        u64::try_from(answer).expect("the program written by hand fails")
    }

    pub fn extract(&self, data: &[u8], write: WriteFn, opaque: *mut c_void) {
        self.write_by(b"by_hand_extract", data, write, opaque);
    }

    /// What libavformat and the filter that makes Annex B take at the least.
    pub fn leanest_extract(&self, data: &[u8], write: WriteFn, opaque: *mut c_void) {
        self.write_by(b"leanest_extract", data, write, opaque);
    }

    /// Gives the packets.
    pub fn remux(&self, data: &[u8], write: WriteFn, opaque: *mut c_void) -> u64 {
        self.write_by(b"by_hand_remux", data, write, opaque)
    }

    fn write_by(&self, name: &[u8], data: &[u8], write: WriteFn, opaque: *mut c_void) -> u64 {
        type Write = unsafe extern "C" fn(*const u8, usize, WriteFn, *mut c_void) -> i64;
        // SAFETY: as in `count`; `write` is called with `opaque` until the call returns.
        let answer = unsafe {
            let by_hand: Symbol<Write> = self.0.get(name).unwrap();
            by_hand(data.as_ptr(), data.len(), write, opaque)
        };
        u64::try_from(answer).unwrap_or_else(|_| panic!("the program written by hand fails with {answer}"))
    }
}

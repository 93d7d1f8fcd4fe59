//! `memux_source`: where bytes come from.

use super::callbacks::{Opaque, Release, memux_release_fn, memux_slice};
use super::error::memux_error;
use super::guard;
use super::handle::{self, Handle};
use super::lent::Lent;
use super::ptr::{self, null};
use super::reader::{self, memux_reader};
use super::status::memux_status;
use crate::error::{Error, Result, Status};
use crate::io::{FeedEnd, Memory, Reader, Slices, Source};
use std::ffi::c_void;
use std::sync::Arc;

/// Where an operation's bytes come from. Every operation begins at byte 0.
///
/// A source of memory has no position of its own: any number of operations may use it at once. A source of a reader
/// is used by one operation at a time; a second one, be it on another thread or inside a callback of the first, gets
/// MEMUX_ERROR_BUSY. When the reader can seek, the second operation after one another begins with a seek to 0; when
/// it cannot, that one fails with MEMUX_ERROR_NEEDS_SEEK. Since 0.1.0.
pub struct memux_source {
    pub(super) bytes: Bytes,
    /// Last: what it releases is in use until all else is gone.
    _release: Release,
}

impl Handle for memux_source {
    type Owner = Arc<Self>;
}

pub(super) enum Bytes {
    Memory(Block),
    Slices(Vec<Block>),
    Reader(Lent<Reader<reader::Callbacks>>),
    Feed(Lent<Reader<FeedEnd>>),
}

impl Bytes {
    pub(super) fn fed(reader: Reader<FeedEnd>) -> Self {
        Bytes::Feed(Lent::new(reader))
    }
}

impl memux_source {
    /// One that has nothing of the host's to release.
    pub(super) fn of(bytes: Bytes) -> Self {
        memux_source { bytes, _release: Release::none() }
    }

    /// Lets one operation work with the bytes.
    pub(super) fn with<R>(&self, work: impl FnOnce(&mut dyn Source) -> Result<R>) -> Result<R> {
        match &self.bytes {
            Bytes::Memory(block) => work(&mut Memory::new(block.as_slice())),
            Bytes::Slices(blocks) => work(&mut Slices::new(blocks.iter().map(Block::as_slice))),
            Bytes::Reader(reader) => reader.with("source", |reader| work(reader)),
            Bytes::Feed(reader) => reader.with("source", |reader| work(ReadOnce(reader).0)),
        }
    }
}

/// A feed serves one operation. However that ends, by a panic too, whoever pushes must not wait for it any more.
struct ReadOnce<'r>(&'r mut Reader<FeedEnd>);

impl Drop for ReadOnce<'_> {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// The host's memory.
pub(super) struct Block {
    data: *const u8,
    size: usize,
}

// SAFETY: memory that is only read, and that the host keeps unchanged and in place as long as the block lives,
// whichever thread looks at it.
unsafe impl Send for Block {}
// SAFETY: as above.
unsafe impl Sync for Block {}

impl Block {
    /// # Safety
    /// `size` bytes from `data` on can be read, and stay as they are until the block is gone.
    pub(super) unsafe fn new(data: *const u8, size: usize, name: &str) -> Result<Self> {
        if data.is_null() && size > 0 {
            return Err(null(name));
        }
        if isize::try_from(size).is_err() {
            return Err(Error::invalid(format!("the size of {name} is {size}, which no memory has")));
        }
        Ok(Block { data, size })
    }

    pub(super) fn as_slice(&self) -> &[u8] {
        if self.size == 0 {
            return &[];
        }
        // SAFETY: `new` was promised the bytes, and has looked at NULL and the size.
        unsafe { std::slice::from_raw_parts(self.data, self.size) }
    }
}

/// Makes a source of `size` bytes in memory, without copying them.
///
/// With `release` NULL the memory stays the host's, which keeps it unchanged until the source is freed and no
/// operation uses it. With a release callback the library calls `release(opaque)` when it has done with the memory; a
/// block from malloc() goes with free() and its own address. `size` 0 is a source too, with `data` NULL or not:
/// operations on it fail with MEMUX_ERROR_FORMAT.
///
/// Ownership: `*source` is the host's, to be freed with memux_source_free(); NULL on failure. What `release` stands
/// for is the library's from this call on: on failure it is released before the call returns.
/// Threads: any.
/// Statuses: MEMUX_OK; MEMUX_ERROR_INVALID_ARGUMENT (`source` is NULL, `data` is NULL with a size, a size that no
/// memory has), MEMUX_ERROR_NO_MEMORY, MEMUX_ERROR_INTERNAL.
/// Since 0.1.0.
///
/// # Safety
/// The pointers are as said above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_source_from_memory(
    data: *const c_void,
    size: usize,
    release: memux_release_fn,
    opaque: *mut c_void,
    source: *mut *mut memux_source,
    error: *mut *mut memux_error,
) -> memux_status {
    // SAFETY: this function's contract.
    unsafe { guard::enter(error) }.status(|| {
        // SAFETY: this function's contract; `release` and what it releases come first, so that no way out forgets them.
        let (release, out, block) = unsafe {
            let release = Release::new(release, Opaque::new(opaque));
            let out = ptr::handle_out(source, "source")?;
            (release, out, Block::new(data.cast(), size, "data")?)
        };
        handle::give(out, memux_source { bytes: Bytes::Memory(block), _release: release })?;
        Ok(Status::Ok)
    })
}

/// Makes a source of several pieces of memory, read as one after the other: network buffers, the parts of a blob. The
/// pieces are not copied, the array is. Empty slices are fine; with none, or none that holds a byte, operations fail
/// with MEMUX_ERROR_FORMAT.
///
/// Ownership: as for memux_source_from_memory(); one `release` stands for all pieces.
/// Threads: any.
/// Statuses: MEMUX_OK; MEMUX_ERROR_INVALID_ARGUMENT (`source` is NULL, `slices` is NULL with a count, a slice whose
/// data is NULL with a size, sizes that no memory has), MEMUX_ERROR_NO_MEMORY, MEMUX_ERROR_INTERNAL.
/// Since 0.1.0.
///
/// # Safety
/// The pointers are as said above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_source_from_slices(
    slices: *const memux_slice,
    count: usize,
    release: memux_release_fn,
    opaque: *mut c_void,
    source: *mut *mut memux_source,
    error: *mut *mut memux_error,
) -> memux_status {
    // SAFETY: this function's contract.
    unsafe { guard::enter(error) }.status(|| {
        // SAFETY: as in `memux_source_from_memory`.
        let (release, out, blocks) = unsafe {
            let release = Release::new(release, Opaque::new(opaque));
            let out = ptr::handle_out(source, "source")?;
            (release, out, blocks(slices, count)?)
        };
        handle::give(out, memux_source { bytes: Bytes::Slices(blocks), _release: release })?;
        Ok(Status::Ok)
    })
}

/// # Safety
/// `count` slices, each of which holds bytes that stay as they are until the blocks are gone.
unsafe fn blocks(slices: *const memux_slice, count: usize) -> Result<Vec<Block>> {
    if count == 0 {
        return Ok(Vec::new());
    }
    if slices.is_null() {
        return Err(null("slices"));
    }
    let most = isize::MAX.unsigned_abs() / size_of::<memux_slice>();
    if count > most {
        return Err(Error::invalid(format!("count is {count}, which no array has")));
    }
    // SAFETY: the caller's promise; NULL and the size have been looked at.
    let slices = unsafe { std::slice::from_raw_parts(slices, count) };
    let mut blocks = Vec::new();
    blocks.try_reserve_exact(count).map_err(|_| Error::no_memory())?;
    let mut total = 0i64;
    for (index, slice) in slices.iter().enumerate() {
        // SAFETY: the caller's promise.
        let block = unsafe { Block::new(slice.data, slice.size, &format!("slices[{index}].data")) }?;
        total = i64::try_from(slice.size)
            .ok()
            .and_then(|size| total.checked_add(size))
            .ok_or_else(|| Error::invalid("the slices are longer together than any input"))?;
        blocks.push(block);
    }
    Ok(blocks)
}

/// Makes a source of the host's own callbacks. The struct is copied; nothing is called yet but, on failure,
/// `release`. The host stands at byte 0: the first operation reads on from there without a seek.
///
/// Ownership: `*source` is the host's, to be freed with memux_source_free(); NULL on failure. `reader->opaque` is the
/// library's from this call on: `release` is called once, when the source is freed and no operation uses it, or, on
/// failure, before the call returns. Only when `reader` is NULL or its struct_size is wrong is nothing released,
/// since nothing could be read.
/// Threads: any. The callbacks come on the thread that runs an operation, but for `unblock` and `release`.
/// Statuses: MEMUX_OK; MEMUX_ERROR_INVALID_ARGUMENT (the message names the member), MEMUX_ERROR_UNSUPPORTED (a newer
/// struct that asks for something new), MEMUX_ERROR_NO_MEMORY, MEMUX_ERROR_INTERNAL.
/// Since 0.1.0.
///
/// # Safety
/// The pointers are as said above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_source_from_reader(
    reader: *const memux_reader,
    source: *mut *mut memux_source,
    error: *mut *mut memux_error,
) -> memux_status {
    // SAFETY: this function's contract.
    unsafe { guard::enter(error) }.status(|| {
        // SAFETY: this function's contract. The place is made NULL first of all, whatever else is wrong.
        let (out, given) = unsafe { (ptr::handle_out(source, "source"), ptr::read(reader)?) };
        let given = given.ok_or_else(|| null("reader"))?;
        // SAFETY: the host vouches for its callbacks with this pointer.
        let opaque = unsafe { Opaque::new(given.value.opaque) };
        let release = Release::new(given.value.release, opaque);
        // SAFETY: this function's contract.
        let reader = unsafe { reader::build(&given.known()?, opaque) }?;
        handle::give(out?, memux_source { bytes: Bytes::Reader(Lent::new(reader)), _release: release })?;
        Ok(Status::Ok)
    })
}

/// Lets go of a source. NULL is nothing. An operation that still runs on it goes on to its end, and `release` is
/// called after that.
///
/// Ownership: `source` is gone for the host.
/// Threads: any, also from inside the callbacks of an operation that uses the source, and from others once the first
/// of them has come; but only once.
/// Statuses: none; it cannot fail.
/// Since 0.1.0.
///
/// # Safety
/// `source` is NULL or a source that is not freed yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_source_free(source: *mut memux_source) {
    guard::value((), || {
        // SAFETY: this function's contract.
        unsafe { handle::free(source) };
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::{self, Control, RetryPolicy, Seekability, Shut};

    #[test]
    fn an_operation_that_panics_leaves_nobody_waiting_who_pushes_to_it() {
        let (feed, end) = io::feed(4);
        let reader = Reader::new(end, Seekability::None, None, None, RetryPolicy::default());
        let source = memux_source::of(Bytes::fed(reader));
        assert_eq!(feed.push(b"a"), (1, Ok(())));
        let result = source.with(|source| -> Result<()> {
            source.read(&mut [0; 1], &Control::unbounded())?;
            panic!("on purpose")
        });
        assert_eq!(result.unwrap_err().status, Status::Internal);
        assert_eq!(feed.push_all(b"more than it holds", None), (0, Err(Shut::Closed)));
    }
}

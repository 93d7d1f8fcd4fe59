//! The bridge to libavformat's AVIO: its read, seek and write calls arrive here, and go to an inlet or an outlet.
//!
//! A failure is remembered where the operation finds it, since libavformat loses what a callback says. A panic is caught
//! here: it must not unwind through C.

use super::ffmpeg as ff;
use crate::error::{Error, Result};
use crate::fault::{self, Place};
use crate::io::{Control, Inlet, Outlet};
use libc::{c_int, c_void};
use std::marker::PhantomData;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::ptr::{self, NonNull};

/// Large enough for a callback to be worth its call, small enough to stay in the cache.
const DEFAULT_BUFFER: usize = 32 * 1024;

/// An AVIOContext that reads from an inlet.
pub struct InputIo<'i, 'a> {
    context: Context,
    /// libavformat holds the same address, so no Rust reference to it lives longer than one call.
    inlet: NonNull<Inlet<'a>>,
    borrowed: PhantomData<&'i mut Inlet<'a>>,
    /// The inlet is ours to free.
    owned: bool,
}

/// An AVIOContext that writes to an outlet.
pub struct OutputIo<'o, 'a> {
    context: Context,
    borrowed: PhantomData<&'o mut Outlet<'a>>,
}

struct Context(NonNull<ff::AVIOContext>);

impl Context {
    fn new(
        buffer_size: usize,
        opaque: *mut c_void,
        read: Option<ff::IoFn>,
        write: Option<ff::IoFn>,
        seek: Option<ff::SeekFn>,
    ) -> Result<Self> {
        let size = c_int::try_from(buffer_size).map_err(|_| Error::invalid("buffer_size is too large"))?;
        // SAFETY: allocates, or gives null.
        let mut buffer = unsafe { ff::av_malloc(buffer_size) };
        if buffer.is_null() {
            return Err(Error::no_memory());
        }
        // SAFETY: the buffer is of that size and from av_malloc.
        let context = unsafe {
            let flag = c_int::from(read.is_none());
            ff::avio_alloc_context(buffer.cast(), size, flag, opaque, read, write, seek)
        };
        match NonNull::new(context) {
            Some(context) => Ok(Context(context)),
            None => {
                // SAFETY: nobody else has the buffer.
                unsafe { ff::av_freep((&raw mut buffer).cast()) };
                Err(Error::no_memory())
            }
        }
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        let mut context = self.0.as_ptr();
        // SAFETY: the context is ours. libavformat may have put another buffer in the place of the first: the one that
        // is there now is the one to free.
        unsafe {
            ff::av_freep((&raw mut (*context).buffer).cast());
            ff::avio_context_free(&raw mut context);
        }
    }
}

impl<'i, 'a> InputIo<'i, 'a> {
    pub fn new(inlet: &'i mut Inlet<'a>) -> Result<Self> {
        Self::on(NonNull::from(inlet))
    }

    /// Takes the inlet along.
    pub fn owning(inlet: Box<Inlet<'a>>) -> Result<Self>
    where
        'a: 'i,
    {
        let inlet = NonNull::from(Box::leak(inlet));
        match Self::on(inlet) {
            Ok(mut io) => {
                io.owned = true;
                Ok(io)
            }
            Err(error) => {
                // SAFETY: just leaked, and nobody has kept it.
                drop(unsafe { Box::from_raw(inlet.as_ptr()) });
                Err(error)
            }
        }
    }

    fn on(mut inlet: NonNull<Inlet<'a>>) -> Result<Self> {
        // SAFETY: borrowed or owned by the caller, who gives it to nobody else.
        let known = unsafe { inlet.as_mut() };
        let (size, seekable) = (known.buffer_size().unwrap_or(DEFAULT_BUFFER), known.shown_seekable());
        let context = Context::new(size, inlet.as_ptr().cast(), Some(read), None, Some(seek))?;
        let mut io = InputIo { context, inlet, borrowed: PhantomData, owned: false };
        io.show_seekable(seekable);
        Ok(io)
    }

    pub fn as_ptr(&mut self) -> *mut ff::AVIOContext {
        self.context.0.as_ptr()
    }

    /// Whether the demuxer may seek. The callback is there in any case, for the jumps that it makes unasked.
    pub fn show_seekable(&mut self, seekable: bool) {
        // SAFETY: the context is ours.
        unsafe { (*self.as_ptr()).seekable = if seekable { ff::AVIO_SEEKABLE_NORMAL } else { 0 } };
    }

    /// Never called while libavformat is inside a call.
    pub fn inlet(&mut self) -> &mut Inlet<'a> {
        // SAFETY: borrowed for as long as self lives, and libavformat uses it only during its own calls.
        unsafe { self.inlet.as_mut() }
    }

    /// Where the demuxer reads, as it sees it.
    pub fn position(&mut self) -> Option<u64> {
        // SAFETY: the context is ours; asking for the place by a seek of nothing makes no call to us.
        u64::try_from(unsafe { ff::avio_seek(self.as_ptr(), 0, libc::SEEK_CUR) }).ok()
    }
}

impl Drop for InputIo<'_, '_> {
    fn drop(&mut self) {
        if self.owned {
            // SAFETY: leaked by `owning`. The context makes no call any more: whoever opened a container with it has
            // closed that.
            drop(unsafe { Box::from_raw(self.inlet.as_ptr()) });
        }
    }
}

impl<'o, 'a> OutputIo<'o, 'a> {
    pub fn new(outlet: &'o mut Outlet<'a>) -> Result<Self> {
        let seek = outlet.can_seek().then_some(seek_output as ff::SeekFn);
        let opaque = ptr::from_mut(outlet).cast();
        let context = Context::new(DEFAULT_BUFFER, opaque, None, Some(write), seek)?;
        Ok(OutputIo { context, borrowed: PhantomData })
    }

    /// What the muxer writes is handed on from where it lies, in one call and not by way of the buffer: for a muxer that
    /// writes each packet as one piece, which is flushed behind each in any case.
    pub fn hand_on_whole_pieces(&mut self) {
        // SAFETY: the context is ours.
        unsafe { (*self.as_ptr()).direct = 1 };
    }

    pub fn as_ptr(&mut self) -> *mut ff::AVIOContext {
        self.context.0.as_ptr()
    }
}

/// Runs one call from libavformat. A failed operation gets no further, and a panic becomes its failure.
fn guarded<T>(control: &Control, failed: T, call: impl FnOnce() -> Result<T>) -> T {
    if control.has_failed() {
        return failed;
    }
    let error = match catch_unwind(AssertUnwindSafe(call)) {
        Ok(Ok(value)) => return value,
        Ok(Err(error)) => error,
        Err(_) => Error::internal("a panic inside an I/O callback of memux"),
    };
    control.fail(error);
    failed
}

/// The bytes that libavformat wants filled, or has filled; none if it says something senseless.
fn length(size: c_int) -> usize {
    usize::try_from(size).unwrap_or(0)
}

unsafe extern "C" fn read(opaque: *mut c_void, buf: *mut u8, size: c_int) -> c_int {
    // SAFETY: the address given in `InputIo::new`, which nobody else uses during this call.
    let inlet = unsafe { &mut *opaque.cast::<Inlet>() };
    guarded(inlet.control(), ff::AVERROR_EXTERNAL, || {
        fault::point(Place::Read);
        if buf.is_null() {
            return Ok(ff::AVERROR_EOF);
        }
        // SAFETY: libavformat gives `size` writable bytes. They may be fresh from malloc: all that is done with them here
        // and below is to write. They must not be cleared first: at the end of the input libavformat goes on using
        // what the buffer holds.
        let buf = unsafe { std::slice::from_raw_parts_mut(buf, length(size)) };
        match inlet.read(buf)? {
            0 => Ok(ff::AVERROR_EOF),
            count => c_int::try_from(count).map_err(|_| Error::internal("more was read than was asked for")),
        }
    })
}

unsafe extern "C" fn seek(opaque: *mut c_void, offset: i64, whence: c_int) -> i64 {
    // SAFETY: the address given in `InputIo::new`, which nobody else uses during this call.
    let inlet = unsafe { &mut *opaque.cast::<Inlet>() };
    guarded(inlet.control(), i64::from(ff::AVERROR_EXTERNAL), || {
        fault::point(Place::Seek);
        let refused = i64::from(ff::AVERROR(libc::ESPIPE));
        let size = inlet.size().and_then(|size| i64::try_from(size).ok());
        let target = match whence & !ff::AVSEEK_FORCE {
            ff::AVSEEK_SIZE => return Ok(size.unwrap_or(i64::from(ff::AVERROR(libc::ENOSYS)))),
            libc::SEEK_SET => Some(offset),
            libc::SEEK_CUR => i64::try_from(inlet.position()).ok().and_then(|at| at.checked_add(offset)),
            libc::SEEK_END => size.and_then(|size| size.checked_add(offset)),
            _ => None,
        };
        let Some(target) = target.and_then(|target| u64::try_from(target).ok()) else {
            return Ok(i64::from(ff::AVERROR(libc::EINVAL)));
        };
        Ok(if inlet.seek(target) { i64::try_from(target).unwrap_or(refused) } else { refused })
    })
}

/// Writes what libavformat has. Its data pointer is `const` from FFmpeg 7 on: the data is only read here.
unsafe extern "C" fn write(opaque: *mut c_void, data: *mut u8, size: c_int) -> c_int {
    // SAFETY: the address given in `OutputIo::new`, which nobody else uses during this call.
    let outlet = unsafe { &mut *opaque.cast::<Outlet>() };
    guarded(outlet.control(), ff::AVERROR_EXTERNAL, || {
        fault::point(Place::Write);
        if data.is_null() || size <= 0 {
            return Ok(0);
        }
        // SAFETY: libavformat gives `size` readable bytes.
        outlet.write(unsafe { std::slice::from_raw_parts(data, length(size)) })?;
        Ok(size)
    })
}

unsafe extern "C" fn seek_output(opaque: *mut c_void, offset: i64, whence: c_int) -> i64 {
    // SAFETY: the address given in `OutputIo::new`, which nobody else uses during this call.
    let outlet = unsafe { &mut *opaque.cast::<Outlet>() };
    guarded(outlet.control(), i64::from(ff::AVERROR_EXTERNAL), || {
        fault::point(Place::Seek);
        match (whence & !ff::AVSEEK_FORCE, u64::try_from(offset)) {
            (libc::SEEK_SET, Ok(target)) => outlet.seek(target).map(|()| offset),
            _ => Ok(i64::from(ff::AVERROR(libc::EINVAL))),
        }
    })
}

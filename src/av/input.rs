//! An opened container: its streams, and its packets one by one.

mod index;
mod streams;

pub use streams::{Codec, MediaType};

use super::avio::InputIo;
use super::check::{check_demuxer, failure};
use super::ffmpeg as ff;
use super::packet::Packet;
use super::probe::Format;
use crate::completeness::Verdict;
use crate::error::{Error, LimitKind, Result, Stage, Status};
use crate::io::{self, Control, Inlet, Way};
use libc::{c_int, c_void};
use std::ffi::CStr;
use std::ptr::{self, NonNull};

/// An AVFormatContext that reads through an inlet.
pub struct Input<'i, 'a> {
    context: NonNull<ff::AVFormatContext>,
    io: InputIo<'i, 'a>,
    control: &'a Control,
    format: Format,
    /// The streams' parameters have been looked for: a second time libavformat would crash.
    learned: bool,
    /// Packets are given as they lie in the container.
    plain: bool,
}

/// What came of reading on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    Packet,
    End,
    /// The demuxer could not go on: the input is damaged.
    Broken,
}

impl<'i, 'a> Input<'i, 'a> {
    /// Opens `format` and nothing else: no other format, no protocol, no further file.
    pub fn open(inlet: &'i mut Inlet<'a>, format: Format) -> Result<Self> {
        let (control, all) = (inlet.control(), inlet.wants_all());
        Self::open_on(InputIo::new(inlet)?, format, control, all)
    }

    /// The same, with an inlet that goes along.
    pub fn open_owning(inlet: Box<Inlet<'a>>, format: Format) -> Result<Self>
    where
        'a: 'i,
    {
        let (control, all) = (inlet.control(), inlet.wants_all());
        Self::open_on(InputIo::owning(inlet)?, format, control, all)
    }

    fn open_on(mut io: InputIo<'i, 'a>, format: Format, control: &'a Control, all: bool) -> Result<Self> {
        // SAFETY: allocates, or gives null.
        let mut context = unsafe { ff::avformat_alloc_context() };
        let Some(fresh) = NonNull::new(context) else {
            return Err(Error::no_memory());
        };
        // SAFETY: `fresh` is ours until avformat_open_input frees it.
        unsafe { set_up(fresh, io.as_ptr(), control) };
        let mut options = match walls(format, all) {
            Ok(options) => options,
            Err(error) => {
                // SAFETY: not opened, so free is all that is due.
                unsafe { ff::avformat_free_context(context) };
                return Err(error);
            }
        };
        // SAFETY: all live; on failure FFmpeg frees the context and leaves our AVIOContext alone.
        let code =
            unsafe { ff::avformat_open_input(&raw mut context, c"".as_ptr(), format.as_ptr(), &raw mut options) };
        // SAFETY: ours, whatever FFmpeg took out of it.
        unsafe { ff::av_dict_free(&raw mut options) };
        let Some(context) = NonNull::new(context) else {
            let error = check_demuxer(code, "the container cannot be opened", control).err();
            let error = error.unwrap_or_else(|| Error::internal("an opened container is null"));
            return Err(match io.position() {
                Some(at) if error.offset.is_none() && error.ffmpeg_code != 0 => error.at_offset(at),
                _ => error,
            });
        };
        let mut input = Input { context, io, control, format, learned: false, plain: false };
        // A callback's failure may have been taken for the end of the header: opened, and a failure all the same.
        control.outcome()?;
        input.within_stream_limit()?;
        input.promise_index();
        let way = input.way();
        input.inlet().header_done(way)?;
        let seekable = way == Way::Back || input.inlet().shown_seekable();
        input.io.show_seekable(seekable);
        Ok(input)
    }

    /// Reads on until the streams' parameters are known.
    pub fn find_stream_info(&mut self) -> Result<()> {
        if std::mem::replace(&mut self.learned, true) {
            return Ok(());
        }
        self.control.enter(Stage::Probe);
        // SAFETY: the context is open.
        let code = unsafe { ff::avformat_find_stream_info(self.context.as_ptr(), ptr::null_mut()) };
        check_demuxer(code, "the streams cannot be told", self.control)?;
        self.within_stream_limit()
    }

    /// The next packet of any stream that is not left out.
    pub fn read(&mut self, packet: &mut Packet) -> Result<Next> {
        let code = loop {
            packet.clear();
            // SAFETY: both live.
            let code = unsafe { ff::av_read_frame(self.context.as_ptr(), packet.as_ptr()) };
            // A parser lets go of a packet without bytes.
            if code < 0 || !self.plain || packet.size() > 0 || self.control.has_failed() {
                break code;
            }
        };
        self.control.outcome()?;
        self.within_stream_limit()?;
        if code < 0 {
            return self.ended(code);
        }
        self.within_packet_limit(packet)?;
        self.control.has_packet()?;
        Ok(Next::Packet)
    }

    fn ended(&mut self, code: c_int) -> Result<Next> {
        if code == ff::AVERROR(libc::ENOMEM) {
            // Out of memory, or damaged as any other packet.
            check_demuxer(code, "a packet cannot be read", self.control).or_else(|error| match error.status {
                Status::NoMemory => Err(error),
                _ => Ok(code),
            })?;
        }
        // A demuxer that cannot go where the samples are says that it is at the end, or that the input is damaged; it
        // may also have tried to go back only because the input is cut.
        let nothing_came = self.control.progress().packets == 0;
        let cut = matches!(self.inlet().judge_seen(), Verdict::Truncated { .. });
        if self.inlet().refused_seek() && !cut && (nothing_came || code != ff::AVERROR_EOF) {
            return Err(io::needs_seek(self.position().unwrap_or(0)));
        }
        Ok(if code == ff::AVERROR_EOF { Next::End } else { Next::Broken })
    }

    /// One more stream than is allowed is let in, so that it shows.
    fn within_stream_limit(&self) -> Result<()> {
        let most = self.control.limits.max_streams;
        if u64::try_from(self.stream_count()).is_ok_and(|count| count > most) {
            return Err(Error::limit(LimitKind::Streams, format!("the container has more than {most} streams")));
        }
        Ok(())
    }

    fn within_packet_limit(&self, packet: &Packet) -> Result<()> {
        let most = self.control.limits.max_packet_bytes;
        if packet.size() <= most {
            return Ok(());
        }
        let error = Error::limit(LimitKind::Packet, format!("a packet of {} bytes, more than {most}", packet.size()));
        let error = match packet.stream().and_then(|stream| i32::try_from(stream).ok()) {
            Some(stream) => error.of_stream(stream),
            None => error,
        };
        Err(match packet.offset() {
            Some(offset) => error.at_offset(offset),
            None => error,
        })
    }

    pub fn stream_count(&self) -> usize {
        // SAFETY: the context is open.
        usize::try_from(unsafe { self.context.as_ref() }.nb_streams).unwrap_or(0)
    }

    pub fn format(&self) -> Format {
        self.format
    }

    pub(super) fn as_raw(&self) -> *mut ff::AVFormatContext {
        self.context.as_ptr()
    }

    pub(super) fn as_ref(&self) -> &ff::AVFormatContext {
        // SAFETY: open as long as self; FFmpeg changes it only in calls that borrow self mutably.
        unsafe { self.context.as_ref() }
    }

    pub fn inlet(&mut self) -> &mut Inlet<'a> {
        self.io.inlet()
    }

    pub fn control(&self) -> &'a Control {
        self.control
    }

    /// Where the demuxer reads.
    pub fn position(&mut self) -> Option<u64> {
        self.io.position()
    }
}

impl Drop for Input<'_, '_> {
    fn drop(&mut self) {
        let mut context = self.context.as_ptr();
        // SAFETY: opened by us. FFmpeg leaves a custom AVIOContext alone; that is freed afterwards, with `io`.
        unsafe { ff::avformat_close_input(&raw mut context) }
    }
}

/// What must be in place before FFmpeg opens.
///
/// # Safety
/// `context` is fresh and `io` and `control` outlive it.
unsafe fn set_up(mut context: NonNull<ff::AVFormatContext>, io: *mut ff::AVIOContext, control: &Control) {
    let limits = &control.limits;
    // SAFETY: the context is ours alone.
    let context = unsafe { context.as_mut() };
    context.pb = io;
    context.io_open = Some(refuse_to_open);
    context.interrupt_callback.callback = Some(interrupted);
    context.interrupt_callback.opaque = ptr::from_ref(control).cast_mut().cast();
    context.probesize = i64::try_from(limits.max_probe_bytes).unwrap_or(i64::MAX).max(32);
    context.max_streams = c_int::try_from(limits.max_streams.saturating_add(1)).unwrap_or(c_int::MAX);
}

/// The options that wall the container in. `all`: and the one with which FFmpeg's tools open MPEG-TS, so that programs that
/// show late are shown.
fn walls(format: Format, all: bool) -> Result<*mut ff::AVDictionary> {
    let mut options = ptr::null_mut();
    let walls: [(&CStr, &CStr); 2] = [(c"format_whitelist", format.name()), (c"protocol_whitelist", c"")];
    let scan = all.then_some((c"scan_all_pmts", c"1"));
    for (key, value) in walls.into_iter().chain(scan) {
        // SAFETY: zero-ended texts, which FFmpeg copies.
        let code = unsafe { ff::av_dict_set(&raw mut options, key.as_ptr(), value.as_ptr(), 0) };
        if code < 0 {
            // SAFETY: ours.
            unsafe { ff::av_dict_free(&raw mut options) };
            return Err(failure(code, "options cannot be set"));
        }
    }
    Ok(options)
}

/// FFmpeg asks to open a file or an address: never from memory.
pub(super) unsafe extern "C" fn refuse_to_open(
    _: *mut ff::AVFormatContext,
    io: *mut *mut ff::AVIOContext,
    _: *const libc::c_char,
    _: c_int,
    _: *mut *mut ff::AVDictionary,
) -> c_int {
    // SAFETY: FFmpeg gives the place where the opened context would go.
    unsafe { *io = ptr::null_mut() };
    ff::AVERROR(libc::EPERM)
}

/// FFmpeg asks, in its longer loops, whether it should stop.
unsafe extern "C" fn interrupted(opaque: *mut c_void) -> c_int {
    // SAFETY: the address given in `set_up`, of a control that outlives the container.
    let control = unsafe { &*opaque.cast::<Control>() };
    if control.has_failed() {
        return 1;
    }
    match control.check() {
        Ok(()) => 0,
        Err(stopped) => {
            control.fail(stopped);
            1
        }
    }
}

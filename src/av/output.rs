//! A container being written: one stream, copied from an input.

use super::avio::OutputIo;
use super::check::check;
use super::ffmpeg as ff;
use super::input::{Input, refuse_to_open};
use super::packet::Packet;
use crate::error::{Error, Result, Stage, Status};
use crate::io::{Control, Outlet};
use std::ffi::CStr;
use std::ptr::{self, NonNull};

/// An AVFormatContext that writes through an outlet.
pub struct Output<'o, 'a> {
    context: NonNull<ff::AVFormatContext>,
    stream: NonNull<ff::AVStream>,
    /// The stream's number in the input.
    index: usize,
    /// The input's unit of time for this stream.
    time_base: ff::AVRational,
    /// Packets so far.
    written: i64,
    control: &'a Control,
    io: OutputIo<'o, 'a>,
}

impl<'o, 'a> Output<'o, 'a> {
    /// Stream `index` of `input`, as it is, in `muxer`.
    pub fn copy_of(input: &Input, index: usize, muxer: &CStr, outlet: &'o mut Outlet<'a>) -> Result<Self> {
        let control = outlet.control();
        let source = input.raw_stream(index).ok_or_else(|| Error::internal("a stream has gone"))?;
        let parameters = input.parameters(index).ok_or_else(|| Error::internal("a stream has no parameters"))?;
        // SAFETY: a zero-ended name; the answer is static, or null. (Asked for below by its name, a muxer that is missing
        // would be an "invalid argument", and a message of FFmpeg's.)
        let format = unsafe { ff::av_guess_format(muxer.as_ptr(), ptr::null(), ptr::null()) };
        if format.is_null() {
            let message = format!("this FFmpeg has no {} muxer", muxer.to_string_lossy());
            return Err(Error::new(Status::NoEncoder, message).of_stream(i32::try_from(index).unwrap_or(-1)));
        }
        let mut io = OutputIo::new(outlet)?;
        let mut context = ptr::null_mut();
        // SAFETY: a muxer of FFmpeg's; it allocates into `context` or leaves it null.
        let code = unsafe { ff::avformat_alloc_output_context2(&raw mut context, format, ptr::null(), ptr::null()) };
        let Some(mut context) = NonNull::new(context) else {
            check(code, "the output cannot be set up", control)?;
            return Err(Error::no_memory());
        };
        // SAFETY: a muxer of FFmpeg's. Those of bare streams have no time stamps, and write a packet's bytes as they are.
        if unsafe { (*format).flags } & ff::AVFMT_NOTIMESTAMPS != 0 {
            io.hand_on_whole_pieces();
        }
        // SAFETY: fresh and ours.
        unsafe {
            context.as_mut().pb = io.as_ptr();
            context.as_mut().io_open = Some(refuse_to_open);
        }
        // SAFETY: fresh and ours.
        let stream = NonNull::new(unsafe { ff::avformat_new_stream(context.as_ptr(), ptr::null()) });
        let Some(stream) = stream else {
            // SAFETY: ours, and not begun.
            unsafe { ff::avformat_free_context(context.as_ptr()) };
            return Err(Error::no_memory());
        };
        // SAFETY: a stream of an open container.
        let time_base = unsafe { source.as_ref() }.time_base;
        let output = Output { context, stream, index, time_base, written: 0, control, io };
        // SAFETY: the new stream has parameters of its own; those of the source belong to an open container.
        let code = unsafe { ff::avcodec_parameters_copy((*stream.as_ptr()).codecpar, parameters.as_ptr()) };
        check(code, "the stream cannot be copied", control)?;
        // SAFETY: as above. The tag is the input container's word for the codec, and may mean nothing in this one.
        unsafe { (*(*stream.as_ptr()).codecpar).codec_tag = 0 };
        Ok(output)
    }

    pub fn write_header(&mut self) -> Result<()> {
        self.control.enter(Stage::Header);
        // SAFETY: set up by `copy_of`.
        let code = unsafe { ff::avformat_write_header(self.context.as_ptr(), ptr::null_mut()) };
        check(code, "the header cannot be written", self.control).map(drop)
    }

    /// Writes `packet` and leaves it empty.
    pub fn write(&mut self, packet: &mut Packet) -> Result<()> {
        self.control.enter(Stage::Write);
        // SAFETY: the packet is ours, the stream lives; the muxer takes what the packet holds.
        let code = unsafe {
            if (*self.context.as_ref().oformat).flags & ff::AVFMT_NOTIMESTAMPS != 0 {
                // They go nowhere; but FFmpeg warns of those that are missing or go back.
                (*packet.as_ptr()).pts = self.written;
                (*packet.as_ptr()).dts = self.written;
            } else {
                ff::av_packet_rescale_ts(packet.as_ptr(), self.time_base, self.stream.as_ref().time_base);
            }
            self.written = self.written.saturating_add(1);
            (*packet.as_ptr()).stream_index = self.stream.as_ref().index;
            ff::av_interleaved_write_frame(self.context.as_ptr(), packet.as_ptr())
        };
        check(code, "a packet cannot be written", self.control).map_err(|error| match error.status {
            // The packet's own bytes are wrong for its codec.
            Status::Corrupt => error.hint("the stream holds a packet that is not valid in its codec"),
            // Only with the first packet does the muxer look for the filter that it may need.
            Status::NoEncoder => error.of_stream(i32::try_from(self.index).unwrap_or(-1)),
            _ => error,
        })?;
        Ok(())
    }

    /// Ends the container, and hands over all that is still held back.
    pub fn finish(mut self) -> Result<()> {
        self.control.enter(Stage::Trailer);
        // SAFETY: the header is written.
        let code = unsafe { ff::av_write_trailer(self.context.as_ptr()) };
        check(code, "the trailer cannot be written", self.control)?;
        self.flush()
    }

    /// Hands over what was written so far: also where the operation has failed, the host is owed it.
    pub fn flush(&mut self) -> Result<()> {
        // SAFETY: ours.
        unsafe { ff::avio_flush(self.io.as_ptr()) };
        self.control.outcome()
    }
}

impl Drop for Output<'_, '_> {
    fn drop(&mut self) {
        // SAFETY: ours. A custom AVIOContext is left alone, and freed afterwards with `io`.
        unsafe { ff::avformat_free_context(self.context.as_ptr()) }
    }
}

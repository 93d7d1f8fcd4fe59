//! A container being written, of any number of streams that are copied from inputs.

mod copied;
mod format;
mod target;

pub use format::MuxerFormat;

use super::avio::OutputIo;
use super::bsf::Filter;
use super::check::{check, failure};
use super::enums;
use super::ffmpeg as ff;
use super::input::{Input, refuse_to_open};
use super::packet::Packet;
use super::subtitles::ToSubrip;
use crate::description::{Chapter, Tag};
use crate::error::{Error, Result, Stage, Status};
use crate::io::{Control, Outlet};
use libc::{c_int, c_void};
use std::ffi::{CStr, CString};
use std::ptr::{self, NonNull};
use target::{Jumps, Target};
pub(super) use target::{MICROSECONDS, rescale};

/// How long an interleaving muxer may hold back audio, in microseconds: what the ffmpeg command allows.
const DELAY: c_int = 700_000;

/// An AVFormatContext that writes through an outlet.
pub struct Muxer<'o, 'a> {
    context: NonNull<ff::AVFormatContext>,
    format: MuxerFormat,
    targets: Vec<Target>,
    /// Where the input's times may jump.
    jumps: Option<Jumps>,
    control: &'a Control,
    io: OutputIo<'o, 'a>,
}

impl<'o, 'a> Muxer<'o, 'a> {
    pub fn new(format: MuxerFormat, outlet: &'o mut Outlet<'a>, bit_exact: bool) -> Result<Self> {
        let control = outlet.control();
        let mut io = OutputIo::new(outlet)?;
        let mut context = ptr::null_mut();
        // SAFETY: a muxer of FFmpeg's; it allocates into `context` or leaves it null.
        let code =
            unsafe { ff::avformat_alloc_output_context2(&raw mut context, format.as_ptr(), ptr::null(), ptr::null()) };
        let Some(mut context) = NonNull::new(context) else {
            check(code, "the output cannot be set up", control)?;
            return Err(Error::no_memory());
        };
        // SAFETY: fresh and ours.
        let fresh = unsafe { context.as_mut() };
        fresh.pb = io.as_ptr();
        fresh.io_open = Some(refuse_to_open);
        fresh.max_delay = DELAY;
        if bit_exact {
            fresh.flags |= ff::AVFMT_FLAG_BITEXACT;
        }
        Ok(Muxer { context, format, targets: Vec::new(), jumps: None, control, io })
    }

    /// Each packet goes to the sink as it is, in one call: for a muxer of bare streams that writes it so.
    pub fn hand_on_whole_pieces(&mut self) {
        self.io.hand_on_whole_pieces();
    }

    /// What the times of the input jump by is taken out of them.
    pub fn smooth_jumps(&mut self) {
        self.jumps = Some(Jumps::default());
    }

    /// A copy of a stream; gives its number in the output. `tag` is a code for the codec that the host insists on.
    pub fn add(&mut self, input: &Input, index: usize, tag: Option<u32>, tags: &[Tag]) -> Result<usize> {
        let source = input.raw_stream(index).ok_or_else(|| Error::internal("a stream has gone"))?;
        let parameters = input.parameters(index).ok_or_else(|| Error::internal("a stream has no parameters"))?;
        // SAFETY: fresh and ours.
        let raw = unsafe { ff::avformat_new_stream(self.context.as_ptr(), ptr::null()) };
        let mut raw = NonNull::new(raw).ok_or_else(Error::no_memory)?;
        // SAFETY: a stream of ours and one of an open container, each with parameters of its own.
        let (from, to, known) = unsafe {
            let (from, to) = (source.as_ref(), raw.as_mut());
            let code = ff::avcodec_parameters_copy(to.codecpar, parameters.as_ptr());
            check(code, "the stream cannot be copied", self.control)?;
            (from, to, &mut *(*raw.as_ptr()).codecpar)
        };
        copied::adapt(from, to, known, self.format, tag);
        set_tags(&mut to.metadata, tags)?;
        // SAFETY: as above.
        unsafe { copied::side_data(from, raw) }?;
        self.targets.push(Target::new(raw, from, known));
        Ok(self.targets.len().saturating_sub(1))
    }

    /// A stream of subtitles that were made into SubRip; gives its number in the output.
    pub fn add_subrip(&mut self, made: &ToSubrip) -> Result<usize> {
        // SAFETY: fresh and ours.
        let raw = unsafe { ff::avformat_new_stream(self.context.as_ptr(), ptr::null()) };
        let mut raw = NonNull::new(raw).ok_or_else(Error::no_memory)?;
        // SAFETY: a stream of ours with parameters of its own, and an encoder that is open.
        let target = unsafe {
            let stream = raw.as_mut();
            stream.time_base = MICROSECONDS;
            let code = ff::avcodec_parameters_from_context(stream.codecpar, made.encoder().as_ptr());
            check(code, "the stream cannot be described", self.control)?;
            Target::new(raw, stream, &*stream.codecpar)
        };
        self.targets.push(target);
        Ok(self.targets.len().saturating_sub(1))
    }

    /// Those with an empty value are taken away.
    pub fn set_tags(&mut self, tags: &[Tag]) -> Result<()> {
        // SAFETY: ours.
        set_tags(unsafe { &mut self.context.as_mut().metadata }, tags)
    }

    /// `shift`: microseconds that are taken from their times. What is over before the output begins is left out.
    pub fn add_chapters(&mut self, chapters: &[Chapter], shift: i64) -> Result<()> {
        for chapter in chapters {
            let base = ff::AVRational { num: chapter.time_base.num, den: chapter.time_base.den };
            let less = rescale(shift, MICROSECONDS, base);
            if chapter.end < less {
                continue;
            }
            // SAFETY: as large as a chapter, and zeroed, which is a chapter of nothing; the context takes it over.
            unsafe {
                let raw = ff::av_mallocz(size_of::<ff::AVChapter>()).cast::<ff::AVChapter>();
                let Some(fresh) = raw.as_mut() else { return Err(Error::no_memory()) };
                fresh.id = chapter.id;
                fresh.time_base = base;
                fresh.start = chapter.start.saturating_sub(less).max(0);
                fresh.end = chapter.end.saturating_sub(less);
                let context = self.context.as_mut();
                let (list, count) = (&raw mut context.chapters, (&raw mut context.nb_chapters).cast::<c_int>());
                if ff::av_dynarray_add_nofree(list.cast::<c_void>(), count, raw.cast()) < 0 {
                    ff::av_free(raw.cast());
                    return Err(Error::no_memory());
                }
                set_tags(&mut fresh.metadata, &chapter.tags)?;
            }
        }
        Ok(())
    }

    /// AAC of a transport stream, with a header before each frame, becomes what MP4 holds. The muxer does so by itself, but
    /// in fragments FFmpeg 5.1 has checked the packets before.
    pub fn strip_adts(&mut self) -> Result<()> {
        for target in &mut self.targets {
            // SAFETY: a stream of ours, not begun yet.
            unsafe {
                let known = &*target.raw.as_ref().codecpar;
                let is_aac = enums::codec_id(known) == ff::AVCodecID::AV_CODEC_ID_AAC as c_int;
                if is_aac && known.extradata_size == 0 {
                    target.filter = Some(Filter::on(target.raw, c"aac_adtstoasc", self.control)?);
                }
            }
        }
        Ok(())
    }

    /// `options` are the muxer's own. One that it has not is found before anything is written.
    pub fn write_header(&mut self, options: &[Tag]) -> Result<()> {
        self.control.enter(Stage::Header);
        let mut dictionary = ptr::null_mut();
        let given = set_tags(&mut dictionary, options);
        // SAFETY: set up by `new`; what the muxer has not taken of the options is ours.
        let (code, left) = unsafe {
            let code = match given {
                Ok(()) => ff::avformat_init_output(self.context.as_ptr(), &raw mut dictionary),
                Err(_) => 0,
            };
            let first = ff::av_dict_get(dictionary, c"".as_ptr(), ptr::null(), ff::AV_DICT_IGNORE_SUFFIX);
            let left = first.as_ref().map(|entry| CStr::from_ptr(entry.key).to_string_lossy().into_owned());
            ff::av_dict_free(&raw mut dictionary);
            (code, left)
        };
        given?;
        let refused = |error: Error| match error.status {
            Status::Corrupt => Error { status: Status::Codec, ..error }
                .hint("the muxer cannot hold these streams: see FFmpeg's own messages with memux_log_set()"),
            _ => error,
        };
        check(code, "the header cannot be written", self.control).map_err(refused)?;
        if let Some(key) = left {
            return Err(Error::invalid(format!("the muxer {} has no option {key}", self.format.name())));
        }
        // SAFETY: as above.
        let code = unsafe { ff::avformat_write_header(self.context.as_ptr(), ptr::null_mut()) };
        check(code, "the header cannot be written", self.control).map(drop).map_err(refused)
    }

    /// Whether decoding can begin with that packet of the stream, or has begun: those before the first are to be left out.
    pub fn begins(&mut self, packet: &Packet, target: usize) -> bool {
        self.targets.get_mut(target).is_some_and(|target| {
            target.started |= packet.is_key();
            target.started
        })
    }

    /// Writes `packet` and leaves it empty. `shift`: microseconds that are taken from its times.
    pub fn write(&mut self, packet: &mut Packet, target: usize, shift: i64) -> Result<()> {
        self.control.enter(Stage::Write);
        let is_loose = self.format.flags() & ff::AVFMT_TS_NONSTRICT != 0;
        let is_timeless = self.format.flags() & ff::AVFMT_NOTIMESTAMPS != 0;
        let target = self.targets.get_mut(target).ok_or_else(|| Error::internal("a stream that was not added"))?;
        if let Some(filter) = &mut target.filter
            && !filter.change(packet, self.control)?
        {
            return Ok(());
        }
        // SAFETY: the packet is ours, the stream lives; the muxer takes what the packet holds.
        let code = unsafe {
            match is_timeless {
                true => target.number(packet),
                false => target.set_times(packet, shift, self.jumps.as_mut(), is_loose),
            }
            (*packet.as_ptr()).stream_index = target.raw.as_ref().index;
            (*packet.as_ptr()).pos = -1;
            ff::av_interleaved_write_frame(self.context.as_ptr(), packet.as_ptr())
        };
        check(code, "a packet cannot be written", self.control).map(drop)
    }

    /// Bytes that have gone to the host.
    pub fn written(&self) -> u64 {
        self.control.progress().bytes_written
    }

    /// A stream that has had no packet, of a codec that MP4 describes by its packets alone.
    pub fn undescribed(&self) -> Option<usize> {
        let described_by_packets =
            [ff::AVCodecID::AV_CODEC_ID_AC3, ff::AVCodecID::AV_CODEC_ID_EAC3, ff::AVCodecID::AV_CODEC_ID_TRUEHD];
        self.targets.iter().position(|target| {
            // SAFETY: a stream of ours.
            let codec = enums::codec_id(unsafe { &*target.raw.as_ref().codecpar });
            !target.started && described_by_packets.iter().any(|known| *known as c_int == codec)
        })
    }

    /// All packets so far go out, and with them the fragment that they are in.
    pub fn end_fragment(&mut self) -> Result<()> {
        self.control.enter(Stage::Write);
        // SAFETY: the header is written; no packet means that what waits is to go out.
        let code = unsafe {
            let code = ff::av_interleaved_write_frame(self.context.as_ptr(), ptr::null_mut());
            if code < 0 { code } else { ff::av_write_frame(self.context.as_ptr(), ptr::null_mut()) }
        };
        check(code, "a fragment cannot be written", self.control)?;
        self.flush()
    }

    /// A transport stream's tables stand before the next packet once more.
    pub fn repeat_tables(&mut self) -> Result<()> {
        // SAFETY: ours, and of a muxer with options of its own.
        let code = unsafe {
            let options = self.context.as_ref().priv_data;
            ff::av_opt_set(options, c"mpegts_flags".as_ptr(), c"+resend_headers".as_ptr(), 0)
        };
        check(code, "a transport stream's tables cannot be repeated", self.control).map(drop)
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

impl Drop for Muxer<'_, '_> {
    fn drop(&mut self) {
        // SAFETY: ours. A custom AVIOContext is left alone, and freed afterwards with `io`.
        unsafe { ff::avformat_free_context(self.context.as_ptr()) }
    }
}

fn set_tags(dictionary: &mut *mut ff::AVDictionary, tags: &[Tag]) -> Result<()> {
    for tag in tags {
        let text = |text: &str| CString::new(text).map_err(|_| Error::invalid("a tag holds a zero"));
        let (key, value) = (text(&tag.key)?, text(&tag.value)?);
        let value = if tag.value.is_empty() { ptr::null() } else { value.as_ptr() };
        // SAFETY: zero-ended texts, which FFmpeg copies; without a value the key is taken out.
        let code = unsafe { ff::av_dict_set(dictionary, key.as_ptr(), value, 0) };
        if code < 0 {
            return Err(failure(code, "tags cannot be set"));
        }
    }
    Ok(())
}

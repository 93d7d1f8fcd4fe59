//! A container being written, of any number of streams that are copied from inputs.

use super::avio::OutputIo;
use super::bsf::Filter;
use super::check::{check, failure};
use super::ffmpeg as ff;
use super::input::{Input, refuse_to_open};
use super::packet::Packet;
use crate::description::{Chapter, Tag};
use crate::error::{Error, Result, Stage, Status};
use crate::io::{Control, Outlet};
use libc::{c_int, c_void};
use std::ffi::{CStr, CString};
use std::ptr::{self, NonNull};

/// Muxers that are no container but instructions for files, addresses and devices, beside those that say so themselves.
const REFUSED: &[&str] = &[
    "dash",
    "fifo",
    "fifo_test",
    "hds",
    "hls",
    "image2",
    "image2pipe",
    "rtp",
    "rtp_mpegts",
    "rtsp",
    "sap",
    "segment",
    "smoothstreaming",
    "ssegment",
    "stream_segment",
    "tee",
    "webm_chunk",
    "webm_dash_manifest",
    "chromaprint",
];

/// How long an interleaving muxer may hold back audio, in microseconds: what the ffmpeg command allows.
const DELAY: c_int = 700_000;

/// An output format of FFmpeg's that memux writes.
#[derive(Clone, Copy)]
pub struct MuxerFormat(NonNull<ff::AVOutputFormat>);

impl MuxerFormat {
    /// By its short name.
    pub fn find(name: &str) -> Result<Self> {
        let unknown = || Error::new(Status::NoEncoder, format!("this FFmpeg has no muxer {name}"));
        let text = CString::new(name).map_err(|_| unknown())?;
        // SAFETY: a zero-ended text; the result is static or null.
        let found = unsafe { ff::av_guess_format(text.as_ptr(), ptr::null(), ptr::null()) };
        let format = NonNull::new(found.cast_mut()).map(MuxerFormat).ok_or_else(unknown)?;
        let known: Vec<_> = format.names().collect();
        // av_guess_format would also take a file extension for a name, but no extension is given.
        if !known.contains(&name) {
            return Err(unknown());
        }
        let is_refused = known.iter().any(|name| REFUSED.contains(name));
        if is_refused || format.flags() & (ff::AVFMT_NOFILE | ff::AVFMT_NEEDNUMBER) != 0 {
            return Err(Error::new(
                Status::Refused,
                format!("the muxer {name} writes files of its own, not to a sink"),
            ));
        }
        Ok(format)
    }

    fn names(self) -> impl Iterator<Item = &'static str> {
        // SAFETY: FFmpeg's output formats and their names are static.
        let name = unsafe { CStr::from_ptr(self.0.as_ref().name) };
        name.to_str().unwrap_or_default().split(',')
    }

    pub fn name(self) -> &'static str {
        self.names().next().unwrap_or_default()
    }

    fn flags(self) -> c_int {
        // SAFETY: static.
        unsafe { self.0.as_ref() }.flags
    }

    /// Whether it is of the MP4 and QuickTime family, and so has a layout to choose.
    pub fn is_mp4(self) -> bool {
        const FAMILY: [&str; 8] = ["mp4", "mov", "3gp", "3g2", "ipod", "psp", "ismv", "f4v"];
        FAMILY.contains(&self.name())
    }

    pub fn is_matroska(self) -> bool {
        matches!(self.name(), "matroska" | "webm")
    }

    /// Whether what it writes from front to back is all there is to it. The others go back to put in sizes, durations
    /// and indexes, and do without, or fail, where they cannot.
    pub fn never_goes_back(self) -> bool {
        const STREAMABLE: [&str; 34] = [
            "ac3",
            "adts",
            "amr",
            "ass",
            "crc",
            "data",
            "dirac",
            "dnxhd",
            "dts",
            "eac3",
            "framecrc",
            "framehash",
            "framemd5",
            "h261",
            "h263",
            "h264",
            "hash",
            "hevc",
            "latm",
            "m4v",
            "md5",
            "mjpeg",
            "mlp",
            "mpegts",
            "null",
            "nut",
            "obu",
            "ogg",
            "oga",
            "ogv",
            "opus",
            "srt",
            "streamhash",
            "webvtt",
        ];
        STREAMABLE.contains(&self.name())
    }

    /// Whether a stream of that codec can be in it; where FFmpeg does not know, it may.
    pub fn takes(self, input: &Input, index: usize) -> bool {
        self.asked(input, index) != 0
    }

    /// Whether FFmpeg knows that it can.
    pub fn surely_takes(self, input: &Input, index: usize) -> bool {
        self.asked(input, index) > 0
    }

    fn asked(self, input: &Input, index: usize) -> c_int {
        let Some(parameters) = input.parameters(index) else { return 0 };
        // SAFETY: static, and parameters of an open container; the codec id goes to FFmpeg as the integer that it is.
        unsafe {
            let codec = (&raw const (*parameters.as_ptr()).codec_id).cast::<c_int>().read();
            ff::avformat_query_codec(self.0.as_ptr(), codec, 0)
        }
    }

    /// The code that stands for the codec in it: the input's own where it has the same meaning here.
    fn codec_tag(self, parameters: &ff::AVCodecParameters) -> u32 {
        // SAFETY: static; the codec id is an integer both ways.
        unsafe {
            let codec = (&raw const parameters.codec_id).cast::<c_int>().read();
            let tags = self.0.as_ref().codec_tag;
            let mut other = 0;
            let same = tags.is_null()
                || ff::av_codec_get_id(tags, parameters.codec_tag) == codec
                || ff::av_codec_get_tag2(tags, codec, &raw mut other) == 0;
            if same { parameters.codec_tag } else { 0 }
        }
    }
}

/// A stream of the output.
struct Target {
    raw: NonNull<ff::AVStream>,
    /// The input's unit of time for it.
    time_base: ff::AVRational,
    /// Audio: the unit that its frames are whole numbers of.
    sample_rate: Option<i32>,
    /// Frames that are decoded before the first is shown, and how long one lasts, in microseconds.
    delay: i64,
    frame: i64,
    /// When the next packet is decoded, in microseconds, for those that do not say so.
    clock: Option<i64>,
    /// What the muxer needs done and does not do by itself.
    filter: Option<Filter>,
    /// What the exact conversion of audio's times carries on.
    rest: i64,
    latest: Option<i64>,
    started: bool,
}

/// An AVFormatContext that writes through an outlet.
pub struct Muxer<'o, 'a> {
    context: NonNull<ff::AVFormatContext>,
    format: MuxerFormat,
    targets: Vec<Target>,
    control: &'a Control,
    io: OutputIo<'o, 'a>,
}

impl<'o, 'a> Muxer<'o, 'a> {
    pub fn new(format: MuxerFormat, outlet: &'o mut Outlet<'a>, bit_exact: bool) -> Result<Self> {
        let control = outlet.control();
        let mut io = OutputIo::new(outlet)?;
        let mut context = ptr::null_mut();
        // SAFETY: a muxer of FFmpeg's; it allocates into `context` or leaves it null.
        let code = unsafe {
            ff::avformat_alloc_output_context2(&raw mut context, format.0.as_ptr(), ptr::null(), ptr::null())
        };
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
        Ok(Muxer { context, format, targets: Vec::new(), control, io })
    }

    /// A copy of a stream; gives its number in the output. `tag` is a code for the codec that the host insists on.
    pub fn add(&mut self, input: &Input, index: usize, tag: Option<u32>, tags: &[Tag]) -> Result<usize> {
        let source = input.raw_stream(index).ok_or_else(|| Error::internal("a stream has gone"))?;
        let parameters = input.parameters(index).ok_or_else(|| Error::internal("a stream has no parameters"))?;
        // SAFETY: fresh and ours.
        let raw = unsafe { ff::avformat_new_stream(self.context.as_ptr(), ptr::null()) };
        let mut raw = NonNull::new(raw).ok_or_else(Error::no_memory)?;
        // SAFETY: a stream of ours and one of an open container, with parameters of their own.
        unsafe {
            let code = ff::avcodec_parameters_copy(raw.as_ref().codecpar, parameters.as_ptr());
            check(code, "the stream cannot be copied", self.control)?;
            let (from, to) = (source.as_ref(), raw.as_mut());
            let known = &mut *to.codecpar;
            known.codec_tag = tag.unwrap_or_else(|| self.format.codec_tag(parameters.as_ref()));
            to.time_base = from.time_base;
            to.avg_frame_rate = from.avg_frame_rate;
            to.r_frame_rate = from.r_frame_rate;
            to.disposition = from.disposition;
            to.id = if self.format.flags() & ff::AVFMT_SHOW_IDS == 0 { to.id } else { from.id };
            to.duration = from.duration;
            if from.sample_aspect_ratio.num != 0 {
                known.sample_aspect_ratio = from.sample_aspect_ratio;
            }
            to.sample_aspect_ratio = known.sample_aspect_ratio;
            let layout = &mut known.ch_layout;
            let order = (&raw const layout.order).cast::<c_int>().read();
            if layout.nb_channels > 0 && order == ff::AVChannelOrder::AV_CHANNEL_ORDER_UNSPEC as c_int {
                ff::av_channel_layout_default(layout, layout.nb_channels);
            }
            let codec = (&raw const known.codec_id).cast::<c_int>().read();
            // These fields of the input's container do not hold for every frame.
            if codec == ff::AVCodecID::AV_CODEC_ID_AC3 as c_int
                || (codec == ff::AVCodecID::AV_CODEC_ID_MP3 as c_int && matches!(known.block_align, 1 | 576 | 1152))
            {
                known.block_align = 0;
            }
            copy_side_data(from, raw)?;
            set_tags(&mut raw.as_mut().metadata, tags)?;
            let is_audio =
                (&raw const known.codec_type).cast::<c_int>().read() == ff::AVMediaType::AVMEDIA_TYPE_AUDIO as c_int;
            self.targets.push(Target {
                raw,
                time_base: from.time_base,
                sample_rate: Some(known.sample_rate).filter(|rate| is_audio && *rate > 0),
                delay: i64::from(known.video_delay),
                frame: frame_length(from, known),
                clock: None,
                filter: None,
                rest: ff::AV_NOPTS_VALUE,
                latest: None,
                started: false,
            });
        }
        Ok(self.targets.len().saturating_sub(1))
    }

    /// Those with an empty value are taken away.
    pub fn set_tags(&mut self, tags: &[Tag]) -> Result<()> {
        // SAFETY: ours.
        set_tags(unsafe { &mut self.context.as_mut().metadata }, tags)
    }

    /// `shift`: microseconds that are taken from their times.
    pub fn add_chapters(&mut self, chapters: &[Chapter], shift: i64) -> Result<()> {
        for chapter in chapters {
            let base = ff::AVRational { num: chapter.time_base.num, den: chapter.time_base.den };
            let less = rescale(shift, MICROSECONDS, base);
            // SAFETY: as large as a chapter, and zeroed, which is a chapter of nothing; the context takes it over.
            unsafe {
                let raw = ff::av_mallocz(size_of::<ff::AVChapter>()).cast::<ff::AVChapter>();
                let Some(fresh) = raw.as_mut() else { return Err(Error::no_memory()) };
                fresh.id = chapter.id;
                fresh.time_base = base;
                fresh.start = chapter.start.saturating_sub(less).max(0);
                fresh.end = chapter.end.saturating_sub(less).max(0);
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
                let codec = (&raw const known.codec_id).cast::<c_int>().read();
                if codec == ff::AVCodecID::AV_CODEC_ID_AAC as c_int && known.extradata_size == 0 {
                    target.filter = Some(Filter::on(target.raw, c"aac_adtstoasc", self.control)?);
                }
            }
        }
        Ok(())
    }

    /// `options` are the muxer's own.
    pub fn write_header(&mut self, options: &[(&str, String)]) -> Result<()> {
        self.control.enter(Stage::Header);
        let options = options.iter().map(|(key, value)| Tag { key: (*key).to_owned(), value: value.clone() });
        let mut dictionary = ptr::null_mut();
        set_tags(&mut dictionary, &options.collect::<Vec<_>>())?;
        // SAFETY: set up by `new`; what the muxer has not taken of the options is ours.
        let code = unsafe {
            let code = ff::avformat_write_header(self.context.as_ptr(), &raw mut dictionary);
            ff::av_dict_free(&raw mut dictionary);
            code
        };
        check(code, "the header cannot be written", self.control).map(drop).map_err(|error| match error.status {
            Status::Corrupt => Error { status: Status::Codec, ..error }
                .hint("the muxer cannot hold these streams: see FFmpeg's own messages with memux_log_set()"),
            _ => error,
        })
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
            if is_timeless {
                // They go nowhere; but FFmpeg warns of those that are missing or go back.
                let next = target.latest.map_or(0, |latest| latest.saturating_add(1));
                ((*packet.as_ptr()).pts, (*packet.as_ptr()).dts) = (next, next);
                target.latest = Some(next);
            } else {
                target.set_times(packet, shift, is_loose);
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
            // SAFETY: a stream of ours; the codec id is read as the integer that it is.
            let codec = unsafe { (&raw const (*target.raw.as_ref().codecpar).codec_id).cast::<c_int>().read() };
            !target.started && described_by_packets.iter().any(|known| *known as c_int == codec)
        })
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

const MICROSECONDS: ff::AVRational = ff::AVRational { num: 1, den: 1_000_000 };

fn rescale(value: i64, from: ff::AVRational, to: ff::AVRational) -> i64 {
    // SAFETY: takes numbers.
    unsafe { ff::av_rescale_q(value, from, to) }
}

/// How long a frame lasts, in microseconds; 0 where that is not known.
fn frame_length(stream: &ff::AVStream, known: &ff::AVCodecParameters) -> i64 {
    let part = |num: i64, den: i64| num.saturating_mul(1_000_000).checked_div(den).unwrap_or(0);
    match (stream.avg_frame_rate, i64::from(known.sample_rate)) {
        (rate, _) if rate.num > 0 => part(i64::from(rate.den), i64::from(rate.num)),
        (_, rate) => part(i64::from(known.frame_size), rate),
    }
}

impl Target {
    /// When it is decoded, in microseconds: some containers leave that to the order of the frames.
    fn likely_dts(&mut self, packet: &ff::AVPacket) -> i64 {
        let time = |stamp: i64| rescale(stamp, self.time_base, MICROSECONDS);
        let likely = match (packet.dts, self.clock) {
            (ff::AV_NOPTS_VALUE, Some(clock)) => clock,
            (ff::AV_NOPTS_VALUE, None) => {
                let shown = if packet.pts == ff::AV_NOPTS_VALUE { 0 } else { time(packet.pts) };
                shown.saturating_sub(self.delay.saturating_mul(self.frame))
            }
            (dts, _) => time(dts),
        };
        let lasts = match packet.duration {
            duration if duration > 0 && self.sample_rate.is_none() => time(duration),
            _ => self.frame,
        };
        self.clock = Some(likely.saturating_add(lasts));
        likely
    }

    /// From the input's unit of time to the output's, less `shift`; never going back, unless that is `allowed`.
    ///
    /// # Safety
    /// The stream is one of a container whose header is written.
    unsafe fn set_times(&mut self, packet: &mut Packet, shift: i64, allowed: bool) {
        // SAFETY: the caller's promise, and a packet of ours.
        let (raw, stream) = unsafe { (&mut *packet.as_ptr(), self.raw.as_ref()) };
        let less = rescale(shift, MICROSECONDS, self.time_base);
        let earlier = |stamp: i64| if stamp == ff::AV_NOPTS_VALUE { stamp } else { stamp.saturating_sub(less) };
        (raw.pts, raw.dts) = (earlier(raw.pts), earlier(raw.dts));
        let likely = self.likely_dts(raw);
        let dts = raw.dts;
        // SAFETY: a packet of ours.
        unsafe { ff::av_packet_rescale_ts(raw, self.time_base, stream.time_base) };
        if let Some(rate) = self.sample_rate.filter(|_| dts != ff::AV_NOPTS_VALUE) {
            // In whole samples, whatever the input's unit rounds to.
            // FFmpeg ends the process where a frame is shorter than nothing.
            // SAFETY: parameters of a stream of ours, and a number of ours to carry on.
            unsafe {
                let samples = ff::av_get_audio_frame_duration2(stream.codecpar, raw.size);
                let samples = if samples > 0 { samples } else { (*stream.codecpar).frame_size.max(0) };
                let unit = ff::AVRational { num: 1, den: rate };
                let (from, to) = (self.time_base, stream.time_base);
                raw.dts = ff::av_rescale_delta(from, dts, unit, samples, &raw mut self.rest, to);
            }
            raw.pts = raw.dts;
        }
        if dts == ff::AV_NOPTS_VALUE {
            raw.dts = rescale(likely, MICROSECONDS, stream.time_base);
        }
        if raw.dts != ff::AV_NOPTS_VALUE && raw.pts != ff::AV_NOPTS_VALUE && raw.dts > raw.pts {
            // Shown before it is decoded: the middle one of these is the likeliest.
            let mut three = [raw.pts, raw.dts, self.latest.map_or(i64::MIN, |latest| latest.saturating_add(1))];
            three.sort_unstable();
            let [_, middle, _] = three;
            (raw.pts, raw.dts) = (middle, middle);
        }
        if raw.dts != ff::AV_NOPTS_VALUE {
            if let Some(latest) = self.latest {
                let least = latest.saturating_add(i64::from(!allowed));
                if raw.dts < least {
                    raw.pts = if raw.pts >= raw.dts { raw.pts.max(least) } else { raw.pts };
                    raw.dts = least;
                }
            }
            self.latest = Some(raw.dts);
        }
    }
}

/// # Safety
/// A stream of an open container, and one of ours.
unsafe fn copy_side_data(from: &ff::AVStream, to: NonNull<ff::AVStream>) -> Result<()> {
    let count = if from.side_data.is_null() { 0 } else { usize::try_from(from.nb_side_data).unwrap_or(0) };
    for nth in 0..count {
        // SAFETY: the list is as long as it says, and each part of it; FFmpeg gives room for as much.
        unsafe {
            let part = from.side_data.add(nth);
            let kind = (&raw const (*part).type_).cast::<c_int>().read();
            let room = ff::av_stream_new_side_data(to.as_ptr(), kind, (*part).size);
            let room = NonNull::new(room).ok_or_else(Error::no_memory)?;
            room.as_ptr().copy_from_nonoverlapping((*part).data, (*part).size);
        }
    }
    Ok(())
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

//! A stream of the output, and the times that its packets get.

use crate::av::bsf::Filter;
use crate::av::enums;
use crate::av::ffmpeg as ff;
use crate::av::packet::Packet;
use libc::c_int;
use std::ptr::NonNull;

pub const MICROSECONDS: ff::AVRational = ff::AVRational { num: 1, den: 1_000_000 };

pub fn rescale(value: i64, from: ff::AVRational, to: ff::AVRational) -> i64 {
    // SAFETY: takes numbers.
    unsafe { ff::av_rescale_q(value, from, to) }
}

/// How far the times of an input are off that may jump, as transport streams put one behind another do.
#[derive(Default)]
pub struct Jumps {
    /// Microseconds that are taken from all times to come.
    by: i64,
    /// When the last packet of whichever stream is decoded, in microseconds.
    latest: Option<i64>,
}

pub struct Target {
    pub raw: NonNull<ff::AVStream>,
    /// What the muxer needs done and does not do by itself.
    pub filter: Option<Filter>,
    /// Whether a packet has come from which decoding can begin.
    pub started: bool,
    /// The input's unit of time for it.
    time_base: ff::AVRational,
    /// Of pictures or sound.
    is_played: bool,
    /// Audio: the unit that its frames are whole numbers of.
    sample_rate: Option<i32>,
    /// Frames that are decoded before the first is shown, and how long one lasts, in microseconds.
    delay: i64,
    frame: i64,
    /// When the next packet is decoded, in microseconds, for those that do not say so; and when the last one was.
    clock: Option<i64>,
    decoded: i64,
    /// What the exact conversion of audio's times carries on.
    rest: i64,
    latest: Option<i64>,
}

impl Target {
    /// `raw` is to hold what `from`, which `known` describes, holds.
    pub fn new(raw: NonNull<ff::AVStream>, from: &ff::AVStream, known: &ff::AVCodecParameters) -> Self {
        let is = |kind: ff::AVMediaType| enums::codec_type(known) == kind as c_int;
        let is_audio = is(ff::AVMediaType::AVMEDIA_TYPE_AUDIO);
        Target {
            raw,
            filter: None,
            started: false,
            time_base: from.time_base,
            is_played: is_audio || is(ff::AVMediaType::AVMEDIA_TYPE_VIDEO),
            sample_rate: Some(known.sample_rate).filter(|rate| is_audio && *rate > 0),
            delay: i64::from(known.video_delay),
            frame: frame_length(from, known),
            clock: None,
            decoded: i64::MIN,
            rest: ff::AV_NOPTS_VALUE,
            latest: None,
        }
    }

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
        self.decoded = likely;
        likely
    }

    /// Takes out of a packet's times what the input's have jumped by, and finds out whether they jump here: as the ffmpeg
    /// command does, by more than ten seconds ahead or back, or back behind the packet before.
    fn follow(&self, packet: &mut ff::AVPacket, jumps: &mut Jumps) {
        const FAR: u64 = 10_000_000;
        const BACK: i64 = 100_000;
        packet.dts = earlier(packet.dts, jumps.by, self.time_base);
        packet.pts = earlier(packet.pts, jumps.by, self.time_base);
        if packet.dts == ff::AV_NOPTS_VALUE {
            return;
        }
        let dts = rescale(packet.dts, self.time_base, MICROSECONDS);
        let away = self.clock.or(jumps.latest).map_or(0, |expected| dts.saturating_sub(expected));
        let goes_back = self.clock.is_some() && dts.saturating_add(BACK) < self.decoded;
        if self.is_played && (away.unsigned_abs() > FAR || goes_back) {
            jumps.by = jumps.by.saturating_add(away);
            packet.dts = earlier(packet.dts, away, self.time_base);
            packet.pts = earlier(packet.pts, away, self.time_base);
        }
        jumps.latest = Some(rescale(packet.dts, self.time_base, MICROSECONDS));
    }

    /// For muxers whose times go nowhere; but FFmpeg warns of those that are missing or go back.
    pub fn number(&mut self, packet: &mut Packet) {
        let next = self.latest.map_or(0, |latest| latest.saturating_add(1));
        // SAFETY: a packet of ours.
        unsafe { ((*packet.as_ptr()).pts, (*packet.as_ptr()).dts) = (next, next) };
        self.latest = Some(next);
    }

    /// From the input's unit of time to the output's, less `shift` microseconds, and less what the times of the input jump
    /// by, if they may; never going back, unless that is `allowed`.
    ///
    /// # Safety
    /// The stream is one of a container whose header is written.
    pub unsafe fn set_times(&mut self, packet: &mut Packet, shift: i64, jumps: Option<&mut Jumps>, allowed: bool) {
        // SAFETY: the caller's promise, and a packet of ours.
        let (raw, stream) = unsafe { (&mut *packet.as_ptr(), self.raw.as_ref()) };
        (raw.pts, raw.dts) = (earlier(raw.pts, shift, self.time_base), earlier(raw.dts, shift, self.time_base));
        if let Some(jumps) = jumps {
            self.follow(raw, jumps);
        }
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

/// A time stamp that may be none, less so many microseconds.
fn earlier(stamp: i64, by: i64, unit: ff::AVRational) -> i64 {
    match stamp {
        ff::AV_NOPTS_VALUE => stamp,
        stamp => stamp.saturating_sub(rescale(by, MICROSECONDS, unit)),
    }
}

/// How long a frame lasts, in microseconds; 0 where that is not known.
fn frame_length(stream: &ff::AVStream, known: &ff::AVCodecParameters) -> i64 {
    let part = |num: i64, den: i64| num.saturating_mul(1_000_000).checked_div(den).unwrap_or(0);
    match (stream.avg_frame_rate, i64::from(known.sample_rate)) {
        (rate, _) if rate.num > 0 => part(i64::from(rate.den), i64::from(rate.num)),
        (_, rate) => part(i64::from(known.frame_size), rate),
    }
}

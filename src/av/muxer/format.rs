//! FFmpeg's output formats: which may be written, and what each can hold.

use crate::av::enums;
use crate::av::ffmpeg as ff;
use crate::av::input::Input;
use crate::error::{Error, Result, Status};
use libc::c_int;
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

    pub(super) fn as_ptr(self) -> *const ff::AVOutputFormat {
        self.0.as_ptr()
    }

    fn names(self) -> impl Iterator<Item = &'static str> {
        // SAFETY: FFmpeg's output formats and their names are static.
        let name = unsafe { CStr::from_ptr(self.0.as_ref().name) };
        name.to_str().unwrap_or_default().split(',')
    }

    pub fn name(self) -> &'static str {
        self.names().next().unwrap_or_default()
    }

    pub(super) fn flags(self) -> c_int {
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
        // SAFETY: static, and parameters of an open container.
        unsafe { ff::avformat_query_codec(self.0.as_ptr(), enums::codec_id(parameters.as_ref()), 0) }
    }

    /// The code that stands for the codec in it: the input's own where it has the same meaning here.
    pub(super) fn codec_tag(self, parameters: &ff::AVCodecParameters) -> u32 {
        let codec = enums::codec_id(parameters);
        // SAFETY: static; the tables end by themselves.
        unsafe {
            let tags = self.0.as_ref().codec_tag;
            let mut other = 0;
            let same = tags.is_null()
                || ff::av_codec_get_id(tags, parameters.codec_tag) == codec
                || ff::av_codec_get_tag2(tags, codec, &raw mut other) == 0;
            if same { parameters.codec_tag } else { 0 }
        }
    }
}

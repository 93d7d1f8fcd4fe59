//! Which container is it? memux finds out itself, before libavformat opens anything: several of FFmpeg's input formats
//! are not media but instructions to open other files and addresses, and some spin or print as soon as they are opened.

use super::ffmpeg as ff;
use crate::completeness::Container;
use crate::error::{Error, LimitKind, Result, Status};
use crate::io::Inlet;
use libc::c_int;
use std::ffi::{CStr, CString};
use std::ptr::{self, NonNull};

/// Containers and bare streams of media, by the names that FFmpeg has for them. Whatever is not here is refused: what
/// opens other things (playlists, concat, SDP, manifests), still pictures, devices, text.
const MEDIA: &[&str] = &[
    "3g2",
    "3gp",
    "aac",
    "ac3",
    "aiff",
    "amr",
    "amrnb",
    "amrwb",
    "ape",
    "asf",
    "au",
    "av1",
    "avi",
    "caf",
    "cavsvideo",
    "dirac",
    "dnxhd",
    "dts",
    "dtshd",
    "dv",
    "eac3",
    "evc",
    "flac",
    "flv",
    "gxf",
    "h261",
    "h263",
    "h264",
    "hevc",
    "ivf",
    "live_flv",
    "m4a",
    "m4v",
    "matroska",
    "mj2",
    "mjpeg",
    "mjpeg_2000",
    "mlp",
    "mov",
    "mp3",
    "mp4",
    "mpc",
    "mpc8",
    "mpeg",
    "mpegts",
    "mpegvideo",
    "mxf",
    "nut",
    "obu",
    "ogg",
    "rm",
    "tak",
    "truehd",
    "tta",
    "vc1",
    "vc1test",
    "vvc",
    "w64",
    "wav",
    "webm",
    "wtv",
    "wv",
    "yuv4mpegpipe",
];

/// Containers that libavformat can only read by going back and forth.
const NEED_SEEK: &[&str] = &["caf", "mxf", "wtv"];

/// The sizes of head that FFmpeg's own probing looks at: its first, and the largest.
const FIRST_HEAD: usize = 2048;
const LARGEST_HEAD: usize = 1 << 20;

/// A score that another look at a longer head may better.
const RETRY_SCORE: c_int = ff::AVPROBE_SCORE_MAX / 4;

/// An input format of FFmpeg's that memux reads.
#[derive(Clone, Copy)]
pub struct Format {
    raw: NonNull<ff::AVInputFormat>,
    score: c_int,
}

impl Format {
    pub(super) fn as_ptr(self) -> *const ff::AVInputFormat {
        self.raw.as_ptr()
    }

    /// How sure FFmpeg's probing was, of 100; 0 where the host named the format.
    pub fn score(self) -> i32 {
        self.score
    }

    /// FFmpeg's short names, separated by commas.
    pub(super) fn name(self) -> &'static CStr {
        // SAFETY: FFmpeg's input formats and their names are static.
        unsafe { CStr::from_ptr((*self.as_ptr()).name) }
    }

    fn names(self) -> impl Iterator<Item = &'static str> {
        self.name().to_str().unwrap_or_default().split(',')
    }

    pub fn container(self) -> Container {
        Container::from_ffmpeg_name(self.name().to_str().unwrap_or_default())
    }

    /// Whether it cannot be read front to back, whatever the order of its parts.
    pub fn needs_seek(self) -> bool {
        self.names().any(|name| NEED_SEEK.contains(&name))
    }

    fn is_media(self) -> bool {
        self.names().any(|name| MEDIA.contains(&name))
    }

    /// Media, or the reason why memux will not open it.
    fn admitted(self) -> Result<Self> {
        if self.is_media() {
            return Ok(self);
        }
        let name = self.name().to_string_lossy();
        Err(Error::new(Status::Refused, format!("the input is no media container: {name}"))
            .hint("playlists, manifests, concat scripts and the like would open other files and addresses"))
    }
}

/// The format that the host names.
pub fn format_by_name(name: &str) -> Result<Format> {
    let unknown = || Error::invalid(format!("format: FFmpeg knows no input format {name}"));
    let text = CString::new(name).map_err(|_| unknown())?;
    // SAFETY: a zero-ended text; the result is static or null.
    let found = unsafe { ff::av_find_input_format(text.as_ptr()) };
    let raw = NonNull::new(found.cast_mut()).ok_or_else(unknown)?;
    Format { raw, score: 0 }.admitted()
}

/// The format that the input's head shows. Looks at longer and longer heads, as FFmpeg's own probing does, so that the answers are the same.
pub fn format_by_head(inlet: &mut Inlet) -> Result<Format> {
    let limit = inlet.control().limits.max_probe_bytes;
    let largest = usize::try_from(limit).unwrap_or(usize::MAX).min(LARGEST_HEAD);
    let mut wanted = FIRST_HEAD.min(largest);
    loop {
        let head = inlet.head(wanted)?;
        let ended = head.len() < wanted;
        if head.is_empty() {
            return Err(Error::new(Status::Format, "the input is empty"));
        }
        // A guess is good enough only where no more could be seen.
        let last = ended || wanted >= LARGEST_HEAD;
        if let Some(format) = probe(head, if last { 0 } else { RETRY_SCORE })? {
            return format.admitted();
        }
        if last || wanted >= largest {
            return Err(if !last {
                let message = format!("the format is not to be seen in the first {limit} bytes");
                Error::limit(LimitKind::Probe, message)
            } else {
                Error::new(Status::Format, "the input is in no format that FFmpeg knows")
                    .hint("name the format in memux_run_options if you know it")
            });
        }
        wanted = wanted.saturating_mul(2).min(largest);
    }
}

/// The format that scores highest, if it scores more than `least`.
fn probe(head: &[u8], least: c_int) -> Result<Option<Format>> {
    let padding = usize::try_from(ff::AVPROBE_PADDING_SIZE).unwrap_or(32);
    let mut padded = Vec::new();
    padded.try_reserve_exact(head.len().saturating_add(padding)).map_err(|_| Error::no_memory())?;
    padded.extend_from_slice(head);
    padded.resize(head.len().saturating_add(padding), 0);
    let data = ff::AVProbeData {
        filename: c"".as_ptr(),
        buf: padded.as_mut_ptr(),
        buf_size: c_int::try_from(head.len()).unwrap_or(c_int::MAX),
        mime_type: ptr::null(),
    };
    let mut score = 0;
    // SAFETY: the buffer is of that size, with zeros behind it as FFmpeg asks; the result is static or null.
    let found = unsafe { ff::av_probe_input_format3(&raw const data, 1, &raw mut score) };
    Ok(NonNull::new(found.cast_mut()).filter(|_| score > least).map(|raw| Format { raw, score }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_format_that_opens_other_things_is_refused_by_name() {
        for name in ["concat", "hls", "dash", "sdp", "image2", "png_pipe", "lavfi", "ffmetadata", "rtsp"] {
            match format_by_name(name).map(Format::name) {
                Err(error) => assert!(matches!(error.status, Status::Refused | Status::InvalidArgument), "{name}"),
                Ok(_) => panic!("{name} was admitted"),
            }
        }
    }

    #[test]
    fn the_common_containers_are_admitted_by_any_of_their_names() {
        for name in ["mp4", "mov", "m4a", "3gp", "matroska", "webm", "mpegts", "mpeg", "flv", "avi", "ogg", "wav"] {
            format_by_name(name).unwrap();
        }
    }

    #[test]
    fn a_format_that_ffmpeg_does_not_know_is_a_wrong_argument() {
        assert_eq!(format_by_name("no such format").map(Format::name).unwrap_err().status, Status::InvalidArgument);
        assert_eq!(format_by_name("m\0p4").map(Format::name).unwrap_err().status, Status::InvalidArgument);
    }
}

//! FFmpeg behind owned, safe wrappers. The only place that names `ffmpeg_sys_next`; what differs between FFmpeg's majors
//! stays in here. Every raw pointer is private and freed by a `Drop`.

#![deny(clippy::indexing_slicing)]

mod avio;
mod bsf;
mod check;
mod codec_context;
mod decoder;
mod describe;
mod enums;
mod ffmpeg;
mod input;
pub mod log;
mod muxer;
mod packet;
mod probe;
mod subtitles;
pub mod version;

pub use decoder::Decoder;
pub use describe::{Depth, SKIP_SAMPLES, side_data_name};
pub use input::{Codec, Input, MediaType, Next};
pub use muxer::{Muxer, MuxerFormat};
pub use packet::Packet;
#[cfg(any(test, fuzzing))]
pub use packet::View;
pub use probe::{Format, format_by_head, format_by_name};
pub use subtitles::ToSubrip;

#[cfg(test)]
mod tests {
    use super::ffmpeg as ff;
    use crate::io::codes;

    /// The header gives hosts these numbers as constants; here is where they must agree with FFmpeg's.
    #[test]
    fn every_constant_that_stands_for_one_of_ffmpegs_has_its_value() {
        assert_eq!(codes::EOF, ff::AVERROR_EOF);
        assert_eq!(codes::EXIT, ff::AVERROR_EXIT);
        assert_eq!(codes::WHENCE_SIZE, ff::AVSEEK_SIZE);
        assert_eq!(codes::WHENCE_SET, libc::SEEK_SET);
        assert_eq!(codes::WHENCE_END, libc::SEEK_END);
        for code in [ff::AVERROR_EOF, ff::AVERROR_EXIT, ff::AVERROR_EXTERNAL, ff::AVERROR_INVALIDDATA] {
            assert_ne!(codes::AGAIN, code, "the tag for `again` is one of FFmpeg's");
        }
    }
}

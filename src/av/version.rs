//! Which FFmpeg the library was compiled against, and which one is found. Their structs differ from major to major, so
//! another major must not be touched at all.

use super::ffmpeg as ff;
use crate::error::{Error, Result, Status};
use libc::{c_int, c_uint};

const fn pack(major: c_int, minor: c_int, micro: c_int) -> u32 {
    ((major as u32) << 16) | ((minor as u32) << 8) | micro as u32
}

pub fn avformat_compiled() -> u32 {
    pack(ff::LIBAVFORMAT_VERSION_MAJOR, ff::LIBAVFORMAT_VERSION_MINOR, ff::LIBAVFORMAT_VERSION_MICRO)
}

pub fn avcodec_compiled() -> u32 {
    pack(ff::LIBAVCODEC_VERSION_MAJOR, ff::LIBAVCODEC_VERSION_MINOR, ff::LIBAVCODEC_VERSION_MICRO)
}

pub fn avutil_compiled() -> u32 {
    pack(ff::LIBAVUTIL_VERSION_MAJOR, ff::LIBAVUTIL_VERSION_MINOR, ff::LIBAVUTIL_VERSION_MICRO)
}

/// Asks one of FFmpeg's version functions; 0 where FFmpeg cannot be loaded.
fn ask(version: unsafe fn() -> c_uint) -> u32 {
    // SAFETY: FFmpeg's version functions take nothing and return a constant.
    ff::load().map_or(0, |()| unsafe { version() })
}

pub fn avformat_loaded() -> u32 {
    ask(ff::avformat_version)
}

pub fn avcodec_loaded() -> u32 {
    ask(ff::avcodec_version)
}

pub fn avutil_loaded() -> u32 {
    ask(ff::avutil_version)
}

/// Every operation asks this before it touches FFmpeg: this is where FFmpeg is loaded.
pub fn check() -> Result<()> {
    ff::load()?;
    let libraries = [
        ("libavformat", avformat_compiled(), avformat_loaded()),
        ("libavcodec", avcodec_compiled(), avcodec_loaded()),
        ("libavutil", avutil_compiled(), avutil_loaded()),
    ];
    for (name, compiled, loaded) in libraries {
        if compiled >> 16 != loaded >> 16 {
            let message = format!("{name} {} is loaded, memux was compiled for {}", loaded >> 16, compiled >> 16);
            return Err(Error::new(Status::LibraryMismatch, message)
                .hint("use the memux that was built for the FFmpeg on this machine"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loaded_ffmpeg_is_the_one_compiled_against() {
        check().unwrap();
        assert_eq!(avformat_compiled() >> 16, avformat_loaded() >> 16);
    }
}

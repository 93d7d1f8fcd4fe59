//! What libavcodec's parsers see in a codec's samples, whatever container they come in: above all which are key frames.

pub mod av1;
pub mod avcc;
pub mod bits;
pub mod h264;
pub mod hevc;
pub mod vpx;

//! FFmpeg behind owned, safe wrappers. The only place that names `ffmpeg_sys_next`; what differs between FFmpeg's majors
//! stays in here. Every raw pointer is private and freed by a `Drop`.

mod avio;
mod check;
mod decoder;
mod input;
pub mod log;
mod output;
mod packet;
mod probe;
pub mod version;

pub use decoder::Decoder;
pub use input::{Codec, Input, MediaType, Next, Stream};
pub use output::Output;
pub use packet::Packet;
pub use probe::{Format, find_format};

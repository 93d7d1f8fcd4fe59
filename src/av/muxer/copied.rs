//! What a stream of the output takes over from the input's.

use super::format::MuxerFormat;
use crate::av::enums;
use crate::av::ffmpeg as ff;
use crate::error::{Error, Result};
use libc::c_int;
use std::ptr::NonNull;

/// All but the parameters, and those as they suit the new container. `tag` is a code for the codec that is insisted on.
pub fn adapt(
    from: &ff::AVStream,
    to: &mut ff::AVStream,
    known: &mut ff::AVCodecParameters,
    format: MuxerFormat,
    tag: Option<u32>,
) {
    known.codec_tag = tag.unwrap_or_else(|| format.codec_tag(known));
    to.time_base = from.time_base;
    to.avg_frame_rate = from.avg_frame_rate;
    to.r_frame_rate = from.r_frame_rate;
    to.disposition = from.disposition;
    to.id = if format.flags() & ff::AVFMT_SHOW_IDS == 0 { to.id } else { from.id };
    to.duration = from.duration;
    if from.sample_aspect_ratio.num != 0 {
        known.sample_aspect_ratio = from.sample_aspect_ratio;
    }
    to.sample_aspect_ratio = known.sample_aspect_ratio;
    let is_unspecified = enums::channel_order(known) == ff::AVChannelOrder::AV_CHANNEL_ORDER_UNSPEC as c_int;
    if known.ch_layout.nb_channels > 0 && is_unspecified {
        // SAFETY: a layout of ours.
        unsafe { ff::av_channel_layout_default(&raw mut known.ch_layout, known.ch_layout.nb_channels) };
    }
    let codec = enums::codec_id(known);
    // What the input's container says here does not hold for every frame.
    if codec == ff::AVCodecID::AV_CODEC_ID_AC3 as c_int
        || (codec == ff::AVCodecID::AV_CODEC_ID_MP3 as c_int && matches!(known.block_align, 1 | 576 | 1152))
    {
        known.block_align = 0;
    }
}

/// # Safety
/// A stream of an open container, and one of ours.
pub unsafe fn side_data(from: &ff::AVStream, to: NonNull<ff::AVStream>) -> Result<()> {
    let count = if from.side_data.is_null() { 0 } else { usize::try_from(from.nb_side_data).unwrap_or(0) };
    for nth in 0..count {
        // SAFETY: the list is as long as it says, and each part of it; FFmpeg gives room for as much.
        unsafe {
            let part = from.side_data.add(nth);
            let kind = enums::number(&raw const (*part).type_);
            let room = ff::av_stream_new_side_data(to.as_ptr(), kind, (*part).size);
            let room = NonNull::new(room).ok_or_else(Error::no_memory)?;
            room.as_ptr().copy_from_nonoverlapping((*part).data, (*part).size);
        }
    }
    Ok(())
}

//! FFmpeg's names for its numbers. The numbers go to FFmpeg as the integers that they are: it may know more than the
//! headers named when this was compiled.

use super::super::enums;
use super::super::ffmpeg as ff;
use libc::{c_char, c_int};
use std::ffi::CStr;

/// # Safety
/// Null, or a text that ends in a zero.
pub unsafe fn text(address: *const c_char) -> Option<String> {
    // SAFETY: the caller's promise.
    (!address.is_null()).then(|| unsafe { CStr::from_ptr(address) }.to_string_lossy().into_owned())
}

/// A codec's short and long name.
pub fn codec(id: c_int) -> (Option<String>, Option<String>) {
    // SAFETY: takes a number; what it points to is static.
    let descriptor = unsafe { ff::avcodec_descriptor_get(id).as_ref() };
    let Some(descriptor) = descriptor else { return (None, None) };
    // SAFETY: as above.
    unsafe { (text(descriptor.name), text(descriptor.long_name)) }
}

pub fn profile(codec: c_int, profile: c_int) -> Option<String> {
    // SAFETY: takes numbers; the result is static or null.
    unsafe { text(ff::avcodec_profile_name(codec, profile)) }
}

pub fn fourcc(tag: u32) -> String {
    let mut buffer = [0; 64];
    // SAFETY: FFmpeg's own bound on what it writes is 32 bytes, with the zero.
    unsafe {
        ff::av_fourcc_make_string(buffer.as_mut_ptr(), tag);
        text(buffer.as_ptr()).unwrap_or_default()
    }
}

pub fn pixel_format(format: c_int) -> Option<String> {
    // SAFETY: takes a number; the result is static or null.
    unsafe { text(ff::av_get_pix_fmt_name(format)) }
}

pub fn sample_format(format: c_int) -> Option<String> {
    // SAFETY: as above.
    unsafe { text(ff::av_get_sample_fmt_name(format)) }
}

/// One of a picture's properties, none where it is not specified.
macro_rules! property {
    ($name:ident, $member:ident, $ask:ident, $unspecified:expr) => {
        pub fn $name(known: &ff::AVCodecParameters) -> Option<String> {
            // SAFETY: borrowed; the result is static or null.
            unsafe {
                let value = enums::number(&raw const known.$member);
                if value == $unspecified as c_int { None } else { text(ff::$ask(value)) }
            }
        }
    };
}

property!(color_range, color_range, av_color_range_name, ff::AVColorRange::AVCOL_RANGE_UNSPECIFIED);
property!(color_space, color_space, av_color_space_name, ff::AVColorSpace::AVCOL_SPC_UNSPECIFIED);
property!(color_transfer, color_trc, av_color_transfer_name, ff::AVColorTransferCharacteristic::AVCOL_TRC_UNSPECIFIED);
property!(color_primaries, color_primaries, av_color_primaries_name, ff::AVColorPrimaries::AVCOL_PRI_UNSPECIFIED);
property!(chroma_location, chroma_location, av_chroma_location_name, ff::AVChromaLocation::AVCHROMA_LOC_UNSPECIFIED);

pub fn field_order(known: &ff::AVCodecParameters) -> Option<&'static str> {
    // SAFETY: borrowed.
    let order = unsafe { enums::number(&raw const known.field_order) };
    let orders = [
        (ff::AVFieldOrder::AV_FIELD_PROGRESSIVE, "progressive"),
        (ff::AVFieldOrder::AV_FIELD_TT, "tt"),
        (ff::AVFieldOrder::AV_FIELD_BB, "bb"),
        (ff::AVFieldOrder::AV_FIELD_TB, "tb"),
        (ff::AVFieldOrder::AV_FIELD_BT, "bt"),
    ];
    orders.into_iter().find(|(known, _)| *known as c_int == order).map(|(_, name)| name)
}

pub fn channel_layout(known: &ff::AVCodecParameters) -> Option<String> {
    if enums::channel_order(known) == ff::AVChannelOrder::AV_CHANNEL_ORDER_UNSPEC as c_int {
        return None;
    }
    let mut buffer = [0; 128];
    // SAFETY: FFmpeg writes no more than it is told, and ends it in a zero.
    unsafe {
        let code = ff::av_channel_layout_describe(&raw const known.ch_layout, buffer.as_mut_ptr(), buffer.len());
        if code < 0 { None } else { text(buffer.as_ptr()) }
    }
}

/// How much of the sound is skipped.
pub const SKIP_SAMPLES: c_int = ff::AVPacketSideDataType::AV_PKT_DATA_SKIP_SAMPLES as c_int;

/// What FFmpeg calls a kind of side data.
pub fn side_data(kind: c_int) -> &'static CStr {
    // Packets that are walked have it too, and may be all that is wanted: then there is no FFmpeg to ask.
    if kind == SKIP_SAMPLES {
        return c"Skip Samples";
    }
    // SAFETY: takes a number; the result is static or null.
    unsafe {
        let name = ff::av_packet_side_data_name(kind);
        if name.is_null() { c"unknown" } else { CStr::from_ptr(name) }
    }
}

//! FFmpeg's functions, looked up when the first of them is needed. Loading FFmpeg brings some 130 shared objects with it,
//! tens of milliseconds of every process: a host whose work the walk does alone never pays for it, and runs where no
//! FFmpeg is installed. Types and constants are those of the bindings; so are the signatures, which the compiler compares.

pub use ffmpeg_sys_next::*;

use crate::error::{Error, Result, Status};
use libc::{c_char, c_int, c_uint, c_void};
use libloading::Library;
use std::mem::ManuallyDrop;
use std::sync::OnceLock;

/// Never unloaded, whatever became of the others: what a library left behind as it started would point nowhere.
type Kept = ManuallyDrop<Library>;

struct Libraries {
    avformat: Kept,
    avcodec: Kept,
    avutil: Kept,
}

static LOADED: OnceLock<std::result::Result<Functions, String>> = OnceLock::new();

/// Finds FFmpeg. Whoever may be the first to need it asks this and says why it cannot go on.
pub fn load() -> Result<()> {
    loaded().as_ref().map(drop).map_err(|reason| {
        Error::new(Status::LibraryMismatch, format!("FFmpeg cannot be loaded: {reason}"))
            .hint("install the FFmpeg libraries that this memux was built for")
    })
}

fn loaded() -> &'static std::result::Result<Functions, String> {
    LOADED.get_or_init(|| {
        // Each before those that bring it along: glibc loses what it knew of a library that is opened as one later, if
        // there are other threads.
        let libraries = Libraries {
            avutil: open("avutil", LIBAVUTIL_VERSION_MAJOR)?,
            avcodec: open("avcodec", LIBAVCODEC_VERSION_MAJOR)?,
            avformat: open("avformat", LIBAVFORMAT_VERSION_MAJOR)?,
        };
        Functions::find(&libraries)
    })
}

/// A library of the major version compiled against, by the name that it has on this platform.
fn open(name: &str, major: c_int) -> std::result::Result<Kept, String> {
    let file = if cfg!(windows) {
        format!("{name}-{major}.dll")
    } else if cfg!(target_os = "macos") {
        format!("lib{name}.{major}.dylib")
    } else {
        format!("lib{name}.so.{major}")
    };
    // SAFETY: FFmpeg's libraries do nothing when they are loaded that asks for care.
    unsafe { Library::new(&file) }.map(ManuallyDrop::new).map_err(|error| format!("{file}: {error}"))
}

fn functions() -> &'static Functions {
    match loaded() {
        Ok(functions) => functions,
        // Every operation has called `load` before, and has ended if it failed.
        Err(reason) => unreachable!("FFmpeg is used without being loaded: {reason}"),
    }
}

/// A read callback; a write callback too, whose bytes are const from FFmpeg 7 on and were not before.
pub type IoFn = unsafe extern "C" fn(*mut c_void, *mut u8, c_int) -> c_int;
pub type SeekFn = unsafe extern "C" fn(*mut c_void, i64, c_int) -> i64;
/// How a va_list is passed is spelled differently on each platform, and is one pointer on all that memux is for.
pub type LogFn = unsafe extern "C" fn(*mut c_void, c_int, *const c_char, *mut c_void);

/// A signature is the bindings' own, unless it is `unchecked`: some are spelled differently from platform to platform or
/// from major to major where it makes no difference to a call.
macro_rules! as_in_the_bindings {
    ([unchecked] $($function:tt)*) => {};
    ([] $name:ident($($type:ty),*) $(-> $result:ty)?) => {
        const _: unsafe extern "C" fn($($type),*) $(-> $result)? = ffmpeg_sys_next::$name;
    };
}

/// Makes, for each function, its place in the table, its look-up, and a function of its name that calls it.
macro_rules! functions {
    ($($library:ident { $(fn $name:ident($($argument:ident: $type:ty),*) $(-> $result:ty)? $([$unchecked:ident])?;)* })*) => {
        struct Functions {
            $($($name: unsafe extern "C" fn($($type),*) $(-> $result)?,)*)*
        }

        impl Functions {
            fn find(libraries: &Libraries) -> std::result::Result<Self, String> {
                Ok(Functions {
                    $($($name: {
                        let name = concat!(stringify!($name), "\0").as_bytes();
                        // SAFETY: the function of that name, of the signature that the major's headers declare.
                        *unsafe { libraries.$library.get(name) }.map_err(|error| error.to_string())?
                    },)*)*
                })
            }
        }

        $($(
            as_in_the_bindings!([$($unchecked)?] $name($($type),*) $(-> $result)?);

            /// # Safety
            /// As FFmpeg says of the function of this name.
            #[inline]
            pub unsafe fn $name($($argument: $type),*) $(-> $result)? {
                // SAFETY: the caller's promise.
                unsafe { (functions().$name)($($argument),*) }
            }
        )*)*
    };
}

functions! {
    avformat {
        fn av_codec_get_id(tags: *const *const AVCodecTag, tag: c_uint) -> c_int [unchecked];
        fn av_codec_get_tag2(tags: *const *const AVCodecTag, id: c_int, tag: *mut c_uint) -> c_int [unchecked];
        fn av_find_best_stream(ic: *mut AVFormatContext, kind: AVMediaType, wanted_stream_nb: c_int, related_stream: c_int, decoder_ret: *mut *const AVCodec, flags: c_int) -> c_int;
        fn av_find_input_format(short_name: *const c_char) -> *const AVInputFormat;
        fn av_guess_format(short_name: *const c_char, filename: *const c_char, mime_type: *const c_char) -> *const AVOutputFormat;
        fn av_guess_sample_aspect_ratio(format: *mut AVFormatContext, stream: *mut AVStream, frame: *mut AVFrame) -> AVRational;
        fn av_interleaved_write_frame(s: *mut AVFormatContext, pkt: *mut AVPacket) -> c_int;
        fn av_probe_input_format3(pd: *const AVProbeData, is_opened: c_int, score_ret: *mut c_int) -> *const AVInputFormat;
        fn av_read_frame(s: *mut AVFormatContext, pkt: *mut AVPacket) -> c_int;
        fn av_stream_new_side_data(stream: *mut AVStream, kind: c_int, size: usize) -> *mut u8 [unchecked];
        fn av_write_frame(s: *mut AVFormatContext, pkt: *mut AVPacket) -> c_int;
        fn av_write_trailer(s: *mut AVFormatContext) -> c_int;
        fn avformat_alloc_context() -> *mut AVFormatContext;
        fn avformat_alloc_output_context2(ctx: *mut *mut AVFormatContext, oformat: *const AVOutputFormat, format_name: *const c_char, filename: *const c_char) -> c_int;
        fn avformat_close_input(s: *mut *mut AVFormatContext);
        fn avformat_find_stream_info(ic: *mut AVFormatContext, options: *mut *mut AVDictionary) -> c_int;
        fn avformat_free_context(s: *mut AVFormatContext);
        fn avformat_index_get_entries_count(st: *const AVStream) -> c_int;
        fn avformat_index_get_entry(st: *mut AVStream, idx: c_int) -> *const AVIndexEntry;
        fn avformat_init_output(s: *mut AVFormatContext, options: *mut *mut AVDictionary) -> c_int;
        fn avformat_new_stream(s: *mut AVFormatContext, c: *const AVCodec) -> *mut AVStream;
        fn avformat_open_input(ps: *mut *mut AVFormatContext, url: *const c_char, fmt: *const AVInputFormat, options: *mut *mut AVDictionary) -> c_int;
        fn avformat_query_codec(ofmt: *const AVOutputFormat, codec_id: c_int, std_compliance: c_int) -> c_int [unchecked];
        fn avformat_seek_file(s: *mut AVFormatContext, stream_index: c_int, min_ts: i64, ts: i64, max_ts: i64, flags: c_int) -> c_int;
        fn avformat_version() -> c_uint;
        fn avformat_write_header(s: *mut AVFormatContext, options: *mut *mut AVDictionary) -> c_int;
        fn avio_alloc_context(buffer: *mut u8, size: c_int, writes: c_int, opaque: *mut c_void, read: Option<IoFn>, write: Option<IoFn>, seek: Option<SeekFn>) -> *mut AVIOContext [unchecked];
        fn avio_context_free(s: *mut *mut AVIOContext);
        fn avio_flush(s: *mut AVIOContext);
        fn avio_seek(s: *mut AVIOContext, offset: i64, whence: c_int) -> i64;
    }
    avcodec {
        fn av_bsf_alloc(filter: *const AVBitStreamFilter, ctx: *mut *mut AVBSFContext) -> c_int;
        fn av_bsf_free(ctx: *mut *mut AVBSFContext);
        fn av_bsf_get_by_name(name: *const c_char) -> *const AVBitStreamFilter;
        fn av_bsf_init(ctx: *mut AVBSFContext) -> c_int;
        fn av_bsf_receive_packet(ctx: *mut AVBSFContext, pkt: *mut AVPacket) -> c_int;
        fn av_bsf_send_packet(ctx: *mut AVBSFContext, pkt: *mut AVPacket) -> c_int;
        fn av_get_audio_frame_duration2(par: *mut AVCodecParameters, frame_bytes: c_int) -> c_int;
        fn av_get_bits_per_sample(codec_id: c_int) -> c_int [unchecked];
        fn av_new_packet(pkt: *mut AVPacket, size: c_int) -> c_int;
        fn av_packet_alloc() -> *mut AVPacket;
        fn av_packet_free(pkt: *mut *mut AVPacket);
        fn av_packet_ref(dst: *mut AVPacket, src: *const AVPacket) -> c_int;
        fn av_packet_rescale_ts(pkt: *mut AVPacket, tb_src: AVRational, tb_dst: AVRational);
        fn av_packet_side_data_name(kind: c_int) -> *const c_char [unchecked];
        fn av_packet_unref(pkt: *mut AVPacket);
        fn avcodec_alloc_context3(codec: *const AVCodec) -> *mut AVCodecContext;
        fn avcodec_decode_subtitle2(avctx: *mut AVCodecContext, sub: *mut AVSubtitle, got_sub_ptr: *mut c_int, avpkt: *const AVPacket) -> c_int [unchecked];
        fn avcodec_descriptor_get(id: c_int) -> *const AVCodecDescriptor [unchecked];
        fn avcodec_encode_subtitle(avctx: *mut AVCodecContext, buf: *mut u8, buf_size: c_int, sub: *const AVSubtitle) -> c_int;
        fn avcodec_find_decoder(id: c_int) -> *const AVCodec [unchecked];
        fn avcodec_find_encoder(id: c_int) -> *const AVCodec [unchecked];
        fn avcodec_free_context(avctx: *mut *mut AVCodecContext);
        fn avcodec_open2(avctx: *mut AVCodecContext, codec: *const AVCodec, options: *mut *mut AVDictionary) -> c_int;
        fn avcodec_parameters_copy(dst: *mut AVCodecParameters, src: *const AVCodecParameters) -> c_int;
        fn avcodec_parameters_from_context(par: *mut AVCodecParameters, codec: *const AVCodecContext) -> c_int;
        fn avcodec_parameters_to_context(codec: *mut AVCodecContext, par: *const AVCodecParameters) -> c_int;
        fn avcodec_profile_name(codec_id: c_int, profile: c_int) -> *const c_char [unchecked];
        fn avcodec_receive_frame(avctx: *mut AVCodecContext, frame: *mut AVFrame) -> c_int;
        fn avcodec_send_packet(avctx: *mut AVCodecContext, avpkt: *const AVPacket) -> c_int;
        fn avsubtitle_free(sub: *mut AVSubtitle);
        fn avcodec_version() -> c_uint;
    }
    avutil {
        fn av_channel_layout_default(ch_layout: *mut AVChannelLayout, nb_channels: c_int);
        fn av_channel_layout_describe(channel_layout: *const AVChannelLayout, buf: *mut c_char, buf_size: usize) -> c_int;
        fn av_chroma_location_name(location: c_int) -> *const c_char [unchecked];
        fn av_color_primaries_name(primaries: c_int) -> *const c_char [unchecked];
        fn av_color_range_name(range: c_int) -> *const c_char [unchecked];
        fn av_color_space_name(space: c_int) -> *const c_char [unchecked];
        fn av_color_transfer_name(transfer: c_int) -> *const c_char [unchecked];
        fn av_dict_free(m: *mut *mut AVDictionary);
        fn av_dict_get(m: *const AVDictionary, key: *const c_char, prev: *const AVDictionaryEntry, flags: c_int) -> *mut AVDictionaryEntry;
        fn av_dict_set(pm: *mut *mut AVDictionary, key: *const c_char, value: *const c_char, flags: c_int) -> c_int;
        fn av_display_rotation_get(matrix: *const i32) -> f64;
        fn av_dynarray_add_nofree(tab_ptr: *mut c_void, nb_ptr: *mut c_int, elem: *mut c_void) -> c_int;
        fn av_fourcc_make_string(buf: *mut c_char, fourcc: u32) -> *mut c_char;
        fn av_frame_alloc() -> *mut AVFrame;
        fn av_frame_free(frame: *mut *mut AVFrame);
        fn av_free(ptr: *mut c_void);
        fn av_freep(ptr: *mut c_void);
        fn av_get_pix_fmt_name(format: c_int) -> *const c_char [unchecked];
        fn av_get_sample_fmt_name(format: c_int) -> *const c_char [unchecked];
        fn av_log_default_callback(avcl: *mut c_void, level: c_int, fmt: *const c_char, vl: *mut c_void) [unchecked];
        fn av_log_format_line2(ptr: *mut c_void, level: c_int, fmt: *const c_char, vl: *mut c_void, line: *mut c_char, line_size: c_int, print_prefix: *mut c_int) -> c_int [unchecked];
        fn av_log_set_callback(callback: Option<LogFn>) [unchecked];
        fn av_malloc(size: usize) -> *mut c_void;
        fn av_mallocz(size: usize) -> *mut c_void;
        fn av_opt_get(obj: *mut c_void, name: *const c_char, search_flags: c_int, out_val: *mut *mut u8) -> c_int;
        fn av_opt_next(obj: *const c_void, prev: *const AVOption) -> *const AVOption;
        fn av_opt_set(obj: *mut c_void, name: *const c_char, val: *const c_char, search_flags: c_int) -> c_int;
        fn av_reduce(dst_num: *mut c_int, dst_den: *mut c_int, num: i64, den: i64, max: i64) -> c_int;
        fn av_rescale_delta(in_tb: AVRational, in_ts: i64, fs_tb: AVRational, duration: c_int, last: *mut i64, out_tb: AVRational) -> i64;
        fn av_rescale_q(a: i64, bq: AVRational, cq: AVRational) -> i64;
        fn av_spherical_projection_name(projection: c_int) -> *const c_char [unchecked];
        fn av_stereo3d_type_name(kind: c_uint) -> *const c_char [unchecked];
        fn av_strerror(errnum: c_int, errbuf: *mut c_char, errbuf_size: usize) -> c_int;
        fn avutil_version() -> c_uint;
    }
}

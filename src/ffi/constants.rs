//! The values of the integer members and parameters. Compared at compile time with what the layers below mean by them.

use crate::description::Kind;
use crate::error::{LimitKind, Stage};
use crate::io::{TraceKind, codes};
use crate::ops::count::Mode;
use crate::ops::extract::{Codec, Framing};
use crate::ops::probe::Level;
use crate::ops::remux::{Layout, TagPolicy};
use crate::ops::segment::Cut;
use crate::ops::{Completeness, Engine};
use crate::walk::Reason;

/// In reports: not known. In limits, the same value means: no limit.
pub const MEMUX_UNKNOWN: u64 = u64::MAX;

/// What a callback returns at the end of the input. The value of FFmpeg's AVERROR_EOF.
pub const MEMUX_IO_EOF: i32 = -541478725;
/// What a callback returns to end the operation with MEMUX_ERROR_CANCELLED. The value of FFmpeg's AVERROR_EXIT.
pub const MEMUX_IO_EXIT: i32 = -1414092869;
/// What a callback returns when it has nothing now and wants to be called again: the same number on every platform,
/// while that of AVERROR(EAGAIN), which is understood too, differs.
pub const MEMUX_IO_AGAIN: i32 = -1313425217;

/// Seek to an offset from the first byte.
pub const MEMUX_WHENCE_SET: i32 = 0;
/// Seek to an offset from the end.
pub const MEMUX_WHENCE_END: i32 = 2;
/// Move nothing, return the size. The value of FFmpeg's AVSEEK_SIZE.
pub const MEMUX_WHENCE_SIZE: i32 = 0x10000;

/// CHEAP if there is a seek callback, else NONE.
pub const MEMUX_SEEKABILITY_AUTO: i32 = 0;
/// The reader goes from front to back, once.
pub const MEMUX_SEEKABILITY_NONE: i32 = 1;
/// The reader seeks, but each seek costs (a request over a network): front to back wherever the container allows it.
pub const MEMUX_SEEKABILITY_EXPENSIVE: i32 = 2;
/// The reader seeks for next to nothing.
pub const MEMUX_SEEKABILITY_CHEAP: i32 = 3;

/// In times of media: not known. The value of FFmpeg's AV_NOPTS_VALUE.
pub const MEMUX_NO_TIME: i64 = i64::MIN;

/// All that FFmpeg's own tools show.
pub const MEMUX_PROBE_FULL: i32 = 0;
/// What the container's header says, and nothing behind it is read.
pub const MEMUX_PROBE_HEADER: i32 = 1;

/// FFmpeg does not know what kind of stream it is.
pub const MEMUX_STREAM_UNKNOWN: i32 = 0;
/// Pictures. A cover picture is one, with MEMUX_DISPOSITION_ATTACHED_PIC.
pub const MEMUX_STREAM_VIDEO: i32 = 1;
/// Sound.
pub const MEMUX_STREAM_AUDIO: i32 = 2;
/// Subtitles.
pub const MEMUX_STREAM_SUBTITLE: i32 = 3;
/// Something that goes with the others: time codes, say.
pub const MEMUX_STREAM_DATA: i32 = 4;
/// A file within the file: a font, say.
pub const MEMUX_STREAM_ATTACHMENT: i32 = 5;

/// To be taken where nothing else is asked for. These have the values of FFmpeg's AV_DISPOSITION_.
pub const MEMUX_DISPOSITION_DEFAULT: i32 = 0x1;
/// In another language than the original.
pub const MEMUX_DISPOSITION_DUB: i32 = 0x2;
/// In the original language.
pub const MEMUX_DISPOSITION_ORIGINAL: i32 = 0x4;
/// A commentary.
pub const MEMUX_DISPOSITION_COMMENT: i32 = 0x8;
/// To be shown even where subtitles are not wanted.
pub const MEMUX_DISPOSITION_FORCED: i32 = 0x40;
/// For those who hear badly.
pub const MEMUX_DISPOSITION_HEARING_IMPAIRED: i32 = 0x80;
/// For those who see badly.
pub const MEMUX_DISPOSITION_VISUAL_IMPAIRED: i32 = 0x100;
/// A cover picture.
pub const MEMUX_DISPOSITION_ATTACHED_PIC: i32 = 0x400;
/// Pictures for a time line.
pub const MEMUX_DISPOSITION_TIMED_THUMBNAILS: i32 = 0x800;

/// In options: by the sink and the size. The index first where the output can be made in memory, else behind the samples
/// where the sink can seek, else fragments.
pub const MEMUX_LAYOUT_AUTO: i32 = 0;
/// The index behind the samples.
pub const MEMUX_LAYOUT_PROGRESSIVE: i32 = 1;
/// The index before the samples: a player can begin before it has all. Made in memory.
pub const MEMUX_LAYOUT_FASTSTART: i32 = 2;
/// Fragments, each with an index of its own: written and read from front to back. For Matroska: live.
pub const MEMUX_LAYOUT_FRAGMENTED: i32 = 3;

/// Segments end at the first key frame at which they are as long as they are to be. Since 0.1.0.
pub const MEMUX_CUT_BY_DURATION: i32 = 0;
/// A segment begins with each key frame. Since 0.1.0.
pub const MEMUX_CUT_BY_KEYFRAME: i32 = 1;
/// A segment begins where the host says so. Since 0.1.0.
pub const MEMUX_CUT_BY_HOST: i32 = 2;
/// The input's own code for the codec, where the output's container has it too; else the muxer's choice.
pub const MEMUX_TAG_AUTO: i32 = 0;
/// avc1 and hvc1: parameter sets stand in the header alone, as Apple's players want it.
pub const MEMUX_TAG_OUT_OF_BAND: i32 = 1;
/// avc3 and hev1: parameter sets may stand in the samples too.
pub const MEMUX_TAG_IN_BAND: i32 = 2;

/// To the last place at or before the time from which decoding can begin. In containers without an index (MPEG-TS, MPEG-PS)
/// to where the time is, as FFmpeg does: decoding begins with the next packet that has MEMUX_PACKET_KEY.
pub const MEMUX_SEEK_KEYFRAME: i32 = 0;
/// To a place from which the time can be decoded, in every container. Packets that end before the time have
/// MEMUX_PACKET_DISCARD: they are decoded, and not shown.
pub const MEMUX_SEEK_EXACT: i32 = 1;

/// Decoding can begin with this packet.
pub const MEMUX_PACKET_KEY: i32 = 1;
/// The packet is damaged.
pub const MEMUX_PACKET_CORRUPT: i32 = 2;
/// The packet is needed to decode others, and is not to be shown.
pub const MEMUX_PACKET_DISCARD: i32 = 4;

/// Count the packets of the stream: what a loop over av_read_frame counts.
pub const MEMUX_COUNT_PACKETS: i32 = 0;
/// Take the container's word for it, where it gives one; else count packets. The fastest.
pub const MEMUX_COUNT_HEADER: i32 = 1;
/// Count the packets that are shown: without those that an edit list takes away.
pub const MEMUX_COUNT_PRESENTED: i32 = 2;
/// Decode, and count the frames that come out. The slowest.
pub const MEMUX_COUNT_DECODED: i32 = 3;

/// The first video stream that is no cover picture.
pub const MEMUX_SELECT_VIDEO: i32 = 0;
/// The stream of number stream_index, counted from 0 as FFmpeg does.
pub const MEMUX_SELECT_INDEX: i32 = 1;
/// The video stream that FFmpeg finds best (av_find_best_stream).
pub const MEMUX_SELECT_BEST_VIDEO: i32 = 2;

/// The container gives no way to tell whether the input was whole.
pub const MEMUX_COMPLETENESS_UNKNOWN: i32 = 0;
/// The input was whole.
pub const MEMUX_COMPLETENESS_COMPLETE: i32 = 1;
/// The input was cut off or damaged.
pub const MEMUX_COMPLETENESS_TRUNCATED: i32 = 2;

/// The form in which files of the codec are.
pub const MEMUX_FRAMING_AUTO: i32 = 0;
/// H.264 and HEVC with start codes between their units.
pub const MEMUX_FRAMING_ANNEXB: i32 = 1;
/// H.264 and HEVC with lengths before their units, as MP4 and Matroska have them: "AVCC".
pub const MEMUX_FRAMING_LENGTH_PREFIXED: i32 = 2;
/// AAC with a header before each frame.
pub const MEMUX_FRAMING_ADTS: i32 = 3;
/// AV1 as a stream of its own units.
pub const MEMUX_FRAMING_OBU: i32 = 4;
/// AV1, VP8 and VP9 with a header before each frame.
pub const MEMUX_FRAMING_IVF: i32 = 5;
/// The packets as they lie in the container, one behind the other.
pub const MEMUX_FRAMING_RAW: i32 = 6;

/// The codec is not known (yet), or is none of these.
pub const MEMUX_CODEC_UNKNOWN: i32 = 0;
/// H.264, also called AVC.
pub const MEMUX_CODEC_H264: i32 = 1;
/// HEVC, also called H.265.
pub const MEMUX_CODEC_HEVC: i32 = 2;

/// In options: the library chooses. In reports: the operation ended before one was used.
pub const MEMUX_ENGINE_AUTO: i32 = 0;
/// FFmpeg's libavformat. It is loaded when it is first needed; where it cannot be, the status is
/// MEMUX_ERROR_LIBRARY_MISMATCH.
pub const MEMUX_ENGINE_FFMPEG: i32 = 1;
/// memux's own walk over containers that lie in memory: MP4, MOV, Matroska, WebM and MPEG-TS, where it knows the file
/// completely. It needs no FFmpeg. In options it is an order: what the walk cannot do is MEMUX_ERROR_UNSUPPORTED, and
/// the report says why.
pub const MEMUX_ENGINE_WALK: i32 = 2;

/// The walk did it, or the operation ended before that was decided. The others are told with MEMUX_ENGINE_FFMPEG, and
/// with MEMUX_ENGINE_AUTO where FFmpeg would have been needed and was not to be used or not there.
pub const MEMUX_REASON_NONE: i32 = 0;
/// Not the walk: the options asked for it.
pub const MEMUX_REASON_ASKED: i32 = 1;
/// Not the walk: the source is not one block of memory.
pub const MEMUX_REASON_SOURCE: i32 = 2;
/// Not the walk: a trace tells of calls that only FFmpeg makes.
pub const MEMUX_REASON_TRACE: i32 = 3;
/// Not the walk: what was asked for is FFmpeg's: decoded frames, its own choice of the best stream, going to a time.
pub const MEMUX_REASON_JOB: i32 = 4;
/// Not the walk: the walk does not know the container.
pub const MEMUX_REASON_CONTAINER: i32 = 5;
/// Not the walk: the walk does not know a part of the file, where it matters.
pub const MEMUX_REASON_STRUCTURE: i32 = 6;
/// Not the walk: the file is encrypted.
pub const MEMUX_REASON_ENCRYPTED: i32 = 7;
/// Not the walk: the file is cut off, damaged, or contradicts itself.
pub const MEMUX_REASON_DAMAGED: i32 = 8;
/// Not the walk: the file goes beyond a limit.
pub const MEMUX_REASON_LIMIT: i32 = 9;

/// Nowhere in particular.
pub const MEMUX_STAGE_NONE: i32 = 0;
/// The arguments were looked at; no callback was made.
pub const MEMUX_STAGE_ARGUMENTS: i32 = 1;
/// The input was opened: its format found, its header read.
pub const MEMUX_STAGE_OPEN: i32 = 2;
/// Some of the streams were read, to learn what the header does not say.
pub const MEMUX_STAGE_PROBE: i32 = 3;
/// Packets were read.
pub const MEMUX_STAGE_PACKETS: i32 = 4;
/// The output's header was written.
pub const MEMUX_STAGE_HEADER: i32 = 5;
/// Packets were written.
pub const MEMUX_STAGE_WRITE: i32 = 6;
/// The output was finished.
pub const MEMUX_STAGE_TRAILER: i32 = 7;

/// Bytes were read.
pub const MEMUX_TRACE_READ: i32 = 1;
/// The source or sink was moved.
pub const MEMUX_TRACE_SEEK: i32 = 2;
/// The source was asked for its size.
pub const MEMUX_TRACE_SIZE: i32 = 3;
/// Bytes were written.
pub const MEMUX_TRACE_WRITE: i32 = 4;
/// Bytes were written from several pieces.
pub const MEMUX_TRACE_WRITEV: i32 = 5;

/// No limit was met.
pub const MEMUX_LIMIT_NONE: i32 = 0;
/// memux_limits.max_streams
pub const MEMUX_LIMIT_STREAMS: i32 = 1;
/// memux_limits.max_packet_bytes
pub const MEMUX_LIMIT_PACKET: i32 = 2;
/// memux_limits.max_probe_bytes
pub const MEMUX_LIMIT_PROBE: i32 = 3;
/// memux_limits.max_spool_bytes
pub const MEMUX_LIMIT_SPOOL: i32 = 4;
/// memux_limits.max_output_bytes
pub const MEMUX_LIMIT_OUTPUT: i32 = 5;

/// Written out above, since the header is made from these very lines; the layers below have the same numbers.
const _: () = {
    assert!(MEMUX_UNKNOWN == crate::limits::UNLIMITED);
    assert!(MEMUX_IO_EOF == codes::EOF && MEMUX_IO_EXIT == codes::EXIT && MEMUX_IO_AGAIN == codes::AGAIN);
    assert!(MEMUX_WHENCE_SET == codes::WHENCE_SET && MEMUX_WHENCE_END == codes::WHENCE_END);
    assert!(MEMUX_WHENCE_SIZE == codes::WHENCE_SIZE);
    assert!(MEMUX_COUNT_PACKETS == Mode::Packets as i32 && MEMUX_COUNT_HEADER == Mode::Header as i32);
    assert!(MEMUX_COUNT_PRESENTED == Mode::Presented as i32 && MEMUX_COUNT_DECODED == Mode::Decoded as i32);
    assert!(MEMUX_FRAMING_AUTO == Framing::Auto as i32 && MEMUX_FRAMING_ANNEXB == Framing::AnnexB as i32);
    assert!(MEMUX_FRAMING_LENGTH_PREFIXED == Framing::LengthPrefixed as i32);
    assert!(MEMUX_FRAMING_ADTS == Framing::Adts as i32 && MEMUX_FRAMING_OBU == Framing::Obu as i32);
    assert!(MEMUX_FRAMING_IVF == Framing::Ivf as i32 && MEMUX_FRAMING_RAW == Framing::Raw as i32);
    assert!(MEMUX_LAYOUT_AUTO == Layout::Auto as i32 && MEMUX_LAYOUT_PROGRESSIVE == Layout::Progressive as i32);
    assert!(MEMUX_LAYOUT_FASTSTART == Layout::Faststart as i32);
    assert!(MEMUX_CUT_BY_DURATION == Cut::Duration as i32 && MEMUX_CUT_BY_KEYFRAME == Cut::Keyframe as i32);
    assert!(MEMUX_CUT_BY_HOST == Cut::Host as i32);
    assert!(MEMUX_LAYOUT_FRAGMENTED == Layout::Fragmented as i32);
    assert!(MEMUX_TAG_AUTO == TagPolicy::Auto as i32 && MEMUX_TAG_OUT_OF_BAND == TagPolicy::OutOfBand as i32);
    assert!(MEMUX_TAG_IN_BAND == TagPolicy::InBand as i32);
    assert!(MEMUX_PROBE_FULL == Level::Full as i32 && MEMUX_PROBE_HEADER == Level::Header as i32);
    assert!(MEMUX_STREAM_UNKNOWN == Kind::Unknown as i32 && MEMUX_STREAM_VIDEO == Kind::Video as i32);
    assert!(MEMUX_STREAM_AUDIO == Kind::Audio as i32 && MEMUX_STREAM_SUBTITLE == Kind::Subtitle as i32);
    assert!(MEMUX_STREAM_DATA == Kind::Data as i32 && MEMUX_STREAM_ATTACHMENT == Kind::Attachment as i32);
    assert!(MEMUX_COMPLETENESS_UNKNOWN == Completeness::Unknown as i32);
    assert!(MEMUX_COMPLETENESS_COMPLETE == Completeness::Complete as i32);
    assert!(MEMUX_COMPLETENESS_TRUNCATED == Completeness::Truncated as i32);
    assert!(MEMUX_CODEC_UNKNOWN == Codec::Unknown as i32);
    assert!(MEMUX_CODEC_H264 == Codec::H264 as i32 && MEMUX_CODEC_HEVC == Codec::Hevc as i32);
    assert!(MEMUX_ENGINE_AUTO == Engine::Auto as i32 && MEMUX_ENGINE_FFMPEG == Engine::Ffmpeg as i32);
    assert!(MEMUX_ENGINE_WALK == Engine::Walk as i32);
    assert!(MEMUX_REASON_NONE == Reason::None as i32 && MEMUX_REASON_ASKED == Reason::Asked as i32);
    assert!(MEMUX_REASON_SOURCE == Reason::Source as i32 && MEMUX_REASON_TRACE == Reason::Trace as i32);
    assert!(MEMUX_REASON_JOB == Reason::Job as i32 && MEMUX_REASON_CONTAINER == Reason::Container as i32);
    assert!(MEMUX_REASON_STRUCTURE == Reason::Structure as i32 && MEMUX_REASON_ENCRYPTED == Reason::Encrypted as i32);
    assert!(MEMUX_REASON_DAMAGED == Reason::Damaged as i32 && MEMUX_REASON_LIMIT == Reason::Limit as i32);
    assert!(MEMUX_STAGE_NONE == Stage::None as i32 && MEMUX_STAGE_ARGUMENTS == Stage::Arguments as i32);
    assert!(MEMUX_STAGE_OPEN == Stage::Open as i32 && MEMUX_STAGE_PROBE == Stage::Probe as i32);
    assert!(MEMUX_STAGE_PACKETS == Stage::Packets as i32 && MEMUX_STAGE_HEADER == Stage::Header as i32);
    assert!(MEMUX_STAGE_WRITE == Stage::Write as i32 && MEMUX_STAGE_TRAILER == Stage::Trailer as i32);
    assert!(MEMUX_TRACE_READ == TraceKind::Read as i32 && MEMUX_TRACE_SEEK == TraceKind::Seek as i32);
    assert!(MEMUX_TRACE_SIZE == TraceKind::Size as i32 && MEMUX_TRACE_WRITE == TraceKind::Write as i32);
    assert!(MEMUX_TRACE_WRITEV == TraceKind::Writev as i32);
    assert!(MEMUX_LIMIT_NONE == LimitKind::None as i32 && MEMUX_LIMIT_STREAMS == LimitKind::Streams as i32);
    assert!(MEMUX_LIMIT_PACKET == LimitKind::Packet as i32 && MEMUX_LIMIT_PROBE == LimitKind::Probe as i32);
    assert!(MEMUX_LIMIT_SPOOL == LimitKind::Spool as i32 && MEMUX_LIMIT_OUTPUT == LimitKind::Output as i32);
};

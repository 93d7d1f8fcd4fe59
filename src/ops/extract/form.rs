//! Which form a stream's bytes are given, and which of FFmpeg's muxers makes it.

use crate::error::{Error, Status};

/// How packets are put one after the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(i32)]
pub enum Framing {
    /// The form in which files of the codec are.
    #[default]
    Auto = 0,
    /// H.264 and HEVC: start codes.
    AnnexB = 1,
    /// H.264 and HEVC: lengths before the units, as MP4 has them.
    LengthPrefixed = 2,
    /// AAC: a header before each frame.
    Adts = 3,
    /// AV1: its own units, with temporal delimiters.
    Obu = 4,
    /// AV1, VP8, VP9: a header before each frame.
    Ivf = 5,
    /// The packets as they lie in the container.
    Raw = 6,
}

/// Codecs whose files have a form of their own, by FFmpeg's names: the muxer that makes it, and the framing.
const NATURAL: [(&str, &str, Framing); 33] = [
    ("h264", "h264", Framing::AnnexB),
    ("hevc", "hevc", Framing::AnnexB),
    ("av1", "obu", Framing::Obu),
    ("vp8", "ivf", Framing::Ivf),
    ("vp9", "ivf", Framing::Ivf),
    ("mpeg1video", "mpeg1video", Framing::Raw),
    ("mpeg2video", "mpeg2video", Framing::Raw),
    ("mpeg4", "m4v", Framing::Raw),
    ("h263", "h263", Framing::Raw),
    ("h261", "h261", Framing::Raw),
    ("mjpeg", "mjpeg", Framing::Raw),
    ("vc1", "vc1", Framing::Raw),
    ("dirac", "dirac", Framing::Raw),
    ("dnxhd", "dnxhd", Framing::Raw),
    ("theora", "ogg", Framing::Auto),
    ("aac", "adts", Framing::Adts),
    ("mp1", "mp2", Framing::Raw),
    ("mp2", "mp2", Framing::Raw),
    ("mp3", "mp3", Framing::Raw),
    ("ac3", "ac3", Framing::Raw),
    ("eac3", "eac3", Framing::Raw),
    ("dts", "dts", Framing::Raw),
    ("truehd", "truehd", Framing::Raw),
    ("mlp", "mlp", Framing::Raw),
    ("flac", "flac", Framing::Auto),
    ("opus", "ogg", Framing::Auto),
    ("vorbis", "ogg", Framing::Auto),
    ("speex", "ogg", Framing::Auto),
    ("amr_nb", "amr", Framing::Auto),
    ("amr_wb", "amr", Framing::Auto),
    ("subrip", "srt", Framing::Auto),
    ("ass", "ass", Framing::Auto),
    ("webvtt", "webvtt", Framing::Auto),
];

/// The muxer for a codec in a form, and the form's name; an error where the two do not go together.
pub fn muxer(codec: &str, asked: Framing, is_length_prefixed: bool) -> Result<(&'static str, Framing), Error> {
    let natural = NATURAL.iter().find(|(name, ..)| *name == codec).map(|(_, muxer, framing)| (*muxer, *framing));
    let natural = natural.or_else(|| codec.starts_with("pcm_").then_some(("wav", Framing::Auto)));
    let annex_b = natural.filter(|(_, framing)| *framing == Framing::AnnexB);
    let found = match asked {
        Framing::Auto => natural,
        Framing::AnnexB => annex_b,
        Framing::LengthPrefixed => annex_b.filter(|_| is_length_prefixed).map(|_| ("data", asked)),
        Framing::Adts => natural.filter(|(_, framing)| *framing == Framing::Adts),
        Framing::Obu => natural.filter(|(_, framing)| *framing == Framing::Obu),
        Framing::Ivf => matches!(codec, "av1" | "vp8" | "vp9").then_some(("ivf", asked)),
        Framing::Raw => Some(("data", asked)),
    };
    found.ok_or_else(|| {
        let message = match asked {
            Framing::AnnexB => "the stream is neither H.264 nor HEVC, which alone have an Annex B form".into(),
            Framing::Auto => format!("streams of {codec} have no form of their own"),
            _ => format!("a stream of {codec} does not come in the form that was asked for"),
        };
        Error::new(Status::Codec, message).hint("MEMUX_FRAMING_RAW gives the packets of any stream")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_codec_and_a_form_that_do_not_go_together_are_an_error() {
        assert_eq!(muxer("h264", Framing::Auto, true).unwrap(), ("h264", Framing::AnnexB));
        assert_eq!(muxer("aac", Framing::Auto, false).unwrap(), ("adts", Framing::Adts));
        assert_eq!(muxer("pcm_s16le", Framing::Auto, false).unwrap(), ("wav", Framing::Auto));
        assert_eq!(muxer("av1", Framing::Ivf, false).unwrap(), ("ivf", Framing::Ivf));
        assert_eq!(muxer("hevc", Framing::LengthPrefixed, true).unwrap(), ("data", Framing::LengthPrefixed));
        assert_eq!(muxer("prores", Framing::Raw, false).unwrap(), ("data", Framing::Raw));
        let wrong = [
            ("vp9", Framing::AnnexB),
            ("h264", Framing::LengthPrefixed),
            ("aac", Framing::Obu),
            ("h264", Framing::Adts),
            ("mp3", Framing::Ivf),
            ("hdmv_pgs_subtitle", Framing::Auto),
        ];
        for (codec, framing) in wrong {
            assert_eq!(muxer(codec, framing, false).unwrap_err().status, Status::Codec, "{codec} {framing:?}");
        }
    }
}

//! How codecs are named in MIME types and manifests: RFC 6381, and what each codec's mapping adds.

use crate::description::{Rational, Stream};

/// None where the codec has no such name, or the stream does not tell enough.
pub fn codec_string(stream: &Stream) -> Option<String> {
    let configuration = stream.configuration.as_slice();
    match stream.codec.as_deref()? {
        "h264" => h264(stream, configuration),
        "hevc" => hevc(stream, configuration),
        "av1" => av1(configuration),
        "vp9" => vp9(stream),
        "vp8" => Some("vp8".to_owned()),
        "mpeg4" => mpeg4(configuration),
        "aac" => aac(stream, configuration),
        "mp3" => Some("mp4a.6B".to_owned()),
        "ac3" => Some("ac-3".to_owned()),
        "eac3" => Some("ec-3".to_owned()),
        "dts" => Some("dtsc".to_owned()),
        "webvtt" => Some("wvtt".to_owned()),
        "ttml" => Some("stpp".to_owned()),
        "mov_text" => Some("tx3g".to_owned()),
        name @ ("opus" | "flac" | "vorbis" | "alac") => Some(name.to_owned()),
        _ => None,
    }
}

/// The sample entry that the container has, or the one that it would have.
fn entry<'s>(stream: &'s Stream, known: &[&'s str]) -> Option<&'s str> {
    known.iter().find(|name| stream.codec_tag_text == **name).or(known.first()).copied()
}

fn h264(stream: &Stream, configuration: &[u8]) -> Option<String> {
    let (profile, constraints, level) = match configuration {
        [1, profile, constraints, level, ..] => (*profile, *constraints, *level),
        // FFmpeg's profile has two of the constraints in higher bits.
        _ => match unit(configuration, |first| first & 0x1f == 7)? {
            [_, profile, constraints, level, ..] => (*profile, *constraints, *level),
            _ => return None,
        },
    };
    Some(format!("{}.{profile:02x}{constraints:02x}{level:02x}", entry(stream, &["avc1", "avc3"])?))
}

/// The first unit of that kind in Annex B, from its header on.
fn unit(bytes: &[u8], is: impl Fn(u8) -> bool) -> Option<&[u8]> {
    let at = bytes.windows(4).position(|four| matches!(four, [0, 0, 1, first] if is(*first)))?;
    bytes.get(at.checked_add(3)?..)
}

fn hevc(stream: &Stream, configuration: &[u8]) -> Option<String> {
    let general: [u8; 12] = match configuration {
        [1, general @ ..] => *general.first_chunk()?,
        _ => {
            let set = unit(configuration, |first| first >> 1 & 0x3f == 33)?;
            let plain = without_escapes(set.get(..64).unwrap_or(set));
            *plain.get(3..)?.first_chunk()?
        }
    };
    let [first, compatible @ .., level] = general;
    let (compatible, constraints): (&[u8; 4], &[u8]) = compatible.split_first_chunk()?;
    let space = ["", "A", "B", "C"].get(usize::from(first >> 6))?;
    let tier = if first & 0x20 == 0 { 'L' } else { 'H' };
    let compatible = u32::from_be_bytes(*compatible).reverse_bits();
    let entry = entry(stream, &["hvc1", "hev1"])?;
    let mut text = format!("{entry}.{space}{}.{compatible:X}.{tier}{level}", first & 0x1f);
    let used = constraints.iter().rposition(|byte| *byte != 0).map_or(0, |last| last.saturating_add(1));
    for byte in constraints.iter().take(used) {
        text.push_str(&format!(".{byte:X}"));
    }
    Some(text)
}

/// A unit's bytes without those that keep start codes from appearing in it.
fn without_escapes(bytes: &[u8]) -> Vec<u8> {
    let (mut plain, mut zeros) = (Vec::new(), 0u32);
    for byte in bytes {
        if zeros >= 2 && *byte == 3 {
            zeros = 0;
            continue;
        }
        zeros = if *byte == 0 { zeros.saturating_add(1) } else { 0 };
        plain.push(*byte);
    }
    plain
}

fn av1(configuration: &[u8]) -> Option<String> {
    let [0x81, profile_and_level, flags, ..] = configuration else { return None };
    let tier = if flags & 0x80 == 0 { 'M' } else { 'H' };
    let depth = match (flags & 0x40 != 0, flags & 0x20 != 0) {
        (false, _) => 8,
        (true, false) => 10,
        (true, true) => 12,
    };
    Some(format!("av01.{}.{:02}{tier}.{depth:02}", profile_and_level >> 5, profile_and_level & 0x1f))
}

fn vp9(stream: &Stream) -> Option<String> {
    let video = stream.video.as_ref()?;
    let format = video.pixel_format.as_deref()?;
    let depth = if format.contains("12") {
        12
    } else if format.contains("10") {
        10
    } else {
        8
    };
    let profile = stream.profile.filter(|profile| (0..4).contains(profile)).unwrap_or(0);
    let level = stream.level.filter(|level| *level > 0).or_else(|| vp9_level(video, stream.frame_rate))?;
    Some(format!("vp09.{profile:02}.{level:02}.{depth:02}"))
}

/// The least level whose largest picture and pixel rate the stream keeps to.
fn vp9_level(video: &crate::description::Video, rate: Rational) -> Option<i32> {
    // Level, pixels per second, pixels per picture.
    const LEVELS: [(i32, i64, i64); 14] = [
        (10, 829_440, 36_864),
        (11, 2_764_800, 73_728),
        (20, 4_608_000, 122_880),
        (21, 9_216_000, 245_760),
        (30, 20_736_000, 552_960),
        (31, 36_864_000, 983_040),
        (40, 83_558_400, 2_228_224),
        (41, 160_432_128, 2_228_224),
        (50, 311_951_360, 8_912_896),
        (51, 588_251_136, 8_912_896),
        (52, 1_176_502_272, 8_912_896),
        (60, 1_176_502_272, 35_651_584),
        (61, 2_353_004_544, 35_651_584),
        (62, 4_706_009_088, 35_651_584),
    ];
    let pixels = i64::from(video.width).checked_mul(i64::from(video.height))?;
    let per_second = pixels.checked_mul(i64::from(rate.num))?.checked_div(i64::from(rate.den)).unwrap_or(0);
    LEVELS.iter().find(|(_, rate, picture)| per_second <= *rate && pixels <= *picture).map(|(level, ..)| *level)
}

fn mpeg4(configuration: &[u8]) -> Option<String> {
    let sequence = unit(configuration, |first| first == 0xb0)?;
    Some(format!("mp4v.20.{}", sequence.get(1)?))
}

fn aac(stream: &Stream, configuration: &[u8]) -> Option<String> {
    let kind = match configuration {
        [first, second, ..] if first >> 3 == 31 => 32 + i32::from((first & 7) << 3 | second >> 5),
        [first, _, ..] => i32::from(first >> 3),
        // FFmpeg's profiles count from 0.
        _ => stream.profile.filter(|profile| *profile >= 0)?.checked_add(1)?,
    };
    Some(format!("mp4a.40.{kind}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(codec: &str, tag: &str, configuration: &[u8]) -> Option<String> {
        let stream = Stream {
            codec: Some(codec.to_owned()),
            codec_tag_text: tag.to_owned(),
            configuration: configuration.to_vec(),
            ..Stream::default()
        };
        codec_string(&stream)
    }

    #[test]
    fn h264_is_named_by_its_configuration_or_its_first_parameter_set() {
        assert_eq!(named("h264", "avc1", &[1, 0x64, 0, 0x1f, 0xff]).unwrap(), "avc1.64001f");
        assert_eq!(named("h264", "avc3", &[1, 0x42, 0xc0, 0x1e, 0xff]).unwrap(), "avc3.42c01e");
        assert_eq!(named("h264", "[27][0][0][0]", &[0, 0, 0, 1, 0x67, 0x4d, 0x40, 0x29]).unwrap(), "avc1.4d4029");
        assert_eq!(named("h264", "", &[]), None);
    }

    #[test]
    fn hevc_is_named_by_profile_compatibility_tier_level_and_constraints() {
        let main = [1, 1, 0x60, 0, 0, 0, 0xb0, 0, 0, 0, 0, 0, 93];
        assert_eq!(named("hevc", "hvc1", &main).unwrap(), "hvc1.1.6.L93.B0");
        assert_eq!(named("hevc", "hev1", &main).unwrap(), "hev1.1.6.L93.B0");
        let main10_high = [1, 0x22, 0x20, 0, 0, 0, 0x90, 0, 0, 0, 0, 0, 150];
        assert_eq!(named("hevc", "hvc1", &main10_high).unwrap(), "hvc1.2.4.H150.90");
        let set = [0, 0, 1, 0x42, 1, 1, 1, 0x60, 0, 0, 3, 0, 0xb0, 0, 0, 3, 0, 0, 3, 0, 93];
        assert_eq!(named("hevc", "", &set).unwrap(), "hvc1.1.6.L93.B0", "in Annex B");
    }

    #[test]
    fn the_others_are_named_by_their_own_rules() {
        assert_eq!(named("av1", "av01", &[0x81, 0x04, 0x0c, 0]).unwrap(), "av01.0.04M.08");
        assert_eq!(named("av1", "av01", &[0x81, 0x28, 0xe0, 0]).unwrap(), "av01.1.08H.12");
        assert_eq!(named("aac", "mp4a", &[0x12, 0x10]).unwrap(), "mp4a.40.2");
        assert_eq!(named("aac", "mp4a", &[0xf9, 0x40]).unwrap(), "mp4a.40.42");
        assert_eq!(named("mpeg4", "mp4v", &[0, 0, 1, 0xb0, 3]).unwrap(), "mp4v.20.3");
        assert_eq!(named("rawvideo", "", &[]), None);
    }
}

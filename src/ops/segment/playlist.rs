//! Playlists of segments that a host has put under names of its own.

use super::Segment;
use crate::description::{Kind, Stream};
use crate::ops::probe::codec_string;
use std::fmt::Write;

/// What segments are called: a number stands between the two parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Names {
    pub init: String,
    pub prefix: String,
    pub suffix: String,
}

/// A media playlist of HLS, whole.
pub fn hls(segments: &[Segment], is_mp4: bool, names: &Names) -> String {
    let media: Vec<_> = media(segments).collect();
    let longest = media.iter().map(|segment| segment.duration).max().unwrap_or(0);
    // Writing to a text does not fail.
    let mut text = format!("#EXTM3U\n#EXT-X-VERSION:{}\n", if is_mp4 { 7 } else { 6 });
    // In whole seconds, and none may be longer when it is rounded.
    let _ = writeln!(text, "#EXT-X-TARGETDURATION:{}", longest.saturating_add(999_999).div_euclid(1_000_000).max(1));
    text += "#EXT-X-MEDIA-SEQUENCE:0\n#EXT-X-PLAYLIST-TYPE:VOD\n";
    if media.iter().all(|segment| segment.starts_with_key) {
        text += "#EXT-X-INDEPENDENT-SEGMENTS\n";
    }
    if is_mp4 {
        let _ = writeln!(text, "#EXT-X-MAP:URI=\"{}\"", names.init);
    }
    for segment in media {
        let (seconds, rest) = (segment.duration.div_euclid(1_000_000), segment.duration.rem_euclid(1_000_000));
        let _ = writeln!(text, "#EXTINF:{seconds}.{rest:06},\n{}{}{}", names.prefix, segment.sequence, names.suffix);
    }
    text + "#EXT-X-ENDLIST\n"
}

/// Segments of one stream, and what they are called.
pub struct Set<'s> {
    pub segments: &'s [Segment],
    pub stream: &'s Stream,
    pub names: Names,
}

/// A manifest of DASH: each stream is an adaptation set with one representation.
pub fn dash(sets: &[Set]) -> String {
    let lasts = |set: &Set| media(set.segments).fold(0i64, |sum, segment| sum.saturating_add(segment.duration));
    let total = sets.iter().map(lasts).max().unwrap_or(0);
    let longest = sets.iter().flat_map(|set| media(set.segments)).map(|segment| segment.duration).max().unwrap_or(0);
    let seconds = |time: i64| format!("PT{}.{:06}S", time.div_euclid(1_000_000), time.rem_euclid(1_000_000));
    let mut text = format!(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n\
         <MPD xmlns=\"urn:mpeg:dash:schema:mpd:2011\" profiles=\"urn:mpeg:dash:profile:isoff-live:2011\" type=\"static\" \
         mediaPresentationDuration=\"{}\" maxSegmentDuration=\"{longest}\" minBufferTime=\"{longest}\">\n  \
         <Period id=\"0\" start=\"PT0S\">\n",
        seconds(total),
        longest = seconds(longest),
    );
    for (nth, set) in sets.iter().enumerate() {
        adaptation_set(&mut text, nth, set, lasts(set));
    }
    text + "  </Period>\n</MPD>\n"
}

fn media(segments: &[Segment]) -> impl Iterator<Item = &Segment> {
    segments.iter().filter(|segment| !segment.is_init)
}

fn adaptation_set(text: &mut String, nth: usize, set: &Set, lasts: i64) {
    let bytes = set.segments.iter().fold(0u64, |sum, segment| sum.saturating_add(segment.size));
    let bits = u128::from(bytes).saturating_mul(8_000_000).checked_div(u128::from(lasts.unsigned_abs())).unwrap_or(0);
    let (mime, size) = match (set.stream.kind, &set.stream.video, &set.stream.audio) {
        (Kind::Video, Some(video), _) => {
            ("video/mp4", format!(" width=\"{}\" height=\"{}\"", video.width, video.height))
        }
        (Kind::Audio, _, Some(audio)) => ("audio/mp4", format!(" audioSamplingRate=\"{}\"", audio.sample_rate)),
        _ => ("application/mp4", String::new()),
    };
    let sap = if media(set.segments).all(|segment| segment.starts_with_key) { " startWithSAP=\"1\"" } else { "" };
    let name = |name: &str| escaped(&name.replace('$', "$$"));
    // Writing to a text does not fail.
    let _ = write!(
        text,
        "    <AdaptationSet id=\"{nth}\" segmentAlignment=\"true\"{sap}>\n      \
         <Representation id=\"{nth}\" mimeType=\"{mime}\" codecs=\"{}\" bandwidth=\"{bits}\"{size}>\n        \
         <SegmentTemplate timescale=\"1000000\" initialization=\"{}\" media=\"{}$Number${}\" startNumber=\"0\">\n          \
         <SegmentTimeline>\n",
        escaped(&codec_string(set.stream).unwrap_or_default()),
        name(&set.names.init),
        name(&set.names.prefix),
        name(&set.names.suffix),
    );
    for segment in media(set.segments) {
        let _ = writeln!(text, "            <S t=\"{}\" d=\"{}\"/>", segment.start.max(0), segment.duration);
    }
    *text +=
        "          </SegmentTimeline>\n        </SegmentTemplate>\n      </Representation>\n    </AdaptationSet>\n";
}

/// Text as it may stand between quotes.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for letter in text.chars() {
        match letter {
            '&' => escaped += "&amp;",
            '<' => escaped += "&lt;",
            '>' => escaped += "&gt;",
            '"' => escaped += "&quot;",
            _ => escaped.push(letter),
        }
    }
    escaped
}

//! The MIME type that a server would give the input.

use crate::description::{Description, Kind};

pub fn mime_type(description: &Description) -> Option<&'static str> {
    let shows = description.streams.iter().any(|stream| {
        // FFmpeg's bit for an attached picture: cover art makes no video.
        stream.kind == Kind::Video && stream.disposition & 0x400 == 0
    });
    let brand = crate::description::tag(&description.container.tags, "major_brand").unwrap_or_default();
    let codec = |name: &str| description.streams.iter().any(|stream| stream.codec.as_deref() == Some(name));
    let names: Vec<_> = description.container.name.split(',').collect();
    let is = |name: &str| names.contains(&name);
    let found = if is("mp4") {
        match (brand.trim_end(), shows) {
            ("qt", _) => "video/quicktime",
            (brand, true) if brand.starts_with("3g2") => "video/3gpp2",
            (brand, true) if brand.starts_with("3g") => "video/3gpp",
            (_, true) => "video/mp4",
            (brand, false) if brand.starts_with("3g") => "audio/3gpp",
            (_, false) => "audio/mp4",
        }
    } else if is("matroska") {
        // WebM is Matroska with these codecs only.
        let is_webm = ["vp8", "vp9", "av1", "opus", "vorbis"];
        let webm = description
            .streams
            .iter()
            .filter(|stream| matches!(stream.kind, Kind::Video | Kind::Audio))
            .all(|stream| stream.codec.as_deref().is_some_and(|codec| is_webm.contains(&codec)));
        match (webm, shows) {
            (true, true) => "video/webm",
            (true, false) => "audio/webm",
            (false, true) => "video/x-matroska",
            (false, false) => "audio/x-matroska",
        }
    } else if is("ogg") {
        if shows { "video/ogg" } else { "audio/ogg" }
    } else if is("aac") {
        "audio/aac"
    } else if is("ac3") {
        "audio/ac3"
    } else if is("eac3") {
        "audio/eac3"
    } else if is("amr") {
        if codec("amr_wb") { "audio/AMR-WB" } else { "audio/AMR" }
    } else {
        let known = [
            ("mpegts", "video/mp2t"),
            ("mpeg", "video/mpeg"),
            ("mpegvideo", "video/mpeg"),
            ("flv", "video/x-flv"),
            ("avi", "video/x-msvideo"),
            ("wav", "audio/wav"),
            ("flac", "audio/flac"),
            ("mp3", "audio/mpeg"),
            ("aiff", "audio/aiff"),
            ("au", "audio/basic"),
            ("asf", "video/x-ms-asf"),
            ("mxf", "application/mxf"),
            ("h264", "video/h264"),
            ("hevc", "video/h265"),
        ];
        known.into_iter().find(|(name, _)| is(name)).map(|(_, mime)| mime)?
    };
    Some(found)
}

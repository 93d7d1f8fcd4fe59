//! Files of every kind, and which of them are walked.

use super::super::left::DAMAGED;
use super::super::road_tests_made::{Folder, MADE};
use super::super::tests::clip;
use super::*;

/// The clips whose packets are walked to the last, whatever else is known.
const WALKED: &[&str] = &[
    "audio.m4a",
    "cover.m4a",
    "cover_then_video.mp4",
    "h264.mp4",
    "h264_moov_at_end.mp4",
    "hevc.mp4",
    "mpeg4.mp4",
    "live.webm",
    "two_videos.mp4",
    "vp9.webm",
];

#[test]
fn the_packets_of_every_clip_are_libavformats_whichever_road_is_taken() {
    for entry in std::fs::read_dir(format!("{}/tests/clips", env!("CARGO_MANIFEST_DIR"))).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        if [".md", ".sh", ".pl"].iter().any(|ending| name.ends_with(ending)) {
            continue;
        }
        let reasons = LEVELS.map(|level| compare(&clip(&name), level, &name));
        let expected = match &*name {
            _ if WALKED.contains(&&*name) => Some([Reason::None; 2]),
            // How long its sound lasts is learned by decoding some of it.
            "h264_fragmented.mp4" => Some([Reason::Structure, Reason::None]),
            // Times go back between its edits, which is seen when the first ones have been given.
            "multi_edit.mp4" => Some([Reason::Structure, Reason::None]),
            _ => None,
        };
        assert!(expected.is_none_or(|expected| expected == reasons), "{name}: {reasons:?}");
    }
}

#[test]
fn the_packets_of_every_film_that_is_made_are_libavformats_and_most_are_walked() {
    for made in MADE.iter().filter(|made| made.name.ends_with(".webm")) {
        let reasons = LEVELS.map(|level| compare(&made.bytes, level, &made.name));
        assert_eq!(reasons, [Reason::None; 2], "{}", made.name);
    }
    for made in MADE.iter().filter(|made| made.name.ends_with(".mp4") || made.name.ends_with(".mov")) {
        for level in LEVELS {
            let container = made.name.rsplit(' ').next().unwrap();
            let is_whole = matches!(container, "plain.mp4" | "faststart.mp4" | "plain.mov" | "hand.mp4");
            let is_silent_h264 = ["updated", "two_bytes"].iter().any(|film| made.name.starts_with(film));
            let is_left = match container {
                "dash.mp4" | "hybrid.mp4" => true,
                _ => !is_whole && level == Level::Full && !is_silent_h264,
            };
            let expected = if is_left { Reason::Structure } else { Reason::None };
            assert_eq!(compare(&made.bytes, level, &made.name), expected, "{} {level:?}", made.name);
        }
    }
}

const STRUCTURE: i32 = Reason::Structure as i32;

/// The files of the corpus that are left to libavformat, and why: when all is found out first, and why with
/// MEMUX_PROBE_HEADER; 0 where it is not. A container that is not walked at all does not stand here.
const PACKETS_LEFT: &[(&str, i32, i32)] = &[
    // Told to seek as it likes, libavformat does not open it.
    ("drm/sample_fragmented_clearkey.mp4", DAMAGED, DAMAGED),
    // Pictures of which it reckons when they are decoded, or sound of which it finds out how long it lasts.
    ("mkv/bbb_960x540_60fps_vp8.webm", STRUCTURE, STRUCTURE),
    ("mkv/sample.mkv", STRUCTURE, STRUCTURE),
    ("mkv/sample_last_cluster.mkv", STRUCTURE, STRUCTURE),
    ("mkv/sample_with_chapters.mkv", STRUCTURE, STRUCTURE),
    ("mkv/sample_with_pgs_subtitles.mkv", STRUCTURE, STRUCTURE),
    ("mkv/sample_with_srt.mkv", STRUCTURE, STRUCTURE),
    ("mkv/subsample_encrypted_altref.webm", STRUCTURE, 0),
    // Pictures whose rate libavformat guesses.
    ("mp4/sample_empty_track.mp4", STRUCTURE, STRUCTURE),
    // Sound of a rare codec, of which it learns how long a packet lasts.
    ("mp4/sample_fpcm_32le.mp4", STRUCTURE, STRUCTURE),
    // Sound in fragments: how long a packet lasts is known when one has been decoded.
    ("mp4/sample_fragmented.mp4", STRUCTURE, 0),
    // Read by an index of fragments.
    ("mp4/sample_fragmented_seekable_multiple_sidx.mp4", STRUCTURE, STRUCTURE),
    ("mp4/sample_mdat_too_long.mp4", DAMAGED, DAMAGED),
    ("mp4/sample_missing_stsd.mp4", DAMAGED, DAMAGED),
    // Samples in the header and in fragments.
    ("mp4/sample_partially_fragmented.mp4", STRUCTURE, STRUCTURE),
    ("mp4/sample_with_chapters.mp4", STRUCTURE, STRUCTURE),
    // Packets that libavformat divides anew.
    ("mp4/sample_with_vobsub.mp4", STRUCTURE, STRUCTURE),
];

/// Without a corpus the suite says at its end that this was not run.
#[test]
fn the_packets_of_every_file_of_the_corpus_are_libavformats_and_walked_but_for_those_listed() {
    let Some(corpus) = std::env::var_os("MEMUX_CORPUS") else { return };
    let mut left = Vec::new();
    for folder in ["3gp", "drm", "mkv", "mp4", "vp9"] {
        for entry in std::fs::read_dir(std::path::Path::new(&corpus).join(folder)).unwrap() {
            let path = entry.unwrap().path();
            let name = format!("{folder}/{}", path.file_name().unwrap().to_string_lossy());
            let bytes = std::fs::read(&path).unwrap();
            let [full, header] = LEVELS.map(|level| compare(&bytes, level, &name) as i32);
            if (full, header) != (0, 0) {
                left.push((name, full, header));
            }
        }
    }
    left.sort();
    let expected: Vec<_> =
        PACKETS_LEFT.iter().map(|(name, full, header)| ((*name).to_owned(), *full, *header)).collect();
    assert_eq!(left, expected, "left to libavformat, and the list of what may be");
}

#[test]
fn the_packets_of_every_input_that_a_fuzzer_found_are_libavformats() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus/differential");
    let mut walked = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        // The first byte says how a host asks.
        let input = std::fs::read(&path).unwrap();
        for level in LEVELS {
            walked += u32::from(compare(&input[1..], level, &path.to_string_lossy()) == Reason::None);
        }
    }
    assert!(walked > 10, "{walked} are walked");
}

#[test]
fn the_packets_of_sound_and_texts_in_matroska_are_libavformats() {
    crate::av::log::set(-1, Some(std::sync::Arc::new(|_, _| {})));
    let folder = Folder::new("packets");
    folder.write("texts.srt", b"1\n00:00:00,100 --> 00:00:00,400\nOne\n\n2\n00:00:00,300 --> 00:00:00,900\nTwo\n");
    let films = "-f lavfi -i testsrc2=size=64x48:rate=25:duration=1 -f lavfi -i sine=duration=1:sample_rate=48000";
    let makes = [
        ("aac.mkv", "-c:a aac", false),
        ("pcm.mkv", "-c:a pcm_s16le", false),
        ("opus.webm", "-c:a libopus", true),
        ("opus_60.webm", "-c:a libopus -frame_duration 60", true),
        ("opus_2.5.mkv", "-c:a libopus -frame_duration 2.5", true),
        // How long their packets last is not told.
        ("vorbis.webm", "-c:a libvorbis", false),
        ("flac.mkv", "-c:a flac", false),
    ];
    for (name, sound, is_walked) in makes {
        for video in ["libvpx", "libvpx-vp9"] {
            let pictures = format!("-c:v {video} -b:v 50k -cpu-used 8 -threads 1");
            let texts = if name.ends_with(".mkv") { "-i texts.srt -map 0 -map 1 -map 2 -c:s srt" } else { "" };
            folder.ffmpeg(&format!("{films} {texts} {pictures} {sound} {name}"));
            for level in LEVELS {
                let reason = compare(&folder.read(name), level, &format!("{video} {name}"));
                assert_eq!(reason == Reason::None, is_walked, "{video} {name} {level:?}");
            }
        }
    }
}

/// How pictures and sound are made, and the file that they are put into. Some are left to libavformat; none differs.
const KINDS: &[(&str, &str)] = &[
    ("-c:v mpeg4 -bf 2 -c:a aac", "mpeg4_b.mp4"),
    ("-c:v mpeg4 -bf 2 -video_track_timescale 25 -c:a aac", "slow_clock.mp4"),
    ("-c:v libx264 -bf 3 -video_track_timescale 50 -c:a aac", "slow_clock_h264.mp4"),
    ("-c:v mpeg2video -bf 2 -c:a mp2", "mpeg2.mp4"),
    ("-c:v libvpx-vp9 -b:v 50k -cpu-used 8 -c:a libopus", "vp9.mp4"),
    ("-c:v libvpx-vp9 -b:v 50k -cpu-used 8 -movflags frag_keyframe+empty_moov -c:a libopus", "vp9_fragments.mp4"),
    ("-c:v libx264 -flags +ildct+ilme -x264-params interlaced=1:bframes=2 -c:a aac", "interlaced.mp4"),
    ("-c:v libx264 -x264-params pic-struct=1:bframes=2 -c:a aac", "structures.mp4"),
    ("-c:v libx264 -bf 2 -movflags negative_cts_offsets -c:a aac", "negative.mp4"),
    ("-c:v libx264 -bf 2 -movflags negative_cts_offsets+frag_keyframe+empty_moov -an", "negative_fragments.mp4"),
    ("-c:v libx264 -bf 2 -use_editlist 0 -c:a aac", "no_edits.mp4"),
    ("-vf setpts=PTS*(1+0.3*mod(N\\,3))/1.3 -fps_mode vfr -c:v libx264 -bf 2 -c:a aac", "uneven.mp4"),
    ("-vf setpts=PTS*(1+0.3*mod(N\\,3))/1.3 -fps_mode vfr -c:v mpeg4 -bf 2 -c:a aac", "uneven_mpeg4.mp4"),
    ("-vf setpts=PTS*(1+0.3*mod(N\\,3))/1.3 -fps_mode vfr -c:v libx265 -preset ultrafast -an", "uneven_hevc.mp4"),
    ("-c:v prores -c:a pcm_s16le", "prores.mov"),
    ("-c:v mjpeg -c:a pcm_s24be", "mjpeg.mov"),
    ("-c:v libx264 -bf 2 -c:a alac", "alac.mov"),
    ("-c:v libx264 -bf 2 -c:a ac3", "ac3.mp4"),
    ("-c:v libx264 -bf 2 -c:a flac -strict -2", "flac.mp4"),
    ("-c:v libx264 -bf 2 -c:a libmp3lame", "mp3.mp4"),
    ("-c:v libx264 -bf 2 -c:a aac -ar 22050 -ac 1 -shortest", "slow_sound.mp4"),
    ("-c:v libx264 -bf 2 -c:a aac -movie_timescale 48000", "fine_movie.mp4"),
    ("-ss 0.31 -c:v libx264 -bf 2 -c:a aac -t 0.5", "short.mp4"),
    ("-c:v libx264 -g 250 -bf 2 -c:a aac -timecode 00:00:01:00", "timecode.mov"),
    ("-vn -c:a aac -movflags frag_keyframe+empty_moov -frag_duration 100000", "sound_fragments.mp4"),
    ("-vn -c:a libopus", "opus.mp4"),
    ("-vn -c:a pcm_u8", "pcm.mov"),
];

#[test]
fn the_packets_of_every_kind_of_film_are_libavformats() {
    crate::av::log::set(-1, Some(std::sync::Arc::new(|_, _| {})));
    let folder = Folder::new("kinds");
    let mut walked = 0;
    for (how, name) in KINDS {
        let films =
            "-f lavfi -i testsrc2=size=96x64:rate=25:duration=1 -f lavfi -i sine=duration=1.1:sample_rate=48000";
        folder.ffmpeg(&format!("{films} -pix_fmt yuv420p {how} {name}"));
        for level in LEVELS {
            let reason = compare(&folder.read(name), level, name);
            walked += u32::from(reason == Reason::None);
        }
    }
    assert!(walked >= 35, "{walked} are walked");
}

//! What the ffmpeg command makes: each codec that the walk knows, and each way of writing.

use super::walked;
use crate::ops::Select;
use crate::ops::road_tests::{compare, compare_reports};
use std::process::Command;
use std::sync::atomic::{AtomicU32, Ordering};

const PICTURE: &str = "-f lavfi -i testsrc2=size=160x120:rate=25:duration=2";
const SOUND: &str = "-f lavfi -i sine=frequency=440:sample_rate=48000:duration=2";
const H264: &str = "-c:v libx264 -preset veryfast -threads 1 -pix_fmt yuv420p";

/// The file that ffmpeg makes with these arguments.
fn made(arguments: &str) -> Vec<u8> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let name = format!("memux-{}-{}.mkv", std::process::id(), NEXT.fetch_add(1, Ordering::Relaxed));
    let path = std::env::temp_dir().join(name);
    let mut command = Command::new("ffmpeg");
    command.args("-nostdin -hide_banner -loglevel error -y".split(' ')).args(arguments.split(' ')).arg(&path);
    let output = command.output().unwrap();
    assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
    let bytes = std::fs::read(&path).unwrap();
    std::fs::remove_file(&path).unwrap();
    bytes
}

#[test]
fn every_codec_whose_packets_are_known_is_walked() {
    let video = [
        "-c:v libvpx -b:v 100k -auto-alt-ref 1 -lag-in-frames 16",
        "-c:v libvpx-vp9 -b:v 60k -cpu-used 8 -row-mt 0",
        "-c:v libx265 -preset ultrafast -x265-params log-level=none:pools=none:frame-threads=1",
        "-c:v mjpeg",
        "-c:v ffv1",
        "-c:v huffyuv -pix_fmt yuv422p -frames:v 5",
        "-c:v msmpeg4v2",
        "-c:v libtheora -b:v 200k",
        "-c:v rawvideo -pix_fmt yuv420p -frames:v 5",
    ];
    for codec in video {
        walked(&made(&format!("{PICTURE} {codec}")), codec);
    }
    let sound =
        ["aac", "libopus", "libvorbis", "flac", "alac", "ac3", "mp2", "dca -strict -2", "pcm_s16le", "pcm_f32le"];
    for codec in sound {
        walked(&made(&format!("{PICTURE} {SOUND} {H264} -c:a {codec}")), codec);
    }
    walked(&made(&format!("{PICTURE} {SOUND} {H264} -c:a libopus -ac 6 -mapping_family 1")), "Opus in four streams");
}

#[test]
fn h264_key_frames_are_those_of_libavformats_parser() {
    let ways = [
        "-g 10 -bf 2",
        "-g 1",
        "-g 10 -x264-params open-gop=1:bframes=3",
        "-x264-params ref=1:bframes=0:keyint=250:min-keyint=250:scenecut=0 -force_key_frames expr:eq(mod(n,7),0)",
        "-x264-params ref=1:bframes=0:weightp=0:intra-refresh=1:keyint=20",
        "-x264-params nal-hrd=cbr:vbv-maxrate=300:vbv-bufsize=300:keyint=12 -b:v 300k",
        "-profile:v high444 -pix_fmt yuv444p -x264-params keyint=9:cqm=jvt",
        "-x264-params repeat-headers=1:aud=1:pic-struct=1:keyint=9:slices=3",
        "-flags +ildct+ilme -x264-params tff=1:keyint=9",
    ];
    for way in ways {
        walked(&made(&format!("{PICTURE} {H264} {way}")), way);
    }
}

#[test]
fn every_way_of_writing_is_walked() {
    let ways = [
        "-live 1",
        "-cluster_time_limit 100",
        "-cluster_size_limit 2000",
        "-reserve_index_space 4096",
        "-write_crc32 0",
        "-cues_to_front 1",
        "-default_mode infer -allow_raw_vfw 1 -metadata title=A_title",
    ];
    for way in ways {
        walked(&made(&format!("{PICTURE} {SOUND} {H264} -g 10 -c:a aac {way}")), way);
    }
    let two = format!("{PICTURE} -f lavfi -i testsrc=size=64x64:rate=30:duration=2 {SOUND} -map 0 -map 1 -map 2");
    let bytes = made(&format!("{two} {H264} -c:a libvorbis"));
    walked(&bytes, "two videos");
    compare_reports(&bytes, Select::Index(1), "the second of two videos");
}

#[test]
fn subtitles_are_walked() {
    let text = std::env::temp_dir().join(format!("memux-{}.srt", std::process::id()));
    std::fs::write(&text, "1\n00:00:00,100 --> 00:00:01,500\nOne\n\n2\n00:00:01,000 --> 00:00:01,900\nTwo\n").unwrap();
    for codec in ["srt", "ass"] {
        walked(&made(&format!("{PICTURE} -i {} {H264} -c:s {codec}", text.display())), codec);
    }
    std::fs::remove_file(&text).unwrap();
}

/// libavformat's parsers know which of their frames are key frames; how many packets there are the walk knows too.
#[test]
fn codecs_whose_key_frames_are_not_known_are_counted() {
    for codec in ["mpeg4", "mpeg2video", "libaom-av1 -cpu-used 8 -frames:v 9", "libxvid -vtag XVID"] {
        let bytes = made(&format!("{PICTURE} -c:v {codec}"));
        assert!(compare(&bytes, codec).is_err(), "{codec} is walked: it belongs to the others");
        compare_reports(&bytes, Select::FirstVideo, codec);
    }
}

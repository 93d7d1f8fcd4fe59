//! Each stream of each file by itself, as the ffmpeg command copies it.

use super::host::{Road, extract, extract_as};
use super::table::{files, folder};
use super::tools::{assert_tools_are_of_our_major, output_of, scratch_file};
use memux::ffi::*;
use serde_json::Value;
use std::process::{Command, Stdio};

/// A stream as ffprobe names it.
struct Listed {
    index: i32,
    codec: String,
    is_picture: bool,
}

#[test]
fn every_stream_comes_in_the_form_of_its_codec_as_the_ffmpeg_command_writes_it() {
    assert_tools_are_of_our_major();
    let (mut compared, mut refused, mut codecs, mut differences) = (0, 0, Vec::new(), Vec::new());
    for row in files().iter().filter(|row| !row.is_playlist()) {
        let bytes = row.bytes();
        for stream in listed(&row.path) {
            let name = format!("{} stream {} ({})", row.path, stream.index, stream.codec);
            let (said, got) = extract(&bytes, Road::Memory, Some(stream.index));
            let Some(muxer) = muxer(&stream) else {
                assert!(said.status == MEMUX_ERROR_CODEC && got.is_empty(), "{name}: {} {}", said.status, said.message);
                refused += 1;
                continue;
            };
            let Some(expected) = by_ffmpeg(&row.path, stream.index, muxer) else {
                assert!(said.status < 0, "{name}: the command fails, and memux gives {} bytes", got.len());
                continue;
            };
            if said.status < 0 || got != expected {
                let first = expected.iter().zip(&got).position(|(expected, got)| expected != got);
                let sizes = (expected.len(), got.len());
                differences.push(format!("{name}: {} {}, sizes {sizes:?}, at {first:?}", said.status, said.message));
                continue;
            }
            let (said, by_callbacks) = extract(&bytes, Road::Cheap, Some(stream.index));
            assert!(said.status >= 0 && by_callbacks == got, "{name} by callbacks: {}", said.message);
            compared += 1;
            codecs.push(stream.codec);
        }
    }
    codecs.sort();
    codecs.dedup();
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
    assert!(compared >= 85 && refused >= 10, "{compared} streams were compared, {refused} have no form");
    assert!(codecs.len() >= 18, "only {codecs:?}");
}

#[test]
fn raw_and_length_prefixed_streams_are_the_packets_as_they_lie() {
    let mut compared = 0;
    for row in files().iter().filter(|row| row.is_mp4() && row.is_annex_b()) {
        let Some(stream) = row.stream else { continue };
        let Some(expected) = by_ffmpeg(&row.path, stream, "data") else { continue };
        for framing in [MEMUX_FRAMING_RAW, MEMUX_FRAMING_LENGTH_PREFIXED] {
            let (said, got) = extract_as(&row.bytes(), Road::Memory, Some(stream), framing);
            assert!(said.status >= 0 && said.report.framing == framing, "{}: {}", row.path, said.message);
            assert!(got == expected, "{} in framing {framing}", row.path);
            compared += 1;
        }
    }
    assert!(compared >= 40, "only {compared} streams were compared");
}

fn listed(path: &str) -> Vec<Listed> {
    let arguments = ["-v", "error", "-show_streams", "-of", "json"];
    let (_, text) = output_of(Command::new("ffprobe").args(arguments).arg(folder().join(path)));
    let tree: Value = serde_json::from_str(&text).unwrap_or_default();
    let streams = tree["streams"].as_array().into_iter().flatten();
    streams
        .map(|stream| Listed {
            index: stream["index"].as_i64().unwrap().try_into().unwrap(),
            codec: stream["codec_name"].as_str().unwrap_or("unknown").to_owned(),
            is_picture: stream["disposition"]["attached_pic"] == 1,
        })
        .collect()
}

/// FFmpeg's muxer for files of the codec; none where there are no such files.
fn muxer(stream: &Listed) -> Option<&'static str> {
    if stream.is_picture {
        return Some("data");
    }
    Some(match stream.codec.as_str() {
        "h264" => "h264",
        "hevc" => "hevc",
        "av1" => "obu",
        "vp8" | "vp9" => "ivf",
        "mpeg1video" => "mpeg1video",
        "mpeg2video" => "mpeg2video",
        "mpeg4" => "m4v",
        "h263" => "h263",
        "mjpeg" => "mjpeg",
        "aac" => "adts",
        "mp2" => "mp2",
        "mp3" => "mp3",
        "ac3" => "ac3",
        "eac3" => "eac3",
        "dts" => "dts",
        "flac" => "flac",
        "opus" | "vorbis" | "theora" => "ogg",
        "amr_nb" | "amr_wb" => "amr",
        "subrip" => "srt",
        "ass" => "ass",
        "webvtt" => "webvtt",
        codec if codec.starts_with("pcm_") => "wav",
        _ => return None,
    })
}

/// None where the command gives up.
fn by_ffmpeg(path: &str, stream: i32, muxer: &str) -> Option<Vec<u8>> {
    let output = scratch_file("stream");
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-y", "-i"]).arg(folder().join(path));
    command.args(["-map", &format!("0:{stream}"), "-c", "copy", "-fflags", "+bitexact", "-f", muxer]).arg(&output);
    let ran = command.stdin(Stdio::null()).output().expect("the ffmpeg command runs");
    ran.status.success().then(|| std::fs::read(&output).unwrap()).filter(|bytes| !bytes.is_empty())
}

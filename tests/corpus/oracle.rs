//! The same answers as FFmpeg's own tools, and as a C program written by hand on the same libavformat.

use super::answers::road_of;
use super::boundaries::Packet;
use super::host::{ROADS, Road, count, extract};
use super::table::{Row, files, folder, rows};
use super::tools::{assert_tools_are_of_our_major, extracted_by_ffmpeg, hand_written, output_of, scratch};
use memux::ffi::*;
use std::path::Path;
use std::process::{Command, Stdio};

#[test]
fn extraction_writes_what_the_ffmpeg_command_writes() {
    assert_tools_are_of_our_major();
    let (mut compared, mut walked) = (0, 0);
    for row in rows().iter().filter(|row| row.is_annex_b() && row.packets != Some(0)) {
        let expected = extracted_by_ffmpeg(row);
        for road in ROADS.into_iter().chain([Road::Walked]) {
            let (said, got) = extract(&row.bytes(), road, row.stream);
            let (engine, reason) = road_of(row);
            if road == Road::Walked && engine == MEMUX_ENGINE_FFMPEG {
                assert_eq!((said.status, said.report.engine_reason), (MEMUX_ERROR_UNSUPPORTED, reason), "{}", row.path);
                continue;
            }
            if road == Road::Memory {
                assert_eq!((said.report.engine, said.report.engine_reason), (engine, reason), "{}", row.path);
            }
            assert!(said.status >= 0, "{} {road:?}: {}", row.path, said.message);
            assert!(got == expected, "{} {road:?}: {} bytes, ffmpeg writes {}", row.path, got.len(), expected.len());
            assert_eq!(said.report.bytes_written, u64::try_from(got.len()).unwrap(), "{}", row.path);
            assert_eq!(said.report.codec, if row.codec == "h264" { MEMUX_CODEC_H264 } else { MEMUX_CODEC_HEVC });
            compared += 1;
            walked += usize::from(said.report.engine == MEMUX_ENGINE_WALK);
        }
    }
    assert!(compared >= 35 * ROADS.len(), "only {compared} extractions were compared");
    assert!(walked >= 2 * 30, "only {walked} of them were walked");
}

#[test]
fn a_program_written_by_hand_counts_the_same_where_it_can_count_at_all() {
    let (mut agreed, mut beyond_it) = (0, 0);
    for row in files().iter().filter(|row| row.is_mp4()) {
        let (packets, code) = hand_written(&[Path::new("count"), &folder().join(&row.path)]);
        let said = count(&row.bytes(), Road::Memory, None, MEMUX_COUNT_PACKETS);
        if code == 0 && packets > 0 {
            assert_eq!(said.report.frames, packets, "{}", row.path);
            agreed += 1;
        } else {
            // It cannot seek, and says so with a count of nought.
            assert_eq!(Some(said.report.frames), row.expected(), "{}", row.path);
            beyond_it += 1;
        }
    }
    assert!(agreed >= 12 && beyond_it >= 15, "{agreed} agreed, {beyond_it} were beyond it");
}

#[test]
fn a_program_written_by_hand_extracts_the_same_bytes() {
    let mut compared = 0;
    // One is encrypted so that only a reader that cannot seek gets through it.
    for row in files().iter().filter(|row| row.is_mp4() && row.is_annex_b() && row.class != "senc-when-seekable") {
        let output = scratch().join("by_hand.out");
        let (packets, code) = hand_written(&[Path::new("extract"), &folder().join(&row.path), &output]);
        let (said, got) = extract(&row.bytes(), Road::Memory, None);
        if code == 0 {
            assert_eq!(said.report.packets, packets, "{}", row.path);
        }
        assert!(got == std::fs::read(&output).unwrap(), "{}", row.path);
        compared += 1;
    }
    assert!(compared >= 25, "only {compared} were compared");
}

/// One number that ffprobe prints, `None` where it prints none.
fn ffprobe(row: &Row, what: &[&str], entry: &str) -> Option<u64> {
    let stream = row.stream.unwrap().to_string();
    let mut command = Command::new("ffprobe");
    command.args(["-v", "quiet"]).args(what).args(["-select_streams", &stream, "-show_entries", entry]);
    command.args(["-of", "default=noprint_wrappers=1:nokey=1"]).arg(folder().join(&row.path));
    output_of(&mut command).1.lines().next().and_then(|line| line.trim().parse().ok())
}

/// Where ffprobe finds each packet, if it says so, and how long the packet is.
pub fn packets_of_all_streams(row: &Row) -> Vec<Packet> {
    assert_tools_are_of_our_major();
    let mut command = Command::new("ffprobe");
    command.args(["-v", "quiet", "-show_entries", "packet=size,pos", "-of", "csv=p=0"]);
    let file = folder().join(&row.path);
    // As in extraction.
    let piped = row.class == "senc-when-seekable";
    command.arg(if piped { Path::new("pipe:0") } else { &file });
    command.stdin(if piped { std::fs::File::open(&file).unwrap().into() } else { Stdio::null() });
    let output = command.output().expect("the ffprobe command runs");
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines()
        .filter(|line| !line.is_empty())
        .map(|line| {
            // What side data there are comes behind.
            let mut cells = line.split(',');
            let size = cells.next().unwrap().parse().unwrap();
            Packet { size, offset: cells.next().unwrap().parse().ok() }
        })
        .collect()
}

#[test]
fn decoded_frames_are_ffprobes() {
    assert_tools_are_of_our_major();
    let mut compared = 0;
    for row in rows().iter().filter(|row| row.packets.is_some() && !row.has_no_video()) {
        let said = count(&row.bytes(), Road::Memory, row.stream, MEMUX_COUNT_DECODED);
        match ffprobe(row, &["-count_frames"], "stream=nb_read_frames") {
            Some(frames) => {
                assert_eq!(
                    (said.report.frames, said.report.decoded),
                    (frames, frames),
                    "{}: {}",
                    row.path,
                    said.message
                );
                compared += 1;
            }
            // No decoder, or nothing that it could decode.
            None => assert!(
                said.status == MEMUX_ERROR_NO_DECODER || said.report.decoded == 0,
                "{}: {} decoded",
                row.path,
                said.report.decoded
            ),
        }
    }
    assert!(compared >= 40, "only {compared} were compared");
}

#[test]
fn presented_packets_are_those_that_ffprobe_does_not_mark_as_discarded() {
    assert_tools_are_of_our_major();
    let mut discarded_somewhere = 0;
    for row in rows().iter().filter(|row| row.packets.is_some() && !row.has_no_video()) {
        let stream = row.stream.unwrap().to_string();
        let mut command = Command::new("ffprobe");
        command.args(["-v", "quiet", "-select_streams", &stream, "-show_entries", "packet=flags"]);
        command.args(["-of", "default=noprint_wrappers=1:nokey=1"]).arg(folder().join(&row.path));
        let (_, flags) = output_of(&mut command);
        let presented = flags.lines().filter(|flags| !flags.contains('D')).count();
        for road in [Road::Memory, Road::ByFfmpeg] {
            let said = count(&row.bytes(), road, row.stream, MEMUX_COUNT_PRESENTED);
            assert_eq!(said.report.frames, u64::try_from(presented).unwrap(), "{} {road:?}", row.path);
        }
        let said = count(&row.bytes(), Road::Memory, row.stream, MEMUX_COUNT_PRESENTED);
        discarded_somewhere += usize::from(said.report.packets != said.report.presented);
    }
    assert!(discarded_somewhere >= 1, "no file of the corpus has a packet that an edit list discards");
}

//! The packets of each file, one by one, held against ffprobe.

use super::host::{Packet, Road, packets, sought};
use super::table::{files, folder};
use super::tools::{assert_tools_are_of_our_major, output_of, scratch_file};
use memux::ffi::*;
use serde_json::Value;
use std::process::Command;

#[test]
fn packets_come_as_ffprobe_shows_them() {
    assert_tools_are_of_our_major();
    let mut compared = 0;
    for row in files().iter().filter(|row| !row.is_playlist()) {
        let Some(expected) = ffprobe(&row.path) else { continue };
        for road in [Road::Memory, Road::Cheap] {
            let (said, got) = packets(&row.bytes(), road, None);
            assert!(matches!(said.status, MEMUX_END | MEMUX_TRUNCATED), "{} {road:?}: {}", row.path, said.message);
            let first = expected.iter().zip(&got).position(|(expected, got)| expected != got);
            let at = first.map(|at| (at, &expected[at], &got[at]));
            assert!(at.is_none(), "{} {road:?}: the packet of number, by ffprobe, by memux: {at:#?}", row.path);
            assert_eq!(got.len(), expected.len(), "{} {road:?}", row.path);
            assert_eq!(said.report.packets, u64::try_from(got.len()).unwrap());
        }
        compared += 1;
    }
    assert!(compared >= 55, "only {compared} files were compared");
}

/// Where it may seek, libavformat does not even open it.
#[test]
fn packets_of_an_encrypted_file_in_fragments_come_front_to_back() {
    let row = files().into_iter().find(|row| row.class == "senc-when-seekable").expect("the corpus has such a file");
    for road in [Road::Memory, Road::Cheap, Road::NoSeek] {
        let (said, got) = packets(&row.bytes(), road, row.stream.as_ref().map(std::slice::from_ref));
        assert_eq!((said.status, got.len()), (MEMUX_END, 30), "{} {road:?}: {}", row.path, said.message);
    }
}

#[test]
fn packets_of_one_stream_are_those_of_all_without_the_others() {
    let mut compared = 0;
    for row in files().iter().filter(|row| !row.is_playlist()) {
        let (said, all) = packets(&row.bytes(), Road::Memory, None);
        let streams = all.iter().map(|packet| packet.stream).max().unwrap_or(0);
        if said.status != MEMUX_END || streams == 0 {
            continue;
        }
        for stream in 0..=streams {
            let (_, got) = packets(&row.bytes(), Road::Memory, Some(&[stream]));
            let expected: Vec<_> = all.iter().filter(|packet| packet.stream == stream).collect();
            assert!(got.iter().collect::<Vec<_>>() == expected, "{}: stream {stream}", row.path);
            compared += 1;
        }
    }
    assert!(compared >= 30, "only {compared} streams were compared");
}

#[test]
fn a_seek_lands_where_ffprobe_lands() {
    assert_tools_are_of_our_major();
    let (mut compared, mut moved, mut differences) = (0, 0, Vec::new());
    for row in files().iter().filter(|row| !row.is_playlist()) {
        let bytes = row.bytes();
        let beginning = sought(&bytes, Road::Memory, 0).1;
        // At 0 ffprobe goes forward, to a packet behind it.
        for time in [40_000, 400_000, 1_000_000, 2_500_000, 7_300_000] {
            let interval = format!("{}us%+#1", time);
            let Some(expected) = ffprobe_with(&row.path, &["-read_intervals", &interval]) else { continue };
            for road in [Road::Memory, Road::Cheap] {
                let (said, got) = sought(&bytes, road, time);
                if expected.first() != got.as_ref() {
                    let context = format!("{} {road:?} to {time}: {} {}", row.path, said.status, said.message);
                    differences.push(format!("{context}: ffprobe {:?}, memux {got:?}", expected.first()));
                }
                moved += usize::from(got != beginning);
            }
            compared += 1;
        }
    }
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
    assert!(compared >= 200 && moved >= 100, "only {compared} seeks were compared, {moved} away from the beginning");
}

fn ffprobe(path: &str) -> Option<Vec<Packet>> {
    ffprobe_with(path, &[])
}

/// None where ffprobe gives up.
fn ffprobe_with(path: &str, more: &[&str]) -> Option<Vec<Packet>> {
    let nameless = scratch_file("packets");
    std::fs::copy(folder().join(path), &nameless).unwrap();
    let arguments = ["-v", "error", "-show_packets", "-of", "json"];
    let (probed, text) = output_of(Command::new("ffprobe").args(arguments).args(more).arg(&nameless));
    let tree: Value = serde_json::from_str(&text).ok().filter(|_| probed)?;
    Some(tree["packets"].as_array()?.iter().map(packet).collect())
}

fn packet(shown: &Value) -> Packet {
    let text = |name: &str| shown[name].as_str().unwrap_or_default();
    let side_data = shown["side_data_list"].as_array().into_iter().flatten();
    Packet {
        stream: shown["stream_index"].as_i64().unwrap().try_into().unwrap(),
        pts: shown["pts"].as_i64(),
        dts: shown["dts"].as_i64(),
        duration: shown["duration"].as_i64().unwrap_or(0),
        position: text("pos").parse().ok(),
        key: text("flags").contains('K'),
        discard: text("flags").contains('D'),
        size: text("size").parse().unwrap(),
        side_data: side_data.map(|data| data["side_data_type"].as_str().unwrap().to_owned()).collect(),
    }
}

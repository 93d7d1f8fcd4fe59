//! Each file put into other containers: byte for byte what the ffmpeg command writes.

use super::host::{Remux, Road, remux};
use super::table::{files, folder};
use super::tools::{assert_tools_are_of_our_major, scratch_file};
use memux::ffi::*;
use std::ffi::CStr;
use std::process::{Command, Stdio};

/// A container, its layout, and what the ffmpeg command calls that layout.
struct Form {
    format: &'static CStr,
    layout: i32,
    movflags: Option<&'static str>,
}

const FORMS: [Form; 8] = [
    Form { format: c"mp4", layout: MEMUX_LAYOUT_PROGRESSIVE, movflags: None },
    Form { format: c"mp4", layout: MEMUX_LAYOUT_FASTSTART, movflags: Some("+faststart") },
    Form {
        format: c"mp4",
        layout: MEMUX_LAYOUT_FRAGMENTED,
        movflags: Some("+delay_moov+default_base_moof+frag_keyframe"),
    },
    Form { format: c"mov", layout: MEMUX_LAYOUT_PROGRESSIVE, movflags: None },
    Form { format: c"matroska", layout: MEMUX_LAYOUT_AUTO, movflags: None },
    Form { format: c"mpegts", layout: MEMUX_LAYOUT_AUTO, movflags: None },
    Form { format: c"flv", layout: MEMUX_LAYOUT_AUTO, movflags: None },
    Form { format: c"nut", layout: MEMUX_LAYOUT_AUTO, movflags: None },
];

/// Where memux leaves out on purpose what the command takes.
fn differs_on_purpose(path: &str, form: &Form) -> Option<&'static str> {
    let in_fragments = form.layout == MEMUX_LAYOUT_FRAGMENTED;
    match path {
        "flac/bear_with_picture.flac" | "mp3/bear-id3.mp3" if form.format == c"mpegts" => {
            Some("a cover picture means nothing in a transport stream")
        }
        "mp4/sample_with_vobsub.mp4" if form.format == c"mov" => Some("QuickTime knows no such subtitles"),
        "mp3/bear-id3.mp3" | "ogg/bear.opus" | "ogg/bear_vorbis.ogg" if in_fragments => {
            Some("without video fragments end by time, where the command makes a single one")
        }
        _ => None,
    }
}

#[test]
fn streams_are_put_into_other_containers_as_the_ffmpeg_command_puts_them() {
    assert_tools_are_of_our_major();
    let (mut same, mut refused, mut differences) = (0, 0, Vec::new());
    for row in files().iter().filter(|row| !row.is_playlist()) {
        let bytes = row.bytes();
        for form in &FORMS {
            let name = format!("{} to {:?} {}", row.path, form.format, form.layout);
            let how = Remux { format: form.format, layout: form.layout, streams: None, append_only: false };
            // The walk makes fragments of other bytes, with the same packets.
            let road = if form.layout == MEMUX_LAYOUT_FRAGMENTED { Road::Cheap } else { Road::Memory };
            let (said, got) = remux(&bytes, road, &how);
            let Some(expected) = by_ffmpeg(&row.path, form) else {
                // What the command cannot do memux cannot, unless it leaves out what does not fit.
                refused += 1;
                continue;
            };
            if differs_on_purpose(&row.path, form).is_some() {
                assert!(said.status >= 0 && got != expected, "{name}: it does not differ any more");
                continue;
            }
            if said.status < 0 || got != expected {
                let first = expected.iter().zip(&got).position(|(expected, got)| expected != got);
                let sizes = (expected.len(), got.len());
                differences.push(format!("{name}: {} {}, sizes {sizes:?}, at {first:?}", said.status, said.message));
                continue;
            }
            assert!(said.report.bytes_written >= u64::try_from(got.len()).unwrap(), "{name}");
            let how = Remux { append_only: true, ..how };
            let (said, appended) = remux(&bytes, Road::Cheap, &how);
            assert!(said.status >= 0, "{name}, through callbacks: {}", said.message);
            assert!(appended == got, "{name}: another output through callbacks that cannot seek");
            same += 1;
        }
    }
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
    assert!(same >= 300, "only {same} outputs were compared, {refused} the command refused");
}

/// None where the command gives up.
fn by_ffmpeg(path: &str, form: &Form) -> Option<Vec<u8>> {
    let output = scratch_file("remuxed");
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-y", "-i"]).arg(folder().join(path));
    command.args(["-map", "0", "-map", "-0:d?", "-map", "-0:t?", "-c", "copy", "-fflags", "+bitexact"]);
    command.args(form.movflags.map(|flags| ["-movflags", flags]).into_iter().flatten());
    command.args(["-f", form.format.to_str().unwrap()]).arg(&output);
    let ran = command.stdin(Stdio::null()).output().expect("the ffmpeg command runs");
    ran.status.success().then(|| std::fs::read(&output).unwrap())
}

//! Each file put into other containers, held against the ffmpeg command.

use super::host::{Remux, Road, remux};
use super::table::{files, folder};
use super::tools::{assert_tools_are_of_our_major, scratch};
use memux::ffi::*;
use std::process::{Command, Stdio};

#[test]
fn experiment() {
    assert_tools_are_of_our_major();
    for row in files().iter().filter(|row| !row.is_playlist()) {
        for (format, flags) in [
            ("mp4", None),
            ("matroska", None),
            ("mpegts", None),
            ("mov", None),
            ("mp4", Some("+delay_moov+default_base_moof+frag_keyframe")),
        ] {
            let out = scratch().join("remuxed");
            let mut command = Command::new("ffmpeg");
            command.args(["-v", "error", "-y", "-i"]).arg(folder().join(&row.path));
            command.args(["-map", "0", "-map", "-0:d?", "-map", "-0:t?", "-c", "copy", "-fflags", "+bitexact"]);
            if let Some(flags) = flags {
                command.args(["-movflags", flags]);
            }
            command.args(["-f", format]).arg(&out).stdin(Stdio::null());
            let ran = command.output().unwrap();
            let layout = if flags.is_some() { MEMUX_LAYOUT_FRAGMENTED } else { MEMUX_LAYOUT_PROGRESSIVE };
            let name = std::ffi::CString::new(format).unwrap();
            let how = Remux { format: &name, layout, streams: None, append_only: false };
            let (said, got) = remux(&row.bytes(), Road::Memory, &how);
            if !ran.status.success() {
                println!("{} {format}: ffmpeg fails; memux {} {} {}", row.path, said.status, said.message, got.len());
                continue;
            }
            let expected = std::fs::read(&out).unwrap();
            let first = expected.iter().zip(&got).position(|(a, b)| a != b);
            println!(
                "{} {format} {flags:?}: {} {} {}",
                row.path,
                said.status,
                said.message,
                if expected == got {
                    "SAME".into()
                } else {
                    format!("DIFFER {} {} {first:?}", expected.len(), got.len())
                }
            );
            if expected != got {
                std::fs::write(scratch().join(format!("{}.{format}.{layout}.got", row.path.replace('/', "_"))), &got)
                    .unwrap();
                std::fs::write(
                    scratch().join(format!("{}.{format}.{layout}.exp", row.path.replace('/', "_"))),
                    &expected,
                )
                .unwrap();
            }
        }
    }
}

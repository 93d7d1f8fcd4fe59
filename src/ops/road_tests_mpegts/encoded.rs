//! Transport streams as the ffmpeg command makes them.

use super::damage::completeness;
use super::make::*;
use super::{H264, walked as walked_as_made};
use crate::ops::Completeness;
use crate::ops::road_tests::compare;
use std::process::Command;

/// A folder of its own for each test.
struct Folder(std::path::PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let folder = std::env::temp_dir().join(format!("memux-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        Folder(folder)
    }

    /// Some frames of a test picture, with these arguments.
    fn encode(&self, frames: u32, arguments: &str) -> Vec<u8> {
        let file = self.0.join("out.ts");
        let input = "-v error -y -f lavfi -i testsrc2=size=320x240:rate=25 -f lavfi -i sine";
        let status = Command::new("ffmpeg")
            .args(input.split_whitespace())
            .args(arguments.split_whitespace())
            .args(["-t", &(f64::from(frames) / 25.0).to_string()])
            .args(["-f", "mpegts"])
            .arg(&file)
            .status()
            .expect("the ffmpeg command runs");
        assert!(status.success(), "{arguments}");
        std::fs::read(file).unwrap()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        drop(std::fs::remove_dir_all(&self.0));
    }
}

fn walked(name: &str, all: &[&str]) {
    let folder = Folder::new(name);
    for arguments in all {
        // One stream in 184 seems to be cut, since its last packet happens to be filled: then a shorter one is looked at.
        let mut made = (40..50).rev().map(|frames| folder.encode(frames, arguments));
        let bytes = made.find(|bytes| completeness(bytes) != Completeness::Truncated).unwrap();
        compare(&bytes, arguments).unwrap_or_else(|declined| panic!("{arguments}: {declined:?}"));
    }
}

#[test]
fn h264_of_every_kind_is_walked() {
    walked(
        "h264",
        &[
            "-c:v libx264 -preset ultrafast -c:a aac",
            "-c:v libx264 -bf 3 -g 12 -x264-params slices=4:open-gop=1 -c:a mp2",
            "-c:v libx264 -preset ultrafast -x264-params intra-refresh=1:aud=1 -an",
            "-c:v libx264 -x264-params nal-hrd=vbr:vbv-maxrate=1000:vbv-bufsize=1000:tff=1 -c:a ac3",
            "-c:v libx264 -preset ultrafast -g 1 -c:a aac -mpegts_m2ts_mode 1",
            "-c:v libx264 -preset ultrafast -qp 2 -s 1280x720 -c:a aac -pes_payload_size 0",
            "-c:v libx264 -x264-params keyint=50:ref=1:bframes=0:scenecut=0:qp=30 -force_key_frames expr:gte(n,7) -c:a mp2",
            "-map 0:v -map 1:a -map 0:v -c:v libx264 -preset ultrafast -c:a aac -program st=0:st=1 -program st=2",
        ],
    );
}

#[test]
fn hevc_of_every_kind_is_walked() {
    walked(
        "hevc",
        &[
            "-c:v libx265 -preset ultrafast -x265-params log-level=none -c:a aac",
            // Slices need a pool of threads, which x265 does not find everywhere by itself: without one it crashes.
            "-c:v libx265 -preset ultrafast -x265-params log-level=none:pools=2:slices=3:keyint=10:open-gop=1:bframes=3:repeat-headers=1 -an",
            "-c:v libx265 -preset ultrafast -x265-params log-level=none:aud=1:hrd=1:vbv-maxrate=900:vbv-bufsize=900:eos=1:eob=1 -an",
        ],
    );
}

#[test]
fn mpeg1_and_mpeg2_video_of_every_kind_is_walked() {
    walked(
        "mpeg2",
        &[
            "-c:v mpeg2video -c:a mp2",
            "-c:v mpeg2video -bf 2 -g 12 -flags +ildct+ilme -alternate_scan 1 -an",
            "-c:v mpeg1video -bf 2 -an",
            "-c:v mpeg2video -qscale 1 -s 1280x720 -c:a ac3",
            "-c:v mpeg2video -g 1 -c:a aac -mpegts_m2ts_mode 1",
        ],
    );
}

/// Intra pictures that neither are called IDR nor announced are key frames only where no picture refers to more than one.
#[test]
fn intra_pictures_are_key_frames_where_libavformat_takes_them_for_some() {
    let folder = Folder::new("keys");
    for (references, keys) in [(1, true), (3, false)] {
        let options = format!("keyint=5:bframes=0:scenecut=0:weightp=0:ref={references}");
        let bytes = folder.encode(25, &format!("-c:v libx264 -x264-params {options} -an"));
        let mut maker = Maker::of(H264);
        for picture in pictures(&bytes) {
            let mut picture = without(&picture, |first| first == 6);
            for at in 0..picture.len() - 3 {
                if picture[at..].starts_with(&[0, 0, 1, 0x65]) {
                    picture[at + 3] = 0x61;
                }
            }
            maker.pes(VIDEO, 0xe0, Pes { bounded: true, ..PLAIN }, &picture);
        }
        walked_as_made(&maker, &options);
        let views = crate::ops::road_tests::packets(&maker.bytes).unwrap();
        assert_eq!(views.iter().filter(|view| view.key).count(), if keys { 5 } else { 0 }, "{options}");
    }
}

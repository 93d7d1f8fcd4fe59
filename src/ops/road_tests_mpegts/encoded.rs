//! Transport streams as the ffmpeg command makes them.

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

    /// Two seconds of a test picture, with these arguments.
    fn encode(&self, arguments: &str) -> Vec<u8> {
        let file = self.0.join("out.ts");
        let input = "-v error -y -f lavfi -i testsrc2=size=320x240:rate=25:duration=2 -f lavfi -i sine=duration=2";
        let status = Command::new("ffmpeg")
            .args(input.split_whitespace())
            .args(arguments.split_whitespace())
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
        let bytes = folder.encode(arguments);
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
            "-c:v libx265 -preset ultrafast -x265-params log-level=none:slices=3:keyint=10:open-gop=1:bframes=3:repeat-headers=1 -an",
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

//! The films that are put into containers, each 25 pictures long, or twice that.

use crate::ops::extract::tests::movie::Track;
use crate::ops::road_tests::{packets, rules};
use crate::walk::{Codec, Walk};
use std::path::PathBuf;
use std::process::Command;

const PICTURE: &str = "-f lavfi -i testsrc2=size=96x64:rate=25:duration=1";
const OTHER_PICTURE: &str = "-f lavfi -i testsrc=size=128x80:rate=25:duration=1";
const SOUND: &str = "-f lavfi -i sine=frequency=440:sample_rate=44100:duration=1 -c:a aac -b:a 32k -ac 1";
const X264: &str = "-pix_fmt yuv420p -c:v libx264 -preset veryfast -threads 1 -g 8";
const X265: &str = "-pix_fmt yuv420p -c:v libx265 -preset ultrafast -x265-params \
    log-level=none:pools=none:frame-threads=1:min-keyint=8:scenecut=0";

/// Each by its name, and how its pictures are encoded.
const ENCODED: &[(&str, &str, &str)] = &[
    ("plain", X264, "-bf 2"),
    ("all_intra", X264, "-g 1"),
    ("hrd", X264, "-x264-params nal-hrd=vbr:vbv-maxrate=300:vbv-bufsize=300"),
    ("in_band", X264, "-bf 0 -x264-params repeat-headers=1:aud=1"),
    ("timecode", X264, "-bf 2 -timecode 01:02:03:04"),
    ("hevc", X265, ":keyint=8:bframes=2"),
    ("hevc_all_intra", X265, ":keyint=1"),
    ("hevc_hrd", X265, ":keyint=8:hrd=1:vbv-maxrate=300:vbv-bufsize=300"),
    ("hevc_in_band", X265, ":keyint=8:bframes=0:repeat-headers=1:aud=1"),
];

/// Makes all films, and gives their names.
pub fn make(folder: &Folder) -> Vec<&'static str> {
    for (name, encoder, how) in ENCODED {
        // x265 takes all in one word.
        let space = if how.starts_with(':') { "" } else { " " };
        folder.ffmpeg(&format!("{PICTURE} {SOUND} {encoder}{space}{how} {name}.mp4"));
    }
    let both = format!("{PICTURE} {OTHER_PICTURE} {SOUND} -map 0 -map 1 -map 2");
    folder.ffmpeg(&format!("{both} {X264} two_videos.mp4"));
    let vpx = "-c:v libvpx-vp9 -b:v 60k -cpu-used 8 -g 8 -c:a libopus";
    folder.ffmpeg(&format!("{PICTURE} {SOUND} {vpx} vp9.webm"));
    // Pictures of another size in the second half, and so other parameter sets; the container names the first ones alone.
    for (name, encoder, how, ending) in
        [("updated", X264, " -bf 0", "h264"), ("hevc_updated", X265, ":keyint=8:bframes=0", "hevc")]
    {
        folder.ffmpeg(&format!("{PICTURE} {encoder}{how} first.{ending}"));
        folder.ffmpeg(&format!("{OTHER_PICTURE} {encoder}{how} second.{ending}"));
        let halves = ["first", "second"].map(|half| folder.read(&format!("{half}.{ending}")));
        folder.write(&format!("both.{ending}"), &halves.concat());
        folder.ffmpeg(&format!("-r 25 -i both.{ending} -c copy {name}.mp4"));
    }
    for (name, source) in [("two_bytes", "in_band"), ("hevc_two_bytes", "hevc_in_band")] {
        folder.write(&format!("{name}.mp4"), &two_byte_lengths(&folder.read(&format!("{source}.mp4"))));
    }
    let encoded = ENCODED.iter().map(|(name, ..)| *name);
    encoded.chain(["two_videos", "vp9", "updated", "hevc_updated", "two_bytes", "hevc_two_bytes"]).collect()
}

/// The first stream of an MP4 in one whose units have lengths of two bytes, which ffmpeg copies and does not make.
fn two_byte_lengths(bytes: &[u8]) -> Vec<u8> {
    let walk = Walk::open(bytes, None, &rules()).unwrap();
    let stream = &walk.streams()[0];
    let mut configuration = stream.configuration.to_vec();
    let place = if stream.codec == Codec::Hevc { 21 } else { 4 };
    assert_eq!(configuration[place] & 3, 3, "lengths of four bytes");
    configuration[place] ^= 2;
    let pictures = packets(bytes).unwrap().into_iter().filter(|view| view.stream == Some(0));
    let samples = pictures.map(|view| {
        let units = units(&view.data, 4);
        units.flat_map(|unit| [&u16::try_from(unit.len()).unwrap().to_be_bytes()[..], unit].concat()).collect()
    });
    Track { codec: stream.codec, configuration, samples: samples.collect() }.movie()
}

/// The units of a sample, whose lengths have `width` bytes.
pub fn units(mut sample: &[u8], width: usize) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let (size, rest) = sample.split_at_checked(width)?;
        let size = size.iter().fold(0, |size, byte| size << 8 | usize::from(*byte));
        let (unit, rest) = rest.split_at(size);
        sample = rest;
        Some(unit)
    })
}

/// A folder of its own, gone afterwards.
pub struct Folder(PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("memux-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }

    pub fn ffmpeg(&self, arguments: &str) {
        let mut command = Command::new("ffmpeg");
        command.current_dir(&self.0).args(["-nostdin", "-hide_banner", "-loglevel", "error", "-y"]);
        let output = command.args(arguments.split_whitespace()).output().unwrap();
        assert!(output.status.success(), "ffmpeg {arguments}: {}", String::from_utf8_lossy(&output.stderr));
    }

    pub fn read(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.0.join(name)).unwrap()
    }

    pub fn write(&self, name: &str, bytes: &[u8]) {
        std::fs::write(self.0.join(name), bytes).unwrap();
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

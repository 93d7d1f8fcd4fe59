//! Files as FFmpeg's own muxer writes them.

use super::super::road_tests::compare;
use std::path::Path;
use std::process::Command;

const PICTURE: &[&str] = &["-f", "lavfi", "-i", "testsrc2=size=160x120:rate=25:duration=3"];
const SOUND: &[&str] = &["-f", "lavfi", "-i", "sine=frequency=440:sample_rate=44100:duration=3"];
const X264: &[&str] =
    &["-c:v", "libx264", "-crf", "36", "-pix_fmt", "yuv420p", "-g", "15", "-bf", "2", "-threads", "1"];
const QUICK: &[&str] = &["-c:v", "libx264", "-preset", "ultrafast", "-crf", "40", "-threads", "1"];
const AAC: &[&str] = &["-c:a", "aac", "-b:a", "48k", "-ac", "1"];

const SCENES: &[&str] = &[
    "-x264-params",
    "ref=1:bframes=0:keyint=250:min-keyint=120:scenecut=60",
    "-vf",
    "negate=enable='lt(mod(t,0.6),0.3)'",
];

/// Name, inputs, and what is done with them.
const FILES: &[(&str, &[&[&str]])] = &[
    ("plain.mp4", &[PICTURE, SOUND, X264, AAC]),
    ("plain.mov", &[PICTURE, SOUND, X264, AAC]),
    ("faststart.mp4", &[PICTURE, SOUND, X264, AAC, &["-movflags", "+faststart"]]),
    ("negative.mp4", &[PICTURE, SOUND, X264, AAC, &["-movflags", "+negative_cts_offsets"]]),
    ("no_edits.mp4", &[PICTURE, SOUND, X264, AAC, &["-use_editlist", "0"]]),
    ("pcm.mov", &[PICTURE, SOUND, QUICK, &["-c:a", "pcm_s16le"]]),
    ("pcm24.mov", &[PICTURE, SOUND, QUICK, &["-c:a", "pcm_s24be", "-ac", "2"]]),
    ("alaw.mov", &[PICTURE, SOUND, QUICK, &["-c:a", "pcm_alaw"]]),
    ("alac.m4a", &[SOUND, &["-c:a", "alac"]]),
    ("flac.mp4", &[PICTURE, SOUND, QUICK, &["-c:a", "flac", "-strict", "-2"]]),
    ("opus.mp4", &[PICTURE, SOUND, QUICK, &["-c:a", "libopus"]]),
    ("ac3.mp4", &[PICTURE, SOUND, QUICK, &["-c:a", "ac3"]]),
    ("timecode.mov", &[PICTURE, SOUND, QUICK, AAC, &["-timecode", "01:02:03:04"]]),
    ("all_intra.mp4", &[PICTURE, &["-c:v", "libx264", "-g", "1", "-crf", "40"]]),
    ("hrd.mp4", &[PICTURE, X264, &["-x264-params", "nal-hrd=vbr:vbv-maxrate=300:vbv-bufsize=300"]]),
    ("open_gop.mp4", &[PICTURE, X264, &["-x264-params", "open-gop=1:keyint=10"]]),
    ("refresh.mp4", &[PICTURE, X264, &["-x264-params", "intra-refresh=1:keyint=20:bframes=0"]]),
    // Intra pictures that are no IDR pictures, key frames because one picture is referred to at most.
    ("scene_cuts.mp4", &[PICTURE, &["-c:v", "libx264", "-pix_fmt", "yuv420p"], SCENES]),
    ("interlaced.mp4", &[PICTURE, X264, &["-flags", "+ilme+ildct"]]),
    ("hevc.mp4", &[PICTURE, &["-c:v", "libx265", "-x265-params", "log-level=none:keyint=15:bframes=2"]]),
    ("vp9.mp4", &[PICTURE, SOUND, &["-c:v", "libvpx-vp9", "-b:v", "60k", "-cpu-used", "8"], AAC]),
    ("av1.mp4", &[PICTURE, &["-c:v", "libaom-av1", "-cpu-used", "8", "-frames:v", "30", "-b:v", "60k", "-g", "20"]]),
    ("mpeg4.mp4", &[PICTURE, &["-c:v", "mpeg4", "-bf", "2"]]),
    ("prores.mov", &[PICTURE, &["-c:v", "prores"]]),
    ("mjpeg.mov", &[PICTURE, &["-c:v", "mjpeg"]]),
    ("varying.mp4", &[PICTURE, X264, &["-vf", "select='not(mod(n,7))+not(mod(n,5))'", "-vsync", "vfr"]]),
    ("two.mp4", &[PICTURE, PICTURE, X264, &["-map", "0", "-map", "1"]]),
];

/// How a file may be divided, as `movflags` and other options say it.
const FRAGMENTED: &[&[&str]] = &[
    &["-movflags", "+frag_keyframe+empty_moov"],
    &["-movflags", "+frag_keyframe+empty_moov+default_base_moof"],
    &["-movflags", "+frag_keyframe+empty_moov+omit_tfhd_offset"],
    &["-movflags", "+frag_keyframe+empty_moov+separate_moof"],
    &["-movflags", "+empty_moov", "-frag_duration", "300000"],
    &["-movflags", "+frag_every_frame+empty_moov+default_base_moof"],
    &["-movflags", "+frag_keyframe"],
    &["-movflags", "+frag_keyframe+delay_moov"],
    &["-movflags", "+frag_keyframe+skip_trailer+empty_moov"],
    &["-movflags", "+frag_keyframe+empty_moov+negative_cts_offsets+default_base_moof"],
    &["-movflags", "+frag_keyframe+delay_moov+negative_cts_offsets"],
    &["-movflags", "+dash+delay_moov+frag_keyframe"],
    &["-movflags", "+dash+global_sidx+frag_keyframe+delay_moov"],
    &["-movflags", "+cmaf+frag_keyframe+delay_moov"],
    &["-movflags", "+frag_keyframe+empty_moov", "-f", "ismv"],
];

fn run(folder: &Path, arguments: &[&str]) {
    let mut command = Command::new("ffmpeg");
    command.current_dir(folder).args(["-nostdin", "-hide_banner", "-loglevel", "error", "-y"]).args(arguments);
    let output = command.output().unwrap();
    assert!(output.status.success(), "ffmpeg {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A folder of its own, gone afterwards.
struct Folder(std::path::PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("memux-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Folder(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        std::fs::remove_dir_all(&self.0).ok();
    }
}

#[test]
fn files_of_ffmpegs_own_muxer_are_walked_and_give_its_packets() {
    let folder = Folder::new("mp4");
    for (name, arguments) in FILES {
        let mut arguments: Vec<&str> = arguments.iter().flat_map(|part| part.iter().copied()).collect();
        arguments.push(name);
        run(&folder.0, &arguments);
        let bytes = std::fs::read(folder.0.join(name)).unwrap();
        compare(&bytes, name).unwrap_or_else(|declined| panic!("{name}: {declined:?}"));
    }
    for (nth, layout) in FRAGMENTED.iter().enumerate() {
        for source in ["plain.mp4", "no_edits.mp4", "hevc.mp4", "timecode.mov", "vp9.mp4", "pcm.mov", "two.mp4"] {
            let name = format!("fragmented_{nth}_{source}");
            let mut arguments = vec!["-i", source, "-c", "copy", "-map", "0:v", "-map", "0:a?"];
            arguments.extend_from_slice(layout);
            arguments.push(&name);
            if layout.contains(&"ismv") && source != "plain.mp4" {
                continue;
            }
            run(&folder.0, &arguments);
            let bytes = std::fs::read(folder.0.join(&name)).unwrap();
            compare(&bytes, &name).unwrap_or_else(|declined| panic!("{name}: {declined:?}"));
        }
    }
    for (at, end) in [("0.5", "1.7"), ("1", "2"), ("1.33", "0.1"), ("0.04", "3")] {
        for source in ["plain.mp4", "hevc.mp4", "timecode.mov", "pcm.mov", "mpeg4.mp4"] {
            let name = format!("cut_{at}_{source}");
            run(&folder.0, &["-ss", at, "-i", source, "-t", end, "-c", "copy", "-map", "0:v", "-map", "0:a?", &name]);
            let bytes = std::fs::read(folder.0.join(&name)).unwrap();
            compare(&bytes, &name).unwrap_or_else(|declined| panic!("{name}: {declined:?}"));
        }
    }
}

//! The same answers as FFmpeg's own tools, and as a C program written by hand on the same libavformat.

use super::host::{ROADS, Road, avformat_major, count, extract};
use super::table::{Row, folder, rows};
use memux::ffi::*;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// Runs a command without input, and gives what it prints.
fn output_of(command: &mut Command) -> (bool, String) {
    let output = command.stdin(Stdio::null()).output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The ffmpeg command speaks for the linked libraries only if it is of their major.
fn assert_tools_are_of_our_major() {
    let (_, text) = output_of(Command::new("ffmpeg").arg("-version"));
    let line = text.lines().find(|line| line.starts_with("libavformat")).expect("ffmpeg -version names libavformat");
    let major: u32 =
        line.split_whitespace().nth(1).and_then(|version| version.trim_end_matches('.').parse().ok()).unwrap();
    assert_eq!(major, avformat_major(), "the ffmpeg command is of another major than the linked libavformat");
}

fn scratch() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("corpus");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// The C program, built once.
fn by_hand() -> &'static Path {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let program = scratch().join("by_hand");
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/oracle/by_hand.c");
        let (found, flags) = output_of(Command::new("pkg-config").args([
            "--cflags",
            "--libs",
            "libavformat",
            "libavcodec",
            "libavutil",
        ]));
        assert!(found, "pkg-config knows libavformat");
        let compiler = std::env::var("CC").unwrap_or_else(|_| "cc".into());
        let (built, _) = output_of(
            Command::new(compiler).arg("-O1").arg(source).arg("-o").arg(&program).args(flags.split_whitespace()),
        );
        assert!(built, "tests/oracle/by_hand.c compiles");
        program
    })
}

/// What `by_hand` prints: packets, and the code that ended its loop.
fn hand_written(arguments: &[&Path]) -> (u64, i64) {
    let (ran, text) = output_of(Command::new(by_hand()).args(arguments));
    assert!(ran, "{arguments:?}");
    let mut numbers = text.split_whitespace().map(|number| number.parse::<i64>().unwrap());
    (u64::try_from(numbers.next().unwrap()).unwrap(), numbers.next().unwrap())
}

#[test]
fn extraction_writes_what_the_ffmpeg_command_writes() {
    assert_tools_are_of_our_major();
    let mut compared = 0;
    for row in rows().iter().filter(|row| row.is_annex_b() && row.packets != Some(0)) {
        let (map, output) = (format!("0:{}", row.stream.unwrap()), scratch().join("ffmpeg.out"));
        let mut command = Command::new("ffmpeg");
        // This one libavformat can only read without seeking.
        let piped = row.class == "senc-when-seekable";
        let input = folder().join(&row.path);
        command.args(["-v", "error", "-y", "-i"]).arg(if piped { Path::new("pipe:0") } else { &input });
        command.args(["-map", &map, "-c", "copy", "-f", &row.codec]).arg(&output);
        command.stdin(if piped { std::fs::File::open(&input).unwrap().into() } else { Stdio::null() });
        let status = command.status().expect("the ffmpeg command runs");
        assert!(status.success(), "{command:?}");
        let expected = std::fs::read(&output).unwrap();
        assert!(!expected.is_empty(), "{}", row.path);
        for road in ROADS {
            let (said, got) = extract(&row.bytes(), road, row.stream);
            assert!(said.status >= 0, "{} {road:?}: {}", row.path, said.message);
            assert!(got == expected, "{} {road:?}: {} bytes, ffmpeg writes {}", row.path, got.len(), expected.len());
            assert_eq!(said.report.bytes_written, u64::try_from(got.len()).unwrap(), "{}", row.path);
            assert_eq!(said.report.codec, if row.codec == "h264" { MEMUX_CODEC_H264 } else { MEMUX_CODEC_HEVC });
            compared += 1;
        }
    }
    assert!(compared >= 35 * ROADS.len(), "only {compared} extractions were compared");
}

/// The first row of each MP4 or MOV.
fn mp4s() -> Vec<Row> {
    let mut rows: Vec<_> = rows().into_iter().filter(|row| row.container == "mov").collect();
    rows.dedup_by(|next, first| next.path == first.path);
    rows
}

#[test]
fn a_program_written_by_hand_counts_the_same_where_it_can_count_at_all() {
    let (mut agreed, mut beyond_it) = (0, 0);
    for row in mp4s() {
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
    for row in mp4s().iter().filter(|row| row.is_annex_b() && row.class != "senc-when-seekable") {
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
        let said = count(&row.bytes(), Road::Memory, row.stream, MEMUX_COUNT_PRESENTED);
        assert_eq!(said.report.frames, u64::try_from(presented).unwrap(), "{}", row.path);
        discarded_somewhere += usize::from(said.report.packets != said.report.presented);
    }
    assert!(discarded_somewhere >= 1, "no file of the corpus has a packet that an edit list discards");
}

//! The example programs, as `cargo xtask examples` builds them, on each file: a person who tries them sees these answers.

use super::table::{Row, files, folder};
use super::tools::{assert_tools_are_of_our_major, extracted_by_ffmpeg, hand_written, output_of, scratch};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::OnceLock;

/// The counting examples, and what each prints before its count.
const COUNTING: [(&str, &str); 2] = [("count_frames", "完成\n"), ("count_with_callbacks", "")];
/// The extracting examples, and the codecs that each writes.
const EXTRACTING: [(&str, &[&str]); 2] = [("extract_h264", &["h264"]), ("extract_h264_cpp", &["h264", "hevc"])];

/// The folder of the programs, built once.
fn programs() -> &'static Path {
    static FOLDER: OnceLock<PathBuf> = OnceLock::new();
    FOLDER.get_or_init(|| {
        let folder = scratch().join("examples-c");
        let mut cargo = Command::new(env!("CARGO"));
        cargo.current_dir(env!("CARGO_MANIFEST_DIR")).args(["xtask", "examples", "--out"]).arg(&folder);
        let built = cargo.stdin(Stdio::null()).stdout(Stdio::null()).status().expect("cargo runs");
        assert!(built.success(), "{cargo:?}");
        folder
    })
}

fn run(program: &str, row: &Row, output: Option<&Path>) -> Output {
    let mut command = Command::new(programs().join(program));
    // Cargo's folders of test builds stand in there, and would come before the library that the program was linked with.
    command.env_remove("LD_LIBRARY_PATH").current_dir(scratch());
    command.arg(folder().join(&row.path)).args(output).stdin(Stdio::null());
    command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"))
}

#[track_caller]
fn assert_prints(output: &Output, expected: &str, context: &str) {
    assert_eq!(String::from_utf8_lossy(&output.stdout), expected, "{context}");
    assert!(output.status.success(), "{context}: {output:?}");
}

#[track_caller]
fn assert_is_an_error(output: &Output, context: &str) {
    assert_eq!(output.status.code(), Some(1), "{context}: {output:?}");
    assert!(output.stdout.is_empty(), "{context}: {output:?}");
    // What FFmpeg has to say stands there too.
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(said.lines().any(|line| line.starts_with("Error occurred: ")), "{context}: {output:?}");
}

#[test]
fn the_counting_examples_print_the_count_of_each_file() {
    let mut counted = 0;
    for row in files() {
        let expected = row.expected().filter(|_| !row.has_no_video());
        for (program, before) in COUNTING {
            let (output, context) = (run(program, &row, None), format!("{program} {}", row.path));
            match expected {
                Some(count) => {
                    assert_prints(&output, &format!("{before}There are {count} frames int total.\n"), &context);
                    counted += usize::from(row.is_mp4());
                }
                None => assert_is_an_error(&output, &context),
            }
        }
    }
    assert!(counted >= 31 * COUNTING.len(), "only {counted} counts of MP4 files were looked at");
}

#[test]
fn the_counting_examples_print_what_a_program_written_by_hand_counts_and_more_where_it_would_have_to_seek() {
    let (mut agreed, mut beyond_it) = (0, 0);
    for row in files().iter().filter(|row| row.is_mp4()) {
        // It says nought where it would have to seek.
        let (packets, _) = hand_written(&[Path::new("count"), &folder().join(&row.path)]);
        let count = if packets > 0 { packets } else { row.expected().expect("a count in the table") };
        assert!(count > 0, "{}", row.path);
        for (program, before) in COUNTING {
            let expected = format!("{before}There are {count} frames int total.\n");
            assert_prints(&run(program, row, None), &expected, &format!("{program} {}", row.path));
        }
        *(if packets > 0 { &mut agreed } else { &mut beyond_it }) += 1;
    }
    assert!(agreed >= 12 && beyond_it >= 15, "{agreed} agreed, {beyond_it} were beyond it");
}

#[test]
fn the_extracting_examples_write_what_ffmpeg_writes_and_refuse_other_codecs() {
    assert_tools_are_of_our_major();
    let (mut written, mut refused) = (0, 0);
    let output_path = scratch().join("example.out");
    for row in files() {
        for (program, codecs) in EXTRACTING {
            // What the run before left must not be taken for what this one writes.
            let _ = std::fs::remove_file(&output_path);
            let (output, context) = (run(program, &row, Some(&output_path)), format!("{program} {}", row.path));
            if codecs.contains(&row.codec.as_str()) {
                assert_prints(&output, "Conversion complete!\n", &context);
                let (ours, theirs) = (std::fs::read(&output_path).unwrap(), extracted_by_ffmpeg(&row));
                assert!(ours == theirs, "{context}: {} bytes, ffmpeg writes {}", ours.len(), theirs.len());
                written += 1;
            } else {
                assert_is_an_error(&output, &context);
                assert!(!output_path.exists(), "{context} left a file behind");
                refused += 1;
            }
        }
    }
    assert!(written >= 2 * 32 + 3, "only {written} extractions were compared");
    assert!(refused >= 2 * 25 + 3, "only {refused} refusals were looked at");
}

/// What ffmpeg prints with these arguments behind its input; none where it cannot read that.
fn printed_by_ffmpeg(row: &Row, arguments: &[&str]) -> Option<String> {
    let mut command = Command::new("ffmpeg");
    command.args(["-nostdin", "-v", "error", "-i"]).arg(folder().join(&row.path)).args(arguments).arg("-");
    let (ran, text) = output_of(&mut command);
    ran.then_some(text)
}

#[test]
fn the_digest_example_prints_what_ffmpeg_prints() {
    assert_tools_are_of_our_major();
    let mut agreed = 0;
    for row in files().iter().filter(|row| !row.is_playlist()) {
        let by = |muxer| printed_by_ffmpeg(row, &["-map", "0", "-c", "copy", "-f", muxer, "-hash", "sha256"]);
        let Some(expected) = by("streamhash").zip(by("hash")).map(|(streams, whole)| streams + &whole) else {
            continue;
        };
        let output = run("digest", row, None);
        assert_prints(&output, &expected, &row.path);
        agreed += 1;
    }
    assert!(agreed > 50, "only {agreed} digests were compared");
}

#[test]
fn the_fanout_example_writes_what_ffmpeg_writes_of_several_outputs() {
    assert_tools_are_of_our_major();
    let names = [scratch().join("fanned.mp4"), scratch().join("fanned.mkv"), scratch().join("fanned by ffmpeg")];
    let mut agreed = 0;
    for row in files().iter().filter(|row| row.is_mp4() && row.class != "senc-when-seekable") {
        let mut command = Command::new(programs().join("fanout"));
        command.env_remove("LD_LIBRARY_PATH").arg(folder().join(&row.path)).args(&names[..2]).stdin(Stdio::null());
        let output = command.output().unwrap();
        let chosen = ["-map", "0", "-map", "-0:d?", "-map", "-0:t?", "-c", "copy", "-fflags", "+bitexact"];
        let fragments = ["-movflags", "+delay_moov+default_base_moof+frag_keyframe", "-f", "mp4"];
        let by_ffmpeg = |how: &[&str]| {
            let mut command = Command::new("ffmpeg");
            command.args(["-nostdin", "-v", "error", "-y", "-i"]).arg(folder().join(&row.path));
            command.args(chosen).args(how).arg(&names[2]);
            output_of(&mut command).0.then(|| std::fs::read(&names[2]).unwrap())
        };
        let Some((mp4, mkv)) = by_ffmpeg(&fragments).zip(by_ffmpeg(&["-f", "matroska"])) else { continue };
        assert!(output.status.success(), "{}: {output:?}", row.path);
        assert!(std::fs::read(&names[0]).unwrap() == mp4, "{}: another MP4", row.path);
        assert!(std::fs::read(&names[1]).unwrap() == mkv, "{}: another Matroska", row.path);
        agreed += 1;
    }
    assert!(agreed >= 20, "only {agreed} files were compared");
}

//! The programs that answers are compared with: FFmpeg's own, and one written by hand on the same libavformat.

use super::host::avformat_major;
use super::table::{Row, folder};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// Runs a command without input, and gives what it prints.
pub fn output_of(command: &mut Command) -> (bool, String) {
    let output = command.stdin(Stdio::null()).output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    (output.status.success(), String::from_utf8_lossy(&output.stdout).into_owned())
}

/// The ffmpeg command speaks for the linked libraries only if it is of their major.
pub fn assert_tools_are_of_our_major() {
    let (_, text) = output_of(Command::new("ffmpeg").arg("-version"));
    let line = text.lines().find(|line| line.starts_with("libavformat")).expect("ffmpeg -version names libavformat");
    let major: u32 =
        line.split_whitespace().nth(1).and_then(|version| version.trim_end_matches('.').parse().ok()).unwrap();
    assert_eq!(major, avformat_major(), "the ffmpeg command is of another major than the linked libavformat");
}

/// A folder for what the tests write; it exists.
pub fn scratch() -> PathBuf {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("corpus");
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// A file of the calling test's own: tests run side by side.
pub fn scratch_file(name: &str) -> PathBuf {
    scratch().join(format!("{name}-{:?}", std::thread::current().id()))
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
pub fn hand_written(arguments: &[&Path]) -> (u64, i64) {
    let (ran, text) = output_of(Command::new(by_hand()).args(arguments));
    assert!(ran, "{arguments:?}");
    let mut numbers = text.split_whitespace().map(|number| number.parse::<i64>().unwrap());
    (u64::try_from(numbers.next().unwrap()).unwrap(), numbers.next().unwrap())
}

/// The row's stream as the ffmpeg command's raw muxer of the codec's name writes it.
pub fn extracted_by_ffmpeg(row: &Row) -> Vec<u8> {
    let mut command = Command::new("ffmpeg");
    // This one libavformat can only read without seeking.
    let piped = row.class == "senc-when-seekable";
    let input = folder().join(&row.path);
    command.args(["-v", "error", "-i"]).arg(if piped { Path::new("pipe:0") } else { &input });
    command.args(["-map", &format!("0:{}", row.stream.unwrap()), "-c", "copy", "-f", &row.codec, "pipe:1"]);
    command.stdin(if piped { std::fs::File::open(&input).unwrap().into() } else { Stdio::null() });
    let output = command.output().expect("the ffmpeg command runs");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
    assert!(!output.stdout.is_empty(), "{}", row.path);
    output.stdout
}

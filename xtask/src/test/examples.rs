//! The examples as tests: what they print and write on every clip is what ffprobe and ffmpeg say, and their failures
//! are failures that a script can see.

use super::muxing;
use super::tally::Tally;
use crate::demo::frames;
use crate::examples;
use crate::ffmpeg::{self, Video};
use crate::library::{self, Build};
use crate::shell::{self, Outcome};
use crate::workspace::Workspace;
use anyhow::{Context, Result, ensure};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

pub fn run(workspace: &Workspace, tally: &mut Tally) -> Result<()> {
    let library = library::build(workspace, Build::Release)?;
    let run = Run { programs: workspace.scratch("examples")?, results: workspace.scratch("examples-results")? };
    examples::build(workspace, &library, Some(&run.programs))?;

    let clips = clips(workspace)?;
    for clip in &clips {
        let name = clip.file_name().context("a clip without a name")?.to_string_lossy().into_owned();
        let video = ffmpeg::video(clip)?;
        for program in ["count_frames", "count_with_callbacks"] {
            tally.check(
                &format!("{program} on {name} counts as ffprobe does"),
                run.counts(program, clip, video.as_ref()),
            );
        }
        tally.check(
            &format!("extract_h264 on {name} writes what ffmpeg writes"),
            run.extracts("extract_h264", &["h264"], clip, video.as_ref()),
        );
        tally.check(
            &format!("extract_h264_cpp on {name} writes what ffmpeg writes"),
            run.extracts("extract_h264_cpp", &["h264", "hevc"], clip, video.as_ref()),
        );
    }
    for clip in &clips {
        let name = clip.file_name().context("a clip without a name")?.to_string_lossy().into_owned();
        tally.check(&format!("probe on {name} prints what ffprobe prints"), run.describes(clip));
        tally.check(&format!("packets on {name} prints the packets that ffprobe shows"), run.lists_packets(clip));
    }
    let clip = workspace.clip("h264.mp4");
    for program in ["probe", "packets"] {
        tally.check(&format!("{program} without arguments says how it is used"), run.says_its_usage(program));
    }
    for program in ["count_frames", "count_with_callbacks", "extract_h264", "extract_h264_cpp", "probe", "packets"] {
        if !["probe", "packets"].contains(&program) {
            tally.check(&format!("{program} without arguments reads 1.mp4"), run.default_names(program, &clip));
        }
        tally.check(
            &format!("{program} on a file that is not there fails"),
            run.fails(program, Path::new("no such file")),
        );
        tally.check(&format!("{program} on a text fails"), run.fails(program, &workspace.root.join("Cargo.toml")));
    }
    let lines = "完成\nThere are 75 frames int total.\n";
    tally.check("count_frames prints its two lines and no other", run.prints_just("count_frames", &clip, lines));
    tally.check("count_frames --trace prints one line for each read", run.traces_reads(&clip, lines));
    for program in ["extract_h264", "extract_h264_cpp"] {
        tally.check(&format!("{program} on a full disk fails"), run.fails_on_a_full_disk(program, &clip));
    }
    muxing::run(&run, &clips, &clip, tally)?;
    tally.check("trace prints the stage of each read", run.prints("trace", &[], &clip, "open"));
    Ok(())
}

fn clips(workspace: &Workspace) -> Result<Vec<PathBuf>> {
    let mut clips = Vec::new();
    for extension in ["mp4", "m4a", "mkv", "webm", "ts", "flv", "avi", "mpg"] {
        clips.extend(workspace.files("tests/clips", extension)?);
    }
    ensure!(!clips.is_empty(), "no clips");
    Ok(clips)
}

/// Where the programs are, and where they write to.
pub struct Run {
    programs: PathBuf,
    pub results: PathBuf,
}

impl Run {
    pub fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        command.current_dir(&self.results);
        command
    }

    pub fn finish(&self, command: &mut Command) -> Result<Outcome> {
        shell::capture(command, Duration::from_secs(60))
    }

    fn counts(&self, program: &str, clip: &Path, video: Option<&Video>) -> Result<()> {
        let Some(video) = video else {
            return self.fails(program, clip);
        };
        let outcome = self.finish(self.program(program).arg(clip))?;
        ensure!(outcome.success(), "{}", outcome.describe());
        let counted = frames(&outcome.stdout)?;
        ensure!(counted == video.packets, "counted {counted}, ffprobe counts {}", video.packets);
        Ok(())
    }

    /// The same text, but for blanks, and for the file's name: memory has none.
    fn describes(&self, clip: &Path) -> Result<()> {
        // FFmpeg guesses by names, too.
        let nameless = self.results.join("described");
        std::fs::copy(clip, &nameless)?;
        let ours = self.finish(self.program("probe").arg(&nameless))?;
        ensure!(ours.success(), "{}", ours.describe());
        let theirs = ffmpeg::description(&nameless)?;
        let text = |text: &str| -> String {
            let lines = text.lines().filter(|line| !line.trim_start().starts_with("\"filename\""));
            lines.flat_map(str::chars).filter(|letter| !letter.is_whitespace()).collect()
        };
        let (ours, theirs) = (text(&ours.stdout), text(&theirs));
        ensure!(ours.len() > 500 && ours == theirs, "it prints\n{ours}\nand ffprobe\n{theirs}");
        Ok(())
    }

    fn lists_packets(&self, clip: &Path) -> Result<()> {
        let ours = self.finish(self.program("packets").arg(clip))?;
        ensure!(ours.success(), "{}", ours.describe());
        let theirs = ffmpeg::packets(clip)?;
        let differs = ours.stdout.lines().zip(&theirs).find(|(ours, theirs)| ours != theirs);
        ensure!(differs.is_none(), "ours and ffprobe's: {differs:?}");
        let count = ours.stdout.lines().count();
        ensure!(count > 50 && count == theirs.len(), "{count} packets, ffprobe shows {}", theirs.len());
        Ok(())
    }

    pub fn says_its_usage(&self, program: &str) -> Result<()> {
        let outcome = self.finish(&mut self.program(program))?;
        ensure!(outcome.status.code() == Some(2), "the exit code is not 2: {}", outcome.describe());
        ensure!(outcome.stderr.contains("usage: "), "no usage: {}", outcome.describe());
        Ok(())
    }

    /// Streams of these codecs are written as ffmpeg writes them; others, and no stream, fail and leave no file.
    fn extracts(&self, program: &str, codecs: &[&str], clip: &Path, video: Option<&Video>) -> Result<()> {
        let ours = self.results.join("ours");
        let theirs = self.results.join("theirs");
        match video {
            Some(video) if codecs.contains(&video.codec.as_str()) => {
                // What an earlier run left must not be taken for what this one writes.
                std::fs::write(&ours, "")?;
                let outcome = self.finish(self.program(program).arg(clip).arg(&ours))?;
                ensure!(outcome.success(), "{}", outcome.describe());
                ensure!(outcome.stdout == "Conversion complete!\n", "it says otherwise: {}", outcome.stdout);
                ffmpeg::extract(clip, video.index, &video.codec, &theirs)?;
                let size = ffmpeg::same_bytes(&ours, &theirs)?;
                ensure!(size > 0, "both are empty");
                Ok(())
            }
            _ => self.fails(program, clip),
        }
    }

    fn fails(&self, program: &str, input: &Path) -> Result<()> {
        let outcome = self.finish(self.program(program).arg(input))?;
        ensure!(outcome.status.code() == Some(1), "the exit code is not 1: {}", outcome.describe());
        ensure!(outcome.stderr.contains("Error occurred: "), "no reason: {}", outcome.describe());
        ensure!(!self.results.join("output.h264").exists(), "it left a file behind");
        Ok(())
    }

    fn default_names(&self, program: &str, clip: &Path) -> Result<()> {
        let folder = self.results.join("default-names");
        std::fs::create_dir_all(&folder)?;
        std::fs::copy(clip, folder.join("1.mp4"))?;
        let outcome = self.finish(self.program(program).current_dir(&folder))?;
        let wrote = std::fs::metadata(folder.join("output.h264")).map_or(0, |file| file.len());
        std::fs::remove_dir_all(&folder)?;
        ensure!(outcome.success(), "{}", outcome.describe());
        ensure!(wrote > 0 || !program.starts_with("extract"), "no output.h264");
        Ok(())
    }

    fn prints_just(&self, program: &str, clip: &Path, text: &str) -> Result<()> {
        let outcome = self.finish(self.program(program).arg(clip))?;
        ensure!(outcome.success() && outcome.stdout == text, "not these lines: {}", outcome.describe());
        Ok(())
    }

    /// Each line is an address and how much is left from there, and what is left gets no more.
    fn traces_reads(&self, clip: &Path, ending: &str) -> Result<()> {
        let outcome = self.finish(self.program("count_frames").arg("--trace").arg(clip))?;
        let reads = outcome.stdout.strip_suffix(ending).context("it does not end as without --trace")?;
        let sizes = reads.lines().map(|line| {
            let (address, size) = line.strip_prefix("ptr:0x").and_then(|rest| rest.split_once(" size:"))?;
            u64::from_str_radix(address, 16).ok().and(size.parse::<u64>().ok())
        });
        let sizes: Option<Vec<_>> = sizes.collect();
        let sizes = sizes.with_context(|| format!("a line is none of a read: {reads}"))?;
        let whole = std::fs::metadata(clip)?.len();
        ensure!(sizes.first() == Some(&whole), "the first read is not at the first byte: {reads}");
        ensure!(sizes.iter().all(|size| (1..=whole).contains(size)), "a read is outside the file: {reads}");
        Ok(())
    }

    /// The device stays what it is: these programs run as root, too.
    fn fails_on_a_full_disk(&self, program: &str, clip: &Path) -> Result<()> {
        let full = Path::new("/dev/full");
        let outcome = self.finish(self.program(program).arg(clip).arg(full))?;
        ensure!(outcome.status.code() == Some(1), "the exit code is not 1: {}", outcome.describe());
        ensure!(outcome.stderr.contains("Error occurred: "), "no reason: {}", outcome.describe());
        ensure!(full.exists() && !full.is_file(), "the device is gone");
        Ok(())
    }

    fn prints(&self, program: &str, arguments: &[&str], clip: &Path, text: &str) -> Result<()> {
        let outcome = self.finish(self.program(program).args(arguments).arg(clip))?;
        ensure!(outcome.success() && outcome.stdout.contains(text), "no {text} in {}", outcome.describe());
        Ok(())
    }
}

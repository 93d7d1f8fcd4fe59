//! The examples as tests: what they print and write on every clip is what ffprobe and ffmpeg say, and their failures
//! are failures that a script can see.

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
            &format!("extract on {name} writes what ffmpeg writes"),
            run.extracts("extract", &["h264", "hevc"], clip, video.as_ref()),
        );
    }
    let clip = workspace.clip("h264.mp4");
    for program in ["count_frames", "count_with_callbacks", "extract_h264", "extract"] {
        tally.check(&format!("{program} without arguments reads 1.mp4"), run.default_names(program, &clip));
        tally.check(
            &format!("{program} on a file that is not there fails"),
            run.fails(program, Path::new("no such file")),
        );
        tally.check(&format!("{program} on a text fails"), run.fails(program, &workspace.root.join("Cargo.toml")));
    }
    tally.check("count_frames prints that it is done", run.prints("count_frames", &[], &clip, "完成"));
    tally.check("count_frames --trace prints each read", run.prints("count_frames", &["--trace"], &clip, "ptr:0x"));
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

struct Run {
    programs: PathBuf,
    results: PathBuf,
}

impl Run {
    fn program(&self, name: &str) -> Command {
        let mut command = Command::new(self.programs.join(name));
        command.current_dir(&self.results);
        command
    }

    fn finish(&self, command: &mut Command) -> Result<Outcome> {
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
                ensure!(outcome.stdout.contains("Conversion complete!"), "it does not say so: {}", outcome.stdout);
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

    fn prints(&self, program: &str, arguments: &[&str], clip: &Path, text: &str) -> Result<()> {
        let outcome = self.finish(self.program(program).args(arguments).arg(clip))?;
        ensure!(outcome.success() && outcome.stdout.contains(text), "no {text} in {}", outcome.describe());
        Ok(())
    }
}

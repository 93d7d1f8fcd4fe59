//! The first program of README.md: taken from the page, compiled by the line that the page gives, run.

use super::tally::Tally;
use crate::ffmpeg;
use crate::library::{self, Build};
use crate::shell;
use crate::workspace::Workspace;
use anyhow::{Context, Result, ensure};
use std::path::Path;
use std::process::Command;

/// What the page promises of its program's length.
const LINES: usize = 15;

pub fn run(workspace: &Workspace, tally: &mut Tally) -> Result<()> {
    library::build(workspace, Build::Release)?;
    let page = std::fs::read_to_string(workspace.root.join("README.md")).context("cannot read README.md")?;
    let (program, after) = block(&page, "c").context("README.md has no ```c block")?;
    let (commands, _) = block(after, "sh").context("README.md has no ```sh block after its first ```c block")?;
    let line = command_line(commands).context("no line that begins with `cc ` in README.md's ```sh block")?;

    let lines = program.lines().count();
    let length = if lines <= LINES { Ok(()) } else { Err(anyhow::anyhow!("it has {lines} lines")) };
    tally.check(&format!("the README's program has at most {LINES} lines"), length);

    let folder = library::tempdir("readme")?;
    let result = compile_and_run(workspace, &folder, program, &line);
    std::fs::remove_dir_all(&folder)?;
    tally.check("the README's program compiles by the README's line and counts a clip's frames", result);
    Ok(())
}

/// The text of the first fenced block of that language, and what follows it.
fn block<'a>(page: &'a str, language: &str) -> Option<(&'a str, &'a str)> {
    let (_, after) = page.split_once(&format!("\n```{language}\n"))?;
    after.split_once("\n```")
}

/// The compiler's line, continued lines joined.
fn command_line(commands: &str) -> Option<String> {
    let joined = commands.replace("\\\n", " ");
    joined.lines().map(str::trim).find(|line| line.starts_with("cc ")).map(str::to_owned)
}

/// In a folder where the source tree's files stand, so that nothing is written into the source tree itself.
fn compile_and_run(workspace: &Workspace, folder: &Path, program: &str, line: &str) -> Result<()> {
    library::symlink(&workspace.include().to_string_lossy(), &folder.join("include"))?;
    library::symlink(&workspace.target.to_string_lossy(), &folder.join("target"))?;
    let words: Vec<&str> = line.split_whitespace().collect();
    let source = words.iter().find(|word| word.ends_with(".c")).context("the line names no .c file")?;
    let out = words.iter().skip_while(|word| **word != "-o").nth(1).copied().unwrap_or("a.out");
    std::fs::write(folder.join(source), program)?;
    std::fs::copy(workspace.clip("h264.mp4"), folder.join("1.mp4"))?;

    shell::output(Command::new("sh").args(["-c", line]).current_dir(folder))?;
    let printed = shell::output(Command::new(folder.join(out)).current_dir(folder))?;
    let frames = ffmpeg::video(&workspace.clip("h264.mp4"))?.context("no video in the clip")?.packets;
    ensure!(printed.contains(&format!("There are {frames} frames")), "it printed: {printed}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{block, command_line};

    #[test]
    fn the_program_and_its_line_are_found_in_a_page() {
        let page = "# x\n```c\nint main(void) { return 0; }\n```\ntext\n```sh\n# build\ncc a.c \\\n  -o a\n./a\n```\n";
        let found = block(page, "c").and_then(|(program, after)| Some((program, command_line(block(after, "sh")?.0)?)));
        assert_eq!(found, Some(("int main(void) { return 0; }", "cc a.c    -o a".to_owned())));
    }
}

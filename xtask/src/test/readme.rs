//! The first program of README.md: taken from the page, compiled and run by the commands that the page gives.

use super::tally::Tally;
use crate::ffmpeg;
use crate::files;
use crate::shell;
use crate::workspace::Workspace;
use anyhow::{Context, Result, ensure};
use std::path::Path;
use std::process::Command;

/// What the page promises of its program's length.
const LINES: usize = 15;

pub fn run(workspace: &Workspace, tally: &mut Tally) -> Result<()> {
    let page = std::fs::read_to_string(workspace.root.join("README.md")).context("cannot read README.md")?;
    let (program, after) = block(&page, "c").context("README.md has no ```c block")?;
    let (commands, _) = block(after, "sh").context("README.md has no ```sh block after its first ```c block")?;
    let source =
        source_name(commands).context("no line that begins with `cc ` and names a .c file in the ```sh block")?;

    let lines = program.lines().count();
    let length = if lines <= LINES { Ok(()) } else { Err(anyhow::anyhow!("it has {lines} lines")) };
    tally.check(&format!("the README's program has at most {LINES} lines"), length);

    let folder = files::tempdir("readme")?;
    let result = follow(workspace, &folder, (source, program), commands);
    std::fs::remove_dir_all(&folder)?;
    tally.check("the README's commands build its program, and it counts a clip's frames", result);
    Ok(())
}

/// The text of the first fenced block of that language, and what follows it.
fn block<'a>(page: &'a str, language: &str) -> Option<(&'a str, &'a str)> {
    let (_, after) = page.split_once(&format!("\n```{language}\n"))?;
    after.split_once("\n```")
}

/// The C file that the compiler's line names.
fn source_name(commands: &str) -> Option<&str> {
    let line = commands.lines().map(str::trim).find(|line| line.starts_with("cc "))?;
    line.split_whitespace().find(|word| word.ends_with(".c"))
}

/// Does what the page says, in a folder that looks like a clone, so that nothing is written into the source tree.
fn follow(workspace: &Workspace, folder: &Path, (source, program): (&str, &str), commands: &str) -> Result<()> {
    files::symlink(&workspace.include().to_string_lossy(), &folder.join("include"))?;
    files::symlink(&workspace.root.join("tests").to_string_lossy(), &folder.join("tests"))?;
    files::symlink(&workspace.target.to_string_lossy(), &folder.join("target"))?;
    std::fs::write(folder.join(source), program)?;

    // A function of the shell: cargo itself has to run in the source tree.
    let cargo = workspace.cargo();
    let cargo = format!("cargo() (cd '{}' && '{}' \"$@\")", workspace.root.display(), cargo.get_program().display());
    let script = format!("set -e\n{cargo}\n{commands}\n");
    let printed = shell::output(Command::new("sh").args(["-c", &script]).current_dir(folder))?;
    let frames = ffmpeg::video(&workspace.clip("h264.mp4"))?.context("no video in the clip")?.packets;
    ensure!(printed.contains(&format!("There are {frames} frames")), "it printed: {printed}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{block, source_name};

    #[test]
    fn the_program_and_its_file_are_found_in_a_page() {
        let page = "# x\n```c\nint main(void) { return 0; }\n```\ntext\n```sh\n# build\ncc a.c \\\n  -o a\n./a\n```\n";
        let found = block(page, "c").and_then(|(program, after)| Some((program, source_name(block(after, "sh")?.0)?)));
        assert_eq!(found, Some(("int main(void) { return 0; }", "a.c")));
    }
}

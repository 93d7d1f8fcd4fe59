//! `cargo xtask examples`: every program of examples-c, built as a host would build it.

use crate::compiler::{self, Language};
use crate::library::{self, Build};
use crate::workspace::Workspace;
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};

pub fn run(workspace: &Workspace, out: Option<&Path>) -> Result<()> {
    let library = library::build(workspace, Build::Release)?;
    for program in build(workspace, &library, out)? {
        println!("{}", program.display());
    }
    Ok(())
}

/// Builds all examples against the library in that folder, into `out` or examples-c in the target folder.
pub fn build(workspace: &Workspace, library: &Path, out: Option<&Path>) -> Result<Vec<PathBuf>> {
    let folder = out.map_or_else(|| workspace.target.join("examples-c"), Path::to_path_buf);
    std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    let mut programs = Vec::new();
    for extension in ["c", "cpp"] {
        for source in workspace.files("examples-c", extension)? {
            let compiler = compiler::system(Language::of(&source)?)?;
            let program = folder.join(source.file_stem().context("an example without a name")?);
            compiler::compile(&mut compiler::program(workspace, &compiler, &source, library, &program)?)?;
            programs.push(program);
        }
    }
    if programs.is_empty() {
        bail!("there are no examples in examples-c");
    }
    Ok(programs)
}

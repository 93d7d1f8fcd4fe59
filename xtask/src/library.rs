//! Building the library as a shared object that programs can be linked to and started with, and its names on disk.

use crate::files::{replace, symlink, tempdir};
use crate::shell;
use crate::workspace::Workspace;
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};

/// The number in the shared library's name: it changes when a program has to be compiled again. build.rs sets the same.
const ABI: &str = "0";

/// The file that cargo writes, the name that programs look for when they start, and the name of an installed file.
pub struct Names {
    pub built: String,
    pub soname: String,
    pub versioned: String,
}

pub fn names(version: &str) -> Result<Names> {
    if cfg!(target_os = "windows") {
        bail!("not on Windows yet: the shared library's layout there differs");
    }
    let name = |infix: &str| {
        if cfg!(target_os = "macos") { format!("libmemux{infix}.dylib") } else { format!("libmemux.so{infix}") }
    };
    Ok(Names { built: name(""), soname: name(&format!(".{ABI}")), versioned: name(&format!(".{version}")) })
}

/// Which build of the library.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Build {
    /// What hosts get.
    Release,
    /// With the cargo feature that lets tests make it panic.
    Faults,
    /// Compiled under AddressSanitizer.
    Sanitized,
    /// Under AddressSanitizer, with the feature.
    SanitizedFaults,
}

/// Builds the library and gives the folder that holds it under both of its names.
pub fn build(workspace: &Workspace, kind: Build) -> Result<PathBuf> {
    let mut cargo = workspace.cargo();
    cargo.args(["build", "--quiet", "--lib", "--package", "memux"]);
    if matches!(kind, Build::Faults | Build::SanitizedFaults) {
        cargo.args(["--features", "fault-injection"]);
    }
    let triple = host_triple()?;
    let output = match kind {
        Build::Release => {
            cargo.arg("--release");
            workspace.target.join("release")
        }
        // The debug profile: dependencies are shared with the Rust tests, and overflow checks are on.
        Build::Faults => workspace.target.join("debug"),
        Build::Sanitized | Build::SanitizedFaults => {
            // With a named target the flags reach the library only, not the build scripts.
            cargo.args(["--release", "--target", &triple]);
            cargo.env("RUSTC_BOOTSTRAP", "1").env("RUSTFLAGS", "-Zsanitizer=address -Cdebuginfo=1");
            workspace.target.join(&triple).join("release")
        }
    };
    shell::run(&mut cargo)?;
    let names = names(&workspace.version)?;
    if kind == Build::Release {
        link(&output, &names)?;
        return Ok(output);
    }
    // Cargo's output of two features shares one file name: each gets a folder of its own.
    let folder = workspace.scratch(&format!("lib-{kind:?}").to_lowercase())?;
    let built = output.join(&names.built);
    let kept = folder.join(&names.built);
    replace(&kept, |to| std::fs::copy(&built, to).map(drop))?;
    link(&folder, &names)?;
    Ok(folder)
}

/// Puts the name that programs look for beside the file that cargo wrote.
fn link(folder: &Path, names: &Names) -> Result<()> {
    let built = folder.join(&names.built);
    if !built.exists() {
        bail!("cargo did not write {}", built.display());
    }
    replace(&folder.join(&names.soname), |to| symlink(&names.built, to))
}

/// The name of the machine that is built on, as rustc has it.
pub fn host_triple() -> Result<String> {
    let text = shell::output(std::process::Command::new("rustc").arg("-vV"))?;
    let line = text.lines().find_map(|line| line.strip_prefix("host: "));
    Ok(line.context("rustc -vV names no host")?.to_owned())
}

/// What a program that links libmemux.a needs of the system besides FFmpeg: what Rust's own library needs.
pub fn native_static_libraries() -> Result<String> {
    let mut rustc = std::process::Command::new("rustc");
    rustc.args([
        "--crate-type",
        "staticlib",
        "--crate-name",
        "empty",
        "--print",
        "native-static-libs",
        "--emit",
        "link",
    ]);
    let folder = tempdir("native-libs")?;
    let source = folder.join("empty.rs");
    std::fs::write(&source, "")?;
    rustc.arg("-o").arg(folder.join("empty.a")).arg(&source);
    let outcome = shell::capture(&mut rustc, std::time::Duration::from_secs(120))?;
    std::fs::remove_dir_all(&folder)?;
    let said = outcome.stderr.lines().find_map(|line| line.split_once("native-static-libs: "));
    match said {
        Some((_, libraries)) if outcome.success() => Ok(libraries.trim().to_owned()),
        _ => bail!("rustc names no native libraries: {}", outcome.describe()),
    }
}

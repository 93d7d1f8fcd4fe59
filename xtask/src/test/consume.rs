//! The installed library as hosts find it: by pkg-config and by CMake, shared and static, after the folder that it was
//! installed in has been moved.

use super::tally::Tally;
use crate::compiler::{self, Language};
use crate::ffmpeg;
use crate::files;
use crate::install;
use crate::library::{self, Build};
use crate::shell;
use crate::workspace::Workspace;
use anyhow::{Context, Result, bail, ensure};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

pub fn run(workspace: &Workspace, tally: &mut Tally) -> Result<()> {
    let work = files::tempdir("consume")?;
    let result = consume(workspace, &work, tally);
    std::fs::remove_dir_all(&work)?;
    result
}

fn consume(workspace: &Workspace, work: &Path, tally: &mut Tally) -> Result<()> {
    let clip = workspace.clip("h264.mp4");
    let frames = ffmpeg::video(&clip)?.context("no video in the clip")?.packets;
    let first = work.join("first");
    install::install(workspace, &library::build(workspace, Build::Release)?, &first)?;
    tally.check("the installation is complete", complete(workspace, &first));
    tally.check("nothing installed names the folder it was installed in", names_nothing(&first));

    // Where nothing points to.
    let prefix = work.join("moved to").join("prefix");
    std::fs::create_dir_all(work.join("moved to"))?;
    std::fs::rename(&first, &prefix)?;

    let host = Host { workspace, work, prefix: &prefix, clip: &clip, frames };
    tally.check("a C program by pkg-config, shared", host.by_pkg_config("memux", "count.c", true));
    tally.check("a C++ program by pkg-config, shared", host.by_pkg_config("memux", "count.cpp", true));
    tally.check("a C program by pkg-config, static", host.by_pkg_config("memux-static", "count.c", false));
    tally.check("a program needs no FFmpeg development files for the shared library", host.without_ffmpeg());
    tally.check(
        "pkg-config --static names a link line that works with the static library alone",
        host.by_static_option(),
    );
    host.by_cmake(tally)
}

fn complete(workspace: &Workspace, prefix: &Path) -> Result<()> {
    let names = library::names(&workspace.version)?;
    let libraries =
        [names.built.as_str(), &names.soname, &names.versioned, "libmemux.a"].map(|name| format!("lib/{name}"));
    let others = [
        "include/memux.h",
        "include/memux.hpp",
        "include/memux/core.hpp",
        "include/memux/streams.hpp",
        "include/memux/containers.hpp",
        "lib/pkgconfig/memux.pc",
        "lib/pkgconfig/memux-static.pc",
        "lib/cmake/memux/memuxConfig.cmake",
        "lib/cmake/memux/memuxConfigVersion.cmake",
        "share/licenses/memux/LICENSE-MIT",
        "share/licenses/memux/LICENSE-APACHE",
    ];
    for file in libraries.iter().map(String::as_str).chain(others) {
        let path = prefix.join(file);
        ensure!(path.is_file() && path.metadata()?.len() > 0, "missing or empty: {file}");
    }
    for name in [&names.built, &names.soname] {
        let target = std::fs::read_link(prefix.join("lib").join(name))?;
        ensure!(target.is_relative(), "an absolute link: {name}");
    }
    Ok(())
}

fn names_nothing(prefix: &Path) -> Result<()> {
    for folder in ["lib/pkgconfig", "lib/cmake/memux"] {
        for entry in std::fs::read_dir(prefix.join(folder))? {
            let path = entry?.path();
            let text = std::fs::read_to_string(&path)?;
            ensure!(!text.contains(&*prefix.to_string_lossy()), "{} names the prefix", path.display());
            ensure!(!text.contains('@'), "{} has a word that was not replaced", path.display());
        }
    }
    Ok(())
}

struct Host<'a> {
    workspace: &'a Workspace,
    work: &'a Path,
    prefix: &'a Path,
    clip: &'a Path,
    frames: u64,
}

impl Host<'_> {
    fn source(&self, name: &str) -> PathBuf {
        self.workspace.root.join("tests/consume").join(name)
    }

    fn pkg_config(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("pkg-config");
        command.args(arguments).env("PKG_CONFIG_PATH", self.prefix.join("lib/pkgconfig"));
        command
    }

    /// Compiles with exactly the words that pkg-config says, and runs the result.
    fn by_pkg_config(&self, package: &str, source: &str, shared: bool) -> Result<()> {
        let words = shell_words(&shell::output(&mut self.pkg_config(&["--cflags", "--libs", package]))?);
        self.compile_and_run(source, package, &words, shared)
    }

    /// With no other package in sight: the shared library's file must ask for none.
    fn without_ffmpeg(&self) -> Result<()> {
        let mut command = self.pkg_config(&["--cflags", "--libs", "memux"]);
        command.env("PKG_CONFIG_LIBDIR", self.work.join("empty")).env_remove("PKG_CONFIG_SYSROOT_DIR");
        shell::output(&mut command).map(drop)
    }

    /// The usual way of a build that has only libmemux.a before it.
    fn by_static_option(&self) -> Result<()> {
        let alone = self.work.join("static only");
        std::fs::create_dir_all(&alone)?;
        std::fs::copy(self.prefix.join("lib/libmemux.a"), alone.join("libmemux.a"))?;
        let words = shell_words(&shell::output(&mut self.pkg_config(&["--static", "--cflags", "--libs", "memux"]))?);
        let installed = format!("-L{}", self.prefix.join("lib").display());
        let mut words: Vec<String> = words.into_iter().filter(|word| !same_folder(word, &installed)).collect();
        words.insert(0, format!("-L{}", alone.display()));
        self.compile_and_run("count.c", "static-option", &words, false)
    }

    fn compile_and_run(&self, source: &str, name: &str, words: &[String], shared: bool) -> Result<()> {
        let source = self.source(source);
        let language = Language::of(&source)?;
        let program = self.work.join(format!("{name}-{}", source.extension().unwrap_or_default().to_string_lossy()));
        let mut command = Command::new(compiler::system(language)?);
        command.arg(language.oldest_standard()).arg(&source).arg("-o").arg(&program).args(words);
        if shared {
            command.arg(compiler::rpath(&self.prefix.join("lib")));
        }
        compiler::compile(&mut command)?;
        let needed = shell::output(Command::new("readelf").args(["-d", "-W"]).arg(&program))?;
        ensure!(needed.contains("[libmemux.so.") == shared, "linked the other way than asked for:\n{needed}");
        let printed = shell::output(Command::new(&program).arg(self.clip))?;
        ensure!(printed.trim() == self.frames.to_string(), "it printed {printed}");
        Ok(())
    }

    fn by_cmake(&self, tally: &mut Tally) -> Result<()> {
        let build = self.work.join("cmake");
        let mut configure = Command::new("cmake");
        configure.arg("-S").arg(self.workspace.root.join("tests/consume")).arg("-B").arg(&build);
        configure.arg(format!("-DCMAKE_PREFIX_PATH={}", self.prefix.display()));
        configure.arg(format!("-DCLIP={}", self.clip.display())).arg(format!("-DFRAMES={}", self.frames));
        tally.check("find_package(memux CONFIG) finds it", shell::output(&mut configure).map(drop));
        tally.check(
            "programs by CMake build",
            shell::output(Command::new("cmake").arg("--build").arg(&build)).map(drop),
        );
        let outcome = shell::capture(
            Command::new("ctest").arg("--output-on-failure").current_dir(&build),
            Duration::from_secs(120),
        )?;
        for program in ["count_c", "count_static", "count_cpp"] {
            let line = outcome.stdout.lines().find(|line| line.contains(&format!(": {program} ")));
            let passed = line.is_some_and(|line| line.contains("Passed"));
            let result = if passed { Ok(()) } else { Err(anyhow::anyhow!("{}", outcome.describe())) };
            tally.check(&format!("{program}, built by CMake, counts the clip's frames"), result);
        }
        tally.check("find_package refuses a version that does not fit", self.refused_version());
        Ok(())
    }

    fn refused_version(&self) -> Result<()> {
        for (version, found) in [("0.1", true), ("0.0", false), ("0.2", false), ("1.0", false), ("0.1.99", false)] {
            let folder = self.work.join(format!("version-{version}"));
            std::fs::create_dir_all(&folder)?;
            let text = format!(
                "cmake_minimum_required(VERSION 3.16)\nproject(v C)\nfind_package(memux {version} CONFIG REQUIRED)\n"
            );
            std::fs::write(folder.join("CMakeLists.txt"), text)?;
            let mut command = Command::new("cmake");
            command.arg("-S").arg(&folder).arg("-B").arg(folder.join("build"));
            command.arg(format!("-DCMAKE_PREFIX_PATH={}", self.prefix.display()));
            if shell::succeeds(&mut command) != found {
                bail!("asked for {version}: found must be {found}");
            }
        }
        Ok(())
    }
}

/// Whether two -L words name one folder, written differently.
fn same_folder(a: &str, b: &str) -> bool {
    let folder = |word: &str| word.strip_prefix("-L").and_then(|path| std::fs::canonicalize(path).ok());
    folder(a).is_some() && folder(a) == folder(b)
}

/// pkg-config's words: separated by spaces, a space in a path behind a backslash.
fn shell_words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut characters = text.trim().chars();
    while let Some(character) = characters.next() {
        match (character, words.last_mut()) {
            ('\\', Some(word)) => word.extend(characters.next()),
            (character, _) if character.is_whitespace() => words.push(String::new()),
            (character, Some(word)) => word.push(character),
            (_, None) => {}
        }
    }
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::shell_words;

    #[test]
    fn a_space_behind_a_backslash_is_part_of_the_word() {
        assert_eq!(shell_words("-L/a\\ b/lib  -lmemux\n"), ["-L/a b/lib", "-lmemux"]);
    }
}

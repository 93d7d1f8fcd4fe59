//! The system's C and C++ compilers, and the command that makes a program of one source file and the library.

use crate::shell;
use crate::workspace::Workspace;
use anyhow::{Context, Result, bail};
use std::ffi::OsStr;
use std::path::Path;
use std::process::Command;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Language {
    C,
    Cpp,
}

impl Language {
    /// By the file's extension.
    pub fn of(source: &Path) -> Result<Self> {
        match source.extension().and_then(OsStr::to_str) {
            Some("c") => Ok(Self::C),
            Some("cpp") => Ok(Self::Cpp),
            _ => bail!("neither C nor C++: {}", source.display()),
        }
    }

    /// The compiler to use: what the environment names, else the first of the usual names that is there.
    pub fn compiler(self) -> Option<String> {
        let (variable, names): (_, &[&str]) = match self {
            Self::C => ("CC", &["cc", "gcc", "clang"]),
            Self::Cpp => ("CXX", &["c++", "g++", "clang++"]),
        };
        if let Ok(named) = std::env::var(variable)
            && !named.is_empty()
        {
            return Some(named);
        }
        names.iter().find(|name| shell::succeeds(Command::new(name).arg("--version"))).map(|name| (*name).to_owned())
    }

    pub fn clang(self) -> &'static str {
        match self {
            Self::C => "clang",
            Self::Cpp => "clang++",
        }
    }

    /// The oldest standard that the project promises its header and its programs to work with.
    pub fn oldest_standard(self) -> &'static str {
        match self {
            Self::C => "-std=c99",
            Self::Cpp => "-std=c++17",
        }
    }
}

/// Strict about our own sources: no example and no test may teach a warning.
pub const WARNINGS: [&str; 4] = ["-Wall", "-Wextra", "-Wpedantic", "-Werror"];

/// The command that compiles one source file and links it with the library in `library`, to be run from anywhere.
pub fn program(workspace: &Workspace, compiler: &str, source: &Path, library: &Path, out: &Path) -> Result<Command> {
    let language = Language::of(source)?;
    let mut command = Command::new(compiler);
    command.arg(language.oldest_standard()).args(WARNINGS).args(["-O1", "-g", "-pthread"]);
    command.arg("-I").arg(workspace.include());
    command.arg(source).arg("-o").arg(out);
    command.arg("-L").arg(library).arg("-lmemux").arg(rpath(library));
    Ok(command)
}

/// The linker's argument that makes a program look for libraries in this folder when it starts.
pub fn rpath(folder: &Path) -> String {
    format!("-Wl,-rpath,{}", folder.display())
}

/// Runs a compiler; its output is shown only when it fails.
pub fn compile(command: &mut Command) -> Result<()> {
    shell::output(command).map(drop)
}

/// The C or C++ compiler of the system, or the reason why there is none.
pub fn system(language: Language) -> Result<String> {
    let what = if language == Language::C {
        "no C compiler found (CC, cc, gcc, clang)"
    } else {
        "no C++ compiler found (CXX, c++, g++, clang++)"
    };
    language.compiler().context(what)
}

/// Compiles a shared object that stands between a program and the libraries it calls.
pub fn shim(compiler: &str, source: &Path, out: &Path) -> Command {
    let mut command = Command::new(compiler);
    // A shim that jumps to the next function instead of calling it would hide who called the shim.
    command
        .args(["-std=gnu99", "-O1", "-g", "-fPIC", "-shared", "-fno-optimize-sibling-calls"])
        .args(["-Wall", "-Wextra", "-Werror"]);
    command.arg(source).arg("-o").arg(out).arg("-ldl");
    command
}

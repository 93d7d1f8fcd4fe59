//! The public headers compile alone, twice in one file, under every standard and compiler that hosts use.

use super::tally::Tally;
use crate::compiler::{self, Language, WARNINGS};
use crate::workspace::Workspace;
use anyhow::Result;
use std::path::Path;
use std::process::Command;

const C_STANDARDS: [&str; 3] = ["c99", "c11", "c17"];
const CPP_STANDARDS: [&str; 3] = ["c++14", "c++17", "c++20"];
/// The wrapper needs C++17.
const WRAPPER_STANDARDS: [&str; 2] = ["c++17", "c++20"];

/// FFmpeg up to 6 has callbacks whose data are not const.
const CALLBACK: &str = "#include <memux.h>
static int take(void *opaque, DATA *buf, int buf_size) { (void)opaque; (void)buf; return buf_size; }
extern memux_write_fn callback;
memux_write_fn callback = take;
";

pub fn run(workspace: &Workspace, tally: &mut Tally) -> Result<()> {
    let folder = workspace.scratch("headers")?;
    let source = |name: &str, header: &str| -> Result<std::path::PathBuf> {
        let path = folder.join(name);
        std::fs::write(&path, format!("#include <{header}>\n#include <{header}>\n"))?;
        Ok(path)
    };
    let c = source("header.c", "memux.h")?;
    let cpp = source("header.cpp", "memux.h")?;
    let wrapper = source("wrapper.cpp", "memux.hpp")?;

    for (gnu, clang, standards, file) in [
        ("gcc", "clang", &C_STANDARDS[..], &c),
        ("g++", "clang++", &CPP_STANDARDS[..], &cpp),
        ("g++", "clang++", &WRAPPER_STANDARDS[..], &wrapper),
    ] {
        for compiler in [gnu, clang] {
            for standard in standards {
                let name = format!("{} as {standard} by {compiler}", header_of(file));
                tally.check(&name, gnu_style(workspace, compiler, standard, file));
            }
        }
    }
    for (defined, data) in [("", "const uint8_t"), ("#define MEMUX_WRITE_NONCONST\n", "uint8_t")] {
        for (compiler, standard, extension) in [("gcc", "c17", "c"), ("clang", "c17", "c"), ("g++", "c++17", "cpp")] {
            let file = folder.join(format!("callback.{extension}"));
            std::fs::write(&file, format!("{defined}{}", CALLBACK.replace("DATA", data)))?;
            let name = format!("a write callback over {data} plugs in without a cast, {standard} by {compiler}");
            tally.check(&name, gnu_style(workspace, compiler, standard, &file));
        }
    }
    for (language, file) in [("/TC", &c), ("/TP", &cpp)] {
        let name = format!("{} as Visual Studio's compiler reads it, {language}", header_of(file));
        tally.check(&name, cl_style(workspace, language, file));
    }
    Ok(())
}

fn header_of(file: &Path) -> &'static str {
    if file.ends_with("wrapper.cpp") { "memux.hpp" } else { "memux.h" }
}

fn gnu_style(workspace: &Workspace, compiler: &str, standard: &str, file: &Path) -> Result<()> {
    let mut command = Command::new(compiler);
    command.arg(format!("-std={standard}")).args(WARNINGS).arg("-fsyntax-only");
    compiler::compile(command.arg("-I").arg(workspace.include()).arg(file))
}

/// Clang in the mode that takes cl's options, for cl's target; its own headers stand in for Microsoft's.
fn cl_style(workspace: &Workspace, language: &str, file: &Path) -> Result<()> {
    let mut command = Command::new(Language::C.clang());
    command.args(["--driver-mode=cl", "--target=x86_64-pc-windows-msvc", "/W4", "/WX", "/Zs", language]);
    let include = format!("/I{}", workspace.include().display());
    // A path that begins with a slash would be read as an option.
    compiler::compile(command.arg(include).arg("--").arg(file))
}

//! The table of needs: how each is recognised, and which packages bring it. A need is recognised by using it, since a
//! program that is there may still lack what it needs itself (a compiler without headers, clang without its runtime).

use crate::compiler::Language;
use crate::files::tempdir;
use crate::shell::succeeds;
use std::path::{Path, PathBuf};
use std::process::Command;

pub struct Need {
    pub name: &'static str,
    pub why: &'static str,
    /// The demo needs it too, not only the tests.
    pub demo: bool,
    pub present: fn() -> bool,
    pub apt: &'static [&'static str],
    pub dnf: &'static [&'static str],
    pub pacman: &'static [&'static str],
    /// Empty where Homebrew has no such package: then it is said to be missing.
    pub brew: &'static [&'static str],
}

/// Stands in a package name for the major version of the installed clang.
pub const CLANG_VERSION: &str = "{clang}";

pub const NEEDS: [Need; 11] = [
    Need {
        name: "C compiler",
        why: "builds the C examples; gcc or clang, with the C library's headers",
        demo: true,
        present: || compiles(Language::C, "#include <stdio.h>\nint main(void) { return puts(\"\") < 0; }\n"),
        apt: &["gcc", "libc6-dev"],
        dnf: &["gcc", "glibc-devel"],
        pacman: &["gcc"],
        brew: &["llvm"],
    },
    Need {
        name: "C++ compiler",
        why: "builds the C++ example and the fuzzers; g++ or clang++, with the standard library's headers",
        demo: true,
        present: || {
            compiles(Language::Cpp, "#include <string>\nint main() { return std::string(\"x\").size() != 1; }\n")
        },
        apt: &["g++"],
        dnf: &["gcc-c++"],
        pacman: &["gcc"],
        brew: &["llvm"],
    },
    Need {
        name: "libclang",
        why: "reads FFmpeg's headers for the Rust bindings; the folder that holds it may be named in LIBCLANG_PATH",
        demo: true,
        present: has_libclang,
        apt: &["libclang-dev"],
        dnf: &["clang-libs", "clang-devel"],
        pacman: &["clang"],
        brew: &["llvm"],
    },
    Need {
        name: "clang",
        why: "brings the headers that libclang needs (stddef.h and others), and tells where the system's are",
        demo: true,
        present: || preprocesses("clang", "#include <stddef.h>\n#include <limits.h>\n"),
        apt: &["clang"],
        dnf: &["clang"],
        pacman: &["clang"],
        brew: &["llvm"],
    },
    Need {
        name: "pkg-config",
        why: "says where FFmpeg is",
        demo: true,
        present: || succeeds(Command::new("pkg-config").arg("--version")),
        apt: &["pkg-config"],
        dnf: &["pkgconf-pkg-config"],
        pacman: &["pkgconf"],
        brew: &["pkgconf"],
    },
    Need {
        name: "libavformat, libavcodec, libavutil",
        why: "FFmpeg's libraries with their headers; or name a folder with both in FFMPEG_DIR",
        demo: true,
        present: has_ffmpeg_libraries,
        apt: &["libavformat-dev", "libavcodec-dev", "libavutil-dev"],
        dnf: &["libavformat-free-devel", "libavcodec-free-devel", "libavutil-free-devel"],
        pacman: &["ffmpeg"],
        brew: &["ffmpeg"],
    },
    Need {
        name: "ffmpeg",
        why: "the command: what our results are compared with",
        demo: true,
        present: || {
            succeeds(Command::new("ffmpeg").arg("-version")) && succeeds(Command::new("ffprobe").arg("-version"))
        },
        apt: &["ffmpeg"],
        dnf: &["ffmpeg-free"],
        pacman: &["ffmpeg"],
        brew: &["ffmpeg"],
    },
    Need {
        name: "clang's sanitizers",
        why: "compiler-rt: AddressSanitizer and UndefinedBehaviorSanitizer for the C and C++ tests",
        demo: false,
        present: has_sanitizers,
        apt: &["libclang-rt-{clang}-dev"],
        dnf: &["compiler-rt"],
        pacman: &["compiler-rt"],
        brew: &["llvm"],
    },
    Need {
        name: "valgrind",
        why: "finds what the tests lose or read before it is written",
        demo: false,
        // Starting a program needs more than starting valgrind: the C library's debug symbols on some systems.
        present: || succeeds(Command::new("valgrind").args(["--error-exitcode=9", "true"])),
        apt: &["valgrind", "libc6-dbg"],
        dnf: &["valgrind"],
        pacman: &["valgrind", "debuginfod"],
        brew: &[],
    },
    Need {
        name: "CMake and make",
        why: "a host finds the library by find_package",
        demo: false,
        present: || {
            let make = ["make", "ninja"].iter().any(|name| succeeds(Command::new(name).arg("--version")));
            make && succeeds(Command::new("cmake").arg("--version")) && succeeds(Command::new("ctest").arg("--version"))
        },
        apt: &["cmake", "make"],
        dnf: &["cmake", "make"],
        pacman: &["cmake", "make"],
        brew: &["cmake", "make"],
    },
    Need {
        name: "nm and readelf",
        why: "show which symbols the library exports, and its name",
        demo: false,
        present: || ["nm", "readelf"].iter().all(|name| succeeds(Command::new(name).arg("--version"))),
        apt: &["binutils"],
        dnf: &["binutils"],
        pacman: &["binutils"],
        brew: &["binutils"],
    },
];

fn compiles(language: Language, program: &str) -> bool {
    language.compiler().is_some_and(|compiler| builds(&compiler, language, program, &[]))
}

fn has_sanitizers() -> bool {
    let flags = ["-fsanitize=address,undefined"];
    let program = "int main(void) { return 0; }\n";
    builds(Language::C.clang(), Language::C, program, &flags) && {
        let program = "#include <string>\nint main() { return std::string(\"x\").size() != 1; }\n";
        builds(Language::Cpp.clang(), Language::Cpp, program, &flags)
    }
}

fn builds(compiler: &str, language: Language, program: &str, flags: &[&str]) -> bool {
    with_source(language, program, |source| {
        let out = source.with_extension("out");
        succeeds(Command::new(compiler).args(flags).arg(source).arg("-o").arg(out))
    })
}

fn preprocesses(compiler: &str, program: &str) -> bool {
    with_source(Language::C, program, |source| succeeds(Command::new(compiler).arg("-fsyntax-only").arg(source)))
}

fn with_source(language: Language, program: &str, use_it: impl FnOnce(&Path) -> bool) -> bool {
    let Ok(folder) = tempdir("setup") else { return false };
    let source = folder.join(if language == Language::C { "try.c" } else { "try.cpp" });
    let good = std::fs::write(&source, program).is_ok() && use_it(&source);
    // What is left in the system's temporary folder does no harm.
    let _ = std::fs::remove_dir_all(&folder);
    good
}

fn has_ffmpeg_libraries() -> bool {
    if let Some(folder) = std::env::var_os("FFMPEG_DIR") {
        return Path::new(&folder).join("include/libavformat/avformat.h").exists();
    }
    let libraries = ["libavformat", "libavcodec", "libavutil"];
    succeeds(Command::new("pkg-config").arg("--exists").args(libraries))
}

/// Looks where the Rust bindings' generator looks.
fn has_libclang() -> bool {
    let mut folders: Vec<PathBuf> = Vec::new();
    folders.extend(std::env::var_os("LIBCLANG_PATH").map(PathBuf::from));
    for fixed in [
        "/usr/lib64",
        "/usr/lib",
        "/usr/local/lib",
        "/opt/homebrew/opt/llvm/lib",
        "/usr/local/opt/llvm/lib",
        "/Library/Developer/CommandLineTools/usr/lib",
    ] {
        folders.push(fixed.into());
    }
    // /usr/lib/llvm-14/lib, /usr/lib/x86_64-linux-gnu, /usr/lib64/llvm21/lib64
    for parent in ["/usr/lib", "/usr/lib64"] {
        let entries = std::fs::read_dir(parent).into_iter().flatten().flatten().map(|entry| entry.path());
        for folder in entries.filter(|path| path.is_dir()) {
            folders.extend([folder.join("lib"), folder.join("lib64"), folder]);
        }
    }
    folders.iter().any(|folder| holds_libclang(folder))
}

fn holds_libclang(folder: &Path) -> bool {
    // The generator opens libclang.so, libclang-14.so and libclang.so.1 alike; libclang-cpp is another library.
    let is_it = |name: &str| {
        let rest = name.strip_prefix("libclang");
        let library = rest.is_some_and(|rest| {
            rest.starts_with('.')
                || rest.strip_prefix('-').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()))
        });
        library && (name.contains(".so") || name.contains(".dylib"))
    };
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.into_iter().any(|entry| entry.file_name().to_str().is_some_and(is_it))
}

/// The major version of the installed clang, if it is installed.
pub fn clang_version() -> Option<String> {
    let text = crate::shell::output(Command::new("clang").arg("-dumpversion")).ok()?;
    text.trim().split('.').next().map(str::to_owned)
}

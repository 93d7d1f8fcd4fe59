//! `include/memux.h` is what `src/ffi` says. It is committed, so that a host needs no Rust to read it, and written
//! here: `MEMUX_UPDATE_HEADER=1 cargo test --test header` puts the current one in its place.

use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The files of src/ffi in the order in which a host reads their contents.
const ORDER: [&str; 30] = [
    "status",
    "constants",
    "callbacks",
    "version",
    "error",
    "cancel",
    "limits",
    "run_options",
    "report",
    "reader",
    "source",
    "feed",
    "writer",
    "sink",
    "tee",
    "buffer",
    "views",
    "info",
    "probe",
    "packet",
    "input_options",
    "input",
    "count",
    "extract",
    "remux",
    "fanout",
    "digest",
    "segment",
    "playlist",
    "log",
];

/// Files that say nothing to a C reader, and two that come after all structs.
const OTHERS: [&str; 11] =
    ["mod", "fault", "guard", "handle", "hold", "hold_sink", "lent", "ptr", "init", "init_containers", "shown"];

fn sources() -> Vec<PathBuf> {
    let folder = root().join("src/ffi");
    ORDER.iter().chain(["init", "init_containers"].iter()).map(|name| folder.join(name).with_extension("rs")).collect()
}

fn generate() -> String {
    let mut config = cbindgen::Config::from_file(root().join("cbindgen.toml")).unwrap();
    config.after_includes = config.after_includes.map(|text| text.replace("@VERSION@", &version_macros()));
    let builder = sources().into_iter().fold(cbindgen::Builder::new().with_config(config), cbindgen::Builder::with_src);
    let mut text = Vec::new();
    builder.generate().unwrap().write(&mut text);
    finish(&String::from_utf8(text).unwrap())
}

fn version_macros() -> String {
    format!(
        "/** The version of this header. memux_version() is that of the library that is loaded. Since 0.1.0. */\n\
         #define MEMUX_VERSION_MAJOR {}\n#define MEMUX_VERSION_MINOR {}\n#define MEMUX_VERSION_PATCH {}\n\
         /** The version as one number. Since 0.1.0. */\n\
         #define MEMUX_VERSION ((MEMUX_VERSION_MAJOR << 16) | (MEMUX_VERSION_MINOR << 8) | MEMUX_VERSION_PATCH)\n\
         /** Whether this header is of the given version or a later one; for #if too. Since 0.1.0. */\n\
         #define MEMUX_VERSION_AT_LEAST(major, minor, patch) \\\n    \
         (MEMUX_VERSION >= (((major) << 16) | ((minor) << 8) | (patch)))",
        env!("CARGO_PKG_VERSION_MAJOR"),
        env!("CARGO_PKG_VERSION_MINOR"),
        env!("CARGO_PKG_VERSION_PATCH")
    )
}

/// What cbindgen has no word for: negative constants in parentheses, a constant in hexadecimal, the write callback's
/// `const` that a host can take away, short comments on one line, and no word of Rust's safety to C readers.
fn finish(generated: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut in_safety = false;
    for line in generated.lines() {
        let trimmed = line.trim();
        in_safety = trimmed.starts_with("* # Safety") || (in_safety && trimmed != "*/");
        if in_safety {
            continue;
        }
        if trimmed == "*/" && lines.last().is_some_and(|last| last.trim() == "*") {
            lines.pop();
        }
        let define = line.strip_prefix("#define ").and_then(|define| define.split_once(" -"));
        lines.push(match define {
            Some((name, number)) => format!("#define {name} (-{number})"),
            None => line.trim_end().to_owned(),
        });
        shorten(&mut lines);
    }
    let text = lines.join("\n") + "\n";
    let text = replace_once(&text, "#define MEMUX_WHENCE_SIZE 65536", "#define MEMUX_WHENCE_SIZE 0x10000");
    let write = "typedef int (*memux_write_fn)(void *opaque, const uint8_t *buf, int buf_size);";
    replace_once(
        &text,
        write,
        "typedef int (*memux_write_fn)(void *opaque, MEMUX_WRITE_CONST uint8_t *buf, int buf_size);",
    )
}

fn replace_once(text: &str, from: &str, to: &str) -> String {
    assert_eq!(text.matches(from).count(), 1, "cbindgen words this differently now: {from}");
    text.replace(from, to)
}

/// A comment of one line that has just ended stands on one line; constants of one family stand close together.
fn shorten(lines: &mut Vec<String>) {
    if let [.., start, text, end] = lines.as_slice()
        && start.trim() == "/**"
        && end.trim() == "*/"
    {
        let indent = &start[..start.len() - start.trim_start().len()];
        let short = format!("{indent}/** {} */", text.trim().trim_start_matches("* "));
        if short.len() <= 120 {
            lines.truncate(lines.len() - 3);
            lines.push(short);
        }
    }
    if let [.., previous, blank, comment, constant] = lines.as_slice() {
        let family = |line: &str| {
            let name = line.strip_prefix("#define MEMUX_")?.split(' ').next()?;
            let family = name.split('_').next()?;
            Some(if ["END", "TRUNCATED", "ERROR"].contains(&family) { "OK" } else { family }.to_owned())
        };
        let same = family(previous).is_some() && family(previous) == family(constant);
        if same && blank.is_empty() && comment.starts_with("/** ") {
            lines.remove(lines.len() - 3);
        }
    }
}

#[test]
fn every_file_of_the_boundary_has_its_place_in_the_header_or_none() {
    for entry in std::fs::read_dir(root().join("src/ffi")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap();
        assert!(ORDER.contains(&name) || OTHERS.contains(&name), "src/ffi/{name}.rs: put it into ORDER or OTHERS");
    }
}

#[test]
fn the_committed_header_is_what_the_sources_say() {
    let path = root().join("include/memux.h");
    let generated = generate();
    if std::env::var_os("MEMUX_UPDATE_HEADER").is_some_and(|value| value == "1") {
        std::fs::write(&path, &generated).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    if let Some((number, (old, new))) =
        committed.lines().zip(generated.lines()).enumerate().find(|(_, (old, new))| old != new)
    {
        let line = number + 1;
        panic!("include/memux.h:{line} is out of date: run `cargo xtask header`\n  it says: {old}\n  sources: {new}");
    }
    let (old, new) = (committed.lines().count(), generated.lines().count());
    assert_eq!(
        old, new,
        "include/memux.h is out of date: run `cargo xtask header` (lines in it, lines of the sources)"
    );
}

/// The comment above each function of the header, with the function's name.
fn documented_functions(header: &str) -> Vec<(String, String)> {
    let (mut functions, mut comment) = (Vec::new(), String::new());
    for line in header.lines() {
        let trimmed = line.trim_start();
        if trimmed.starts_with("/**") {
            comment.clear();
        }
        if trimmed.starts_with("/**") || trimmed.starts_with('*') {
            comment += trimmed;
            comment.push('\n');
        } else if let Some(name) = function_name(line) {
            functions.push((name.to_owned(), std::mem::take(&mut comment)));
        }
    }
    functions
}

fn function_name(line: &str) -> Option<&str> {
    if line.starts_with([' ', '#', '/']) || line.starts_with("typedef") {
        return None;
    }
    let (before, _) = line.split_once('(')?;
    before.rsplit([' ', '*']).next().filter(|name| name.starts_with("memux_"))
}

#[test]
fn every_function_is_documented_for_a_c_reader() {
    let functions = documented_functions(&generate());
    assert!(functions.len() >= 45, "only {} functions were found", functions.len());
    for (name, comment) in functions {
        for said in ["* Ownership: ", "* Threads: ", "* Statuses: ", "* Since 0.1.0."] {
            assert!(comment.contains(said), "{name} does not say \"{said}\":\n{comment}");
        }
        for unwanted in ["# Safety", "Rust", "[`", "::"] {
            assert!(!comment.contains(unwanted), "{name} says \"{unwanted}\":\n{comment}");
        }
    }
}

#[test]
fn every_constant_type_and_member_is_documented() {
    let header = generate();
    let (mut before, mut depth) = ("", 0);
    for line in header.lines().skip_while(|line| !line.starts_with("#define MEMUX_OK ")).skip(1) {
        let member = depth == 1 && line.starts_with(' ') && line.ends_with(';');
        let outer = depth == 0 && (line.starts_with("typedef ") || line.starts_with("#define MEMUX_"));
        if line.starts_with("#ifdef __cplusplus") {
            break;
        }
        if member || outer {
            assert!(before.trim_end().ends_with("*/"), "not documented: {line}");
        }
        depth += i32::from(line.ends_with('{')) - i32::from(line.starts_with('}'));
        before = line;
    }
}

#[test]
fn what_a_callback_returns_and_when_it_comes_is_said() {
    let header = generate();
    for callback in ["read", "write", "writev", "seek", "unblock", "release", "progress", "trace", "log"] {
        let at = header.find(&format!("(*memux_{callback}_fn)")).unwrap_or_else(|| panic!("no {callback} callback"));
        let comment = &header[header[..at].rfind("/**").unwrap()..at];
        let threads = ["thread", "Threads"].iter().any(|word| comment.contains(word));
        assert!(threads && comment.contains("Since 0.1.0."), "memux_{callback}_fn:\n{comment}");
    }
}

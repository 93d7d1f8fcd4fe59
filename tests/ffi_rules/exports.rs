//! What the sources of the exported functions look like.

use super::root;
use std::path::PathBuf;

/// An export: its name and its body without comments.
fn exports() -> Vec<(String, String)> {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(root().join("src/ffi")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut exports = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let code: String = text.lines().map(|line| line.split("//").next().unwrap_or("").to_owned() + "\n").collect();
        for export in code.split("no_mangle").skip(1) {
            let (_, from_name) = export.split_once("fn ").expect("an export is a function");
            let name = from_name.split('(').next().unwrap();
            let body = &from_name[from_name.find("{\n").expect("a body")..];
            let end = body.find("\n}").expect("the end of the body");
            exports.push((name.to_owned(), body[1..end].split_whitespace().collect::<Vec<_>>().join(" ")));
        }
    }
    exports
}

/// The place where the parenthesis that opens at the end of `head` closes.
fn closes_at_the_end(body: &str, head: &str) -> bool {
    let mut depth = 0;
    for (at, character) in body.char_indices().skip(head.len() - 1) {
        depth += i32::from(character == '(') - i32::from(character == ')');
        if depth == 0 {
            return at + 1 == body.len();
        }
    }
    false
}

#[test]
fn every_export_is_inside_the_guard_from_its_first_to_its_last_word() {
    for (name, body) in exports() {
        let heads = ["unsafe { guard::enter(error) }.status(", "guard::value("];
        let head = heads.iter().find(|head| body.starts_with(**head));
        let head = head.unwrap_or_else(|| panic!("{name} does not begin with its guard: {body}"));
        assert!(closes_at_the_end(&body, head), "{name} goes on behind its guard: {body}");
    }
}

#[test]
fn the_exports_are_those_of_the_committed_list_and_the_header() {
    let mut names: Vec<_> =
        exports().into_iter().map(|(name, _)| name).filter(|name| name != "memux_test_panic_at").collect();
    names.sort();
    let list = std::fs::read_to_string(root().join("packaging/symbols.txt")).unwrap();
    let listed: Vec<_> = list.lines().map(str::trim).filter(|line| line.starts_with("memux_")).collect();
    assert_eq!(names, listed);
    let header = std::fs::read_to_string(root().join("include/memux.h")).unwrap();
    for name in &names {
        assert!(header.contains(&format!("{name}(")), "{name} is in no header");
    }
    assert!(!header.contains("memux_test_"), "a test's function is in the header");
}

#[test]
fn every_operation_can_be_made_to_panic_below_its_guard() {
    for (name, body) in exports() {
        let calls = ["run(", "run_into(", "run_to_size(", "open(ground", "make(source"];
        let on_open = ["next(", "seek(", "select(", "description(", "report("].map(|call| format!("reader.{call}"));
        let calls = calls.into_iter().chain(on_open.iter().map(String::as_str)).collect::<Vec<_>>();
        let runs = calls.iter().any(|call| body.contains(call));
        assert_eq!(runs, body.contains("point(Place::Export)"), "{name}: {body}");
    }
}

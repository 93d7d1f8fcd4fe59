//! ARCHITECTURE.md says of each file what it is for, and of no file that is not there.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn text(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Folders of inputs that a program found: they have a line for all their files.
const FOUND: [&str; 2] = ["fuzz/corpus/differential/", "fuzz/corpus/robust/"];

/// Every file of the repository by its path from the root, with slashes. Git itself may be absent.
fn files() -> BTreeSet<String> {
    let ignored = text(".gitignore");
    let mut left_out: Vec<_> = ignored.lines().map(|line| line.trim_matches('/')).collect();
    left_out.push(".git");
    let mut files = BTreeSet::new();
    let mut folders = vec![String::new()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(root().join(&folder)).unwrap() {
            let entry = entry.unwrap();
            let path = format!("{folder}{}", entry.file_name().to_str().expect("a name in UTF-8"));
            if left_out.contains(&path.as_str()) {
                continue;
            } else if FOUND.contains(&format!("{path}/").as_str()) {
                files.insert(format!("{path}/"));
            } else if entry.file_type().unwrap().is_dir() {
                folders.push(format!("{path}/"));
            } else {
                files.insert(path);
            }
        }
    }
    files
}

/// The first two cells of a table's line whose first one is a name in backticks.
fn named(line: &str) -> Option<(&str, &str)> {
    line.strip_prefix("| `")?.split_once("` |")
}

/// How many lines each path has in ARCHITECTURE.md. A heading that is a folder is where the names below it begin.
fn lines() -> BTreeMap<String, usize> {
    let page = text("ARCHITECTURE.md");
    let (_, tables) = page.split_once("\n## Files\n").expect("a part on the files");
    let (mut lines, mut folder) = (BTreeMap::new(), String::new());
    for line in tables.lines() {
        if let Some(heading) = line.strip_prefix("### ") {
            folder = if root().join(heading).is_dir() { format!("{heading}/") } else { String::new() };
        } else if let Some((name, what)) = named(line) {
            assert!(!what.trim_matches(['|', ' ']).is_empty(), "nothing is said of {folder}{name}");
            *lines.entry(format!("{folder}{name}")).or_default() += 1;
        }
    }
    lines
}

/// The clips have a page of their own, with a line for each stream.
fn clips() -> BTreeSet<String> {
    text("tests/clips/README.md").lines().filter_map(named).map(|(name, _)| format!("tests/clips/{name}")).collect()
}

#[test]
fn each_file_has_one_line_and_each_line_a_file() {
    let (files, lines, clips) = (files(), lines(), clips());
    let listed: BTreeSet<_> = lines.keys().chain(&clips).cloned().collect();
    let unsaid: Vec<_> = files.difference(&listed).collect();
    let gone: Vec<_> = listed.difference(&files).collect();
    let twice: Vec<_> = lines.iter().filter(|(path, count)| **count > 1 || clips.contains(*path)).collect();
    assert!(unsaid.is_empty(), "without a line in ARCHITECTURE.md or tests/clips/README.md: {unsaid:?}");
    assert!(gone.is_empty(), "a line, but no file: {gone:?}");
    assert!(twice.is_empty(), "more than one line: {twice:?}");
}

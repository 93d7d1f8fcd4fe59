//! What the release library exports: exactly the committed list, under the name that programs look for.

use super::tally::Tally;
use crate::library::{self, Build};
use crate::shell;
use crate::workspace::Workspace;
use anyhow::{Context, Result, ensure};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;

/// Every function that only tests may call begins so.
pub const TEST_PREFIX: &str = "memux_test_";

pub fn run(workspace: &Workspace, tally: &mut Tally) -> Result<()> {
    let names = library::names(&workspace.version)?;
    let folder = library::build(workspace, Build::Release)?;
    let file = folder.join(&names.built);
    let exported = exported(&file)?;

    tally.check("the exported symbols are those of packaging/symbols.txt", same_as_list(workspace, &exported));
    tally.check("every exported symbol begins with memux_", only_ours(&exported));
    tally.check(&format!("the library calls itself {}", names.soname), named(&file, &names.soname));
    for name in [&names.built, "libmemux.a"] {
        tally.check(
            &format!("nothing for tests only is in the release's {name}"),
            without_test_functions(&folder.join(name)),
        );
    }
    Ok(())
}

/// The names of the functions and data that a shared library offers.
pub fn exported(library: &Path) -> Result<BTreeSet<String>> {
    let listing = shell::output(Command::new("nm").args(["-D", "--defined-only"]).arg(library))?;
    let names: BTreeSet<String> =
        listing.lines().filter_map(|line| line.split_whitespace().last()).map(str::to_owned).collect();
    ensure!(!names.is_empty(), "{} exports nothing", library.display());
    Ok(names)
}

fn same_as_list(workspace: &Workspace, exported: &BTreeSet<String>) -> Result<()> {
    let path = workspace.root.join("packaging/symbols.txt");
    let text = std::fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let lines: Vec<&str> = text.lines().collect();
    ensure!(lines.is_sorted(), "packaging/symbols.txt is not sorted");
    let listed: BTreeSet<String> = lines.into_iter().map(str::to_owned).collect();
    let only = |a: &BTreeSet<String>, b: &BTreeSet<String>| a.difference(b).cloned().collect::<Vec<_>>().join(" ");
    let (new, gone) = (only(exported, &listed), only(&listed, exported));
    ensure!(new.is_empty() && gone.is_empty(), "exported, not listed: {new}\nlisted, not exported: {gone}");
    Ok(())
}

fn only_ours(exported: &BTreeSet<String>) -> Result<()> {
    let foreign: Vec<&String> = exported.iter().filter(|name| !name.starts_with("memux_")).collect();
    ensure!(foreign.is_empty(), "also exported: {foreign:?}");
    Ok(())
}

fn named(library: &Path, soname: &str) -> Result<()> {
    let dynamic = shell::output(Command::new("readelf").args(["-d", "-W"]).arg(library))?;
    let line = dynamic.lines().find(|line| line.contains("(SONAME)")).context("the library has no soname")?;
    ensure!(line.ends_with(&format!("[{soname}]")), "{}", line.trim());
    Ok(())
}

/// Looks at the bytes, so that a symbol cannot hide in a table that was not asked for.
fn without_test_functions(file: &Path) -> Result<()> {
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let found = bytes.windows(TEST_PREFIX.len()).any(|window| window == TEST_PREFIX.as_bytes());
    ensure!(!found, "{} contains {TEST_PREFIX}", file.display());
    Ok(())
}

//! What the release library exports: exactly the committed list, under the name that programs look for.

use super::tally::Tally;
use crate::library::{self, Build};
use crate::shell;
use crate::workspace::Workspace;
use anyhow::{Context, Result, ensure};
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

/// Every function that only tests may call begins so.
pub const TEST_PREFIX: &str = "memux_test_";

/// How the names of FFmpeg's libraries begin, and those of its functions.
const FFMPEG_LIBRARIES: [&str; 2] = ["libav", "libsw"];
const FFMPEG_FUNCTIONS: [&str; 5] = ["av_", "avio_", "avformat_", "avcodec_", "avutil_"];

pub fn run(workspace: &Workspace, tally: &mut Tally) -> Result<()> {
    let names = library::names(&workspace.version)?;
    let folder = library::build(workspace, Build::Release)?;
    let file = folder.join(&names.built);
    let exported = exported(&file)?;

    tally.check("the exported symbols are those of packaging/symbols.txt", same_as_list(workspace, &exported));
    tally.check("every exported symbol begins with memux_", only_ours(&exported));
    tally.check("the library names no library of FFmpeg's to be loaded with it", needs_no_ffmpeg(&file));
    for name in [&names.built, "libmemux.a"] {
        let check = format!("{name} looks all of FFmpeg's functions up in its own table");
        tally.check(&check, refers_to_no_ffmpeg(&folder.join(name)));
    }
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

/// A host whose work is walked must start without FFmpeg.
fn needs_no_ffmpeg(library: &Path) -> Result<()> {
    let dynamic = shell::output(Command::new("readelf").args(["-d", "-W"]).arg(library))?;
    let needed: Vec<&str> = dynamic.lines().filter(|line| line.contains("(NEEDED)")).collect();
    ensure!(needed.iter().any(|line| line.contains("libc.")), "no library is needed at all: {dynamic}");
    let ffmpeg: Vec<_> =
        needed.iter().filter(|line| FFMPEG_LIBRARIES.iter().any(|name| line.contains(&format!("[{name}")))).collect();
    ensure!(ffmpeg.is_empty(), "needed: {ffmpeg:?}");
    Ok(())
}

/// A function that is called past the table of src/av/ffmpeg.rs is a name that the loader has to find.
fn refers_to_no_ffmpeg(file: &Path) -> Result<()> {
    let mut nm = Command::new("nm");
    nm.arg("--undefined-only").args(file.extension().is_some_and(|kind| kind == "so").then_some("-D")).arg(file);
    let listing = shell::capture(&mut nm, Duration::from_secs(120))?;
    let names: BTreeSet<&str> = listing.stdout.lines().filter_map(|line| line.trim().strip_prefix("U ")).collect();
    ensure!(names.iter().any(|name| name.starts_with("memcpy")), "nothing is undefined: {}", listing.describe());
    let ffmpeg: Vec<_> =
        names.iter().filter(|name| FFMPEG_FUNCTIONS.iter().any(|prefix| name.starts_with(prefix))).collect();
    ensure!(ffmpeg.is_empty(), "referred to: {ffmpeg:?}");
    Ok(())
}

/// Looks at the bytes, so that a symbol cannot hide in a table that was not asked for.
fn without_test_functions(file: &Path) -> Result<()> {
    let bytes = std::fs::read(file).with_context(|| format!("cannot read {}", file.display()))?;
    let found = bytes.windows(TEST_PREFIX.len()).any(|window| window == TEST_PREFIX.as_bytes());
    ensure!(!found, "{} contains {TEST_PREFIX}", file.display());
    Ok(())
}

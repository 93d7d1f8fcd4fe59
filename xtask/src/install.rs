//! `cargo xtask install`: headers, libraries, and the files by which pkg-config and CMake find them. Everything in the
//! prefix refers to the rest relatively, so the prefix can be moved.

use crate::files::{replace, symlink};
use crate::library::{self, Build, Names};
use crate::workspace::Workspace;
use anyhow::{Context, Result, ensure};
use std::path::{Path, PathBuf};

pub fn run(workspace: &Workspace, prefix: &Path) -> Result<()> {
    let prefix = std::path::absolute(prefix)?;
    let root = staged(&prefix, std::env::var_os("DESTDIR").map(PathBuf::from))?;
    let built = library::build(workspace, Build::Release)?;
    install(workspace, &built, &root)?;
    println!("installed in {}", root.display());
    Ok(())
}

/// The prefix below DESTDIR, where packagers gather files before they are installed.
fn staged(prefix: &Path, destdir: Option<PathBuf>) -> Result<PathBuf> {
    match destdir.filter(|folder| !folder.as_os_str().is_empty()) {
        None => Ok(prefix.to_path_buf()),
        Some(folder) => {
            let inside = prefix.strip_prefix("/").context("with DESTDIR the prefix must be absolute")?;
            Ok(std::path::absolute(folder)?.join(inside))
        }
    }
}

/// Installs the library built in that folder.
pub fn install(workspace: &Workspace, built: &Path, root: &Path) -> Result<()> {
    let names = library::names(&workspace.version)?;
    let library = folder(root, "lib")?;
    let include = folder(root, "include")?;
    for header in ["memux.h", "memux.hpp"] {
        copy(&workspace.include().join(header), &include.join(header))?;
    }
    let parts = folder(root, "include/memux")?;
    for part in workspace.files("include/memux", "hpp")? {
        copy(&part, &parts.join(part.file_name().context("a header without a name")?))?;
    }
    copy(&built.join(&names.built), &library.join(&names.versioned))?;
    copy(&built.join("libmemux.a"), &library.join("libmemux.a"))?;
    replace(&library.join(&names.soname), |at| symlink(&names.versioned, at))?;
    replace(&library.join(&names.built), |at| symlink(&names.soname, at))?;

    let words = Words::new(workspace, &names)?;
    let packaging = workspace.root.join("packaging");
    for (from, to) in [("pkgconfig", "lib/pkgconfig"), ("cmake", "lib/cmake/memux")] {
        let to = folder(root, to)?;
        for template in workspace.files(&format!("packaging/{from}"), "in")? {
            let name = template.file_stem().with_context(|| format!("no name: {}", packaging.display()))?;
            let text =
                std::fs::read_to_string(&template).with_context(|| format!("cannot read {}", template.display()))?;
            replace(&to.join(name), |at| std::fs::write(at, words.put_into(&text)))?;
        }
    }
    let licences = folder(root, "share/licenses/memux")?;
    for licence in ["LICENSE-MIT", "LICENSE-APACHE"] {
        copy(&workspace.root.join(licence), &licences.join(licence))?;
    }
    Ok(())
}

fn folder(root: &Path, name: &str) -> Result<PathBuf> {
    let path = root.join(name);
    std::fs::create_dir_all(&path).with_context(|| format!("cannot make {}", path.display()))?;
    Ok(path)
}

/// Into a new file: a program that has the old one open keeps it.
fn copy(from: &Path, to: &Path) -> Result<()> {
    ensure!(from.exists(), "not there: {}", from.display());
    replace(to, |to| std::fs::copy(from, to).map(drop))
}

/// What stands for the words between @ in the templates of packaging.
struct Words(Vec<(&'static str, String)>);

impl Words {
    fn new(workspace: &Workspace, names: &Names) -> Result<Self> {
        let native = library::native_static_libraries()?;
        let mut parts = workspace.version.split('.').map(str::to_owned);
        Ok(Self(vec![
            ("VERSION", workspace.version.clone()),
            ("MAJOR", parts.next().context("a version without a major number")?),
            ("MINOR", parts.next().context("a version without a minor number")?),
            ("POINTER_SIZE", size_of::<usize>().to_string()),
            ("SONAME", names.soname.clone()),
            ("SHARED_FILE", names.versioned.clone()),
            ("NATIVE_LIBRARIES_LIST", native.split_whitespace().collect::<Vec<_>>().join(";")),
            ("NATIVE_LIBRARIES", native),
        ]))
    }

    fn put_into(&self, template: &str) -> String {
        self.0.iter().fold(template.to_owned(), |text, (word, value)| text.replace(&format!("@{word}@"), value))
    }
}

#[cfg(test)]
mod tests {
    use super::staged;
    use std::path::{Path, PathBuf};

    #[test]
    fn destdir_stands_before_the_prefix() {
        let at = |destdir: Option<&str>| staged(Path::new("/usr"), destdir.map(PathBuf::from)).ok();
        assert_eq!(at(None), Some("/usr".into()));
        assert_eq!(at(Some("")), Some("/usr".into()));
        assert_eq!(at(Some("/stage")), Some("/stage/usr".into()));
    }
}

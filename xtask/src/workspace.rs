//! Where things lie: the source tree, cargo's target folder wherever it was put, and the version.

use crate::shell;
use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use std::process::Command;

pub struct Workspace {
    pub root: PathBuf,
    /// Cargo's target folder.
    pub target: PathBuf,
    /// The version of memux, as in its manifest.
    pub version: String,
}

impl Workspace {
    pub fn find() -> Result<Self> {
        let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
        let root = xtask.parent().context("xtask has no parent folder")?.to_path_buf();
        let metadata = shell::output(cargo_in(&root).args(["metadata", "--format-version", "1", "--no-deps"]))?;
        let target = json_string(&metadata, "target_directory").context("cargo metadata names no target folder")?;
        let id = shell::output(cargo_in(&root).args(["pkgid", "--package", "memux"]))?;
        let version = id.trim().rsplit(['@', '#']).next().context("cargo pkgid names no version")?.to_owned();
        Ok(Self { root, target: target.into(), version })
    }

    /// A cargo command in the source tree.
    pub fn cargo(&self) -> Command {
        cargo_in(&self.root)
    }

    /// The folder for what the commands make beside cargo's own output; it exists.
    pub fn scratch(&self, name: &str) -> Result<PathBuf> {
        let folder = self.target.join("xtask").join(name);
        std::fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        Ok(folder)
    }

    pub fn include(&self) -> PathBuf {
        self.root.join("include")
    }

    pub fn clip(&self, name: &str) -> PathBuf {
        self.root.join("tests/clips").join(name)
    }

    /// The files of a folder of the source tree that have this extension, sorted; none if there is no such folder.
    pub fn files(&self, folder: &str, extension: &str) -> Result<Vec<PathBuf>> {
        let folder = self.root.join(folder);
        if !folder.exists() {
            return Ok(Vec::new());
        }
        let mut files = Vec::new();
        for entry in std::fs::read_dir(&folder).with_context(|| format!("cannot list {}", folder.display()))? {
            let path = entry?.path();
            if path.is_file() && path.extension().is_some_and(|found| found == extension) {
                files.push(path);
            }
        }
        files.sort();
        Ok(files)
    }
}

fn cargo_in(root: &Path) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.current_dir(root);
    // Output is looked for where cargo puts it for the machine it runs on.
    command.env_remove("CARGO_BUILD_TARGET");
    command
}

/// The value of the first string member of that name. Cargo writes its JSON without spaces.
fn json_string(json: &str, name: &str) -> Option<String> {
    let (_, after) = json.split_once(&format!("\"{name}\":\""))?;
    let mut value = String::new();
    let mut characters = after.chars();
    while let Some(character) = characters.next() {
        match character {
            '"' => return Some(value),
            '\\' => value.push(characters.next()?),
            other => value.push(other),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::json_string;

    #[test]
    fn a_string_member_is_found_and_unescaped() {
        let json = r#"{"packages":[],"target_directory":"C:\\a \"b\"","version":1}"#;
        assert_eq!(json_string(json, "target_directory").as_deref(), Some(r#"C:\a "b""#));
        assert_eq!(json_string(json, "absent"), None);
        assert_eq!(json_string(r#"{"cut":"short"#, "cut"), None);
    }
}

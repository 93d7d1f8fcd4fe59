//! Files and folders that the commands make: made anew, never mixed with what was there.

use anyhow::{Context, Result};
use std::path::{Path, PathBuf};

/// Makes a file anew, whatever stood there.
pub fn replace(path: &Path, make: impl FnOnce(&Path) -> std::io::Result<()>) -> Result<()> {
    if path.symlink_metadata().is_ok() {
        std::fs::remove_file(path).with_context(|| format!("cannot remove {}", path.display()))?;
    }
    make(path).with_context(|| format!("cannot write {}", path.display()))
}

#[cfg(unix)]
pub fn symlink(target: &str, at: &Path) -> std::io::Result<()> {
    std::os::unix::fs::symlink(target, at)
}

#[cfg(not(unix))]
pub fn symlink(_target: &str, _at: &Path) -> std::io::Result<()> {
    Err(std::io::Error::from(std::io::ErrorKind::Unsupported))
}

/// A new empty folder outside the source tree; the caller removes it.
pub fn tempdir(name: &str) -> Result<PathBuf> {
    let folder = std::env::temp_dir().join(format!("memux-{name}-{}", std::process::id()));
    if folder.exists() {
        std::fs::remove_dir_all(&folder)?;
    }
    std::fs::create_dir(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
    Ok(folder)
}

//! What the fuzzers check, by the C API alone, so that a kept input can be replayed by an ordinary test too.

pub mod differential;
mod host;
mod input;
pub mod memory;
pub mod mutate;
pub mod robust;

pub use input::Input;
use std::path::Path;

/// The inputs that are kept for a fuzzer, by their names.
pub fn kept(target: &str) -> Vec<(String, Vec<u8>)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("corpus").join(target);
    let files = std::fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    let mut inputs: Vec<_> = files
        .map(|file| {
            let path = file.unwrap().path();
            (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(&path).unwrap())
        })
        .collect();
    inputs.sort();
    assert!(!inputs.is_empty(), "nothing is kept in {}", folder.display());
    inputs
}

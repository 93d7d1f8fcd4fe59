//! `cargo xtask header`: the public header is written by a Rust test, which alone knows how; this only calls it.

use crate::shell;
use crate::workspace::Workspace;
use anyhow::Result;

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    Write,
    Check,
}

pub fn run(workspace: &Workspace, mode: Mode) -> Result<()> {
    let mut cargo = workspace.cargo();
    cargo.args(["test", "--quiet", "--package", "memux", "--test", "header"]);
    match mode {
        Mode::Write => cargo.env("MEMUX_UPDATE_HEADER", "1"),
        Mode::Check => cargo.env_remove("MEMUX_UPDATE_HEADER"),
    };
    shell::run(&mut cargo)
}

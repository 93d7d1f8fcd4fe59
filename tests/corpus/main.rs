//! Real media that nobody here made: run as `cargo test --test corpus` with MEMUX_CORPUS naming the folder.

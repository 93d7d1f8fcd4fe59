//! Real media that nobody here made: `cargo test --test corpus`, with MEMUX_CORPUS naming a folder that holds the files
//! and a table of what is in each, `corpus.tsv`. Everything goes through the C API.

mod answers;
#[path = "../boundaries/mod.rs"]
mod boundaries;
mod cuts;
mod examples;
mod fanout;
mod host;
#[path = "../left/mod.rs"]
mod left;
mod oracle;
mod packets;
mod probe;
mod remux;
mod streams;
mod table;
mod tools;

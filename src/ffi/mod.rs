//! The C API: what `include/memux.h` declares, one file per C type. The header is made from these files, so a doc
//! comment on an exported item is written for a C reader.
//!
//! Nothing but raw pointers, integers and nullable function pointers comes in. Host memory and host callbacks become
//! safe Rust here, once; every layer below is called with that.

// The names are C's.
#![allow(non_camel_case_types)]

mod buffer;
mod callbacks;
mod cancel;
mod constants;
mod count;
mod digest;
mod error;
mod extract;
mod fanout;
#[cfg(feature = "fault-injection")]
mod fault;
mod feed;
mod guard;
mod handle;
mod hold;
mod hold_sink;
mod info;
mod init;
mod init_containers;
mod input;
mod input_options;
mod lent;
mod limits;
mod log;
mod packet;
mod playlist;
mod probe;
mod ptr;
mod reader;
mod remux;
mod report;
mod run_options;
mod segment;
mod shown;
mod sink;
mod source;
mod status;
mod tee;
mod version;
mod views;
mod writer;

pub use buffer::*;
pub use callbacks::{
    memux_log_fn, memux_progress_fn, memux_read_fn, memux_release_fn, memux_seek_fn, memux_slice, memux_trace_fn,
    memux_unblock_fn, memux_write_fn, memux_writev_fn,
};
pub use cancel::*;
pub use constants::*;
pub use count::*;
pub use digest::*;
pub use error::*;
pub use extract::*;
pub use fanout::*;
#[cfg(feature = "fault-injection")]
pub use fault::*;
pub use feed::*;
pub use info::*;
pub use init::*;
pub use init_containers::*;
pub use input::*;
pub use input_options::{memux_input_options, memux_input_report};
pub use limits::memux_limits;
pub use log::*;
pub use packet::*;
pub use playlist::*;
pub use probe::*;
pub use reader::memux_reader;
pub use remux::*;
pub use report::memux_io_counters;
pub use run_options::{memux_progress, memux_run_options, memux_trace_event};
pub use segment::*;
pub use sink::*;
pub use source::*;
pub use status::*;
pub use tee::*;
pub use version::*;
pub use views::{
    memux_chapter_info, memux_container_info, memux_mastering_display, memux_program_info, memux_side_data,
    memux_stream_info, memux_tag,
};
pub use writer::memux_writer;

//! A fuzzer's input: one byte that says how memux is asked, then the file.

use memux::ffi::{MEMUX_SELECT_INDEX, MEMUX_SELECT_VIDEO};
use std::ffi::CStr;

/// A host's call.
pub struct Input<'a> {
    /// The container that the host says it is.
    pub format: Option<&'static CStr>,
    /// One of MEMUX_SELECT_*.
    pub select: i32,
    /// The number that goes with it.
    pub stream: i32,
    /// One limit, by which both roads have to stop.
    pub limit: Limit,
    /// All that the host has in memory.
    pub file: &'a [u8],
}

#[derive(Clone, Copy, PartialEq, Eq)]
/// A limit that the host sets.
pub enum Limit {
    /// The library's own.
    Default,
    /// On streams.
    Streams(u64),
    /// On the bytes of a packet.
    Packet(u64),
    /// On the bytes written.
    Output(u64),
}

impl<'a> Input<'a> {
    /// `None` if there is not even the first byte.
    pub fn new(data: &'a [u8]) -> Option<Self> {
        let (how, file) = data.split_first()?;
        let format = match how & 3 {
            0 => None,
            1 => Some(c"mp4"),
            2 => Some(c"matroska"),
            _ => Some(c"mpegts"),
        };
        let (select, stream) = match i32::from(how >> 2 & 7) {
            0 => (MEMUX_SELECT_VIDEO, 0),
            nth => (MEMUX_SELECT_INDEX, nth - 1),
        };
        let limit = match how >> 5 {
            1 => Limit::Streams(1),
            2 => Limit::Packet(500),
            3 => Limit::Output(1000),
            _ => Limit::Default,
        };
        Some(Input { format, select, stream, limit, file })
    }

    /// Whether it is asked as the comparison of sample tables asks.
    pub fn is_plain(&self) -> bool {
        self.format.is_none() && self.limit == Limit::Default
    }
}

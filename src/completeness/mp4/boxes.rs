//! Headers of boxes.

use super::super::bytes::{be, tag};

/// Where the contents begin (counted from the box's start), and where the box ends.
pub(super) struct Header {
    pub(super) kind: [u8; 4],
    pub(super) contents: u64,
    pub(super) end: u64,
}

pub(super) enum Parsed {
    Header(Header),
    /// So many bytes are needed.
    Short(usize),
    Bad,
}

impl Header {
    /// The header at `at`, of a box that must end where the one around it does, at the latest.
    pub(super) fn parse(at: u64, bytes: &[u8], parent: u64) -> Parsed {
        if bytes.len() < 8 {
            return Parsed::Short(8);
        }
        let (contents, size) = match be(bytes, 0, 4).unwrap_or(0) {
            0 => (8, parent.saturating_sub(at)),
            1 => match be(bytes, 8, 8) {
                Some(large) => (16, large),
                None => return Parsed::Short(16),
            },
            size => (8, size),
        };
        if size < contents {
            return Parsed::Bad;
        }
        Parsed::Header(Self { kind: tag(bytes, 4), contents, end: at.saturating_add(size).min(parent) })
    }
}

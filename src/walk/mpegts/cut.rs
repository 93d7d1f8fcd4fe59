//! The full judgement on whether an input breaks off, where its end alone leaves a doubt.

use crate::completeness::{Container, Verdict, Watcher};
use crate::walk::bytes::length;
use crate::walk::{Declined, Reason};

/// For a stream of which nothing came: libavformat has then read the packets of all others, none of which may be longer
/// than `longest`.
pub fn nothing_came(bytes: &[u8], longest: u64) -> Result<(), Declined> {
    if length(bytes) > longest {
        return Err(Declined::new(Reason::Limit, "a packet of another stream may be larger than allowed"));
    }
    check(bytes)
}

pub fn check(bytes: &[u8]) -> Result<(), Declined> {
    let size = length(bytes);
    let mut watcher = Watcher::new(Container::MpegTs, Some(size));
    watcher.see(0, bytes).map_err(|_| Declined::new(Reason::Limit, "the input claims more than it may"))?;
    match watcher.finish(size) {
        Verdict::Truncated { at } => Err(Declined::damaged("the end is cut").at(at)),
        Verdict::Complete | Verdict::Unknown => Ok(()),
    }
}

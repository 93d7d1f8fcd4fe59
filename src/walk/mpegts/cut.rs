//! The full judgement on whether an input breaks off, where its end alone leaves a doubt.

use crate::completeness::{Container, Verdict, Watcher};
use crate::walk::bytes::length;
use crate::walk::{Declined, Reason};

pub fn check(bytes: &[u8]) -> Result<(), Declined> {
    let size = length(bytes);
    let mut watcher = Watcher::new(Container::MpegTs, Some(size));
    watcher.see(0, bytes).map_err(|_| Declined::new(Reason::Limit, "the input claims more than it may"))?;
    match watcher.finish(size) {
        Verdict::Truncated { at } => Err(Declined::damaged("the end is cut").at(at)),
        Verdict::Complete | Verdict::Unknown => Ok(()),
    }
}

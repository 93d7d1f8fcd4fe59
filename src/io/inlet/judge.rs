//! Whether the input was whole, and whether it claims more than it may: what the watcher is shown and what it says.

use super::{CHUNK, Inlet};
use crate::completeness::{Claim, Verdict, Watcher};
use crate::error::{Error, LimitKind, Result, Status};
use crate::io::Control;

/// How much is read at a place that only the structure is wanted from.
const PEEK: usize = 4 * 1024;

impl Inlet<'_> {
    /// The demuxer's own index reaches up to `end`.
    pub fn promise(&mut self, end: u64) {
        if let Some(watcher) = &mut self.watcher {
            watcher.promise(end);
        }
    }

    /// Whether the input was whole. Looks at the parts of the structure that the demuxer had no need of.
    pub fn judge(&mut self) -> Result<Verdict> {
        if self.must_not_seek() {
            self.drain()?;
        } else {
            self.look_on()?;
        }
        let verdict = |end| self.watcher.as_ref().map_or(Verdict::Unknown, |watcher| watcher.finish(end));
        Ok(match (self.end.or(self.size), verdict(self.position)) {
            (Some(end), _) => verdict(end),
            // Nobody has read on to see whether more comes.
            (None, Verdict::Truncated { .. }) => Verdict::Unknown,
            (None, seen) => seen,
        })
    }

    /// Judges by what has been seen, without another call to the host: for an operation that has failed already. Memory is
    /// seen in any case.
    pub fn judge_seen(&mut self) -> Verdict {
        // What it may refuse changes nothing any more.
        let _ = watch(&mut self.watcher, self.control, 0, self.source.as_slice().unwrap_or_default());
        match (self.end.or(self.size), &self.watcher) {
            (Some(end), Some(watcher)) => watcher.finish(end),
            _ => Verdict::Unknown,
        }
    }

    /// Reads on to where the structure promises to reach, no further: behind it a live reader may wait for ever.
    fn drain(&mut self) -> Result<()> {
        let mut buf = buffer(CHUNK)?;
        self.position = self.position.max(self.source.position());
        let promised = |inlet: &Self| inlet.watcher.as_ref().and_then(Watcher::promised_end).unwrap_or(0);
        while self.end.is_none() && self.position < promised(self) {
            self.read(&mut buf)?;
        }
        Ok(())
    }

    /// Pulls what the watcher still wants.
    fn look_on(&mut self) -> Result<()> {
        let mut buf = buffer(PEEK)?;
        loop {
            let wanted = self.watcher.as_ref().and_then(Watcher::want);
            let known = self.end.or(self.size);
            let Some(wanted) = wanted.filter(|wanted| known.is_none_or(|end| *wanted < end)) else {
                return Ok(());
            };
            self.position = wanted;
            if self.read_at_position(&mut buf)? == 0 {
                return Ok(());
            }
        }
    }

    /// Like `read`, but what is held is shown to the watcher again.
    fn read_at_position(&mut self, buf: &mut [u8]) -> Result<usize> {
        let start = self.position;
        let count = self.read(buf)?;
        watch(&mut self.watcher, self.control, start, buf.get(..count).unwrap_or_default())?;
        Ok(count)
    }
}

fn buffer(size: usize) -> Result<Vec<u8>> {
    let mut buf = Vec::new();
    buf.try_reserve_exact(size).map_err(|_| Error::no_memory())?;
    buf.resize(size, 0);
    Ok(buf)
}

/// Before the demuxer sees the bytes: it would take a claim at its word.
pub(super) fn watch(watcher: &mut Option<Watcher>, control: &Control, offset: u64, bytes: &[u8]) -> Result<()> {
    let Some(watcher) = watcher else { return Ok(()) };
    watcher.see(offset, bytes).map_err(|claim| {
        let (message, at) = match claim {
            Claim::TooManySamples { at } => ("a table claims more samples than the input can hold", at),
            Claim::UnnumberedTrack { at } => ("a track has no number, and there are fragments", at),
            Claim::HugeHeader { at } => ("a compressed header claims more than it can hold", at),
        };
        Error::new(Status::Corrupt, message).at_offset(at)
    })?;
    let most = control.limits.max_streams;
    if watcher.tracks() > most {
        return Err(Error::limit(LimitKind::Streams, format!("the container declares more than {most} streams")));
    }
    Ok(())
}

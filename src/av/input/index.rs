//! A demuxer's list of samples: what it promises, whether it goes back, and going to a time.

use super::super::ffmpeg as ff;
use super::Input;
use crate::error::{Error, Result, Stage, Status};
use crate::io::Way;

impl Input<'_, '_> {
    /// The demuxer's list of one stream's samples, as offset and size, in the order in which it reads them.
    fn index(&self, stream: usize) -> impl Iterator<Item = (u64, u64)> {
        let raw = self.raw_stream(stream);
        // SAFETY: a stream of an open container.
        let count = raw.map_or(0, |raw| unsafe { ff::avformat_index_get_entries_count(raw.as_ptr()) });
        (0..count).filter_map(move |index| {
            // SAFETY: the entry is there until the demuxer goes on, which it cannot while `self` is borrowed.
            let entry = raw.and_then(|raw| unsafe { ff::avformat_index_get_entry(raw.as_ptr(), index).as_ref() })?;
            Some((u64::try_from(entry.pos).ok()?, u64::try_from(entry.size()).ok()?))
        })
    }

    /// Holds the input to how far the demuxer's list of samples says that it reaches: before it is read, since the demuxer
    /// itself shortens entries on the way.
    pub(super) fn promise_index(&mut self) {
        let streams = 0..self.stream_count();
        let ends = streams.flat_map(|stream| self.index(stream)).map(|(offset, size)| offset.saturating_add(size));
        if let Some(end) = ends.max() {
            self.inlet().promise(end);
        }
    }

    /// How many packets the demuxer has listed for a stream, where its list is the whole of it.
    pub fn listed_packets(&mut self, stream: usize) -> Option<u64> {
        let whole = self.inlet().lists_everything();
        if whole { u64::try_from(self.index(stream).count()).ok() } else { None }
    }

    /// In which order the demuxer will read its list of samples: back, where those of some stream lie in another order
    /// than it reads them, as edits that repeat make it.
    pub(super) fn way(&mut self) -> Way {
        if (0..self.stream_count()).any(|stream| !lies_in_order(self.index(stream))) {
            return Way::Back;
        }
        // How streams lie between each other matters where nothing can be read again.
        if !self.inlet().lists_everything() || !self.inlet().must_not_seek() {
            return Way::Onward;
        }
        // Then the demuxer takes always the one of all streams that lies next.
        let mut streams: Vec<_> = (0..self.stream_count()).map(|stream| self.index(stream).peekable()).collect();
        let next = std::iter::from_fn(|| {
            let waiting =
                streams.iter_mut().map(|samples| (samples.peek().map_or(u64::MAX, |(offset, _)| *offset), samples));
            waiting.min_by_key(|(offset, _)| *offset)?.1.next()
        });
        if lies_in_order(next) { Way::Straight } else { Way::Onward }
    }

    /// Where the demuxer said that it was at the end and was not: it could not go back to what it had to read again, or
    /// it gave up on damaged fragments, of which it should have found the last.
    pub fn ended_early(&mut self) -> Option<u64> {
        let position = self.position();
        let inlet = self.inlet();
        let fragments_left = inlet.is_fragmented() && !inlet.shown_seekable() && !inlet.at_end();
        inlet.lost_way().or(if fragments_left { position } else { None })
    }

    /// Goes to the last place at or before `time`, in microseconds, from which decoding can begin; to the first there is
    /// if none is before it.
    pub fn seek(&mut self, time: i64) -> Result<()> {
        self.control.enter(Stage::Packets);
        for most in [time, i64::MAX] {
            // SAFETY: the context is open; -1 stands for the stream that FFmpeg finds best for this.
            let code = unsafe { ff::avformat_seek_file(self.context.as_ptr(), -1, i64::MIN, time, most, 0) };
            self.control.outcome()?;
            if code >= 0 {
                return Ok(());
            }
            if code == ff::AVERROR(libc::ENOMEM) {
                return Err(Error::no_memory());
            }
        }
        Err(Error::new(Status::NeedsSeek, "the container cannot be sought in").at_stage(Stage::Packets))
    }
}

/// Whether none of the samples begins before the end of the one before it.
fn lies_in_order(mut samples: impl Iterator<Item = (u64, u64)>) -> bool {
    let mut reached = 0;
    samples.all(|(offset, size)| {
        let in_order = offset >= reached;
        reached = offset.saturating_add(size);
        in_order
    })
}

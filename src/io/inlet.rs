//! What a demuxer reads from: the host's source, with the input's head kept for a second look, a watch over its
//! structure, and the whole input held in memory (spooled) where the source cannot seek and the container needs it to.

use super::{Control, Seekability, Source, to_u64};
use crate::completeness::{Claim, Container, Order, Verdict, Watcher};
use crate::error::{Error, LimitKind, Result, Status};

/// How much is read at a time while the head is looked at, and when a source is read to its end.
const CHUNK: usize = 32 * 1024;

/// How much is read at a place that only the structure is wanted from.
const PEEK: usize = 4 * 1024;

/// One operation's view of a source.
pub struct Inlet<'a> {
    source: &'a mut dyn Source,
    control: &'a Control,
    /// The input's first bytes, as far as they are still wanted. Empty for memory, which is there anyway.
    held: Vec<u8>,
    /// A source that cannot seek is held on to until it is certain that the demuxer reads on from here.
    keep: bool,
    spooled: bool,
    container: Container,
    /// The container cannot be read front to back.
    needs_seek: bool,
    watcher: Option<Watcher>,
    position: u64,
    size: Option<u64>,
    /// Where the input turned out to end.
    end: Option<u64>,
    /// The demuxer wanted to go back in a source that cannot.
    refused_seek: bool,
}

impl<'a> Inlet<'a> {
    /// Stands at byte 0 of the source.
    pub fn new(source: &'a mut dyn Source, control: &'a Control) -> Result<Self> {
        source.begin(control)?;
        let size = source.size(control)?;
        control.set_total(size);
        Ok(Inlet {
            source,
            control,
            held: Vec::new(),
            keep: true,
            spooled: false,
            container: Container::Other,
            needs_seek: false,
            watcher: None,
            position: 0,
            size,
            end: None,
            refused_seek: false,
        })
    }

    pub fn control(&self) -> &'a Control {
        self.control
    }

    pub fn buffer_size(&self) -> Option<usize> {
        self.source.buffer_size()
    }

    /// The first `count` bytes, fewer only if the input is shorter.
    pub fn head(&mut self, count: usize) -> Result<&[u8]> {
        if self.source.as_slice().is_none() {
            while self.held.len() < count && self.end.is_none() {
                self.hold(count.saturating_sub(self.held.len()))?;
            }
        }
        let head = self.source.as_slice().unwrap_or(&self.held);
        Ok(head.get(..count).unwrap_or(head))
    }

    /// Reads up to `count` bytes more into what is held.
    fn hold(&mut self, count: usize) -> Result<()> {
        let count = count.min(CHUNK);
        let start = self.held.len();
        self.held.try_reserve(count).map_err(|_| Error::no_memory())?;
        self.held.resize(start.saturating_add(count), 0);
        let read = match self.held.get_mut(start..) {
            Some(buf) => self.source.read(buf, self.control),
            None => Ok(0),
        };
        self.held.truncate(start.saturating_add(*read.as_ref().unwrap_or(&0)));
        if read? == 0 {
            self.end = Some(to_u64(start));
        }
        let fresh = self.held.get(start..).unwrap_or_default();
        watch(&mut self.watcher, self.control, to_u64(start), fresh)
    }

    /// The container is known: from here on its structure is watched, and the source is made to fit it.
    pub fn prepare(&mut self, container: Container, needs_seek: bool) -> Result<()> {
        self.container = container;
        self.watcher = Some(Watcher::new(container, self.size));
        let known = self.source.as_slice().unwrap_or(&self.held);
        watch(&mut self.watcher, self.control, 0, known)?;
        if self.source.as_slice().is_some() {
            return Ok(());
        }
        self.read_header()?;
        self.needs_seek = needs_seek || self.order() == Order::NeedsSeek;
        if self.needs_seek && self.source.seekability() == Seekability::None {
            self.spool()?;
        }
        Ok(())
    }

    /// Holds on until the order of the parts is known, and whether an MP4 is in fragments.
    fn read_header(&mut self) -> Result<()> {
        let most = self.control.limits.max_spool_bytes;
        while self.end.is_none() && self.order() != Order::NeedsSeek && !self.header_read() {
            let wanted = self.watcher.as_ref().and_then(Watcher::want).unwrap_or(0);
            if wanted.max(to_u64(self.held.len())) >= most {
                break;
            }
            self.hold(CHUNK)?;
        }
        Ok(())
    }

    /// From now on everything is in memory and can be sought in.
    fn spool(&mut self) -> Result<()> {
        let most = self.control.limits.max_spool_bytes;
        while self.end.is_none() {
            self.hold(CHUNK)?;
            if to_u64(self.held.len()) > most {
                let message =
                    format!("the input must be sought in, the reader cannot, and it is longer than {most} bytes");
                let error = Error::limit(LimitKind::Spool, message);
                return Err(Error { status: Status::NeedsSeek, ..error }.at_offset(most));
            }
        }
        self.spooled = true;
        self.size = self.end;
        Ok(())
    }

    /// The header is read and the demuxer knows where it will read. If it `goes_back`, everything is kept that is still
    /// to come, else nothing any more.
    pub fn header_done(&mut self, goes_back: bool) -> Result<()> {
        self.keep = false;
        if goes_back && self.must_not_seek() { self.spool() } else { Ok(()) }
    }

    fn order(&self) -> Order {
        self.watcher.as_ref().map_or(Order::Streamable, Watcher::order)
    }

    fn header_read(&self) -> bool {
        self.watcher.as_ref().is_none_or(Watcher::header_read)
    }

    /// A source that reads front to back only.
    pub fn must_not_seek(&self) -> bool {
        !self.spooled && self.source.seekability() == Seekability::None
    }

    /// Whether the demuxer is told that it may seek. Some containers are read front to back wherever that is possible: in
    /// a fragmented MP4 seeking for the index reads everything twice, and fails on encrypted ones; in MPEG streams
    /// libavformat looks for the duration at the end, which nobody here asks for.
    pub fn shown_seekable(&self) -> bool {
        let mpeg = matches!(self.container, Container::MpegTs | Container::MpegPs);
        let front_to_back = mpeg || (self.is_fragmented() && self.order() == Order::Streamable);
        match self.source.seekability() {
            Seekability::None => self.spooled && !front_to_back,
            Seekability::Expensive => self.needs_seek,
            Seekability::Cheap => !front_to_back,
        }
    }

    /// Reads on from the demuxer's position; 0 is the end.
    pub fn read(&mut self, buf: &mut [u8]) -> Result<usize> {
        let at = usize::try_from(self.position).ok();
        let held = at.and_then(|at| self.held.get(at..)).unwrap_or_default();
        let count = if held.is_empty() { self.read_source(buf)? } else { copy(held, buf) };
        self.position = self.position.saturating_add(to_u64(count));
        Ok(count)
    }

    fn read_source(&mut self, buf: &mut [u8]) -> Result<usize> {
        if self.end.is_some_and(|end| self.position >= end) {
            return Ok(0);
        }
        if self.source.position() != self.position {
            if self.must_not_seek() {
                return Err(needs_seek(self.position));
            }
            self.source.seek(self.position, self.control)?;
        }
        let count = self.source.read(buf, self.control)?;
        if count == 0 && self.size.is_none_or(|size| self.position <= size) {
            self.end = Some(self.position);
        }
        let fresh = buf.get(..count).unwrap_or_default();
        if self.keep && self.must_not_seek() {
            self.held.try_reserve(count).map_err(|_| Error::no_memory())?;
            self.held.extend_from_slice(fresh);
        } else if !self.spooled {
            // The demuxer is past the head; going back there costs a seek, or is refused.
            self.held = Vec::new();
        }
        watch(&mut self.watcher, self.control, self.position, fresh).map(|()| count)
    }

    /// Goes to `offset`; false if that cannot be. The source itself is moved when it is read.
    pub fn seek(&mut self, offset: u64) -> bool {
        let in_head = offset < to_u64(self.held.len());
        if self.must_not_seek() && !in_head && offset != self.source.position() {
            self.refused_seek = true;
            return false;
        }
        self.position = offset;
        true
    }

    pub fn position(&self) -> u64 {
        self.position
    }

    pub fn size(&self) -> Option<u64> {
        self.size
    }

    pub fn refused_seek(&self) -> bool {
        self.refused_seek
    }

    pub fn is_fragmented(&self) -> bool {
        self.watcher.as_ref().is_some_and(Watcher::is_fragmented)
    }

    pub fn spooled_bytes(&self) -> u64 {
        if self.spooled { to_u64(self.held.len()) } else { 0 }
    }

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
        let end = self.end.or(self.size).unwrap_or(self.position);
        Ok(self.watcher.as_ref().map_or(Verdict::Unknown, |watcher| watcher.finish(end)))
    }

    /// Judges by what has been seen, without another call to the host: for an operation that has failed already.
    pub fn judge_seen(&self) -> Verdict {
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

fn copy(from: &[u8], to: &mut [u8]) -> usize {
    let count = from.len().min(to.len());
    if let (Some(from), Some(to)) = (from.get(..count), to.get_mut(..count)) {
        to.copy_from_slice(from);
    }
    count
}

/// Before the demuxer sees the bytes: it would take a claim at its word.
fn watch(watcher: &mut Option<Watcher>, control: &Control, offset: u64, bytes: &[u8]) -> Result<()> {
    let Some(watcher) = watcher else { return Ok(()) };
    watcher.see(offset, bytes).map_err(|claim| {
        let (message, at) = match claim {
            Claim::TooManySamples { at } => ("a table claims more samples than the input can hold", at),
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

/// What is told when a reader that cannot seek would have to.
pub fn needs_seek(position: u64) -> Error {
    Error::new(Status::NeedsSeek, "the container must be sought in and the reader cannot")
        .at_offset(position)
        .hint("give the reader a seek callback, or hand over the input in memory")
}

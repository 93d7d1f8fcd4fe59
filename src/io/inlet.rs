//! What a demuxer reads from: the host's source, with the input's head kept for a second look, a watch over its
//! structure, and the whole input held in memory (spooled) where the source cannot seek and the container needs it to.

mod judge;

use super::held::Held;
use super::{Control, Seekability, Source, to_u64};
use crate::completeness::{Container, Order, Watcher};
use crate::error::{Error, LimitKind, Result, Status};
use judge::watch;

/// How much is read at a time while the head is looked at, and when a source is read to its end.
const CHUNK: usize = 32 * 1024;

/// How far a demuxer can step back in a source that cannot seek: over what it reads again when the input is damaged.
const STEP_BACK: usize = 1 << 20;

/// The same in a transport stream: where packets do not follow each other it goes back one packet, looks for the next on 64
/// KiB, and looks at 8 KiB from there twice. So little stays in the processor's cache.
const STEP_BACK_TS: usize = 128 * 1024;

/// And as long as they do follow each other: from here it is seen in time that they do not.
const STEP_BACK_TIDY: usize = 4 * 1024;

/// In which order a demuxer will read what its header lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// It may step back over damaged bytes, and no further.
    Onward,
    /// It has all in its list, and nothing there begins before the end of what comes before it.
    Straight,
    /// Its list goes backwards.
    Back,
}

/// One operation's view of a source.
pub struct Inlet<'a> {
    source: &'a mut dyn Source,
    control: &'a Control,
    /// The input's first bytes while it is opened, all of it once it is spooled, else the bytes read last from a source
    /// that cannot seek. Nothing for memory, which is there anyway.
    held: Held,
    /// A source that cannot seek is held on to until it is certain that the demuxer reads on from here.
    keep: bool,
    /// Nothing will be read again.
    straight: bool,
    spooled: bool,
    container: Container,
    /// The container cannot be read front to back.
    needs_seek: bool,
    /// All that the demuxer finds by seeking is wanted.
    seeks_freely: bool,
    /// And all that it finds by reading on for a while.
    wants_all: bool,
    watcher: Option<Watcher>,
    position: u64,
    size: Option<u64>,
    /// Where the input turned out to end.
    end: Option<u64>,
    /// The demuxer wanted to go back in a source that cannot.
    refused_seek: bool,
    /// It wanted to after the header was read: packets are missing from where it stood.
    lost_way: Option<u64>,
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
            held: Held::default(),
            keep: true,
            straight: false,
            spooled: false,
            container: Container::Other,
            needs_seek: false,
            seeks_freely: false,
            wants_all: false,
            watcher: None,
            position: 0,
            size,
            end: None,
            refused_seek: false,
            lost_way: None,
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
            while self.held.bytes().len() < count && self.end.is_none() {
                self.hold(count.saturating_sub(self.held.bytes().len()))?;
            }
        }
        let head = self.source.as_slice().unwrap_or(self.held.bytes());
        Ok(head.get(..count).unwrap_or(head))
    }

    /// Reads up to `count` bytes more into what is held.
    fn hold(&mut self, count: usize) -> Result<()> {
        let (start, source, control) = (self.held.end(), &mut self.source, self.control);
        if self.held.fill(count.min(CHUNK), |buf| source.read(buf, control))? == 0 {
            self.end = Some(start);
        }
        watch(&mut self.watcher, self.control, start, self.held.from(start))
    }

    /// The container is known: from here on its structure is watched, and the source is made to fit it.
    pub fn prepare(&mut self, container: Container, needs_seek: bool) -> Result<()> {
        self.container = container;
        self.watcher = Some(Watcher::new(container, self.size));
        // A transport stream is looked at packet by packet: as it passes, when it is in the processor's cache anyway.
        let whole = self.source.as_slice().filter(|_| container != Container::MpegTs);
        watch(&mut self.watcher, self.control, 0, whole.unwrap_or(self.held.bytes()))?;
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
            if wanted.max(self.held.len()) >= most {
                break;
            }
            self.hold(CHUNK)?;
        }
        Ok(())
    }

    /// From now on everything is in memory and can be sought in.
    fn spool(&mut self) -> Result<()> {
        let most = self.control.limits.max_spool_bytes;
        while self.end.is_none() && self.held.start() == 0 && self.held.len() <= most {
            self.hold(CHUNK)?;
        }
        if self.held.start() > 0 || self.held.len() > most {
            let message = format!("the input must be sought in, the reader cannot, and it is longer than {most} bytes");
            let error = Error::limit(LimitKind::Spool, message);
            return Err(Error { status: Status::NeedsSeek, ..error }.at_offset(most));
        }
        self.spooled = true;
        self.size = self.end;
        Ok(())
    }

    /// The header is read and the demuxer knows where it will read. If it goes back, everything is kept that is still
    /// to come, else only what it may step back over.
    pub fn header_done(&mut self, way: Way) -> Result<()> {
        self.keep = false;
        self.straight = way == Way::Straight;
        if way == Way::Back && self.must_not_seek() { self.spool() } else { Ok(()) }
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

    /// Whether the demuxer may look wherever it likes, for durations and all else that is found at the end.
    pub fn seek_freely(&mut self, freely: bool) {
        self.seeks_freely = freely;
    }

    /// Whether the demuxer reads on for what may show late. That keeps back what a live input has to give.
    pub fn want_all(&mut self, all: bool) {
        self.wants_all = all;
    }

    pub fn wants_all(&self) -> bool {
        self.wants_all
    }

    /// Whether the demuxer is told that it may seek. Some containers are read front to back wherever that is possible: in
    /// a fragmented MP4 seeking for the index reads everything twice, and fails on encrypted ones; in MPEG streams and FLV
    /// libavformat looks for the duration at the end, which nobody here asks for; in AVI it believes a damaged
    /// index; and in Matroska all that it finds at the end is what seeking in time needs.
    pub fn shown_seekable(&self) -> bool {
        if self.seeks_freely {
            return self.spooled || self.source.seekability() != Seekability::None;
        }
        let plain = matches!(self.container, Container::MpegTs | Container::MpegPs | Container::Flv | Container::Avi);
        let in_parts = self.is_fragmented() || self.container == Container::Matroska;
        let front_to_back = plain || (in_parts && self.order() == Order::Streamable);
        match self.source.seekability() {
            Seekability::None => self.spooled && !front_to_back,
            Seekability::Expensive => self.needs_seek,
            Seekability::Cheap => !front_to_back,
        }
    }

    /// Reads on from the demuxer's position; 0 is the end.
    pub fn read(&mut self, buf: &mut [u8]) -> Result<usize> {
        let held = self.held.from(self.position);
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
        watch(&mut self.watcher, self.control, self.position, fresh)?;
        self.remember(fresh).map(|()| count)
    }

    /// Keeps of what was just read as much as may be wanted again.
    fn remember(&mut self, fresh: &[u8]) -> Result<()> {
        if self.must_not_seek() {
            let most = usize::try_from(self.control.limits.max_spool_bytes).unwrap_or(usize::MAX);
            if self.keep && self.held.bytes().len().saturating_add(fresh.len()) <= most {
                return self.held.push(fresh);
            }
            self.held.slide(fresh, self.step_back().min(most))?;
        } else if !self.spooled {
            // The demuxer is past the head; going back there is a seek of the source.
            self.held.clear();
        }
        Ok(())
    }

    /// How far the demuxer can step back from what was just read.
    fn step_back(&self) -> usize {
        match self.container {
            _ if self.straight => 0,
            Container::MpegTs if !self.is_untidy() => STEP_BACK_TIDY,
            Container::MpegTs => STEP_BACK_TS,
            _ => STEP_BACK,
        }
    }

    /// Goes to `offset`; false if that cannot be. The source itself is moved when it is read.
    pub fn seek(&mut self, offset: u64) -> bool {
        let held = self.held.start() <= offset && offset < self.held.end();
        if self.must_not_seek() && !held && offset != self.source.position() {
            self.refused_seek = true;
            if !self.keep {
                self.lost_way.get_or_insert(self.position);
            }
            return false;
        }
        self.position = offset;
        true
    }

    /// Where the demuxer could not go back to what it had to read again.
    pub fn lost_way(&self) -> Option<u64> {
        self.lost_way
    }

    /// The container's header names every sample: an MP4 that is not in fragments.
    pub fn lists_everything(&self) -> bool {
        self.container == Container::Mp4 && !self.is_fragmented()
    }

    /// The end of the input has been met.
    pub fn at_end(&self) -> bool {
        self.end.is_some()
    }

    /// Whether the input can be read a second time for nothing.
    pub fn can_start_again(&self) -> bool {
        self.source.seekability() == Seekability::Cheap
    }

    /// MPEG-TS: see `Watcher::is_untidy`.
    pub fn is_untidy(&self) -> bool {
        self.watcher.as_ref().is_none_or(Watcher::is_untidy)
    }

    /// MPEG-TS: see `Watcher::is_tidy`. Ask when all is read.
    pub fn is_tidy(&self) -> bool {
        self.end.is_some_and(|end| self.watcher.as_ref().is_some_and(|watcher| watcher.is_tidy(end)))
    }

    pub fn container(&self) -> Container {
        self.container
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
        if self.spooled { self.held.len() } else { 0 }
    }
}

fn copy(from: &[u8], to: &mut [u8]) -> usize {
    let count = from.len().min(to.len());
    if let (Some(from), Some(to)) = (from.get(..count), to.get_mut(..count)) {
        to.copy_from_slice(from);
    }
    count
}

/// What is told when a reader that cannot seek would have to.
pub fn needs_seek(position: u64) -> Error {
    Error::new(Status::NeedsSeek, "the container must be sought in and the reader cannot")
        .at_offset(position)
        .hint("give the reader a seek callback, or hand over the input in memory")
}

#[cfg(test)]
mod tests {
    use super::super::Reader;
    use super::super::testing::{FakeReader, QUICK};
    use super::*;
    use crate::limits::Limits;

    fn no_seek(bytes: &[u8]) -> Reader<FakeReader> {
        Reader::new(FakeReader::new(bytes), Seekability::None, None, None, QUICK)
    }

    #[test]
    fn a_reader_that_cannot_seek_is_never_held_beyond_the_spool_limit() {
        let limits = Limits { max_spool_bytes: 100_000, ..Limits::default() };
        let control = Control::new(limits, None, None, None);
        let mut source = no_seek(&[0; 2_000_000]);
        let mut inlet = Inlet::new(&mut source, &control).unwrap();
        inlet.prepare(Container::Other, false).unwrap();
        let mut buf = [0; 10_000];
        while inlet.read(&mut buf).unwrap() > 0 {
            assert!(inlet.held.len() <= 200_000);
        }
        let error = inlet.header_done(Way::Back).unwrap_err();
        assert_eq!((error.status, error.limit), (Status::NeedsSeek, LimitKind::Spool));
    }

    #[test]
    fn a_step_back_over_what_was_just_read_needs_no_seek() {
        let bytes: Vec<u8> = (0..5_000_000u32).map(|index| (index % 251) as u8).collect();
        let control = Control::unbounded();
        let mut source = no_seek(&bytes);
        let mut inlet = Inlet::new(&mut source, &control).unwrap();
        inlet.prepare(Container::Other, false).unwrap();
        inlet.header_done(Way::Onward).unwrap();
        let mut buf = vec![0; 40_000];
        while inlet.position() < 4_000_000 {
            inlet.read(&mut buf).unwrap();
        }
        assert!(inlet.seek(3_100_000) && inlet.lost_way().is_none());
        let count = inlet.read(&mut buf).unwrap();
        assert_eq!(buf[..count], bytes[3_100_000..3_100_000 + count]);
        assert!(!inlet.seek(1_000_000));
        assert!(inlet.lost_way().is_some());
    }
}

//! The host's read and seek callbacks as a source. What AVIO leaves to the host is absorbed here.

use super::codes::{self, Meaning};
use super::{Control, MAX_TRANSFER, RetryPolicy, Seekability, Source, TraceKind, Unblock, retry, to_u64};
use crate::error::{Error, Result, Status};
use std::cell::Cell;

/// Callbacks with AVIO's signatures, made safe to call.
pub trait HostReader {
    fn read(&mut self, buf: &mut [u8]) -> i32;
    fn seek(&mut self, offset: i64, whence: i32) -> i64;
    fn unblock(&self) -> Option<Unblock> {
        None
    }
    /// The operation that has read from it is over.
    fn end(&mut self) {}
}

/// A source that asks the host.
pub struct Reader<H> {
    host: H,
    seekability: Seekability,
    policy: RetryPolicy,
    buffer_size: Option<usize>,
    size: Size,
    position: u64,
    /// The host said so; it is not asked again until it is made to seek.
    at_end: bool,
    /// Some operation has read: the next one must go back to byte 0 first.
    used: bool,
    /// After a failure that may pass, the host is made to seek to where it stood.
    resumes: bool,
}

/// A seek that went somewhere else.
const NOT_THERE: i64 = -1;

fn went_astray(target: i64, answer: i64, control: &Control) -> Error {
    let message = format!("the seek callback was to go to {target} and answers {answer}");
    control.explain(answer, || Error::new(Status::Source, message))
}

#[derive(Clone, Copy)]
enum Size {
    Unasked,
    Unknown,
    Known(u64),
}

impl<H: HostReader> Reader<H> {
    /// `size`: what the host says, `None` to ask its seek callback.
    pub fn new(
        host: H,
        seekability: Seekability,
        size: Option<u64>,
        buffer_size: Option<usize>,
        policy: RetryPolicy,
    ) -> Self {
        Reader {
            host,
            seekability,
            policy,
            buffer_size,
            size: size.map_or(Size::Unasked, Size::Known),
            position: 0,
            at_end: false,
            used: false,
            resumes: false,
        }
    }

    /// After a failure that may pass, the host is made to seek to where it stood before it is asked to read again.
    pub fn resuming(mut self) -> Self {
        self.resumes = true;
        self
    }

    /// An operation is over.
    pub fn end(&mut self) {
        if self.used {
            self.host.end();
        }
    }

    /// Any refusal means that the size is unknown; that is no error.
    fn ask_size(&mut self, control: &Control) -> Result<Option<u64>> {
        let positive = |answer| u64::try_from(answer).ok().filter(|size| *size > 0);
        if let Some(size) = positive(self.ask(codes::WHENCE_SIZE, control)) {
            return Ok(Some(size));
        }
        let answer = self.ask(codes::WHENCE_END, control);
        if answer >= 0 {
            // Unlike SIZE, END moves the host.
            self.seek(self.position, control)?;
        }
        Ok(positive(answer))
    }

    fn ask(&mut self, whence: i32, control: &Control) -> i64 {
        let host = &mut self.host;
        control.hosted(TraceKind::Size, 0, 0, || host.seek(0, whence))
    }
}

impl<H: HostReader> Source for Reader<H> {
    fn begin(&mut self, control: &Control) -> Result<()> {
        if !self.used {
            return Ok(());
        }
        if self.seekability == Seekability::None {
            return Err(Error::new(Status::NeedsSeek, "the reader has been read and cannot go back to its first byte")
                .hint("source already consumed: make a new one, or give the reader a seek callback"));
        }
        self.seek(0, control)
    }

    fn read(&mut self, buf: &mut [u8], control: &Control) -> Result<usize> {
        if self.at_end || buf.is_empty() {
            return Ok(0);
        }
        // Whoever reads may ask for more at once than the host likes.
        let asked = buf.len().min(self.buffer_size.unwrap_or(MAX_TRANSFER)).min(MAX_TRANSFER);
        let buf = buf.get_mut(..asked).unwrap_or_default();
        self.used = true;
        let (host, position) = (&mut self.host, self.position);
        let offset = i64::try_from(position).unwrap_or(i64::MAX);
        let resumes = self.resumes && self.seekability != Seekability::None;
        let astray = Cell::new(None);
        let answer = retry::call(&self.policy, control, Status::Source, |is_lost| {
            if is_lost && resumes {
                // What was lost may come back at its own beginning.
                let landed = control.hosted(TraceKind::Seek, offset, 0, || host.seek(offset, codes::WHENCE_SET));
                if !codes::has_landed(landed, offset) {
                    astray.set(Some(landed));
                    // An end of a seek is none of the input.
                    return if landed < 0 && codes::meaning(landed) != Meaning::End { landed } else { NOT_THERE };
                }
                astray.set(None);
            }
            control.hosted(TraceKind::Read, offset, asked, || i64::from(host.read(buf)))
        })
        .map_err(|error| match astray.get() {
            Some(landed) if error.status == Status::Source => went_astray(offset, landed, control),
            _ => error,
        })
        .map_err(|error| error.at_offset(position))?;
        let count = match usize::try_from(answer) {
            Err(_) | Ok(0) => {
                self.at_end = true;
                return Ok(0);
            }
            Ok(count) if count > asked => {
                let message = format!("the read callback claims {count} bytes where {asked} were asked for");
                let error = Error::new(Status::Source, message).hint("it has written past the buffer or it miscounts");
                return Err(error.host(answer).at_offset(position).at_stage(control.stage()));
            }
            Ok(count) => count,
        };
        self.position = position.saturating_add(to_u64(count));
        control.has_read(to_u64(count))?;
        Ok(count)
    }

    fn seek(&mut self, offset: u64, control: &Control) -> Result<()> {
        let target = i64::try_from(offset)
            .map_err(|_| Error::new(Status::Corrupt, "the container points past the end of all files"))?;
        let host = &mut self.host;
        let answer = retry::call(&self.policy, control, Status::Source, |_| {
            control.hosted(TraceKind::Seek, target, 0, || host.seek(target, codes::WHENCE_SET))
        })
        .map_err(|error| error.at_offset(offset))?;
        if !codes::has_landed(answer, target) {
            return Err(went_astray(target, answer, control).at_offset(offset));
        }
        self.position = offset;
        self.at_end = false;
        Ok(())
    }

    fn size(&mut self, control: &Control) -> Result<Option<u64>> {
        if let Size::Unasked = self.size {
            control.check()?;
            let size = match self.seekability {
                Seekability::None => None,
                Seekability::Expensive | Seekability::Cheap => self.ask_size(control)?,
            };
            self.size = size.map_or(Size::Unknown, Size::Known);
        }
        Ok(match self.size {
            Size::Known(size) => Some(size),
            Size::Unasked | Size::Unknown => None,
        })
    }

    fn position(&self) -> u64 {
        self.position
    }

    fn seekability(&self) -> Seekability {
        self.seekability
    }

    fn buffer_size(&self) -> Option<usize> {
        self.buffer_size
    }

    fn unblock(&self) -> Option<Unblock> {
        self.host.unblock()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{FakeReader, QUICK};
    use super::*;

    fn reader(host: FakeReader, seekability: Seekability) -> Reader<FakeReader> {
        Reader::new(host, seekability, None, None, QUICK)
    }

    #[test]
    fn the_first_operation_makes_no_seek_and_later_ones_go_back_first() {
        let control = Control::unbounded();
        let mut reader = reader(FakeReader::new(b"abc"), Seekability::Cheap);
        reader.begin(&control).unwrap();
        assert_eq!(reader.host.seeks, []);
        let mut buf = [0; 8];
        assert_eq!(reader.read(&mut buf, &control).unwrap(), 3);
        reader.begin(&control).unwrap();
        assert_eq!(reader.host.seeks, [(0, codes::WHENCE_SET)]);
        assert_eq!(reader.read(&mut buf, &control).unwrap(), 3);
    }

    #[test]
    fn a_consumed_reader_that_cannot_seek_is_not_an_empty_input() {
        let control = Control::unbounded();
        let mut reader = reader(FakeReader::new(b"abc"), Seekability::None);
        reader.begin(&control).unwrap();
        // Nothing was read: nothing is consumed.
        reader.begin(&control).unwrap();
        reader.read(&mut [0; 1], &control).unwrap();
        let error = reader.begin(&control).unwrap_err();
        assert_eq!(error.status, Status::NeedsSeek);
        assert!(error.hint.contains("source already consumed"));
    }

    #[test]
    fn a_size_that_is_refused_is_unknown_and_leaves_the_position() {
        let control = Control::unbounded();
        for (size_answer, end_answer, expected) in
            [(-38, -22, None), (-38, 3, Some(3)), (3, -22, Some(3)), (0, 0, None)]
        {
            let mut host = FakeReader::new(b"abc");
            host.size_answer = size_answer;
            host.end_answer = Some(end_answer);
            let mut reader = reader(host, Seekability::Cheap);
            let mut buf = [0; 1];
            reader.read(&mut buf, &control).unwrap();
            assert_eq!(reader.size(&control).unwrap(), expected);
            reader.read(&mut buf, &control).unwrap();
            assert_eq!(&buf, b"b");
        }
    }

    #[test]
    fn a_read_that_claims_more_than_was_asked_is_an_error() {
        let control = Control::unbounded();
        let mut host = FakeReader::new(b"abc");
        host.claims = 100;
        let error = reader(host, Seekability::None).read(&mut [0; 4], &control).unwrap_err();
        assert_eq!((error.status, error.host_code), (Status::Source, 100));
    }

    #[test]
    fn both_ends_are_the_end_and_the_host_is_not_asked_again() {
        for end in [0, codes::EOF] {
            let control = Control::unbounded();
            let mut host = FakeReader::new(b"");
            host.end = end;
            let mut reader = reader(host, Seekability::None);
            assert_eq!(reader.read(&mut [0; 4], &control).unwrap(), 0);
            assert_eq!(reader.read(&mut [0; 4], &control).unwrap(), 0);
            assert_eq!(reader.host.reads, 1);
        }
    }

    #[test]
    fn no_call_is_asked_for_more_than_the_buffer_size() {
        let control = Control::unbounded();
        let mut reader = Reader::new(FakeReader::new(&[7; 100]), Seekability::None, None, Some(16), QUICK);
        let mut buf = [0; 64];
        assert_eq!(reader.read(&mut buf, &control).unwrap(), 16);
        assert_eq!(reader.read(&mut buf[..5], &control).unwrap(), 5);
    }

    #[test]
    fn a_seek_that_lands_elsewhere_is_an_error() {
        let control = Control::unbounded();
        for (error, ok) in [(0, true), (-7, false), (5, false)] {
            let mut host = FakeReader::new(b"abcdefghijklmnop");
            host.lands_beside = error;
            assert_eq!(reader(host, Seekability::Cheap).seek(9, &control).is_ok(), ok, "{error}");
        }
    }
}

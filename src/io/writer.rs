//! The host's write callbacks as a sink. A callback that takes half is called again for the rest; one that takes nothing
//! has failed.

use super::codes;
use super::{Control, MAX_TRANSFER, RetryPolicy, Sink, TraceKind, Unblock, retry, to_u64};
use crate::error::{Error, Result, Status};

/// The longest list that a gather callback is given: what writev(2) takes.
pub const MAX_PIECES: usize = 1024;

/// Callbacks with AVIO's signatures, made safe to call. At least one of `write` and `writev` is there.
pub trait HostWriter {
    fn has_write(&self) -> bool;
    fn write(&mut self, data: &[u8]) -> i32;
    fn has_writev(&self) -> bool;
    /// The gather callback, with at most `MAX_PIECES` pieces.
    fn writev(&mut self, pieces: &[&[u8]]) -> i64;
    fn can_seek(&self) -> bool;
    /// To an absolute offset.
    fn seek(&mut self, offset: i64) -> i64;
    fn unblock(&self) -> Option<Unblock> {
        None
    }
}

/// A sink that hands everything to the host.
pub struct Writer<H> {
    host: H,
    policy: RetryPolicy,
    /// The most that one call is given.
    max_write: usize,
    position: u64,
}

impl<H: HostWriter> Writer<H> {
    pub fn new(host: H, policy: RetryPolicy, max_write: Option<usize>) -> Self {
        Writer { host, policy, max_write: max_write.unwrap_or(MAX_TRANSFER).clamp(1, MAX_TRANSFER), position: 0 }
    }

    #[cfg(test)]
    pub fn into_host(self) -> H {
        self.host
    }

    /// One call with what `pieces` hold, `size` bytes in all: how much of it the host took.
    fn hand_over(&mut self, pieces: &[&[u8]], size: usize, control: &Control) -> Result<usize> {
        let (host, position) = (&mut self.host, self.position);
        let offset = i64::try_from(position).unwrap_or(i64::MAX);
        let answer = retry::call(&self.policy, control, Status::Sink, |_| match pieces {
            [data] if host.has_write() => {
                control.hosted(TraceKind::Write, offset, size, || i64::from(host.write(data)))
            }
            _ => control.hosted(TraceKind::Writev, offset, size, || host.writev(pieces)),
        })
        .map_err(|error| error.at_offset(position))?;
        let refused = |message: String| {
            let failure = || Error::new(Status::Sink, message);
            Err(control.explain(answer, failure).at_offset(position))
        };
        let count = match usize::try_from(answer) {
            Ok(0) => return refused(format!("the write callback took none of {size} bytes")),
            Ok(count) if count <= size => count,
            Ok(count) => return refused(format!("the write callback claims {count} bytes where {size} were given")),
            Err(_) => return refused("the write callback answered with the end of the input".into()),
        };
        self.position = self.position.saturating_add(to_u64(count));
        control.has_written(to_u64(count));
        Ok(count)
    }
}

/// How many of the pieces one call is given, how many bytes that is, and how much of the last one, if not all.
fn portion(pieces: &[&[u8]], most: usize) -> (usize, usize, Option<usize>) {
    let (pieces, mut size) = (pieces.get(..MAX_PIECES).unwrap_or(pieces), 0usize);
    for (index, piece) in pieces.iter().enumerate() {
        let room = most.saturating_sub(size);
        if piece.len() >= room {
            let cut = (piece.len() > room).then_some(room);
            return (index.saturating_add(1), most, cut);
        }
        size = size.saturating_add(piece.len());
    }
    (pieces.len(), size, None)
}

/// Takes `count` bytes off the front.
fn advance<'p, 's>(pieces: &'p mut [&'s [u8]], mut count: usize) -> &'p mut [&'s [u8]] {
    let mut taken = 0usize;
    for piece in pieces.iter_mut() {
        if count < piece.len() {
            *piece = piece.get(count..).unwrap_or_default();
            break;
        }
        count = count.saturating_sub(piece.len());
        taken = taken.saturating_add(1);
    }
    pieces.get_mut(taken..).unwrap_or_default()
}

impl<H: HostWriter> Sink for Writer<H> {
    fn write(&mut self, data: &[u8], control: &Control) -> Result<()> {
        let mut rest = data;
        while !rest.is_empty() {
            let piece = rest.get(..rest.len().min(self.max_write)).unwrap_or(rest);
            let count = self.hand_over(&[piece], piece.len(), control)?;
            rest = rest.get(count..).unwrap_or_default();
        }
        Ok(())
    }

    fn gather(&mut self, pieces: &mut [&[u8]], control: &Control) -> Result<()> {
        if !self.host.has_writev() {
            return pieces.iter().try_for_each(|piece| self.write(piece, control));
        }
        let all = pieces.iter().fold(0usize, |size, piece| size.saturating_add(piece.len()));
        let at_once = (1..=self.max_write).contains(&all) && pieces.len() <= MAX_PIECES;
        let taken = if at_once { self.hand_over(pieces, all, control)? } else { 0 };
        if at_once && taken == all {
            return Ok(());
        }
        let mut rest = advance(pieces, taken);
        while !rest.is_empty() {
            let (count, size, cut) = portion(rest, self.max_write);
            let last = count.saturating_sub(1);
            let whole = rest.get(last).copied().unwrap_or_default();
            if let (Some(cut), Some(piece)) = (cut, rest.get_mut(last)) {
                *piece = whole.get(..cut).unwrap_or(whole);
            }
            let taken = self.hand_over(rest.get(..count).unwrap_or_default(), size, control);
            if let Some(piece) = rest.get_mut(last) {
                *piece = whole;
            }
            rest = advance(rest, taken?);
        }
        Ok(())
    }

    fn takes_pieces(&self) -> bool {
        self.host.has_writev()
    }

    fn seek(&mut self, offset: u64, control: &Control) -> Result<()> {
        let target = i64::try_from(offset).map_err(|_| Error::internal("a seek past the end of all files"))?;
        let host = &mut self.host;
        let answer = retry::call(&self.policy, control, Status::Sink, |_| {
            control.hosted(TraceKind::Seek, target, 0, || host.seek(target))
        })
        .map_err(|error| error.at_offset(offset))?;
        if !codes::has_landed(answer, target) {
            let message = format!("the seek callback was to go to {target} and answers {answer}");
            return Err(control.explain(answer, || Error::new(Status::Sink, message)).at_offset(offset));
        }
        self.position = offset;
        Ok(())
    }

    fn can_seek(&self) -> bool {
        self.host.can_seek()
    }

    fn position(&self) -> u64 {
        self.position
    }

    fn unblock(&self) -> Option<Unblock> {
        self.host.unblock()
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{FakeWriter, QUICK};
    use super::*;

    /// Pieces of every kind: empty, short, long, at the front and at the end.
    fn gather(host: FakeWriter, max_write: Option<usize>) -> (Result<()>, Writer<FakeWriter>) {
        let mut writer = Writer::new(host, QUICK, max_write);
        let mut pieces: Vec<&[u8]> = vec![b"", b"0", b"12", b"", b"345678", b"9", b""];
        let result = writer.gather(&mut pieces, &Control::unbounded());
        (result, writer)
    }

    fn slices() -> FakeWriter {
        FakeWriter { only_slices: true, clamp: true, ..FakeWriter::default() }
    }

    #[test]
    fn a_gather_callback_that_stops_anywhere_goes_on_from_there() {
        for first in 1..=10 {
            for then in 1..=10 {
                let (result, writer) = gather(FakeWriter { answers: vec![first, then], ..slices() }, None);
                result.unwrap();
                assert_eq!(writer.host.taken, b"0123456789", "{first}, then {then} at a time");
                assert_eq!(writer.position(), 10);
            }
        }
    }

    #[test]
    fn no_gather_call_is_given_more_bytes_than_the_host_allows_nor_less() {
        for most in 1..=11 {
            let (result, writer) = gather(slices(), Some(most));
            result.unwrap();
            assert_eq!(writer.host.taken, b"0123456789");
            assert_eq!(writer.host.calls, 10usize.div_ceil(most), "{most} at most");
        }
    }

    #[test]
    fn no_gather_call_is_given_more_than_1024_pieces() {
        let bytes = vec![7; 5000];
        let mut pieces: Vec<&[u8]> = bytes.chunks(1).collect();
        let mut writer = Writer::new(slices(), QUICK, None);
        writer.gather(&mut pieces, &Control::unbounded()).unwrap();
        assert_eq!((writer.host.taken.len(), writer.host.calls, writer.host.longest), (5000, 5, 1024));
    }

    #[test]
    fn a_gather_callback_is_retried_and_refused_as_a_write_callback_is() {
        let again = i64::from(codes::AGAIN);
        let (result, writer) = gather(FakeWriter { answers: vec![again, 5, again, 5], ..slices() }, None);
        result.unwrap();
        assert_eq!(writer.host.taken, b"0123456789");
        for answer in [0, 11, -5, i64::from(codes::EOF)] {
            let (result, writer) = gather(FakeWriter { answers: vec![4, answer], clamp: false, ..slices() }, None);
            let error = result.unwrap_err();
            assert_eq!((error.status, error.offset, writer.position()), (Status::Sink, Some(4), 4), "{answer}");
        }
    }

    #[test]
    fn without_a_gather_callback_the_pieces_come_one_by_one() {
        let (result, writer) = gather(FakeWriter { clamp: true, ..FakeWriter::default() }, None);
        result.unwrap();
        assert_eq!((writer.host.taken.as_slice(), writer.host.calls), (&b"0123456789"[..], 4));
    }

    fn write(host: FakeWriter, max_write: Option<usize>) -> (Result<()>, Writer<FakeWriter>) {
        let mut writer = Writer::new(host, QUICK, max_write);
        let result = writer.write(b"0123456789", &Control::unbounded());
        (result, writer)
    }

    #[test]
    fn a_write_callback_that_accepts_half_loses_nothing() {
        for only_slices in [false, true] {
            let (result, writer) =
                write(FakeWriter { answers: vec![3], clamp: true, only_slices, ..FakeWriter::default() }, None);
            result.unwrap();
            assert_eq!(writer.host.taken, b"0123456789");
            assert_eq!(writer.host.calls, 4);
            assert_eq!(writer.position(), 10);
        }
    }

    #[test]
    fn a_write_callback_that_takes_nothing_has_failed() {
        let (result, writer) = write(FakeWriter { answers: vec![4, 0], ..FakeWriter::default() }, None);
        let error = result.unwrap_err();
        assert_eq!((error.status, error.offset), (Status::Sink, Some(4)));
        assert_eq!(writer.position(), 4);
    }

    #[test]
    fn a_write_callback_that_claims_too_much_has_failed() {
        let (result, _) = write(FakeWriter { answers: vec![11], ..FakeWriter::default() }, None);
        assert_eq!(result.unwrap_err().status, Status::Sink);
    }

    #[test]
    fn try_again_is_tried_again() {
        let again = i64::from(codes::AGAIN);
        let (result, writer) = write(FakeWriter { answers: vec![again, 5, again, 5], ..FakeWriter::default() }, None);
        result.unwrap();
        assert_eq!(writer.host.taken, b"0123456789");
    }

    #[test]
    fn no_call_is_given_more_than_the_host_allows() {
        let (result, writer) = write(FakeWriter::default(), Some(4));
        result.unwrap();
        assert_eq!((writer.host.calls, writer.host.taken.as_slice()), (3, &b"0123456789"[..]));
    }

    #[test]
    fn an_end_of_input_from_a_write_is_a_failure_not_a_success() {
        let (result, _) = write(FakeWriter { answers: vec![i64::from(codes::EOF)], ..FakeWriter::default() }, None);
        assert_eq!(result.unwrap_err().status, Status::Sink);
    }
}

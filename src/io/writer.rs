//! The host's write callbacks as a sink. A callback that takes half is called again for the rest; one that takes nothing
//! has failed.

use super::codes;
use super::{Control, MAX_TRANSFER, RetryPolicy, Sink, TraceKind, Unblock, retry, to_u64};
use crate::error::{Error, Result, Status};

/// Callbacks with AVIO's signatures, made safe to call. At least one of `write` and `writev` is there.
pub trait HostWriter {
    fn has_write(&self) -> bool;
    fn write(&mut self, data: &[u8]) -> i32;
    /// The gather callback, with a list of one.
    fn writev(&mut self, data: &[u8]) -> i64;
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

    /// One call: how much of `data` the host took.
    fn write_some(&mut self, data: &[u8], control: &Control) -> Result<usize> {
        let (host, position) = (&mut self.host, self.position);
        let offset = i64::try_from(position).unwrap_or(i64::MAX);
        let answer = retry::call(&self.policy, control, Status::Sink, || {
            if host.has_write() {
                control.traced(TraceKind::Write, offset, data.len(), || i64::from(host.write(data)))
            } else {
                control.traced(TraceKind::Writev, offset, data.len(), || host.writev(data))
            }
        })
        .map_err(|error| error.at_offset(position))?;
        let refused = |message: String| {
            let failure = || Error::new(Status::Sink, message);
            Err(control.explain(answer, failure).at_offset(position))
        };
        match usize::try_from(answer) {
            Ok(0) => refused(format!("the write callback took none of {} bytes", data.len())),
            Ok(count) if count <= data.len() => Ok(count),
            Ok(count) => refused(format!("the write callback claims {count} bytes where {} were given", data.len())),
            Err(_) => refused("the write callback answered with the end of the input".into()),
        }
    }
}

impl<H: HostWriter> Sink for Writer<H> {
    fn write(&mut self, data: &[u8], control: &Control) -> Result<()> {
        let mut rest = data;
        while !rest.is_empty() {
            let piece = rest.get(..rest.len().min(self.max_write)).unwrap_or(rest);
            let count = self.write_some(piece, control)?;
            self.position = self.position.saturating_add(to_u64(count));
            control.has_written(to_u64(count));
            rest = rest.get(count..).unwrap_or_default();
        }
        Ok(())
    }

    fn seek(&mut self, offset: u64, control: &Control) -> Result<()> {
        let target = i64::try_from(offset).map_err(|_| Error::internal("a seek past the end of all files"))?;
        let host = &mut self.host;
        let answer = retry::call(&self.policy, control, Status::Sink, || {
            control.traced(TraceKind::Seek, target, 0, || host.seek(target))
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

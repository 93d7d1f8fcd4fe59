//! The same bytes to several sinks.

use super::{Control, Gather, Outlet, Sink, Unblock, to_u64};
use crate::error::{Error, Result, Status};
use std::sync::Arc;

/// For one operation: each member gets all of its bytes, behind what it holds already.
pub struct Tee<S> {
    members: Vec<Member<S>>,
    /// A member that fails is left out, and the others go on.
    goes_on: bool,
    position: u64,
}

struct Member<S> {
    sink: S,
    /// Where the operation's first byte lies in it.
    base: u64,
    outcome: Outcome,
}

/// What has become of a member.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    pub error: Option<Error>,
    /// Bytes that it took.
    pub taken: u64,
}

impl<S: Sink> Tee<S> {
    pub fn new(sinks: impl IntoIterator<Item = S>, goes_on: bool) -> Self {
        let member = |sink: S| Member { base: sink.position(), sink, outcome: Outcome::default() };
        Tee { members: sinks.into_iter().map(member).collect(), goes_on, position: 0 }
    }

    pub fn outcomes(&self) -> Vec<Outcome> {
        self.members.iter().map(|member| member.outcome.clone()).collect()
    }

    /// Lets each member that is left do its part.
    fn each(&mut self, mut work: impl FnMut(&mut Member<S>) -> Result<()>) -> Result<()> {
        let (mut left, mut first) = (0usize, None);
        for member in self.members.iter_mut().filter(|member| member.outcome.error.is_none()) {
            match work(member) {
                Ok(()) => left = left.saturating_add(1),
                Err(error) => {
                    member.outcome.error = Some(error.clone());
                    let ends_all = !self.goes_on || matches!(error.status, Status::Cancelled | Status::Timeout);
                    if ends_all {
                        return Err(error);
                    }
                    first = first.or(Some(error));
                }
            }
        }
        match (left, first) {
            (0, first) => Err(first.unwrap_or_else(|| Error::internal("no sink is left"))),
            _ => Ok(()),
        }
    }

    /// `size` bytes for each. What all of them take counts once.
    fn hand_out(&mut self, size: usize, control: &Control, mut work: impl FnMut(&mut S) -> Result<()>) -> Result<()> {
        let count = |member: &mut Member<S>| {
            let before = member.sink.position();
            let result = work(&mut member.sink);
            let taken = member.sink.position().saturating_sub(before);
            member.outcome.taken = member.outcome.taken.saturating_add(taken);
            result
        };
        control.uncounted(|| self.each(count))?;
        self.position = self.position.saturating_add(to_u64(size));
        control.has_written(to_u64(size));
        Ok(())
    }
}

impl<S: Sink> Sink for Tee<S> {
    fn write(&mut self, data: &[u8], control: &Control) -> Result<()> {
        self.hand_out(data.len(), control, |sink| sink.write(data, control))
    }

    fn gather(&mut self, pieces: &mut [&[u8]], control: &Control) -> Result<()> {
        let size = pieces.iter().fold(0usize, |size, piece| size.saturating_add(piece.len()));
        let mut list = Vec::new();
        list.try_reserve_exact(pieces.len()).map_err(|_| Error::no_memory())?;
        self.hand_out(size, control, |sink| {
            if !sink.takes_pieces() {
                let mut gather = Gather::new(Outlet::new(sink, control))?;
                pieces.iter().try_for_each(|piece| gather.put(piece))?;
                return gather.flush();
            }
            // Each uses it up.
            list.clear();
            list.extend_from_slice(pieces);
            sink.gather(&mut list, control)
        })
    }

    fn takes_pieces(&self) -> bool {
        self.members.iter().any(|member| member.sink.takes_pieces())
    }

    fn wants_size(&self) -> bool {
        self.members.iter().any(|member| member.sink.wants_size())
    }

    fn expect(&mut self, size: u64) -> Result<()> {
        self.each(|member| member.sink.expect(size))
    }

    fn seek(&mut self, offset: u64, control: &Control) -> Result<()> {
        self.each(|member| member.sink.seek(member.base.saturating_add(offset), control))?;
        self.position = offset;
        Ok(())
    }

    /// If all can.
    fn can_seek(&self) -> bool {
        self.members.iter().all(|member| member.sink.can_seek())
    }

    fn position(&self) -> u64 {
        self.position
    }

    fn unblock(&self) -> Option<Unblock> {
        let all: Vec<_> = self.members.iter().filter_map(|member| member.sink.unblock()).collect();
        if all.is_empty() { None } else { Some(Arc::new(move || all.iter().for_each(|unblock| unblock()))) }
    }
}

#[cfg(test)]
mod tests {
    use super::super::testing::{FakeWriter, QUICK};
    use super::super::{Buffer, Writer};
    use super::*;

    fn writers(hosts: Vec<FakeWriter>) -> Vec<Writer<FakeWriter>> {
        hosts.into_iter().map(|host| Writer::new(host, QUICK, None)).collect()
    }

    fn write(tee: &mut Tee<Writer<FakeWriter>>, control: &Control) -> Result<()> {
        tee.write(b"0123", control)?;
        tee.gather(&mut [&b"45"[..], b"", b"6789"], control)
    }

    #[test]
    fn each_sink_gets_all_bytes_however_it_takes_them() {
        let slices = FakeWriter { only_slices: true, clamp: true, ..FakeWriter::default() };
        let slow = FakeWriter { answers: vec![1, 2, 3], clamp: true, ..FakeWriter::default() };
        let mut tee = Tee::new(writers(vec![FakeWriter::default(), slices, slow]), false);
        let control = Control::unbounded();
        write(&mut tee, &control).unwrap();
        assert_eq!((control.progress().bytes_written, tee.position()), (10, 10));
        assert!(tee.outcomes().iter().all(|outcome| outcome.error.is_none() && outcome.taken == 10));
        for member in tee.members {
            assert_eq!(member.sink.into_host().taken, b"0123456789");
        }
    }

    #[test]
    fn small_slices_are_put_together_for_those_that_take_no_lists() {
        let slices = FakeWriter { only_slices: true, clamp: true, ..FakeWriter::default() };
        let mut tee = Tee::new(writers(vec![FakeWriter::default(), slices]), false);
        tee.gather(&mut [&b"0123"[..]; 100], &Control::unbounded()).unwrap();
        let hosts: Vec<_> = tee.members.into_iter().map(|member| member.sink.into_host()).collect();
        assert!(hosts[0].taken == hosts[1].taken && hosts[0].taken.len() == 400);
        assert_eq!((hosts[0].calls, hosts[1].calls, hosts[1].longest), (1, 1, 100));
    }

    /// A library's buffer for which there is no memory.
    #[test]
    fn one_that_cannot_hold_what_is_to_come_is_a_failure_like_others() {
        for goes_on in [true, false] {
            let mut tee = Tee::new([Narrow { most: 5 }, Narrow { most: 10 }], goes_on);
            assert_eq!(tee.expect(10).is_ok(), goes_on);
            assert!(tee.outcomes()[0].error.is_some() && tee.outcomes()[1].error.is_none());
        }
    }

    struct Narrow {
        most: u64,
    }

    impl Sink for Narrow {
        fn write(&mut self, _: &[u8], _: &Control) -> Result<()> {
            Ok(())
        }

        fn expect(&mut self, size: u64) -> Result<()> {
            if size > self.most { Err(Error::no_memory()) } else { Ok(()) }
        }

        fn seek(&mut self, _: u64, _: &Control) -> Result<()> {
            Ok(())
        }

        fn can_seek(&self) -> bool {
            false
        }

        fn position(&self) -> u64 {
            0
        }
    }

    #[test]
    fn one_that_fails_ends_all_or_is_left_out() {
        for goes_on in [true, false] {
            let failing = FakeWriter { answers: vec![3, -5], ..FakeWriter::default() };
            let mut tee = Tee::new(writers(vec![failing, FakeWriter::default()]), goes_on);
            let result = write(&mut tee, &Control::unbounded());
            assert_eq!(result.map_err(|error| error.host_code), if goes_on { Ok(()) } else { Err(-5) });
            let outcomes = tee.outcomes();
            assert_eq!(outcomes[0].error.as_ref().map(|error| error.status), Some(Status::Sink));
            assert_eq!((outcomes[0].taken, outcomes[1].taken), (3, if goes_on { 10 } else { 0 }));
            assert!(outcomes[1].error.is_none());
        }
    }

    #[test]
    fn when_none_is_left_the_first_failure_is_told() {
        let fail = |code| FakeWriter { answers: vec![code], ..FakeWriter::default() };
        let mut tee = Tee::new(writers(vec![fail(-5), fail(-6)]), true);
        assert_eq!(write(&mut tee, &Control::unbounded()).unwrap_err().host_code, -5);
        assert!(write(&mut tee, &Control::unbounded()).is_err(), "and nothing comes to life again");
    }

    #[test]
    fn it_goes_back_in_all_each_from_its_own_beginning() {
        let control = Control::unbounded();
        let (mut first, second) = (Buffer::default(), Buffer::default());
        first.write(b"before", &control).unwrap();
        let mut tee = Tee::new([first, second], false);
        assert!(tee.can_seek());
        tee.write(b"0123", &control).unwrap();
        tee.seek(1, &control).unwrap();
        tee.write(b"x", &control).unwrap();
        assert_eq!(tee.position(), 2);
        tee.seek(4, &control).unwrap();
        assert!(tee.outcomes().iter().all(|outcome| outcome.taken == 5), "going forward takes nothing");
        let taken: Vec<_> = tee.members.iter_mut().map(|member| member.sink.take()).collect();
        assert_eq!(taken, [&b"before0x23"[..], b"0x23"]);
    }
}

//! What a host hears while an extraction is walked.

use super::*;
use crate::io::{Observer, Progress, TraceEvent};
use std::cell::RefCell;
use std::rc::Rc;

/// Keeps what it hears, and ends the operation at a packet.
struct Watcher {
    heard: Rc<RefCell<Vec<Progress>>>,
    end_at: u64,
}

impl Observer for Watcher {
    fn wants_trace(&self) -> bool {
        false
    }

    fn trace(&mut self, _: &TraceEvent) {}

    fn progress(&mut self, progress: &Progress) -> i32 {
        self.heard.borrow_mut().push(*progress);
        if progress.packets >= self.end_at { -7 } else { 0 }
    }
}

fn watched(end_at: u64) -> (Vec<Progress>, u64, std::result::Result<u64, Stop>) {
    let heard = Rc::new(RefCell::new(Vec::new()));
    let watcher = Watcher { heard: Rc::clone(&heard), end_at };
    let control = Control::new(Limits::default(), None, None, Some(Box::new(watcher)));
    let mut sink = Writer::new(FakeWriter { only_slices: true, ..FakeWriter::default() }, QUICK, None);
    let result = walk_to(&long_track(500), 0, &mut sink, &control);
    (heard.take(), sink.position(), result)
}

#[test]
fn a_host_that_watches_hears_of_every_packet_and_of_the_last_one() {
    let (heard, _, result) = watched(u64::MAX);
    assert_eq!(result.unwrap(), 500);
    let packets: Vec<u64> = heard.iter().map(|progress| progress.packets).collect();
    assert_eq!(packets, (0..=500).collect::<Vec<_>>());
    assert!(heard.is_sorted_by_key(|progress| progress.bytes_written) && heard[500].bytes_written > 0);
}

#[test]
fn a_host_that_watches_ends_it_where_it_likes() {
    for end_at in [0, 1, 250, 500] {
        let (heard, written, result) = watched(end_at);
        let Err(Stop::Ended(error)) = result else { panic!("{end_at}: {result:?}") };
        assert_eq!((error.status, error.host_code), (Status::Cancelled, -7));
        assert_eq!((heard.len() as u64, heard[end_at as usize].bytes_written), (end_at + 1, written));
    }
}

#[test]
fn a_failure_says_how_far_the_walk_has_come() {
    let limits = Limits { max_output_bytes: 200_000, ..Limits::default() };
    let control = Control::new(limits, None, None, None);
    let mut sink = Writer::new(FakeWriter::default(), QUICK, None);
    assert!(walk_to(&long_track(500), 0, &mut sink, &control).is_err());
    let packets = control.progress().packets;
    // Every seventh sample has 9000 bytes, the others 300.
    assert!((100..160).contains(&packets), "{packets}");
}

//! A source whose bytes are pushed by the host: a bounded queue, pushed to on one thread and read from on another.

use super::codes;
use super::reader::HostReader;
use super::{Unblock, to_u64};
use std::collections::VecDeque;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The host's end.
pub struct Feed(Arc<Queue>);

/// The operation's end: it reads as from any callback.
pub struct FeedEnd(Arc<Queue>);

struct Queue {
    state: Mutex<State>,
    changed: Condvar,
}

#[derive(Default)]
struct State {
    bytes: VecDeque<u8>,
    capacity: usize,
    /// All that comes after the bytes that wait: nothing yet, the end, or a failure.
    ending: Option<i32>,
    /// An operation was cancelled or its time is up.
    interrupted: bool,
    /// Nobody reads any more.
    closed: bool,
}

/// Why a push did not put all in that there was room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shut {
    /// Nobody reads any more.
    Closed,
    /// The feed had been ended before.
    Ended,
    /// There would be room, but there is no memory.
    NoMemory,
}

/// How many bytes of a push are in the queue, and what kept the others out, if it was not that the queue is full.
pub type Pushed = (usize, Result<(), Shut>);

/// What the operation's end reads when the host let go of its end too early.
const BROKEN: i32 = -libc::EPIPE;

/// And where it failed with a code that is none.
const UNNAMED: i32 = -1;

impl Queue {
    /// A panic elsewhere cannot leave these plain values half-changed.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn change<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        let result = change(&mut self.lock());
        self.changed.notify_all();
        result
    }
}

/// Both ends of a queue that holds no more than `capacity` bytes.
pub fn feed(capacity: usize) -> (Feed, FeedEnd) {
    let state = Mutex::new(State { capacity: capacity.max(1), ..State::default() });
    let queue = Arc::new(Queue { state, changed: Condvar::new() });
    (Feed(Arc::clone(&queue)), FeedEnd(queue))
}

impl Feed {
    /// Puts in as much as there is room for, at once.
    pub fn push(&self, data: &[u8]) -> Pushed {
        match self.0.change(|state| state.put(data)) {
            Ok(count) => (count, Ok(())),
            Err(shut) => (0, Err(shut)),
        }
    }

    /// Waits until there is room for all, no longer than `time` if there is one. Tells how much was taken.
    pub fn push_all(&self, data: &[u8], time: Option<Duration>) -> Pushed {
        let end = time.and_then(|time| Instant::now().checked_add(time));
        let (mut rest, mut state) = (data, self.0.lock());
        loop {
            let put = state.put(rest);
            rest = rest.get(put.unwrap_or(0)..).unwrap_or_default();
            let taken = data.len().saturating_sub(rest.len());
            if put.is_err() || rest.is_empty() {
                self.0.changed.notify_all();
                return (taken, put.map(drop));
            }
            self.0.changed.notify_all();
            let left = end.map(|end| end.saturating_duration_since(Instant::now()));
            state = match left {
                Some(left) if left.is_zero() => return (taken, Ok(())),
                Some(left) => self.0.changed.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0,
                None => self.0.changed.wait(state).unwrap_or_else(PoisonError::into_inner),
            };
        }
    }

    /// No more will come; what waits is still read.
    pub fn finish(&self) {
        self.end(codes::EOF);
    }

    /// What comes after the bytes that wait is a failure with the host's own code. One that would say something else to who
    /// reads, that all is well or that it must ask again, is no failure's.
    pub fn fail(&self, code: i32) {
        let is_failure = code < 0 && codes::meaning(code.into()) == codes::Meaning::Failure;
        self.end(if is_failure { code } else { UNNAMED });
    }

    fn end(&self, code: i32) {
        self.0.change(|state| state.ending.get_or_insert(code).to_owned());
    }

    /// How many bytes wait.
    pub fn level(&self) -> u64 {
        to_u64(self.0.lock().bytes.len())
    }

    pub fn capacity(&self) -> u64 {
        to_u64(self.0.lock().capacity)
    }
}

impl Drop for Feed {
    fn drop(&mut self) {
        self.end(BROKEN);
    }
}

impl State {
    fn put(&mut self, data: &[u8]) -> Result<usize, Shut> {
        if self.closed {
            return Err(Shut::Closed);
        }
        if self.ending.is_some() {
            return Err(Shut::Ended);
        }
        let room = self.capacity.saturating_sub(self.bytes.len()).min(data.len());
        if self.bytes.try_reserve(room).is_err() {
            return Err(Shut::NoMemory);
        }
        self.bytes.extend(data.get(..room).unwrap_or_default());
        Ok(room)
    }

    fn take(&mut self, buf: &mut [u8]) -> usize {
        let count = buf.len().min(self.bytes.len());
        for (to, from) in buf.iter_mut().zip(self.bytes.drain(..count)) {
            *to = from;
        }
        count
    }
}

impl FeedEnd {
    fn close(&self) {
        self.0.change(|state| {
            state.closed = true;
            state.bytes = VecDeque::new();
        });
    }
}

impl Drop for FeedEnd {
    fn drop(&mut self) {
        self.close();
    }
}

impl HostReader for FeedEnd {
    fn read(&mut self, buf: &mut [u8]) -> i32 {
        let mut state = self.0.lock();
        loop {
            if state.interrupted {
                return codes::EXIT;
            }
            let count = state.take(buf);
            if count > 0 {
                self.0.changed.notify_all();
                return i32::try_from(count).unwrap_or(i32::MAX);
            }
            if let Some(ending) = state.ending {
                return ending;
            }
            state = self.0.changed.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }

    fn seek(&mut self, _: i64, _: i32) -> i64 {
        i64::from(-libc::ESPIPE)
    }

    /// There can be no other operation.
    fn end(&mut self) {
        self.close();
    }

    fn unblock(&self) -> Option<Unblock> {
        let queue = Arc::clone(&self.0);
        Some(Arc::new(move || queue.change(|state| state.interrupted = true)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_feed_takes_what_fits_and_says_so() {
        let (feed, mut end) = feed(4);
        assert_eq!(feed.push(b"abcdef"), (4, Ok(())));
        assert_eq!((feed.push(b"ef"), feed.level()), ((0, Ok(())), 4));
        let mut buf = [0; 3];
        assert_eq!((end.read(&mut buf), &buf), (3, b"abc"));
        assert_eq!((feed.push(b"ef"), feed.level()), ((2, Ok(())), 3));
        feed.finish();
        assert_eq!(feed.push(b"g"), (0, Err(Shut::Ended)));
        assert_eq!((end.read(&mut buf), &buf), (3, b"def"));
        assert_eq!(end.read(&mut buf), codes::EOF);
    }

    #[test]
    fn a_failure_comes_after_what_waits_and_a_feed_let_go_is_one() {
        for (code, expected) in [(Some(-5), -5), (None, BROKEN)] {
            let (feed, mut end) = feed(4);
            assert_eq!(feed.push(b"a"), (1, Ok(())));
            if let Some(code) = code {
                feed.fail(code);
            }
            drop(feed);
            let mut buf = [0; 2];
            assert_eq!((end.read(&mut buf), end.read(&mut buf)), (1, expected));
        }
    }

    #[test]
    fn who_waits_for_room_goes_on_when_there_is_some_or_nobody_reads() {
        let (feed, mut end) = feed(2);
        let reading = std::thread::spawn(move || {
            let (mut all, mut buf) = (Vec::new(), [0; 3]);
            while all.len() < 6 {
                let count = usize::try_from(end.read(&mut buf)).unwrap();
                all.extend_from_slice(&buf[..count]);
            }
            all
        });
        assert_eq!(feed.push_all(b"abcdef", None), (6, Ok(())));
        assert_eq!(reading.join().unwrap(), b"abcdef");
        assert_eq!(feed.push_all(b"ghi", None), (0, Err(Shut::Closed)), "the reading end is gone");
    }

    #[test]
    fn waiting_for_room_ends_in_time() {
        let (feed, _end) = feed(2);
        assert_eq!(feed.push_all(b"abc", Some(Duration::from_millis(20))), (2, Ok(())));
    }

    #[test]
    fn a_push_that_was_half_done_says_how_much_is_in() {
        for (finishes, shut) in [(false, Shut::Closed), (true, Shut::Ended)] {
            let (feed, mut end) = feed(2);
            std::thread::scope(|threads| {
                let pushing = threads.spawn(|| feed.push_all(b"abcdef", None));
                let (mut came, mut buf) = (0, [0; 2]);
                while came < 2i32 {
                    came += end.read(&mut buf);
                }
                while feed.level() < 2 {
                    std::thread::yield_now();
                }
                if finishes {
                    feed.finish();
                } else {
                    end.close();
                }
                assert_eq!(pushing.join().unwrap(), (4, Err(shut)));
            });
        }
    }

    #[test]
    fn a_read_that_waits_is_freed() {
        let (_feed, mut end) = feed(2);
        let unblock = end.unblock().unwrap();
        let reading = std::thread::spawn(move || end.read(&mut [0; 1]));
        std::thread::sleep(Duration::from_millis(20));
        unblock();
        assert_eq!(reading.join().unwrap(), codes::EXIT);
    }
}

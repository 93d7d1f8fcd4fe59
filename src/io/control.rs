//! One operation's reins: may it go on, where is it, what has gone wrong first, what has it moved so far.

use super::cancel::Hook;
use super::{Cancel, Observer, Progress, TraceEvent, TraceKind, Unblock, to_i64};
use crate::error::{Error, Result, Stage, Status};
use crate::limits::Limits;
use std::cell::{Cell, RefCell};
use std::sync::Arc;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// What an operation has asked of its host's callbacks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Calls {
    pub reads: u64,
    pub writes: u64,
    /// Also those that ask for the size.
    pub seeks: u64,
    /// Calls that were made once more.
    pub retries: u64,
    /// How long all calls together took, and the longest.
    pub time: Duration,
    pub longest: Duration,
}

/// Lives for one operation, on its thread. Dropping it ends the watchdog and disarms the unblock calls.
pub struct Control {
    pub limits: Limits,
    cancel: Option<Arc<Cancel>>,
    timeout: Option<Duration>,
    deadline: Cell<Option<Instant>>,
    observer: Option<RefCell<Box<dyn Observer>>>,
    traces: bool,
    stage: Cell<Stage>,
    progress: Cell<Progress>,
    calls: Cell<Calls>,
    failure: RefCell<Option<Error>>,
    hooks: RefCell<Vec<Arc<Hook>>>,
    /// Of the operation that this is a branch of.
    shared_hooks: Vec<Arc<Hook>>,
    watchdog: RefCell<Option<Watchdog>>,
}

impl Control {
    pub fn new(
        limits: Limits,
        cancel: Option<Arc<Cancel>>,
        timeout: Option<Duration>,
        observer: Option<Box<dyn Observer>>,
    ) -> Self {
        let traces = observer.as_ref().is_some_and(|observer| observer.wants_trace());
        Control {
            limits,
            cancel,
            timeout,
            deadline: Cell::new(timeout.and_then(from_now)),
            observer: observer.map(RefCell::new),
            traces,
            // Until the first callback can be made.
            stage: Cell::new(Stage::Arguments),
            progress: Cell::new(Progress::default()),
            calls: Cell::new(Calls::default()),
            failure: RefCell::new(None),
            hooks: RefCell::new(Vec::new()),
            shared_hooks: Vec::new(),
            watchdog: RefCell::new(None),
        }
    }

    /// For tests and for operations that nothing limits.
    #[cfg(any(test, fuzzing))]
    pub fn unbounded() -> Self {
        Control::new(Limits::default(), None, None, None)
    }

    /// For one of several outputs of an operation: it is ended by the same token and at the same time, and its failure is
    /// its own.
    pub fn branch(&self) -> Control {
        let mut branch = Control::new(self.limits, self.cancel.clone(), self.timeout, None);
        branch.shared_hooks.clone_from(&self.hooks.borrow());
        branch.deadline.set(self.deadline.get());
        branch
    }

    /// From now on cancelling and the end of time free a callback that hangs. Call it once, before the first callback.
    pub fn arm(&self, unblocks: impl IntoIterator<Item = Unblock>) -> Result<()> {
        let hooks: Vec<_> = unblocks.into_iter().map(Hook::new).collect();
        if hooks.is_empty() {
            return Ok(());
        }
        // Before anything can fail: whatever is armed from here on is disarmed by the drop.
        self.hooks.borrow_mut().clone_from(&hooks);
        if let Some(deadline) = self.deadline.get() {
            *self.watchdog.borrow_mut() = Some(Watchdog::start(deadline, hooks.clone())?);
        }
        if let Some(cancel) = &self.cancel {
            hooks.iter().for_each(|hook| cancel.attach(hook));
        }
        Ok(())
    }

    /// The call is over, and time stands still until the next: for what a host does in many calls.
    pub fn rest(&self) {
        self.watchdog.borrow_mut().take();
        self.deadline.set(None);
    }

    /// Another call, with as much time as the first had.
    pub fn resume(&self) -> Result<()> {
        self.deadline.set(self.timeout.and_then(from_now));
        let hooks = self.hooks.borrow();
        if let Some(deadline) = self.deadline.get().filter(|_| !hooks.is_empty()) {
            *self.watchdog.borrow_mut() = Some(Watchdog::start(deadline, hooks.clone())?);
        }
        self.check()
    }

    pub fn stage(&self) -> Stage {
        self.stage.get()
    }

    pub fn enter(&self, stage: Stage) {
        self.stage.set(stage);
    }

    /// Whether the operation may go on.
    pub fn check(&self) -> Result<()> {
        if self.cancel.as_ref().is_some_and(|cancel| cancel.is_set()) {
            return Err(self.stopped(Status::Cancelled, "the operation was cancelled"));
        }
        if self.deadline.get().is_some_and(|deadline| Instant::now() >= deadline) {
            return Err(self.stopped(Status::Timeout, "the operation's time was up"));
        }
        // The token was set, and has been reset since: there is no second call to free a callback.
        if self.hooks.borrow().iter().chain(&self.shared_hooks).any(|hook| hook.has_fired()) {
            return Err(self.stopped(Status::Cancelled, "the operation was cancelled"));
        }
        Ok(())
    }

    fn stopped(&self, status: Status, message: &'static str) -> Error {
        Error::new(status, message).at_stage(self.stage.get())
    }

    /// A host callback has failed with `code`: cancelling and the end of time explain it better than the code does.
    pub fn explain(&self, code: i64, failure: impl FnOnce() -> Error) -> Error {
        match self.check() {
            Err(stopped) => stopped.host(code),
            Ok(()) => failure().host(code).or_stage(self.stage.get()),
        }
    }

    /// Remembers why the operation must end; the first reason stays.
    pub fn fail(&self, error: Error) {
        self.failure.borrow_mut().get_or_insert(error.or_stage(self.stage.get()));
    }

    pub fn has_failed(&self) -> bool {
        self.failure.borrow().is_some()
    }

    /// The reason remembered, if any: what FFmpeg made of it says less.
    pub fn outcome(&self) -> Result<()> {
        match self.failure.borrow().as_ref() {
            Some(error) => Err(error.clone()),
            None => Ok(()),
        }
    }

    /// Sleeps before a retry; cancelling and the deadline end it early.
    pub fn pause(&self, pause: Duration) -> Result<()> {
        let pause = match self.deadline.get() {
            Some(deadline) => pause.min(deadline.saturating_duration_since(Instant::now())),
            None => pause,
        };
        match &self.cancel {
            Some(cancel) => cancel.sleep(pause),
            None => std::thread::sleep(pause),
        }
        self.check()
    }

    /// Makes one call to a source or sink and tells the host about it if it asked.
    pub fn traced(&self, kind: TraceKind, offset: i64, requested: usize, call: impl FnOnce() -> i64) -> i64 {
        let Some(observer) = self.observer.as_ref().filter(|_| self.traces) else {
            return call();
        };
        let started = Instant::now();
        let returned = call();
        observer.borrow_mut().trace(&TraceEvent {
            kind,
            stage: self.stage.get(),
            offset,
            requested: to_i64(requested),
            returned,
            elapsed_us: i64::try_from(started.elapsed().as_micros()).unwrap_or(i64::MAX),
        });
        returned
    }

    /// The same for a call of one of the host's callbacks, which is counted.
    pub fn hosted(&self, kind: TraceKind, offset: i64, requested: usize, call: impl FnOnce() -> i64) -> i64 {
        let started = Instant::now();
        let returned = self.traced(kind, offset, requested, call);
        let took = started.elapsed();
        let mut calls = self.calls.get();
        let count = match kind {
            TraceKind::Read => &mut calls.reads,
            TraceKind::Write | TraceKind::Writev => &mut calls.writes,
            TraceKind::Seek | TraceKind::Size => &mut calls.seeks,
        };
        *count = count.saturating_add(1);
        calls.time = calls.time.saturating_add(took);
        calls.longest = calls.longest.max(took);
        self.calls.set(calls);
        returned
    }

    /// A call is made once more.
    pub fn retries(&self) {
        let calls = self.calls.get();
        self.calls.set(Calls { retries: calls.retries.saturating_add(1), ..calls });
    }

    pub fn calls(&self) -> Calls {
        self.calls.get()
    }

    /// Counts what a branch has asked of the host.
    pub fn join(&self, branch: &Control) {
        let (mut all, more) = (self.calls.get(), branch.calls.get());
        all.reads = all.reads.saturating_add(more.reads);
        all.writes = all.writes.saturating_add(more.writes);
        all.seeks = all.seeks.saturating_add(more.seeks);
        all.retries = all.retries.saturating_add(more.retries);
        all.time = all.time.saturating_add(more.time);
        all.longest = all.longest.max(more.longest);
        self.calls.set(all);
    }

    pub fn progress(&self) -> Progress {
        self.progress.get()
    }

    pub fn set_total(&self, total: Option<u64>) {
        self.progress.set(Progress { bytes_total: total, ..self.progress.get() });
    }

    pub fn has_read(&self, bytes: u64) -> Result<()> {
        let progress = self.progress.get();
        self.advance(Progress { bytes_read: progress.bytes_read.saturating_add(bytes), ..progress })
    }

    /// Counts bytes that a sink took. Tells nobody: a sink's own failure must not be hidden by the host's answer.
    pub fn has_written(&self, bytes: u64) {
        let progress = self.progress.get();
        self.progress.set(Progress { bytes_written: progress.bytes_written.saturating_add(bytes), ..progress });
    }

    /// Bytes that a sink takes meanwhile are not counted.
    pub fn uncounted<T>(&self, write: impl FnOnce() -> T) -> T {
        let bytes_written = self.progress.get().bytes_written;
        let result = write();
        self.progress.set(Progress { bytes_written, ..self.progress.get() });
        result
    }

    pub fn has_packet(&self) -> Result<()> {
        let progress = self.progress.get();
        self.advance(Progress { packets: progress.packets.saturating_add(1), ..progress })
    }

    /// Whether the host hears how far the operation has come.
    pub fn is_watched(&self) -> bool {
        self.observer.is_some()
    }

    /// A walk over memory has come to `offset`, with so many packets.
    pub fn has_walked(&self, offset: u64, packets: u64) -> Result<()> {
        self.ends_at(offset, packets);
        self.advance(self.progress.get())
    }

    /// As `has_walked`, where it goes no further and nobody is asked.
    pub fn ends_at(&self, offset: u64, packets: u64) {
        let progress = self.progress.get();
        let (bytes_read, packets) = (progress.bytes_read.max(offset), progress.packets.max(packets));
        self.progress.set(Progress { bytes_read, packets, ..progress });
    }

    /// Another road begins at the beginning. What was written stays written.
    pub fn start_over(&self) {
        self.progress.set(Progress { bytes_written: self.progress.get().bytes_written, ..Progress::default() });
    }

    fn advance(&self, progress: Progress) -> Result<()> {
        self.progress.set(progress);
        if let Some(observer) = &self.observer {
            let answer = observer.borrow_mut().progress(&progress);
            if answer != 0 {
                let error = self.stopped(Status::Cancelled, "the progress callback asked to stop");
                return Err(error.host(i64::from(answer)));
            }
        }
        self.check()
    }
}

/// A time too far away to be told is no deadline.
fn from_now(timeout: Duration) -> Option<Instant> {
    Instant::now().checked_add(timeout)
}

impl Drop for Control {
    fn drop(&mut self) {
        self.watchdog.borrow_mut().take();
        for hook in self.hooks.borrow().iter() {
            hook.disarm();
        }
    }
}

/// A thread that frees hanging callbacks when time is up.
struct Watchdog {
    /// Dropped to end the thread.
    running: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Watchdog {
    fn start(deadline: Instant, hooks: Vec<Arc<Hook>>) -> Result<Self> {
        let (running, ended) = mpsc::channel::<()>();
        let watch = move || {
            let left = deadline.saturating_duration_since(Instant::now());
            if ended.recv_timeout(left) == Err(RecvTimeoutError::Timeout) {
                hooks.iter().for_each(|hook| hook.fire());
            }
        };
        let thread = std::thread::Builder::new()
            .name("memux-watchdog".into())
            .spawn(watch)
            .map_err(|_| Error::new(Status::NoMemory, "no thread could be started to watch the time"))?;
        Ok(Watchdog { running: Some(running), thread: Some(thread) })
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        self.running.take();
        if let Some(thread) = self.thread.take() {
            // Its only way to panic is the host's unblock, which is C.
            drop(thread.join());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_failure_is_the_one_that_is_told() {
        let control = Control::unbounded();
        control.fail(Error::new(Status::Source, "first"));
        control.fail(Error::new(Status::Sink, "second"));
        assert_eq!(control.outcome().unwrap_err().status, Status::Source);
    }

    #[test]
    fn time_that_is_up_explains_a_failed_callback_and_keeps_its_code() {
        let control = Control::new(Limits::default(), None, Some(Duration::ZERO), None);
        let error = control.explain(-5, || Error::new(Status::Source, "the read failed"));
        assert_eq!((error.status, error.host_code), (Status::Timeout, -5));
    }

    #[test]
    fn a_token_that_is_reset_does_not_bring_back_what_it_has_ended() {
        let cancel = Arc::new(Cancel::default());
        let control = Control::new(Limits::default(), Some(Arc::clone(&cancel)), None, None);
        let unblock: Unblock = Arc::new(|| {});
        control.arm([unblock]).unwrap();
        cancel.set();
        cancel.reset();
        assert_eq!(control.check().unwrap_err().status, Status::Cancelled);
        assert_eq!(control.branch().check().unwrap_err().status, Status::Cancelled);
    }

    #[test]
    fn the_watchdog_unblocks_when_time_is_up_and_not_before() {
        let (send, receive) = mpsc::channel();
        let send = std::sync::Mutex::new(send);
        let unblock: Unblock = Arc::new(move || send.lock().unwrap().send(Instant::now()).unwrap());
        let started = Instant::now();
        let control = Control::new(Limits::default(), None, Some(Duration::from_millis(30)), None);
        control.arm([unblock]).unwrap();
        let fired = receive.recv().unwrap();
        assert!(fired.duration_since(started) >= Duration::from_millis(30));
    }

    #[test]
    fn an_operation_that_ends_in_time_ends_its_watchdog() {
        let unblock: Unblock = Arc::new(|| panic!("unblocked an operation that was over"));
        let control = Control::new(Limits::default(), None, Some(Duration::from_secs(3600)), None);
        control.arm([unblock]).unwrap();
        let started = Instant::now();
        drop(control);
        assert!(started.elapsed() < Duration::from_secs(60));
    }
}

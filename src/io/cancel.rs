//! A token that any thread may set, and what frees a host's own read or write when it hangs.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

/// Frees a host callback that hangs; may come from any thread.
pub type Unblock = Arc<dyn Fn() + Send + Sync>;

/// Set by any thread, asked by the operations that were given it.
#[derive(Default)]
pub struct Cancel {
    set: AtomicBool,
    hooks: Mutex<Vec<Weak<Hook>>>,
    /// Wakes a retry that sleeps; goes with `hooks`.
    changed: Condvar,
}

/// One operation's unblock call: made at most once, and never after the operation has ended.
pub struct Hook {
    state: Mutex<HookState>,
    unblock: Unblock,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum HookState {
    Armed,
    Fired,
    Over,
}

/// A panic elsewhere cannot leave these plain values half-changed.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Cancel {
    pub fn set(&self) {
        self.set.store(true, Ordering::SeqCst);
        let hooks: Vec<_> = {
            let hooks = lock(&self.hooks);
            self.changed.notify_all();
            hooks.iter().filter_map(Weak::upgrade).collect()
        };
        // Outside the list's lock: an unblock may take a while, and other operations come and go.
        for hook in hooks {
            hook.fire();
        }
    }

    pub fn reset(&self) {
        self.set.store(false, Ordering::SeqCst);
    }

    pub fn is_set(&self) -> bool {
        self.set.load(Ordering::SeqCst)
    }

    /// `hook` fires when the token is set, at once if it already is.
    pub fn attach(&self, hook: &Arc<Hook>) {
        {
            let mut hooks = lock(&self.hooks);
            hooks.retain(|known| known.strong_count() > 0);
            hooks.push(Arc::downgrade(hook));
        }
        if self.is_set() {
            hook.fire();
        }
    }

    /// Sleeps for `pause`, less if the token is set meanwhile.
    pub fn sleep(&self, pause: Duration) {
        let end = Instant::now().checked_add(pause);
        let mut hooks = lock(&self.hooks);
        while !self.is_set() {
            let left = end.map_or(pause, |end| end.saturating_duration_since(Instant::now()));
            if left.is_zero() {
                return;
            }
            hooks = self.changed.wait_timeout(hooks, left).unwrap_or_else(PoisonError::into_inner).0;
        }
    }
}

impl Hook {
    pub fn new(unblock: Unblock) -> Arc<Self> {
        Arc::new(Hook { state: Mutex::new(HookState::Armed), unblock })
    }

    pub fn fire(&self) {
        let mut state = lock(&self.state);
        if *state == HookState::Armed {
            *state = HookState::Fired;
            (self.unblock)();
        }
    }

    /// The callback was freed, and would hang again.
    pub fn has_fired(&self) -> bool {
        *lock(&self.state) == HookState::Fired
    }

    /// After this returns the call is not made any more, and one under way has ended.
    pub fn disarm(&self) {
        *lock(&self.state) = HookState::Over;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::AtomicU32;

    fn counting_hook() -> (Arc<Hook>, Arc<AtomicU32>) {
        let count = Arc::new(AtomicU32::new(0));
        let seen = Arc::clone(&count);
        let unblock = move || {
            seen.fetch_add(1, Ordering::SeqCst);
        };
        (Hook::new(Arc::new(unblock)), count)
    }

    #[test]
    fn unblock_is_called_at_most_once() {
        let (hook, count) = counting_hook();
        let cancel = Cancel::default();
        cancel.attach(&hook);
        cancel.set();
        cancel.set();
        hook.fire();
        assert_eq!(count.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn unblock_is_not_called_after_the_operation_has_ended() {
        let (hook, count) = counting_hook();
        let cancel = Cancel::default();
        cancel.attach(&hook);
        hook.disarm();
        cancel.set();
        assert_eq!(count.load(Ordering::SeqCst), 0);
    }

    #[test]
    fn the_end_of_an_operation_waits_for_an_unblock_under_way() {
        let ended = Arc::new(AtomicBool::new(false));
        let (started, wait) = std::sync::mpsc::channel();
        let started = Mutex::new(started);
        let flag = Arc::clone(&ended);
        let hook = Hook::new(Arc::new(move || {
            lock(&started).send(()).unwrap();
            std::thread::sleep(Duration::from_millis(50));
            flag.store(true, Ordering::SeqCst);
        }));
        let firing = Arc::clone(&hook);
        let thread = std::thread::spawn(move || firing.fire());
        wait.recv().unwrap();
        hook.disarm();
        assert!(ended.load(Ordering::SeqCst));
        thread.join().unwrap();
    }

    #[test]
    fn a_token_that_is_set_already_unblocks_at_once() {
        let (hook, count) = counting_hook();
        let cancel = Cancel::default();
        cancel.set();
        cancel.attach(&hook);
        assert_eq!(count.load(Ordering::SeqCst), 1);
    }

    #[test]
    fn a_sleep_ends_when_the_token_is_set() {
        let cancel = Arc::new(Cancel::default());
        let setter = Arc::clone(&cancel);
        let started = Instant::now();
        let thread = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(20));
            setter.set();
        });
        cancel.sleep(Duration::from_secs(60));
        assert!(started.elapsed() < Duration::from_secs(30));
        thread.join().unwrap();
    }
}

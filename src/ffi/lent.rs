//! A value that one operation at a time works with. It is taken out for that long: no lock is held while the host's
//! callbacks run, and a second operation, even one made inside a callback, finds nothing there.

use super::guard;
use crate::error::{Error, Result, Stage, Status};
use std::sync::{Mutex, MutexGuard, PoisonError};

pub struct Lent<T>(Mutex<Option<T>>);

impl<T> Lent<T> {
    pub fn new(value: T) -> Self {
        Lent(Mutex::new(Some(value)))
    }

    /// `name`: what is busy, if it is.
    pub fn with<R>(&self, name: &str, work: impl FnOnce(&mut T) -> Result<R>) -> Result<R> {
        let mut value = self.take(name)?;
        // A panic must not keep it: the host may go on with its handle.
        let result = guard::caught(|| work(&mut value));
        self.put_back(value);
        result
    }

    /// For longer than one call: until it is put back.
    pub fn take(&self, name: &str) -> Result<T> {
        self.lock().take().ok_or_else(|| {
            Error::new(Status::Busy, format!("the {name} is in use by another operation"))
                .at_stage(Stage::Arguments)
                .hint("wait for the other operation, or make another handle")
        })
    }

    pub fn put_back(&self, value: T) {
        *self.lock() = Some(value);
    }

    /// Never held while anything can panic.
    fn lock(&self) -> MutexGuard<'_, Option<T>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_in_use_is_busy_and_free_again_afterwards_even_after_a_panic() {
        let lent = Lent::new(1);
        let inner = lent.with("thing", |_| Ok(lent.with("thing", |_| Ok(())).unwrap_err().status)).unwrap();
        assert_eq!(inner, Status::Busy);
        assert!(lent.with::<()>("thing", |_| panic!("on purpose")).is_err());
        assert_eq!(lent.with("thing", |value| Ok(*value)).unwrap(), 1);
    }
}

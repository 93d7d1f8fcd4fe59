//! When a host callback says "not now": how often and how soon it is asked again. Below AVIO, which would take the first
//! such answer for the end of the input.

use super::Control;
use super::codes::{self, Meaning};
use crate::error::{Error, Result, Status};
use std::time::Duration;

/// How often a callback is called before its "try again" counts as a failure, and how long is waited in between.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Calls in a row, the first one included; 1 = no retry.
    pub max_attempts: u32,
    /// The first pause; it doubles each time.
    pub delay: Duration,
    pub max_delay: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        RetryPolicy { max_attempts: 10, delay: Duration::from_millis(10), max_delay: Duration::from_millis(1000) }
    }
}

/// Signals in a row that are taken for signals; more than this is a callback that is broken.
const MAX_INTERRUPTIONS: u32 = 1000;

/// Calls until the answer is something other than "again". Gives what the callback returned, ends included.
pub fn call(
    policy: &RetryPolicy,
    control: &Control,
    failure: Status,
    mut callback: impl FnMut() -> i64,
) -> Result<i64> {
    let (mut attempts, mut interruptions) = (0u32, 0u32);
    let mut delay = policy.delay;
    // What the callback said before it is called again: kept if it is not.
    let mut code = 0;
    loop {
        control.check().map_err(|stopped| stopped.host(code))?;
        code = callback();
        if code >= 0 {
            return Ok(code);
        }
        match codes::meaning(code) {
            Meaning::End => return Ok(code),
            Meaning::Exit => {
                let error = Error::new(Status::Cancelled, "the callback asked to stop");
                return Err(control.explain(code, || error));
            }
            Meaning::Failure => {
                return Err(control.explain(code, || Error::new(failure, format!("the callback failed with {code}"))));
            }
            Meaning::Interrupted if interruptions < MAX_INTERRUPTIONS => {
                interruptions = interruptions.saturating_add(1);
            }
            Meaning::Again | Meaning::Interrupted => {
                attempts = attempts.saturating_add(1);
                if attempts >= policy.max_attempts {
                    let message = format!("the callback still asks to try again ({code}) after {attempts} attempts");
                    return Err(control.explain(code, || Error::new(failure, message)));
                }
                control.pause(delay).map_err(|stopped| stopped.host(code))?;
                delay = delay.saturating_mul(2).min(policy.max_delay);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUICK: RetryPolicy =
        RetryPolicy { max_attempts: 3, delay: Duration::from_millis(1), max_delay: Duration::from_millis(2) };

    fn answers(codes: &[i64]) -> Result<i64> {
        let mut codes = codes.iter();
        call(&QUICK, &Control::unbounded(), Status::Source, || *codes.next().expect("called once too often"))
    }

    #[test]
    fn again_is_asked_again_until_the_attempts_are_used_up() {
        let again = i64::from(codes::AGAIN);
        assert_eq!(answers(&[again, again, 5]).unwrap(), 5);
        let error = answers(&[again, again, again]).unwrap_err();
        assert_eq!((error.status, error.host_code), (Status::Source, again));
    }

    #[test]
    fn a_signal_is_retried_at_once_and_is_no_attempt() {
        let signal = i64::from(-libc::EINTR);
        assert_eq!(answers(&[signal; 20].iter().chain(&[7]).copied().collect::<Vec<_>>()).unwrap(), 7);
    }

    #[test]
    fn a_failure_and_an_exit_keep_the_hosts_code() {
        let error = answers(&[-5]).unwrap_err();
        assert_eq!((error.status, error.host_code), (Status::Source, -5));
        let error = answers(&[i64::from(codes::EXIT)]).unwrap_err();
        assert_eq!((error.status, error.host_code), (Status::Cancelled, i64::from(codes::EXIT)));
    }

    #[test]
    fn one_attempt_means_no_retry() {
        let policy = RetryPolicy { max_attempts: 1, ..QUICK };
        let mut calls = 0;
        let error = call(&policy, &Control::unbounded(), Status::Sink, || {
            calls += 1;
            i64::from(-libc::EAGAIN)
        });
        assert_eq!(error.unwrap_err().status, Status::Sink);
        assert_eq!(calls, 1);
    }
}

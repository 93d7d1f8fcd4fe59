//! When a host callback says "not now": how often and how soon it is asked again. Below AVIO, which would take the first
//! such answer for the end of the input.

use super::Control;
use super::codes::{self, Meaning};
use crate::error::{Error, Result, Status};
use std::time::{Duration, Instant};

/// How often a callback is called before its "try again" counts as a failure, and how long is waited in between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    /// Calls in a row, the first one included; 1 = no retry.
    pub max_attempts: u32,
    /// The first pause; it doubles each time.
    pub delay: Duration,
    pub max_delay: Duration,
    /// No call is made again so long after the first of them failed.
    pub within: Option<Duration>,
    /// The host's own codes that stand for a failure which may pass: a connection that was lost, say.
    pub transient: Vec<i32>,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        RetryPolicy {
            max_attempts: 10,
            delay: Duration::from_millis(10),
            max_delay: Duration::from_millis(1000),
            within: None,
            transient: Vec::new(),
        }
    }
}

/// Signals in a row that are taken for signals; more than this is a callback that is broken.
const MAX_INTERRUPTIONS: u32 = 1000;

impl RetryPolicy {
    fn is_transient(&self, code: i64) -> bool {
        self.transient.iter().any(|known| i64::from(*known) == code)
    }
}

/// Calls until the answer is something other than "again". Gives what the callback returned, ends included. The callback
/// is told whether its last answer was a failure that may pass.
pub fn call(
    policy: &RetryPolicy,
    control: &Control,
    failure: Status,
    mut callback: impl FnMut(bool) -> i64,
) -> Result<i64> {
    let (mut attempts, mut interruptions) = (0u32, 0u32);
    let (mut delay, mut began, mut is_lost) = (policy.delay, None, false);
    // What the callback said before it is called again: kept if it is not.
    let mut code = 0;
    loop {
        control.check().map_err(|stopped| stopped.host(code))?;
        code = callback(is_lost);
        if code >= 0 {
            return Ok(code);
        }
        is_lost |= policy.is_transient(code);
        let meaning = if policy.is_transient(code) { Meaning::Again } else { codes::meaning(code) };
        match meaning {
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
                control.retries();
            }
            Meaning::Again | Meaning::Interrupted => {
                attempts = attempts.saturating_add(1);
                if attempts >= policy.max_attempts {
                    let message = format!("the callback still asks to try again ({code}) after {attempts} attempts");
                    return Err(control.explain(code, || Error::new(failure, message)));
                }
                let waited = began.get_or_insert_with(Instant::now).elapsed();
                if policy.within.is_some_and(|within| waited.saturating_add(delay) > within) {
                    let message = format!("the callback still asks to try again ({code}) when the time for that is up");
                    return Err(control.explain(code, || Error::new(failure, message)));
                }
                control.pause(delay).map_err(|stopped| stopped.host(code))?;
                control.retries();
                delay = delay.saturating_mul(2).min(policy.max_delay);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const QUICK: RetryPolicy = super::super::testing::QUICK;

    fn answers(codes: &[i64]) -> Result<i64> {
        let mut codes = codes.iter();
        call(&QUICK, &Control::unbounded(), Status::Source, |_| *codes.next().expect("called once too often"))
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
    fn a_code_that_may_pass_is_asked_again_and_the_callback_hears_of_it() {
        let policy = RetryPolicy { transient: vec![-104, -5], ..QUICK };
        let control = Control::unbounded();
        let again = i64::from(codes::AGAIN);
        let (mut answers, mut heard) = ([again, -104, 7].into_iter(), Vec::new());
        let answer = call(&policy, &control, Status::Source, |is_lost| {
            heard.push(is_lost);
            answers.next().unwrap()
        });
        assert_eq!((answer.unwrap(), heard), (7, vec![false, false, true]));
        assert_eq!(control.calls().retries, 2);
        assert!(call(&policy, &control, Status::Source, |_| -6).is_err());
    }

    #[test]
    fn nothing_is_asked_again_when_the_time_for_that_is_up() {
        let (delay, within) = (Duration::from_millis(5), Some(Duration::from_millis(20)));
        let policy = RetryPolicy { max_attempts: 1000, delay, max_delay: delay, within, transient: Vec::new() };
        let (mut calls, started) = (0, Instant::now());
        let error = call(&policy, &Control::unbounded(), Status::Source, |_| {
            calls += 1;
            i64::from(codes::AGAIN)
        });
        assert_eq!(error.unwrap_err().host_code, i64::from(codes::AGAIN));
        assert!((2..=5).contains(&calls) && started.elapsed() < Duration::from_secs(5), "{calls}");
    }

    #[test]
    fn one_attempt_means_no_retry() {
        let policy = RetryPolicy { max_attempts: 1, ..QUICK };
        let mut calls = 0;
        let error = call(&policy, &Control::unbounded(), Status::Sink, |_| {
            calls += 1;
            i64::from(-libc::EAGAIN)
        });
        assert_eq!(error.unwrap_err().status, Status::Sink);
        assert_eq!(calls, 1);
    }
}

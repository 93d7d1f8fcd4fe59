//! One file per operation, each readable like the sentence that describes it. No FFmpeg type and no raw pointer here:
//! the wrappers in `av` have both.

#![forbid(unsafe_code)]

#[cfg(test)]
#[path = "../../tests/boundaries/mod.rs"]
mod boundaries;
#[cfg(test)]
mod boundary_tests;
pub mod count;
#[cfg(test)]
mod cut_tests;
pub mod digest;
pub mod extract;
pub mod fanout;
pub mod input;
#[cfg(test)]
mod lean_tests;
#[cfg(test)]
#[path = "../../tests/left/mod.rs"]
mod left;
mod open;
mod outcome;
mod packets;
pub mod probe;
pub mod remux;
mod road;
#[cfg(any(test, fuzzing))]
pub mod road_tests;
#[cfg(test)]
mod road_tests_cuts;
#[cfg(test)]
mod road_tests_made;
#[cfg(test)]
mod road_tests_matroska;
#[cfg(test)]
mod road_tests_mp4;
#[cfg(test)]
mod road_tests_mpegts;
#[cfg(any(test, fuzzing))]
pub mod road_tests_packets;
pub mod segment;
mod select;
#[cfg(test)]
mod tests;

pub use outcome::{Completeness, Engine, Note};
pub use road::Road;
pub use select::Select;

use crate::io::{Cancel, Observer};
use crate::limits::Limits;
use std::sync::Arc;
use std::time::Duration;

/// What every operation is given beside its own options.
#[derive(Default)]
pub struct Run {
    pub cancel: Option<Arc<Cancel>>,
    pub limits: Limits,
    pub observer: Option<Box<dyn Observer>>,
    /// The container's FFmpeg short name, where the host knows it.
    pub format: Option<String>,
    pub timeout: Option<Duration>,
    /// The road that the host wants; `Auto` leaves the choice.
    pub engine: Engine,
}

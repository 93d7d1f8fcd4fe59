//! Both roads through an open container: the packets of the walk are libavformat's, in all that a host is shown of them.

#![allow(clippy::arithmetic_side_effects, clippy::indexing_slicing)]
// The fuzzers compare without the tests.
#![cfg_attr(not(test), allow(dead_code))]

#[cfg(test)]
mod acts;
#[cfg(test)]
mod files;

use super::input::{Options, Reader, prepare};
use super::outcome::Found;
use super::probe::Level;
use super::{Engine, Run};
use crate::error::Status;
use crate::io::Memory;
use crate::walk::Reason;

/// All that a host is shown of a packet, but for the padding behind it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Seen {
    stream: Option<usize>,
    position: Option<u64>,
    pts: Option<i64>,
    dts: Option<i64>,
    duration: i64,
    flags: [bool; 3],
    base: (i32, i32),
    side_data: Vec<(i32, Vec<u8>)>,
    data: Vec<u8>,
}

fn see(reader: &Reader) -> Seen {
    let packet = reader.current().unwrap();
    let base = packet.stream().and_then(|stream| reader.time_base(stream)).unwrap();
    Seen {
        stream: packet.stream(),
        position: packet.position(),
        pts: packet.pts(),
        dts: packet.dts(),
        duration: packet.duration(),
        flags: [packet.is_key(), packet.is_corrupt(), packet.is_discarded()],
        base: (base.num, base.den),
        side_data: packet.side_data().map(|(kind, data)| (kind, data.to_vec())).collect(),
        data: packet.data().to_vec(),
    }
}

type Ended = Result<(), (Status, String)>;

/// The packets, how they ended, and what was found out.
fn packets(bytes: &[u8], engine: Engine, level: Level) -> (Vec<Seen>, Ended, Found) {
    let mut source = Memory::new(bytes);
    let (road, control) = prepare(Run { engine, ..Run::default() }, None).unwrap();
    let mut seen = Vec::new();
    let told = |error: crate::error::Error| (error.status, error.message.into_owned());
    let mut reader = match Reader::open(&mut source, Some(bytes), &road, &Options { level }, &control, true) {
        Ok(reader) => reader,
        Err(error) => return (seen, Err(told(error)), Found { reason: Reason::Damaged, ..Found::default() }),
    };
    let found = reader.report().found;
    if engine == Engine::Auto && found.engine == Engine::Ffmpeg {
        // Both would be the same calls.
        return (seen, Ok(()), found);
    }
    let ended = loop {
        match reader.next() {
            Ok(true) => {}
            Ok(false) => break Ok(()),
            Err(error) => break Err(told(error)),
        }
        seen.push(see(&reader));
    };
    (seen, ended, reader.report().found)
}

/// Gives why it is left to libavformat.
pub fn compare(bytes: &[u8], level: Level, name: &str) -> Reason {
    let (told, told_end, found) = packets(bytes, Engine::Auto, level);
    if found.reason != Reason::None && found.engine == Engine::Ffmpeg && told.is_empty() {
        return found.reason;
    }
    let (expected, expected_end, expected_found) = packets(bytes, Engine::Ffmpeg, level);
    for (nth, (told, expected)) in told.iter().zip(&expected).enumerate() {
        let short = |seen: &Seen| Seen { data: seen.data[..seen.data.len().min(8)].to_vec(), ..seen.clone() };
        assert!(told == expected, "{name}, {level:?}, packet {nth}: {:?}, not {:?}", short(told), short(expected));
    }
    assert_eq!((told.len(), told_end), (expected.len(), expected_end), "{name}, {level:?}");
    assert_eq!(
        (found.completeness, found.truncated_at, found.corrupt_packets),
        (expected_found.completeness, expected_found.truncated_at, expected_found.corrupt_packets),
        "{name}, {level:?}"
    );
    found.reason
}

pub const LEVELS: [Level; 2] = [Level::Full, Level::Header];

//! Where the packets of a container lie, as places to cut it at, and the few of these places at which a cut leaves no
//! trace. For the tests of the library and of the corpus alike.
//!
//! The demuxer says where it found a packet; what the container puts around it is read here, apart from the library's own
//! reading.

#![allow(clippy::arithmetic_side_effects, clippy::indexing_slicing)]

mod layout;

use layout::Unit;
use std::collections::BTreeSet;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Mp4,
    Matroska,
    Avi,
    Flv,
    Ts,
    Ps,
}

impl Kind {
    pub fn of(path: &str) -> Self {
        match path.rsplit('.').next().unwrap_or_default().to_ascii_lowercase().as_str() {
            "mp4" | "mov" | "3gp" => Self::Mp4,
            "mkv" | "webm" => Self::Matroska,
            "avi" => Self::Avi,
            "flv" => Self::Flv,
            "ts" => Self::Ts,
            "mpg" | "ps" => Self::Ps,
            _ => panic!("{path}: where its packets lie is not known"),
        }
    }
}

/// A packet as libavformat gives it: where it was found, if that is known, and how long it is.
pub struct Packet {
    pub offset: Option<usize>,
    pub size: usize,
}

/// A place at which a cut file is as good as a shorter whole one.
struct Untold {
    kind: Kind,
    /// It is not only not found to be cut, but found to be complete.
    complete: bool,
    reason: &'static str,
    /// Whether the reason holds for the first so many bytes of this file.
    holds: fn(&[u8], usize) -> bool,
}

/// All of them. Wherever else a file is cut, that must be found.
const UNTOLD: &[Untold] = &[
    Untold {
        kind: Kind::Ts,
        complete: false,
        reason: "so few transport packets may be anything: libavformat takes ten for proof, of the largest kind",
        holds: |_, end| end < 10 * 204,
    },
    Untold {
        kind: Kind::Ts,
        complete: false,
        reason: "a transport stream says nowhere how long it is, and every PES packet and section begun is whole",
        holds: layout::is_between_units,
    },
    Untold {
        kind: Kind::Ps,
        complete: false,
        reason: "a program stream says nowhere how long it is, and its last pack lacks at most padding",
        holds: layout::is_end_of_pack,
    },
    Untold {
        kind: Kind::Mp4,
        complete: true,
        reason: "every sample is there: what is missing are boxes that nothing announces and that hold none",
        holds: layout::is_end_of_samples,
    },
    Untold {
        kind: Kind::Mp4,
        complete: false,
        reason: "the last fragment is whole, and no index says that there are more",
        holds: layout::is_end_of_fragment,
    },
    Untold {
        kind: Kind::Matroska,
        complete: false,
        reason: "a live file leaves the sizes of segment and cluster open, and its last block is whole",
        holds: layout::is_end_of_live_block,
    },
];

/// Why a cut here leaves no trace, or is even called complete; `None` where it must be found.
pub fn untold(kind: Kind, whole: &[u8], end: usize, complete: bool) -> Option<&'static str> {
    let here = |untold: &&Untold| untold.kind == kind && untold.complete == complete && (untold.holds)(whole, end);
    UNTOLD.iter().find(here).map(|untold| untold.reason)
}

/// Where each packet begins and ends, with and without what the container puts around it.
pub fn places(kind: Kind, whole: &[u8], packets: &[Packet]) -> BTreeSet<usize> {
    let units = layout::units(kind, whole, packets);
    let mut places = BTreeSet::new();
    for Unit { start, end } in &units {
        places.extend([*start, *end]);
    }
    for offset in packets.iter().filter_map(|packet| packet.offset) {
        let inside = units.iter().any(|unit| unit.start <= offset && offset < unit.end);
        assert!(inside, "{kind:?}: the packet at {offset} lies in no unit of the container");
        places.insert(offset);
    }
    places.retain(|place| *place > 0 && *place < whole.len());
    places
}

//! The packet that was given last, by whichever road it came.

use crate::{av, walk};

/// What a host is shown of a packet.
pub enum Shown<'p> {
    Read(&'p av::Packet),
    /// Its bytes are the host's own.
    Walked(&'p walk::Packet<'p>),
}

impl<'p> Shown<'p> {
    pub fn stream(&self) -> Option<usize> {
        match self {
            Shown::Read(packet) => packet.stream(),
            Shown::Walked(packet) => Some(packet.stream),
        }
    }

    pub fn data(&self) -> &'p [u8] {
        match self {
            Shown::Read(packet) => packet.data(),
            Shown::Walked(packet) => packet.data,
        }
    }

    /// How many zero bytes may be read behind the data. Behind a piece of the host's memory nothing is said to be.
    pub fn padding(&self) -> usize {
        match self {
            Shown::Read(packet) => packet.padding(),
            Shown::Walked(_) => 0,
        }
    }

    pub fn pts(&self) -> Option<i64> {
        match self {
            Shown::Read(packet) => packet.pts(),
            Shown::Walked(packet) => packet.pts,
        }
    }

    pub fn dts(&self) -> Option<i64> {
        match self {
            Shown::Read(packet) => packet.dts(),
            Shown::Walked(packet) => packet.dts,
        }
    }

    /// 0 where it is not known.
    pub fn duration(&self) -> i64 {
        match self {
            Shown::Read(packet) => packet.duration(),
            Shown::Walked(packet) => packet.duration,
        }
    }

    /// Where in the input it was found.
    pub fn position(&self) -> Option<u64> {
        match self {
            Shown::Read(packet) => packet.offset(),
            Shown::Walked(packet) => packet.position,
        }
    }

    pub fn is_key(&self) -> bool {
        match self {
            Shown::Read(packet) => packet.is_key(),
            Shown::Walked(packet) => packet.key,
        }
    }

    pub fn is_corrupt(&self) -> bool {
        match self {
            Shown::Read(packet) => packet.is_corrupt(),
            Shown::Walked(_) => false,
        }
    }

    pub fn is_discarded(&self) -> bool {
        match self {
            Shown::Read(packet) => packet.is_discarded(),
            Shown::Walked(packet) => packet.discard,
        }
    }

    /// FFmpeg's number for each piece of side data, and its bytes.
    pub fn side_data(&self) -> impl Iterator<Item = (i32, &'p [u8])> {
        let (read, walked) = match self {
            Shown::Read(packet) => (Some(packet.side_data()), None),
            Shown::Walked(packet) => (None, packet.skip.as_ref()),
        };
        let skip = walked.map(|skip| (av::SKIP_SAMPLES, &skip[..]));
        read.into_iter().flatten().chain(skip)
    }
}

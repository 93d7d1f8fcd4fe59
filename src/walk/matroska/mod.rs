//! Matroska and WebM.

use super::{Counted, Declined, Demux, Pace, Reason, Rules, Sample, Stop, Stream};

/// Whether the first bytes can be nothing else.
pub fn begins(_bytes: &[u8]) -> bool {
    false
}

pub struct Segment<'a> {
    streams: Vec<Stream<'a>>,
}

impl<'a> Segment<'a> {
    pub fn open(_bytes: &'a [u8], _rules: &Rules) -> Result<Self, Declined> {
        Err(Declined::new(Reason::Container, "not walked yet"))
    }
}

impl<'a> Demux<'a> for Segment<'a> {
    type Samples = std::iter::Empty<Result<Sample<'a>, Declined>>;

    fn streams(&self) -> &[Stream<'a>] {
        &self.streams
    }

    fn is_complete(&self) -> bool {
        false
    }

    fn count(&self, _stream: usize, _pace: Pace) -> Result<Counted, Stop> {
        Err(Declined::structure("not walked yet").into())
    }

    fn samples(&self, _stream: usize) -> Self::Samples {
        std::iter::empty()
    }
}

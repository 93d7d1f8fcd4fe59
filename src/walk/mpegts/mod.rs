//! MPEG transport streams.

use super::{Counted, Declined, Demux, Pace, Reason, Rules, Sample, Stop, Stream};

/// Whether the first bytes can be nothing else.
pub fn begins(_bytes: &[u8]) -> bool {
    false
}

pub struct Multiplex<'a> {
    streams: Vec<Stream<'a>>,
}

impl<'a> Multiplex<'a> {
    pub fn open(_bytes: &'a [u8], _rules: &Rules) -> Result<Self, Declined> {
        Err(Declined::new(Reason::Container, "not walked yet"))
    }
}

impl<'a> Demux<'a> for Multiplex<'a> {
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

/// The payloads that make up one sample, in order.
#[derive(Clone, Debug)]
pub struct Pieces<'a> {
    rest: &'a [u8],
}

impl<'a> Iterator for Pieces<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let piece = std::mem::take(&mut self.rest);
        (!piece.is_empty()).then_some(piece)
    }
}

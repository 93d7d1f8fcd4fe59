//! H.264 and HEVC as an Annex B byte stream, without a copy: the bytes that libavformat's h264 and hevc muxers write, as
//! slices of the input and start codes that stand still. What those muxers do not write as a whole, or not for certain,
//! is declined before anything of it goes out.

mod bytes;
mod h264;
mod hevc;
#[cfg(test)]
mod tests;

use super::{Codec, Data, Declined, Rules, Stop, Stream};
use crate::error::Error;
use bytes::Joined;

/// Takes the stream slice by slice.
pub trait Out<'a> {
    fn put(&mut self, slice: &'a [u8]) -> Result<(), Stop>;

    /// The same as both, one after another.
    #[inline]
    fn put_unit(&mut self, start: StartCode, unit: &'a [u8]) -> Result<(), Stop> {
        self.put(start.bytes())?;
        self.put(unit)
    }
}

/// What a unit begins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StartCode {
    Long,
    Short,
}

impl StartCode {
    #[inline]
    pub fn bytes(self) -> &'static [u8] {
        match self {
            StartCode::Long => LONG,
            StartCode::Short => &[0, 0, 1],
        }
    }
}

const LONG: &[u8] = &[0, 0, 0, 1];

/// No packet that libavcodec makes is larger.
const MAX_PACKET: usize = 0x7fff_ffff - 64;

/// More parameter sets than any stream has are left to libavformat.
const MAX_SETS: usize = 1024;

/// What makes a stream's samples into Annex B, with what it has to remember from one to the next.
#[derive(Clone, Debug)]
pub enum Filter<'a> {
    /// They are that already.
    Plain,
    H264(h264::Filter<'a>),
    Hevc(hevc::Filter<'a>),
}

impl<'a> Filter<'a> {
    /// The first sample decides, as it does for the muxer: the stream is taken for what that one begins with.
    pub fn new(stream: &Stream<'a>, first: &Data<'a>, rules: &Rules) -> Result<Self, Declined> {
        let configuration = stream.configuration;
        let newer = rules.avformat_major > 59;
        let head = head(first);
        let plain = match head {
            None | Some([0, 0, 0, 1]) => true,
            // From a length of 256 to 511 this differs, and newer muxers ask the configuration too.
            Some([0, 0, 1, _]) if newer && configuration.first() == Some(&1) => {
                return Err(Declined::structure("a first unit whose length looks like a start code"));
            }
            Some([0, 0, 1, _]) => true,
            Some(_) => false,
        };
        if plain || bytes::begins_a_unit(configuration) {
            return Ok(Filter::Plain);
        }
        match stream.codec {
            Codec::H264 if configuration.is_empty() => Ok(Filter::Plain),
            Codec::H264 => h264::Filter::new(configuration, rules).map(Filter::H264),
            Codec::Hevc => hevc::Filter::new(configuration, rules).map(|filter| match filter {
                Some(filter) => Filter::Hevc(filter),
                None => Filter::Plain,
            }),
            Codec::Other => Err(Declined::structure("a codec without an Annex B form")),
        }
    }

    /// Gives one after another. The number of the one that it ends at comes with why it does.
    pub fn samples(&mut self, samples: &[(u64, &'a [u8])], out: &mut impl Out<'a>) -> Result<(), (usize, Stop)> {
        fn each<'a>(
            samples: &[(u64, &'a [u8])],
            mut one: impl FnMut(&'a [u8]) -> Result<(), Stop>,
        ) -> Result<(), (usize, Stop)> {
            let mut samples = samples.iter().enumerate();
            samples.try_for_each(|(nth, (_, bytes))| one(bytes).map_err(|stop| (nth, stop)))
        }
        match self {
            Filter::Plain => each(samples, |bytes| if bytes.is_empty() { Ok(()) } else { out.put(bytes) }),
            Filter::H264(filter) => each(samples, |bytes| filter.sample(bytes, out)),
            Filter::Hevc(filter) => each(samples, |bytes| filter.sample(bytes, out)),
        }
    }

    /// Gives one sample. It is declined before anything of it goes out, or given as a whole.
    #[inline(always)]
    pub fn sample(&mut self, data: &Data<'a>, out: &mut impl Out<'a>) -> Result<(), Stop> {
        match (self, data) {
            (Filter::Plain, data) => data.pieces().try_for_each(|piece| out.put(piece)),
            (Filter::H264(filter), Data::Whole(bytes)) => filter.sample(*bytes, out),
            (Filter::H264(filter), Data::Prefixed(a, b)) => filter.sample(Joined(a, b), out),
            (Filter::Hevc(filter), Data::Whole(bytes)) => filter.sample(*bytes, out),
            (Filter::Hevc(filter), Data::Prefixed(a, b)) => filter.sample(Joined(a, b), out),
            (_, Data::Scattered(_)) => Err(Declined::structure("lengths in place of start codes in packets").into()),
        }
    }
}

/// The first four bytes of a sample of at least five.
fn head(data: &Data) -> Option<[u8; 4]> {
    let mut bytes = data.pieces().flatten().copied();
    let head = [bytes.next()?, bytes.next()?, bytes.next()?, bytes.next()?];
    bytes.next().map(|_| head)
}

/// Parameter sets as they go out: each behind a start code of four bytes.
#[derive(Clone, Debug, Default)]
struct Sets<'a> {
    units: Vec<&'a [u8]>,
    /// Start codes included.
    size: usize,
}

impl<'a> Sets<'a> {
    fn push(&mut self, unit: &'a [u8]) -> Result<(), Stop> {
        if self.units.len() >= MAX_SETS {
            return Err(Declined::structure("more than a thousand parameter sets").into());
        }
        self.units.try_reserve(1).map_err(|_| Error::no_memory())?;
        self.units.push(unit);
        self.size = self.size.saturating_add(LONG.len()).saturating_add(unit.len());
        Ok(())
    }

    fn clear(&mut self) {
        self.units.clear();
        self.size = 0;
    }

    fn put(&self, out: &mut impl Out<'a>) -> Result<(), Stop> {
        self.units.iter().try_for_each(|unit| out.put_unit(StartCode::Long, unit))
    }
}

/// A sample that cannot be cut into its units: the filter drops it whole.
fn bad_length() -> Declined {
    Declined::damaged("a unit reaches past the end of its sample")
}

/// What comes out stays within what a packet can hold, whatever is put in front of each unit.
#[inline]
fn fits(length: usize, units: usize, sets: usize) -> Result<(), Declined> {
    let most = units.checked_mul(sets.saturating_add(LONG.len())).and_then(|more| more.checked_add(length));
    if most.is_none_or(|most| most > MAX_PACKET) {
        return Err(Declined::structure("a sample that may be too large for a packet of libavcodec"));
    }
    Ok(())
}

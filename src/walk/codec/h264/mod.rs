//! Which H.264 access units libavcodec's parser calls key frames: by the first slice. That is an IDR slice, one behind a
//! recovery point, or an intra slice where pictures refer to no more than one other. What is not understood is declined
//! where it matters.

mod messages;
mod sets;
#[cfg(test)]
mod tests;

use super::avcc;
use super::bits::Bits;
use crate::walk::Declined;
use crate::walk::bytes::be;
use sets::Sets;
pub use sets::scaling_lists;

pub const SLICE: u8 = 1;
pub const IDR_SLICE: u8 = 5;
pub const SEI: u8 = 6;
pub const SPS: u8 = 7;
pub const PPS: u8 = 8;

/// Bytes in which a slice's first three numbers stand.
const SLICE_HEAD: usize = 32;
/// Where units have no length, one that is longer than this is no parameter set, and no message that is looked for here.
pub const LONGEST: usize = 1 << 16;
/// Sets of at least this size that libavcodec does not understand, it does not always take the same way.
const LONG_SET: usize = 1 << 14;

/// How many bytes of a unit `Parser::look` wants, by the unit's first byte.
pub fn wanted(first: u8) -> usize {
    match first & 0x1f {
        SLICE | IDR_SLICE => SLICE_HEAD,
        SEI | SPS | PPS => LONGEST,
        _ => 1,
    }
}

/// How long a picture lasts, by its sequence parameter set.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rate {
    /// Sets that differ, or fields, or messages of which each says something else.
    Unclear,
    Untold,
    /// Two ticks, each of so many units, of which a second has `scale`.
    Told {
        units: u32,
        scale: u32,
    },
}

/// What the parser keeps from one access unit to the next.
#[derive(Clone, Debug, Default)]
pub struct Parser {
    sets: Sets,
    /// Encoded by an x264 that counted in other ticks.
    is_old: bool,
    /// A picture has come whose parameter sets are there: libavcodec knows the rate from then on.
    has_begun: bool,
}

impl Parser {
    /// Looks at the next unit of an access unit; `recovers` is what the units before it said. The first slice decides.
    #[inline]
    pub fn look(&mut self, unit: &[u8], recovers: &mut bool) -> Result<Option<bool>, Declined> {
        match unit.first().map_or(0, |first| first & 0x1f) {
            IDR_SLICE => {
                self.has_begun = self.has_begun || self.has_sets_of(unit);
                Ok(Some(true))
            }
            SLICE => self.slice(unit, *recovers).map(Some),
            SEI => {
                plain(unit)?;
                self.is_old |= messages::names_old_x264(unit);
                *recovers = *recovers || messages::recovery_point(unit)?;
                Ok(None)
            }
            SPS | PPS => {
                plain(unit)?;
                self.sets.note(unit);
                Ok(None)
            }
            _ => Ok(None),
        }
    }

    fn has_sets_of(&self, slice: &[u8]) -> bool {
        let mut bits = Bits::new(slice.get(1..slice.len().min(SLICE_HEAD)).unwrap_or_default());
        let set = bits.unsigned().zip(bits.below(10)).and_then(|_| bits.unsigned());
        set.is_some_and(|set| self.sets.knows(set))
    }

    #[inline]
    fn slice(&self, unit: &[u8], recovers: bool) -> Result<bool, Declined> {
        if recovers {
            return Ok(true);
        }
        let Some(&first) = unit.get(1) else { return Err(odd_slice()) };
        // Macroblock 0 takes one bit; the types of most slices stand in the rest of its byte.
        let zeros = first.wrapping_shl(1).leading_zeros();
        if first & 0x80 != 0 && zeros < 4 {
            let kind = first.wrapping_shl(1).wrapping_shr(7u32.saturating_sub(zeros.saturating_mul(2)));
            // Numbers are held with one added.
            if !matches!(kind, 3 | 8 | 11..) {
                return Ok(false);
            }
        }
        let head = unit.get(1..unit.len().min(SLICE_HEAD)).unwrap_or_default();
        let mut bits = Bits::new(head);
        bits.unsigned().ok_or_else(odd_slice)?;
        let kind = bits.below(10).ok_or_else(odd_slice)?;
        let set = bits.unsigned().ok_or_else(odd_slice)?;
        if has_start_code(head) {
            return Err(odd_slice());
        }
        Ok(matches!(kind, 2 | 7) && self.sets.refers_little(set)?)
    }
}

fn odd_slice() -> Declined {
    Declined::structure("a slice header that is not understood")
}

/// A start code in a unit ends it for libavcodec, and another one begins.
fn plain(unit: &[u8]) -> Result<(), Declined> {
    if has_start_code(unit) {
        return Err(Declined::structure("a start code inside a NAL unit"));
    }
    Ok(())
}

fn has_start_code(unit: &[u8]) -> bool {
    unit.windows(3).any(|three| matches!(three, [0, 0, 1 | 2]))
}

/// The parser for units that stand behind their lengths, by avcC.
#[derive(Clone, Debug)]
pub struct LengthPrefixed {
    length_size: usize,
    parser: Parser,
}

impl LengthPrefixed {
    pub fn new(configuration: &[u8]) -> Result<Self, Declined> {
        let odd = || Declined::structure("H.264 without an avcC that is understood");
        if configuration.first() != Some(&1) {
            return Err(odd());
        }
        let mut sets = Sets::default();
        let length_size = avcc::read(configuration, |_, set| {
            let understood = !matches!(set.first().map_or(0, |first| first & 0x1f), SPS | PPS)
                || if has_start_code(set) { sets.doubt() } else { sets.note(set) };
            if understood || set.len() < LONG_SET { Ok(()) } else { Err(odd()) }
        });
        Ok(LengthPrefixed { length_size: length_size?.ok_or_else(odd)?, parser: Parser { sets, ..Parser::default() } })
    }

    /// How long the pictures last that have come by.
    pub fn rate(&self) -> Rate {
        match self.parser.sets.rate() {
            Rate::Told { .. } if self.parser.is_old || !self.parser.has_begun => Rate::Unclear,
            rate => rate,
        }
    }

    /// Whether libavformat calls this access unit a key frame.
    pub fn is_key(&mut self, sample: &[u8]) -> Result<bool, Declined> {
        let (mut rest, mut recovers) = (sample, false);
        // A size that leads out of the sample ends it.
        while let Some(unit) = next(&mut rest, self.length_size) {
            if let Some(key) = self.parser.look(unit, &mut recovers)? {
                return Ok(key);
            }
        }
        Ok(false)
    }
}

/// The next unit; `None` at the end, or where there is none. libavcodec wants a byte behind the length.
#[inline]
fn next<'a>(rest: &mut &'a [u8], length_size: usize) -> Option<&'a [u8]> {
    let (length, after) = rest.split_at_checked(length_size).filter(|(_, after)| !after.is_empty())?;
    let size = i32::try_from(be(length)).ok().and_then(|size| usize::try_from(size).ok())?;
    let (unit, after) = after.split_at_checked(size).filter(|(unit, _)| !unit.is_empty())?;
    *rest = after;
    Some(unit)
}

//! Clusters and the blocks in them: the tight part of the walk, one header after the other.

use super::ebml::{self, Strangers, largest};
use super::schema as id;
use crate::walk::Declined;
use crate::walk::bytes::be;

/// One element's header in a Cluster, offsets as indices: all of it lies in memory.
#[derive(Clone, Copy)]
struct Head {
    id: u32,
    body: usize,
    /// `usize::MAX` where it is unknown.
    size: usize,
}

/// Nearly all have an id of one byte, and bytes enough behind them.
#[inline(always)]
fn head(bytes: &[u8], at: usize) -> Option<Head> {
    if let Some([first, size @ ..]) = bytes.get(at..).and_then(|rest| rest.first_chunk::<9>())
        && *first >= 0x80
        && size[0] != 0
    {
        let raw = u64::from_be_bytes(*size);
        let width = raw.leading_zeros().wrapping_add(1);
        let most = largest(width);
        let value = raw.wrapping_shr(64_u32.wrapping_sub(width.wrapping_mul(8))) & most;
        let body = at.wrapping_add(1).wrapping_add(usize::try_from(width).ok()?);
        let size = if value == most { usize::MAX } else { usize::try_from(value).ok()? };
        return Some(Head { id: u32::from(*first), body, size });
    }
    head_slow(bytes, at)
}

#[cold]
fn head_slow(bytes: &[u8], at: usize) -> Option<Head> {
    let element = ebml::element(bytes, u64::try_from(at).ok()?)?;
    let size = element.size.map_or(Some(usize::MAX), |size| usize::try_from(size).ok())?;
    Some(Head { id: element.id, body: usize::try_from(element.body).ok()?, size })
}

/// What a BlockGroup says of its block.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Group {
    pub is_referring: bool,
    pub duration: u64,
    /// Something is added to the frames.
    pub has_addition: bool,
    /// How much of the sound is not to be heard, in nanoseconds: at the end, or at the beginning where it is below 0.
    pub padding: i64,
}

#[derive(Clone, Copy, Debug)]
pub struct Block<'a> {
    /// Where its body begins, which libavformat calls the packet's position.
    pub at: usize,
    pub body: &'a [u8],
    /// `None` for a SimpleBlock.
    pub group: Option<Group>,
}

pub enum Step<'a> {
    Block(Block<'a>),
    /// The Cluster's time stamp.
    Time(u64),
    /// Nothing of interest.
    Other,
    End,
}

/// The inside of one Cluster.
pub struct Cluster {
    pub at: usize,
    end: usize,
    /// Of unknown size: it ends with the next element of the Segment's.
    pub is_open: bool,
    /// Of unknown size and still without a block, of which there is one before anybody begins such a Cluster: the input
    /// cannot end here.
    is_bare: bool,
    strangers: Strangers,
}

impl Cluster {
    /// The body of the SimpleBlock that comes next, and where it ends, if there is nothing unusual about it: nearly all
    /// elements are such. The rest is `step`'s.
    #[inline(always)]
    pub fn simple_block<'a>(&self, bytes: &'a [u8]) -> Option<(&'a [u8], usize)> {
        let [kind, size @ ..] = *bytes.get(self.at..self.end)?.first_chunk::<5>()?;
        let raw = u32::from_be_bytes(size);
        let width = raw.leading_zeros().wrapping_add(1);
        if u32::from(kind) != id::SIMPLE_BLOCK || width > 4 {
            return None;
        }
        // The marker out at the top, and what stands behind the size out at the bottom.
        let bits = width.wrapping_mul(7);
        let value = raw.wrapping_shl(width).wrapping_shr(32_u32.wrapping_sub(bits));
        let is_unknown = value.wrapping_add(1).wrapping_shr(bits) != 0;
        let body = self.at.wrapping_add(1).wrapping_add(usize::try_from(width).ok()?);
        let end = body.wrapping_add(usize::try_from(value).ok()?);
        if is_unknown || end > self.end {
            return None;
        }
        Some((bytes.get(body..end)?, end))
    }

    /// Goes on behind a SimpleBlock.
    #[inline(always)]
    pub fn pass_block(&mut self, end: usize) {
        self.at = end;
        self.is_bare = false;
        self.strangers = Strangers::default();
    }

    /// The next element. Nothing follows `End`, or an error.
    #[inline(always)]
    pub fn step<'a>(&mut self, bytes: &'a [u8]) -> Result<Step<'a>, Declined> {
        if self.at >= self.end {
            return if self.is_bare { Err(damaged(self.at)) } else { Ok(Step::End) };
        }
        let Some(head) = head(bytes, self.at) else { return Err(damaged(self.at)) };
        let end = head.body.checked_add(head.size).filter(|end| *end <= self.end);
        if head.id == id::SIMPLE_BLOCK
            && let Some(end) = end
            && let Some(body) = bytes.get(head.body..end)
        {
            self.at = end;
            self.is_bare = false;
            self.strangers = Strangers::default();
            return if body.len() <= MOST_BLOCK {
                Ok(Step::Block(Block { at: head.body, body, group: None }))
            } else {
                Err(damaged(head.body))
            };
        }
        self.step_other(bytes, head, end)
    }

    #[inline(never)]
    fn step_other<'a>(&mut self, bytes: &'a [u8], head: Head, end: Option<usize>) -> Result<Step<'a>, Declined> {
        if self.is_open && id::is_top_level(head.id) {
            return Ok(Step::End);
        }
        let body = end.and_then(|end| bytes.get(head.body..end)).ok_or(damaged(self.at))?;
        let known = matches!(head.id, id::BLOCK_GROUP | id::TIMESTAMP | id::POSITION | id::PREVIOUS_SIZE)
            || matches!(head.id, id::VOID | id::CRC_32);
        if matches!(head.id, id::EBML | id::SEGMENT) {
            return Err(Declined::structure("a Segment in a Cluster").at(place(self.at)));
        }
        self.strangers.pass(known, length(body), place(self.at))?;
        self.at = end.unwrap_or(self.end);
        match head.id {
            id::BLOCK_GROUP => {
                self.is_bare = false;
                let block = group(body, head.body, &mut self.strangers)?;
                Ok(block.map_or(Step::Other, Step::Block))
            }
            id::TIMESTAMP if body.len() <= 8 => Ok(Step::Time(be(body))),
            id::TIMESTAMP => Err(damaged(head.body)),
            _ => Ok(Step::Other),
        }
    }
}

const MOST_BLOCK: usize = 0x1000_0000;

fn length(bytes: &[u8]) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

fn place(at: usize) -> u64 {
    u64::try_from(at).unwrap_or(u64::MAX)
}

#[cold]
fn damaged(at: usize) -> Declined {
    Declined::damaged("an element in a Cluster that is not whole").at(place(at))
}

/// The block of a BlockGroup, the last one if there are more; `None` where there is none.
fn group<'a>(inside: &'a [u8], base: usize, strangers: &mut Strangers) -> Result<Option<Block<'a>>, Declined> {
    let mut found = None;
    let mut said = Group::default();
    let mut at = 0_usize;
    while at < inside.len() {
        let here = base.saturating_add(at);
        let whole = head(inside, at).and_then(|head| {
            let end = head.body.checked_add(head.size)?;
            Some((head, end, inside.get(head.body..end)?))
        });
        let (head, end, body) = whole.ok_or(damaged(here))?;
        let kind = id::kind(id::BLOCK_GROUP, head.id);
        strangers.pass(kind.is_some(), length(body), place(here))?;
        let body_at = base.saturating_add(head.body);
        match head.id {
            id::BLOCK if body.len() <= MOST_BLOCK => found = Some((body_at, body)),
            id::BLOCK_ADDITIONS => said.has_addition |= additions(body, body_at, strangers)?,
            id::BLOCK_DURATION if body.len() <= 8 => said.duration = be(body),
            id::REFERENCE_BLOCK if body.len() <= 8 => said.is_referring = true,
            id::DISCARD_PADDING if body.len() <= 8 => said.padding = signed(body),
            _ if kind == Some(id::Kind::Skipped) || kind.is_none() => {}
            _ if kind == Some(id::Kind::Number) && body.len() <= 8 => {}
            _ => return Err(damaged(here)),
        }
        at = end;
    }
    Ok(found.map(|(at, body)| Block { at, body, group: Some(said) }))
}

fn signed(body: &[u8]) -> i64 {
    let unused = u32::try_from(body.len()).map_or(0, |size| 64u32.saturating_sub(size.saturating_mul(8)));
    if body.is_empty() { 0 } else { be(body).wrapping_shl(unused).cast_signed().wrapping_shr(unused) }
}

/// Whether anything is added to a block.
fn additions(body: &[u8], at: usize, strangers: &mut Strangers) -> Result<bool, Declined> {
    let additions = ebml::Child { id: id::BLOCK_ADDITIONS, at: place(at), body };
    ebml::check(&additions, strangers)?;
    for more in additions.children().flatten().filter(|more| more.id == id::BLOCK_MORE) {
        let mut parts = more.children().flatten();
        if parts.any(|part| part.id == id::BLOCK_ADDITIONAL && !part.body.is_empty()) {
            return Ok(true);
        }
    }
    Ok(false)
}

/// The Clusters of a Segment, in order.
pub struct Clusters {
    at: usize,
    end: usize,
    is_sized: bool,
    strangers: Strangers,
    /// Cues stand behind the last Cluster.
    pub is_concluded: bool,
    /// The tracks are known: there may be no others.
    pub has_tracks: bool,
}

impl Clusters {
    /// `at`: the first Cluster.
    pub fn new(at: u64, end: u64, is_sized: bool) -> Self {
        let index = |place| usize::try_from(place).unwrap_or(usize::MAX);
        let strangers = Strangers::default();
        Clusters { at: index(at), end: index(end), is_sized, strangers, is_concluded: false, has_tracks: false }
    }

    /// The next Cluster. One of unknown size must be gone through, and its end told, before there is another.
    pub fn next(&mut self, bytes: &[u8]) -> Result<Option<Cluster>, Declined> {
        while self.at < self.end {
            let at = self.at;
            let head = head(bytes, at).ok_or(damaged(at))?;
            let end = head.body.checked_add(head.size).filter(|end| *end <= self.end);
            let is_cluster = head.id == id::CLUSTER;
            if is_cluster && head.size == usize::MAX && !self.is_sized {
                self.is_concluded = false;
                self.at = self.end;
                let strangers = Strangers::default();
                return Ok(Some(Cluster { at: head.body, end: self.end, is_open: true, is_bare: true, strangers }));
            }
            let end = end.ok_or(Declined::damaged("a part of the Segment that is not whole").at(place(at)))?;
            if matches!(head.id, id::EBML | id::SEGMENT) {
                return Err(Declined::structure("a Segment in a Segment").at(place(at)));
            }
            if head.id == id::TRACKS && self.has_tracks {
                return Err(Declined::structure("a part of the Segment that is there twice").at(place(at)));
            }
            let known = id::is_top_level(head.id) || matches!(head.id, id::VOID | id::CRC_32);
            self.strangers.pass(known, place(head.size), place(at))?;
            self.at = end;
            if is_cluster {
                self.is_concluded = false;
                let strangers = Strangers::default();
                return Ok(Some(Cluster { at: head.body, end, is_open: false, is_bare: false, strangers }));
            }
            self.is_concluded |= head.id == id::CUES;
        }
        Ok(None)
    }

    /// Goes on behind a Cluster that has been gone through.
    pub fn behind(&mut self, cluster: &Cluster) {
        if cluster.is_open {
            self.at = cluster.at;
        }
    }

    /// Where the next Cluster is, if nothing stands between.
    pub fn position(&self) -> usize {
        self.at
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, clippy::indexing_slicing)]
mod tests {
    use super::*;

    /// A SimpleBlock whose size takes `width` bytes and is `value`, with so many bytes if there is one, and some behind it.
    fn block(width: u32, value: u64) -> Vec<u8> {
        let size = (value | 1 << (7 * width)).to_be_bytes();
        let body = usize::try_from(value.min(largest(2))).unwrap();
        [&[0xa3][..], &size[8 - usize::try_from(width).unwrap()..], &vec![0x81; body], &[0; 12]].concat()
    }

    #[test]
    fn a_block_read_the_short_way_is_the_one_read_the_long_way() {
        let mut short_ones = 0;
        for width in 1..=8 {
            for value in
                [0, 1, 4, 126, 127, 128, 16_383, largest(width)].into_iter().filter(|size| *size <= largest(width))
            {
                let bytes = block(width, value);
                for end in [bytes.len(), bytes.len() - 12, bytes.len() - 13, 5, 4, 3] {
                    for bytes in [&bytes[..], &bytes[..end], &bytes[..end - 1]] {
                        let strangers = Strangers::default();
                        let mut cluster = Cluster { at: 0, end, is_open: false, is_bare: true, strangers };
                        let short = cluster.simple_block(bytes);
                        let long = match cluster.step(bytes) {
                            Ok(Step::Block(block)) => Some((block.body, cluster.at)),
                            _ => None,
                        };
                        assert!(short.is_none() || short == long, "{value} in {width} bytes, up to {end}");
                        // The short way reads four bytes of a size at once.
                        let is_usual =
                            width <= 4 && end <= bytes.len() && long.is_some_and(|(body, _)| body.len() >= 4);
                        assert!(short.is_some() || !is_usual, "{value} in {width} bytes, up to {end}");
                        short_ones += u32::from(short.is_some());
                    }
                }
            }
        }
        assert!(short_ones > 50, "{short_ones}");
    }
}

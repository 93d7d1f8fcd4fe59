//! Counting, without samples being built. Blocks are small things far apart in memory, and where the next one lies is
//! known only when this one has been read; so the memory is asked for before it is needed. Where blocks are small, by
//! reading ahead; where they are large, by going through many Clusters at once, since of a Cluster it is known at once
//! where the next one lies.

use super::blocks::{Block, Cluster, Clusters, Step};
use super::codecs::Rule;
use super::ebml;
use super::frames::Whole;
use super::lacing::Laces;
use super::tracks::{Encoding, Track};
use crate::mem::{prefetch, prefetch_lines};
use crate::walk::{Declined, Pace, Reason, Stop};

/// What is done with a block of a track.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// No track has this number.
    Stray,
    /// A track that is no stream.
    Passed,
    Other,
    Counted,
}

/// A block's header, where the track's number takes one byte.
const HEADER: usize = 4;
/// A block that must be looked at.
const UNUSUAL: u8 = 2;

pub struct Counter<'t> {
    /// By the first byte of a block, which nearly always is all of its track's number: how many packets it is.
    packets_of: [u8; 256],
    tracks: &'t [Track<'t>],
    stream: usize,
    whole: Whole,
    /// Bytes that each frame lacks.
    stripped: usize,
    max_packet_bytes: u64,
    pub packets: u64,
}

impl<'t> Counter<'t> {
    pub fn new(tracks: &'t [Track<'t>], stream: usize, max_packet_bytes: u64) -> Result<Self, Declined> {
        let track = tracks.iter().find(|track| track.stream == Some(stream));
        let rule = track.map_or(Rule::Key, |track| track.treatment.rule);
        if rule == Rule::Unknown {
            return Err(Declined::structure("a codec whose frames libavformat makes packets of in its own way"));
        }
        let stripped = match track.map_or(Encoding::Plain, |track| track.encoding) {
            Encoding::Plain => 0,
            Encoding::Stripped(prefix) => prefix.len(),
            Encoding::Compressed => return Err(Declined::structure("compressed frames")),
        };
        let whole = Whole::new(rule, track.map_or(&[], |track| track.configuration))?;
        if stripped > 0 && !whole.is_given() {
            return Err(Declined::structure("frames of which a part is left out, and that must be looked at"));
        }
        // Every frame with bytes in it is a packet, whatever they are.
        let is_plain = stripped == 0 && whole.is_given();
        let mut packets_of = [UNUSUAL; 256];
        for (number, packets) in (0..).zip(packets_of.iter_mut().skip(0x80)) {
            *packets = match class_of(tracks, stream, number) {
                Class::Other => 0,
                Class::Counted if is_plain => 1,
                _ => UNUSUAL,
            };
        }
        Ok(Counter { packets_of, tracks, stream, whole, stripped, max_packet_bytes, packets: 0 })
    }

    /// Counts a block if a look at its header is enough, as it nearly always is. Which track it is of nobody can foresee,
    /// so that is no branch; all that is unusual is one.
    #[inline(always)]
    fn count_usual(&mut self, body: &[u8]) -> bool {
        let Some([number, _, _, flags]) = body.first_chunk::<HEADER>() else { return false };
        let packets = self.packets_of.get(usize::from(*number)).copied().unwrap_or(UNUSUAL);
        // No lacing, a frame that is not empty and, whatever track it is of, not too large.
        let frame = to_u64(body.len().wrapping_sub(HEADER));
        let is_usual = (packets != UNUSUAL) & (flags & 0x06 == 0) & (frame != 0) & (frame <= self.max_packet_bytes);
        self.packets = self.packets.wrapping_add(if is_usual { u64::from(packets) } else { 0 });
        is_usual
    }

    /// Goes over a Cluster's next element, and gives how many blocks that was; `None` at the Cluster's end.
    #[inline(always)]
    fn step(&mut self, bytes: &[u8], cluster: &mut Cluster) -> Result<Option<usize>, Declined> {
        if let Some((body, end)) = cluster.simple_block(bytes)
            && self.count_usual(body)
        {
            cluster.pass_block(end);
            return Ok(Some(1));
        }
        self.step_slow(bytes, cluster)
    }

    #[inline(never)]
    fn step_slow(&mut self, bytes: &[u8], cluster: &mut Cluster) -> Result<Option<usize>, Declined> {
        match cluster.step(bytes)? {
            Step::Block(block) => {
                if !self.count_usual(block.body) {
                    self.look_at(&block)?;
                }
                Ok(Some(1))
            }
            Step::Time(_) | Step::Other => Ok(Some(0)),
            Step::End => Ok(None),
        }
    }

    fn within_limit(&self, size: usize) -> Result<(), Declined> {
        if to_u64(size) <= self.max_packet_bytes {
            return Ok(());
        }
        Err(Declined::new(Reason::Limit, "a packet larger than is allowed"))
    }

    fn look_at(&mut self, block: &Block) -> Result<(), Declined> {
        if block.body.is_empty() {
            return Ok(());
        }
        let (number, kind, body) = header(block)?;
        let class = class_of(self.tracks, self.stream, number);
        match class {
            Class::Stray => return Err(Declined::damaged("a block of no track").at(to_u64(block.at))),
            Class::Passed => return Ok(()),
            Class::Other | Class::Counted => {}
        }
        let laces = frames(kind, body, block)?;
        let mut rest = laces.frames;
        for size in laces.sizes() {
            let (frame, after) = split(rest, *size)?;
            rest = after;
            if class == Class::Other {
                continue;
            }
            check_size(frame, self.stripped).map_err(|declined| declined.at(to_u64(block.at)))?;
            if frame.is_empty() && self.stripped == 0 {
                continue;
            }
            self.within_limit(frame.len().saturating_add(self.stripped))?;
            self.whole.check(frame).map_err(|declined| declined.at(to_u64(block.at)))?;
            self.packets = self.packets.saturating_add(1);
        }
        Ok(())
    }
}

fn class_of(tracks: &[Track], stream: usize, number: u64) -> Class {
    // libavformat takes the first track of that number.
    match tracks.iter().find(|track| track.number == number).map(|track| track.stream) {
        None => Class::Stray,
        Some(None) => Class::Passed,
        Some(Some(found)) if found == stream => Class::Counted,
        Some(Some(_)) => Class::Other,
    }
}

/// A block's track number, its kind of lacing, and its frames.
pub fn header<'a>(block: &Block<'a>) -> Result<(u64, u8, &'a [u8]), Declined> {
    let parts = ebml::number(block.body).and_then(|(number, width)| {
        let rest = block.body.get(usize::try_from(width).ok()?..)?;
        let (&[_, _, flags], body) = rest.split_first_chunk::<3>()?;
        Some((number, (flags & 0x06) >> 1, body))
    });
    parts.ok_or(Declined::damaged("a block without a whole header").at(to_u64(block.at)))
}

/// The frames of a block that becomes packets.
pub fn frames<'a>(kind: u8, body: &'a [u8], block: &Block) -> Result<Laces<'a>, Declined> {
    let laces = Laces::read(kind, body).ok_or(Declined::damaged("laces that do not fit").at(to_u64(block.at)))?;
    let has_addition = block.group.is_some_and(|group| group.has_addition);
    if has_addition && laces.sizes().contains(&0) {
        return Err(Declined::structure("an empty frame with an addition").at(to_u64(block.at)));
    }
    Ok(laces)
}

pub fn split(frames: &[u8], size: u32) -> Result<(&[u8], &[u8]), Declined> {
    let size = usize::try_from(size).unwrap_or(usize::MAX);
    frames.split_at_checked(size).ok_or(Declined::damaged("laces that do not fit"))
}

/// libavformat adds what was left out to frames of up to 10 MB only.
pub fn check_size(frame: &[u8], stripped: usize) -> Result<(), Declined> {
    if stripped > 0 && frame.len() >= 10_000_000 {
        return Err(Declined::structure("a large frame of which a part is left out"));
    }
    Ok(())
}

fn to_u64(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

/// How far ahead memory is asked for where blocks are small.
const AHEAD: usize = 2048;
/// From this size on, on average, fetching every line of memory costs more than fetching those where blocks begin.
const LARGE: usize = 256;
/// Clusters gone through at once.
const LANES: usize = 16;
/// Blocks between two looks at the host.
const PACE: u32 = 4096;

/// Goes through all Clusters.
pub fn run(bytes: &[u8], clusters: &mut Clusters, counter: &mut Counter, pace: Pace) -> Result<(), Stop> {
    // A few Clusters of small blocks are soon gone through either way.
    let mut are_large = true;
    let mut left_over = None;
    loop {
        let cluster = match left_over.take() {
            Some(cluster) => cluster,
            None => match clusters.next(bytes)? {
                Some(cluster) => cluster,
                None => return Ok(()),
            },
        };
        if are_large && !cluster.is_open {
            (are_large, left_over) = interleaved(bytes, cluster, clusters, counter, pace)?;
        } else {
            are_large = straight(bytes, cluster, clusters, counter, pace)?;
        }
    }
}

/// Whether blocks turned out to be large.
fn straight(
    bytes: &[u8],
    mut cluster: Cluster,
    clusters: &mut Clusters,
    counter: &mut Counter,
    pace: Pace,
) -> Result<bool, Stop> {
    let (start, mut blocks, mut asked, mut left) = (cluster.at, 0_usize, cluster.at, PACE);
    while let Some(passed) = counter.step(bytes, &mut cluster)? {
        blocks = blocks.wrapping_add(passed);
        let goal = cluster.at.saturating_add(AHEAD);
        prefetch_lines(bytes, asked.max(cluster.at), goal);
        asked = goal;
        left = left.wrapping_sub(1);
        if left == 0 {
            left = PACE;
            pace(to_u64(cluster.at), counter.packets)?;
        }
    }
    clusters.behind(&cluster);
    pace(to_u64(cluster.at), counter.packets)?;
    let size = cluster.at.saturating_sub(start);
    Ok(size.checked_div(blocks).is_some_and(|average| average >= LARGE))
}

/// One step in each of many Clusters, and again: while the memory of one is fetched, the others go on. Says whether
/// blocks are still large, and gives a Cluster back that must be gone through alone.
fn interleaved(
    bytes: &[u8],
    first: Cluster,
    clusters: &mut Clusters,
    counter: &mut Counter,
    pace: Pace,
) -> Result<(bool, Option<Cluster>), Stop> {
    pace(to_u64(first.at), counter.packets)?;
    let mut lanes: [Option<Cluster>; LANES] = [const { None }; LANES];
    let (mut next, mut open, mut to_take) = (Some(first), None, LANES.wrapping_mul(8));
    let (mut blocks, mut walked, mut left) = (0_usize, 0_usize, PACE);
    loop {
        let mut is_running = false;
        for lane in &mut lanes {
            if lane.is_none() {
                *lane = next.take();
                if open.is_none() && to_take > 0 {
                    to_take = to_take.wrapping_sub(1);
                    match clusters.next(bytes)? {
                        Some(cluster) if cluster.is_open => open = Some(cluster),
                        cluster => next = cluster,
                    }
                    prefetch(bytes, clusters.position());
                }
            }
            let Some(cluster) = lane else { continue };
            is_running = true;
            let at = cluster.at;
            let Some(passed) = counter.step(bytes, cluster)? else {
                *lane = None;
                continue;
            };
            blocks = blocks.wrapping_add(passed);
            walked = walked.wrapping_add(cluster.at.wrapping_sub(at));
            prefetch(bytes, cluster.at);
            prefetch(bytes, cluster.at.wrapping_add(16));
            left = left.wrapping_sub(1);
            if left == 0 {
                left = PACE;
                pace(to_u64(cluster.at), counter.packets)?;
            }
        }
        if !is_running && next.is_none() {
            pace(to_u64(clusters.position()), counter.packets)?;
            return Ok((walked.checked_div(blocks).is_some_and(|average| average >= LARGE), open));
        }
    }
}

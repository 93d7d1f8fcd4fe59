//! Whether an input was whole: memux's own finding, container by container.
//!
//! libavformat reads a cut file to its end and calls that a success. Here the structure of the
//! container is followed beside it, in the same bytes, as far as needed to learn how far the file
//! ought to reach and what must stand at its end. The same walk learns early whether the file can
//! be read front to back, and refuses the few claims that would make libavformat allocate
//! without bytes behind them.

#![forbid(unsafe_code)]
#![deny(clippy::arithmetic_side_effects, clippy::as_conversions, clippy::indexing_slicing)]

mod avi;
mod bytes;
mod flac;
mod flv;
mod frames;
mod matroska;
mod mp4;
mod mpegps;
mod mpegts;
mod ogg;
mod picture;
#[cfg(test)]
mod tests;

use bytes::{after, index, length};

/// The largest stretch of bytes that a walker may ask to see at once.
const MAX_NEED: usize = 4096;

/// The containers whose structure is known here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Container {
    Mp4,
    Matroska,
    MpegTs,
    MpegPs,
    Flv,
    Avi,
    Ogg,
    Wav,
    Flac,
    Mp3,
    Aac,
    Amr,
    /// Any other: nothing is claimed about it.
    Other,
}

impl Container {
    /// The container of a libavformat demuxer, by the demuxer's name (aliases separated by commas).
    pub fn from_ffmpeg_name(name: &str) -> Self {
        name.split(',')
            .map(|alias| match alias.trim() {
                "mov" | "mp4" | "m4a" | "3gp" | "3g2" | "mj2" => Self::Mp4,
                "matroska" | "webm" => Self::Matroska,
                "mpegts" => Self::MpegTs,
                "mpeg" => Self::MpegPs,
                "flv" | "live_flv" => Self::Flv,
                "avi" => Self::Avi,
                "ogg" => Self::Ogg,
                "wav" => Self::Wav,
                "flac" => Self::Flac,
                "mp3" => Self::Mp3,
                "aac" => Self::Aac,
                "amr" | "amrnb" | "amrwb" => Self::Amr,
                _ => Self::Other,
            })
            .find(|container| *container != Self::Other)
            .unwrap_or(Self::Other)
    }
}

/// What is found about an input whose end has been reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Everything that the structure promises is there.
    Complete,
    /// Bytes that the structure promises are missing, from `at` on.
    Truncated { at: u64 },
    /// The container does not tell.
    Unknown,
}

/// Whether a demuxer can read the input front to back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Not enough has been seen (or the container is not known here).
    Undecided,
    /// What describes the samples comes before them.
    Streamable,
    /// The samples come first: front to back gives nothing.
    NeedsSeek,
}

/// A claim that no honest file makes, and that would cost much memory or time to believe.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Claim {
    /// More samples than there can be bytes for them, or an index that leads to where any number may hide. `at` is
    /// where the walk stood when that was clear.
    TooManySamples { at: u64 },
    /// A compressed header that claims more than its bytes can stand for, or more than any header needs.
    HugeHeader { at: u64 },
    /// A track without a number that counts, in a file with fragments: for each fragment libavformat 5.1 then counts
    /// to a billion, and asks nobody in between.
    UnnumberedTrack { at: u64 },
}

/// What a walker makes of the bytes at its position.
enum Step {
    /// Show at least so many bytes (more than were shown, at most `MAX_NEED`).
    Need(usize),
    /// Go on so many bytes further, possibly far past those shown.
    Advance(u64),
    /// There is nothing more to learn.
    Done,
    /// Stop: this must not be believed.
    Refuse(Claim),
}

/// Where the walk stands when the input has ended.
struct Tail<'a> {
    /// The position of the structure: never past `end`.
    at: u64,
    /// Where the input ended.
    end: u64,
    /// The bytes between, if few: an element that is cut in its header.
    rest: &'a [u8],
    /// Whether something outside knows how far the samples reach (and that is not past `end`).
    vouched: bool,
}

impl Tail<'_> {
    fn cut(&self) -> Verdict {
        Verdict::Truncated { at: self.end }
    }
}

/// One container's structure. Positions only grow.
trait Walk {
    fn step(&mut self, at: u64, bytes: &[u8]) -> Step;
    fn finish(&self, tail: &Tail<'_>) -> Verdict;
    fn order(&self) -> Order {
        Order::Streamable
    }
    /// Whether everything is known that a reader must know before it starts.
    fn header_read(&self) -> bool {
        true
    }
    fn is_fragmented(&self) -> bool {
        false
    }
    fn tracks(&self) -> u64 {
        0
    }
    fn promised_end(&self) -> Option<u64> {
        None
    }
    /// MPEG-TS: something has been seen that may make libavformat call a packet of some stream corrupt, or lose its way.
    fn is_untidy(&self) -> bool {
        true
    }
    /// MPEG-TS: there was nothing of the kind, and there is nothing if this is the end. (A PES packet that is not at its
    /// stated length by then is a cut by the verdict already.)
    fn ends_tidily(&self) -> bool {
        false
    }
}

/// A container of which nothing is known.
struct Opaque;

impl Walk for Opaque {
    fn step(&mut self, _at: u64, _bytes: &[u8]) -> Step {
        Step::Done
    }
    fn finish(&self, _tail: &Tail<'_>) -> Verdict {
        Verdict::Unknown
    }
    fn order(&self) -> Order {
        Order::Undecided
    }
}

/// Follows one input's structure in the bytes that pass by.
pub struct Watcher {
    walk: Box<dyn Walk + Send>,
    size: Option<u64>,
    /// Where the walk stands.
    position: u64,
    /// Bytes from `position` on that did not suffice yet.
    carry: Vec<u8>,
    needed: usize,
    done: bool,
    refused: Option<Claim>,
    promise: Option<u64>,
}

impl Watcher {
    /// `size` is the input's, where it is known beforehand.
    pub fn new(container: Container, size: Option<u64>) -> Self {
        let walk: Box<dyn Walk + Send> = match container {
            Container::Mp4 => Box::new(mp4::Mp4::new(size)),
            Container::Matroska => Box::new(matroska::Matroska::default()),
            Container::MpegTs => Box::new(mpegts::MpegTs::default()),
            Container::MpegPs => Box::new(mpegps::MpegPs::default()),
            Container::Flv => Box::new(flv::Flv::default()),
            Container::Avi => Box::new(avi::Riff::avi()),
            Container::Wav => Box::new(avi::Riff::wav()),
            Container::Ogg => Box::new(ogg::Ogg::default()),
            Container::Flac => Box::new(flac::Flac::default()),
            Container::Mp3 => Box::new(frames::Frames::mp3()),
            Container::Aac => Box::new(frames::Frames::aac()),
            Container::Amr => Box::new(frames::Frames::amr()),
            Container::Other => Box::new(Opaque),
        };
        Self {
            walk,
            size,
            position: 0,
            carry: Vec::new(),
            needed: 0,
            done: container == Container::Other,
            refused: None,
            promise: None,
        }
    }

    /// Takes the bytes at `offset`. Any ranges in any order will do: only one that holds the byte
    /// at [`want`](Self::want) is of use, the others are ignored.
    pub fn see(&mut self, offset: u64, bytes: &[u8]) -> Result<(), Claim> {
        if let Some(claim) = self.refused {
            return Err(claim);
        }
        let next = self.position.saturating_add(length(&self.carry));
        let Some(ahead) = next.checked_sub(offset) else { return Ok(()) };
        let mut rest = after(bytes, ahead);
        while !self.done {
            rest = if self.carry.is_empty() {
                if rest.is_empty() {
                    break;
                }
                let step = self.walk.step(self.position, rest);
                self.follow(step, rest)
            } else {
                let lack = self.needed.saturating_sub(self.carry.len()).min(rest.len());
                let (more, beyond) = rest.split_at_checked(lack).unwrap_or((rest, &[]));
                self.carry.extend_from_slice(more);
                if self.carry.len() < self.needed {
                    break;
                }
                let window = std::mem::take(&mut self.carry);
                let step = self.walk.step(self.position, &window);
                self.follow_carried(step, window, beyond)
            };
        }
        self.refused.map_or(Ok(()), Err)
    }

    /// Acts on a step taken in `shown`; gives what of it comes next.
    fn follow<'a>(&mut self, step: Step, shown: &'a [u8]) -> &'a [u8] {
        match step {
            Step::Need(count) if count > shown.len() && count <= MAX_NEED => {
                self.carry.extend_from_slice(shown);
                self.needed = count;
                &[]
            }
            Step::Advance(distance) if distance > 0 => {
                self.position = self.position.saturating_add(distance);
                after(shown, distance)
            }
            Step::Refuse(claim) => {
                self.refused = Some(claim);
                self.done = true;
                &[]
            }
            // A walker that stands still would do so for ever.
            Step::Done | Step::Need(_) | Step::Advance(_) => {
                self.done = true;
                &[]
            }
        }
    }

    /// The same for a step taken in the carried bytes, `beyond` which others follow.
    fn follow_carried<'a>(&mut self, step: Step, mut window: Vec<u8>, beyond: &'a [u8]) -> &'a [u8] {
        if let Step::Need(count) = step
            && count > window.len()
            && count <= MAX_NEED
        {
            self.carry = window;
            self.needed = count;
            return beyond;
        }
        let Step::Advance(distance) = step else {
            self.follow(step, &[]);
            return &[];
        };
        self.follow(Step::Advance(distance), &[]);
        match distance.checked_sub(length(&window)) {
            Some(past) => after(beyond, past),
            None => {
                window.drain(..index(distance).min(window.len()));
                self.needed = window.len();
                self.carry = window;
                beyond
            }
        }
    }

    /// The next offset whose bytes the walk needs; `None` when there is nothing more to learn.
    pub fn want(&self) -> Option<u64> {
        let next = self.position.saturating_add(length(&self.carry));
        let beyond = self.size.is_some_and(|size| next >= size);
        (!self.done && !beyond).then_some(next)
    }

    /// Whether the demuxer can read the input front to back.
    pub fn order(&self) -> Order {
        self.walk.order()
    }

    /// Whether enough has been seen to know the order of the parts and, of an MP4, whether it is in fragments.
    pub fn header_read(&self) -> bool {
        self.done || self.walk.header_read()
    }

    /// MP4: whether there are fragments, or the header announces them.
    pub fn is_fragmented(&self) -> bool {
        self.walk.is_fragmented()
    }

    /// The streams that the header has declared so far; 0 where the container does not say.
    pub fn tracks(&self) -> u64 {
        self.walk.tracks()
    }

    /// MPEG-TS: something has been seen that may make libavformat call a packet of some stream corrupt, or lose its way.
    /// In other containers that is not looked for.
    pub fn is_untidy(&self) -> bool {
        self.walk.is_untidy()
    }

    /// All was seen of an input that really ends at `end`, and nothing of the kind was there.
    pub fn is_tidy(&self, end: u64) -> bool {
        let seen = self.position.saturating_add(length(&self.carry));
        !self.done && seen == end && self.walk.ends_tidily()
    }

    /// How far the input reaches, by all that has been seen.
    pub fn promised_end(&self) -> Option<u64> {
        self.promise.max(self.walk.promised_end())
    }

    /// Adds what someone else knows: the samples reach to `end`.
    pub fn promise(&mut self, end: u64) {
        self.promise = self.promise.max(Some(end));
    }

    /// The finding for an input that really ended at `end`.
    pub fn finish(&self, end: u64) -> Verdict {
        let cut = Verdict::Truncated { at: end };
        if self.refused.is_some() {
            return Verdict::Unknown;
        }
        if self.position > end || self.promised_end().is_some_and(|promised| promised > end) {
            return cut;
        }
        let seen = self.position.saturating_add(length(&self.carry));
        if !self.done && seen < end {
            return Verdict::Unknown;
        }
        let tail = Tail { at: self.position, end, rest: &self.carry, vouched: self.promise.is_some() };
        self.walk.finish(&tail)
    }
}

//! MP4 and QuickTime.

mod boxes;
mod durations;
mod edits;
mod entry;
mod fragments;
mod front_to_back;
mod header;
mod kept;
mod keys;
mod layout;
mod meta;
mod packets;
mod payloads;
mod places;
mod runs;
mod samples;
mod sync;
mod tables;
mod tags;
mod timeline;
mod track;

pub use header::begins;
pub use kept::{Kept, KeptTrack};
pub use keys::KnownKeys;
pub use packets::Packets;

use super::bytes::{Cursor, length, slice};
use super::codec::h264::Rate;
use super::{Codec, Counted, Data, Declined, Demux, Media, Pace, Reason, Rules, Sample, Stop, Stream};
use front_to_back::FragmentSamples;
use header::{Header, Part};
use layout::Track;
use payloads::Payloads;
use samples::TrackSamples;
use tags::{Coding, Kind};

/// A file, known completely.
pub struct Movie<'a> {
    bytes: &'a [u8],
    streams: Vec<Stream<'a>>,
    header: Box<Header<'a>>,
    rules: Rules,
}

impl<'a> Movie<'a> {
    pub fn open(bytes: &'a [u8], rules: &Rules) -> Result<Self, Declined> {
        let header = header::read(bytes, rules)?;
        let mut streams = Vec::new();
        for part in &header.parts {
            streams.push(match part {
                Part::Track(track) => describe(track, &header)?,
                Part::Picture(_) => cover(),
            });
        }
        Ok(Movie { bytes, streams, header: Box::new(header), rules: *rules })
    }

    /// All of the input.
    pub fn bytes(&self) -> &'a [u8] {
        self.bytes
    }

    /// What another MP4 takes over of the header: as many tracks as there are streams, but for pictures behind them.
    pub fn kept(&self) -> Result<Kept<'a>, Declined> {
        if self.header.fragments.is_some() && self.header.has_samples() {
            return Err(Declined::structure("samples before fragments"));
        }
        let kept = kept::read(self.bytes)?;
        let tracks = self.header.parts.iter().take_while(|part| matches!(part, Part::Track(_))).count();
        let all = self.header.parts.iter().filter(|part| matches!(part, Part::Track(_))).count();
        if tracks != all || all != kept.tracks.len() || !self.header.chapters.is_empty() {
            return Err(Declined::structure("streams that are not carried over here"));
        }
        Ok(kept)
    }

    /// How long the last sample of a stream lasts, by the table of times.
    pub fn last_duration(&self, stream: usize) -> Option<u32> {
        let Some(Part::Track(track)) = self.header.parts.get(stream) else { return None };
        track.tables.times.last().map(|[.., a, b, c, d]| u32::from_be_bytes([*a, *b, *c, *d]))
    }

    /// A stream that the walk answers for.
    fn part(&self, stream: usize) -> Result<&Part<'a>, Declined> {
        let part = self.header.parts.get(stream).ok_or_else(|| Declined::structure("no such stream"))?;
        if let Part::Track(track) = part {
            self.answers_for(track, self.in_fragments(stream).most)?;
        }
        Ok(part)
    }

    fn in_fragments(&self, stream: usize) -> fragments::Counted {
        self.header.fragments.as_ref().map(|fragments| fragments.counted(stream)).unwrap_or_default()
    }

    fn answers_for(&self, track: &Track, most: u64) -> Result<(), Declined> {
        if track.coding == Coding::Reframed {
            return Err(Declined::structure("packets that libavformat divides anew"));
        }
        if most > self.rules.max_packet_bytes || track.exceeds(self.rules.max_packet_bytes) {
            return Err(Declined::new(Reason::Limit, "a sample larger than allowed"));
        }
        if track.len() > 0 && track.extent.has_empty && track.coding.is_parsed() {
            return Err(Declined::structure("an empty sample"));
        }
        // libavformat reads its titles and then leaves it out: nothing of what is listed comes.
        if self.header.is_chapters(track) {
            return Err(Declined::structure("a track of chapters"));
        }
        Ok(())
    }
}

fn describe<'a>(track: &Track<'a>, header: &Header) -> Result<Stream<'a>, Declined> {
    let video = track.kind == Kind::Video;
    if video && header.is_chapters(track) {
        return Err(Declined::structure("pictures of chapters"));
    }
    // The header of a fragmented file speaks of what lies outside the fragments.
    let frames = Some(track.extent.duration).filter(|frames| *frames > 0 && header.fragments.is_none());
    Ok(Stream {
        media: if video { Media::Video } else { Media::Other },
        codec: match track.coding {
            Coding::H264 => Codec::H264,
            Coding::Hevc => Codec::Hevc,
            _ => Codec::Other,
        },
        is_cover: false,
        time_base: (1, track.timescale),
        configuration: track.description.configuration,
        header_frames: frames,
        has_dimensions: track.description.has_dimensions,
    })
}

fn cover<'a>() -> Stream<'a> {
    Stream {
        media: Media::Video,
        codec: Codec::Other,
        is_cover: true,
        time_base: (1, 90_000),
        configuration: &[],
        header_frames: None,
        has_dimensions: false,
    }
}

impl<'a> Demux<'a> for Movie<'a> {
    type Samples = Samples<'a>;

    fn streams(&self) -> &[Stream<'a>] {
        &self.streams
    }

    fn is_complete(&self) -> bool {
        self.header.complete
    }

    fn count(&self, stream: usize, pace: Pace) -> Result<Counted, Stop> {
        pace(0, 0)?;
        let part = self.part(stream)?;
        let Part::Track(track) = part else { return Ok(Counted { packets: 1, discarded: 0 }) };
        let mut counted = match track.plan_at(pace)? {
            Some(plan) => Counted { packets: plan.packets, discarded: plan.discarded },
            None => Counted { packets: track.len(), discarded: 0 },
        };
        let more = self.in_fragments(stream);
        counted.packets = counted.packets.saturating_add(more.packets);
        counted.discarded = counted.discarded.saturating_add(more.discarded);
        Ok(counted)
    }

    fn payloads(&self, stream: usize) -> impl super::Payloads<'a> {
        Payloads::new(self, stream)
    }

    fn samples(&self, stream: usize) -> Samples<'a> {
        match self.part(stream) {
            Err(declined) => Samples::One(Some(Err(declined))),
            Ok(Part::Track(track)) if self.header.fragments.is_some() => {
                let major = self.rules.avformat_major;
                match FragmentSamples::new(self.bytes, &self.header, stream, track, major) {
                    Ok(samples) => Samples::Fragments(Box::new(samples)),
                    Err(declined) => Samples::One(Some(Err(declined))),
                }
            }
            Ok(Part::Track(track)) => match TrackSamples::new(self.bytes, track) {
                Ok(samples) => Samples::Track(Box::new(samples)),
                Err(declined) => Samples::One(Some(Err(declined))),
            },
            Ok(Part::Picture(picture)) => Samples::One(Some(Ok(Sample {
                offset: picture.offset,
                pts: None,
                dts: None,
                duration: 0,
                key: true,
                discard: false,
                data: Data::Whole(picture.data),
            }))),
        }
    }
}

/// A stream's packets.
#[derive(Clone)]
pub enum Samples<'a> {
    One(Option<Result<Sample<'a>, Declined>>),
    Track(Box<TrackSamples<'a>>),
    Fragments(Box<FragmentSamples<'a>>),
}

impl Samples<'_> {
    /// Before the first: which are key frames is not found out again.
    pub fn know_keys(&mut self, keys: KnownKeys) {
        // Fragments are read one after another, and what they say is not looked up twice.
        if let Samples::Track(samples) = self {
            samples.know_keys(keys);
        }
    }

    /// When the sample given last is decoded, whatever libavformat makes of that.
    fn time(&self) -> i64 {
        match self {
            Samples::One(_) => 0,
            Samples::Track(samples) => samples.time(),
            Samples::Fragments(samples) => samples.time(),
        }
    }

    /// How long pictures last, as the codec has said it up to here.
    fn rate(&self) -> Rate {
        match self {
            Samples::One(_) => Rate::Untold,
            Samples::Track(samples) => samples.rate(),
            Samples::Fragments(samples) => samples.rate(),
        }
    }
}

impl<'a> Iterator for Samples<'a> {
    type Item = Result<Sample<'a>, Declined>;

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Samples::One(sample) => sample.take(),
            Samples::Track(samples) => samples.next(),
            Samples::Fragments(samples) => samples.next(),
        }
    }
}

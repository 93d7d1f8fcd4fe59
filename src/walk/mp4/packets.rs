//! The packets of all tracks, in the order in which libavformat reads them: whichever lies first, as long as the tracks keep
//! together in time.

use super::super::packets::{Known, Packet};
use super::boxes::Atoms;
use super::durations::Durations;
use super::header::Part;
use super::layout::Track;
use super::samples::last_time;
use super::{Data, Declined, Demux, Movie, Sample, Samples, length};

/// How far tracks may be apart in time, in microseconds, before the earlier one is read first.
const APART: u64 = 1_000_000;

/// What libavformat is sure to have read and decoded before it gives packets, in bytes; the same in microseconds is `APART`.
const LOOKED_AT: u64 = 1 << 20;

pub struct Packets<'a> {
    /// They come before everything else.
    covers: std::vec::IntoIter<Packet<'a>>,
    lanes: Vec<Lane<'a>>,
    /// So many bytes more come early.
    early: u64,
    /// When the first packet is decoded, in microseconds.
    begin: Option<i64>,
}

/// The packets of one track, with the next one looked up.
struct Lane<'a> {
    stream: usize,
    samples: Samples<'a>,
    durations: Durations,
    next: Option<Ahead<'a>>,
    begun: bool,
    skip: Option<[u8; 10]>,
}

struct Ahead<'a> {
    sample: Sample<'a>,
    /// When it is decoded, by the tables.
    time: i64,
    /// The same in microseconds.
    clock: i64,
}

impl<'a> Movie<'a> {
    /// All packets, with what libavformat fills in by what is `known`.
    pub fn packets(&self, known: Known) -> Result<Packets<'a>, Declined> {
        if self.is_gapless()? {
            return Err(Declined::structure("sound that is skipped by a word of iTunes"));
        }
        if self.header.is_indexed {
            return Err(Declined::structure("fragments that libavformat reads by their index"));
        }
        let early = LOOKED_AT.min(self.rules.max_probe_bytes >> 1);
        let mut packets = Packets { covers: Vec::new().into_iter(), lanes: Vec::new(), early, begin: None };
        let mut covers = Vec::new();
        for (stream, part) in self.header.parts.iter().enumerate() {
            match part {
                Part::Track(track) => packets.lanes.push(self.lane(stream, track, known)?),
                Part::Picture(picture) => covers.push(Packet {
                    stream,
                    data: picture.data,
                    position: Some(picture.offset),
                    pts: None,
                    dts: None,
                    duration: 0,
                    key: true,
                    discard: false,
                    skip: None,
                }),
            }
        }
        packets.covers = covers.into_iter();
        Ok(packets)
    }

    fn lane(&self, stream: usize, track: &Track, known: Known) -> Result<Lane<'a>, Declined> {
        if track.extent.description > 1 {
            return Err(Declined::structure("samples of several descriptions"));
        }
        let fragments = self.header.fragments.as_ref().map(|_| self.in_fragments(stream));
        if fragments.is_some_and(|fragments| track.len() > 0 || fragments.shift != 0) {
            return Err(Declined::structure("fragments that go on with samples of the header"));
        }
        let mut lane = Lane {
            stream,
            samples: self.samples(stream),
            durations: Durations::of(track, fragments.is_some(), known)?,
            next: None,
            begun: false,
            skip: skip(track.skipped()?)?,
        };
        lane.look_ahead()?;
        let last = if fragments.is_some() { lane.next.as_ref().map(|next| next.time) } else { last_time(track)? };
        lane.durations.check(last, lane.samples.rate())?;
        Ok(lane)
    }

    /// Whether the words of iTunes on how much sound to skip are somewhere in the metadata.
    fn is_gapless(&self) -> Result<bool, Declined> {
        let mut found = false;
        for atom in Atoms::between(self.bytes, 0, length(self.bytes)) {
            let Ok(atom) = atom else { break };
            let mut look = |body: &[u8]| found |= body.windows(8).any(|word| word == b"iTunSMPB");
            match &atom.kind {
                b"meta" | b"udta" => look(atom.body),
                b"moov" => {
                    for inner in Atoms::inside(self.bytes, &atom, 0) {
                        let inner = inner?;
                        match &inner.kind {
                            b"meta" | b"udta" => look(inner.body),
                            b"trak" => {
                                for inner in Atoms::inside(self.bytes, &inner, 0) {
                                    let inner = inner?;
                                    if matches!(&inner.kind, b"meta" | b"udta") {
                                        look(inner.body);
                                    }
                                }
                            }
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(found)
    }
}

/// As AV_PKT_DATA_SKIP_SAMPLES has it: how much at the beginning and at the end, and why.
fn skip(samples: i64) -> Result<Option<[u8; 10]>, Declined> {
    let odd = || Declined::structure("so much sound that is skipped");
    let samples = u32::try_from(samples).ok().filter(|samples| *samples <= i32::MAX.unsigned_abs()).ok_or_else(odd)?;
    let [a, b, c, d] = samples.to_le_bytes();
    Ok((samples > 0).then_some([a, b, c, d, 0, 0, 0, 0, 0, 0]))
}

impl<'a> Lane<'a> {
    fn look_ahead(&mut self) -> Result<(), Declined> {
        let sample = self.samples.next().transpose()?;
        let time = self.samples.time();
        let clock = self.durations.microseconds(time)?;
        self.next = sample.map(|sample| Ahead { sample, time, clock });
        Ok(())
    }

    fn take(&mut self) -> Result<Packet<'a>, Declined> {
        let lost = || Declined::damaged("a sample that is not there");
        let Ahead { sample, time, .. } = self.next.take().ok_or_else(lost)?;
        // Before the next one is looked at: its parameter sets are not known yet.
        let rate = self.samples.rate();
        self.look_ahead()?;
        let duration = self.durations.of_sample(&sample, time, self.next.as_ref().map(|next| next.time), rate)?;
        let Data::Whole(data) = sample.data else {
            return Err(Declined::structure("samples that do not lie in one piece"));
        };
        Ok(Packet {
            stream: self.stream,
            data,
            position: Some(sample.offset),
            pts: sample.pts,
            dts: sample.dts,
            duration,
            key: sample.key,
            discard: sample.discard,
            skip: self.skip.take(),
        })
    }
}

impl<'a> Packets<'a> {
    /// The track that is read next.
    fn next_lane(&mut self) -> Option<&mut Lane<'a>> {
        let mut best: Option<(usize, u64, i64)> = None;
        for (nth, lane) in self.lanes.iter().enumerate() {
            let Some(next) = &lane.next else { continue };
            let (offset, clock) = (next.sample.offset, next.clock);
            let is_first = best.is_none_or(|(_, best_offset, best_clock)| {
                if best_clock.abs_diff(clock) <= APART { offset < best_offset } else { clock < best_clock }
            });
            if is_first {
                best = Some((nth, offset, clock));
            }
        }
        best.and_then(|(nth, ..)| self.lanes.get_mut(nth))
    }
}

impl<'a> Iterator for Packets<'a> {
    type Item = Result<Packet<'a>, Declined>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(cover) = self.covers.next() {
            return Some(Ok(cover));
        }
        let (begin, early) = (self.begin, self.early);
        let lane = self.next_lane()?;
        let clock = lane.next.as_ref().map_or(0, |next| next.clock);
        if !std::mem::replace(&mut lane.begun, true)
            && (early == 0 || begin.is_some_and(|begin| begin.abs_diff(clock) > APART))
        {
            lane.durations.comes_late();
        }
        let packet = lane.take();
        self.begin = begin.or(Some(clock));
        match &packet {
            Ok(packet) => self.early = early.saturating_sub(length(packet.data)),
            Err(_) => self.lanes.clear(),
        }
        Some(packet)
    }
}

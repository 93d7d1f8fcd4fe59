//! MP4 files with one video track, made byte by byte, and the same track as a walk would give it.

use super::Random;
use crate::error;
use crate::walk::{Codec, Counted, Data, Declined, Demux, Media, Pace, Sample, Stop, Stream};

/// What a track holds, in both shapes.
pub struct Track {
    pub codec: Codec,
    pub configuration: Vec<u8>,
    pub samples: Vec<Vec<u8>>,
}

fn full(kind: &[u8; 4], body: &[&[u8]]) -> Vec<u8> {
    let body = body.concat();
    [&(body.len() as u32 + 8).to_be_bytes()[..], kind, &body].concat()
}

fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

impl Track {
    pub fn movie(&self) -> Vec<u8> {
        let count = self.samples.len() as u32;
        let (entry, box_of) = match self.codec {
            Codec::Hevc => (b"hvc1", b"hvcC"),
            _ => (b"avc1", b"avcC"),
        };
        let configuration = full(box_of, &[&self.configuration]);
        // Six reserved bytes and the data reference's number, then the fields of a picture: 64 by 48.
        let fields =
            [&[0, 0, 0, 0, 0, 0, 0, 1][..], &[0; 16], &[0, 64, 0, 48], &words(&[0x48_0000, 0x48_0000, 0]), &[0, 1]];
        let picture = [&fields.concat()[..], &[0; 32], &[0, 24, 255, 255]].concat();
        let sizes: Vec<u32> = self.samples.iter().map(|sample| sample.len() as u32).collect();
        let table = |offset: u32| {
            full(
                b"stbl",
                &[
                    &full(b"stsd", &[&words(&[0, 1]), &full(entry, &[&picture, &configuration])]),
                    &full(b"stts", &[&words(&[0, 1, count, 1])]),
                    &full(b"stsc", &[&words(&[0, 1, 1, count, 1])]),
                    &full(b"stsz", &[&words(&[0, 0, count]), &words(&sizes)]),
                    &full(b"stco", &[&words(&[0, 1, offset])]),
                ],
            )
        };
        let moov = |offset: u32| {
            let header = full(b"mdhd", &[&words(&[0, 0, 0, 25, count, 0x55c4_0000])]);
            let handler = full(b"hdlr", &[&words(&[0, 0]), b"vide", &[0; 13]]);
            let media = full(b"mdia", &[&header, &handler, &full(b"minf", &[&table(offset)])]);
            let track = full(b"tkhd", &[&words(&[3, 0, 0, 1, 0, count]), &[0; 60]]);
            let movie = full(b"mvhd", &[&words(&[0, 0, 0, 25, count, 0x1_0000, 0x100_0000]), &[0; 72]]);
            full(b"moov", &[&movie, &full(b"trak", &[&track, &media])])
        };
        let start = full(b"ftyp", &[b"isom", &words(&[0]), b"isom"]);
        let offset = start.len() + moov(0).len() + 8;
        [start, moov(offset as u32), full(b"mdat", &[&self.samples.concat()])].concat()
    }

    /// As a container that takes the first `prefix` bytes of each sample off would give it.
    pub fn demux(&self, prefix: usize) -> Fake<'_> {
        let stream = Stream {
            media: Media::Video,
            codec: self.codec,
            is_cover: false,
            time_base: (1, 25),
            configuration: &self.configuration,
            header_frames: None,
            has_dimensions: true,
        };
        let samples = self.samples.iter().map(Vec::as_slice).collect();
        Fake { streams: vec![stream], samples, prefix }
    }
}

/// A walk over samples that are there.
pub struct Fake<'a> {
    streams: Vec<Stream<'a>>,
    pub samples: Vec<&'a [u8]>,
    prefix: usize,
}

impl<'a> Demux<'a> for Fake<'a> {
    type Samples = std::vec::IntoIter<Result<Sample<'a>, Declined>>;

    fn streams(&self) -> &[Stream<'a>] {
        &self.streams
    }

    fn is_complete(&self) -> bool {
        true
    }

    fn count(&self, _: usize, _: Pace) -> Result<Counted, Stop> {
        Err(Stop::Ended(error::Error::internal("not asked for")))
    }

    fn samples(&self, _: usize) -> Self::Samples {
        let samples = self.samples.iter().map(|bytes| {
            let (prefix, rest) = bytes.split_at(self.prefix.min(bytes.len()));
            let data = if self.prefix == 0 { Data::Whole(bytes) } else { Data::Prefixed(prefix, rest) };
            Ok(Sample { offset: 0, pts: None, dts: None, duration: 0, key: false, discard: false, data })
        });
        samples.collect::<Vec<_>>().into_iter()
    }
}

/// A sample out of units.
pub fn sample(width: usize, units: &[&[u8]]) -> Vec<u8> {
    units.iter().flat_map(|unit| [&unit.len().to_be_bytes()[8 - width..], unit].concat()).collect()
}

/// An H.264 configuration.
pub fn avcc(width: usize, sps: &[&[u8]], pps: &[&[u8]]) -> Vec<u8> {
    let list = |units: &[&[u8]]| sample(2, units);
    let start = [1, 66, 0, 30, 0xfc | (width as u8 - 1), 0xe0 | sps.len() as u8];
    [&start[..], &list(sps), &[pps.len() as u8], &list(pps)].concat()
}

/// An HEVC configuration.
pub fn hvcc(width: usize, arrays: &[(u8, &[&[u8]])]) -> Vec<u8> {
    let mut bytes = vec![1; 21];
    bytes.extend([0xfc | (width as u8 - 1), arrays.len() as u8]);
    for (kind, units) in arrays {
        bytes.extend([*kind, 0, units.len() as u8]);
        bytes.extend(sample(2, units));
    }
    bytes
}

/// A unit of this kind with `size` bytes.
pub fn unit(codec: Codec, kind: u8, size: usize, random: &mut Random) -> Vec<u8> {
    let header = if codec == Codec::Hevc { kind << 1 } else { 0x60 | kind };
    (0..size).map(|at| if at == 0 { header } else { random.below(256) as u8 }).collect()
}

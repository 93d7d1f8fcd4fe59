//! Tracks: which of them become streams, and what their blocks are to be read with.

use super::codecs::{self, Rule, Treatment};
use super::ebml::Child;
use super::number::{gcd, whole};
use super::schema as id;
use crate::walk::bytes::length;
use crate::walk::{Codec, Declined, Media, Reason, Stream};

/// What stands between a frame in the file and a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Encoding<'a> {
    Plain,
    /// All frames begin with these bytes, which are left out of them.
    Stripped(&'a [u8]),
    Compressed,
}

#[derive(Clone, Debug)]
pub struct Track<'a> {
    pub number: u64,
    /// The stream that it becomes, if any; else its blocks are passed over.
    pub stream: Option<usize>,
    pub is_video: bool,
    pub is_subtitle: bool,
    pub treatment: Treatment,
    pub encoding: Encoding<'a>,
    pub configuration: &'a [u8],
    /// Time stamps of clusters are divided by this.
    pub scale: f64,
    /// In the units of the stream.
    pub delay: u64,
    /// Of a frame, in nanoseconds; 0 where it is not told.
    pub default_duration: u64,
    /// Sound of 48 000 samples in a second.
    pub is_48k: bool,
}

/// The elements of a track as they are read; libavformat's values where they are left out.
struct Entry<'a> {
    number: u64,
    kind: u64,
    codec: Option<&'a [u8]>,
    private: &'a [u8],
    delay: u64,
    default_duration: u64,
    scale: f64,
    frame_rate: f64,
    width: u64,
    height: u64,
    sampling: f64,
    output_sampling: f64,
    encodings: u32,
    scope: u64,
    /// 0: compressed; else encrypted.
    encoding_type: u64,
    algorithm: u64,
    settings: &'a [u8],
}

/// Reads a TrackEntry. `streams` gains a stream if it becomes one.
pub fn track<'a>(
    entry: &Child<'a>,
    timestamp_scale: u64,
    avformat_major: u32,
    streams: &mut Vec<Stream<'a>>,
) -> Result<Track<'a>, Declined> {
    let entry = read(entry)?;
    let mut track = Track {
        number: entry.number,
        stream: None,
        is_video: entry.kind == id::TYPE_VIDEO,
        is_subtitle: entry.kind == id::TYPE_SUBTITLE,
        treatment: Treatment { codec: Codec::Other, rule: Rule::Unknown, parsed: false },
        encoding: Encoding::Plain,
        configuration: entry.private,
        scale: 1.0,
        delay: 0,
        default_duration: entry.default_duration,
        is_48k: entry.sampling == 48_000.0 && [0.0, 48_000.0].contains(&entry.output_sampling),
    };
    let Some(codec) = entry.codec.filter(|codec| fits(entry.kind, codec)) else { return Ok(track) };
    if entry.kind == id::TYPE_VIDEO && track.default_duration == 0 && entry.frame_rate > 0.0 {
        track.default_duration =
            whole(1e9 / entry.frame_rate).ok_or(Declined::structure("a frame rate that is none"))?;
    }
    track.encoding = encoding(&entry)?;
    track.treatment = treatment(&entry, codec, avformat_major)?;
    if track.treatment.rule == Rule::Ac3 && entry.sampling == 8000.0 {
        // Not believed, since writers leave the sampling frequency out.
        track.default_duration = 0;
    }
    let (time_base, scale) = time_base(entry.scale, timestamp_scale)?;
    track.scale = scale;
    track.delay = delay(entry.delay, time_base).ok_or(Declined::structure("a codec delay out of all bounds"))?;
    track.stream = Some(streams.len());
    streams.push(Stream {
        media: if entry.kind == id::TYPE_VIDEO { Media::Video } else { Media::Other },
        codec: track.treatment.codec,
        is_cover: false,
        time_base,
        configuration: track.configuration,
        header_frames: None,
        has_dimensions: [entry.width, entry.height].iter().all(|pixels| i32::try_from(*pixels).is_ok_and(|n| n > 0)),
    });
    Ok(track)
}

fn read<'a>(entry: &Child<'a>) -> Result<Entry<'a>, Declined> {
    let mut read = Entry {
        number: 0,
        kind: 0,
        codec: None,
        private: &[],
        delay: 0,
        default_duration: 0,
        scale: 1.0,
        frame_rate: 0.0,
        width: 0,
        height: 0,
        sampling: 0.0,
        output_sampling: 0.0,
        encodings: 0,
        scope: 1,
        encoding_type: 0,
        algorithm: 0,
        settings: &[],
    };
    for child in entry.children() {
        let child = child?;
        match child.id {
            id::TRACK_NUMBER => read.number = child.uint(0),
            id::TRACK_TYPE => read.kind = child.uint(0),
            id::CODEC_ID => read.codec = Some(child.text()),
            id::CODEC_PRIVATE => read.private = child.body,
            id::CODEC_DELAY => read.delay = child.uint(0),
            id::DEFAULT_DURATION => read.default_duration = child.uint(0),
            id::TRACK_TIMESTAMP_SCALE => read.scale = child.float(1.0),
            id::VIDEO => read.video(&child)?,
            id::AUDIO => read.audio(&child)?,
            id::CONTENT_ENCODINGS => {
                for encoding in child.children() {
                    let encoding = encoding?;
                    if encoding.id == id::CONTENT_ENCODING {
                        read.encodings = read.encodings.saturating_add(1);
                        read.encoding(&encoding)?;
                    }
                }
            }
            id::ADDITION_MAPPING => mapping(&child)?,
            _ => {}
        }
    }
    Ok(read)
}

impl<'a> Entry<'a> {
    fn video(&mut self, video: &Child<'a>) -> Result<(), Declined> {
        // Of a second one libavformat keeps nothing that the first said.
        (self.frame_rate, self.width, self.height) = (0.0, 0, 0);
        for child in video.children() {
            let child = child?;
            match child.id {
                id::FRAME_RATE => self.frame_rate = child.float(0.0),
                id::PIXEL_WIDTH => self.width = child.uint(0),
                id::PIXEL_HEIGHT => self.height = child.uint(0),
                id::PROJECTION => projection(&child)?,
                _ => {}
            }
        }
        Ok(())
    }

    fn audio(&mut self, audio: &Child<'a>) -> Result<(), Declined> {
        (self.sampling, self.output_sampling) = (8000.0, 0.0);
        for child in audio.children() {
            let child = child?;
            match child.id {
                id::SAMPLING_FREQUENCY => self.sampling = child.float(8000.0),
                id::OUTPUT_SAMPLING_FREQUENCY => self.output_sampling = child.float(0.0),
                _ => {}
            }
        }
        if !(0.0..=f64::from(i32::MAX)).contains(&self.sampling) {
            self.sampling = 8000.0;
        }
        Ok(())
    }

    fn encoding(&mut self, encoding: &Child<'a>) -> Result<(), Declined> {
        for child in encoding.children() {
            let child = child?;
            match child.id {
                id::ENCODING_SCOPE => self.scope = child.uint(1),
                id::ENCODING_TYPE => self.encoding_type = child.uint(0),
                id::COMPRESSION => {
                    self.algorithm = 0;
                    for child in child.children() {
                        let child = child?;
                        match child.id {
                            id::COMPRESSION_ALGORITHM => self.algorithm = child.uint(0),
                            id::COMPRESSION_SETTINGS => self.settings = child.body,
                            _ => {}
                        }
                    }
                }
                _ => {}
            }
        }
        Ok(())
    }
}

/// Whether a track of this kind can have such a codec: else it becomes no stream.
fn fits(kind: u64, codec: &[u8]) -> bool {
    matches!(
        (kind, codec.first()),
        (id::TYPE_VIDEO, Some(b'V'))
            | (id::TYPE_AUDIO, Some(b'A'))
            | (id::TYPE_SUBTITLE | id::TYPE_METADATA, Some(b'S' | b'D'))
    )
}

fn encoding<'a>(entry: &Entry<'a>) -> Result<Encoding<'a>, Declined> {
    if entry.encodings == 0 {
        return Ok(Encoding::Plain);
    }
    if entry.encodings > 1 {
        return Err(Declined::structure("several encodings of one track"));
    }
    if entry.encoding_type != 0 {
        // libavformat gives encrypted packets as they are, and only notes the key; without a key it says that it
        // cannot, and gives them all the same.
        return Ok(Encoding::Plain);
    }
    if entry.scope & 2 != 0 && !entry.private.is_empty() {
        return Err(Declined::structure("a compressed codec header"));
    }
    match (entry.algorithm, entry.scope & 1) {
        (0..=3, 0) => Ok(Encoding::Plain),
        (3, _) if entry.settings.is_empty() => Ok(Encoding::Plain),
        (3, _) => Ok(Encoding::Stripped(entry.settings)),
        (0..=2, _) => Ok(Encoding::Compressed),
        _ => Err(Declined::structure("a compression that is not known")),
    }
}

fn treatment(entry: &Entry, codec: &[u8], avformat_major: u32) -> Result<Treatment, Declined> {
    let unknown = Treatment { codec: Codec::Other, rule: Rule::Unknown, parsed: true };
    match codec {
        b"V_MS/VFW/FOURCC" if entry.private.len() >= 40 => {
            let name = entry.private.get(16..20).unwrap_or_default();
            let named = codecs::by_four_characters(name);
            named.ok_or(Declined::structure("a codec of Windows that is not known"))
        }
        b"A_MS/ACM" if entry.private.len() >= 14 => {
            // libavformat does not open a file with a wave header that it cannot use.
            let tag = entry.private.get(0..2).unwrap_or_default();
            let rate = entry.private.get(4..8).and_then(|rate| rate.first_chunk::<4>()).copied();
            let usable = tag != [0x65, 0x01] && rate.is_some_and(|rate| i32::from_le_bytes(rate) > 0);
            usable.then_some(unknown).ok_or(Declined::structure("a wave header that is not known"))
        }
        b"V_QUICKTIME" => Err(Declined::structure("a codec of QuickTime")),
        _ if codec.starts_with(b"A_TTA1") && !(0.0..=f64::from(i32::MAX)).contains(&entry.output_sampling) => {
            Err(Declined::structure("a sampling frequency that is none"))
        }
        _ if codec.starts_with(b"A_REAL/") => Err(Declined::structure("a codec of RealAudio")),
        _ => Ok(codecs::by_id(codec, avformat_major)),
    }
}

/// libavformat does not open a file with a projection that it cannot read.
fn projection(projection: &Child) -> Result<(), Declined> {
    let (mut kind, mut private) = (0, &[][..]);
    for child in projection.children() {
        let child = child?;
        match child.id {
            id::PROJECTION_TYPE => kind = child.uint(0),
            id::PROJECTION_PRIVATE => private = child.body,
            _ => {}
        }
    }
    let fine = match (kind, private.len()) {
        (0, _) | (1, 0) | (2, 12) => true,
        // The lower and right bounds, kept from running over.
        (1, 20) => private.iter().skip(4).step_by(4).all(|byte| *byte < 0x80),
        _ => false,
    };
    if fine { Ok(()) } else { Err(Declined::structure("a projection that is not known")) }
}

fn mapping(mapping: &Child) -> Result<(), Declined> {
    let (mut kind, mut data) = (0, 0);
    for child in mapping.children() {
        let child = child?;
        match child.id {
            id::ADDITION_TYPE => kind = child.uint(0),
            id::ADDITION_EXTRA_DATA => data = length(child.body),
            _ => {}
        }
    }
    // dvcC and dvvC: Dolby Vision's header.
    if matches!(kind, 0x6476_6343 | 0x6476_7643) && data < 5 {
        return Err(Declined::damaged("a Dolby Vision header that is cut"));
    }
    Ok(())
}

/// The stream's time base, and the track's own scale as far as libavformat believes it.
fn time_base(scale: f64, timestamp_scale: u64) -> Result<((u32, u32), f64), Declined> {
    let odd = Declined::structure("a time scale out of all bounds");
    let scale = if scale < 0.01 { 1.0 } else { scale };
    let unit = u32::try_from(timestamp_scale).map_err(|_| odd)?;
    let units = whole(f64::from(unit) * scale).filter(|units| (1..=0x7fff_ffff).contains(units)).ok_or(odd)?;
    let units = u32::try_from(units).map_err(|_| odd)?;
    let per_second = 1_000_000_000;
    let common = gcd(units, per_second);
    let reduced = units.checked_div(common).zip(per_second.checked_div(common)).ok_or(odd)?;
    Ok((reduced, scale))
}

/// From nanoseconds to the stream's units, to the nearest.
fn delay(nanoseconds: u64, (numerator, denominator): (u32, u32)) -> Option<u64> {
    let nanoseconds = u128::from(u64::try_from(i64::try_from(nanoseconds).ok()?).ok()?);
    let unit = u128::from(numerator).checked_mul(1_000_000_000)?;
    let scaled = nanoseconds.checked_mul(u128::from(denominator))?.checked_add(unit.checked_div(2)?)?;
    u64::try_from(scaled.checked_div(unit)?).ok().filter(|delay| *delay < 1 << 50)
}

pub fn within_limit(streams: usize, max_streams: u64) -> Result<(), Declined> {
    if u64::try_from(streams).is_ok_and(|count| count <= max_streams) {
        return Ok(());
    }
    Err(Declined::new(Reason::Limit, "more streams than are allowed"))
}

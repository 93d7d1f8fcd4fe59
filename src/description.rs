//! What a container holds, in plain values: what a probe finds out and hosts are shown. Texts are FFmpeg's own names.

#![forbid(unsafe_code)]

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rational {
    pub num: i32,
    pub den: i32,
}

impl Rational {
    /// A number of units of this size, in seconds.
    pub fn seconds(self, units: i64) -> f64 {
        // FFmpeg computes with doubles here: what they cannot hold it does not show either.
        #[allow(clippy::cast_precision_loss)]
        let units = units as f64;
        units * (f64::from(self.num) / f64::from(self.den))
    }
}

/// A key and its value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tag {
    pub key: String,
    pub value: String,
}

#[derive(Clone, Debug, Default)]
pub struct Description {
    pub container: Container,
    pub streams: Vec<Stream>,
    pub chapters: Vec<Chapter>,
    pub programs: Vec<Program>,
}

/// Times are in microseconds.
#[derive(Clone, Debug, Default)]
pub struct Container {
    /// The demuxer's names, separated by commas.
    pub name: String,
    pub long_name: Option<String>,
    pub start: Option<i64>,
    pub duration: Option<i64>,
    /// Bits per second.
    pub bit_rate: Option<i64>,
    /// Bytes.
    pub size: Option<u64>,
    /// How sure FFmpeg's probing was, of 100; 0 where the host named the format.
    pub probe_score: i32,
    pub tags: Vec<Tag>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[repr(i32)]
pub enum Kind {
    #[default]
    Unknown = 0,
    Video = 1,
    Audio = 2,
    Subtitle = 3,
    Data = 4,
    Attachment = 5,
}

/// Times are in units of the stream's time base.
#[derive(Clone, Debug, Default)]
pub struct Stream {
    pub index: i32,
    /// The container's own number for it, where it has one that means something.
    pub id: Option<i32>,
    pub kind: Kind,
    pub codec: Option<String>,
    pub codec_long_name: Option<String>,
    pub profile: Option<i32>,
    pub profile_name: Option<String>,
    pub level: Option<i32>,
    pub codec_tag: u32,
    pub codec_tag_text: String,
    /// What a decoder needs to know beforehand: FFmpeg's extradata.
    pub configuration: Vec<u8>,
    pub time_base: Rational,
    pub start: Option<i64>,
    pub duration: Option<i64>,
    pub base_frame_rate: Rational,
    pub frame_rate: Rational,
    /// Bits per second.
    pub bit_rate: Option<i64>,
    pub max_bit_rate: Option<i64>,
    pub bits_per_raw_sample: Option<i32>,
    /// What the header says.
    pub frames: Option<i64>,
    /// FFmpeg's AV_DISPOSITION_ bits.
    pub disposition: i32,
    pub tags: Vec<Tag>,
    pub side_data: Vec<SideData>,
    /// An attached picture's bytes.
    pub picture: Vec<u8>,
    pub video: Option<Video>,
    pub audio: Option<Audio>,
    /// Width and height of subtitles, where they have them.
    pub canvas: Option<(Option<i32>, Option<i32>)>,
    /// What the opened decoder says of itself.
    pub decoder_facts: Vec<Tag>,
}

#[derive(Clone, Debug, Default)]
pub struct Video {
    pub width: i32,
    pub height: i32,
    /// What only an opened decoder knows.
    pub decoded: Option<Decoded>,
    pub delay: i32,
    /// Zero where it is not known.
    pub sample_aspect_ratio: Rational,
    pub display_aspect_ratio: Rational,
    pub pixel_format: Option<String>,
    pub color_range: Option<String>,
    pub color_space: Option<String>,
    pub color_transfer: Option<String>,
    pub color_primaries: Option<String>,
    pub chroma_location: Option<String>,
    pub field_order: Option<&'static str>,
}

#[derive(Clone, Copy, Debug, Default)]
pub struct Decoded {
    pub coded_width: i32,
    pub coded_height: i32,
    pub closed_captions: bool,
    pub film_grain: bool,
    pub refs: i32,
}

#[derive(Clone, Debug, Default)]
pub struct Audio {
    pub sample_format: Option<String>,
    pub sample_rate: i32,
    pub channels: i32,
    pub channel_layout: Option<String>,
    pub bits_per_sample: i32,
}

/// Something about a stream that has a form of its own.
#[derive(Clone, Debug, Default)]
pub struct SideData {
    /// FFmpeg's number for it.
    pub kind: i32,
    pub name: String,
    pub bytes: Vec<u8>,
    /// What is in it, where that is known here.
    pub fields: Vec<(&'static str, Field)>,
    /// Degrees, of a display matrix.
    pub rotation: Option<i32>,
    pub mastering: Option<Mastering>,
    /// Content light level: of the brightest pixel, and of the brightest frame's average.
    pub light: Option<(u32, u32)>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Field {
    Number(i64),
    Text(String),
}

/// The display that a film was mastered on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Mastering {
    /// Red, green, blue, white: x and y.
    pub primaries: Option<[(Rational, Rational); 4]>,
    /// The least and the most, in candela per square metre.
    pub luminance: Option<(Rational, Rational)>,
}

/// Times are in units of the chapter's time base.
#[derive(Clone, Debug, Default)]
pub struct Chapter {
    pub id: i64,
    pub time_base: Rational,
    pub start: i64,
    pub end: i64,
    pub tags: Vec<Tag>,
}

#[derive(Clone, Debug, Default)]
pub struct Program {
    pub id: i32,
    pub number: i32,
    pub pmt_pid: i32,
    pub pcr_pid: i32,
    /// Numbers of streams.
    pub streams: Vec<i32>,
    pub tags: Vec<Tag>,
}

/// The value of a tag, whatever the case of its key.
pub fn tag<'t>(tags: &'t [Tag], key: &str) -> Option<&'t str> {
    tags.iter().find(|tag| tag.key.eq_ignore_ascii_case(key)).map(|tag| tag.value.as_str())
}

/// So many units of time in microseconds, to the nearest.
pub fn microseconds(units: i64, base: Rational) -> i64 {
    let (num, den) = (i128::from(base.num), i128::from(base.den).max(1));
    let scaled = i128::from(units).saturating_mul(num).saturating_mul(2_000_000).saturating_add(den);
    i64::try_from(scaled.div_euclid(den.saturating_mul(2))).unwrap_or(i64::MAX)
}

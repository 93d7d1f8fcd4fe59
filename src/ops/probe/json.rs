//! A description as text: the names and forms that ffprobe's JSON has.

use crate::description::{Audio, Chapter, Description, Field, Kind, Rational, SideData, Stream, Tag, Video};
use crate::error::{Error, Result};
use serde_json::{Map, Value};

/// As `ffprobe -show_format -show_streams -show_chapters -of json` writes it.
pub fn to_json(description: &Description) -> Result<Vec<u8>> {
    let mut root = Object::default();
    root.put("streams", list(&description.streams, stream));
    root.put("chapters", list(&description.chapters, chapter));
    root.put("format", format(description));
    let mut text = serde_json::to_vec_pretty(&root.value()).map_err(|error| Error::internal(error.to_string()))?;
    text.push(b'\n');
    Ok(text)
}

#[derive(Default)]
struct Object(Map<String, Value>);

impl Object {
    fn put(&mut self, name: &str, value: impl Into<Value>) {
        self.0.insert(name.to_owned(), value.into());
    }

    /// Leaves out what is not known, as ffprobe's JSON does.
    fn put_known<T>(&mut self, name: &str, value: Option<T>)
    where
        T: Into<Value>,
    {
        if let Some(value) = value {
            self.put(name, value);
        }
    }

    fn text_of(&mut self, name: &str, value: Option<impl ToString>) {
        self.put_known(name, value.map(|value| value.to_string()));
    }

    fn ratio(&mut self, name: &str, value: Rational, sign: char) {
        self.put(name, format!("{}{sign}{}", value.num, value.den));
    }

    fn seconds(&mut self, name: &str, units: Option<i64>, base: Rational) {
        self.put_known(name, units.map(|units| format!("{:.6}", base.seconds(units))));
    }

    fn tags(&mut self, tags: &[Tag]) {
        if !tags.is_empty() {
            let tags = tags.iter().map(|tag| (tag.key.clone(), Value::from(tag.value.clone())));
            self.put("tags", tags.collect::<Map<_, _>>());
        }
    }

    fn value(self) -> Value {
        Value::Object(self.0)
    }
}

fn list<T>(all: &[T], one: impl Fn(&T) -> Value) -> Value {
    all.iter().map(one).collect()
}

fn stream(stream: &Stream) -> Value {
    let mut object = Object::default();
    object.put("index", stream.index);
    object.put_known("codec_name", stream.codec.clone());
    if stream.codec.is_some() {
        object.put("codec_long_name", stream.codec_long_name.as_deref().unwrap_or("unknown"));
    }
    object
        .put_known("profile", stream.profile_name.clone().or_else(|| stream.profile.map(|number| number.to_string())));
    object.put_known("codec_type", kind(stream.kind));
    object.put("codec_tag_string", stream.codec_tag_text.clone());
    object.put("codec_tag", format!("0x{:04x}", stream.codec_tag));
    if let Some(video) = &stream.video {
        put_video(&mut object, video, stream);
    }
    if let Some(audio) = &stream.audio {
        put_audio(&mut object, audio);
    }
    if let Some((width, height)) = stream.canvas {
        object.put_known("width", width);
        object.put_known("height", height);
    }
    for fact in &stream.decoder_facts {
        object.put(&fact.key, fact.value.clone());
    }
    object.put_known("id", stream.id.map(|id| format!("0x{id:x}")));
    object.ratio("r_frame_rate", stream.base_frame_rate, '/');
    object.ratio("avg_frame_rate", stream.frame_rate, '/');
    object.ratio("time_base", stream.time_base, '/');
    object.put_known("start_pts", stream.start);
    object.seconds("start_time", stream.start, stream.time_base);
    object.put_known("duration_ts", stream.duration);
    object.seconds("duration", stream.duration, stream.time_base);
    object.text_of("bit_rate", stream.bit_rate);
    object.text_of("max_bit_rate", stream.max_bit_rate);
    object.text_of("bits_per_raw_sample", stream.bits_per_raw_sample);
    object.text_of("nb_frames", stream.frames);
    if !stream.configuration.is_empty() {
        object.put("extradata_size", stream.configuration.len());
    }
    object.put("disposition", dispositions(stream.disposition));
    object.tags(&stream.tags);
    if !stream.side_data.is_empty() {
        object.put("side_data_list", list(&stream.side_data, side_data));
    }
    object.value()
}

fn kind(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Video => Some("video"),
        Kind::Audio => Some("audio"),
        Kind::Subtitle => Some("subtitle"),
        Kind::Data => Some("data"),
        Kind::Attachment => Some("attachment"),
        Kind::Unknown => None,
    }
}

fn put_video(object: &mut Object, video: &Video, stream: &Stream) {
    object.put("width", video.width);
    object.put("height", video.height);
    if let Some(decoded) = video.decoded {
        object.put("coded_width", decoded.coded_width);
        object.put("coded_height", decoded.coded_height);
        object.put("closed_captions", i32::from(decoded.closed_captions));
        object.put("film_grain", i32::from(decoded.film_grain));
    }
    object.put("has_b_frames", video.delay);
    if video.sample_aspect_ratio.num != 0 {
        object.ratio("sample_aspect_ratio", video.sample_aspect_ratio, ':');
        object.ratio("display_aspect_ratio", video.display_aspect_ratio, ':');
    }
    object.put_known("pix_fmt", video.pixel_format.clone());
    // FFmpeg's number for "unknown" is shown as it is.
    object.put("level", stream.level.unwrap_or(-99));
    object.put_known("color_range", video.color_range.clone());
    object.put_known("color_space", video.color_space.clone());
    object.put_known("color_transfer", video.color_transfer.clone());
    object.put_known("color_primaries", video.color_primaries.clone());
    object.put_known("chroma_location", video.chroma_location.clone());
    object.put_known("field_order", video.field_order);
    object.put_known("refs", video.decoded.map(|decoded| decoded.refs));
}

fn put_audio(object: &mut Object, audio: &Audio) {
    object.put_known("sample_fmt", audio.sample_format.clone());
    object.put("sample_rate", audio.sample_rate.to_string());
    object.put("channels", audio.channels);
    object.put_known("channel_layout", audio.channel_layout.clone());
    object.put("bits_per_sample", audio.bits_per_sample);
}

/// The bits that ffprobe names.
const DISPOSITIONS: [(u32, &str); 17] = [
    (0, "default"),
    (1, "dub"),
    (2, "original"),
    (3, "comment"),
    (4, "lyrics"),
    (5, "karaoke"),
    (6, "forced"),
    (7, "hearing_impaired"),
    (8, "visual_impaired"),
    (9, "clean_effects"),
    (10, "attached_pic"),
    (11, "timed_thumbnails"),
    (16, "captions"),
    (17, "descriptions"),
    (18, "metadata"),
    (19, "dependent"),
    (20, "still_image"),
];

fn dispositions(bits: i32) -> Value {
    let mut object = Object::default();
    for (bit, name) in DISPOSITIONS {
        object.put(name, bits.checked_shr(bit).unwrap_or(0) & 1);
    }
    object.value()
}

fn side_data(data: &SideData) -> Value {
    let mut object = Object::default();
    object.put("side_data_type", data.name.clone());
    for (name, field) in &data.fields {
        match field {
            Field::Number(number) => object.put(name, *number),
            Field::Text(text) => object.put(name, text.clone()),
        }
    }
    object.value()
}

fn chapter(chapter: &Chapter) -> Value {
    let mut object = Object::default();
    object.put("id", chapter.id);
    object.ratio("time_base", chapter.time_base, '/');
    object.put("start", chapter.start);
    object.seconds("start_time", Some(chapter.start), chapter.time_base);
    object.put("end", chapter.end);
    object.seconds("end_time", Some(chapter.end), chapter.time_base);
    object.tags(&chapter.tags);
    object.value()
}

fn format(description: &Description) -> Value {
    const MICROSECONDS: Rational = Rational { num: 1, den: 1_000_000 };
    let container = &description.container;
    let mut object = Object::default();
    object.put("nb_streams", description.streams.len());
    object.put("nb_programs", description.programs.len());
    object.put("format_name", container.name.clone());
    object.put_known("format_long_name", container.long_name.clone());
    object.seconds("start_time", container.start, MICROSECONDS);
    object.seconds("duration", container.duration, MICROSECONDS);
    object.text_of("size", container.size);
    object.text_of("bit_rate", container.bit_rate);
    object.put("probe_score", container.probe_score);
    object.tags(&container.tags);
    object.value()
}

//! Side data of streams: bytes with a form of their own, which is read here as far as it is known.

use super::super::enums;
use super::super::ffmpeg as ff;
use super::names::text;
use crate::description::{Field, Mastering, Rational, SideData};
use crate::error::Result;
use libc::c_int;
use std::ptr::NonNull;

type Fields = Vec<(&'static str, Field)>;

/// What a stream has.
pub fn of(stream: NonNull<ff::AVStream>, parameters: NonNull<ff::AVCodecParameters>) -> Result<Vec<SideData>> {
    // SAFETY: a stream of an open container; its list is as long as it says.
    unsafe {
        let (stream, parameters) = (stream.as_ref(), parameters.as_ref());
        let count = u32::try_from(stream.nb_side_data).unwrap_or(0);
        let all = super::list(stream.side_data.cast_const(), count).map(|part| {
            let kind = enums::number(&raw const part.type_);
            let size = c_int::try_from(part.size).unwrap_or(0);
            Ok(one(kind, super::bytes(part.data, size)?, (parameters.width, parameters.height)))
        });
        all.collect()
    }
}

fn one(kind: c_int, bytes: Vec<u8>, (width, height): (i32, i32)) -> SideData {
    use ff::AVPacketSideDataType as Kind;
    let name = super::names::side_data(kind).to_string_lossy().into_owned();
    let mut data = SideData { kind, name, ..SideData::default() };
    let numbers = Numbers(&bytes);
    let is = |other: Kind| kind == other as c_int;
    if is(Kind::AV_PKT_DATA_DISPLAYMATRIX) {
        data.rotation = numbers.matrix().map(|matrix| rotation(&matrix));
        data.fields = numbers.matrix().zip(data.rotation).map(display_matrix).unwrap_or_default();
    } else if is(Kind::AV_PKT_DATA_STEREO3D) {
        data.fields = stereo(&numbers);
    } else if is(Kind::AV_PKT_DATA_SPHERICAL) {
        data.fields = spherical(&numbers, (width, height));
    } else if is(Kind::AV_PKT_DATA_MASTERING_DISPLAY_METADATA) {
        data.mastering = mastering(&numbers);
        data.fields = data.mastering.map(|mastering| mastering_fields(&mastering)).unwrap_or_default();
    } else if is(Kind::AV_PKT_DATA_CONTENT_LIGHT_LEVEL) {
        data.light = numbers.unsigned(0).zip(numbers.unsigned(1));
        let named = data
            .light
            .map(|(content, average)| vec![("max_content", number(content)), ("max_average", number(average))]);
        data.fields = named.unwrap_or_default();
    } else if is(Kind::AV_PKT_DATA_DOVI_CONF) {
        let names = [
            "dv_version_major",
            "dv_version_minor",
            "dv_profile",
            "dv_level",
            "rpu_present_flag",
            "el_present_flag",
            "bl_present_flag",
            "dv_bl_signal_compatibility_id",
        ];
        data.fields = names.into_iter().zip(&bytes).map(|(name, byte)| (name, number(*byte))).collect();
    } else if is(Kind::AV_PKT_DATA_AUDIO_SERVICE_TYPE) {
        data.fields = numbers.signed(0).map(|kind| ("service_type", number(kind))).into_iter().collect();
    } else if is(Kind::AV_PKT_DATA_MPEGTS_STREAM_ID) {
        data.fields = bytes.first().map(|id| ("id", number(*id))).into_iter().collect();
    } else if is(Kind::AV_PKT_DATA_AFD) {
        data.fields = bytes.first().map(|format| ("active_format", number(*format))).into_iter().collect();
    } else if is(Kind::AV_PKT_DATA_CPB_PROPERTIES) {
        let names = ["max_bitrate", "min_bitrate", "avg_bitrate", "buffer_size", "vbv_delay"];
        let values = (0..).map_while(|nth| numbers.long(nth));
        data.fields = names.into_iter().zip(values).map(|(name, value)| (name, Field::Number(value))).collect();
    } else if is(Kind::AV_PKT_DATA_SKIP_SAMPLES) && bytes.len() == 10 {
        data.fields = skipped(&bytes);
    }
    data.bytes = bytes;
    data
}

fn number(value: impl Into<i64>) -> Field {
    Field::Number(value.into())
}

/// A struct of FFmpeg's that is made of numbers, each of the size of an int unless said otherwise.
struct Numbers<'b>(&'b [u8]);

impl Numbers<'_> {
    fn signed(&self, nth: usize) -> Option<i32> {
        self.0.get(nth.checked_mul(4)?..)?.first_chunk().map(|bytes| i32::from_ne_bytes(*bytes))
    }

    fn unsigned(&self, nth: usize) -> Option<u32> {
        self.signed(nth).map(i32::cast_unsigned)
    }

    fn long(&self, nth: usize) -> Option<i64> {
        self.0.get(nth.checked_mul(8)?..)?.first_chunk().map(|bytes| i64::from_ne_bytes(*bytes))
    }

    fn rational(&self, nth: usize) -> Option<Rational> {
        Some(Rational { num: self.signed(nth)?, den: self.signed(nth.checked_add(1)?)? })
    }

    fn matrix(&self) -> Option<[i32; 9]> {
        let mut matrix = [0; 9];
        for (nth, value) in matrix.iter_mut().enumerate() {
            *value = self.signed(nth)?;
        }
        Some(matrix)
    }
}

fn rotation(matrix: &[i32; 9]) -> i32 {
    // SAFETY: nine numbers.
    let degrees = unsafe { ff::av_display_rotation_get(matrix.as_ptr()) };
    // As FFmpeg's own tools show it; a matrix that turns by nothing sensible has no number.
    #[allow(clippy::cast_possible_truncation)]
    if degrees.is_nan() { i32::MIN } else { degrees as i32 }
}

fn display_matrix((matrix, rotation): ([i32; 9], i32)) -> Fields {
    use std::fmt::Write;
    let mut rows = String::from("\n");
    for (nth, row) in matrix.chunks(3).enumerate() {
        // Writing to a text does not fail.
        let _ = write!(rows, "{nth:08x}: ");
        for value in row {
            let _ = write!(rows, " {value:>11}");
        }
        rows.push('\n');
    }
    vec![("displaymatrix", Field::Text(rows)), ("rotation", number(rotation))]
}

fn stereo(numbers: &Numbers) -> Fields {
    let (Some(kind), Some(flags)) = (numbers.unsigned(0), numbers.signed(1)) else { return Vec::new() };
    // SAFETY: takes a number; the result is static.
    let name = unsafe { text(ff::av_stereo3d_type_name(kind)) }.unwrap_or_default();
    vec![("type", Field::Text(name)), ("inverted", number(i32::from(flags & ff::AV_STEREO3D_FLAG_INVERT != 0)))]
}

fn spherical(numbers: &Numbers, size: (i32, i32)) -> Fields {
    let values = |range: std::ops::Range<usize>| range.map(|nth| numbers.signed(nth)).collect::<Option<Vec<_>>>();
    let (Some(all), Some(bounds)) = (values(0..4), values(4..9)) else { return Vec::new() };
    let ([projection, yaw, pitch, roll], [left, top, right, bottom, padding]) = (&*all, &*bounds) else {
        return Vec::new();
    };
    // SAFETY: takes a number; the result is static.
    let name = unsafe { text(ff::av_spherical_projection_name(*projection)) }.unwrap_or_default();
    let mut fields = vec![("projection", Field::Text(name))];
    if *projection == ff::AVSphericalProjection::AV_SPHERICAL_CUBEMAP as c_int {
        fields.push(("padding", number(padding.cast_unsigned())));
    } else if *projection == ff::AVSphericalProjection::AV_SPHERICAL_EQUIRECTANGULAR_TILE as c_int {
        let (across, down) = (tile(*left, *right, size.0), tile(*top, *bottom, size.1));
        let bounds =
            [("bound_left", across.0), ("bound_top", down.0), ("bound_right", across.1), ("bound_bottom", down.1)];
        fields.extend(bounds.map(|(name, value)| (name, Field::Number(value))));
    }
    let degrees = |value: i32| number(value.checked_div(1 << 16).unwrap_or(0));
    fields.extend([("yaw", degrees(*yaw)), ("pitch", degrees(*pitch)), ("roll", degrees(*roll))]);
    fields
}

/// How much a tile lacks on each side of the whole sphere, in pixels; the bounds are parts of 2^32.
fn tile(before: i32, behind: i32, shown: i32) -> (i64, i64) {
    let (before, behind) = (i128::from(before.cast_unsigned()), i128::from(behind.cast_unsigned()));
    let most = i128::from(u32::MAX);
    let whole = i128::from(shown).saturating_mul(most).checked_div(most - before - behind).unwrap_or(0);
    let ahead = whole.saturating_mul(before).saturating_add(most - 1).checked_div(most).unwrap_or(0);
    let left = |value: i128| i64::try_from(value).unwrap_or(0);
    (left(ahead), left(whole - i128::from(shown) - ahead))
}

fn mastering(numbers: &Numbers) -> Option<Mastering> {
    let point = |nth: usize| Some((numbers.rational(nth)?, numbers.rational(nth.checked_add(2)?)?));
    let has = |nth: usize| numbers.signed(nth).is_some_and(|value| value != 0);
    let (red, green, blue, white) = (point(0)?, point(4)?, point(8)?, point(12)?);
    let luminance = (numbers.rational(16)?, numbers.rational(18)?);
    Some(Mastering { primaries: has(20).then_some([red, green, blue, white]), luminance: has(21).then_some(luminance) })
}

fn mastering_fields(mastering: &Mastering) -> Fields {
    let ratio = |value: Rational| Field::Text(format!("{}/{}", value.num, value.den));
    let names = [("red_x", "red_y"), ("green_x", "green_y"), ("blue_x", "blue_y"), ("white_point_x", "white_point_y")];
    let mut fields = Vec::new();
    for ((x_name, y_name), (x, y)) in names.into_iter().zip(mastering.primaries.into_iter().flatten()) {
        fields.extend([(x_name, ratio(x)), (y_name, ratio(y))]);
    }
    if let Some((least, most)) = mastering.luminance {
        fields.extend([("min_luminance", ratio(least)), ("max_luminance", ratio(most))]);
    }
    fields
}

fn skipped(bytes: &[u8]) -> Fields {
    let long = |at: usize| bytes.get(at..).and_then(|rest| rest.first_chunk().map(|four| u32::from_le_bytes(*four)));
    let byte = |at: usize| bytes.get(at).copied().unwrap_or(0);
    vec![
        ("skip_samples", number(long(0).unwrap_or(0))),
        ("discard_padding", number(long(4).unwrap_or(0))),
        ("skip_reason", number(byte(8))),
        ("discard_reason", number(byte(9))),
    ]
}

//! What the frames themselves say: whether they are key frames, and whether libavformat's parser leaves them whole.

use super::codecs::Rule;
use crate::walk::Declined;
use crate::walk::codec::{h264, vpx};

/// How one stream's frames, looked at in their order, are told to be key frames.
pub enum Frames {
    /// By the container.
    Container,
    /// All are.
    Key,
    Theora,
    H264(h264::LengthPrefixed),
    Vpx(vpx::Keys),
    Unknown(Declined),
}

impl Frames {
    pub fn new(rule: Rule, configuration: &[u8]) -> Self {
        match rule {
            Rule::Container => Frames::Container,
            Rule::Key | Rule::Ac3 | Rule::Mp2 | Rule::Opus => Frames::Key,
            Rule::Theora => Frames::Theora,
            Rule::H264 => h264::LengthPrefixed::new(configuration).map_or_else(Frames::Unknown, Frames::H264),
            Rule::Vp8 => Frames::Vpx(vpx::Keys::vp8()),
            Rule::Vp9 => Frames::Vpx(vpx::Keys::vp9()),
            Rule::Counted | Rule::Unknown => {
                Frames::Unknown(Declined::structure("a codec whose key frames only libavformat knows"))
            }
        }
    }

    /// Whether libavformat's packet of this frame is a key frame. `flagged`: the container says so.
    pub fn is_key(&mut self, frame: &[u8], flagged: bool) -> Result<bool, Declined> {
        match self {
            Frames::Container => Ok(flagged),
            Frames::Key => Ok(true),
            Frames::Theora => Ok(frame.first().is_none_or(|first| first & 0x40 == 0)),
            Frames::H264(units) => units.is_key(frame),
            Frames::Vpx(keys) => Ok(keys.is_key(frame)),
            Frames::Unknown(declined) => Err(*declined),
        }
    }
}

/// What libavformat's parser must find in a frame to give it out as it is.
pub struct Whole {
    rule: Rule,
    /// Opus in several streams, all but the last with their sizes told.
    is_multistream: bool,
}

impl Whole {
    pub fn new(rule: Rule, configuration: &[u8]) -> Result<Self, Declined> {
        let is_multistream = rule == Rule::Opus
            && opus_streams(configuration).ok_or(Declined::structure("an Opus header that is not known"))? > 1;
        Ok(Whole { rule, is_multistream })
    }

    /// Nothing has to be found.
    pub fn is_given(&self) -> bool {
        !matches!(self.rule, Rule::Ac3 | Rule::Mp2 | Rule::Opus)
    }

    /// How many samples are in a packet, at 48 kHz, where its parser finds that.
    pub fn samples(&self, frame: &[u8]) -> Option<u64> {
        (self.rule == Rule::Opus)
            .then(|| opus(frame, self.is_multistream))
            .flatten()
            .and_then(|samples| u64::try_from(samples).ok())
    }

    pub fn check(&self, frame: &[u8]) -> Result<(), Declined> {
        let whole = match self.rule {
            Rule::Ac3 => ac3_size(frame) == Some(frame.len()),
            Rule::Mp2 => is_mpeg_audio(frame),
            Rule::Opus => is_opus(frame, self.is_multistream),
            _ => true,
        };
        if whole { Ok(()) } else { Err(Declined::structure("a frame that libavformat would cut up, join or drop")) }
    }
}

/// The size that an AC-3 frame's header tells.
fn ac3_size(frame: &[u8]) -> Option<usize> {
    const KILOBITS: [usize; 19] =
        [32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320, 384, 448, 512, 576, 640];
    let &[0x0b, 0x77, _, _, rate_and_size, version, _, _] = frame.first_chunk::<8>()? else { return None };
    if version >> 3 > 10 {
        return None;
    }
    let code = usize::from(rate_and_size & 0x3f);
    let kilobits = *KILOBITS.get(code >> 1)?;
    let words = match rate_and_size >> 6 {
        0 => kilobits.checked_mul(2),
        1 => kilobits.checked_mul(320)?.checked_div(147)?.checked_add(code & 1),
        2 => kilobits.checked_mul(3),
        _ => None,
    };
    words?.checked_mul(2)
}

/// Whether a frame begins with a header of MPEG audio.
fn is_mpeg_audio(frame: &[u8]) -> bool {
    let Some(&[first, second, third, _]) = frame.first_chunk::<4>() else { return false };
    let (layer, rate, frequency) = (second & 0x06, third >> 4, third & 0x0c);
    first == 0xff && second & 0xe0 == 0xe0 && layer != 0 && !matches!(rate, 0 | 15) && frequency != 0x0c
}

/// How many streams an Opus header tells of; `None` for one that is not understood.
fn opus_streams(header: &[u8]) -> Option<u8> {
    if header.is_empty() {
        return Some(1);
    }
    let (version, channels, family) = (*header.get(8)?, *header.get(9)?, *header.get(18)?);
    if version > 15 || channels == 0 {
        return None;
    }
    if family == 0 {
        return (channels <= 2).then_some(1);
    }
    let &[streams, coupled] = header.get(19..)?.first_chunk::<2>()?;
    let together = streams.checked_add(coupled)?;
    let map = header.get(21..)?.get(..usize::from(channels))?;
    let sound = family == 1
        && channels <= 8
        && streams > 0
        && coupled <= streams
        && map.iter().all(|place| *place == 255 || *place < together);
    sound.then_some(streams)
}

/// Whether a packet is a sound Opus packet, by RFC 6716: frames of up to 1275 bytes, 120 ms together.
fn is_opus(packet: &[u8], sizes_told: bool) -> bool {
    opus(packet, sizes_told).is_some()
}

/// How many samples it holds, at 48 kHz.
fn opus(packet: &[u8], sizes_told: bool) -> Option<usize> {
    const MOST: usize = 1275;
    let (contents, mut rest) = packet.split_first()?;
    // Looks like the framing of transport streams.
    if packet.len() > 2 && *contents == 0x7f && rest.first().is_some_and(|second| second & 0xe0 == 0xe0) {
        return None;
    }
    let small = |size: usize| (size <= MOST).then_some(());
    let told = |rest: &mut &[u8]| if sizes_told { opus_size(rest).map(Some) } else { Some(None) };
    let frames = match contents & 3 {
        0 => {
            let size = told(&mut rest)?.unwrap_or(rest.len());
            rest.get(..size)?;
            small(size)?;
            1
        }
        1 => {
            let both = match told(&mut rest)? {
                Some(size) => size.checked_mul(2)?,
                None => rest.len(),
            };
            rest.get(..both)?;
            small(both >> 1).filter(|()| both & 1 == 0)?;
            2
        }
        2 => {
            let first = opus_size(&mut rest)?;
            let second = told(&mut rest)?;
            let second = second.or(rest.len().checked_sub(first))?;
            rest.get(..first.checked_add(second)?)?;
            small(second)?;
            2
        }
        _ => opus_many(&mut rest, sizes_told)?,
    };
    frames.checked_mul(opus_duration(contents >> 3)).filter(|samples| *samples <= 5760)
}

/// Up to 48 frames, of one size or each of its own, and padding.
fn opus_many(rest: &mut &[u8], sizes_told: bool) -> Option<usize> {
    let (head, after) = rest.split_first()?;
    *rest = after;
    let frames = usize::from(head & 0x3f);
    if !(1..=48).contains(&frames) {
        return None;
    }
    let padding = if head & 0x40 == 0 { 0 } else { opus_padding(rest)? };
    if head & 0x80 == 0 {
        let (each, all) = if sizes_told {
            let each = opus_size(rest)?;
            (each, each.checked_mul(frames)?)
        } else {
            let all = rest.len().checked_sub(padding)?;
            (all.checked_div(frames)?, all)
        };
        rest.get(..all.checked_add(padding)?)?;
        return (each <= 1275 && each.checked_mul(frames)? == all).then_some(frames);
    }
    let mut total = 0_usize;
    for _ in 1..frames {
        total = total.checked_add(opus_size(rest)?)?;
    }
    if sizes_told {
        total = total.checked_add(opus_size(rest)?)?;
    }
    rest.get(..total.checked_add(padding)?)?;
    Some(frames)
}

fn opus_size(rest: &mut &[u8]) -> Option<usize> {
    let (first, after) = rest.split_first()?;
    *rest = after;
    let first = usize::from(*first);
    if first < 252 {
        return Some(first);
    }
    let (second, after) = rest.split_first()?;
    *rest = after;
    usize::from(*second).checked_mul(4)?.checked_add(first)
}

fn opus_padding(rest: &mut &[u8]) -> Option<usize> {
    let mut padding = 0_usize;
    loop {
        let (byte, after) = rest.split_first()?;
        *rest = after;
        if *byte < 255 {
            return padding.checked_add(usize::from(*byte));
        }
        padding = padding.checked_add(254)?;
    }
}

/// Of one frame, in samples at 48 kHz.
fn opus_duration(configuration: u8) -> usize {
    let nth = |durations: [usize; 4]| durations.get(usize::from(configuration & 3)).copied().unwrap_or(960);
    match configuration {
        0..12 => nth([480, 960, 1920, 2880]),
        12..16 => nth([480, 960, 480, 960]),
        _ => nth([120, 240, 480, 960]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ac3_frames_tell_their_size() {
        let frame = |rate_and_size| ac3_size(&[0x0b, 0x77, 0, 0, rate_and_size, 0x40, 0, 0]);
        assert_eq!([frame(0x14), frame(0x54), frame(0x55), frame(0x94)], [Some(768), Some(834), Some(836), Some(1152)]);
        assert_eq!([frame(0xd4), frame(0x3f)], [None, None]);
        assert_eq!(ac3_size(&[0x0b, 0x77, 0, 0, 0x14, 0x80, 0, 0]), None, "E-AC-3");
    }

    #[test]
    fn opus_packets_are_sound_or_not() {
        assert!(is_opus(&[0xfc, 1, 2, 3], false));
        assert!(is_opus(&[0xfd, 1, 2], false) && !is_opus(&[0xfd, 1, 2, 3], false), "two of one size");
        assert!(is_opus(&[0xfe, 1, 9, 9], false) && !is_opus(&[0xfe, 9, 9, 9], false), "two of two sizes");
        assert!(is_opus(&[0xff, 0x03, 1, 2, 3], false) && !is_opus(&[0xff, 0x03, 1, 2], false), "three of one size");
        assert!(is_opus(&[0xff, 0x83, 1, 0, 7, 8], false) && !is_opus(&[0xff, 0x83, 1, 9, 7, 8], false));
        assert!(is_opus(&[0xff, 0x41, 2, 7, 0, 0], false) && !is_opus(&[0xff, 0x41, 9, 7, 0, 0], false), "padding");
        assert!(!is_opus(&[0x1b, 0x03, 1, 2, 3], false), "180 ms");
        assert!(is_opus(&[0xfc, 1, 2, 3], true) && !is_opus(&[0xfc, 3, 2], true), "with its size");
        assert!(!is_opus(&[0x7f, 0xe1, 1], false) && !is_opus(&[], false));
    }

    #[test]
    fn opus_headers_tell_of_streams() {
        let header = |family, rest: &[u8]| {
            let channels = if family == 0 { 2 } else { 6 };
            let head = [&b"OpusHead\x01"[..], &[channels, 0, 0, 0, 0, 0, 0, 0, 0, family], rest].concat();
            opus_streams(&head)
        };
        assert_eq!(header(0, &[]), Some(1));
        assert_eq!(header(1, &[4, 2, 0, 4, 1, 2, 3, 5]), Some(4));
        assert_eq!(header(1, &[4, 2, 0, 4, 1, 2, 3, 6]), None);
        assert_eq!(header(2, &[4, 2, 0, 4, 1, 2, 3, 5]), None);
        assert_eq!(opus_streams(b"OpusHead"), None);
    }

    #[test]
    fn mpeg_audio_begins_with_its_header() {
        assert!(is_mpeg_audio(&[0xff, 0xfd, 0xa4, 0]));
        assert!(!is_mpeg_audio(&[0xff, 0xf9, 0xa4, 0]) && !is_mpeg_audio(&[0xff, 0xfd, 0xac, 0]));
    }
}

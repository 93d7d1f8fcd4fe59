//! The beginning of a fragmented MP4: what it holds, and no sample yet.

use super::super::Declined;
use super::super::mp4::KeptTrack;
use super::boxes::{all, u16, u32, u64, within};

/// Units of the movie in a second.
const MOVIE: u32 = 1000;
const FULL: u32 = 0;
const IDENTITY: [u32; 9] = [0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x4000_0000];

/// `ftyp`, and `moov` around the tracks that `describe` has written.
pub fn begin(out: &mut Vec<u8>, tracks: &[u8], count: u32, texts: &[&[u8]]) {
    within(out, b"ftyp", |out| {
        out.extend_from_slice(b"iso5\0\0\x02\0iso5iso6mp41");
    });
    within(out, b"moov", |out| {
        within(out, b"mvhd", |out| {
            all(out, &[FULL, 0, 0, MOVIE, 0, 0x10000, 0x0100_0000, 0, 0]);
            all(out, &IDENTITY);
            all(out, &[0; 6]);
            u32(out, count.saturating_add(1));
        });
        out.extend_from_slice(tracks);
        within(out, b"mvex", |out| {
            for id in 1..=count {
                within(out, b"trex", |out| all(out, &[FULL, id, 1, 0, 0, 0]));
            }
        });
        if !texts.is_empty() {
            within(out, b"udta", |out| within(out, b"meta", |out| metadata(out, texts)));
        }
    });
}

fn metadata(out: &mut Vec<u8>, texts: &[&[u8]]) {
    u32(out, FULL);
    within(out, b"hdlr", |out| {
        all(out, &[FULL, 0]);
        out.extend_from_slice(b"mdirappl");
        out.extend_from_slice(&[0; 9]);
    });
    within(out, b"ilst", |out| texts.iter().for_each(|text| out.extend_from_slice(text)));
}

/// Writes the `trak` of one track. `first`: when its first sample is decoded, and how much later it is shown.
pub fn describe(
    out: &mut Vec<u8>,
    id: u32,
    track: &KeptTrack,
    enabled: bool,
    timescale: u32,
    first: (i64, i32),
) -> Result<(), Declined> {
    let edits = edits(timescale, first)?;
    within(out, b"trak", |out| {
        within(out, b"tkhd", |out| {
            // In the movie; enabled.
            all(out, &[2 | u32::from(enabled), 0, 0, id, 0, 0, 0, 0]);
            let sound = u16::from(!track.is_video);
            // Layer, group of alternatives, volume.
            [0, sound, sound.wrapping_mul(0x100), 0].iter().for_each(|part| u16(out, *part));
            out.extend_from_slice(track.geometry);
        });
        within(out, b"edts", |out| within(out, b"elst", |out| out.extend_from_slice(&edits)));
        within(out, b"mdia", |out| {
            within(out, b"mdhd", |out| {
                all(out, &[FULL, 0, 0, timescale, 0]);
                u16(out, track.language);
                u16(out, 0);
            });
            within(out, b"hdlr", |out| handler(out, track));
            within(out, b"minf", |out| media(out, track));
        });
    });
    Ok(())
}

/// What is left out before the first sample that is shown, or how long nothing is shown, as libavformat tells it.
fn edits(timescale: u32, (dts, composition): (i64, i32)) -> Result<Vec<u8>, Declined> {
    let far = || Declined::structure("a beginning so far from zero");
    let shown = dts.saturating_add(i64::from(composition));
    let delay = shown.saturating_mul(i64::from(MOVIE)).div_euclid(i64::from(timescale.max(1)));
    let mut out = Vec::new();
    let edit = |out: &mut Vec<u8>, duration: u32, start: u32| all(out, &[duration, start, 0x10000]);
    all(&mut out, &[FULL, if delay > 0 { 2 } else { 1 }]);
    let skipped = if delay > 0 {
        edit(&mut out, u32::try_from(delay).map_err(|_| far())?, u32::MAX);
        i64::from(composition)
    } else {
        dts.min(0).saturating_neg()
    };
    // Without a duration: all that comes.
    edit(&mut out, 0, u32::try_from(skipped).ok().filter(|start| *start < 1 << 31).ok_or_else(far)?);
    Ok(out)
}

fn handler(out: &mut Vec<u8>, track: &KeptTrack) {
    let (kind, usual) = if track.is_video { (b"vide", &b"VideoHandler"[..]) } else { (b"soun", &b"SoundHandler"[..]) };
    all(out, &[FULL, 0]);
    out.extend_from_slice(kind);
    all(out, &[0; 3]);
    out.extend_from_slice(if track.name.is_empty() { usual } else { track.name });
    out.push(0);
}

fn media(out: &mut Vec<u8>, track: &KeptTrack) {
    if track.is_video {
        within(out, b"vmhd", |out| {
            u32(out, 1);
            u64(out, 0);
        });
    } else {
        within(out, b"smhd", |out| u64(out, 0));
    }
    within(out, b"dinf", |out| {
        within(out, b"dref", |out| {
            all(out, &[FULL, 1]);
            // In this file.
            within(out, b"url ", |out| u32(out, 1));
        });
    });
    within(out, b"stbl", |out| {
        within(out, b"stsd", |out| out.extend_from_slice(track.descriptions));
        for empty in [b"stts", b"stsc"] {
            within(out, empty, |out| all(out, &[FULL, 0]));
        }
        within(out, b"stsz", |out| all(out, &[FULL, 0, 0]));
        within(out, b"stco", |out| all(out, &[FULL, 0]));
    });
}

//! What of a header another MP4 takes over as it is. All that libavformat would carry over and that is not in this list is
//! declined; what it would leave behind too is passed over.

use super::super::Declined;
use super::boxes::{Atom, Atoms};
use super::{Cursor, length};

/// Texts about the whole file that libavformat reads and writes under one name.
#[rustfmt::skip]
const TEXTS: [&[u8; 4]; 17] = [
    b"\xa9nam", b"\xa9ART", b"aART", b"\xa9wrt", b"\xa9alb", b"\xa9day", b"\xa9cmt", b"\xa9gen", b"cprt", b"\xa9grp",
    b"\xa9lyr", b"desc", b"ldes", b"tvsh", b"tven", b"tvnn", b"keyw",
];
/// A description's fields before its boxes, with the header.
const PICTURE_FIELDS: u64 = 86;
const SOUND_FIELDS: u64 = 36;
const IDENTITY: [u32; 9] = [0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x4000_0000];

/// What one track keeps.
#[derive(Clone, Copy, Debug)]
pub struct KeptTrack<'a> {
    pub is_video: bool,
    /// It is played unless somebody chooses otherwise.
    pub is_enabled: bool,
    /// How it is turned, and its width and height.
    pub geometry: &'a [u8],
    pub language: u16,
    /// The handler's name.
    pub name: &'a [u8],
    /// All of `stsd`, without its header.
    pub descriptions: &'a [u8],
    /// What kind of samples they are.
    pub format: [u8; 4],
    /// Sound: samples in a second, as the description says it.
    pub sample_rate: u32,
}

/// What a file keeps.
#[derive(Clone, Debug, Default)]
pub struct Kept<'a> {
    /// In the header's order.
    pub tracks: Vec<KeptTrack<'a>>,
    /// Items of `ilst`, with their headers.
    pub texts: Vec<&'a [u8]>,
}

/// Reads it. The file is known to be whole.
pub fn read(bytes: &[u8]) -> Result<Kept<'_>, Declined> {
    let mut kept = Kept::default();
    let mut has_header = false;
    for atom in Atoms::between(bytes, 0, length(bytes)) {
        // Zeros behind the last box are none.
        let Ok(atom) = atom else { break };
        match &atom.kind {
            b"moov" if !has_header => {
                read_header(&atom, bytes, &mut kept)?;
                has_header = true;
            }
            b"meta" => return Err(atom.structure("metadata of a file in no movie")),
            _ => {}
        }
    }
    Ok(kept)
}

fn read_header<'a>(moov: &Atom<'a>, bytes: &'a [u8], kept: &mut Kept<'a>) -> Result<(), Declined> {
    for atom in Atoms::inside(bytes, moov, 0) {
        let atom = atom?;
        match &atom.kind {
            b"mvhd" => check_movie(&atom)?,
            b"trak" => kept.tracks.push(read_track(&atom, bytes)?),
            b"udta" => read_user_data(&atom, bytes, kept)?,
            b"iods" | b"mvex" | b"free" | b"skip" => {}
            _ => return Err(atom.structure("a box of the movie that is not carried over here")),
        }
    }
    Ok(())
}

/// Turning all of the movie is not done here.
fn check_movie(atom: &Atom) -> Result<(), Declined> {
    let at = if atom.body.first() == Some(&1) { 48 } else { 36 };
    let matrix = atom.body.get(at..).and_then(|body| body.get(..36)).unwrap_or_default().as_chunks::<4>().0;
    if matrix.iter().map(|part| u32::from_be_bytes(*part)).eq(IDENTITY) {
        return Ok(());
    }
    Err(atom.structure("a movie that is turned as a whole"))
}

fn read_track<'a>(trak: &Atom<'a>, bytes: &'a [u8]) -> Result<KeptTrack<'a>, Declined> {
    let mut track = KeptTrack {
        is_video: false,
        is_enabled: false,
        geometry: &[],
        language: 0,
        name: &[],
        descriptions: &[],
        format: [0; 4],
        sample_rate: 0,
    };
    enter(trak, bytes, &mut track)?;
    Ok(track)
}

fn enter<'a>(atom: &Atom<'a>, bytes: &'a [u8], track: &mut KeptTrack<'a>) -> Result<(), Declined> {
    for inner in Atoms::inside(bytes, atom, 0) {
        let inner = inner?;
        match (&atom.kind, &inner.kind) {
            (b"trak", b"mdia") | (b"mdia", b"minf") | (b"minf", b"stbl") => enter(&inner, bytes, track)?,
            (b"trak", b"tkhd") => {
                let cut = || inner.damaged("a track's header cut off");
                let at = if inner.body.first() == Some(&1) { 52 } else { 40 };
                track.is_enabled = inner.body.get(3).is_some_and(|flags| flags & 1 != 0);
                track.geometry = inner.body.get(at..).and_then(|body| body.get(..44)).ok_or_else(cut)?;
            }
            (b"mdia", b"mdhd") => read_language(&inner, track)?,
            (b"mdia", b"hdlr") => read_handler(&inner, track)?,
            (b"stbl", b"stsd") => read_descriptions(&inner, bytes, track)?,
            // Edits are in the samples' times already; the tables are made anew.
            (b"trak", b"edts" | b"free") | (b"minf", b"vmhd" | b"smhd" | b"dinf") | (b"stbl", _) => {}
            _ => return Err(inner.structure("a box of a track that is not carried over here")),
        }
    }
    Ok(())
}

fn read_language(atom: &Atom, track: &mut KeptTrack) -> Result<(), Declined> {
    let at = if atom.body.first() == Some(&1) { 32 } else { 20 };
    let language = Cursor::new(atom.body.get(at..).unwrap_or_default()).u16();
    // Lower numbers are the Macintosh's, and 0x7fff is no language.
    track.language = language
        .filter(|language| (0x400..0x7fff).contains(language))
        .ok_or_else(|| atom.structure("a language that is not told by its letters"))?;
    Ok(())
}

fn read_handler<'a>(atom: &Atom<'a>, track: &mut KeptTrack<'a>) -> Result<(), Declined> {
    let (before, name) = atom.body.split_at_checked(24).ok_or_else(|| atom.damaged("a handler cut off"))?;
    track.is_video = match before.get(8..12) {
        Some(b"vide") => true,
        Some(b"soun") => false,
        _ => return Err(atom.structure("a track that is neither pictures nor sound")),
    };
    if before.get(..8) != Some(&[0; 8]) {
        return Err(atom.structure("QuickTime's kind of handler"));
    }
    let end = name.iter().position(|byte| *byte == 0).unwrap_or(name.len());
    track.name = name.get(..end).unwrap_or_default();
    Ok(())
}

fn read_descriptions<'a>(atom: &Atom<'a>, bytes: &'a [u8], track: &mut KeptTrack<'a>) -> Result<(), Declined> {
    let cut = || atom.damaged("a description cut off");
    if atom.body.get(..8) != Some(&[0, 0, 0, 0, 0, 0, 0, 1]) {
        return Err(atom.structure("several sample descriptions"));
    }
    let mut entries = Atoms::inside(bytes, atom, 8);
    let entry = entries.next().ok_or_else(cut)??;
    let fields = match (&entry.kind, track.is_video) {
        (b"avc1" | b"avc3" | b"hvc1" | b"hev1", true) => PICTURE_FIELDS,
        (b"mp4a", false) if entry.body.get(8..10) == Some(&[0, 0]) => SOUND_FIELDS,
        _ => return Err(entry.structure("a codec that is not carried over here")),
    };
    if entry.body.get(6..8) != Some(&[0, 1]) || entries.position() != atom.end() {
        return Err(entry.structure("a sample description that is not as usual"));
    }
    for inner in Atoms::inside(bytes, &entry, fields.saturating_sub(8)) {
        let inner = inner?;
        let is_usual = match &inner.kind {
            b"avcC" | b"hvcC" | b"pasp" | b"colr" | b"fiel" => track.is_video,
            b"esds" => !track.is_video,
            b"btrt" => true,
            _ => false,
        };
        if !is_usual {
            return Err(inner.structure("a box of a description that is not carried over here"));
        }
    }
    if !track.is_video {
        track.sample_rate = entry.body.get(24..26).map_or(0, |rate| Cursor::new(rate).u16().unwrap_or(0)).into();
    }
    (track.format, track.descriptions) = (entry.kind, atom.body);
    Ok(())
}

fn read_user_data<'a>(atom: &Atom<'a>, bytes: &'a [u8], kept: &mut Kept<'a>) -> Result<(), Declined> {
    for meta in Atoms::inside(bytes, atom, 0) {
        let meta = meta?;
        let is_itunes = meta.kind == *b"meta" && meta.body.get(20..24) == Some(b"mdir");
        if meta.kind == *b"free" {
            continue;
        }
        if !is_itunes {
            return Err(meta.structure("metadata that is not carried over here"));
        }
        for inner in Atoms::inside(bytes, &meta, 4) {
            let inner = inner?;
            match &inner.kind {
                b"hdlr" | b"free" => {}
                b"ilst" => read_list(&inner, bytes, kept)?,
                _ => return Err(inner.structure("metadata that is not carried over here")),
            }
        }
    }
    Ok(())
}

fn read_list<'a>(list: &Atom<'a>, bytes: &'a [u8], kept: &mut Kept<'a>) -> Result<(), Declined> {
    for item in Atoms::inside(bytes, list, 0) {
        let item = item?;
        match &item.kind {
            // libavformat names itself there; pictures are streams.
            b"\xa9too" | b"covr" => continue,
            kind if TEXTS.contains(&kind) => {}
            _ => return Err(item.structure("a tag that is not carried over here")),
        }
        let mut parts = Atoms::inside(bytes, &item, 0);
        let is_text =
            |part: &Atom| part.kind == *b"data" && part.body.get(..4) == Some(&[0, 0, 0, 1]) && part.body.len() > 8;
        let part = parts.next().transpose()?.filter(|part| is_text(part) && part.end() == item.end());
        let start = usize::try_from(item.offset).ok();
        let whole = start.zip(usize::try_from(item.end()).ok()).and_then(|(start, end)| bytes.get(start..end));
        let (Some(_), Some(whole)) = (part, whole) else {
            return Err(item.structure("a tag that is not plain text"));
        };
        kept.texts.push(whole);
    }
    Ok(())
}

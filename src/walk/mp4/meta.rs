//! `meta` and `udta`: cover pictures are streams; all else is passed over, if libavformat passes over it too.

use super::super::Declined;
use super::boxes::{Atom, Atoms, pass_over_known};
use super::{Cursor, length};

/// Longer lists of metadata are left alone.
const MAX_KEYS: u32 = 10_000;

/// A cover picture.
#[derive(Clone, Copy, Debug)]
pub struct Picture<'a> {
    pub offset: u64,
    pub data: &'a [u8],
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Found<'a> {
    pub pictures: Vec<Picture<'a>>,
}

impl Found<'_> {
    /// A picture in the midst of a track takes the rest of the track's boxes for its own.
    pub fn refuse_pictures(self) -> Result<(), Declined> {
        match self.pictures.first() {
            Some(picture) => Err(Declined::structure("a picture in a track").at(picture.offset)),
            None => Ok(()),
        }
    }
}

/// Reads a `udta`. `in_track`: the last stream is the track's.
pub fn read_user_data<'a>(atom: &Atom<'a>, bytes: &'a [u8], in_track: bool) -> Result<Found<'a>, Declined> {
    let mut found = Found::default();
    for inner in Atoms::inside(bytes, atom, 0) {
        let inner = inner?;
        match &inner.kind {
            b"meta" => found.pictures.extend(read(&inner, bytes, in_track)?.pictures),
            b"loci" => check_location(&inner)?,
            b"HMMT" => return Err(inner.structure("marks of a camera")),
            b"chpl" | b"kind" => {}
            _ if is_text(&inner.kind) && text_end(&inner) > length(bytes) => {
                return Err(inner.structure("a text at the very end"));
            }
            _ => pass_over_known(&inner, 0)?,
        }
    }
    Ok(found)
}

/// Texts that libavformat keeps.
fn is_text(kind: &[u8; 4]) -> bool {
    const NAMED: &[&[u8; 4]] = &[
        b"aART", b"akID", b"apID", b"catg", b"cpil", b"cprt", b"desc", b"disk", b"egid", b"FIRM", b"gnre", b"hdvd",
        b"keyw", b"ldes", b"manu", b"modl", b"pcst", b"pgap", b"purd", b"rtng", b"soaa", b"soal", b"soar", b"soco",
        b"sonm", b"sosn", b"stik", b"trkn", b"tven", b"tves", b"tvnn", b"tvsh", b"tvsn",
    ];
    matches!(kind, [0xa9 | b'@', ..]) || NAMED.contains(&kind)
}

/// Where libavformat stops to read a text: past the end of its box, if its size counts its own header.
fn text_end(atom: &Atom) -> u64 {
    let size = Cursor::new(atom.body).u16().map(u64::from).filter(|size| *size <= length(atom.body));
    size.map_or(atom.end(), |size| atom.content.saturating_add(4).saturating_add(size))
}

/// Reads a `meta`.
pub fn read<'a>(atom: &Atom<'a>, bytes: &'a [u8], in_track: bool) -> Result<Found<'a>, Declined> {
    let mut found = Found::default();
    // With a version and flags, as in MP4, or without, as in QuickTime.
    let Some(words) = atom.body.get(..12).map(|body| body.as_chunks::<4>().0) else { return Ok(found) };
    let is_handler = |index: usize| words.get(index) == Some(b"hdlr");
    let skipped = match (is_handler(1), is_handler(2)) {
        (true, _) => 0,
        (false, true) => 4,
        (false, false) => return Err(atom.structure("metadata without a handler")),
    };
    for inner in Atoms::inside(bytes, atom, skipped) {
        let inner = inner?;
        match &inner.kind {
            b"hdlr" => check_handler(&inner, in_track)?,
            b"keys" => check_keys(&inner)?,
            b"ilst" => read_list(&inner, bytes, &mut found)?,
            _ => pass_over_known(&inner, u32::MAX)?,
        }
    }
    Ok(found)
}

fn check_handler(atom: &Atom, in_track: bool) -> Result<(), Declined> {
    match atom.body.get(8..12) {
        None => Err(atom.damaged("a handler cut off")),
        Some(b"vide" | b"soun" | b"m1a " | b"subp" | b"clcp") if in_track => {
            Err(atom.structure("metadata with a handler for media"))
        }
        Some(_) => Ok(()),
    }
}

/// `keys`: names for the items of the list.
fn check_keys(atom: &Atom) -> Result<(), Declined> {
    let damaged = || atom.damaged("keys that do not fit their box");
    let mut cursor = Cursor::new(atom.body);
    if atom.body.len() < 8 {
        return Err(damaged());
    }
    cursor.u32().ok_or_else(damaged)?;
    let count = cursor.u32().filter(|count| *count <= MAX_KEYS).ok_or_else(damaged)?;
    for _ in 0..count {
        let size = cursor.u32().filter(|size| *size >= 8).ok_or_else(damaged)?;
        let kind = cursor.tag().ok_or_else(damaged)?;
        let key = cursor.take(u64::from(size).saturating_sub(8)).ok_or_else(damaged)?;
        if &kind != b"mdta" || key.starts_with(b"com.apple.quicktime.artwork") {
            return Err(atom.structure("a picture by name"));
        }
    }
    Ok(())
}

/// `ilst`: items, each with its data.
fn read_list<'a>(atom: &Atom<'a>, bytes: &'a [u8], found: &mut Found<'a>) -> Result<(), Declined> {
    for item in Atoms::inside(bytes, atom, 0) {
        let item = item?;
        match &item.kind {
            b"covr" => read_cover(&item, found)?,
            b"----" => {}
            b"loci" | b"HMMT" => return Err(item.structure("metadata in an unusual place")),
            _ => pass_over_known(&item, 0)?,
        }
    }
    Ok(())
}

/// `covr`: one picture or several.
fn read_cover<'a>(atom: &Atom<'a>, found: &mut Found<'a>) -> Result<(), Declined> {
    let mut cursor = Cursor::new(atom.body);
    // With one picture's own header and no more, nothing is left to read.
    while length(cursor.rest()) > 8 {
        let odd = || atom.structure("a picture that is not as usual");
        let at = atom.end().saturating_sub(length(cursor.rest())).saturating_add(16);
        let size = u64::from(cursor.u32().ok_or_else(odd)?);
        let tag = cursor.tag().ok_or_else(odd)?;
        let kind = cursor.u32().ok_or_else(odd)?;
        cursor.u32().ok_or_else(odd)?;
        let data = size.checked_sub(16).and_then(|size| cursor.take(size)).ok_or_else(odd)?;
        if &tag != b"data" || !matches!(kind, 0x0d | 0x0e | 0x1b) || data.is_empty() {
            return Err(odd());
        }
        found.pictures.push(Picture { offset: at, data });
    }
    if cursor.rest().is_empty() { Ok(()) } else { Err(atom.structure("bytes behind a picture")) }
}

/// `loci`: refused by libavformat, and the file with it, where it is too short.
fn check_location(atom: &Atom) -> Result<(), Declined> {
    let name = atom.body.get(6..).unwrap_or_default();
    let name_size = name.iter().position(|byte| *byte == 0).map(|end| end.saturating_add(1));
    let rest = name_size.map_or(0, |size| name.len().saturating_sub(size));
    if atom.body.len() >= 22 && rest >= 13 && name_size.is_some_and(|size| size < 100) {
        Ok(())
    } else {
        Err(atom.structure("a place that is not as usual"))
    }
}

//! `trak`: one track of the header.

use super::super::{Declined, Rules};
use super::boxes::{Atom, Atoms, pass_over_known};
use super::edits::{self, Edit};
use super::entry::{self, Context, Description};
use super::layout::{Layout, Track};
use super::tables::{Extent, Tables};
use super::tags::Kind;
use super::{Cursor, meta};
use std::sync::OnceLock;

/// What the track depends on beside its own boxes.
#[derive(Clone, Copy, Debug)]
pub struct Movie<'r, 'a> {
    pub bytes: &'a [u8],
    pub rules: &'r Rules,
    /// Units of time in a second.
    pub timescale: u32,
    pub quicktime: bool,
}

/// The boxes of a track as they come by.
struct Parts<'a> {
    id: Option<u32>,
    timescale: Option<u32>,
    announced: i64,
    kind: Kind,
    handled: bool,
    description: Option<Description<'a>>,
    tables: Tables<'a>,
    /// One bit for each of `ONCE`.
    seen: u32,
    edits: Vec<Edit>,
    chapters: Option<Vec<u32>>,
    /// Samples are grouped by open groups of pictures.
    grouped: bool,
}

/// What there may be only one of in a track.
const ONCE: [[u8; 4]; 17] = [
    *b"tkhd", *b"mdia", *b"mdhd", *b"hdlr", *b"minf", *b"dinf", *b"stbl", *b"stsd", *b"stts", *b"ctts", *b"stsc",
    *b"stsz", *b"stss", *b"stco", *b"edts", *b"elst", *b"tref",
];

/// The bit of such a box.
fn once(kind: &[u8; 4]) -> u32 {
    ONCE.iter().zip(0..).find(|(known, _)| *known == kind).map_or(0, |(_, nth)| 1 << nth)
}

/// Reads a `trak`.
pub fn read<'a>(atom: &Atom<'a>, movie: &Movie<'_, 'a>) -> Result<Track<'a>, Declined> {
    let mut parts = Parts {
        id: None,
        timescale: None,
        announced: 0,
        kind: Kind::Data,
        handled: false,
        description: None,
        tables: Tables::default(),
        seen: 0,
        edits: Vec::new(),
        chapters: None,
        grouped: false,
    };
    parts.enter(atom, movie)?;
    parts.finish(movie).map_err(|declined| declined.at(atom.offset))
}

impl<'a> Parts<'a> {
    fn enter(&mut self, atom: &Atom<'a>, movie: &Movie<'_, 'a>) -> Result<(), Declined> {
        for inner in Atoms::inside(movie.bytes, atom, 0) {
            let inner = inner?;
            match (&atom.kind, &inner.kind) {
                (b"trak", b"mdia" | b"edts" | b"tref") | (b"mdia", b"minf") | (b"minf", b"stbl" | b"dinf") => {
                    self.only_once(&inner)?;
                    self.enter(&inner, movie)?;
                }
                (b"trak", b"meta") => meta::read(&inner, movie.bytes, true)?.refuse_pictures()?,
                (b"trak", b"udta") => meta::read_user_data(&inner, movie.bytes, true)?.refuse_pictures()?,
                (b"trak", b"tkhd") => self.read_header(&inner)?,
                (b"mdia", b"mdhd") => self.read_media_header(&inner)?,
                (b"mdia" | b"minf", b"hdlr") => self.read_handler(&inner)?,
                (b"edts", b"elst") => {
                    self.only_once(&inner)?;
                    self.edits = edits::read(&inner)?;
                }
                (b"dinf", b"dref") => check_references(&inner)?,
                (b"tref", b"chap") => self.read_chapters(&inner)?,
                (b"tref", b"tmcd") => {}
                (b"stbl", _) => self.read_table(&inner, movie)?,
                _ => pass_over_known(&inner, movie.rules.avformat_major)?,
            }
        }
        Ok(())
    }

    fn only_once(&mut self, atom: &Atom) -> Result<(), Declined> {
        let bit = once(&atom.kind);
        if self.seen & bit != 0 {
            return Err(atom.structure("a box that is there twice"));
        }
        self.seen |= bit;
        Ok(())
    }

    fn read_header(&mut self, atom: &Atom) -> Result<(), Declined> {
        self.only_once(atom)?;
        let mut cursor = Cursor::new(atom.body);
        let version = cursor.u8();
        let skipped = if version == Some(1) { 19 } else { 11 };
        let id = cursor.take(skipped).and_then(|_| cursor.u32());
        let whole = atom.body.len() >= if version == Some(1) { 96 } else { 84 };
        let id = id.filter(|id| whole && *id > 0 && *id <= i32::MAX.unsigned_abs());
        self.id = Some(id.ok_or_else(|| atom.damaged("a track without a number"))?);
        Ok(())
    }

    fn read_media_header(&mut self, atom: &Atom) -> Result<(), Declined> {
        self.only_once(atom)?;
        let timescale = read_timescale(atom)?;
        self.timescale = Some(timescale);
        let long = atom.body.first() == Some(&1);
        let mut cursor = Cursor::new(atom.body);
        cursor.take(if long { 24 } else { 16 });
        let announced = if long { cursor.i64() } else { cursor.u32().map(i64::from) };
        self.announced = announced.ok_or_else(|| atom.damaged("a header without a duration"))?;
        Ok(())
    }

    fn read_handler(&mut self, atom: &Atom) -> Result<(), Declined> {
        let kind = atom.body.get(8..12).ok_or_else(|| atom.damaged("a handler cut off"))?;
        if self.description.is_some() && matches!(kind, b"vide" | b"soun" | b"m1a " | b"subp" | b"clcp") {
            return Err(atom.structure("a handler behind what it handles"));
        }
        match kind {
            b"vide" => self.kind = Kind::Video,
            b"soun" => self.kind = Kind::Audio,
            b"subp" | b"clcp" => self.kind = Kind::Subtitle,
            b"m1a " => return Err(atom.structure("a handler for MPEG audio")),
            _ => {}
        }
        self.handled = true;
        Ok(())
    }

    fn read_chapters(&mut self, atom: &Atom) -> Result<(), Declined> {
        let (numbers, _) = atom.body.as_chunks();
        if numbers.len() > 1000 {
            return Err(atom.structure("so many tracks of chapters"));
        }
        self.chapters = Some(numbers.iter().map(|number| u32::from_be_bytes(*number)).collect());
        Ok(())
    }

    fn read_table(&mut self, atom: &Atom<'a>, movie: &Movie<'_, 'a>) -> Result<(), Declined> {
        match &atom.kind {
            b"stsd" => {
                self.only_once(atom)?;
                if self.seen & (once(b"stsz") | once(b"stss") | once(b"stco")) != 0 {
                    return Err(atom.structure("tables before what they are about"));
                }
                let context = Context {
                    bytes: movie.bytes,
                    avformat_major: movie.rules.avformat_major,
                    kind: self.kind,
                    quicktime: movie.quicktime,
                };
                self.description = Some(entry::read(atom, &context)?);
            }
            b"stts" | b"ctts" | b"stsc" | b"stss" => {
                self.only_once(atom)?;
                self.tables.add(atom)?;
            }
            b"stco" | b"co64" => {
                self.only_once(&Atom { kind: *b"stco", ..*atom })?;
                self.tables.add(atom)?;
            }
            b"stsz" | b"stz2" => {
                self.only_once(&Atom { kind: *b"stsz", ..*atom })?;
                self.tables.add(atom)?;
            }
            // One byte for each sample, or fewer.
            b"sdtp" => {
                if atom.body.len() < 4 {
                    return Err(atom.damaged("a table cut off"));
                }
            }
            b"sgpd" | b"sbgp" => self.grouped |= check_groups(atom)?,
            _ => pass_over_known(atom, movie.rules.avformat_major)?,
        }
        Ok(())
    }

    fn finish(self, movie: &Movie<'_, 'a>) -> Result<Track<'a>, Declined> {
        let missing = || Declined::damaged("a track without what every track has");
        let description = self.description.filter(|_| self.handled).ok_or_else(missing)?;
        let mut track = Track {
            id: self.id.ok_or_else(missing)?,
            timescale: self.timescale.ok_or_else(missing)?,
            kind: description.kind,
            coding: description.coding,
            description,
            tables: self.tables,
            extent: Extent::default(),
            edits: self.edits,
            movie_timescale: movie.timescale,
            announced: self.announced,
            chapters: self.chapters,
            layout: Layout::Empty,
            avformat_major: movie.rules.avformat_major,
            planned: OnceLock::new(),
        };
        if !track.tables.is_empty() {
            track.lay_out(movie.bytes)?;
            if self.grouped {
                track.offsets()?;
            }
        } else if track.tables.runs.len() > 0 && !track.tables.times.is_empty() {
            return Err(Declined::damaged("tables of which some are empty"));
        } else {
            // Durations of what is in fragments, maybe.
            let (duration, time) = track.tables.sum_times()?;
            (track.extent.duration, track.extent.time) = (duration, time);
        }
        Ok(track)
    }
}

/// `mvhd` and `mdhd`: units of time in a second.
pub fn read_timescale(atom: &Atom) -> Result<u32, Declined> {
    let damaged = || atom.damaged("a header without units of time");
    let mut cursor = Cursor::new(atom.body);
    let version = cursor.u8().filter(|version| *version < 2).ok_or_else(damaged)?;
    cursor.take(if version == 1 { 19 } else { 11 }).ok_or_else(damaged)?;
    let timescale = cursor.u32().filter(|scale| *scale > 0 && *scale <= i32::MAX.unsigned_abs());
    cursor.take(if version == 1 { 12 } else { 8 }).ok_or_else(damaged)?;
    timescale.ok_or_else(damaged)
}

/// `dref`: all samples lie in this file.
fn check_references(atom: &Atom) -> Result<(), Declined> {
    let damaged = || atom.damaged("references that do not fit their box");
    let mut cursor = Cursor::new(atom.body);
    cursor.u32().ok_or_else(damaged)?;
    let count = cursor.u32().filter(|count| *count == 1);
    if count.is_none() {
        return Err(atom.structure("samples in several files"));
    }
    let size = cursor.u32().filter(|size| *size >= 12).ok_or_else(damaged)?;
    let kind = cursor.tag().ok_or_else(damaged)?;
    let flags = cursor.u32().ok_or_else(damaged)?;
    cursor.take(u64::from(size).saturating_sub(12)).ok_or_else(damaged)?;
    if flags & 1 == 0 || (&kind == b"alis" && size > 150) {
        return Err(atom.structure("samples in another file"));
    }
    Ok(())
}

/// Groups of samples: only some say anything about key frames; those of open groups of pictures are for seeking alone,
/// if their numbers are sound.
fn check_groups(atom: &Atom) -> Result<bool, Declined> {
    let damaged = || atom.damaged("groups of samples that do not fit their box");
    let mut cursor = Cursor::new(atom.body);
    let version = cursor.u8().ok_or_else(damaged)?;
    cursor.u24().ok_or_else(damaged)?;
    match &cursor.tag().ok_or_else(damaged)? {
        b"rap " => return Err(atom.structure("key frames by group")),
        b"sync" => {}
        _ => return Ok(false),
    }
    if &atom.kind == b"sgpd" {
        let size = if version == 1 { cursor.u32().ok_or_else(damaged)? } else { 0 };
        let count = cursor.u32().ok_or_else(damaged)?;
        let bytes = u64::from(size).saturating_mul(u64::from(count));
        // Other versions are read in other ways.
        return cursor.take(bytes).filter(|_| size > 0).map(|_| true).ok_or_else(damaged);
    }
    if version == 1 {
        cursor.u32().ok_or_else(damaged)?;
    }
    let mut samples = 0u64;
    for _ in 0..cursor.u32().ok_or_else(damaged)? {
        samples = samples.saturating_add(u64::from(cursor.u32().ok_or_else(damaged)?));
        cursor.u32().ok_or_else(damaged)?;
    }
    if samples > i32::MAX.unsigned_abs().into() { Err(damaged()) } else { Ok(true) }
}

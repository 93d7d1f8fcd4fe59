//! The outermost boxes, and `moov`.

use super::super::{Declined, Reason, Rules};
use super::boxes::{Atom, Atoms, pass_over_known};
use super::fragments::{self, Extends, Fragments};
use super::layout::Track;
use super::meta::{self, Picture};
use super::samples::last_time;
use super::track::{self, Movie};
use super::{Cursor, length};
use std::collections::BTreeSet;

/// A stream in the making, in libavformat's order.
#[derive(Clone, Debug)]
pub enum Part<'a> {
    Track(Box<Track<'a>>),
    Picture(Picture<'a>),
}

/// All that the header says.
#[derive(Clone, Debug, Default)]
pub struct Header<'a> {
    pub parts: Vec<Part<'a>>,
    /// The tracks that are chapters of others.
    pub chapters: Vec<u32>,
    quicktime: Brand,
    timescale: Option<u32>,
    has_media: bool,
    /// The last box says that it goes on to the end.
    pub open_ended: bool,
    has_moov: bool,
    /// Set where there are fragments, or are to be.
    pub extends: Option<Vec<Extends>>,
    /// How long all fragments play, by the header.
    announced: Option<u64>,
    pub fragments: Option<Fragments<'a>>,
    /// Where an index says that fragments begin.
    starts: BTreeSet<u64>,
    pub is_indexed: bool,
    /// A fragment has come, and none of its media yet: there may be no sample in it.
    awaits_media: bool,
    last: [u8; 4],
    /// The container says that it ends where the input ends.
    pub complete: bool,
}

/// What `ftyp` says of QuickTime's ways.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Brand {
    /// There is no `ftyp`.
    #[default]
    Missing,
    QuickTime,
    Mp4,
}

/// Reads all of the input's boxes but the media.
pub fn read<'a>(bytes: &'a [u8], rules: &Rules) -> Result<Header<'a>, Declined> {
    let mut header = Header::default();
    let mut atoms = Atoms::between(bytes, 0, length(bytes));
    loop {
        let at = atoms.position();
        if is_padding(bytes, at) {
            if header.fragments.is_some() {
                // libavformat takes it for a box up to the end, and then for damage.
                return Err(Declined::structure("padding behind fragments").at(at));
            }
            break;
        }
        let Some(atom) = atoms.next() else { break };
        let atom = atom?;
        if !atom.kind.iter().all(|byte| matches!(byte, 0x20..=0x7e | 0xa9)) {
            return Err(atom.damaged("something that is no box"));
        }
        if atom.open_ended && (header.extends.is_some() || header.fragments.is_some()) {
            // libavformat does not find its end, and so not that of the file.
            return Err(atom.structure("a box without an end among fragments"));
        }
        header.open_ended |= atom.open_ended;
        header.last = atom.kind;
        header.check_index(&atom)?;
        header.outermost(&atom, bytes, rules)?;
    }
    let rest = bytes.get(usize::try_from(atoms.position()).unwrap_or(usize::MAX)..).unwrap_or_default();
    // Zeros are padding; so few of them may as well be a box cut off.
    if !rest.is_empty() && (rest.len() < 8 || rest.iter().take(8).any(|byte| *byte != 0)) {
        return Err(Declined::damaged("bytes behind the last box").at(atoms.position()));
    }
    header.finish(rules)?;
    Ok(header)
}

fn is_padding(bytes: &[u8], at: u64) -> bool {
    super::slice(bytes, at, 8) == Some(&[0; 8])
}

impl<'a> Header<'a> {
    fn outermost(&mut self, atom: &Atom<'a>, bytes: &'a [u8], rules: &Rules) -> Result<(), Declined> {
        match &atom.kind {
            b"ftyp" if !self.has_moov => self.read_brands(atom)?,
            b"ftyp" if atom.body.len() < 8 => return Err(atom.damaged("brands cut off")),
            b"ftyp" => {}
            b"moov" if !self.has_moov => {
                self.read_moov(atom, bytes, rules)?;
                self.has_moov = true;
            }
            // Only the first one counts.
            b"moov" => {}
            b"mdat" => self.read_media(atom)?,
            b"wide" if atom.body.len() < 8 => {}
            b"meta" if self.fragments.is_none() => {
                let found = meta::read(atom, bytes, false)?;
                self.add_pictures(found.pictures);
            }
            b"moof" => {
                let before = || atom.structure("fragments that are not announced");
                self.fragments.as_mut().ok_or_else(before)?.read(atom)?;
                self.awaits_media = true;
            }
            b"sidx" => self.read_index(atom, length(bytes))?,
            b"uuid" if !self.has_moov => {
                if atom.body.len() < 16 {
                    return Err(atom.damaged("a box without its own name"));
                }
            }
            _ => pass_over_known(atom, rules.avformat_major)?,
        }
        Ok(())
    }

    fn read_brands(&mut self, atom: &Atom) -> Result<(), Declined> {
        let damaged = || atom.damaged("a file type cut off");
        let (major, compatible) = atom.body.split_first_chunk::<8>().ok_or_else(damaged)?;
        if major.starts_with(b"aaxc") {
            return Err(Declined::new(Reason::Encrypted, "an encrypted audio book"));
        }
        if major.starts_with(b"avif") || self.quicktime != Brand::Missing || !self.parts.is_empty() {
            return Err(atom.structure("a file type that is not as usual"));
        }
        let text = compatible.split(|byte| *byte == 0).next().unwrap_or_default();
        let quicktime = major.starts_with(b"qt  ") || text.windows(4).any(|brand| brand == b"qt  ");
        self.quicktime = if quicktime { Brand::QuickTime } else { Brand::Mp4 };
        Ok(())
    }

    fn read_moov(&mut self, moov: &Atom<'a>, bytes: &'a [u8], rules: &Rules) -> Result<(), Declined> {
        for atom in Atoms::inside(bytes, moov, 0) {
            let atom = atom?;
            match &atom.kind {
                b"mvhd" if self.timescale.is_none() && self.parts.is_empty() => {
                    if atom.body.len() < 100 {
                        return Err(atom.damaged("a header cut off"));
                    }
                    self.timescale = Some(track::read_timescale(&atom)?);
                }
                b"trak" => {
                    let timescale = self.timescale.ok_or_else(|| atom.structure("a track before the header"))?;
                    let quicktime = self.quicktime != Brand::Mp4;
                    let track = track::read(&atom, &Movie { bytes, rules, timescale, quicktime })?;
                    if let Some(chapters) = &track.chapters {
                        self.chapters.clone_from(chapters);
                    }
                    self.parts.push(Part::Track(Box::new(track)));
                    if length_of(&self.parts) > rules.max_streams {
                        return Err(Declined::new(Reason::Limit, "more streams than are allowed"));
                    }
                }
                b"meta" => {
                    let found = meta::read(&atom, bytes, false)?;
                    self.add_pictures(found.pictures);
                }
                b"udta" => {
                    let found = meta::read_user_data(&atom, bytes, false)?;
                    self.add_pictures(found.pictures);
                }
                b"mvex" => self.read_extends(&atom, bytes, rules)?,
                _ => pass_over_known(&atom, rules.avformat_major)?,
            }
        }
        if self.extends.is_some() {
            self.begin_fragments(moov, bytes, rules)?;
        }
        Ok(())
    }

    fn read_extends(&mut self, mvex: &Atom<'a>, bytes: &'a [u8], rules: &Rules) -> Result<(), Declined> {
        let mut extends = self.extends.take().unwrap_or_default();
        for atom in Atoms::inside(bytes, mvex, 0) {
            let atom = atom?;
            match &atom.kind {
                b"trex" => extends.push(fragments::read_extends(&atom)?),
                b"mehd" => self.announced = fragments::read_announced(&atom),
                _ => pass_over_known(&atom, rules.avformat_major)?,
            }
        }
        if length_of(&extends) > rules.max_streams {
            return Err(Declined::new(Reason::Limit, "more streams than are allowed"));
        }
        self.extends = Some(extends);
        Ok(())
    }

    /// From here on, libavformat reads front to back.
    fn begin_fragments(&mut self, moov: &Atom<'a>, bytes: &'a [u8], rules: &Rules) -> Result<(), Declined> {
        let many = self.ids().count() > 64;
        let twice = || self.ids().enumerate().any(|(nth, id)| self.ids().take(nth).any(|other| other == id));
        if self.has_media || many || twice() {
            return Err(moov.structure("fragments of an unusual kind"));
        }
        self.fragments = Some(self.new_fragments(bytes, rules.avformat_major)?);
        Ok(())
    }

    /// Before the first of them.
    pub fn new_fragments(&self, bytes: &'a [u8], avformat_major: u32) -> Result<Fragments<'a>, Declined> {
        let tracks = || {
            self.parts.iter().map(|part| match part {
                Part::Track(track) => Some(&**track),
                Part::Picture(_) => None,
            })
        };
        let extends = self.extends.as_deref().unwrap_or_default();
        let mut fragments = Fragments::new(bytes, avformat_major, extends, tracks());
        for (nth, track) in tracks().enumerate() {
            if let Some(track) = track.filter(|track| track.len() > 0) {
                fragments.precede(nth, last_time(track)?, track.offsets()?.shift);
            }
        }
        Ok(fragments)
    }

    fn ids(&self) -> impl Iterator<Item = u32> {
        self.parts.iter().filter_map(|part| match part {
            Part::Track(track) => Some(track.id),
            Part::Picture(_) => None,
        })
    }

    fn read_media(&mut self, media: &Atom) -> Result<(), Declined> {
        if media.body.is_empty() {
            return Ok(());
        }
        let first = !self.has_media;
        self.has_media = true;
        self.awaits_media = false;
        let Some(fragments) = &mut self.fragments else { return Ok(()) };
        let mut others = Vec::new();
        for part in self.parts.iter().filter(|_| first) {
            if let Part::Track(track) = part {
                track.ranges(&mut others).map_err(|declined| declined.at(media.offset))?;
            }
        }
        fragments.check_media(media, &mut others)?;
        fragments.pending.clear();
        Ok(())
    }

    /// `end`: of the input.
    fn read_index(&mut self, atom: &Atom, end: u64) -> Result<(), Declined> {
        if self.fragments.is_none() {
            return Err(atom.structure("an index without fragments"));
        }
        let mut starts = Vec::new();
        let ids: Vec<_> = self.ids().collect();
        fragments::read_index(atom, &ids, &mut starts)?;
        self.starts.extend(starts);
        if self.starts.last().is_some_and(|last| *last > end) {
            return Err(atom.damaged("an index that leads past the end"));
        }
        self.is_indexed = true;
        Ok(())
    }

    /// Where an index leads to is a box.
    fn check_index(&mut self, atom: &Atom) -> Result<(), Declined> {
        while self.starts.first().is_some_and(|start| *start <= atom.offset) {
            self.starts.pop_first();
        }
        if self.starts.first().is_some_and(|start| *start < atom.end()) {
            return Err(atom.damaged("an index that leads astray"));
        }
        Ok(())
    }

    fn add_pictures(&mut self, pictures: Vec<Picture<'a>>) {
        self.parts.extend(pictures.into_iter().map(Part::Picture));
    }

    fn finish(&mut self, rules: &Rules) -> Result<(), Declined> {
        if length_of(&self.parts) > rules.max_streams {
            return Err(Declined::new(Reason::Limit, "more streams than are allowed"));
        }
        if !self.has_moov || self.timescale.is_none() {
            return Err(Declined::damaged("no header"));
        }
        if self.parts.is_empty() {
            return Err(Declined::structure("no stream"));
        }
        if self.has_samples() && !self.has_media {
            return Err(Declined::damaged("samples, and no media"));
        }
        self.complete = !self.open_ended || self.has_samples();
        let Some(fragments) = &self.fragments else { return Ok(()) };
        if self.awaits_media {
            return Err(Declined::damaged("a fragment without its media"));
        }
        if self.is_indexed && fragments.is_untimed() {
            return Err(Declined::structure("fragments that only an index times"));
        }
        let timescales = self.parts.iter().map(|part| match part {
            Part::Track(track) => track.timescale,
            Part::Picture(_) => 1,
        });
        let reached = fragments.reach(self.announced, self.timescale.unwrap_or(1), timescales);
        self.complete = &self.last == b"mfra" || reached?;
        for (nth, part) in self.parts.iter().enumerate() {
            if let Part::Track(track) = part
                && track.len() > 0
                && fragments.counted(nth).shift > track.offsets()?.shift
            {
                return Err(Declined::structure("composition times that change their base"));
            }
        }
        Ok(())
    }

    /// Read front to back, libavformat does not go to where the titles are.
    pub fn is_chapters(&self, track: &Track) -> bool {
        self.fragments.is_none() && self.chapters.contains(&track.id)
    }

    pub fn has_samples(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Track(track) if track.len() > 0))
    }
}

fn length_of<T>(parts: &[T]) -> u64 {
    u64::try_from(parts.len()).unwrap_or(u64::MAX)
}

/// Whether the first bytes can be nothing else.
pub fn begins(bytes: &[u8]) -> bool {
    let mut cursor = Cursor::new(bytes);
    let (size, kind) = (cursor.u32(), cursor.tag());
    let brand = cursor.tag();
    match (size, kind.as_ref()) {
        // JPEG 2000 and JPEG XL begin in the same way.
        (Some(16..=4096), Some(b"ftyp")) => {
            brand.is_some_and(|brand| brand.is_ascii() && !matches!(&brand, b"jp2 " | b"jpx " | b"jxl "))
        }
        (Some(0 | 1 | 8..), Some(b"moov" | b"mdat")) => true,
        (Some(8..), Some(b"wide" | b"free" | b"skip")) => {
            let next = size.map(u64::from).and_then(|size| super::slice(bytes, size, 8));
            next.is_some_and(|next| matches!(next.get(4..8), Some(b"moov" | b"mdat")))
        }
        _ => false,
    }
}

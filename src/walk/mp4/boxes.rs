//! Boxes, one after another: headers and contents.

use super::super::bytes::slice;
use super::super::{Declined, Reason};

/// One box.
#[derive(Clone, Copy, Debug)]
pub struct Atom<'a> {
    pub kind: [u8; 4],
    /// Where it begins in the input.
    pub offset: u64,
    /// Where its contents begin.
    pub content: u64,
    pub body: &'a [u8],
    /// Its size says no more than that it goes on to the end.
    pub open_ended: bool,
}

impl Atom<'_> {
    pub fn end(&self) -> u64 {
        self.content.saturating_add(super::length(self.body))
    }

    /// A reason against this box.
    pub fn structure(&self, what: &'static str) -> Declined {
        Declined::structure(what).at(self.offset)
    }

    pub fn damaged(&self, what: &'static str) -> Declined {
        Declined::damaged(what).at(self.offset)
    }
}

/// The boxes between two offsets. Ends with the first `Err`.
#[derive(Clone, Debug)]
pub struct Atoms<'a> {
    bytes: &'a [u8],
    at: u64,
    end: u64,
}

impl<'a> Atoms<'a> {
    pub fn between(bytes: &'a [u8], at: u64, end: u64) -> Self {
        Atoms { bytes, at, end }
    }

    /// The boxes in a box, from `skipped` bytes into its contents on.
    pub fn inside(bytes: &'a [u8], atom: &Atom, skipped: u64) -> Self {
        Atoms { bytes, at: atom.content.saturating_add(skipped), end: atom.end() }
    }

    /// Where the next box begins.
    pub fn position(&self) -> u64 {
        self.at
    }

    fn read(&self) -> Result<Atom<'a>, Declined> {
        let cut = || Declined::damaged("a box that does not fit the one around it").at(self.at);
        let room = self.end.saturating_sub(self.at);
        let mut cursor = super::Cursor::new(slice(self.bytes, self.at, room).ok_or_else(cut)?);
        let short = cursor.u32().ok_or_else(cut)?;
        let kind = cursor.tag().ok_or_else(cut)?;
        let (header, size) = match short {
            0 => (8, room),
            1 => (16, cursor.u64().ok_or_else(cut)?),
            short => (8, u64::from(short)),
        };
        let contents = size.checked_sub(header).ok_or_else(cut)?;
        let body = cursor.take(contents).ok_or_else(cut)?;
        let content = self.at.saturating_add(header);
        Ok(Atom { kind, offset: self.at, content, body, open_ended: short == 0 })
    }
}

impl<'a> Iterator for Atoms<'a> {
    type Item = Result<Atom<'a>, Declined>;

    /// Fewer bytes than a header has are no box.
    fn next(&mut self) -> Option<Self::Item> {
        if self.end.saturating_sub(self.at) < 8 {
            return None;
        }
        let atom = self.read();
        self.at = atom.as_ref().map_or(self.end, Atom::end);
        Some(atom)
    }
}

/// The boxes that libavformat reads, wherever it meets them. All others it skips, wherever they are.
#[rustfmt::skip]
fn is_read(kind: &[u8; 4]) -> bool {
    matches!(kind,
        b"ACLR" | b"APRG" | b"AALP" | b"ARES" | b"avss" | b"av1C" | b"chpl" | b"co64" | b"colr" | b"ctts" | b"dinf"
        | b"DpxE" | b"dref" | b"edts" | b"elst" | b"enda" | b"fiel" | b"adrm" | b"ftyp" | b"glbl" | b"hdlr" | b"ilst"
        | b"jp2h" | b"mdat" | b"mdhd" | b"mdia" | b"meta" | b"minf" | b"moof" | b"moov" | b"mvex" | b"mvhd" | b"SMI "
        | b"alac" | b"avcC" | b"pasp" | b"sidx" | b"stbl" | b"stco" | b"stps" | b"strf" | b"stsc" | b"stsd" | b"stss"
        | b"stsz" | b"stts" | b"stz2" | b"sdtp" | b"tkhd" | b"tfdt" | b"tfhd" | b"trak" | b"traf" | b"tref" | b"tmcd"
        | b"chap" | b"trex" | b"trun" | b"udta" | b"wave" | b"esds" | b"dac3" | b"dec3" | b"ddts" | b"wide" | b"wfex"
        | b"cmov" | b"chan" | b"dvc1" | b"sgpd" | b"sbgp" | b"hvcC" | b"uuid" | b"Cin\x8e" | b"free" | b"----" | b"sinf"
        | b"frma" | b"senc" | b"saiz" | b"saio" | b"pssh" | b"schm" | b"schi" | b"tenc" | b"dfLa" | b"st3d" | b"sv3d"
        | b"dOps" | b"dmlp" | b"SmDm" | b"CoLL" | b"vpcC" | b"mdcv" | b"clli" | b"dvcC" | b"dvvC" | b"dvwC" | b"kind"
        | b"SA3D" | b"SAND" | b"iloc" | b"pcmC" | b"pitm" | b"hoov"
    )
}

/// The same for boxes that only later versions read, outside the descriptions of samples.
#[rustfmt::skip]
fn is_read_later(kind: &[u8; 4]) -> bool {
    matches!(kind,
        b"iinf" | b"iref" | b"iprp" | b"ipco" | b"ipma" | b"idat" | b"ispe" | b"irot" | b"imir" | b"thmb" | b"iamf"
        | b"iacb" | b"grpl"
    )
}

#[rustfmt::skip]
fn is_of_encryption(kind: &[u8; 4]) -> bool {
    matches!(kind,
        b"sinf" | b"senc" | b"saiz" | b"saio" | b"pssh" | b"schm" | b"schi" | b"tenc" | b"adrm" | b"enca" | b"encv"
    )
}

/// Passes over a box that nothing here has a use for, if libavformat does so too.
pub fn pass_over(atom: &Atom, avformat_major: u32) -> Result<(), Declined> {
    if is_of_encryption(&atom.kind) {
        return Err(Declined::new(Reason::Encrypted, "encrypted").at(atom.offset));
    }
    if is_read(&atom.kind) || (avformat_major > 59 && is_read_later(&atom.kind)) {
        return Err(atom.structure("a box in an unusual place"));
    }
    Ok(())
}

/// Boxes of which libavformat reads a few bytes for what does not matter here: how many there must be.
pub fn pass_over_known(atom: &Atom, avformat_major: u32) -> Result<(), Declined> {
    let least = match &atom.kind {
        b"free" => 0,
        b"uuid" => 16,
        _ => return pass_over(atom, avformat_major),
    };
    if super::length(atom.body) < least || atom.body.starts_with(b"Anevia\x1a\x1a") {
        return Err(atom.structure("a box with other contents than usual"));
    }
    Ok(())
}

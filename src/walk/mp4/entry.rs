//! `stsd`: what the samples of a track are.

use super::super::Declined;
use super::boxes::{Atom, Atoms, pass_over, pass_over_known};
use super::tags::{self, Coding, Kind};
use super::{Cursor, length};

/// libavformat takes no more.
const MAX_ENTRIES: u32 = 1024;

/// Descriptions that may be followed by ones of other codecs.
const DIFFERING: &[&[u8; 4]] = &[b"jpeg", b"apcn", b"apch", b"dvpp", b"dvcp", b"AV1x"];

/// All that is known of a track's samples from its descriptions.
#[derive(Clone, Copy, Debug)]
pub struct Description<'a> {
    pub kind: Kind,
    pub coding: Coding,
    /// The decoder's configuration in the first description.
    pub configuration: &'a [u8],
    /// Only samples of the first description are read: the others are of another codec.
    pub only_first: bool,
    /// Uncompressed sound: bytes of one sample of all channels; 0 for other codecs.
    pub frame_bytes: u32,
    /// How many samples one packet must hold at least, as QuickTime says it; up to 1 for none.
    pub samples_per_frame: u32,
    /// Pictures: a width and a height are told.
    pub has_dimensions: bool,
    /// AAC of the usual kind: how many samples a second has, of which a packet holds 1024.
    pub aac_rate: Option<u32>,
}

/// What the reading depends on beside the bytes of the box.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    pub bytes: &'a [u8],
    pub avformat_major: u32,
    /// As the handler says it.
    pub kind: Kind,
    /// QuickTime's longer descriptions of sound are to be expected.
    pub quicktime: bool,
}

/// In bytes whose structure it does not know, what watches over libavformat refuses a table that claims too much: here it
/// is enough that there is the name of one.
fn hides_table(body: &[u8]) -> bool {
    let ends = body.iter().zip(body.get(3..).unwrap_or_default());
    // Without a branch: for many bytes at a time.
    let may = ends.fold(false, |may, (first, last)| {
        may | (*first == b's') & (*last == b'z') | (*first == b't') & (*last == b'n')
    });
    may && body.windows(4).any(|four| four == b"stsz" || four == b"trun")
}

/// Reads a `stsd`.
pub fn read<'a>(atom: &Atom<'a>, context: &Context<'a>) -> Result<Description<'a>, Declined> {
    let damaged = || atom.damaged("a sample description that is none");
    if hides_table(atom.body) {
        return Err(atom.damaged("a table in a sample description"));
    }
    let mut cursor = Cursor::new(atom.body);
    let version = cursor.u8().ok_or_else(damaged)?;
    cursor.u24().ok_or_else(damaged)?;
    let count = cursor.u32().ok_or_else(damaged)?;
    if count == 0 || count > MAX_ENTRIES {
        return Err(damaged());
    }
    // Later versions attach the configuration of another description to the first of its packets, and filters use it.
    if count > 1 && context.avformat_major != 59 {
        return Err(atom.structure("several sample descriptions"));
    }
    let mut found: Option<([u8; 4], Description)> = None;
    let mut at = atom.content.saturating_add(8);
    for _ in 0..count {
        let entry = Entry::read(cursor.rest(), at).ok_or_else(damaged)?;
        cursor.take(length(entry.bytes)).ok_or_else(damaged)?;
        at = at.saturating_add(length(entry.bytes));
        match &mut found {
            None => found = Some((entry.format, entry.describe(context, version)?)),
            Some((format, first)) if *format == entry.format => {
                let next = entry.describe(context, version)?;
                if (next.kind, next.coding, next.frame_bytes) != (first.kind, first.coding, first.frame_bytes) {
                    return Err(atom.structure("sample descriptions that differ in kind"));
                }
                first.samples_per_frame = next.samples_per_frame;
                first.has_dimensions &= next.has_dimensions;
            }
            Some((format, _)) if DIFFERING.contains(&&*format) => {
                return Err(atom.structure("sample descriptions of several codecs"));
            }
            Some((_, first)) => first.only_first = true,
        }
    }
    let (_, mut description) = found.ok_or_else(damaged)?;
    // The mark belongs to the first description, unless a second one of its codec follows.
    if count == 1 {
        description.only_first = true;
    } else if !description.only_first {
        description.only_first = false;
    } else if count > 2 {
        return Err(atom.structure("sample descriptions of several codecs"));
    }
    Ok(description)
}

/// One description.
struct Entry<'a> {
    format: [u8; 4],
    /// With its header.
    bytes: &'a [u8],
    at: u64,
}

impl<'a> Entry<'a> {
    fn read(rest: &'a [u8], at: u64) -> Option<Self> {
        let mut cursor = Cursor::new(rest);
        let size = cursor.u32()?;
        let format = cursor.tag()?;
        cursor.take(6)?;
        let reference = cursor.u16()?;
        // Smaller ones, and those without a reference, are read in ways of their own.
        let bytes = Cursor::new(rest).take(u64::from(size)).filter(|bytes| bytes.len() >= 16)?;
        (reference > 0).then_some(Entry { format, bytes, at })
    }

    fn atom(&self) -> Atom<'a> {
        Atom { kind: self.format, offset: self.at, content: self.at, body: self.bytes, open_ended: false }
    }

    fn describe(&self, context: &Context<'a>, version: u8) -> Result<Description<'a>, Declined> {
        pass_over(&self.atom(), 0).or_else(|declined| match &self.format {
            // Names that boxes have too.
            b"alac" | b"tmcd" => Ok(()),
            _ => Err(declined),
        })?;
        let mut description = Description {
            kind: context.kind,
            coding: Coding::Plain,
            configuration: &[],
            only_first: false,
            frame_bytes: 0,
            samples_per_frame: 0,
            has_dimensions: false,
            aac_rate: None,
        };
        match context.kind {
            Kind::Video => self.describe_video(context, &mut description)?,
            Kind::Audio => self.describe_audio(context, version, &mut description)?,
            Kind::Subtitle | Kind::Data => self.describe_other(context, &mut description)?,
        }
        Ok(description)
    }

    fn describe_video(&self, context: &Context<'a>, description: &mut Description<'a>) -> Result<(), Declined> {
        let atom = self.atom();
        let coding = tags::video(&self.format, context.avformat_major);
        description.coding = coding.ok_or_else(|| atom.structure("a video codec that is not known here"))?;
        let mut cursor = Cursor::new(self.bytes);
        cursor.take(32).ok_or_else(|| atom.damaged("a description cut off"))?;
        let (width, height) = (cursor.u16(), cursor.u16());
        description.has_dimensions = [width, height].iter().all(|pixels| pixels.is_some_and(|pixels| pixels > 0));
        let depth = cursor.take(46).and_then(|_| cursor.u16()).ok_or_else(|| atom.damaged("a description cut off"))?;
        if matches!(depth & 0x1f, 1 | 2 | 4 | 8) {
            return Err(atom.structure("a palette"));
        }
        self.read_details(86, context, description)
    }

    fn describe_audio(
        &self,
        context: &Context<'a>,
        table_version: u8,
        description: &mut Description<'a>,
    ) -> Result<(), Declined> {
        let cut = || self.atom().damaged("a description cut off");
        let mut cursor = Cursor::new(self.bytes);
        cursor.take(16).ok_or_else(cut)?;
        let version = cursor.u16().ok_or_else(cut)?;
        cursor.take(6).ok_or_else(cut)?;
        let mut channels = u32::from(cursor.u16().ok_or_else(cut)?);
        let bits = u32::from(cursor.u16().ok_or_else(cut)?);
        cursor.take(8).ok_or_else(cut)?;
        description.coding = tags::audio(&self.format, bits);
        let mut start = 36;
        if context.quicktime || (table_version == 0 && version > 0) {
            match version {
                0 => {}
                1 => {
                    description.samples_per_frame = cursor.u32().ok_or_else(cut)?;
                    start = 52;
                }
                2 => {
                    cursor.take(12).ok_or_else(cut)?;
                    channels = cursor.u32().ok_or_else(cut)?;
                    cursor.take(4).ok_or_else(cut)?;
                    let bits = cursor.u32().ok_or_else(cut)?;
                    let flags = cursor.u32().ok_or_else(cut)?;
                    cursor.take(4).ok_or_else(cut)?;
                    description.samples_per_frame = cursor.u32().ok_or_else(cut)?;
                    if &self.format == b"lpcm" {
                        description.coding = linear(bits, flags);
                    }
                    start = 72;
                }
                _ => return Err(self.atom().structure("a later version of a description")),
            }
        }
        if channels > 255 {
            return Err(self.atom().structure("so many channels"));
        }
        if let Coding::Pcm(bytes) = description.coding {
            description.frame_bytes = bytes.saturating_mul(channels);
        }
        self.read_details(start, context, description)
    }

    fn describe_other(&self, context: &Context<'a>, description: &mut Description<'a>) -> Result<(), Declined> {
        let (kind, coding) = tags::other(&self.format)
            .ok_or_else(|| self.atom().structure("a track of a kind that is not known here"))?;
        description.coding = coding;
        if context.kind == Kind::Data {
            description.kind = kind;
        }
        if description.kind == Kind::Subtitle && &self.format == b"mp4s" {
            return self.read_details(16, context, description);
        }
        if self.bytes.get(20..24) == Some(b"fiel") {
            return Err(self.atom().structure("boxes in a description that has none"));
        }
        Ok(())
    }

    /// The boxes in a description, from `start` on.
    fn read_details(
        &self,
        start: u64,
        context: &Context<'a>,
        description: &mut Description<'a>,
    ) -> Result<(), Declined> {
        let end = self.at.saturating_add(length(self.bytes));
        let at = self.at.saturating_add(start);
        if at > end {
            return Err(self.atom().damaged("a description cut off"));
        }
        for atom in Atoms::between(context.bytes, at, end) {
            detail(&atom?, context, description)?;
        }
        Ok(())
    }
}

/// QuickTime's description of uncompressed sound.
fn linear(bits: u32, flags: u32) -> Coding {
    match (bits, flags & 1 != 0, flags & 4 != 0) {
        (32 | 64, true, _) | (8 | 16 | 24 | 32 | 64, false, true) => Coding::Pcm(bits.wrapping_shr(3)),
        _ => Coding::Reframed,
    }
}

/// One box of a description: libavformat gives up on the whole file where some of them are not as they should be.
fn detail<'a>(atom: &Atom<'a>, context: &Context<'a>, description: &mut Description<'a>) -> Result<(), Declined> {
    let body = atom.body;
    let is_as_usual = match &atom.kind {
        b"avcC" | b"hvcC" | b"av1C" | b"glbl" => {
            if description.configuration.len() < 2 {
                description.configuration = body;
            }
            body.len() >= 2 && body.get(4..8) != Some(b"fiel")
        }
        b"pasp" | b"enda" | b"chan" | b"dac3" | b"dec3" => true,
        b"alac" | b"SMI " => body.len() < 1 << 20,
        b"colr" => body.len() >= 10,
        b"fiel" => body.len() >= 2,
        b"vpcC" => body.len() >= 5 && (body.first() != Some(&1) || body.get(10..12) == Some(&[0, 0])),
        b"mdcv" => body.len() >= 24,
        b"clli" | b"dvcC" | b"dvvC" | b"dvwC" => body.len() >= 4,
        b"SmDm" | b"CoLL" | b"st3d" => body.len() >= 5,
        b"pcmC" => body.len() >= 6,
        b"dfLa" => {
            body.len() >= 42
                && body.first() == Some(&0)
                && body.get(4).is_some_and(|byte| byte & 0x7f == 0)
                && body.get(5..8) == Some(&[0, 0, 34])
        }
        b"dOps" => {
            let alone = description.configuration.is_empty();
            description.configuration = body;
            alone && body.len() >= 11 && body.first() == Some(&0)
        }
        b"ddts" => body.len() >= 20 && Cursor::new(body).i32().is_some_and(|rate| rate > 0),
        b"esds" => {
            let coding = elementary(body, description);
            description.coding =
                coding.ok_or_else(|| atom.structure("a decoder's description that is not known here"))?;
            true
        }
        b"wave" => {
            // Its own rules for two codecs.
            if description.coding == Coding::Reframed || body.len() > 1 << 20 {
                return Err(atom.structure("QuickTime's description of a rare codec"));
            }
            for inner in Atoms::inside(context.bytes, atom, 0) {
                let inner = inner?;
                if &inner.kind != b"frma" && &inner.kind != b"wave" {
                    detail(&inner, context, description)?;
                }
            }
            true
        }
        _ => return pass_over_known(atom, context.avformat_major),
    };
    if is_as_usual { Ok(()) } else { Err(atom.structure("a decoder's description that is not as usual")) }
}

/// `esds`: the codec by its MPEG-4 number. `None` where libavformat might not take it.
fn elementary(body: &[u8], description: &mut Description) -> Option<Coding> {
    let (kind, named) = (description.kind, description.coding);
    let mut cursor = Cursor::new(body);
    cursor.u32()?;
    let (tag, _) = descriptor(&mut cursor)?;
    cursor.u16()?;
    if tag == 3 {
        let flags = cursor.u8()?;
        if flags & 0xe0 != 0 {
            return None;
        }
    }
    let (tag, _) = descriptor(&mut cursor)?;
    if tag != 4 {
        return None;
    }
    let number = cursor.u8()?;
    cursor.take(12)?;
    let coding = match (named, tags::object_type(kind, number)?) {
        (Coding::Plain, coding) => coding,
        // Not described as one that this box is for.
        _ => return None,
    };
    if let Some((5, size)) = descriptor(&mut cursor)
        && !matches!(number, 0x69 | 0x6b)
    {
        let header = cursor.take(u64::from(size)).filter(|header| !header.is_empty())?;
        if kind == Kind::Audio && !matches!(number, 0xa5..=0xe1) {
            description.aac_rate = check_aac(header)?.filter(|_| coding == Coding::Aac);
        }
    }
    Some(coding)
}

fn descriptor(cursor: &mut Cursor) -> Option<(u8, u32)> {
    let tag = cursor.u8()?;
    let mut size = 0u32;
    for _ in 0..4 {
        let byte = cursor.u8()?;
        size = size.wrapping_shl(7) | u32::from(byte & 0x7f);
        if byte & 0x80 == 0 {
            break;
        }
    }
    Some((tag, size))
}

/// Samples in a second, by their number.
const AAC_RATES: [u32; 13] =
    [96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000, 7_350];

/// libavformat refuses a file with a configuration of channels that does not exist. Gives the rate of the usual kind.
fn check_aac(header: &[u8]) -> Option<Option<u32>> {
    let bits = header.iter().take(8).enumerate().fold(0u64, |bits, (index, byte)| {
        let shift = u32::try_from(index).map_or(56, |index| 56u32.saturating_sub(index.saturating_mul(8)));
        bits | u64::from(*byte).wrapping_shl(shift)
    });
    let field = |at: u32, width: u32| bits.wrapping_shl(at).wrapping_shr(64u32.saturating_sub(width));
    let (object, at) = match field(0, 5) {
        31 => (field(5, 6).saturating_add(32), 11u32),
        object => (object, 5),
    };
    let rate = usize::try_from(field(at, 4)).ok().and_then(|number| AAC_RATES.get(number).copied());
    let at = at.saturating_add(if field(at, 4) == 15 { 28 } else { 4 });
    // Beyond these are channel configurations and object types with rules of their own.
    if field(at, 4) >= 13 || object == 36 {
        return None;
    }
    // Low complexity, in frames of 1024, with channels that are told here.
    let is_usual = object == 2 && field(at, 4) > 0 && field(at.saturating_add(4), 1) == 0;
    Some(rate.filter(|_| is_usual))
}

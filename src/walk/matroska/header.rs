//! What stands before the first Cluster, and what a SeekHead points to behind it: tracks, time scale, attachments.

use super::ebml::{self, Child, Strangers};
use super::schema as id;
use super::tracks::{self, Track};
use crate::walk::bytes::length;
use crate::walk::{Codec, Declined, Media, Reason, Rules, Stream};

pub struct Header<'a> {
    pub streams: Vec<Stream<'a>>,
    pub tracks: Vec<Track<'a>>,
    /// Attached pictures: the stream of each, and its one packet.
    pub pictures: Vec<(usize, &'a [u8])>,
    /// In nanoseconds.
    pub timestamp_scale: u64,
    /// Where the first Cluster begins.
    pub clusters: u64,
    /// Where the Segment ends, or the input where the Segment does not say.
    pub end: u64,
    /// The Segment says where it ends.
    pub is_sized: bool,
    /// The tracks stand before the first Cluster.
    pub tracks_come_first: bool,
}

/// The parts of the Segment that matter, as they are found.
#[derive(Default)]
struct Parts<'a> {
    info: Option<Child<'a>>,
    tracks: Option<Child<'a>>,
    attachments: Option<Child<'a>>,
    /// Ids, and places in the Segment.
    seeks: Vec<(u64, u64)>,
    /// Those read already, with the place of their bodies.
    seen: Vec<(u32, u64)>,
}

/// More elements beside the Clusters than any file has; libavformat remembers 64.
const MOST_PARTS: usize = 32;

/// Streams or not: for odd blocks all of them are looked through.
const MOST_TRACKS: usize = 1024;

pub fn read<'a>(bytes: &'a [u8], rules: &Rules) -> Result<Header<'a>, Declined> {
    let start = ebml_header(bytes)?;
    if start > rules.max_probe_bytes {
        return Err(Declined::new(Reason::Limit, "an EBML header longer than may be looked at"));
    }
    let size = length(bytes);
    let segment = ebml::element(bytes, start).filter(|element| element.id == id::SEGMENT);
    let segment = segment.ok_or(Declined::structure("no Segment behind the EBML header").at(start))?;
    let end = match segment.size {
        Some(_) => segment.within(bytes, size)?.end(),
        None => size,
    };
    if end < size {
        // libavformat looks for more in what follows.
        return Err(Declined::structure("bytes behind the Segment").at(end));
    }
    let mut parts = Parts::default();
    let clusters = front(bytes, segment.body, end, segment.size.is_some(), &mut parts)?;
    let tracks_come_first = parts.tracks.is_some();
    if !tracks_come_first {
        // Only where the tracks come later does memux let libavformat seek for them.
        follow_seeks(bytes, segment.body, &mut parts)?;
    }
    let timestamp_scale = timestamp_scale(parts.info.as_ref())?;
    let mut header = Header {
        streams: Vec::new(),
        tracks: Vec::new(),
        pictures: Vec::new(),
        timestamp_scale,
        clusters,
        end,
        is_sized: segment.size.is_some(),
        tracks_come_first,
    };
    let tracks = parts.tracks.ok_or(Declined::structure("no Tracks that libavformat would find"))?;
    for entry in tracks.children() {
        let entry = entry?;
        if entry.id == id::TRACK_ENTRY {
            if header.tracks.len() >= MOST_TRACKS {
                return Err(Declined::structure("very many tracks").at(entry.at));
            }
            let track = tracks::track(&entry, timestamp_scale, rules.avformat_major, &mut header.streams)?;
            header.tracks.push(track);
            // Whether they become streams or not.
            tracks::within_limit(header.tracks.len(), rules.max_streams)?;
        }
    }
    if let Some(attachments) = &parts.attachments {
        for file in attachments.children() {
            let file = file?;
            if file.id == id::ATTACHED_FILE {
                header.attach(&file)?;
                tracks::within_limit(header.streams.len(), rules.max_streams)?;
            }
        }
    }
    if header.streams.is_empty() {
        return Err(Declined::structure("no track that is a stream"));
    }
    Ok(header)
}

/// Reads the EBML header; gives where it ends.
fn ebml_header(bytes: &[u8]) -> Result<u64, Declined> {
    let header = ebml::element(bytes, 0).filter(|element| element.id == id::EBML);
    let header = header.ok_or(Declined::structure("no EBML header"))?.within(bytes, length(bytes))?;
    // All of it must lie in what libavformat looks at first to tell the format.
    if header.end() > 1024 {
        return Err(Declined::structure("a long EBML header"));
    }
    ebml::check(&header, &mut Strangers::default())?;
    let mut named = false;
    let mut readable = true;
    for child in header.children() {
        let child = child?;
        match child.id {
            id::READ_VERSION => readable &= child.uint(1) <= 1,
            id::MAX_ID_LENGTH => readable &= child.uint(4) <= 4,
            id::MAX_SIZE_LENGTH => readable &= child.uint(8) <= 8,
            id::DOC_TYPE_READ_VERSION => readable &= child.uint(1) <= 3,
            id::DOC_TYPE => named = matches!(child.text(), b"matroska" | b"webm"),
            _ => {}
        }
    }
    if !named || !readable {
        return Err(Declined::structure("a document type that is not known"));
    }
    Ok(header.end())
}

/// Reads all that stands before the first Cluster, and gives where that begins.
fn front<'a>(bytes: &'a [u8], body: u64, end: u64, sized: bool, parts: &mut Parts<'a>) -> Result<u64, Declined> {
    let mut strangers = Strangers::default();
    let mut at = body;
    while at < end {
        let element = ebml::element(bytes, at).ok_or(Declined::damaged("an element's header is damaged").at(at))?;
        if element.id == id::CLUSTER {
            return Ok(at);
        }
        if matches!(element.id, id::SEGMENT | id::EBML) {
            return Err(Declined::structure("a Segment in a Segment").at(at));
        }
        let part = element.within(bytes, end)?;
        let known = id::is_top_level(part.id) || matches!(part.id, id::VOID | id::CRC_32);
        strangers.pass(known, length(part.body), at)?;
        if id::is_top_level(part.id) {
            ebml::check(&part, &mut strangers)?;
            if part.id == id::CUES {
                check_cues(&part, body, length(bytes))?;
            }
            parts.take(part)?;
        }
        at = part.end();
    }
    // With a Segment that ends like this libavformat looks for one elsewhere.
    Err(Declined::structure(if sized { "a Segment without a Cluster" } else { "no Cluster" }).at(at))
}

/// Where Cues before the first Cluster point to is a promise of how far the input reaches.
fn check_cues(cues: &Child, segment: u64, end: u64) -> Result<(), Declined> {
    // What is damaged in them was found before.
    let points = cues.children().flatten().filter(|child| child.id == id::CUE_POINT);
    for point in points {
        let positions = point.children().flatten().filter(|child| child.id == id::CUE_TRACK_POSITIONS);
        for positions in positions {
            for child in positions.children().flatten() {
                if child.id == id::CUE_CLUSTER_POSITION && segment.saturating_add(child.uint(0)) > end {
                    return Err(Declined::damaged("Cues that point past the end").at(child.at));
                }
            }
        }
    }
    Ok(())
}

impl<'a> Parts<'a> {
    fn take(&mut self, part: Child<'a>) -> Result<(), Declined> {
        if self.seen.len() >= MOST_PARTS {
            return Err(Declined::structure("very many parts beside the Clusters").at(part.at));
        }
        self.seen.push((part.id, part.at));
        let slot = match part.id {
            id::INFO => &mut self.info,
            id::TRACKS => &mut self.tracks,
            id::ATTACHMENTS => &mut self.attachments,
            id::SEEK_HEAD => return self.seek_head(&part),
            _ => return Ok(()),
        };
        if slot.replace(part).is_some() {
            return Err(Declined::structure("a part of the Segment that is there twice").at(part.at));
        }
        Ok(())
    }

    fn seek_head(&mut self, head: &Child) -> Result<(), Declined> {
        for seek in head.children() {
            let seek = seek?;
            if seek.id != id::SEEK {
                continue;
            }
            let (mut target, mut place) = (0, u64::MAX);
            for child in seek.children() {
                let child = child?;
                match child.id {
                    id::SEEK_ID => target = child.uint(0),
                    id::SEEK_POSITION => place = child.uint(u64::MAX),
                    _ => {}
                }
            }
            // Some files point to all their Clusters.
            if target != u64::from(id::CLUSTER) {
                self.seeks.push((target, place));
            }
            if self.seeks.len() > MOST_PARTS {
                return Err(Declined::structure("a SeekHead of very many entries").at(seek.at));
            }
        }
        Ok(())
    }
}

/// Goes where the SeekHeads point, as libavformat does: in their order, to each part that is not read yet.
fn follow_seeks<'a>(bytes: &'a [u8], segment: u64, parts: &mut Parts<'a>) -> Result<(), Declined> {
    let mut next = 0;
    while let Some((target, place)) = parts.seeks.get(next).copied() {
        next = next.saturating_add(1);
        let odd = Declined::structure("a SeekHead that points astray");
        let target = u32::try_from(target).map_err(|_| odd)?;
        let at = segment.checked_add(place).filter(|_| place < u64::MAX).ok_or(odd)?;
        let element = ebml::element(bytes, at).filter(|element| element.id == target).ok_or(odd.at(at))?;
        let repeats = matches!(target, id::SEEK_HEAD | id::TAGS);
        if parts.seen.iter().any(|(id, body)| *id == target && (!repeats || *body == element.body)) {
            continue;
        }
        if !id::is_top_level(target) {
            return Err(odd.at(at));
        }
        let part = element.within(bytes, length(bytes))?;
        if target != id::CUES {
            ebml::check(&part, &mut Strangers::default())?;
            parts.take(part)?;
        }
    }
    Ok(())
}

fn timestamp_scale(info: Option<&Child>) -> Result<u64, Declined> {
    const DEFAULT: u64 = 1_000_000;
    let mut scale = DEFAULT;
    for child in info.iter().flat_map(|info| info.children()) {
        let child = child?;
        if child.id == id::TIMESTAMP_SCALE {
            scale = child.uint(DEFAULT);
        }
    }
    Ok(if scale == 0 { DEFAULT } else { scale })
}

impl<'a> Header<'a> {
    /// A file that is attached becomes a stream; a picture becomes one of one packet.
    fn attach(&mut self, file: &Child<'a>) -> Result<(), Declined> {
        let (mut name, mut media_type, mut data) = (false, None, &[][..]);
        for child in file.children() {
            let child = child?;
            match child.id {
                id::FILE_NAME => name = true,
                id::FILE_MEDIA_TYPE => media_type = Some(child.text()),
                id::FILE_DATA => data = child.body,
                _ => {}
            }
        }
        let Some(media_type) = media_type.filter(|_| name && !data.is_empty()) else { return Ok(()) };
        let pictures = [&b"image/gif"[..], b"image/jpeg", b"image/png", b"image/tiff"];
        let is_cover = pictures.iter().any(|picture| media_type.starts_with(picture));
        if is_cover {
            self.pictures.push((self.streams.len(), data));
        }
        self.streams.push(Stream {
            media: if is_cover { Media::Video } else { Media::Other },
            codec: Codec::Other,
            is_cover,
            time_base: (1, 90_000),
            configuration: if is_cover { &[] } else { data },
            header_frames: None,
            has_dimensions: false,
        });
        Ok(())
    }
}

/// Whether the first bytes can be nothing else.
pub fn begins(bytes: &[u8]) -> bool {
    ebml_header(bytes).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &[u8] = b"\x1a\x45\xdf\xa3\x8b\x42\x82\x88matroska";

    fn rules() -> Rules {
        Rules { avformat_major: 59, max_streams: 10, max_packet_bytes: 1 << 28, max_probe_bytes: 5_000_000 }
    }

    #[test]
    fn the_document_type_tells_the_container() {
        assert!(begins(HEADER));
        assert!(begins(b"\x1a\x45\xdf\xa3\x87\x42\x82\x84webm"));
        assert!(!begins(b"\x1a\x45\xdf\xa3\x87\x42\x82\x84mews"));
        assert!(!begins(&HEADER[..10]));
        assert!(!begins(b"\x1a\x45\xdf\xa3\x8b\x42\x82\x84webm\x42\x85\x81\x04"), "of a version to come");
    }

    #[test]
    fn what_libavformat_would_search_for_is_declined() {
        let with = |rest: &[u8]| read(&[HEADER, rest].concat(), &rules()).err().map(|declined| declined.reason);
        assert_eq!(with(b"\xec\x80"), Some(Reason::Structure), "no Segment");
        assert_eq!(with(b"\x18\x53\x80\x67\x80"), Some(Reason::Structure), "an empty one");
        assert_eq!(with(b"\x18\x53\x80\x67\x82\xec\x80\x00"), Some(Reason::Structure), "something behind it");
        assert_eq!(with(b"\x18\x53\x80\x67\x84\xec\x80"), Some(Reason::Damaged), "a cut one");
        assert_eq!(with(b"\x18\x53\x80\x67\xff\x1f\x43\xb6\x75\x80"), Some(Reason::Structure), "no Tracks");
        let little = Rules { max_probe_bytes: 15, ..rules() };
        assert_eq!(read(HEADER, &little).err().map(|declined| declined.reason), Some(Reason::Limit));
    }
}

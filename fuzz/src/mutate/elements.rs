//! Matroska and WebM: EBML's elements.

use super::tree::Node;

/// Segment, SeekHead, Info, Cluster, BlockGroup, Tracks, TrackEntry, Video, Audio, ContentEncodings, ContentEncoding,
/// ContentCompression, Cues.
const PARENTS: &[&[u8]] = &[
    &[0x18, 0x53, 0x80, 0x67],
    &[0x11, 0x4d, 0x9b, 0x74],
    &[0x15, 0x49, 0xa9, 0x66],
    &[0x1f, 0x43, 0xb6, 0x75],
    &[0xa0],
    &[0x16, 0x54, 0xae, 0x6b],
    &[0xae],
    &[0xe0],
    &[0xe1],
    &[0x6d, 0x80],
    &[0x62, 0x40],
    &[0x50, 0x34],
    &[0x1c, 0x53, 0xbb, 0x6b],
];

pub fn are(file: &[u8]) -> bool {
    file.starts_with(&[0x1a, 0x45, 0xdf, 0xa3])
}

/// All elements that hold together, those within others too.
pub fn nodes(file: &[u8]) -> Vec<Node> {
    let mut nodes = Vec::new();
    collect(file, 0, file.len(), &mut nodes);
    nodes
}

fn collect(file: &[u8], mut at: usize, end: usize, nodes: &mut Vec<Node>) {
    while let Some(size_at) = after_number(file, at, 4).filter(|next| *next < end) {
        let Some(body) = after_number(file, size_at, 8).filter(|next| *next <= end) else { return };
        let mark = 1u64 << (7 * (body - size_at));
        let size = file[size_at..body].iter().fold(0u64, |size, byte| size << 8 | u64::from(*byte)) & !mark;
        let next = match usize::try_from(size).ok().and_then(|size| body.checked_add(size)) {
            // Unknown: as far as its parent.
            _ if size == mark - 1 => end,
            Some(next) if next <= end => next,
            _ => return,
        };
        let is_parent = PARENTS.contains(&&file[at..size_at]);
        nodes.push(Node { start: at, body, end: next, size: size_at..body, is_ebml: true, is_parent });
        if is_parent {
            collect(file, body, next, nodes);
        }
        at = next;
    }
}

/// Where the number at `at` ends, if it is one of at most `longest` bytes.
fn after_number(file: &[u8], at: usize, longest: usize) -> Option<usize> {
    let length = usize::try_from(file.get(at)?.leading_zeros()).ok()? + 1;
    (length <= longest && at + length <= file.len()).then_some(at + length)
}

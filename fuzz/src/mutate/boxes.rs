//! MP4 and QuickTime: boxes, and the places of chunks that move with what stands before them.

use super::tree::Node;

const PARENTS: &[&[u8; 4]] =
    &[b"moov", b"trak", b"mdia", b"minf", b"stbl", b"edts", b"dinf", b"mvex", b"moof", b"traf", b"udta", b"mfra"];

/// All boxes that hold together, those within others too.
pub fn nodes(file: &[u8]) -> Vec<Node> {
    let mut nodes = Vec::new();
    collect(file, 0, file.len(), &mut nodes);
    nodes
}

fn collect(file: &[u8], mut at: usize, end: usize, nodes: &mut Vec<Node>) {
    while let Some(short) = number(file, at, 4) {
        let Some(kind) = file.get(at + 4..at + 8) else { return };
        let (header, field, claimed) = match short {
            1 => (16, at + 8..at + 16, number(file, at + 8, 8).unwrap_or(0)),
            0 => (8, at..at + 4, (end - at) as u64),
            _ => (8, at..at + 4, short),
        };
        let Some(next) = usize::try_from(claimed).ok().and_then(|size| at.checked_add(size)) else { return };
        if next > end || next < at + header {
            return;
        }
        let is_parent = PARENTS.iter().any(|parent| *parent == kind);
        nodes.push(Node { start: at, body: at + header, end: next, size: field, is_ebml: false, is_parent });
        if is_parent {
            collect(file, at + header, next, nodes);
        }
        at = next;
    }
}

fn number(file: &[u8], at: usize, size: usize) -> Option<u64> {
    Some(file.get(at..at.checked_add(size)?)?.iter().fold(0, |number, byte| number << 8 | u64::from(*byte)))
}

/// Chunks from `from` on lie elsewhere when `old` bytes before them have become `new`.
pub fn move_chunks(file: &mut [u8], nodes: &[Node], from: usize, old: usize, new: usize) {
    for node in nodes.iter().filter(|node| !node.is_ebml) {
        let width = match file.get(node.start + 4..node.start + 8) {
            Some(b"stco") => 4,
            Some(b"co64") => 8,
            _ => continue,
        };
        let Some(entries) = file.get_mut(node.body..node.end).and_then(|body| body.get_mut(8..)) else { continue };
        for entry in entries.chunks_exact_mut(width) {
            let place = entry.iter().fold(0u64, |place, byte| place << 8 | u64::from(*byte));
            if place >= from as u64 {
                let moved = place.wrapping_sub(old as u64).wrapping_add(new as u64).to_be_bytes();
                entry.copy_from_slice(&moved[8 - width..]);
            }
        }
    }
}

//! Files made of parts within parts, each with its size before it: a part is changed, and the sizes around it follow.

use super::{Chance, Plain, boxes, changed};
use std::ops::Range;

/// A part: a box or an element.
pub struct Node {
    pub start: usize,
    /// Where its contents begin.
    pub body: usize,
    pub end: usize,
    /// Where its size stands.
    pub size: Range<usize>,
    /// The size is a number of EBML's, whose first bits say how long it is.
    pub is_ebml: bool,
    /// It is made of parts itself.
    pub is_parent: bool,
}

/// Changes one part, or puts one in, out or elsewhere.
pub fn change(mut file: Vec<u8>, nodes: &[Node], most: usize, chance: &mut Chance, plain: Plain) -> Vec<u8> {
    let node = &nodes[chance.below(nodes.len())];
    let room = most.saturating_sub(file.len());
    let (range, new) = match chance.below(if node.is_parent { 4 } else { 12 }) {
        // Out.
        0 => (node.start..node.end, Vec::new()),
        // Twice.
        1 => (node.end..node.end, file[node.start..node.end].to_vec()),
        // Another one before it, or instead of it.
        nth @ (2 | 3) => {
            let other = &nodes[chance.below(nodes.len())];
            let range = if nth == 2 { node.start..node.start } else { node.start..node.end };
            (range, file[other.start..other.end].to_vec())
        }
        // Its contents, mostly without a change of its length.
        nth => {
            let contents = node.body..node.end;
            let most = if nth < 9 { contents.len() } else { contents.len() + room.min(64) };
            (contents.clone(), changed(&file[contents], most, plain))
        }
    };
    if file.len() - range.len() + new.len() > most {
        return file;
    }
    // What is put before or behind a part is within those around it, not in the part itself.
    let is_inside = range == (node.body..node.end);
    for around in nodes {
        let is_around = around.body <= node.start && node.end <= around.end;
        if is_around || (is_inside && around.start == node.start) {
            resize(&mut file, around, range.len(), new.len());
        }
    }
    if chance.below(8) > 0 {
        boxes::move_chunks(&mut file, nodes, range.end, range.len(), new.len());
    }
    file.splice(range, new);
    file
}

/// Writes the size that the node has when `old` bytes within it have become `new`.
fn resize(file: &mut [u8], node: &Node, old: usize, new: usize) {
    let bytes = &mut file[node.size.clone()];
    let mut size = bytes.iter().fold(0u64, |size, byte| size << 8 | u64::from(*byte));
    let mark = if node.is_ebml { 1 << (7 * bytes.len()) } else { 0 };
    let unknown = if node.is_ebml { mark - 1 } else { 0 };
    if size & !mark == unknown {
        return;
    }
    size = (size & !mark).wrapping_sub(old as u64).wrapping_add(new as u64) | mark;
    let length = bytes.len();
    bytes.copy_from_slice(&size.to_be_bytes()[8 - length..]);
}

//! Tables and edit lists by chance, over samples that lie where they lay before.

use super::super::Select;
use super::super::count::Mode;
use super::super::road_tests::{compare, packets};
use super::super::tests::{clip, count};
use super::Chance;
use super::boxes::Node;

const TRACK: &[&[u8; 4]] = &[b"trak"];
const TABLES: &[&[u8; 4]] = &[b"trak", b"mdia", b"minf", b"stbl"];

fn table(numbers: &[u32], width: usize) -> Vec<u8> {
    let mut body = vec![0; 4];
    body.extend_from_slice(&((numbers.len() / width) as u32).to_be_bytes());
    numbers.iter().for_each(|number| body.extend_from_slice(&number.to_be_bytes()));
    body
}

/// Runs that add up to `total`.
fn runs(chance: &mut Chance, total: u32, mut value: impl FnMut(&mut Chance) -> u32) -> Vec<u32> {
    let (mut entries, mut left) = (Vec::new(), total);
    while left > 0 {
        let count = (1 + chance.below(4) as u32 * chance.below(9) as u32).min(left);
        entries.extend([count, value(chance)]);
        left -= count;
    }
    entries
}

/// One or a few edits, some of nothing, some past the end.
fn edits(chance: &mut Chance, end: u64) -> Vec<u8> {
    let count = 1 + chance.below(4);
    let mut body = vec![0; 4];
    body.extend_from_slice(&(count as u32).to_be_bytes());
    for nth in 0..count {
        let start = if chance.below(5) == 0 || (nth == 0 && chance.below(3) == 0) {
            -1
        } else {
            chance.below(end + end / 4) as i32 / if chance.below(3) == 0 { 1 } else { 8 }
        };
        // In thousandths of a second, the movie's unit.
        let duration = 1 + chance.below(3600) as u32;
        body.extend_from_slice(&duration.to_be_bytes());
        body.extend_from_slice(&start.to_be_bytes());
        body.extend_from_slice(&[0, 1, 0, 0]);
    }
    body
}

fn shuffled(nodes: &[Node], chance: &mut Chance) -> Vec<u8> {
    let mut nodes = nodes.to_vec();
    let moov = nodes.iter_mut().find(|node| &node.kind == b"moov").unwrap();
    let tracks = moov.inner.iter().filter(|node| &node.kind == b"trak").count();
    for nth in 0..tracks {
        let tables = Node::find(&mut moov.inner, TABLES, nth);
        let sizes = &Node::find(&mut tables.inner, &[b"stsz"], 0).body;
        let total = u32::from_be_bytes(sizes[8..12].try_into().unwrap());
        let scale = 1 + chance.below(800);
        let ones = chance.below(3) == 0;
        let times = runs(chance, total, |chance| if ones { scale as u32 } else { 1 + chance.below(2 * scale) as u32 });
        let end: u64 = times.chunks(2).map(|entry| u64::from(entry[0]) * u64::from(entry[1])).sum();
        tables.set(Node::leaf(b"stts", table(&times, 2)));
        match chance.below(4) {
            0 => tables.remove(b"ctts"),
            1 => {}
            kind => {
                let lowest = if kind == 2 { 0 } else { -(scale as i64) };
                let offset = |chance: &mut Chance| (lowest + chance.below(3 * scale) as i64) as i32 as u32;
                let entries = runs(chance, total, offset);
                tables.set(Node::leaf(b"ctts", table(&entries, 2)));
            }
        }
        if nth == 0 {
            match chance.below(4) {
                0 => tables.remove(b"stss"),
                1 => {}
                _ => {
                    let every = 1 + chance.below(20);
                    let first = u32::from(chance.below(4) == 0);
                    let keys: Vec<u32> = (1 + first..=total).filter(|_| chance.below(every) == 0).collect();
                    tables.set(Node::leaf(b"stss", table(&keys, 1)));
                }
            }
        }
        let track = Node::find(&mut moov.inner, TRACK, nth);
        track.remove(b"edts");
        if chance.below(6) > 0 {
            let list = Node::leaf(b"elst", edits(chance, end));
            track.inner.insert(1, Node { kind: *b"edts", body: Vec::new(), inner: vec![list] });
        }
    }
    Node::bytes(&nodes)
}

#[test]
fn edit_lists_and_times_by_chance_give_libavformats_packets() {
    for name in ["h264_moov_at_end.mp4", "hevc.mp4", "mpeg4.mp4"] {
        let mut nodes = Node::parse(&clip(name));
        // With the media first, what comes behind may change its size.
        nodes.sort_by_key(|node| &node.kind == b"moov");
        let plain = clip(name);
        if plain != Node::bytes(&nodes) {
            move_chunks(&mut nodes, &plain);
        }
        let mut chance = Chance::new(3);
        let mut walked = 0;
        for nth in 0..200 {
            let bytes = shuffled(&nodes, &mut chance);
            match compare(&bytes, &format!("{name}, tables {nth}")) {
                Ok(()) => walked += 1,
                Err(declined) => eprintln!("{name} {nth}: {declined:?}"),
            }
        }
        assert!(walked > 195, "{name}: only {walked} of 200 were walked");
    }
}

/// Chunks follow their media to where it lies now.
fn move_chunks(nodes: &mut [Node], plain: &[u8]) {
    let find = |bytes: &[u8]| bytes.windows(4).position(|kind| kind == b"mdat").unwrap() as i64;
    let by = find(&Node::bytes(nodes)) - find(plain);
    let moov = nodes.iter_mut().find(|node| &node.kind == b"moov").unwrap();
    for track in moov.inner.iter_mut().filter(|node| &node.kind == b"trak") {
        let path: [&[u8; 4]; 4] = [b"mdia", b"minf", b"stbl", b"stco"];
        for chunk in Node::find(&mut track.inner, &path, 0).body[8..].chunks_mut(4) {
            let at = i64::from(u32::from_be_bytes((&*chunk).try_into().unwrap())) + by;
            chunk.copy_from_slice(&(at as u32).to_be_bytes());
        }
    }
}

/// libavformat's parser lets go of it; where there is no parser, it is handed on.
#[test]
fn a_sample_without_bytes_is_counted_where_no_parser_lets_go_of_it() {
    for (name, parsed) in [("h264.mp4", true), ("hevc.mp4", false)] {
        let mut nodes = Node::parse(&clip(name));
        let moov = nodes.iter_mut().find(|node| &node.kind == b"moov").unwrap();
        let sizes = &mut Node::find(&mut Node::find(&mut moov.inner, TABLES, 0).inner, &[b"stsz"], 0).body;
        let total = u64::from(u32::from_be_bytes(sizes[8..12].try_into().unwrap()));
        sizes[12 + 4 * 7..][..4].fill(0);
        let bytes = Node::bytes(&nodes);
        let given = packets(&bytes).unwrap().iter().filter(|view| view.stream == Some(0)).count() as u64;
        assert_eq!(given, total - u64::from(parsed), "{name}");
        let by_slices = crate::io::Slices::new(bytes.chunks(1000));
        for source in [&mut crate::io::Memory::new(&bytes) as &mut dyn crate::io::Source, &mut { by_slices }] {
            let (note, report) = count(source, Mode::Packets, Select::FirstVideo);
            assert!(note.is_ok());
            assert_eq!(report.packets, Some(given), "{name}");
        }
    }
}

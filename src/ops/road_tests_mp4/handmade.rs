//! The same samples, said in the other ways that the format has; and claims that make libavformat give up.

use super::super::road_tests::{compare, compare_samples};
use super::super::tests::clip;
use super::boxes::Node;
use crate::walk::Reason;

pub const TABLES: &[&[u8; 4]] = &[b"moov", b"trak", b"mdia", b"minf", b"stbl"];

pub fn words(body: &[u8]) -> Vec<u32> {
    body.chunks(4).map(|word| u32::from_be_bytes(word.try_into().unwrap())).collect()
}

pub fn bytes(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

/// The clip with its media first, so that the header may grow; changed in its first track's tables.
pub fn changed(change: impl Fn(&mut Node)) -> Vec<u8> {
    let mut nodes = Node::parse(&clip("h264_moov_at_end.mp4"));
    change(Node::find(&mut nodes, TABLES, 0));
    Node::bytes(&nodes)
}

/// Offsets and sizes of all samples, as the tables say them.
pub fn places(tables: &mut Node) -> (Vec<u32>, Vec<u32>) {
    let body = |tables: &mut Node, kind: &[u8; 4]| words(&Node::find(&mut tables.inner, &[kind], 0).body);
    let (sizes, chunks) = (body(tables, b"stsz")[3..].to_vec(), body(tables, b"stco")[2..].to_vec());
    let runs = body(tables, b"stsc")[2..].to_vec();
    let mut offsets = Vec::new();
    for (nth, chunk) in chunks.iter().enumerate() {
        let run = runs.chunks(3).rfind(|run| run[0] as usize <= nth + 1).unwrap();
        let mut at = *chunk;
        for _ in 0..run[1] {
            let size = sizes[offsets.len()];
            offsets.push(at);
            at += size;
        }
    }
    (offsets, sizes)
}

#[test]
fn every_way_to_say_where_samples_lie_is_walked() {
    let one_chunk_each = |tables: &mut Node| {
        let (offsets, _) = places(tables);
        let mut table = vec![0, offsets.len() as u32];
        offsets.iter().for_each(|offset| table.extend([0, *offset]));
        tables.remove(b"stco");
        tables.set(Node::leaf(b"co64", bytes(&table)));
        tables.set(Node::leaf(b"stsc", bytes(&[0, 1, 1, 1, 1])));
    };
    compare(&changed(one_chunk_each), "co64").unwrap();
    let short_sizes = |tables: &mut Node| {
        let (_, sizes) = places(tables);
        let mut body = bytes(&[0, 16, sizes.len() as u32]);
        sizes.iter().for_each(|size| body.extend_from_slice(&(*size as u16).to_be_bytes()));
        tables.remove(b"stsz");
        tables.set(Node::leaf(b"stz2", body));
    };
    compare(&changed(short_sizes), "stz2").unwrap();
    let same_sizes = |tables: &mut Node| {
        let (_, sizes) = places(tables);
        tables.set(Node::leaf(b"stsz", bytes(&[0, 7, sizes.len() as u32])));
    };
    // Samples that are cut up anyhow are no stream to extract.
    compare_samples(&changed(same_sizes), "stsz of one size").unwrap();
    let from_zero = |tables: &mut Node| {
        let keys = words(&Node::find(&mut tables.inner, &[b"stss"], 0).body);
        let keys: Vec<u32> = keys.iter().enumerate().map(|(nth, key)| if nth < 2 { *key } else { key - 1 }).collect();
        tables.set(Node::leaf(b"stss", bytes(&keys)));
    };
    // A codec whose key frames are the container's word; the table keeps its size.
    let mut nodes = Node::parse(&clip("mpeg4.mp4"));
    from_zero(Node::find(&mut nodes, TABLES, 0));
    compare(&Node::bytes(&nodes), "stss from 0").unwrap();
}

#[test]
fn boxes_around_the_media_may_be_of_any_kind_and_size() {
    let plain = clip("h264_moov_at_end.mp4");
    let nodes = Node::parse(&plain);
    let with = |extra: Vec<Node>| {
        let mut nodes = nodes.clone();
        nodes.extend(extra);
        Node::bytes(&nodes)
    };
    let name = [7u8; 16].to_vec();
    compare(&with(vec![Node::leaf(b"free", vec![1; 30]), Node::leaf(b"uuid", name.clone())]), "free, uuid").unwrap();
    compare(&with(vec![Node::leaf(b"skip", vec![]), Node::leaf(b"mdat", vec![5; 9])]), "skip, mdat").unwrap();
    compare(&with(vec![Node::leaf(b"abcd", vec![1; 4]), Node::leaf(b"moov", vec![0; 8])]), "second moov").unwrap();
    compare(&[plain.as_slice(), &[0; 64]].concat(), "zeros at the end").unwrap();
    compare(&[plain.as_slice(), &[0; 5]].concat(), "few zeros at the end").unwrap_err();
    compare(&with(vec![Node::leaf(b"wide", vec![0; 8])]), "full wide").unwrap_err();
    // Media with a size of 64 bits, that takes the place of what stood before.
    let at = plain.windows(4).position(|kind| kind == b"mdat").unwrap() - 4;
    let size = u32::from_be_bytes(plain[at..at + 4].try_into().unwrap());
    let mut long = plain.clone();
    assert_eq!(&long[at - 4..at], b"free", "room for a long size stands before the media");
    long[at - 8..at - 4].copy_from_slice(&[0, 0, 0, 1]);
    long[at - 4..at].copy_from_slice(b"mdat");
    long[at..at + 8].copy_from_slice(&(u64::from(size) + 8).to_be_bytes());
    compare(&long, "mdat of 64 bits").unwrap();
    // Media to the end, with the header first.
    let mut open = clip("h264.mp4");
    let at = open.windows(4).rposition(|kind| kind == b"mdat").unwrap() - 4;
    open[at..at + 4].fill(0);
    compare(&open, "mdat to the end").unwrap();
}

#[test]
fn what_makes_libavformat_give_up_is_left_to_it() {
    // A configuration of channels that AAC does not have.
    let mut audio = clip("audio.m4a");
    let at = audio.windows(4).position(|kind| kind == b"esds").unwrap();
    let header = at + audio[at..].windows(3).position(|bytes| bytes == [5, 0x80, 0x80]).unwrap() + 5;
    compare(&audio, "AAC").unwrap();
    audio[header + 1] |= 0x78;
    compare(&audio, "AAC of no channels").unwrap_err();
    for kind in [b"sinf", b"pssh", b"senc"] {
        let mut nodes = Node::parse(&clip("h264_moov_at_end.mp4"));
        Node::find(&mut nodes, &[b"moov"], 0).inner.push(Node::leaf(kind, vec![0; 32]));
        assert_eq!(compare(&Node::bytes(&nodes), "encrypted").unwrap_err().reason, Reason::Encrypted);
    }
}

#[test]
fn fragments_that_end_before_what_is_announced_are_left_to_libavformat() {
    let announced = |seconds: u32| {
        let mut nodes = Node::parse(&clip("h264_fragmented.mp4"));
        let movie = words(&Node::find(&mut nodes, &[b"moov", b"mvhd"], 0).body)[3];
        // Without the index at the end, which says that all is there.
        nodes.retain(|node| &node.kind != b"mfra");
        let extends = Node::find(&mut nodes, &[b"moov", b"mvex"], 0);
        extends.inner.insert(0, Node::leaf(b"mehd", bytes(&[0, seconds * movie])));
        // What is put into the header moves the fragments, which say where they lie by themselves.
        Node::bytes(&nodes)
    };
    compare(&announced(3), "3 seconds").unwrap();
    assert_eq!(compare(&announced(9), "9 seconds").unwrap_err().reason, Reason::Damaged);
}

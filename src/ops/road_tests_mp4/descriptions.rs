//! Tracks with several descriptions of their samples (`stsd`).

use super::super::extract::tests::movie::avcc;
use super::super::road_tests::{compare, packets, rules};
use super::super::road_tests_made::{film, units};
use super::boxes::Node;
use super::handmade::{TABLES, bytes, changed, places, words};
use crate::walk::{Reason, Rules, Walk};

#[test]
fn several_descriptions_of_samples_are_read_as_libavformat_reads_them() {
    let twice = |format: Option<&'static [u8; 4]>, used: u32| {
        move |tables: &mut Node| {
            let one = Node::find(&mut tables.inner, &[b"stsd"], 0).body[8..].to_vec();
            let mut other = one.clone();
            if let Some(format) = format {
                other[4..8].copy_from_slice(format);
            }
            tables.set(Node::leaf(b"stsd", [bytes(&[0, 2]), one, other].concat()));
            let mut runs = words(&Node::find(&mut tables.inner, &[b"stsc"], 0).body);
            *runs.last_mut().unwrap() = used;
            tables.set(Node::leaf(b"stsc", bytes(&runs)));
        }
    };
    compare(&changed(twice(None, 1)), "two of one codec, one used").unwrap();
    compare(&changed(twice(None, 2)), "two of one codec").unwrap();
    compare(&changed(twice(Some(b"hvc1"), 1)), "two codecs, one used").unwrap();
    // Samples of the second codec are left out: not known here.
    compare(&changed(twice(Some(b"hvc1"), 2)), "two codecs").unwrap_err();
    // FFmpeg 6 and later tell of each change, which changes what comes out as Annex B.
    let later = Rules { avformat_major: 60, ..rules() };
    assert!(Walk::open(&changed(|_| ()), None, &later).is_ok());
    let declined = Walk::open(&changed(twice(None, 1)), None, &later).err().unwrap();
    assert_eq!(declined.reason, Reason::Structure);
}

/// The parameter sets of a film's second half, and the film without any in its samples.
fn sets_taken_out(name: &str) -> (Vec<u8>, Vec<u8>) {
    let (mut whole, mut sets) = (film(name).to_vec(), [Vec::new(), Vec::new()]);
    for (nth, view) in packets(&whole).unwrap().into_iter().enumerate() {
        let mut at = usize::try_from(view.offset.unwrap()).unwrap();
        for unit in units(&view.data, 4) {
            at += 4;
            if let kind @ (7 | 8) = unit[0] & 31 {
                if nth >= 25 {
                    sets[usize::from(kind) - 7] = unit.to_vec();
                }
                // A filler of the same size.
                whole[at] = 12;
            }
            at += unit.len();
        }
    }
    (avcc(4, &[&sets[0]], &[&sets[1]]), whole)
}

/// Puts a second description behind the first, with this configuration and the size of the pictures that go with it.
fn describe_twice(tables: &mut Node, configuration: Vec<u8>) {
    let first = Node::find(&mut tables.inner, &[b"stsd"], 0).body[8..].to_vec();
    let at = first.windows(4).position(|kind| kind == b"avcC").unwrap() - 4;
    let size = u32::from_be_bytes(first[at..at + 4].try_into().unwrap()) as usize;
    let avcc = Node::bytes(&[Node::leaf(b"avcC", configuration)]);
    let mut second = [&first[..at], &avcc, &first[at + size..]].concat();
    let length = second.len() as u32;
    second[..4].copy_from_slice(&length.to_be_bytes());
    second[32..36].copy_from_slice(&[0, 128, 0, 80]);
    tables.set(Node::leaf(b"stsd", [bytes(&[0, 2]), first, second].concat()));
}

#[test]
fn two_configurations_that_samples_really_have_are_walked() {
    for name in ["updated  plain.mp4", "updated  plain.mov"] {
        let (configuration, film) = sets_taken_out(name);
        for used in [[1, 2], [2, 1], [2, 2]] {
            let mut nodes = Node::parse(&film);
            let tables = Node::find(&mut nodes, TABLES, 0);
            describe_twice(tables, configuration.clone());
            let (offsets, _) = places(tables);
            assert_eq!(offsets.len(), 50);
            tables.set(Node::leaf(b"stco", [bytes(&[0, 50]), bytes(&offsets)].concat()));
            tables.set(Node::leaf(b"stsc", bytes(&[0, 2, 1, 1, used[0], 26, 1, used[1]])));
            compare(&Node::bytes(&nodes), &format!("{name}, {used:?}")).unwrap();
        }
    }
}

#[test]
fn fragments_of_two_configurations_are_walked() {
    let (configuration, film) = sets_taken_out("updated  base_moof.mp4");
    let mut nodes = Node::parse(&film);
    describe_twice(Node::find(&mut nodes, TABLES, 0), configuration);
    let count = nodes.iter().filter(|node| &node.kind == b"moof").count();
    assert_eq!(count, 8);
    for (nth, moof) in nodes.iter_mut().filter(|node| &node.kind == b"moof").enumerate() {
        let traf = Node::find(&mut moof.inner, &[b"traf"], 0);
        let header = &mut Node::find(&mut traf.inner, &[b"tfhd"], 0).body;
        assert_eq!(header[3] & 3, 0, "neither an offset nor a description");
        header[3] |= 2;
        header.splice(8..8, [0, 0, 0, if nth < 4 { 1 } else { 2 }]);
        // The media begin four bytes further behind the fragment.
        let run = &mut Node::find(&mut traf.inner, &[b"trun"], 0).body;
        let offset = u32::from_be_bytes(run[8..12].try_into().unwrap()) + 4;
        run[8..12].copy_from_slice(&offset.to_be_bytes());
    }
    let made = Node::bytes(&nodes);
    compare(&made, "fragments").unwrap();
    assert_eq!(packets(&made).unwrap().len(), 50);
}

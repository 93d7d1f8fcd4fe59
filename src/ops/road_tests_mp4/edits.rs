//! Edit lists of each kind, over films in MP4, QuickTime and fragments.

use super::super::road_tests::{compare, packets};
use super::super::road_tests_made::film;
use super::boxes::Node;

/// An edit: how long it plays, in thousandths of a second, and which picture it begins with; `None` plays nothing.
type Edit = (u64, Option<u64>);

const LISTS: &[(&str, &[Edit])] = &[
    ("single", &[(1000, Some(2))]),
    ("single, without a length", &[(0, Some(2))]),
    ("single, a part", &[(400, Some(8))]),
    ("single, between key frames", &[(400, Some(11))]),
    ("empty", &[(500, None)]),
    ("empty first", &[(500, None), (1000, Some(2))]),
    ("empty between", &[(200, Some(2)), (300, None), (400, Some(10))]),
    ("empty last", &[(600, Some(2)), (300, None)]),
    ("late", &[(200, Some(21))]),
    ("multi", &[(200, Some(2)), (200, Some(9)), (300, Some(15))]),
    ("multi, backwards", &[(200, Some(17)), (200, Some(9)), (200, Some(2))]),
    ("repeated", &[(1000, Some(2)), (1000, Some(2))]),
    ("a part repeated", &[(400, Some(2)), (240, Some(5)), (240, Some(5))]),
    ("reaches beyond the end", &[(5000, Some(2))]),
    ("begins beyond the end", &[(400, Some(60))]),
    ("one of two begins beyond the end", &[(400, Some(2)), (400, Some(60))]),
];

/// The clock of ffmpeg's tracks of 25 pictures in a second: so many units for each.
const PICTURE: u64 = 512;

fn list(edits: &[Edit], long: bool) -> Node {
    let mut body = vec![u8::from(long), 0, 0, 0];
    body.extend_from_slice(&(edits.len() as u32).to_be_bytes());
    for (duration, start) in edits {
        let start = start.map_or(u64::MAX, |picture| picture * PICTURE);
        let cut = if long { 0 } else { 4 };
        body.extend_from_slice(&duration.to_be_bytes()[cut..]);
        body.extend_from_slice(&start.to_be_bytes()[cut..]);
        body.extend_from_slice(&[0, 1, 0, 0]);
    }
    Node::leaf(b"elst", body)
}

/// The film with this edit list on its first track.
fn edited(name: &str, edits: &[Edit], long: bool) -> Vec<u8> {
    let mut nodes = Node::parse(film(name));
    let track = Node::find(&mut nodes, &[b"moov", b"trak"], 0);
    track.remove(b"edts");
    let edts = Node { kind: *b"edts", body: Vec::new(), inner: vec![list(edits, long)] };
    track.inner.insert(1, edts);
    Node::bytes(&nodes)
}

#[test]
fn an_edit_list_of_each_kind_is_walked() {
    let films = [
        "plain  plain.mp4",
        "plain  plain.mov",
        "timecode  plain.mov",
        "all_intra  plain.mp4",
        "hevc  plain.mp4",
        "plain  base_moof.mp4",
        "hevc  base_moof.mp4",
    ];
    for film in films {
        for (name, edits) in LISTS {
            for long in [false, true] {
                let name = format!("{film}, {name}, of 64 bits: {long}");
                compare(&edited(film, edits, long), &name).unwrap_or_else(|declined| panic!("{name}: {declined:?}"));
            }
        }
    }
}

/// All packets, and those of them that are discarded: else the lists above may as well not be there.
#[test]
fn an_edit_list_changes_what_libavformat_gives() {
    let given = |name: &str| {
        let edits = LISTS.iter().find(|list| list.0 == name).unwrap().1;
        let views = packets(&edited("plain  plain.mp4", edits, false)).unwrap();
        let video: Vec<_> = views.iter().filter(|view| view.stream == Some(0)).collect();
        (video.len(), video.iter().filter(|view| view.discard).count())
    };
    assert_eq!(given("single"), (25, 0));
    assert_eq!(given("empty"), (0, 0));
    assert_eq!(given("repeated"), (50, 0));
    for name in ["single, between key frames", "late", "multi, backwards", "a part repeated", "begins beyond the end"] {
        assert!(given(name).1 > 0, "{name}");
    }
}

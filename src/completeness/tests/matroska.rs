use super::make::{element, sized};
use super::*;

const MKV: Container = Container::Matroska;
const EBML: u32 = 0x1a45_dfa3;
const SEGMENT: u32 = 0x1853_8067;
const TRACKS: u32 = 0x1654_ae6b;
const CLUSTER: u32 = 0x1f43_b675;
const CUES: u32 = 0x1c53_bb6b;
const SIMPLE_BLOCK: u32 = 0xa3;

fn head() -> Vec<u8> {
    sized(EBML, &[&[0x42, 0x82, 0x84, b'w', b'e', b'b', b'm']])
}

fn tracks() -> Vec<u8> {
    sized(TRACKS, &[&sized(0xae, &[&[0xd7, 0x81, 1]]), &sized(0xae, &[&[0xd7, 0x81, 2]])])
}

fn block() -> Vec<u8> {
    sized(SIMPLE_BLOCK, &[&[0x81; 40]])
}

fn cluster() -> Vec<u8> {
    sized(CLUSTER, &[&[0xe7, 0x81, 0], &block(), &block()])
}

fn cues() -> Vec<u8> {
    sized(CUES, &[&[0xec, 0x82, 0, 0]])
}

/// As a muxer that can seek leaves it.
pub fn whole() -> Vec<u8> {
    [head(), sized(SEGMENT, &[&tracks(), &cluster(), &cluster(), &cues()])].concat()
}

/// As one that cannot leaves it.
fn live(parts: &[&[u8]]) -> Vec<u8> {
    [head(), element(SEGMENT, None, parts)].concat()
}

#[test]
fn a_segment_that_ends_where_it_says_is_complete() {
    assert_eq!(verdict(MKV, &whole()), Verdict::Complete);
}

#[test]
fn a_segment_of_known_size_betrays_every_cut() {
    assert!(untold_cuts(MKV, &whole()).is_empty());
}

#[test]
fn junk_behind_a_whole_segment_is_of_no_account() {
    assert_eq!(verdict(MKV, &[whole(), vec![0; 9], vec![0xff; 30]].concat()), Verdict::Complete);
}

#[test]
fn a_live_file_cut_between_elements_is_unknown_and_inside_one_truncated() {
    let known = live(&[&tracks(), &cluster(), &cluster()]);
    let end = known.len();
    let between = [end - 2 * cluster().len(), end - cluster().len()];
    assert_eq!(verdict(MKV, &known), Verdict::Unknown);
    let untold: Vec<usize> = untold_cuts(MKV, &known).into_iter().filter(|cut| *cut > between[0]).collect();
    assert_eq!(untold, [between[1]]);
}

#[test]
fn clusters_of_unknown_size_are_followed_block_by_block() {
    let open = element(CLUSTER, None, &[&[0xe7, 0x81, 0], &block(), &block()]);
    let live = live(&[&tracks(), &open, &open]);
    assert_eq!(verdict(MKV, &live), Verdict::Unknown);
    assert_eq!(verdict(MKV, &live[..live.len() - block().len()]), Verdict::Unknown);
    let inside = live.len() - 1;
    assert_eq!(verdict(MKV, &live[..inside]), Verdict::Truncated { at: inside as u64 });
}

#[test]
fn a_cluster_of_unknown_size_in_which_no_block_has_come_is_a_cut() {
    let time = [0xe7, 0x81, 0];
    let begun = element(CLUSTER, None, &[&time]);
    for (cluster, size) in [(&begun[..], 3), (&begun[..begun.len() - 3], 0)] {
        let file = live(&[&tracks(), &element(CLUSTER, None, &[&time, &block()]), cluster]);
        assert_eq!(verdict(MKV, &file), Verdict::Truncated { at: file.len() as u64 }, "{size} bytes in it");
    }
    // An empty one that another follows has been ended.
    assert_eq!(verdict(MKV, &live(&[&tracks(), &begun, &cluster()])), Verdict::Unknown);
}

#[test]
fn cues_behind_the_clusters_conclude_a_segment_of_unknown_size() {
    assert_eq!(verdict(MKV, &live(&[&tracks(), &cluster(), &cues()])), Verdict::Complete);
    assert_eq!(verdict(MKV, &live(&[&tracks(), &cues(), &cluster()])), Verdict::Unknown);
    assert_eq!(verdict(MKV, &live(&[&tracks(), &cues()])), Verdict::Unknown);
    let open = element(CLUSTER, None, &[&block()]);
    assert_eq!(verdict(MKV, &live(&[&tracks(), &open, &cues()])), Verdict::Complete);
}

#[test]
fn tracks_before_the_first_cluster_can_be_streamed() {
    assert_eq!(order(MKV, &whole()), Order::Streamable);
    assert_eq!(order(MKV, &head()), Order::Undecided);
}

#[test]
fn a_cluster_before_the_tracks_needs_a_seek_as_soon_as_it_begins() {
    let late = [head(), sized(SEGMENT, &[&cluster(), &cues(), &tracks()])].concat();
    let begun = head().len() + 12 + 12;
    assert_eq!(order(MKV, &late[..begun]), Order::NeedsSeek);
    assert_eq!(verdict(MKV, &late), Verdict::Complete);
}

#[test]
fn tracks_are_counted() {
    assert_eq!(shown(MKV, &whole(), None, 1).tracks(), 2);
}

//! Clusters, blocks, laces, time stamps.

use super::*;
use crate::error::Error;
use crate::ops::Select;
use crate::ops::road_tests::{compare_reports, packets, rules};
use crate::walk::{Demux, Reason, Rules, Stop, Walk};

#[test]
fn blocks_in_clusters_are_packets() {
    walked(&file(&plain()), "plain");
    walked(&live(&plain()), "live");
}

#[test]
fn laces_of_every_kind_are_packets_of_their_own() {
    let xiph = [&[3, 255, 1, 0, 2][..], &[1; 256], &[2; 2], &[3; 5]].concat();
    let fixed = [&[3][..], &[5; 16]].concat();
    let ebml = [&[3, 0x84, 0xbd, 0xc3][..], &[9; 40]].concat();
    let single = [&[0][..], &[9; 40]].concat();
    let blocks = [
        simple(1, 0, KEY, &key(40)),
        simple(2, 0, KEY | XIPH, &xiph),
        simple(2, 80, KEY | FIXED, &fixed),
        simple(2, 160, EBML, &ebml),
        simple(2, 240, KEY | XIPH, &single),
        simple(2, 260, KEY | FIXED, &single),
        simple(1, 300, FIXED, &[&[1][..], &inter(10), &inter(10)].concat()),
    ];
    // Frames of the video stream have no duration, so libavformat must find out what the second one's time is.
    let video = video(&[uint(0x0023_e383, 40 * MILLISECOND)]);
    let bytes = file(&[info(), tracks(&[video, sound(20, &[])]), cluster(5, &blocks)]);
    walked(&bytes, "laces");
    assert_eq!(packets(&bytes).unwrap().len(), 1 + 3 + 4 + 4 + 1 + 1 + 2, "the empty lace is no packet");
}

#[test]
fn laces_without_a_duration_are_counted_and_no_more() {
    let laced = |track, flags| simple(track, 0, flags | FIXED, &[&[1][..], &[5; 16]].concat());
    let sound = sound(0, &[]);
    let bytes = file(&[info(), tracks(&[video(&[]), sound]), cluster(0, &[simple(1, 0, KEY, &key(9)), laced(2, KEY)])]);
    assert_eq!(compare(&bytes, "no durations"), Ok(()));
    compare_reports(&bytes, Select::Index(1), "no durations");
}

#[test]
fn laces_that_do_not_fit_are_left_to_libavformat() {
    let bad: [(u8, &[u8]); 6] = [
        (XIPH, &[1, 200, 1]),
        (XIPH, &[1, 255]),
        (FIXED, &[1, 1, 2, 3]),
        (EBML, &[1, 0x89, 1]),
        (EBML, &[2, 0x81, 0x80, 1]),
        (EBML, &[0, 0x81, 1, 1]),
    ];
    for (flags, frames) in bad {
        let blocks = [simple(1, 0, KEY, &key(9)), simple(2, 0, flags, frames), simple(1, 40, 0, &inter(9))];
        let bytes = file(&[info(), tracks(&[video(&[]), sound(20, &[])]), cluster(0, &blocks)]);
        assert!(compare(&bytes, "bad laces").is_err(), "{flags}: {frames:?}");
    }
}

#[test]
fn block_groups_tell_of_references_durations_and_additions() {
    let duration = |value| uint(0x9b, value);
    let refers = || element(0xfb, &[0xd8]);
    let more = |body: &[u8]| element(0x75a1, &element(0xa6, &[uint(0xee, 1), element(0xa5, body)].concat()));
    let blocks = [
        group(1, 0, &key(20), &[duration(40)]),
        group(1, 40, &inter(20), &[refers(), duration(35)]),
        group(1, 80, &inter(20), &[refers(), refers(), more(b"alpha"), element(VOID, &[0; 3])]),
        group(1, 120, &key(20), &[more(b""), element(CRC_32, &[0; 4]), element(0xa4, b"state")]),
        group(2, 0, &[3; 64], &[element(0x75a2, &[0x0f, 0x42, 0x40])]),
        element(0xa0, &[]),
        element(0xa0, &duration(9)),
        // Two blocks in one group: the last counts.
        element(
            0xa0,
            &[element(0xa1, &payload(1, 160, 0, &key(9))), element(0xa1, &payload(1, 170, 0, &inter(11)))].concat(),
        ),
        simple(1, 200, 0, &inter(12)),
        element(0xa3, &[]),
        simple(1, 240, 0, &[]),
    ];
    walked(&file(&[info(), tracks(&[video(&[]), sound(20, &[])]), cluster(5, &blocks)]), "groups");
    // Where no parser looks at the frames, references tell which are key frames; and a duration is that of all laces.
    let laced = payload(3, 160, FIXED, &[&[1][..], &[6; 20]].concat());
    let blocks = [
        group(3, 0, &[1; 9], &[duration(40)]),
        group(3, 40, &[2; 9], &[refers()]),
        simple(3, 80, KEY, &[3; 9]),
        simple(3, 120, 0, &[4; 9]),
        element(0xa0, &[element(0xa1, &laced), duration(50)].concat()),
    ];
    let bytes = file(&[info(), tracks(&[track(3, 1, "V_FFV1", &[])]), cluster(5, &blocks)]);
    walked(&bytes, "groups without a parser");
    let keys: Vec<_> = packets(&bytes).unwrap().iter().map(|view| view.key).collect();
    assert_eq!(keys, [true, false, true, false, true, false]);
}

#[test]
fn unknown_sizes_end_where_another_part_begins() {
    let blocks =
        |time| vec![simple(1, time, KEY, &key(30)), simple(2, time, KEY, &[1; 64]), group(1, time + 1, &inter(9), &[])];
    let cues = element(
        CUES,
        &element(0xbb, &[uint(0xb3, 0), element(0xb7, &[uint(0xf7, 1), uint(0xf1, 100)].concat())].concat()),
    );
    let open = |time| unsized_element(CLUSTER, &cluster_body(time, &blocks(3)));
    let front = [info(), tracks(&[video(&[]), sound(20, &[])])];
    let all = |rest: &[Vec<u8>]| live(&[&front[..], rest].concat());
    walked(&all(&[open(0), open(100), open(200)]), "open Clusters");
    walked(&all(&[open(0), cluster(100, &blocks(0)), open(200), cues.clone()]), "some of them, and Cues");
    walked(&all(&[open(0), cues.clone(), open(100)]), "Cues between");
    walked(&all(&[open(0), cues.clone(), element(TAGS, &[])]), "Cues and Tags behind");
    walked(
        &all(&[cluster(0, &blocks(0)), element(VOID, &[0; 40]), cues, cluster(9, &[])]),
        "fillers, an empty Cluster",
    );
    let open_inside = file(&[&front[..], &[open(0)]].concat());
    assert!(compare(&open_inside, "of unknown size in a Segment of known").is_err());
}

#[test]
fn checksums_fillers_and_unknown_elements_are_passed_over() {
    let blocks = [
        element(CRC_32, &[0; 4]),
        uint(0xe7, 7),
        element(0xa7, &[1]),
        element(0xab, &[0, 1]),
        simple(1, 0, KEY, &key(30)),
        element(0x4242, b"unknown"),
        uint(0xe7, 17),
        simple(1, 0, 0, &inter(30)),
        element(VOID, &[0; 200]),
        simple(1, 40, 0, &inter(30)),
    ];
    let parts = [
        element(CRC_32, &[0; 4]),
        element(VOID, &[0; 100]),
        info(),
        element(0x4242, b"unknown"),
        tracks(&[video(&[element(0x4243, b"unknown"), element(VOID, &[])])]),
        element(CLUSTER, &blocks.concat()),
        element(TAGS, &element(0x7373, &element(0x67c8, &element(0x45a3, b"TITLE")))),
    ];
    walked(&file(&parts), "checksums");
}

#[test]
fn time_stamps_are_scaled_and_delayed_as_libavformat_does() {
    let blocks = [
        simple(1, -3, KEY, &key(30)),
        simple(1, 3, 0, &inter(9)),
        group(1, 40, &inter(9), &[uint(0x9b, 7)]),
        simple(2, 9, KEY | FIXED, &[&[2][..], &[5; 9]].concat()),
    ];
    for scale in [1, 20_833, 1_000_000, 41_666_667] {
        for track_scale in [1.0, 0.001, 0.75, 1.5, 33.0].into_iter().filter(|by| scale > 1 || *by >= 1.0) {
            let video = video(&[float(0x0023_314f, track_scale)]);
            let sound = sound(700, &[uint(0x56aa, 6_500_000), float(0x0023_314f, track_scale)]);
            let info = element(INFO, &uint(0x002a_d7b1, scale));
            let bytes = file(&[info, tracks(&[video, sound]), cluster(12_345, &blocks), cluster(1 << 33, &blocks)]);
            walked(&bytes, &format!("scale {scale}, of the track {track_scale}"));
        }
    }
}

#[test]
fn a_block_before_the_beginning_of_time_is_counted_and_no_more() {
    let blocks = [simple(1, -30, KEY, &key(30)), simple(1, 3, 0, &inter(9))];
    let bytes = file(&[info(), tracks(&[video(&[])]), cluster(10, &blocks)]);
    assert_eq!(compare(&bytes, "below 0").unwrap_err().reason, Reason::Structure);
    compare_reports(&bytes, Select::FirstVideo, "below 0");
}

/// Large blocks are gone through in many Clusters at once, small ones in one after the other.
#[test]
fn clusters_of_large_and_of_small_blocks_are_counted_alike() {
    let large = |time| {
        cluster(time, &[simple(1, 0, KEY, &key(5000)), simple(2, 0, KEY, &[1; 64]), simple(1, 9, 0, &inter(4000))])
    };
    let small = |time| cluster(time, &(0..60).map(|at| simple(1, at, 0, &inter(20))).collect::<Vec<_>>());
    let open = |time| unsized_element(CLUSTER, &cluster_body(time, &[simple(1, 0, KEY, &key(5000))]));
    let front = [info(), tracks(&[video(&[]), sound(20, &[])])];
    let times = |count: u64| (0..count).map(|nth| nth * 100);
    let many: Vec<_> = times(40).map(large).collect();
    walked(&file(&[&front[..], &many].concat()), "40 of large blocks");
    let many: Vec<_> = times(400).map(|time| if time / 1000 % 4 == 3 { small(time) } else { large(time) }).collect();
    walked(&file(&[&front[..], &many].concat()), "400, some of small blocks");
    let many: Vec<_> = times(60).map(|time| if time % 1700 == 0 { open(time) } else { large(time) }).collect();
    walked(&live(&[&front[..], &many].concat()), "some of unknown size");
    for broken in [0, 5, 39] {
        let mut many: Vec<_> = times(40).map(large).collect();
        many[broken] = cluster(1, &[simple(1, 0, KEY, &key(5000)), simple(9, 0, 0, b"whose?")]);
        assert!(compare(&file(&[&front[..], &many].concat()), "a stray block").is_err(), "in Cluster {broken}");
    }
}

#[test]
fn the_host_can_end_a_count() {
    let large = |time| cluster(time, &[simple(1, 0, KEY, &key(5000))]);
    let clusters: Vec<_> = (0..40).map(large).collect();
    let bytes = file(&[&[info(), tracks(&[video(&[])])][..], &clusters].concat());
    let Walk::Matroska(segment) = Walk::open(&bytes, None, &rules()).unwrap() else { panic!("no Matroska") };
    for patience in [0, 1] {
        let mut looks = 0;
        let counted = segment.count(0, &mut |offset, packets| {
            assert!(offset <= bytes.len() as u64 && packets <= 40);
            looks += 1;
            if looks > patience { Err(Error::internal("enough")) } else { Ok(()) }
        });
        assert!(matches!(counted, Err(Stop::Ended(_))), "after {patience}");
    }
}

#[test]
fn a_frame_above_the_limit_is_left_to_libavformat() {
    let blocks = [simple(1, 0, KEY, &key(30)), simple(2, 0, KEY | FIXED, &[&[1][..], &[5; 80]].concat())];
    let bytes = file(&[info(), tracks(&[video(&[]), sound(20, &[])]), cluster(0, &blocks)]);
    for (stream, most) in [(0, 30), (1, 40)] {
        for (max_packet_bytes, fits) in [(most, true), (most - 1, false)] {
            let rules = Rules { max_packet_bytes, ..rules() };
            let Walk::Matroska(segment) = Walk::open(&bytes, None, &rules).unwrap() else { panic!("no Matroska") };
            let counted = segment.count(stream, &mut |_, _| Ok(()));
            assert_eq!(counted.is_ok(), fits, "stream {stream}, {max_packet_bytes}");
            assert_eq!(
                segment.samples(stream).all(|sample| sample.is_ok()),
                fits,
                "stream {stream}, {max_packet_bytes}"
            );
        }
    }
    let streams = Rules { max_streams: 1, ..rules() };
    assert_eq!(Walk::open(&bytes, None, &streams).err().map(|declined| declined.reason), Some(Reason::Limit));
}

//! Tracks and attachments, and where they are found.

use super::*;
use crate::ops::Select;
use crate::ops::road_tests::{compare_reports, packets, rules};
use crate::ops::tests::clip;
use crate::walk::{Demux, Reason, Rules, Walk};

#[test]
fn what_is_left_out_of_all_frames_is_put_back() {
    let strip = |settings: &[u8]| {
        let compression = element(0x5034, &[uint(0x4254, 3), element(0x4255, settings)].concat());
        element(0x6d80, &element(0x6240, &compression))
    };
    let blocks = [
        simple(1, 0, KEY, &key(30)[2..]),
        simple(1, 40, KEY, &key(30)[2..]),
        simple(2, 0, KEY | FIXED, &[&[1][..], &[5; 16]].concat()),
        // Nothing is in it, and it is a packet.
        simple(2, 40, KEY, &[]),
    ];
    let both = tracks(&[video(&[strip(&[0x10, 0])]), sound(20, &[strip(b"begin")])]);
    walked(&file(&[info(), both, cluster(0, &blocks)]), "stripped");
    let nothing = tracks(&[video(&[strip(&[])]), sound(20, &[])]);
    walked(&file(&[info(), nothing, cluster(0, &blocks)]), "of nothing");
}

/// A clip's H.264, written anew with the first byte of all frames left out, as some writers do.
#[test]
fn h264_frames_of_which_a_part_is_left_out_are_looked_into() {
    let bytes = clip("h264.mkv");
    let Walk::Matroska(segment) = Walk::open(&bytes, None, &rules()).unwrap() else { panic!("no Matroska") };
    let private = element(0x63a2, segment.streams()[0].configuration);
    let strip = element(0x6d80, &element(0x6240, &element(0x5034, &[uint(0x4254, 3), element(0x4255, &[0])].concat())));
    // Without a size no muxer takes the stream.
    let size = element(0xe0, &[uint(0xb0, 160), uint(0xba, 120)].concat());
    let track = track(1, 1, "V_MPEG4/ISO/AVC", &[size, private, strip]);
    let frames = packets(&bytes).unwrap().into_iter().filter(|view| view.stream == Some(0));
    let blocks: Vec<_> = frames
        .map(|view| {
            assert_eq!(view.data[0], 0, "a size's first byte");
            simple(1, i16::try_from(view.pts.unwrap()).unwrap(), 0, &view.data[1..])
        })
        .collect();
    walked(&file(&[info(), tracks(&[track]), cluster(0, &blocks)]), "stripped H.264");
}

#[test]
fn attachments_become_streams_behind_the_tracks() {
    let files = [
        attachment("font.ttf", "application/x-truetype-font", b"font"),
        attachment("cover.jpg", "image/jpeg", b"\xff\xd8\xff\xe0"),
        element(0x61a7, &element(0x466e, b"incomplete")),
        attachment("cover.png", "image/png", b"\x89PNG"),
    ];
    let parts = [&[info(), element(0x1941_a469, &files.concat())][..], &plain()[1..]].concat();
    let bytes = file(&parts);
    walked(&bytes, "attachments");
    let Walk::Matroska(segment) = Walk::open(&bytes, None, &rules()).unwrap() else { panic!("no Matroska") };
    let covers: Vec<_> = segment.streams().iter().map(|stream| stream.is_cover).collect();
    assert_eq!(covers, [false, false, false, true, true]);
    for stream in 0..6 {
        compare_reports(&bytes, Select::Index(stream), "attachments");
    }
}

#[test]
fn tracks_that_are_no_streams_are_passed_over() {
    let all = [
        track(3, 0x12, "B_VOBBTN", &[]),
        track(4, 1, "A_VORBIS", &[]),
        video(&[]),
        element(0xae, &[uint(0xd7, 5), uint(0x83, 2)].concat()),
        track(6, 0x11, "S_TEXT/UTF8", &[]),
        track(1, 1, "V_VP9", &[]),
        track(7, 0x21, "D_UNKNOWN", &[]),
        track(200, 1, "V_UNKNOWN", &[]),
    ];
    let blocks = [
        simple(3, 0, 0, b"buttons"),
        simple(4, 0, XIPH, &[9]),
        simple(1, 0, KEY, &key(30)),
        group(6, 0, b"Hello", &[uint(0x9b, 2000)]),
        group(6, 1000, b"World", &[uint(0x9b, 2000)]),
        simple(7, 5, KEY, b"data"),
        simple(7, 6, 0, b"data"),
        element(0xa3, &[0x40, 200, 0, 9, 0, 1, 2, 3]),
        element(0xa3, &[0x40, 200, 0, 19, 0x80, 1, 2, 3]),
        simple(1, 40, 0, &inter(30)),
    ];
    let bytes = file(&[info(), tracks(&all), cluster(0, &blocks)]);
    walked(&bytes, "odd tracks");
    let stray = file(&[info(), tracks(&all), cluster(0, &[simple(9, 0, 0, b"whose?")])]);
    assert!(compare(&stray, "a block of no track").is_err());
}

#[test]
fn tracks_behind_the_clusters_are_found_through_the_seek_head() {
    let place = |id: u32, at: usize| {
        let at = u32::try_from(at).unwrap().to_be_bytes();
        element(0x4dbb, &[element(0x53ab, &id.to_be_bytes()), element(0x53ac, &at)].concat())
    };
    let mut parts = plain();
    // Where this is not read, all times are others.
    parts[0] = element(INFO, &uint(0x002a_d7b1, 500_000));
    let clusters = parts[2..].concat();
    let second = |at| element(0x114d_9b74, &[place(TRACKS, at), place(CUES, 5)].concat());
    let first =
        |info, more| element(0x114d_9b74, &[place(INFO, info), place(0x114d_9b74, more), place(CLUSTER, 0)].concat());
    let (front, more) = (first(0, 0).len(), second(0).len());
    let info_at = front + clusters.len() + more;
    let order = [
        first(info_at, front + clusters.len()),
        clusters,
        second(info_at + parts[0].len()),
        parts[0].clone(),
        parts[1].clone(),
    ];
    // The entry for Cues leads astray, which nobody minds as long as nobody seeks in time.
    let bytes = file(&order);
    let found = compare(&bytes, "Tracks last");
    assert_eq!(found.map_err(|declined| declined.what), Err("a SeekHead that points astray"));
    let honest = |head: Vec<u8>| {
        let mut order = order.clone();
        order[2] = head;
        order
    };
    let second = element(0x114d_9b74, &[place(TRACKS, info_at + parts[0].len()), element(VOID, &[0; 13])].concat());
    assert_eq!(second.len(), more - 2, "as long as the other, but for a Void's head");
    let mut padded = second;
    padded.extend(element(VOID, &[]));
    walked(&file(&honest(padded)), "Tracks last, with an honest SeekHead");
    let mut lost = order.clone();
    lost[0] = element(VOID, &vec![0; front - 2]);
    assert!(compare(&file(&lost), "no SeekHead").is_err());
}

#[test]
fn what_only_libavformat_can_make_packets_of_is_left_to_it() {
    let zlib = element(0x6d80, &element(0x6240, &element(0x5034, &uint(0x4254, 0))));
    let declined = [
        sound(20, &[zlib]),
        track(2, 2, "A_MPEG/L3", &[]),
        track(2, 2, "A_WAVPACK4", &[]),
        track(2, 2, "A_EAC3", &[]),
        track(2, 0x21, "D_WEBVTT/SUBTITLES", &[]),
    ];
    for track in declined {
        let bytes = file(&[&[info(), tracks(&[video(&[]), track])][..], &plain()[2..]].concat());
        let Walk::Matroska(segment) = Walk::open(&bytes, None, &rules()).unwrap() else { panic!("no Matroska") };
        assert!(segment.count(1, &mut |_, _| Ok(())).is_err());
        assert!(segment.samples(1).next().is_some_and(|sample| sample.is_err()));
        // The video beside it is another matter.
        compare_reports(&bytes, Select::FirstVideo, "beside");
    }
}

#[test]
fn a_file_without_video_is_known_to_its_end_or_left_to_libavformat() {
    let block = |size| simple(2, 0, KEY, &vec![1; size]);
    let parts = [info(), tracks(&[sound(20, &[])]), cluster(0, &[block(30)]), cluster(20, &[block(30)])];
    walked(&file(&parts), "sound alone");
    compare_reports(&file(&parts), Select::Index(0), "sound alone");
    let mut bytes = file(&parts);
    let last = bytes.len() - parts[3].len() + 4;
    bytes[last] += 1;
    assert!(Walk::open(&bytes, None, &rules()).is_err(), "a Cluster that reaches past the Segment");
    let open =
        [&parts[..2], &[unsized_element(CLUSTER, &cluster_body(0, &[block(30), vec![0xa3, 0x89, 0x82]]))]].concat();
    assert!(Walk::open(&live(&open), None, &rules()).is_err(), "a block that reaches past the end");
}

#[test]
fn more_tracks_than_are_allowed_are_left_to_libavformat() {
    let many = |count: u64| tracks(&(0..count).map(|_| element(0xae, &[])).chain([video(&[])]).collect::<Vec<_>>());
    let with = |count| file(&[info(), many(count), cluster(0, &[simple(1, 0, KEY, &key(9))])]);
    walked(&with(999), "very many tracks");
    let reason = |count, max_streams| {
        let rules = Rules { max_streams, ..rules() };
        Walk::open(&with(count), None, &rules).err().map(|declined| declined.reason)
    };
    assert_eq!(reason(1000, 1000), Some(Reason::Limit));
    assert_eq!(reason(1024, u64::MAX), Some(Reason::Structure), "where the host sets no limit");
}

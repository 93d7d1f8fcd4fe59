//! Tables that change, that come late or that name several programs.

use super::make::*;
use super::{H264, at, declined, h264, singly, walked};
use crate::io::Memory;
use crate::ops::road_tests::rules;
use crate::ops::{Engine, Run, Select, count};
use crate::walk::{Codec, Media, Reason, Walk};

const AAC: &[Named] = &[(0x1b, VIDEO, &[]), (0x0f, AUDIO, &[])];

/// The streams of the walk: their media and codecs.
fn streams(maker: &Maker) -> Vec<(Media, Codec)> {
    let walk = Walk::open(&maker.bytes, None, &rules()).unwrap();
    walk.streams().iter().map(|stream| (stream.media, stream.codec)).collect()
}

fn audio(maker: &mut Maker, nth: usize) {
    let frame = [0xff, 0xf1, 0x50, 0x80, 0x01, 0x7f, 0xfc, 0xde, 0x34, 0x20, 0x07];
    maker.pes(AUDIO, 0xc0, Pes { bounded: true, ..at(nth) }, &frame);
}

#[test]
fn audio_between_the_pictures_changes_nothing() {
    let mut maker = Maker::of(AAC);
    for (nth, picture) in h264().iter().enumerate() {
        audio(&mut maker, nth);
        maker.pes(VIDEO, 0xe0, at(nth), picture);
    }
    walked(&maker, "audio");
    assert_eq!(streams(&maker), [(Media::Video, Codec::H264), (Media::Other, Codec::Other)]);
}

#[test]
fn tables_that_are_said_again_in_another_version_are_walked() {
    let pictures = h264();
    let mut maker = Maker::of(AAC);
    singly(&mut maker, &pictures[..4], at);
    maker.tables(&pat(1, &[(1, PMT)]), &pmt(1, 1, VIDEO, AAC));
    singly(&mut maker, &pictures[4..6], |nth| at(nth + 4));
    // A stream less, then one more.
    maker.tables(&pat(1, &[(1, PMT)]), &pmt(1, 2, VIDEO, H264));
    singly(&mut maker, &pictures[6..8], |nth| at(nth + 6));
    maker.tables(&pat(2, &[(1, PMT)]), &pmt(1, 3, VIDEO, &[(0x1b, VIDEO, &[]), (0x0f, 0x102, &[])]));
    singly(&mut maker, &pictures[8..], |nth| at(nth + 8));
    audio(&mut maker, 9);
    walked(&maker, "versions");
}

#[test]
fn a_video_that_moves_to_another_pid_ends_on_the_first() {
    let pictures = h264();
    let mut maker = Maker::of(H264);
    singly(&mut maker, &pictures[..6], at);
    maker.tables(&pat(0, &[(1, PMT)]), &pmt(1, 1, 0x200, &[(0x1b, 0x200, &[])]));
    for (nth, picture) in pictures.iter().enumerate() {
        maker.pes(0x200, 0xe0, at(nth + 6), picture);
    }
    walked(&maker, "moved");
    let mut moved = maker.clone();
    moved.section(0, &pat(1, &[(1, 0x1001)]));
    declined(&moved, "the table moved");
}

#[test]
fn several_programs_are_walked_whichever_table_comes_first() {
    let pictures = h264();
    let second = pmt(2, 0, 0x200, &[(0x0f, 0x201, &[]), (0x1b, 0x200, &[])]);
    for late in [0, 1, 4] {
        let mut maker = Maker::default();
        maker.tables(&pat(0, &[(1, PMT), (2, 0x1001)]), &pmt(1, 0, VIDEO, AAC));
        for (nth, picture) in pictures.iter().enumerate() {
            if nth == late {
                maker.section(0x1001, &second);
            }
            maker.pes(VIDEO, 0xe0, at(nth), picture);
            maker.pes(0x200, 0xe0, at(nth), picture);
        }
        walked(&maker, &format!("two programs, the second after {late}"));
        let video = (Media::Video, Codec::H264);
        let audio = (Media::Other, Codec::Other);
        let order = if late == 0 { [video, audio, audio, video] } else { [video, audio, video, audio] };
        assert_eq!(streams(&maker), order, "after {late}");
    }
}

#[test]
fn a_program_without_a_table_is_walked() {
    let mut maker = Maker::default();
    maker.tables(&pat(0, &[(7, 0x1007), (1, PMT), (0, 0x10)]), &pmt(1, 0, VIDEO, H264));
    singly(&mut maker, &h264(), at);
    walked(&maker, "a table is missing");
}

#[test]
fn a_stream_that_no_table_names_is_behind_the_others() {
    let pictures = h264();
    let mut maker = Maker::of(H264);
    maker.pes(0x300, 0xe0, at(0), &pictures[0]);
    singly(&mut maker, &pictures, at);
    maker.pes(0x300, 0xe0, at(0), &pictures[0]);
    walked(&maker, "unnamed");
}

#[test]
fn the_guide_is_a_stream_where_it_comes_first_and_none_that_is_counted() {
    let guide = section(0x4e, 1, 0, &[0; 40]);
    let pictures = h264();
    for first in [true, false] {
        let mut maker = Maker::default();
        if first {
            maker.section(0x12, &guide);
        }
        maker.tables(&pat(0, &[(1, PMT)]), &pmt(1, 0, VIDEO, H264));
        singly(&mut maker, &pictures[..4], at);
        maker.section(0x12, &guide);
        singly(&mut maker, &pictures[4..], |nth| at(nth + 4));
        walked(&maker, "a guide");
        assert_eq!(streams(&maker).len(), if first { 2 } else { 1 });
    }
}

#[test]
fn a_stream_that_is_not_listed_is_left_to_libavformat() {
    let pictures = h264();
    let mut maker = Maker::of(H264);
    for (nth, picture) in pictures.iter().enumerate() {
        maker.pes(0x300, 0xe0, at(nth), &pictures[0]);
        maker.pes(VIDEO, 0xe0, at(nth), picture);
    }
    let found = [Engine::Auto, Engine::Ffmpeg].map(|engine| {
        let (mode, select) = (count::Mode::Packets, Select::Index(1));
        let mut report = count::Report::default();
        let run = Run { engine, ..Run::default() };
        count::run(&mut Memory::new(&maker.bytes), run, &count::Options { mode, select }, &mut report).unwrap();
        (report.frames, report.found.engine)
    });
    assert!(found[0].0 > Some(0));
    assert_eq!(found, [found[0]; 2]);
}

#[test]
fn other_tables_and_empty_packets_change_nothing() {
    let mut maker = Maker::of(H264);
    let services = section(0x42, 1, 0, &[0, 1, 0xff, 0, 1, 0xfc, 0x80, 0]);
    for (nth, picture) in h264().iter().enumerate() {
        maker.section(0x11, &services);
        maker.section(0x10, &section(0x40, 1, 0, &[0xf0, 0, 0xf0, 0]));
        maker.packet(0x1fff, false, &[0xff; 184]);
        maker.pes(VIDEO, 0xe0, at(nth), picture);
    }
    walked(&maker, "other tables");
}

#[test]
fn a_long_table_in_several_packets_is_walked() {
    let described = [&[5, 4, b'H', b'D', b'M', b'X'][..], &[0x0a, 200], &[9; 200]].concat();
    let named: Vec<Named> = (0..5).map(|nth| (0x81, 0x300 + nth, &described[..])).chain([H264[0]]).collect();
    let mut maker = Maker::of(&named);
    singly(&mut maker, &h264(), at);
    walked(&maker, "a long table");
    assert_eq!(streams(&maker).len(), 6);
}

#[test]
fn tables_that_contradict_themselves_are_declined() {
    let mut broken = pmt(1, 0, VIDEO, H264);
    broken[12] ^= 1;
    for (name, pat, pmt) in [
        ("a false check", pat(0, &[(1, PMT)]), broken),
        ("a stream on the table's PID", pat(0, &[(1, PMT)]), pmt(1, 0, VIDEO, &[(0x1b, PMT, &[])])),
        ("a stream on a reserved PID", pat(0, &[(1, PMT)]), pmt(1, 0, VIDEO, &[(0x1b, 0x11, &[])])),
        ("no streams", pat(0, &[(1, PMT)]), pmt(1, 0, VIDEO, &[])),
        ("objects", pat(0, &[(1, PMT)]), pmt(1, 0, VIDEO, &[(0x12, VIDEO, &[])])),
    ] {
        let mut maker = Maker::default();
        maker.tables(&pat, &pmt);
        singly(&mut maker, &h264(), at);
        declined(&maker, name);
    }
}

#[test]
fn scrambled_samples_are_declined_when_they_are_counted() {
    let mut maker = Maker::of(&[(0xdb, VIDEO, &[])]);
    singly(&mut maker, &h264(), at);
    assert_eq!(declined(&maker, "SAMPLE-AES").reason, Reason::Encrypted);
}

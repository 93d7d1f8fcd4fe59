//! Files cut and damaged: the walk leaves them to libavformat, or gives just what that gives.

use super::*;
use crate::ops::tests::clip;

/// The same numbers each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % sides as u64).unwrap()
    }
}

/// Files of many parts, small enough to be read very often.
fn small_files() -> Vec<(&'static str, Vec<u8>)> {
    let compression = |settings: &[u8]| element(0x5034, &[uint(0x4254, 3), element(0x4255, settings)].concat());
    let strip = element(0x6d80, &element(0x6240, &compression(&[0x10, 0])));
    let laced = simple(2, 80, KEY | XIPH, &[&[3, 2, 1, 0][..], &[1; 9]].concat());
    let refers = [element(0xfb, &[0xd8]), uint(0x9b, 40)];
    let opus = track(2, 2, "A_OPUS", &[element(0xe1, &float(0xb5, 48000.0)), uint(0x0023_e383, 20 * MILLISECOND)]);
    let blocks = [
        simple(1, 0, KEY, &key(20)),
        simple(2, 0, KEY, &[0xfc, 1, 2, 3]),
        group(1, 40, &inter(9), &refers),
        simple(2, 20, KEY, &[0xff, 0x83, 1, 0, 7, 8]),
        simple(2, 40, KEY | EBML, &[&[2, 0x82, 0xbf][..], &[0xfc; 7]].concat()),
        simple(1, 80, 0, &inter(30)),
    ];
    let cues = element(CUES, &element(0xbb, &uint(0xb3, 0)));
    let front = [info(), tracks(&[video(&[]), opus])];
    let open = |time| unsized_element(CLUSTER, &cluster_body(time, &blocks));
    let mut with_lace = plain();
    with_lace.push(cluster(200, &[laced, group(1, 0, &key(10), &[]), group(2, 1, &[1, 2], &refers)]));
    with_lace.insert(1, element(0x1941_a469, &attachment("cover.png", "image/png", b"\x89PNG")));
    let stripped = [info(), tracks(&[video(&[strip]), sound(20, &[])]), cluster(0, &[simple(1, 0, KEY, &key(9)[2..])])];
    vec![
        ("laces", file(&with_lace)),
        ("live, with laces", live(&with_lace)),
        ("open Clusters", live(&[&front[..], &[open(0), open(100), cues]].concat())),
        ("stripped", file(&stripped)),
    ]
}

#[test]
fn files_cut_anywhere_are_read_as_libavformat_does_or_left_to_it() {
    for (name, bytes) in small_files() {
        walked(&bytes, name);
        let left = (1..bytes.len()).filter(|end| compare(&bytes[..*end], &format!("{name}, cut at {end}")).is_err());
        let left = left.count();
        let is_live = bytes.windows(5).any(|five| five == [0x18, 0x53, 0x80, 0x67, 0xff]);
        let walks_some = left < bytes.len() - 1;
        assert_eq!(walks_some, is_live, "{name}: only where no size says so may a cut pass unseen");
    }
}

#[test]
fn damaged_files_are_read_as_libavformat_does_or_left_to_it() {
    let mut dice = Dice(2);
    let mut files = small_files();
    // Of the clips, the head and the first blocks.
    files.extend(["h264.mkv", "vp9.webm", "live.webm"].map(|name| (name, clip(name))));
    for (name, bytes) in files {
        let reach = bytes.len().min(1500);
        let mut walked = 0;
        for _ in 0..400 {
            let mut damaged = bytes.clone();
            let mut what = Vec::new();
            for _ in 0..=dice.roll(3) {
                let (at, value) = (dice.roll(reach), u8::try_from(dice.roll(256)).unwrap());
                // Most damage that nobody notices changes a byte by little.
                damaged[at] = if dice.roll(2) == 0 { value } else { damaged[at] ^ (1 << dice.roll(8)) };
                what.push((at, damaged[at]));
            }
            walked += u32::from(compare(&damaged, &format!("{name}, with {what:?}")).is_ok());
        }
        assert!((1..400).contains(&walked), "{name}: {walked} of 400 were walked");
    }
}

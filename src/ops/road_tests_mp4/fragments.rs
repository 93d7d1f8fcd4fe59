//! Fragments by chance: the same samples, said in other ways and at other times.

use super::super::road_tests::compare;
use super::super::tests::clip;
use super::Chance;
use super::boxes::Node;

fn number(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(bytes[at..at + 4].try_into().unwrap())
}

/// The sizes of a track's samples in a fragment, and where they begin behind it.
fn sizes(traf: &mut Node) -> (Vec<u32>, u32) {
    let header = Node::find(&mut traf.inner, &[b"tfhd"], 0).body.clone();
    let fields = number(&header, 0) & 0x00ff_ffff;
    assert_eq!(fields & 3, 0, "the clip's fragments say no offsets of their own");
    let before = 8 + 4 * ((fields & 0x8).count_ones() as usize);
    let usual = if fields & 0x10 != 0 { number(&header, before) } else { 0 };
    let run = Node::find(&mut traf.inner, &[b"trun"], 0).body.clone();
    let fields = number(&run, 0) & 0x00ff_ffff;
    let (count, start) = (number(&run, 4), number(&run, 8));
    let first = 12 + 4 * ((fields >> 2 & 1) as usize);
    let width = 4 * (fields >> 8 & 15).count_ones() as usize;
    let place = 4 * (fields >> 8 & 1) as usize;
    let size = |nth: u32| {
        if fields & 0x200 != 0 { number(&run, first + nth as usize * width + place) } else { usual }
    };
    ((0..count).map(size).collect(), start)
}

/// How a track is described in all its fragments, and what it has come to.
struct Style {
    scale: u32,
    offsets: i64,
    time: u64,
}

/// One run, with where it begins still to be filled in at the place that is given.
fn run(chance: &mut Chance, style: &Style, sizes: &[u32]) -> (Vec<u8>, u64) {
    let listed = |chance: &mut Chance, field: u32| if chance.below(2) == 0 { field } else { 0 };
    let mut fields = 0x201 | listed(chance, 0x100) | listed(chance, 0x400) | listed(chance, 0x800);
    if fields & 0x400 == 0 {
        fields |= listed(chance, 4);
    }
    let mut body = (fields | if style.offsets < 0 { 1 << 24 } else { 0 }).to_be_bytes().to_vec();
    body.extend_from_slice(&(sizes.len() as u32).to_be_bytes());
    body.extend_from_slice(&[0; 4]);
    if fields & 4 != 0 {
        body.extend_from_slice(&(chance.below(2) as u32 * 0x0101_0000).to_be_bytes());
    }
    let mut lasts = 0;
    for size in sizes {
        let duration = chance.below(2 * u64::from(style.scale)) as u32;
        lasts += u64::from(if fields & 0x100 != 0 { duration } else { style.scale });
        if fields & 0x100 != 0 {
            body.extend_from_slice(&duration.to_be_bytes());
        }
        body.extend_from_slice(&size.to_be_bytes());
        if fields & 0x400 != 0 {
            body.extend_from_slice(&[0, 0x0200_0000u32, 0x0101_0000][chance.index(3)].to_be_bytes());
        }
        if fields & 0x800 != 0 {
            let offset = style.offsets + chance.below(3 * u64::from(style.scale)) as i64;
            body.extend_from_slice(&(offset as i32).to_be_bytes());
        }
    }
    (body, lasts)
}

/// One fragment, that begins at `at` in the file.
fn fragment(chance: &mut Chance, moof: &Node, styles: &mut [Style], at: u64) -> Node {
    let mut fragment = Node { kind: *b"moof", body: Vec::new(), inner: Vec::new() };
    let mut starts = Vec::new();
    for old in &moof.inner {
        if &old.kind != b"traf" {
            fragment.inner.push(old.clone());
            continue;
        }
        let (sizes, start) = sizes(&mut old.clone());
        let id = number(&Node::find(&mut old.clone().inner, &[b"tfhd"], 0).body, 4);
        let style = &mut styles[id as usize - 1];
        let absolute = chance.below(3) == 0;
        let mut header = (0x38 | if absolute { 1 } else { 0x02_0000 }).to_be_bytes_of(id);
        if absolute {
            header.extend_from_slice(&at.to_be_bytes());
        }
        for usual in [style.scale, 0, chance.below(2) as u32 * 0x0101_0000] {
            header.extend_from_slice(&usual.to_be_bytes());
        }
        let mut traf = Node { kind: *b"traf", body: Vec::new(), inner: vec![Node::leaf(b"tfhd", header)] };
        if chance.below(4) > 0 {
            // Some overlap what came before.
            let back = if chance.below(3) == 0 { chance.below(u64::from(style.scale) * 6) } else { 0 };
            style.time = (style.time + chance.below(2) * u64::from(style.scale)).saturating_sub(back);
            let mut time = vec![1, 0, 0, 0];
            time.extend_from_slice(&style.time.to_be_bytes());
            traf.inner.push(Node::leaf(b"tfdt", time));
        }
        let (mut rest, mut from) = (&sizes[..], start);
        while !rest.is_empty() {
            let count = if chance.below(2) == 0 { rest.len() } else { 1 + chance.index(rest.len()) };
            let (body, lasts) = run(chance, style, &rest[..count]);
            style.time += lasts;
            traf.inner.push(Node::leaf(b"trun", body));
            starts.push(from);
            from += rest[..count].iter().sum::<u32>();
            rest = &rest[count..];
        }
        fragment.inner.push(traf);
    }
    // Where samples begin behind a fragment of another size.
    let grown = Node::bytes(std::slice::from_ref(&fragment)).len() as u32;
    let was = Node::bytes(std::slice::from_ref(moof)).len() as u32;
    let mut starts = starts.into_iter();
    for traf in fragment.inner.iter_mut().filter(|node| &node.kind == b"traf") {
        for run in traf.inner.iter_mut().filter(|node| &node.kind == b"trun") {
            run.body[8..12].copy_from_slice(&(starts.next().unwrap() - was + grown).to_be_bytes());
        }
    }
    fragment
}

trait Header {
    fn to_be_bytes_of(self, id: u32) -> Vec<u8>;
}

impl Header for u32 {
    /// Fields, and a track's number.
    fn to_be_bytes_of(self, id: u32) -> Vec<u8> {
        [self.to_be_bytes(), id.to_be_bytes()].concat()
    }
}

#[test]
fn fragments_by_chance_give_libavformats_packets() {
    let nodes = Node::parse(&clip("h264_fragmented.mp4"));
    let mut chance = Chance::new(4);
    let mut walked = 0;
    for nth in 0..200 {
        let mut styles: Vec<Style> = (0..2)
            .map(|_| {
                let scale = 1 + chance.below(900) as u32;
                let lowest = -(i64::from(scale) * chance.below(2) as i64);
                Style { scale, offsets: lowest, time: chance.below(5000) }
            })
            .collect();
        let mut made = Vec::new();
        for node in &nodes {
            let at = Node::bytes(&made).len() as u64;
            made.push(match &node.kind {
                b"moof" => fragment(&mut chance, node, &mut styles, at),
                _ => node.clone(),
            });
        }
        match compare(&Node::bytes(&made), &format!("fragments {nth}")) {
            Ok(()) => walked += 1,
            Err(declined) => eprintln!("{nth}: {declined:?}"),
        }
    }
    assert!(walked > 190, "only {walked} of 200 were walked");
}

//! What a host does on the way.

use super::super::input::Aim;
use super::super::tests::clip;
use super::*;

/// What a host may do on the way, and what it then sees: the same by both roads.
fn after(engine: Engine, bytes: &[u8], level: Level, act: &dyn Fn(&mut Reader)) -> (Vec<Seen>, Engine, Reason) {
    let mut source = Memory::new(bytes);
    let (road, control) = prepare(Run { engine, ..Run::default() }, None).unwrap();
    let mut reader = Reader::open(&mut source, Some(bytes), &road, &Options { level }, &control, true).unwrap();
    act(&mut reader);
    let mut seen = Vec::new();
    while reader.next().unwrap() {
        seen.push(see(&reader));
    }
    let found = reader.report().found;
    (seen, found.engine, found.reason)
}

fn read(reader: &mut Reader, packets: usize) {
    for _ in 0..packets {
        assert!(reader.next().unwrap());
    }
}

#[test]
fn whatever_a_host_does_on_the_way_goes_on_with_the_same_packets() {
    type Act<'f> = (&'f str, Option<Reason>, &'f dyn Fn(&mut Reader));
    let acts: [Act; 8] = [
        ("seek", Some(Reason::Job), &|reader| {
            read(reader, 31);
            assert!(reader.seek(1_200_000, Aim::Exact).unwrap().is_some());
        }),
        ("seek to a key frame at once", Some(Reason::Job), &|reader| {
            assert!(reader.seek(2_000_000, Aim::Keyframe).unwrap().is_some());
        }),
        ("seek behind the end", Some(Reason::Job), &|reader| {
            while reader.next().unwrap() {}
            reader.seek(0, Aim::Keyframe).unwrap();
        }),
        ("choose", None, &|reader| {
            read(reader, 7);
            reader.select(&[1]).unwrap();
        }),
        ("choose nothing", None, &|reader| {
            read(reader, 7);
            reader.select(&[]).unwrap();
        }),
        ("choose at once, and again", None, &|reader| {
            reader.select(&[]).unwrap();
            reader.select(&[1]).unwrap();
        }),
        ("choose what was passed over", Some(Reason::Structure), &|reader| {
            reader.select(&[0]).unwrap();
            read(reader, 20);
            reader.select(&[0, 1]).unwrap();
        }),
        ("choose to and fro, and seek", Some(Reason::Job), &|reader| {
            read(reader, 3);
            reader.select(&[0]).unwrap();
            read(reader, 5);
            reader.select(&[1]).unwrap();
            reader.seek(1_000_000, Aim::Exact).unwrap();
            reader.select(&[1, 0]).unwrap();
        }),
    ];
    for name in ["h264.mp4", "h264_moov_at_end.mp4", "hevc.mp4"] {
        for level in LEVELS {
            for (what, reason, act) in acts {
                let bytes = clip(name);
                let (told, engine, why) = after(Engine::Auto, &bytes, level, act);
                let (expected, ..) = after(Engine::Ffmpeg, &bytes, level, act);
                assert!(told == expected, "{name}, {level:?}, {what}: {} packets, {}", told.len(), expected.len());
                let road = reason.map_or((Engine::Walk, Reason::None), |reason| (Engine::Ffmpeg, reason));
                assert_eq!((engine, why), road, "{name}, {level:?}, {what}");
            }
        }
    }
}

#[test]
fn a_host_that_insists_on_the_walk_is_refused_what_ffmpeg_alone_does_and_goes_on() {
    let act = |reader: &mut Reader| {
        reader.select(&[0]).unwrap();
        read(reader, 5);
        assert_eq!(reader.seek(0, Aim::Exact).unwrap_err().status, Status::Unsupported);
        assert_eq!(reader.select(&[1]).unwrap_err().status, Status::Unsupported);
    };
    let (told, engine, _) = after(Engine::Walk, &clip("h264.mp4"), Level::Full, &act);
    assert_eq!((told.len(), engine), (70, Engine::Walk));
    // It shows on the way that this one is not walked to its end.
    let (told, ended, _) = packets(&clip("multi_edit.mp4"), Engine::Walk, Level::Full);
    assert!(!told.is_empty() && ended.unwrap_err().0 == Status::Unsupported);
}

/// Packets are pieces of the host's memory, not copies.
#[test]
fn what_is_walked_is_not_copied() {
    let bytes = clip("h264.mp4");
    let run = Run { engine: Engine::Walk, ..Run::default() };
    let (mut source, (road, control)) = (Memory::new(&bytes), prepare(run, None).unwrap());
    let mut reader = Reader::open(&mut source, Some(&bytes), &road, &Options::default(), &control, true).unwrap();
    while reader.next().unwrap() {
        let packet = reader.current().unwrap();
        let at = usize::try_from(packet.position().unwrap()).unwrap();
        assert!(std::ptr::eq(packet.data(), &bytes[at..at + packet.data().len()]));
        assert_eq!(packet.padding(), 0);
    }
    assert_eq!(reader.report().found.bytes_read, bytes.len() as u64);
}

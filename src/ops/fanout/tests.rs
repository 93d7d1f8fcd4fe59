//! Each output is what it would be alone, and ends alone if it may.

#![allow(clippy::arithmetic_side_effects, clippy::indexing_slicing)]

use super::*;
use crate::description::Tag;
use crate::io::{Buffer, Memory};
use crate::limits::Limits;
use crate::ops::Select;
use crate::ops::tests::clip;

fn container(format: &str, layout: Layout) -> What {
    What::Remux(remux::Options { format: format.to_owned(), layout, bit_exact: true, ..remux::Options::default() })
}

fn stream(index: i32, framing: Framing) -> What {
    What::Extract(extract::Options { select: Select::Index(index), framing, ..extract::Options::default() })
}

/// What it is where nothing else is made.
fn alone(bytes: &[u8], what: &What, seeks: bool) -> (Result<Note>, Vec<u8>) {
    let (mut sink, mut source) = (Narrow { seeks, ..wide() }, Memory::new(bytes));
    let run = Run { engine: Engine::Ffmpeg, ..Run::default() };
    let note = match what {
        What::Remux(options) => remux::run(&mut source, &mut sink, run, options, &mut remux::Report::default()),
        What::Extract(options) => extract::run(&mut source, &mut sink, run, options, &mut extract::Report::default()),
    };
    (note, sink.bytes.take())
}

/// A sink that takes so many bytes and then fails, or says that it cannot go back.
struct Narrow {
    bytes: Buffer,
    most: usize,
    seeks: bool,
}

impl Sink for Narrow {
    fn write(&mut self, data: &[u8], control: &Control) -> Result<()> {
        let room = self.most.saturating_sub(usize::try_from(self.bytes.position()).unwrap());
        let taken = data.len().min(room);
        self.bytes.write(&data[..taken], control)?;
        if taken < data.len() { Err(Error::new(Status::Sink, "full")) } else { Ok(()) }
    }

    fn seek(&mut self, offset: u64, control: &Control) -> Result<()> {
        self.bytes.seek(offset, control)
    }

    fn can_seek(&self) -> bool {
        self.seeks
    }

    fn position(&self) -> u64 {
        self.bytes.position()
    }
}

fn wide() -> Narrow {
    Narrow { bytes: Buffer::default(), most: usize::MAX, seeks: true }
}

fn make(bytes: &[u8], sinks: &mut [Narrow], whats: &[(What, bool)]) -> (Result<Note>, Report, Vec<Made>) {
    let mut outputs: Vec<_> = sinks
        .iter_mut()
        .zip(whats)
        .map(|(sink, (what, is_optional))| Output {
            sink,
            what: what.clone(),
            is_optional: *is_optional,
            made: Made::default(),
        })
        .collect();
    let mut report = Report::default();
    let note = run(&mut Memory::new(bytes), &mut outputs, Run::default(), &mut report);
    (note, report, outputs.into_iter().map(|output| output.made).collect())
}

fn everything() -> Vec<What> {
    vec![
        container("mp4", Layout::Fragmented),
        stream(0, Framing::AnnexB),
        stream(1, Framing::Auto),
        container("mp4", Layout::Faststart),
        container("matroska", Layout::Auto),
        container("mpegts", Layout::Auto),
        stream(0, Framing::Raw),
        container("mov", Layout::Progressive),
    ]
}

#[test]
fn each_output_is_what_it_is_alone() {
    let names = [
        "h264.mp4",
        "h264_moov_at_end.mp4",
        "h264.mkv",
        "h264.ts",
        "hevc.mp4",
        "cut.mp4",
        "multi_edit.mp4",
        "captions.mp4",
    ];
    for name in names {
        let bytes = clip(name);
        let mut whats = everything();
        if name == "captions.mp4" {
            whats[2] = stream(2, Framing::Auto);
        }
        for (length, seeks) in [(bytes.len(), true), (bytes.len(), false), (bytes.len() * 2 / 3, true)] {
            let bytes = &bytes[..length];
            let optional: Vec<_> = whats.iter().map(|what| (what.clone(), true)).collect();
            let mut sinks: Vec<_> = whats.iter().map(|_| Narrow { seeks, ..wide() }).collect();
            let (note, report, made) = make(bytes, &mut sinks, &optional);
            let mut written = 0;
            for (nth, ((sink, made), what)) in sinks.iter_mut().zip(&made).zip(&whats).enumerate() {
                let (expected, expected_bytes) = alone(bytes, what, seeks);
                let context = format!("{nth} of {name}, {length} bytes, seeks {seeks}");
                assert_eq!(
                    made.error.as_ref().map(|error| error.status),
                    expected.as_ref().err().map(|error| error.status),
                    "{context}"
                );
                assert_eq!(note.as_ref().ok(), expected.as_ref().ok().or(note.as_ref().ok()), "{context}");
                assert!(sink.bytes.take() == expected_bytes, "{context}: other bytes");
                written += made.bytes_written;
            }
            assert_eq!(
                (report.bytes_written, report.failed > 0),
                (written, made.iter().any(|made| made.error.is_some()))
            );
        }
    }
}

#[test]
fn a_cover_goes_its_own_way() {
    let bytes = clip("cover.m4a");
    let whats = [
        (stream(1, Framing::Auto), false),
        (container("mp4", Layout::Fragmented), false),
        (stream(0, Framing::Adts), false),
    ];
    let mut sinks = [wide(), wide(), wide()];
    let (note, report, made) = make(&bytes, &mut sinks, &whats);
    assert_eq!((note.unwrap(), report.failed), (Note::Done, 0));
    assert_eq!((made[0].packets, made[0].framing, made[2].framing), (1, Framing::Raw, Framing::Adts));
    assert!(sinks[0].bytes.take().starts_with(b"\x89PNG"));
}

#[test]
fn an_optional_output_fails_alone_and_the_others_are_whole() {
    let bytes = clip("h264.mp4");
    let whole: Vec<_> = everything().iter().map(|what| alone(&bytes, what, true).1).collect();
    for failing in 0..whole.len() {
        for most in [0, 100, whole[failing].len() / 2, whole[failing].len() - 1] {
            let whats: Vec<_> =
                everything().into_iter().enumerate().map(|(nth, what)| (what, nth == failing)).collect();
            let mut sinks: Vec<_> = whats.iter().map(|_| wide()).collect();
            sinks[failing].most = most;
            let (note, report, made) = make(&bytes, &mut sinks, &whats);
            assert_eq!((note.unwrap(), report.failed), (Note::Done, 1), "{failing} after {most}");
            for (nth, (sink, made)) in sinks.iter_mut().zip(&made).enumerate() {
                let context = format!("{nth}, where {failing} fails after {most}");
                let bytes = sink.bytes.take();
                assert_eq!(
                    made.error.as_ref().map(|error| error.status),
                    (nth == failing).then_some(Status::Sink),
                    "{context}"
                );
                assert!(nth == failing || bytes == whole[nth], "{context}");
                assert!(nth != failing || bytes.len() <= most, "{context}");
            }
        }
    }
}

#[test]
fn a_required_output_that_fails_ends_all_and_the_others_hand_over_what_they_hold() {
    let bytes = clip("h264.mp4");
    let whole: Vec<_> = everything().iter().map(|what| alone(&bytes, what, true).1).collect();
    for failing in 0..whole.len() {
        let whats: Vec<_> = everything().into_iter().enumerate().map(|(nth, what)| (what, nth != failing)).collect();
        let mut sinks: Vec<_> = whats.iter().map(|_| wide()).collect();
        sinks[failing].most = whole[failing].len() / 2;
        let (note, report, made) = make(&bytes, &mut sinks, &whats);
        assert_eq!(note.unwrap_err().status, Status::Sink);
        assert!(made[failing].error.is_some());
        assert_eq!(report.failed, crate::io::to_u64(made.iter().filter(|made| made.error.is_some()).count()));
        // Streams by themselves are written as they come.
        let (bare, before) = (sinks[1].bytes.take(), failing != 1);
        assert!(whole[1].starts_with(&bare) && (!before || !bare.is_empty()), "{failing}");
    }
}

#[test]
fn when_all_optional_outputs_have_failed_the_operation_has() {
    let bytes = clip("h264.mp4");
    let whats = [(container("mp4", Layout::Fragmented), true), (stream(0, Framing::AnnexB), true)];
    let mut sinks = [Narrow { most: 2000, ..wide() }, Narrow { most: 100, ..wide() }];
    let (note, report, made) = make(&bytes, &mut sinks, &whats);
    assert_eq!((note.unwrap_err().status, report.failed), (Status::Sink, 2));
    assert!(made.iter().all(|made| made.error.as_ref().is_some_and(|error| error.status == Status::Sink)));
}

#[test]
fn what_cannot_be_is_told_before_the_first_byte_of_any() {
    let bytes = clip("h264.mp4");
    for (wrong, status) in [
        (stream(7, Framing::Auto), Status::NoStream),
        (stream(1, Framing::AnnexB), Status::Codec),
        (container("hls", Layout::Auto), Status::Refused),
        (container("no such muxer", Layout::Auto), Status::NoEncoder),
        (container("mpegts", Layout::Faststart), Status::Unsupported),
    ] {
        let whats = [(stream(0, Framing::AnnexB), false), (wrong, false)];
        let mut sinks = [wide(), wide()];
        let (note, report, _) = make(&bytes, &mut sinks, &whats);
        assert_eq!((note.unwrap_err().status, report.bytes_written), (status, 0));
        assert!(sinks.iter_mut().all(|sink| sink.bytes.take().is_empty()));
    }
    let (note, ..) = make(&bytes, &mut [], &[]);
    assert_eq!(note.unwrap_err().status, Status::InvalidArgument);
}

/// What a muxer does not take it refuses with its header.
#[test]
fn what_a_muxer_refuses_is_told_before_the_first_byte_of_any() {
    let odd = |format: &str| {
        let options = vec![Tag { key: "no_such_option".to_owned(), value: "1".to_owned() }];
        let What::Remux(container) = container(format, Layout::Auto) else { unreachable!() };
        What::Remux(remux::Options { muxer_options: options, ..container })
    };
    let whole = container("matroska", Layout::Auto);
    for (name, first, wrong, status) in [
        ("vp9.webm", whole.clone(), container("flv", Layout::Auto), Status::Codec),
        ("h264.mp4", stream(0, Framing::AnnexB), odd("mpegts"), Status::InvalidArgument),
        ("h264.mp4", whole.clone(), odd("mp4"), Status::InvalidArgument),
        ("cover.m4a", stream(1, Framing::Auto), odd("mp4"), Status::InvalidArgument),
    ] {
        let bytes = clip(name);
        assert_eq!(alone(&bytes, &wrong, true).0.unwrap_err().status, status, "{name}");
        for seeks in [true, false] {
            for optional in [false, true] {
                let whats = [(first.clone(), false), (wrong.clone(), optional), (whole.clone(), true)];
                let mut sinks = [(); 3].map(|()| Narrow { seeks, ..wide() });
                let (note, report, made) = make(&bytes, &mut sinks, &whats);
                assert_eq!(note.err().map(|error| error.status), (!optional).then_some(status), "{name}");
                assert_eq!(made[1].error.as_ref().map(|error| error.status), Some(status), "{name}");
                assert_eq!(report.bytes_written > 0, optional, "{name}");
                assert_eq!(sinks.map(|mut sink| !sink.bytes.take().is_empty()), [optional, false, optional], "{name}");
            }
        }
    }
}

#[test]
fn each_output_has_the_limits_to_itself() {
    let bytes = clip("h264.mp4");
    let size = alone(&bytes, &stream(0, Framing::AnnexB), true).1.len();
    let limits = Limits { max_output_bytes: crate::io::to_u64(size), ..Limits::default() };
    let whats = [(stream(0, Framing::AnnexB), false), (stream(0, Framing::AnnexB), false)];
    let mut sinks = [wide(), wide()];
    let mut outputs: Vec<_> = sinks
        .iter_mut()
        .zip(whats)
        .map(|(sink, (what, is_optional))| Output { sink, what, is_optional, made: Made::default() })
        .collect();
    let run = Run { limits, ..Run::default() };
    assert!(super::run(&mut Memory::new(&bytes), &mut outputs, run, &mut Report::default()).is_ok());
}

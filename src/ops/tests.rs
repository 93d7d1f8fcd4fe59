//! The operations over the project's clips, by every road that an input can come.

#![allow(clippy::arithmetic_side_effects, clippy::indexing_slicing)]

use super::count::{self, Mode};
use super::extract;
use super::{Completeness, Note, Run, Select};
use crate::error::{LimitKind, Status};
use crate::io::testing::{FakeReader, FakeWriter, QUICK};
use crate::io::{Buffer, Memory, Reader, Seekability, Slices, Source, Writer};
use crate::limits::{Limits, UNLIMITED};

pub fn clip(name: &str) -> Vec<u8> {
    std::fs::read(format!("{}/tests/clips/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap()
}

fn reader(bytes: &[u8], seekability: Seekability) -> Reader<FakeReader> {
    Reader::new(FakeReader::new(bytes), seekability, None, None, QUICK)
}

/// Calls `test` with the bytes as each kind of source.
pub fn by_every_road(bytes: &[u8], mut test: impl FnMut(&'static str, &mut dyn Source)) {
    test("memory", &mut Memory::new(bytes));
    test("slices", &mut Slices::new(bytes.chunks(1000)));
    test("cheap", &mut reader(bytes, Seekability::Cheap));
    test("expensive", &mut reader(bytes, Seekability::Expensive));
    test("none", &mut reader(bytes, Seekability::None));
}

pub fn count(source: &mut dyn Source, mode: Mode, select: Select) -> (crate::error::Result<Note>, count::Report) {
    let mut report = count::Report::default();
    let note = count::run(source, Run::default(), &count::Options { mode, select }, &mut report);
    (note, report)
}

fn extract(
    source: &mut dyn Source,
    run: Run,
    select: Select,
) -> (crate::error::Result<Note>, extract::Report, Vec<u8>) {
    let (mut buffer, mut report) = (Buffer::default(), extract::Report::default());
    let note = extract::run(
        source,
        &mut buffer,
        run,
        &extract::Options { select, ..extract::Options::annex_b() },
        &mut report,
    );
    (note, report, buffer.take())
}

fn limited(limits: Limits) -> Run {
    Run { limits, ..Run::default() }
}

/// The rows of the clips' own table: name, stream, packets, presented, decoded, header.
fn table() -> Vec<(String, i32, [Option<u64>; 4])> {
    let page = String::from_utf8(clip("README.md")).unwrap();
    let rows = page.lines().filter(|line| line.starts_with("| `"));
    let rows: Vec<_> = rows
        .filter_map(|line| {
            let cells: Vec<_> = line.split('|').map(|cell| cell.trim().trim_matches('`')).collect();
            let number = |index: usize| cells[index].parse().ok();
            let stream = cells[2].parse().ok()?;
            Some((cells[1].to_owned(), stream, [number(4), number(5), number(6), number(7)]))
        })
        .collect();
    assert!(rows.len() >= 19, "the table of clips has lost its rows");
    rows
}

#[test]
fn all_four_counts_are_ffprobes_whatever_the_road() {
    for (name, stream, [packets, presented, decoded, header]) in table() {
        by_every_road(&clip(&name), |road, source| {
            for (mode, expected) in [
                (Mode::Packets, packets),
                (Mode::Presented, presented),
                (Mode::Decoded, decoded),
                (Mode::Header, header.or(packets)),
            ] {
                // A reader that cannot go back serves one operation.
                if mode != Mode::Packets && road == "none" {
                    continue;
                }
                let (note, report) = count(source, mode, Select::Index(stream));
                assert_eq!(note.map_err(|error| error.message).as_ref(), Ok(&Note::Done), "{name} {road} {mode:?}");
                assert_eq!(report.frames, expected, "{name} {road} {mode:?}");
                assert_eq!(report.found.stream, Some(stream), "{name} {road}");
                assert_ne!(report.found.completeness, Completeness::Truncated, "{name} {road}");
            }
        });
    }
}

#[test]
fn the_header_mode_says_where_its_answer_comes_from() {
    let (_, report) = count(&mut Memory::new(&clip("h264.mp4")), Mode::Header, Select::FirstVideo);
    assert_eq!((report.obtained_by, report.packets), (Mode::Header, None));
    let (_, report) = count(&mut Memory::new(&clip("h264.mkv")), Mode::Header, Select::FirstVideo);
    assert_eq!((report.obtained_by, report.header_frames), (Mode::Packets, None));
}

#[test]
fn only_what_must_be_sought_in_is_spooled() {
    for (name, spooled) in [
        ("h264.mp4", false),
        ("h264_fragmented.mp4", false),
        ("h264.ts", false),
        ("h264.mkv", false),
        ("h264.flv", false),
        ("live.webm", false),
        ("h264_moov_at_end.mp4", true),
        ("multi_edit.mp4", true),
    ] {
        let bytes = clip(name);
        let (note, report) = count(&mut reader(&bytes, Seekability::None), Mode::Packets, Select::FirstVideo);
        note.unwrap();
        let expected = if spooled { u64::try_from(bytes.len()).unwrap() } else { 0 };
        assert_eq!(report.found.spooled_bytes, expected, "{name}");
    }
}

#[test]
fn a_cover_picture_is_never_the_video() {
    for select in [Select::FirstVideo, Select::BestVideo, Select::Index(1)] {
        let (note, _) = count(&mut Memory::new(&clip("cover.m4a")), Mode::Packets, select);
        assert_eq!(note.unwrap_err().status, Status::NoStream, "{select:?}");
    }
    for select in [Select::FirstVideo, Select::BestVideo] {
        let (note, report) = count(&mut Memory::new(&clip("cover_then_video.mp4")), Mode::Packets, select);
        note.unwrap();
        assert_eq!((report.frames, report.found.stream), (Some(75), Some(1)), "{select:?}");
    }
}

#[test]
fn extraction_gives_the_same_bytes_by_every_road() {
    for name in
        ["h264.mp4", "h264_moov_at_end.mp4", "h264_fragmented.mp4", "h264.mkv", "h264.ts", "hevc.mp4", "hevc.ts"]
    {
        let bytes = clip(name);
        let (note, report, expected) = extract(&mut Memory::new(&bytes), Run::default(), Select::FirstVideo);
        note.unwrap();
        assert_eq!(report.packets, 75);
        assert_eq!(report.bytes_written, u64::try_from(expected.len()).unwrap());
        assert!(expected.starts_with(&[0, 0, 0, 1]));
        by_every_road(&bytes, |road, source| {
            let (note, _, got) = extract(source, Run::default(), Select::FirstVideo);
            note.unwrap();
            assert!(got == expected, "{name} {road}");
        });
    }
}

#[test]
fn a_codec_without_an_annex_b_form_is_an_error_not_an_empty_output() {
    for name in ["mpeg4.mp4", "vp9.webm", "mpeg2.mpg"] {
        let (note, _, bytes) = extract(&mut Memory::new(&clip(name)), Run::default(), Select::FirstVideo);
        assert_eq!((note.unwrap_err().status, bytes.len()), (Status::Codec, 0), "{name}");
    }
    let (note, ..) = extract(&mut Memory::new(&clip("audio.m4a")), Run::default(), Select::FirstVideo);
    assert_eq!(note.unwrap_err().status, Status::NoStream);
}

#[test]
fn the_output_limit_holds_to_the_byte_and_nothing_beyond_it_is_written() {
    let bytes = clip("h264.mp4");
    let (.., whole) = extract(&mut Memory::new(&bytes), Run::default(), Select::FirstVideo);
    let size = u64::try_from(whole.len()).unwrap();
    for (max_output_bytes, fits) in [(size, true), (size - 1, false), (UNLIMITED, true)] {
        let run = limited(Limits { max_output_bytes, ..Limits::default() });
        let (note, report, got) = extract(&mut Memory::new(&bytes), run, Select::FirstVideo);
        assert!(u64::try_from(got.len()).unwrap() <= max_output_bytes);
        assert_eq!(report.bytes_written, u64::try_from(got.len()).unwrap());
        assert_eq!(note.map_err(|error| error.limit), if fits { Ok(Note::Done) } else { Err(LimitKind::Output) });
    }
}

#[test]
fn the_spool_limit_holds_to_the_byte() {
    let bytes = clip("h264_moov_at_end.mp4");
    let size = u64::try_from(bytes.len()).unwrap();
    for (max_spool_bytes, fits) in [(size, true), (size - 1, false), (UNLIMITED, true)] {
        let run = limited(Limits { max_spool_bytes, ..Limits::default() });
        let mut report = count::Report::default();
        let note = count::run(&mut reader(&bytes, Seekability::None), run, &count::Options::default(), &mut report);
        match note {
            Ok(_) => assert!(fits),
            Err(error) => {
                assert!(!fits);
                assert_eq!((error.status, error.limit), (Status::NeedsSeek, LimitKind::Spool));
            }
        }
    }
}

#[test]
fn a_sink_that_fails_at_any_byte_ends_the_operation_with_its_code() {
    let bytes = clip("h264.mp4");
    let (mut calls, mut failures) = (0, 0);
    loop {
        let mut answers = vec![i64::MAX; calls];
        answers.push(-77);
        // Every call before the failing one takes all it is given.
        let host = FakeWriter { answers, clamp: true, ..FakeWriter::default() };
        let mut sink = Writer::new(host, QUICK, Some(1000));
        let mut report = extract::Report::default();
        let options = extract::Options::annex_b();
        match extract::run(&mut Memory::new(&bytes), &mut sink, Run::default(), &options, &mut report) {
            Ok(_) => break,
            Err(error) => {
                assert_eq!((error.status, error.host_code), (Status::Sink, -77));
                assert_eq!(error.offset, Some(report.bytes_written));
                failures += 1;
            }
        }
        calls += 1;
    }
    assert!(failures > 20, "only {failures} calls were there to fail");
}

#[test]
fn a_format_that_is_named_is_not_guessed_at() {
    // Junk that looks like the start of a program stream, before a transport stream.
    let mut bytes = [0, 0, 1, 0xba].repeat(75);
    bytes.extend(clip("h264.ts"));
    by_every_road(&bytes, |road, source| {
        let run = Run { format: Some("mpegts".into()), ..Run::default() };
        let mut report = count::Report::default();
        count::run(source, run, &count::Options::default(), &mut report).unwrap();
        assert_eq!(report.frames, Some(75), "{road}");
    });
    let run = Run { format: Some("concat".into()), ..Run::default() };
    let mut report = count::Report::default();
    let error = count::run(&mut Memory::new(&bytes), run, &count::Options::default(), &mut report).unwrap_err();
    assert_eq!(error.status, Status::Refused);
}

#[test]
fn a_fragmented_file_and_a_transport_stream_are_read_once() {
    for name in ["h264_fragmented.mp4", "h264.ts", "hevc.ts", "mpeg2.mpg"] {
        let bytes = clip(name);
        by_every_road(&bytes, |road, source| {
            let (_, report) = count(source, Mode::Packets, Select::FirstVideo);
            assert_eq!(report.found.bytes_read, u64::try_from(bytes.len()).unwrap(), "{name} {road}");
        });
    }
}

#[test]
fn a_damaged_input_gives_the_same_count_by_every_road_or_says_that_it_is_damaged() {
    for name in ["h264.flv", "live.webm", "h264.mkv", "h264.avi", "h264.ts"] {
        let whole = clip(name);
        for place in 1..24 {
            let (at, cut) = (whole.len() * place / 24, 24 + whole.len() / 20 * (place % 3));
            let bytes = [&whole[..at], whole.get(at + cut..).unwrap_or_default()].concat();
            let (note, expected) = count(&mut Memory::new(&bytes), Mode::Packets, Select::FirstVideo);
            by_every_road(&bytes, |road, source| {
                let (other, report) = count(source, Mode::Packets, Select::FirstVideo);
                let same = note.as_ref().ok() == other.as_ref().ok() && report.frames == expected.frames;
                let told = !matches!(other, Ok(Note::Done));
                assert!(same || told, "{name}, {cut} bytes missing at {at}, {road}: {report:?} for {expected:?}");
            });
        }
    }
}

#[test]
fn samples_beyond_the_data_that_the_boxes_admit_are_counted_or_told_of() {
    let mut bytes = clip("h264.mp4");
    let mdat = bytes.windows(4).position(|window| window == b"mdat").unwrap() - 4;
    let size = u32::from_be_bytes(bytes[mdat..mdat + 4].try_into().unwrap());
    bytes[mdat..mdat + 4].copy_from_slice(&(size / 2).to_be_bytes());
    for seekability in [Seekability::Cheap, Seekability::Expensive, Seekability::None] {
        for buffer_size in [500, 4096, 100_000] {
            let mut source = Reader::new(FakeReader::new(&bytes), seekability, None, Some(buffer_size), QUICK);
            let (note, report) = count(&mut source, Mode::Packets, Select::FirstVideo);
            let counted = report.packets == Some(75);
            assert!(counted || note.ok() != Some(Note::Done), "{seekability:?} {buffer_size}: {report:?}");
        }
    }
}

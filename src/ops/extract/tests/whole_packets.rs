//! How libavformat's packets reach a sink.

use super::*;

/// A stream of packets of these sizes, more or less.
fn track(sizes: &[usize]) -> Track {
    let mut random = Random(5);
    let [sps, pps] = [7, 8].map(|kind| unit(walk::Codec::H264, kind, 12, &mut random));
    let samples = sizes.iter().map(|size| sample(4, &[&unit(walk::Codec::H264, 5, *size, &mut random)])).collect();
    Track { codec: walk::Codec::H264, configuration: avcc(4, &[&sps], &[&pps]), samples }
}

fn extract(movie: &[u8], writer: FakeWriter, limits: Limits) -> (FakeWriter, Report, Result<Note>) {
    let mut sink = Writer::new(writer, QUICK, None);
    let (run, mut report) = (Run { engine: Engine::Ffmpeg, limits, ..Run::default() }, Report::default());
    let note = super::super::run(&mut Memory::new(movie), &mut sink, run, &Options::annex_b(), &mut report);
    (sink.into_host(), report, note)
}

#[test]
fn each_packet_comes_whole_in_one_call_however_large_it_is() {
    let movie = track(&[10, 300_000, 20, 32 << 10, 70_000]).movie();
    let (bytes, ..) = by_ffmpeg(&movie);
    for only_slices in [false, true] {
        let (host, report, note) =
            extract(&movie, FakeWriter { only_slices, ..FakeWriter::default() }, Limits::default());
        assert_eq!((note.unwrap(), report.packets, host.calls), (Note::Done, 5, 5));
        assert!(host.taken == bytes);
    }
}

#[test]
fn a_large_packet_that_is_taken_in_parts_loses_nothing() {
    let movie = track(&[10, 300_000, 20]).movie();
    let (bytes, ..) = by_ffmpeg(&movie);
    let writer = FakeWriter { answers: vec![1, 4000], clamp: true, ..FakeWriter::default() };
    let (host, _, note) = extract(&movie, writer, Limits::default());
    assert_eq!(note.unwrap(), Note::Done);
    assert!(host.taken == bytes);
}

#[test]
fn what_came_before_a_packet_that_fails_is_handed_over() {
    let movie = track(&[10, 50_000, 300_000, 20]).movie();
    let (bytes, ..) = by_ffmpeg(&movie);
    let limits = Limits { max_output_bytes: 200_000, ..Limits::default() };
    let (host, report, note) = extract(&movie, FakeWriter::default(), limits);
    assert_eq!(note.unwrap_err().limit, LimitKind::Output);
    // Each packet whole, or not at all.
    assert!((50_000..51_000).contains(&host.taken.len()) && bytes.starts_with(&host.taken));
    assert_eq!(report.bytes_written, host.taken.len() as u64);
    let writer = FakeWriter { answers: vec![i64::MAX, i64::MAX, 7, -5], clamp: true, ..FakeWriter::default() };
    let (failed, report, note) = extract(&movie, writer, Limits::default());
    let error = note.unwrap_err();
    assert_eq!((error.status, error.host_code), (Status::Sink, -5));
    assert_eq!(failed.taken.len(), host.taken.len() + 7);
    assert_eq!(report.bytes_written, failed.taken.len() as u64);
    assert!(bytes.starts_with(&failed.taken));
}

//! Whole files, by the road that memux chooses and by libavformat's: the clips, and a corpus where there is one.

use super::*;
use std::path::{Path, PathBuf};

/// All that a host is told, but for which road it was.
type Told = (Vec<u8>, std::result::Result<Note, (Status, Stage, Option<i32>, String)>, Codec, u64, Option<i32>);

fn extracted(bytes: &[u8], engine: Engine, only_slices: bool) -> (Told, Report) {
    let mut sink = Writer::new(FakeWriter { only_slices, ..FakeWriter::default() }, QUICK, None);
    let run = Run { engine, ..Run::default() };
    let mut report = Report::default();
    let note = super::run(&mut Memory::new(bytes), &mut sink, run, &Options::annex_b(), &mut report);
    let note = note.map_err(|error| (error.status, error.stage, error.stream, error.message.into_owned()));
    let taken = sink.into_host().taken;
    assert_eq!(taken.len() as u64, report.bytes_written);
    ((taken, note, report.codec, report.packets, report.found.stream), report)
}

/// Every road and every kind of sink tells the same of this file.
fn hold(path: &Path) {
    let bytes = std::fs::read(path).unwrap();
    let name = path.display();
    let (expected, by_ffmpeg) = extracted(&bytes, Engine::Ffmpeg, false);
    for only_slices in [false, true] {
        let (told, report) = extracted(&bytes, Engine::Auto, only_slices);
        assert!(told.0 == expected.0, "{name}: bytes, {} for {}", told.0.len(), expected.0.len());
        assert_eq!((&told.1, told.2, told.3, told.4), (&expected.1, expected.2, expected.3, expected.4), "{name}");
        if expected.1.is_ok() {
            let found = |found: &Found| (found.completeness, found.truncated_at, found.corrupt_packets);
            assert_eq!(found(&report.found), found(&by_ffmpeg.found), "{name}");
        }
    }
    let Ok(note) = expected.1 else { return };
    let mut report = Report::default();
    let measured = run_to_size(&mut Memory::new(&bytes), Run::default(), &Options::annex_b(), &mut report).unwrap();
    assert_eq!(measured, (note, expected.0.len() as u64), "{name}");
    for threads in [1, 2] {
        let mut memory = vec![0xEE; expected.0.len()];
        let options = Options { threads, ..Options::annex_b() };
        let room = crate::mem::room(&mut memory);
        let filled = run_into(&mut Memory::new(&bytes), room, Run::default(), &options, &mut report).unwrap();
        assert!(filled == note && memory == expected.0, "{name}: into memory, {threads} threads");
    }
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.filter(|path| path.is_file()).collect()
}

#[test]
fn every_clip_comes_out_alike_by_both_roads() {
    let clips = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clips"));
    assert!(clips.len() >= 20);
    clips.iter().for_each(|path| hold(path));
}

/// Without a corpus the suite says at its end that this was not run.
#[test]
fn every_file_of_the_corpus_comes_out_alike_by_both_roads() {
    let Some(corpus) = std::env::var_os("MEMUX_CORPUS") else { return };
    for folder in ["mp4", "3gp", "mkv", "vp9", "ts", "drm"] {
        files(&Path::new(&corpus).join(folder)).iter().for_each(|path| hold(path));
    }
}

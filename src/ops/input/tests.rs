//! What a host that errs is told, and that both roads give the same packets.

use super::super::Engine;
use super::*;
use crate::ops::tests::clip;

/// Does `work` with a container that is open.
pub fn with<T>(bytes: &[u8], run: Run, level: Level, work: impl FnOnce(&mut Reader) -> T) -> Result<T> {
    let mut source = Memory::new(bytes);
    let (road, control) = prepare(run, None)?;
    let mut reader = Reader::open(&mut source, Some(bytes), &road, &Options { level }, &control, true)?;
    Ok(work(&mut reader))
}

fn by(engine: Engine) -> Run {
    Run { engine, ..Run::default() }
}

#[test]
fn a_stream_that_is_none_is_an_error_of_the_arguments_and_changes_nothing() {
    for engine in [Engine::Walk, Engine::Ffmpeg] {
        with(&clip("h264.mp4"), by(engine), Level::Full, |reader| {
            let error = reader.select(&[0, 70]).unwrap_err();
            assert_eq!((error.status, error.stage, error.stream), (Status::NoStream, Stage::Arguments, Some(70)));
            assert!(reader.next().unwrap());
        })
        .unwrap();
    }
}

#[test]
fn with_no_stream_selected_a_seek_goes_there_all_the_same() {
    for name in ["h264.mp4", "h264.ts", "h264.mkv"] {
        with(&clip(name), Run::default(), Level::Full, |reader| {
            while reader.next().unwrap() {}
            reader.select(&[]).unwrap();
            assert_eq!(reader.seek(0, Aim::Exact).unwrap(), None, "{name}");
            reader.select(&[0]).unwrap();
            assert!(reader.next().unwrap() && reader.current().unwrap().is_key(), "{name}");
        })
        .unwrap();
    }
}

//! What a host that errs is told.

use super::*;
use crate::io::Memory;
use crate::ops::tests::clip;

#[test]
fn a_stream_that_is_none_is_an_error_of_the_arguments_and_changes_nothing() {
    let bytes = clip("h264.mp4");
    let mut source = Memory::new(&bytes);
    let (named, control) = prepare(Run::default(), None).unwrap();
    let mut reader = Reader::open(&mut source, named, &Options::default(), &control, true).unwrap();
    let error = reader.select(&[0, 70]).unwrap_err();
    assert_eq!((error.status, error.stage, error.stream), (Status::NoStream, Stage::Arguments, Some(70)));
    assert!(reader.next().unwrap().is_some());
}

#[test]
fn with_no_stream_selected_a_seek_goes_there_all_the_same() {
    for name in ["h264.mp4", "h264.ts", "h264.mkv"] {
        let bytes = clip(name);
        let mut source = Memory::new(&bytes);
        let (named, control) = prepare(Run::default(), None).unwrap();
        let mut reader = Reader::open(&mut source, named, &Options::default(), &control, true).unwrap();
        while reader.next().unwrap().is_some() {}
        reader.select(&[]).unwrap();
        assert_eq!(reader.seek(0, Aim::Exact).unwrap(), None, "{name}");
        reader.select(&[0]).unwrap();
        assert!(reader.next().unwrap().is_some_and(Packet::is_key), "{name}");
    }
}

//! Small files that claim to be huge. One test in a process of its own: it looks at the memory of the whole process.

#![cfg(target_os = "linux")]

use memux::ffi::*;
use std::mem::zeroed;
use std::ptr::null_mut;

const SIZE: usize = 4096;

fn boxed(kind: &[u8; 4], parts: &[&[u8]]) -> Vec<u8> {
    let contents = parts.concat();
    let size = u32::try_from(contents.len() + 8).unwrap();
    [&size.to_be_bytes()[..], kind, &contents].concat()
}

fn words(numbers: &[u32]) -> Vec<u8> {
    numbers.iter().flat_map(|number| number.to_be_bytes()).collect()
}

/// A track of `samples` samples of one size, all in one chunk, in a file of 4 KiB.
fn track(samples: u32, sample_size: u32) -> Vec<u8> {
    let mut entry = vec![0; 78];
    entry[7] = 1;
    let stsd = boxed(b"stsd", &[&words(&[0, 1]), &boxed(b"mp4v", &[&entry])]);
    let stbl = boxed(
        b"stbl",
        &[
            &stsd,
            &boxed(b"stts", &[&words(&[0, 1, samples, 1])]),
            &boxed(b"stsc", &[&words(&[0, 1, 1, samples, 1])]),
            &boxed(b"stsz", &[&words(&[0, sample_size, samples])]),
            &boxed(b"stco", &[&words(&[0, 1, 2048])]),
        ],
    );
    let hdlr = boxed(b"hdlr", &[&words(&[0, 0]), b"vide", &[0; 13]]);
    let minf = boxed(b"minf", &[&boxed(b"vmhd", &[&words(&[1, 0, 0])]), &stbl]);
    let mdhd = boxed(b"mdhd", &[&words(&[0, 0, 0, 1000, samples, 0])]);
    let mut tkhd = words(&[3, 0, 0, 1, 0, samples]);
    tkhd.resize(84, 0);
    boxed(b"trak", &[&boxed(b"tkhd", &[&tkhd]), &boxed(b"mdia", &[&mdhd, &hdlr, &minf])])
}

fn header(trak: &[u8], extra: &[u8]) -> Vec<u8> {
    let mut mvhd = words(&[0, 0, 0, 1000, 1000]);
    mvhd.resize(100, 0);
    let moov = boxed(b"moov", &[&boxed(b"mvhd", &[&mvhd]), trak, extra]);
    [boxed(b"ftyp", &[b"isom", &words(&[512]), b"isom"]), moov].concat()
}

fn filled(mut file: Vec<u8>) -> Vec<u8> {
    assert!(file.len() + 8 <= SIZE, "{} bytes", file.len());
    let rest = u32::try_from(SIZE - file.len()).unwrap();
    file.extend(rest.to_be_bytes());
    file.extend(b"mdat");
    file.resize(SIZE, 0);
    file
}

/// One run of `samples` samples without a byte for any of them.
fn fragment(samples: u32) -> Vec<u8> {
    let trex = boxed(b"trex", &[&words(&[0, 1, 1, 1, 1, 0])]);
    let file = header(&track(0, 0), &boxed(b"mvex", &[&trex]));
    let traf =
        boxed(b"traf", &[&boxed(b"tfhd", &[&words(&[0x0002_0000, 1])]), &boxed(b"trun", &[&words(&[0, samples])])]);
    let moof = boxed(b"moof", &[&boxed(b"mfhd", &[&words(&[0, 1])]), &traf]);
    filled([file, moof].concat())
}

/// The most memory that the process has had at once, in bytes.
fn peak() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse::<u64>().unwrap() * 1024
}

fn count(file: &[u8], engine: i32) -> (memux_status, u64) {
    // SAFETY: zeroed structs of C, filled as the header says; all pointers are good for the calls, and no error object
    // is asked for.
    unsafe {
        let (mut source, mut run, mut options, mut report): (
            _,
            memux_run_options,
            memux_count_options,
            memux_count_report,
        ) = (null_mut(), zeroed(), zeroed(), zeroed());
        memux_run_options_init(&raw mut run, size_of_val(&run));
        memux_count_options_init(&raw mut options, size_of_val(&options));
        memux_count_report_init(&raw mut report, size_of_val(&report));
        run.engine = engine;
        options.run = &raw const run;
        let made =
            memux_source_from_memory(file.as_ptr().cast(), file.len(), None, null_mut(), &raw mut source, null_mut());
        assert_eq!(made, MEMUX_OK);
        let status = memux_count(source, &raw const options, &raw mut report, null_mut());
        memux_source_free(source);
        (status, report.frames)
    }
}

#[test]
fn a_file_of_4_kib_that_claims_billions_of_samples_takes_no_more_than_16_mib() {
    let honest = filled(header(&track(100, 1), &[]));
    let files = [
        ("2^32 - 1 samples", filled(header(&track(u32::MAX, 1), &[]))),
        ("2^32 - 1 samples of no size", filled(header(&track(u32::MAX, 0), &[]))),
        ("2^27 samples", filled(header(&track(1 << 27, 1), &[]))),
        ("2^24 samples", filled(header(&track(1 << 24, 1), &[]))),
        ("a run of 2^32 - 1", fragment(u32::MAX)),
        ("a run of 2^28", fragment(1 << 28)),
    ];
    // The first call by FFmpeg pays for what it keeps for ever.
    assert_eq!(count(&honest, MEMUX_ENGINE_FFMPEG), (MEMUX_OK, 100), "the file that the others are made like is good");
    assert_eq!(count(&honest, MEMUX_ENGINE_WALK), (MEMUX_OK, 100), "by both engines");
    for (name, file) in files {
        for engine in [MEMUX_ENGINE_AUTO, MEMUX_ENGINE_FFMPEG, MEMUX_ENGINE_WALK] {
            // Makes the kernel forget the peak so far.
            std::fs::write("/proc/self/clear_refs", "5").unwrap();
            let before = peak();
            let (status, frames) = count(&file, engine);
            let grown = peak().saturating_sub(before);
            assert!(grown < 16 << 20, "{name}, engine {engine}: {grown} bytes more");
            assert!(status != MEMUX_OK || frames <= 4096, "{name}, engine {engine}: {frames} frames in 4 KiB");
        }
    }
}

//! Each file into many outputs at once: each of them is what it is alone, and fails where it fails alone.

use super::host::{Remux, Road, extract, probe, remux, run_options, with_source};
use super::table::files;
use memux::ffi::*;
use std::ffi::CStr;
use std::ptr::null_mut;

enum What {
    Container(&'static CStr, i32),
    Stream(i32),
}

/// What an output has come to.
#[derive(PartialEq, Eq)]
struct Made {
    status: memux_status,
    packets: u64,
    bytes: Vec<u8>,
}

const CONTAINERS: [(&CStr, i32); 5] = [
    (c"mp4", MEMUX_LAYOUT_FRAGMENTED),
    (c"mp4", MEMUX_LAYOUT_FASTSTART),
    (c"matroska", MEMUX_LAYOUT_AUTO),
    (c"mpegts", MEMUX_LAYOUT_AUTO),
    (c"flv", MEMUX_LAYOUT_AUTO),
];

#[test]
fn each_of_many_outputs_is_what_it_is_alone() {
    let (mut same, mut failed, mut differences) = (0, 0, Vec::new());
    for row in files().iter().filter(|row| !row.is_playlist()) {
        let bytes = row.bytes();
        let streams = probe(&bytes, Road::ByFfmpeg, MEMUX_PROBE_FULL).1.codecs.len();
        let streams = (0..i32::try_from(streams).unwrap()).map(What::Stream);
        let containers = CONTAINERS.map(|(format, layout)| What::Container(format, layout));
        let whats: Vec<_> = containers.into_iter().chain(streams).collect();
        for road in [Road::ByFfmpeg, Road::Cheap, Road::NoSeek] {
            for (what, made) in whats.iter().zip(fanout(&bytes, road, &whats)) {
                let expected = alone(&bytes, road, what);
                if differs_on_purpose(&row.path, what) {
                    assert_eq!(
                        (made.status, expected.status),
                        (MEMUX_ERROR_CODEC, MEMUX_ERROR_NO_STREAM),
                        "{}",
                        row.path
                    );
                } else if made != expected {
                    let name = match what {
                        What::Container(format, layout) => format!("{format:?} {layout}"),
                        What::Stream(index) => format!("stream {index}"),
                    };
                    let told = [made, expected].map(|made| (made.status, made.packets, made.bytes.len()));
                    differences.push(format!("{} by {road:?}, {name}: {told:?}", row.path));
                } else if made.status < 0 {
                    failed += 1;
                } else {
                    same += 1;
                }
            }
        }
    }
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
    assert!(same >= 950, "only {same} outputs were compared, {failed} failed");
}

/// A codec that has no form is refused before the first byte of any output; alone it is read first, and has no packet.
fn differs_on_purpose(path: &str, what: &What) -> bool {
    path == "ts/sample_with_sdt.ts" && matches!(what, What::Stream(0))
}

fn alone(bytes: &[u8], road: Road, what: &What) -> Made {
    match what {
        What::Container(format, layout) => {
            let how = Remux { format, layout: *layout, streams: None, append_only: false };
            let (said, bytes) = remux(bytes, road, &how);
            Made { status: said.status, packets: said.report.packets, bytes }
        }
        What::Stream(index) => {
            let (said, bytes) = extract(bytes, road, Some(*index));
            Made { status: said.status, packets: said.report.packets, bytes }
        }
    }
}

/// All at once, where each may fail alone. A cut input is each one's.
fn fanout(bytes: &[u8], road: Road, whats: &[What]) -> Vec<Made> {
    // SAFETY: zeroed structs of C, filled as the header says; all pointers are good for the call.
    with_source(bytes, road, |source| unsafe {
        let (mut remuxes, mut extracts, mut results, mut outputs) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for what in whats {
            let mut options: memux_remux_options = std::mem::zeroed();
            memux_remux_options_init(&raw mut options, size_of::<memux_remux_options>());
            options.bit_exact = 1;
            let mut stream: memux_extract_options = std::mem::zeroed();
            memux_extract_options_init(&raw mut stream, size_of::<memux_extract_options>());
            match what {
                What::Container(format, layout) => (options.format, options.layout) = (format.as_ptr(), *layout),
                What::Stream(index) => (stream.select, stream.stream_index) = (MEMUX_SELECT_INDEX, *index),
            }
            let mut result: memux_fanout_result = std::mem::zeroed();
            memux_fanout_result_init(&raw mut result, size_of::<memux_fanout_result>());
            remuxes.push(options);
            extracts.push(stream);
            results.push(result);
        }
        for (nth, what) in whats.iter().enumerate() {
            let mut output: memux_fanout_output = std::mem::zeroed();
            memux_fanout_output_init(&raw mut output, size_of::<memux_fanout_output>());
            assert_eq!(memux_sink_to_buffer(&raw mut output.sink, null_mut()), MEMUX_OK);
            (output.optional, output.result) = (1, &raw mut results[nth]);
            match what {
                What::Container(..) => output.remux = &raw const remuxes[nth],
                What::Stream(_) => output.extract = &raw const extracts[nth],
            }
            outputs.push(output);
        }
        let list: Vec<_> = outputs.iter().map(std::ptr::from_ref).collect();
        let run = run_options(road);
        let mut options: memux_fanout_options = std::mem::zeroed();
        memux_fanout_options_init(&raw mut options, size_of::<memux_fanout_options>());
        options.run = &raw const run;
        let status = memux_fanout(source, list.as_ptr(), list.len(), &raw const options, null_mut(), null_mut());
        let whole = if status > 0 { status } else { MEMUX_OK };
        let made = outputs.iter().zip(&results).map(|(output, result)| {
            let mut buffer = null_mut();
            assert_eq!(memux_sink_take_buffer(output.sink, &raw mut buffer, null_mut()), MEMUX_OK);
            let bytes = match memux_buffer_size(buffer) {
                0 => Vec::new(),
                size => std::slice::from_raw_parts(memux_buffer_data(buffer), size).to_vec(),
            };
            memux_buffer_free(buffer);
            memux_sink_free(output.sink);
            memux_error_free(result.error);
            let status = if result.status < 0 { result.status } else { whole };
            Made { status, packets: result.packets, bytes }
        });
        made.collect()
    })
}

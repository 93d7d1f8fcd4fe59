//! Structs of hosts of every version, and members that cannot be.

use super::*;
use std::ptr::null;

/// Each struct that a host hands over: its name, its size, and a call that takes it as a host of another version built
/// it.
type Trial = (&'static str, usize, fn(&mut Room, *mut *mut memux_error) -> memux_status);

fn trials() -> [Trial; 25] {
    [
        ("memux_reader", size_of::<memux_reader>(), |room, error| {
            let mut source = null_mut();
            // SAFETY: the room is larger than every size that is taken; the source is freed once.
            unsafe {
                (*room.address::<memux_reader>()).read = Some(end_of_input);
                let status = memux_source_from_reader(room.address(), &mut source, error);
                assert_eq!(source.is_null(), status < 0);
                memux_source_free(source);
                status
            }
        }),
        ("memux_writer", size_of::<memux_writer>(), |room, error| {
            let mut sink = null_mut();
            // SAFETY: as above.
            unsafe {
                (*room.address::<memux_writer>()).write = Some(take_all);
                let status = memux_sink_to_writer(room.address(), &mut sink, error);
                assert_eq!(sink.is_null(), status < 0);
                memux_sink_free(sink);
                status
            }
        }),
        ("memux_build_info", size_of::<memux_build_info>(), |room, error| {
            // SAFETY: as above.
            unsafe { memux_get_build_info(room.address(), error) }
        }),
        ("memux_count_options", size_of::<memux_count_options>(), |room, error| {
            count(room.address(), null_mut(), error)
        }),
        ("memux_count_report", size_of::<memux_count_report>(), |room, error| count(null(), room.address(), error)),
        ("memux_run_options", size_of::<memux_run_options>(), |room, error| count_with(room.address(), error)),
        ("memux_limits", size_of::<memux_limits>(), |room, error| {
            let mut run: memux_run_options = zeroed();
            run.struct_size = size_of::<memux_run_options>();
            run.limits = room.address();
            count_with(&run, error)
        }),
        ("memux_extract_options", size_of::<memux_extract_options>(), |room, error| {
            extract(room.address(), null_mut(), error)
        }),
        ("memux_extract_report", size_of::<memux_extract_report>(), |room, error| {
            extract(null(), room.address(), error)
        }),
        ("memux_probe_options", size_of::<memux_probe_options>(), |room, error| {
            probe(room.address(), null_mut(), error)
        }),
        ("memux_probe_report", size_of::<memux_probe_report>(), |room, error| probe(null(), room.address(), error)),
        ("memux_input_options", size_of::<memux_input_options>(), |room, error| {
            with_input(room.address(), error, |_, _| MEMUX_OK)
        }),
        ("memux_input_report", size_of::<memux_input_report>(), |room, error| {
            // SAFETY: as above.
            with_input(null(), error, |input, error| unsafe { memux_input_get_report(input, room.address(), error) })
        }),
        ("memux_remux_options", size_of::<memux_remux_options>(), |room, error| {
            if room.0[0] >= size_of::<memux_remux_options>() as u64 {
                // SAFETY: as above.
                unsafe { (*room.address::<memux_remux_options>()).format = c"mp4".as_ptr() };
            }
            remux(room.address(), null_mut(), error)
        }),
        ("memux_remux_report", size_of::<memux_remux_report>(), |room, error| {
            let options = memux_remux_options {
                struct_size: size_of::<memux_remux_options>(),
                format: c"mp4".as_ptr(),
                ..zeroed()
            };
            remux(&options, room.address(), error)
        }),
        ("memux_digest_options", size_of::<memux_digest_options>(), |room, error| {
            digest(room.address(), null_mut(), error)
        }),
        ("memux_digest_report", size_of::<memux_digest_report>(), |room, error| digest(null(), room.address(), error)),
        ("memux_segment_options", size_of::<memux_segment_options>(), |room, error| {
            let mut trial = SegmentTrial::new();
            if room.0[0] >= size_of::<memux_segment_options>() as u64 {
                let address = room.address::<memux_segment_options>();
                // SAFETY: as above. What a host of another version has set stays.
                unsafe { ((*address).segment, (*address).remux) = (SEGMENT, &raw const trial.remux) };
            }
            trial.run(room.address(), null_mut(), error)
        }),
        ("memux_segment_report", size_of::<memux_segment_report>(), |room, error| {
            let mut trial = SegmentTrial::new();
            let options = memux_segment_options {
                struct_size: size_of::<memux_segment_options>(),
                remux: &raw const trial.remux,
                segment: SEGMENT,
                ..zeroed()
            };
            trial.run(&raw const options, room.address(), error)
        }),
        ("memux_member_result", size_of::<memux_member_result>(), |room, error| {
            let (mut buffer, mut sink) = (null_mut(), null_mut());
            // SAFETY: as above.
            unsafe {
                assert_eq!(memux_sink_to_buffer(&mut buffer, null_mut()), MEMUX_OK);
                assert_eq!(memux_sink_to_sinks(&raw const buffer, 1, 0, &mut sink, null_mut()), MEMUX_OK);
                let status = memux_sink_get_member(sink, 0, room.address(), error);
                memux_sink_free(sink);
                memux_sink_free(buffer);
                status
            }
        }),
        ("memux_fanout_options", size_of::<memux_fanout_options>(), |room, error| {
            fanout(|_| {}, room.address(), null_mut(), error)
        }),
        ("memux_fanout_report", size_of::<memux_fanout_report>(), |room, error| {
            fanout(|_| {}, null(), room.address(), error)
        }),
        ("memux_fanout_result", size_of::<memux_fanout_result>(), |room, error| {
            fanout(|output| output.result = room.address(), null(), null_mut(), error)
        }),
        ("memux_fanout_output", size_of::<memux_fanout_output>(), |room, error| {
            let size = room.0[0];
            let whole = size >= size_of::<memux_fanout_output>() as u64;
            let address = room.address::<memux_fanout_output>();
            fanout_of(
                |given| {
                    if whole {
                        // SAFETY: as above. What a host of another version has set stays.
                        unsafe { ((*address).sink, (*address).remux) = (given.sink, given.remux) };
                    }
                    address
                },
                null(),
                null_mut(),
                error,
            )
        }),
        ("memux_packet", size_of::<memux_packet>(), |room, error| {
            // SAFETY: as above. What is read from the room has no data and no side data.
            unsafe {
                let (mut kept, address) = (null_mut(), room.address());
                let status = memux_packet_retain(address, &mut kept, error);
                assert_eq!(kept.is_null(), status < 0);
                memux_kept_packet_free(kept);
                if status < 0 {
                    return status;
                }
                with_input(null(), error, |input, error| memux_input_next(input, address, error))
            }
        }),
    ]
}

fn remux(
    options: *const memux_remux_options,
    report: *mut memux_remux_report,
    error: *mut *mut memux_error,
) -> memux_status {
    let clip = clip();
    let (source, mut sink) = (memory(&clip), null_mut());
    // SAFETY: as for `count`.
    unsafe {
        assert_eq!(memux_sink_to_buffer(&mut sink, null_mut()), MEMUX_OK);
        let status = memux_remux(source, sink, options, report, error);
        memux_sink_free(sink);
        memux_source_free(source);
        status
    }
}

fn digest(
    options: *const memux_digest_options,
    report: *mut memux_digest_report,
    error: *mut *mut memux_error,
) -> memux_status {
    let clip = clip();
    let (source, mut digests) = (memory(&clip), null_mut());
    // SAFETY: as for `count`.
    unsafe {
        let status = memux_digest(source, options, &mut digests, report, error);
        assert_eq!(digests.is_null(), status < 0);
        memux_digests_free(digests);
        memux_source_free(source);
        status
    }
}

const SEGMENT: memux_segment_fn = Some(a_segment);

unsafe extern "C" fn a_segment(_: *mut std::ffi::c_void, _: *const memux_segment_view) -> std::ffi::c_int {
    0
}

struct SegmentTrial {
    remux: memux_remux_options,
}

impl SegmentTrial {
    fn new() -> Self {
        let format = c"mp4".as_ptr();
        SegmentTrial {
            remux: memux_remux_options { struct_size: size_of::<memux_remux_options>(), format, ..zeroed() },
        }
    }

    fn run(
        &mut self,
        options: *const memux_segment_options,
        report: *mut memux_segment_report,
        error: *mut *mut memux_error,
    ) -> memux_status {
        let clip = clip();
        let source = memory(&clip);
        // SAFETY: as for `count`.
        unsafe {
            let status = memux_segment(source, options, null_mut(), report, error);
            memux_source_free(source);
            status
        }
    }
}

/// One output, changed as the trial likes.
fn fanout(
    change: impl FnOnce(&mut memux_fanout_output),
    options: *const memux_fanout_options,
    report: *mut memux_fanout_report,
    error: *mut *mut memux_error,
) -> memux_status {
    let change = |output: &mut memux_fanout_output| {
        change(output);
        std::ptr::from_ref(output)
    };
    fanout_of(change, options, report, error)
}

fn fanout_of(
    choose: impl FnOnce(&mut memux_fanout_output) -> *const memux_fanout_output,
    options: *const memux_fanout_options,
    report: *mut memux_fanout_report,
    error: *mut *mut memux_error,
) -> memux_status {
    let clip = clip();
    let (source, mut sink) = (memory(&clip), null_mut());
    // SAFETY: as for `count`.
    unsafe {
        assert_eq!(memux_sink_to_buffer(&mut sink, null_mut()), MEMUX_OK);
        let remux =
            memux_remux_options { struct_size: size_of::<memux_remux_options>(), format: c"mp4".as_ptr(), ..zeroed() };
        let mut output = memux_fanout_output {
            struct_size: size_of::<memux_fanout_output>(),
            sink,
            remux: &raw const remux,
            ..zeroed()
        };
        let output = choose(&mut output);
        let status = memux_fanout(source, &raw const output, 1, options, report, error);
        memux_sink_free(sink);
        memux_source_free(source);
        status
    }
}

fn probe(
    options: *const memux_probe_options,
    report: *mut memux_probe_report,
    error: *mut *mut memux_error,
) -> memux_status {
    let clip = clip();
    let (source, mut info) = (memory(&clip), null_mut());
    // SAFETY: as for `count`.
    unsafe {
        let status = memux_probe(source, options, &mut info, report, error);
        assert_eq!(info.is_null(), status < 0);
        memux_info_free(info);
        memux_source_free(source);
        status
    }
}

fn with_input(
    options: *const memux_input_options,
    error: *mut *mut memux_error,
    work: impl FnOnce(*mut memux_input, *mut *mut memux_error) -> memux_status,
) -> memux_status {
    let clip = clip();
    let (source, mut input) = (memory(&clip), null_mut());
    // SAFETY: as for `count`; the clip outlives the input.
    unsafe {
        let status = memux_input_open(source, options, &mut input, error);
        assert_eq!(input.is_null(), status < 0);
        memux_source_free(source);
        let status = if status < 0 { status } else { work(input, error) };
        memux_input_free(input);
        status
    }
}

fn count(
    options: *const memux_count_options,
    report: *mut memux_count_report,
    error: *mut *mut memux_error,
) -> memux_status {
    let clip = clip();
    let source = memory(&clip);
    // SAFETY: structs as the trial built them, in rooms of the largest size; the source is freed once.
    unsafe {
        let status = memux_count(source, options, report, error);
        memux_source_free(source);
        status
    }
}

fn count_with(run: *const memux_run_options, error: *mut *mut memux_error) -> memux_status {
    let mut options: memux_count_options = zeroed();
    options.struct_size = size_of::<memux_count_options>();
    options.run = run;
    count(&options, null_mut(), error)
}

fn extract(
    options: *const memux_extract_options,
    report: *mut memux_extract_report,
    error: *mut *mut memux_error,
) -> memux_status {
    let clip = clip();
    let (source, mut sink) = (memory(&clip), null_mut());
    // SAFETY: as for `count`.
    unsafe {
        assert_eq!(memux_sink_to_buffer(&mut sink, null_mut()), MEMUX_OK);
        let status = memux_extract(source, sink, options, report, error);
        memux_sink_free(sink);
        memux_source_free(source);
        status
    }
}

#[test]
fn every_struct_is_taken_in_every_size_that_a_version_may_have_and_in_no_other() {
    for (name, known, take) in trials() {
        let cases = [
            (Room::of_size(known), MEMUX_OK),
            (Room::of_size(known + 8), MEMUX_OK),
            (Room::of_size(4096), MEMUX_OK),
            (Room::of_size(known + 8).with_byte(known), MEMUX_ERROR_UNSUPPORTED),
            (Room::of_size(known + 8).with_byte(known + 7), MEMUX_ERROR_UNSUPPORTED),
            (Room::of_size(4096).with_byte(4095), MEMUX_ERROR_UNSUPPORTED),
            // What lies behind the struct is not looked at.
            (Room::of_size(known).with_byte(known), MEMUX_OK),
            (Room::of_size(4096).with_byte(4096), MEMUX_OK),
            (Room::of_size(0), MEMUX_ERROR_INVALID_ARGUMENT),
            (Room::of_size(8), MEMUX_ERROR_INVALID_ARGUMENT),
            (Room::of_size(known - 1), MEMUX_ERROR_INVALID_ARGUMENT),
            (Room::of_size(4097), MEMUX_ERROR_INVALID_ARGUMENT),
            (Room::of_size(usize::MAX), MEMUX_ERROR_INVALID_ARGUMENT),
        ];
        for (number, (room, expected)) in cases.into_iter().enumerate() {
            let (status, message) = call(|error| take(&mut room.clone(), error));
            assert_eq!(status, expected, "{name}, case {number}: {message}");
            assert!(status >= 0 || message.contains(name), "{name}, case {number}: {message}");
        }
    }
}

#[test]
fn a_report_is_filled_on_failure_and_not_beyond_its_size() {
    let known = size_of::<memux_count_report>();
    let mut room = Room::of_size(known).with_byte(known);
    room.0[1..known / 8].fill(0xAAAA_AAAA_AAAA_AAAA);
    let before = room.0[known / 8];
    // SAFETY: a source of NULL is refused; the room holds a report.
    let (status, _) =
        call(|error| unsafe { memux_count(null_mut(), null(), (&raw const room.0).cast_mut().cast(), error) });
    assert_eq!(status, MEMUX_ERROR_INVALID_ARGUMENT);
    let report: memux_count_report = {
        // SAFETY: the room holds a report.
        unsafe { room.address::<memux_count_report>().read() }
    };
    assert_eq!((report.struct_size, report.frames, report.truncated_at), (known, MEMUX_UNKNOWN, MEMUX_UNKNOWN));
    assert_eq!((report.bytes_read, report.stream_index, report.engine_reason), (0, -1, 0));
    assert_eq!(room.0[known / 8], before);
}

#[test]
fn a_newer_and_larger_report_is_filled_as_far_as_it_is_known() {
    let mut room = Room::of_size(4096);
    assert_eq!(count(null(), room.address(), null_mut()), MEMUX_OK);
    // SAFETY: the room holds a report.
    let report: memux_count_report = unsafe { room.address::<memux_count_report>().read() };
    assert_eq!((report.struct_size, report.frames), (4096, CLIP_FRAMES));
    assert!(room.0[size_of::<memux_count_report>() / 8..].iter().all(|word| *word == 0));
}

/// Every refusal of a member, by name.
#[test]
fn a_member_that_cannot_be_is_refused_by_its_name() {
    type Spoil = fn(&mut memux_reader);
    let reader: [(&str, Spoil); 12] = [
        ("read", |reader| reader.read = None),
        ("seekability", |reader| reader.seekability = 4),
        ("seekability", |reader| reader.seekability = MEMUX_SEEKABILITY_CHEAP),
        ("seekability", |reader| reader.seekability = MEMUX_SEEKABILITY_EXPENSIVE),
        ("size", |reader| reader.size = -1),
        ("buffer_size", |reader| reader.buffer_size = -1),
        ("buffer_size", |reader| reader.buffer_size = (1 << 30) + 1),
        ("max_attempts", |reader| reader.max_attempts = -1),
        ("retry_delay_ms", |reader| reader.retry_delay_ms = i32::MIN),
        ("max_retry_delay_ms", |reader| reader.max_retry_delay_ms = -1),
        ("reserved", |reader| reader.reserved = 1),
        ("read", |reader| *reader = memux_reader { struct_size: reader.struct_size, ..zeroed() }),
    ];
    for (member, spoil) in reader {
        let mut value = memux_reader { struct_size: size_of::<memux_reader>(), read: Some(end_of_input), ..zeroed() };
        spoil(&mut value);
        let mut source = null_mut::<memux_source>();
        let place = &raw mut source;
        // SAFETY: a struct of its full size.
        let (status, message) = call(|error| unsafe { memux_source_from_reader(&value, place, error) });
        assert_eq!(status, MEMUX_ERROR_INVALID_ARGUMENT, "{member}");
        assert!(message.contains(&format!("memux_reader.{member}")), "{member}: {message}");
        assert!(source.is_null());
    }
    type SpoilRun = fn(&mut memux_run_options);
    let run: [(&str, memux_status, SpoilRun); 6] = [
        ("engine", MEMUX_OK, |run| run.engine = MEMUX_ENGINE_WALK),
        ("engine", MEMUX_ERROR_INVALID_ARGUMENT, |run| run.engine = 3),
        ("engine", MEMUX_OK, |run| run.engine = MEMUX_ENGINE_FFMPEG),
        ("reserved", MEMUX_ERROR_INVALID_ARGUMENT, |run| run.reserved = -1),
        ("timeout_us", MEMUX_ERROR_INVALID_ARGUMENT, |run| run.timeout_us = -1),
        ("format", MEMUX_ERROR_INVALID_ARGUMENT, |run| run.format = c"\xff".as_ptr()),
    ];
    for (member, expected, spoil) in run {
        let mut value = memux_run_options { struct_size: size_of::<memux_run_options>(), ..zeroed() };
        spoil(&mut value);
        let (status, message) = call(|error| count_with(&value, error));
        assert_eq!(status, expected, "{member}: {message}");
        assert!(status >= 0 || message.contains(&format!("memux_run_options.{member}")), "{member}: {message}");
    }
}

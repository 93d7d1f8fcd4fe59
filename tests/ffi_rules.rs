//! The rules that hold for every function of the C API, tried from Rust where that is easiest: every struct in every
//! size, every handed-over thing released once, every failure with its error object, and no export without its guard.

use memux::ffi::*;
use std::ffi::{CStr, c_int, c_void};
use std::path::{Path, PathBuf};
use std::ptr::{null, null_mut};
use std::sync::atomic::{AtomicI32, AtomicUsize, Ordering};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn clip() -> Vec<u8> {
    std::fs::read(root().join("tests/clips/h264.mp4")).unwrap()
}

const CLIP_FRAMES: u64 = 75;

/// One struct of any size, aligned like the largest member.
#[derive(Clone)]
struct Room([u64; 513]);

impl Room {
    fn of_size(size: usize) -> Self {
        let mut room = Room([0; 513]);
        room.0[0] = size as u64;
        room
    }

    fn with_byte(mut self, at: usize) -> Self {
        self.0[at / 8] |= 1 << (at % 8 * 8);
        self
    }

    fn put<T>(&mut self, value: T) {
        assert!(size_of::<T>() <= size_of_val(&self.0));
        // SAFETY: there is room, and the alignment is that of the largest member.
        unsafe { (&raw mut self.0).cast::<T>().write(value) };
    }

    fn address<T>(&mut self) -> *mut T {
        (&raw mut self.0).cast()
    }
}

fn zeroed<T: Copy>() -> T {
    // SAFETY: used for the API's plain structs, which are integers and nullable pointers.
    unsafe { std::mem::zeroed() }
}

/// Makes a call and checks what holds for all: with a failure comes an object that says the same, with a success none.
fn call(function: impl Fn(*mut *mut memux_error) -> memux_status) -> (memux_status, String) {
    let mut error = null_mut::<memux_error>().wrapping_add(1);
    let status = function(&mut error);
    assert_eq!(error.is_null(), status >= 0, "{status}");
    // SAFETY: NULL, or the object that the call has made.
    unsafe {
        assert_eq!(memux_error_status(error), status.min(0));
        let message = CStr::from_ptr(memux_error_message(error)).to_str().unwrap().to_owned();
        memux_error_free(error);
        (status, message)
    }
}

fn memory(bytes: &[u8]) -> *mut memux_source {
    let mut source = null_mut();
    // SAFETY: borrowed memory that outlives the source in each of these tests.
    let status = unsafe {
        memux_source_from_memory(bytes.as_ptr().cast(), bytes.len(), None, null_mut(), &mut source, null_mut())
    };
    assert_eq!(status, MEMUX_OK);
    source
}

unsafe extern "C" fn end_of_input(_: *mut c_void, _: *mut u8, _: c_int) -> c_int {
    MEMUX_IO_EOF
}

unsafe extern "C" fn take_all(_: *mut c_void, _: *const u8, size: c_int) -> c_int {
    size
}

/// Each struct that a host hands over: its name, its size, and a call that takes it as a host of another version built
/// it.
type Trial = (&'static str, usize, fn(&mut Room, *mut *mut memux_error) -> memux_status);

fn trials() -> [Trial; 9] {
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
    ]
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
    assert_eq!((report.bytes_read, report.stream_index, report.reserved), (0, -1, 0));
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
        ("engine", MEMUX_ERROR_UNSUPPORTED, |run| run.engine = MEMUX_ENGINE_WALK),
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

unsafe extern "C" fn add_one(counter: *mut c_void) {
    // SAFETY: every `opaque` of these tests is such a counter.
    unsafe { &*counter.cast::<AtomicUsize>() }.fetch_add(1, Ordering::SeqCst);
}

/// Ownership passes at the call, and what was handed over comes back once: at the failure, or when the handle is freed.
#[test]
fn what_is_handed_over_is_released_exactly_once_on_every_path() {
    let released = AtomicUsize::new(0);
    let opaque = (&raw const released).cast_mut().cast::<c_void>();
    let expect = |count: usize| assert_eq!(released.swap(0, Ordering::SeqCst), count);
    let bytes = [0u8; 4];
    let slices = [memux_slice { data: bytes.as_ptr(), size: 4 }, memux_slice { data: null(), size: 1 }];
    let mut source = null_mut();
    let data = bytes.as_ptr().cast();
    // SAFETY: memory and a counter that outlive all sources; every handle is freed once.
    unsafe {
        let refused = MEMUX_ERROR_INVALID_ARGUMENT;
        assert_eq!(memux_source_from_memory(null(), 1, Some(add_one), opaque, &mut source, null_mut()), refused);
        expect(1);
        assert_eq!(memux_source_from_memory(data, 4, Some(add_one), opaque, null_mut(), null_mut()), refused);
        expect(1);
        assert_eq!(memux_source_from_memory(data, usize::MAX, Some(add_one), opaque, &mut source, null_mut()), refused);
        expect(1);
        assert_eq!(
            memux_source_from_slices(slices.as_ptr(), 2, Some(add_one), opaque, &mut source, null_mut()),
            refused
        );
        expect(1);
        let many = usize::MAX / 4;
        assert_eq!(
            memux_source_from_slices(slices.as_ptr(), many, Some(add_one), opaque, &mut source, null_mut()),
            refused
        );
        expect(1);
        assert!(source.is_null());
        assert_eq!(
            memux_source_from_slices(slices.as_ptr(), 1, Some(add_one), opaque, &mut source, null_mut()),
            MEMUX_OK
        );
        expect(0);
        assert_eq!(memux_count(source, null(), null_mut(), null_mut()), MEMUX_ERROR_FORMAT);
        expect(0);
        memux_source_free(source);
        expect(1);
    }
}

#[test]
fn a_reader_and_a_writer_are_released_once_unless_their_struct_could_not_be_read() {
    let released = AtomicUsize::new(0);
    let opaque = (&raw const released).cast_mut().cast::<c_void>();
    let (reader_size, writer_size) = (size_of::<memux_reader>(), size_of::<memux_writer>());
    for (sizes, newer, status, releases) in [
        ((0, 0), false, MEMUX_ERROR_INVALID_ARGUMENT, 0),
        ((4097, 4097), false, MEMUX_ERROR_INVALID_ARGUMENT, 0),
        ((usize::MAX, usize::MAX), false, MEMUX_ERROR_INVALID_ARGUMENT, 0),
        ((reader_size + 8, writer_size + 8), true, MEMUX_ERROR_UNSUPPORTED, 1),
        ((reader_size, writer_size), false, MEMUX_OK, 1),
    ] {
        let size = sizes.0;
        let mut room = Room::of_size(size);
        room.put(memux_reader {
            struct_size: size,
            opaque,
            read: Some(end_of_input),
            release: Some(add_one),
            ..zeroed()
        });
        let mut room = if newer { room.with_byte(reader_size) } else { room };
        let mut source = null_mut();
        // SAFETY: a room larger than every size that is read; the source is freed once.
        unsafe {
            assert_eq!(memux_source_from_reader(room.address(), &mut source, null_mut()), status);
            memux_source_free(source);
        }
        assert_eq!(released.swap(0, Ordering::SeqCst), releases, "reader of {size}");

        let size = sizes.1;
        let mut room = Room::of_size(size);
        room.put(memux_writer { struct_size: size, opaque, write: Some(take_all), release: Some(add_one), ..zeroed() });
        let mut room = if newer { room.with_byte(writer_size) } else { room };
        let mut sink = null_mut();
        // SAFETY: as above.
        unsafe {
            assert_eq!(memux_sink_to_writer(room.address(), &mut sink, null_mut()), status);
            memux_sink_free(sink);
        }
        assert_eq!(released.swap(0, Ordering::SeqCst), releases, "writer of {size}");
    }
}

/// A host that uses its source again, and lets go of it, from inside the read callback.
struct Host {
    file: Vec<u8>,
    at: usize,
    source: *mut memux_source,
    second_status: AtomicI32,
    released: AtomicUsize,
    free_inside: bool,
}

unsafe extern "C" fn read_and_enter_again(opaque: *mut c_void, buf: *mut u8, size: c_int) -> c_int {
    // SAFETY: the test's own host, which nobody else touches during the call.
    let host = unsafe { &mut *opaque.cast::<Host>() };
    // SAFETY: a source that is alive; freed once, here or by the test.
    unsafe {
        if host.at == 0 {
            let status = memux_count(host.source, null(), null_mut(), null_mut());
            host.second_status.store(status, Ordering::SeqCst);
            if host.free_inside {
                memux_source_free(host.source);
                host.source = null_mut();
            }
        }
    }
    assert_eq!(host.released.load(Ordering::SeqCst), 0);
    let count = (host.file.len() - host.at).min(usize::try_from(size).unwrap());
    // SAFETY: the library's buffer holds `size` bytes.
    unsafe { host.file.as_ptr().add(host.at).copy_to_nonoverlapping(buf, count) };
    host.at += count;
    c_int::try_from(count).unwrap()
}

unsafe extern "C" fn count_release(opaque: *mut c_void) {
    // SAFETY: the test's own host.
    unsafe { &*opaque.cast::<Host>() }.released.fetch_add(1, Ordering::SeqCst);
}

#[test]
fn a_reader_runs_one_operation_at_a_time_and_lives_until_it_has_ended() {
    for free_inside in [false, true] {
        let mut host = Host {
            file: clip(),
            at: 0,
            source: null_mut(),
            second_status: AtomicI32::new(0),
            released: AtomicUsize::new(0),
            free_inside,
        };
        let address = &raw mut host;
        let reader = memux_reader {
            struct_size: size_of::<memux_reader>(),
            opaque: address.cast(),
            read: Some(read_and_enter_again),
            release: Some(count_release),
            ..zeroed()
        };
        let mut report = memux_count_report { struct_size: size_of::<memux_count_report>(), ..zeroed() };
        // SAFETY: the host outlives the source, and is only looked at through its address.
        unsafe {
            assert_eq!(memux_source_from_reader(&reader, &raw mut (*address).source, null_mut()), MEMUX_OK);
            let status = memux_count((*address).source, null(), &mut report, null_mut());
            assert_eq!((status, report.frames), (MEMUX_OK, CLIP_FRAMES));
            assert_eq!((*address).second_status.load(Ordering::SeqCst), MEMUX_ERROR_BUSY);
            assert_eq!((*address).released.load(Ordering::SeqCst), usize::from(free_inside));
            if !free_inside {
                // It is free again: what stops it now is that it cannot seek.
                assert_eq!(memux_count((*address).source, null(), null_mut(), null_mut()), MEMUX_ERROR_NEEDS_SEEK);
            }
            memux_source_free((*address).source);
            assert_eq!((*address).released.load(Ordering::SeqCst), 1);
        }
    }
}

#[test]
fn one_source_of_memory_serves_eight_threads_at_once() {
    let clip = clip();
    let source = memory(&clip) as usize;
    std::thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(move || {
                let mut report = memux_count_report { struct_size: size_of::<memux_count_report>(), ..zeroed() };
                // SAFETY: a source of memory, freed after all threads have ended.
                let status = unsafe { memux_count(source as *mut _, null(), &mut report, null_mut()) };
                assert_eq!((status, report.frames), (MEMUX_OK, CLIP_FRAMES));
            });
        }
    });
    // SAFETY: no operation uses it any more.
    unsafe { memux_source_free(source as *mut _) };
}

/// A source, and the count that an operation inside another one's callback gave.
struct Inner {
    source: *mut memux_source,
    frames: u64,
}

unsafe extern "C" fn count_inside(opaque: *mut c_void, _: *const memux_progress) -> c_int {
    // SAFETY: the test's own struct, which nobody else touches during the call.
    let inner = unsafe { &mut *opaque.cast::<Inner>() };
    if inner.frames == 0 {
        let mut report = memux_count_report { struct_size: size_of::<memux_count_report>(), ..zeroed() };
        // SAFETY: a source that is alive.
        let status = unsafe { memux_count(inner.source, null(), &mut report, null_mut()) };
        inner.frames = if status == MEMUX_OK { report.frames } else { MEMUX_UNKNOWN };
    }
    0
}

#[test]
fn a_source_of_memory_is_never_busy_and_has_no_position() {
    let clip = clip();
    let mut inner = Inner { source: memory(&clip), frames: 0 };
    let source = inner.source;
    let run = memux_run_options {
        struct_size: size_of::<memux_run_options>(),
        progress: Some(count_inside),
        progress_opaque: (&raw mut inner).cast(),
        ..zeroed()
    };
    let options = memux_count_options { struct_size: size_of::<memux_count_options>(), run: &run, ..zeroed() };
    let mut report = memux_count_report { struct_size: size_of::<memux_count_report>(), ..zeroed() };
    // SAFETY: structs of their full size; the source is freed once, when both operations have ended.
    let status = unsafe {
        let status = memux_count(source, &options, &mut report, null_mut());
        memux_source_free(source);
        status
    };
    assert_eq!((status, report.frames, inner.frames), (MEMUX_OK, CLIP_FRAMES, CLIP_FRAMES));
}

/// An export: its name and its body without comments.
fn exports() -> Vec<(String, String)> {
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(root().join("src/ffi")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    let mut exports = Vec::new();
    for file in files {
        let text = std::fs::read_to_string(&file).unwrap();
        let code: String = text.lines().map(|line| line.split("//").next().unwrap_or("").to_owned() + "\n").collect();
        for export in code.split("no_mangle").skip(1) {
            let (_, from_name) = export.split_once("fn ").expect("an export is a function");
            let name = from_name.split('(').next().unwrap();
            let body = &from_name[from_name.find("{\n").expect("a body")..];
            let end = body.find("\n}").expect("the end of the body");
            exports.push((name.to_owned(), body[1..end].split_whitespace().collect::<Vec<_>>().join(" ")));
        }
    }
    exports
}

/// The place where the parenthesis that opens at the end of `head` closes.
fn closes_at_the_end(body: &str, head: &str) -> bool {
    let mut depth = 0;
    for (at, character) in body.char_indices().skip(head.len() - 1) {
        depth += i32::from(character == '(') - i32::from(character == ')');
        if depth == 0 {
            return at + 1 == body.len();
        }
    }
    false
}

#[test]
fn every_export_is_inside_the_guard_from_its_first_to_its_last_word() {
    for (name, body) in exports() {
        let heads = ["unsafe { guard::enter(error) }.status(", "guard::value("];
        let head = heads.iter().find(|head| body.starts_with(**head));
        let head = head.unwrap_or_else(|| panic!("{name} does not begin with its guard: {body}"));
        assert!(closes_at_the_end(&body, head), "{name} goes on behind its guard: {body}");
    }
}

#[test]
fn the_exports_are_those_of_the_committed_list_and_the_header() {
    let mut names: Vec<_> =
        exports().into_iter().map(|(name, _)| name).filter(|name| name != "memux_test_panic_at").collect();
    names.sort();
    let list = std::fs::read_to_string(root().join("packaging/symbols.txt")).unwrap();
    let listed: Vec<_> = list.lines().map(str::trim).filter(|line| line.starts_with("memux_")).collect();
    assert_eq!(names, listed);
    let header = std::fs::read_to_string(root().join("include/memux.h")).unwrap();
    for name in &names {
        assert!(header.contains(&format!("{name}(")), "{name} is in no header");
    }
    assert!(!header.contains("memux_test_"), "a test's function is in the header");
}

#[test]
fn every_operation_can_be_made_to_panic_below_its_guard() {
    for (name, body) in exports() {
        let runs = body.contains("run(");
        assert_eq!(runs, body.contains("point(Place::Export)"), "{name}: {body}");
    }
}

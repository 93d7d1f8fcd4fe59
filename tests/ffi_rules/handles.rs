//! What is handed over, by whom it is used, and when it comes back.

use super::*;
use std::ptr::null;
use std::sync::atomic::{AtomicI32, AtomicUsize, Ordering};

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

/// What a probe finds, an open container and the copy of a packet each live on their own: the source may be gone, and the
/// memory that it borrowed comes back when the last that uses it is freed.
#[test]
fn what_is_made_of_a_source_lives_without_it_and_lets_go_of_it_once() {
    let (clip, released) = (clip(), AtomicUsize::new(0));
    let opaque = (&raw const released).cast_mut().cast::<c_void>();
    let count = || released.load(Ordering::SeqCst);
    let (mut source, mut info, mut input, mut kept) = (null_mut(), null_mut(), null_mut(), null_mut());
    let mut packet = memux_packet { struct_size: size_of::<memux_packet>(), ..zeroed() };
    // SAFETY: memory and a counter that outlive all handles, each of which is freed once.
    unsafe {
        let (data, size) = (clip.as_ptr().cast(), clip.len());
        assert_eq!(memux_source_from_memory(data, size, Some(add_one), opaque, &mut source, null_mut()), MEMUX_OK);
        assert_eq!(memux_probe(source, null(), &mut info, null_mut(), null_mut()), MEMUX_OK);
        assert_eq!(memux_input_open(source, null(), &mut input, null_mut()), MEMUX_OK);
        memux_source_free(source);
        assert_eq!(count(), 0, "the input still reads it");
        assert_eq!(memux_input_next(input, &mut packet, null_mut()), MEMUX_OK);
        assert_eq!(memux_packet_retain(&packet, &mut kept, null_mut()), MEMUX_OK);
        let first = std::slice::from_raw_parts(packet.data, packet.size).to_vec();
        memux_input_free(input);
        assert_eq!(count(), 1);
        let copy = &*memux_kept_packet_view(kept);
        assert_eq!(std::slice::from_raw_parts(copy.data, copy.size + 64), [first, vec![0; 64]].concat());
        assert_eq!((copy.padding, copy.dts, copy.stream_index), (64, packet.dts, packet.stream_index));
        assert_eq!((*memux_info_container(info)).stream_count, 2);
        memux_info_free(info);
        memux_kept_packet_free(kept);
        assert_eq!(count(), 1);
    }
}

/// The two ends of a feed live independently: whichever is freed first, the other one learns of it and comes to no harm.
#[test]
fn a_feed_and_its_source_live_without_each_other() {
    let byte = [0u8];
    let (mut feed, mut source, mut second, mut taken) = (null_mut(), null_mut(), null_mut(), 9usize);
    let push = |feed, taken: &mut usize| {
        // SAFETY: a feed that is alive, and one byte.
        unsafe { memux_feed_push(feed, byte.as_ptr().cast(), 1, taken, null_mut()) }
    };
    // SAFETY: every handle is freed once, and not used after that.
    unsafe {
        assert_eq!(memux_feed_create(4, &mut feed, null_mut()), MEMUX_OK);
        assert_eq!(memux_source_from_feed(feed, &mut source, null_mut()), MEMUX_OK);
        assert_eq!(memux_source_from_feed(feed, &mut second, null_mut()), MEMUX_ERROR_BUSY);
        assert!(second.is_null());
        assert_eq!((push(feed, &mut taken), taken, memux_feed_level(feed, null_mut())), (MEMUX_OK, 1, 1));
        memux_source_free(source);
        assert_eq!(push(feed, &mut taken), MEMUX_ERROR_CANCELLED);
        memux_feed_free(feed);

        assert_eq!(memux_feed_create(4, &mut feed, null_mut()), MEMUX_OK);
        assert_eq!(memux_source_from_feed(feed, &mut source, null_mut()), MEMUX_OK);
        memux_feed_free(feed);
        // Nobody has finished it: it broke off.
        assert_eq!(memux_count(source, null(), null_mut(), null_mut()), MEMUX_ERROR_SOURCE);
        memux_source_free(source);

        // One that nobody reads is nothing but memory.
        assert_eq!(memux_feed_create(4, &mut feed, null_mut()), MEMUX_OK);
        assert_eq!(push(feed, &mut taken), MEMUX_OK);
        memux_feed_free(feed);
    }
}

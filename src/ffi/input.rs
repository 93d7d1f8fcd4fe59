//! `memux_input`: a container that stays open, packets one by one.

use super::constants::{MEMUX_NO_TIME, MEMUX_SEEK_EXACT, MEMUX_SEEK_KEYFRAME};
use super::error::memux_error;
use super::guard;
use super::handle::{self, Handle};
use super::hold::Hold;
use super::info::memux_info;
use super::input_options::{memux_input_options, memux_input_report, read, to_c};
use super::lent::Lent;
use super::packet::{memux_packet, show};
use super::ptr::{self, null, unknown};
use super::source::memux_source;
use super::status::memux_status;
use super::views::memux_side_data;
use crate::error::{Error, Result, Status};
use crate::fault::{Place, point};
use crate::io::{Control, Seekability, Source};
use crate::ops::input::{Aim, Options, Reader, no_stream, said_of_both, should_open_front_to_back};
use crate::ops::{self, Road};
use self_cell::{MutBorrow, self_cell};

/// An open container. It keeps its source until it is freed; a source of a reader serves nothing else meanwhile. Used by
/// one thread at a time; a call from inside one of its callbacks gets MEMUX_ERROR_BUSY. Since 0.1.0.
pub struct memux_input {
    open: Lent<Open>,
}

impl Handle for memux_input {
    type Owner = Box<Self>;
}

/// What an open container stands on.
struct Ground {
    source: MutBorrow<Hold>,
    /// Once more, where it is one block of memory: packets lie in there.
    block: Option<Hold>,
    road: Road,
    control: Control,
    /// The source can be gone back in.
    seeks: bool,
}

self_cell!(
    struct Opened {
        owner: Ground,
        #[not_covariant]
        dependent: Reader,
    }
);

struct Open {
    opened: Opened,
    side_data: Vec<memux_side_data>,
}

/// Opens a container, to read its packets one by one.
///
/// `options` may be NULL. The source may be freed at once: the input keeps its share of it. Where the packets lie in one
/// block of memory and are known by the container's tables alone, they are pieces of that memory, and FFmpeg is not needed:
/// memux_input_report.engine is MEMUX_ENGINE_WALK. They are the same packets that FFmpeg gives.
///
/// Ownership: on success `*input` is the host's, to be freed with memux_input_free(); NULL on failure, and `*error`, if
/// `error` is not NULL, is the host's, to be freed with memux_error_free().
/// Threads: any. A source of memory may be opened any number of times at once, a source of a reader once.
/// Statuses: MEMUX_OK; MEMUX_ERROR_INVALID_ARGUMENT, MEMUX_ERROR_UNSUPPORTED, MEMUX_ERROR_BUSY, MEMUX_ERROR_NO_MEMORY,
/// MEMUX_ERROR_LIMIT, MEMUX_ERROR_CANCELLED, MEMUX_ERROR_TIMEOUT, MEMUX_ERROR_SOURCE, MEMUX_ERROR_NEEDS_SEEK,
/// MEMUX_ERROR_FORMAT, MEMUX_ERROR_REFUSED, MEMUX_ERROR_CORRUPT, MEMUX_ERROR_NO_STREAM, MEMUX_ERROR_LIBRARY_MISMATCH,
/// MEMUX_ERROR_INTERNAL.
/// Since 0.1.0.
///
/// # Safety
/// The pointers are as said above; callbacks of `options` may be called until the input is freed.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_input_open(
    source: *mut memux_source,
    options: *const memux_input_options,
    input: *mut *mut memux_input,
    error: *mut *mut memux_error,
) -> memux_status {
    // SAFETY: this function's contract.
    unsafe { guard::enter(error) }.status(|| {
        point(Place::Export);
        // SAFETY: this function's contract.
        let (input, (run, options), hold) =
            unsafe { (ptr::handle_out(input, "input")?, read(options)?, Hold::on(source)?) };
        let (road, control) = ops::input::prepare(run, hold.unblock())?;
        let seeks = hold.seekability() != Seekability::None;
        // SAFETY: this function's contract.
        let block = hold.as_slice().map(|_| unsafe { Hold::on(source) }).transpose()?;
        let ground = Ground { source: MutBorrow::new(hold), block, road, control, seeks };
        let opened = open(ground, &options)?;
        handle::give(input, memux_input { open: Lent::new(Open { opened, side_data: Vec::new() }) })?;
        Ok(Status::Ok)
    })
}

/// Some files, encrypted ones in fragments among them, libavformat can only open front to back.
fn open(ground: Ground, options: &Options) -> Result<Opened> {
    let seeks = ground.seeks;
    let try_it = |ground: Ground, freely: bool| {
        let opened = Opened::try_new_or_recover(ground, |ground| {
            let block = ground.block.as_ref().and_then(Source::as_slice);
            Reader::open(ground.source.borrow_mut(), block, &ground.road, options, &ground.control, freely)
        });
        opened.map_err(Box::new)
    };
    let (ground, error) = match try_it(ground, seeks) {
        Ok(opened) => return Ok(opened),
        Err(failed) => *failed,
    };
    if !seeks || !should_open_front_to_back(&error) {
        return Err(error);
    }
    ground.control.resume()?;
    let ground = Ground { source: MutBorrow::new(ground.source.into_inner()), ..ground };
    try_it(ground, false).map_err(|failed| said_of_both(error, failed.1))
}

/// The next packet, of whichever selected stream it is.
///
/// `*packet` is filled; what it points to stands until the next call with this input.
///
/// Ownership: the packet's bytes belong to `input`, or are the host's own; memux_packet_retain() makes a copy. On failure `*error`, if `error`
/// is not NULL, is the host's, to be freed with memux_error_free().
/// Threads: one at a time.
/// Statuses: MEMUX_OK; MEMUX_END (there is no more) and MEMUX_TRUNCATED (there is no more, and the input was cut off or
/// damaged), both without a packet; failures are for good, each further call gives the same: MEMUX_ERROR_NO_MEMORY,
/// MEMUX_ERROR_LIMIT, MEMUX_ERROR_CANCELLED, MEMUX_ERROR_TIMEOUT, MEMUX_ERROR_SOURCE, MEMUX_ERROR_NEEDS_SEEK,
/// MEMUX_ERROR_CORRUPT, MEMUX_ERROR_LIBRARY_MISMATCH, MEMUX_ERROR_INTERNAL; and MEMUX_ERROR_INVALID_ARGUMENT,
/// MEMUX_ERROR_UNSUPPORTED (also what MEMUX_ENGINE_WALK cannot do, for good), MEMUX_ERROR_BUSY.
/// Since 0.1.0.
///
/// # Safety
/// The pointers are as said above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_input_next(
    input: *mut memux_input,
    packet: *mut memux_packet,
    error: *mut *mut memux_error,
) -> memux_status {
    // SAFETY: this function's contract.
    unsafe { guard::enter(error) }.status(|| {
        point(Place::Export);
        // SAFETY: this function's contract.
        let mut place = unsafe { ptr::place(packet) }?;
        place.known()?;
        if place.is_null() {
            return Err(null("packet"));
        }
        // SAFETY: this function's contract.
        unsafe { with(input) }?.with("input", |open| {
            let Open { opened, side_data } = open;
            opened.with_dependent_mut(|_, reader| {
                if !reader.next()? {
                    return Ok(if reader.is_truncated() { Status::Truncated } else { Status::End });
                }
                let current = reader.current().ok_or_else(|| Error::internal("a packet that is not there"))?;
                let base = current.stream().and_then(|stream| reader.time_base(stream));
                place.write(&show(&current, base, side_data));
                Ok(Status::Ok)
            })
        })
    })
}

/// Goes to a time, in microseconds from the container's own zero.
///
/// `mode` is one of MEMUX_SEEK_*. `*landed_us`, if `landed_us` is not NULL, is the time of the first packet that is shown
/// next: of the first selected video stream, if it has any soon, else of any. MEMUX_NO_TIME if the input ends there.
///
/// Ownership: nothing changes hands. The packet given before does not stand any more.
/// Threads: one at a time.
/// Statuses: MEMUX_OK; MEMUX_ERROR_NEEDS_SEEK (the reader cannot: packets go on from where they were; or the container
/// cannot be sought in: that is for good); MEMUX_ERROR_UNSUPPORTED (MEMUX_ENGINE_WALK: packets go on); otherwise those of memux_input_next().
/// Since 0.1.0.
///
/// # Safety
/// The pointers are as said above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_input_seek(
    input: *mut memux_input,
    time_us: i64,
    mode: i32,
    landed_us: *mut i64,
    error: *mut *mut memux_error,
) -> memux_status {
    // SAFETY: this function's contract.
    unsafe { guard::enter(error) }.status(|| {
        point(Place::Export);
        let aim = match mode {
            MEMUX_SEEK_KEYFRAME => Aim::Keyframe,
            MEMUX_SEEK_EXACT => Aim::Exact,
            other => return Err(unknown(other, "mode")),
        };
        // SAFETY: this function's contract.
        let landed = unsafe { with(input) }?
            .with("input", |open| open.opened.with_dependent_mut(|_, reader| reader.seek(time_us, aim)))?;
        // SAFETY: this function's contract.
        if let Some(place) = unsafe { landed_us.as_mut() } {
            *place = landed.unwrap_or(MEMUX_NO_TIME);
        }
        Ok(Status::Ok)
    })
}

/// From here on only packets of these streams come. `streams` are `count` numbers; with none no packet comes any more.
///
/// Ownership: nothing changes hands.
/// Threads: one at a time.
/// Statuses: MEMUX_OK; MEMUX_ERROR_INVALID_ARGUMENT, MEMUX_ERROR_NO_STREAM (one of them is none, and nothing is changed),
/// MEMUX_ERROR_UNSUPPORTED (MEMUX_ENGINE_WALK, and a stream that was passed over: nothing is changed), MEMUX_ERROR_BUSY, MEMUX_ERROR_NO_MEMORY, MEMUX_ERROR_INTERNAL.
/// Since 0.1.0.
///
/// # Safety
/// The pointers are as said above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_input_select(
    input: *mut memux_input,
    streams: *const i32,
    count: usize,
    error: *mut *mut memux_error,
) -> memux_status {
    // SAFETY: this function's contract.
    unsafe { guard::enter(error) }.status(|| {
        point(Place::Export);
        // SAFETY: this function's contract.
        let streams = unsafe { ptr::array(streams, count, "streams") }?;
        let wanted = streams.iter().map(|stream| usize::try_from(*stream).map_err(|_| no_stream(*stream)));
        let wanted = wanted.collect::<Result<Vec<_>>>()?;
        // SAFETY: this function's contract.
        unsafe { with(input) }?
            .with("input", |open| open.opened.with_dependent_mut(|_, reader| reader.select(&wanted)))?;
        Ok(Status::Ok)
    })
}

/// What the container holds, as far as it is known by now: some containers show streams only on the way.
///
/// Ownership: on success `*info` is the host's, to be freed with memux_info_free(), and lives on its own; NULL on failure.
/// Threads: one at a time.
/// Statuses: MEMUX_OK; MEMUX_ERROR_INVALID_ARGUMENT, MEMUX_ERROR_BUSY, MEMUX_ERROR_NO_MEMORY, MEMUX_ERROR_INTERNAL; where
/// packets are walked, MEMUX_ERROR_LIBRARY_MISMATCH (packets go on), and the others of memux_input_open().
/// Since 0.1.0.
///
/// # Safety
/// The pointers are as said above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_input_info(
    input: *mut memux_input,
    info: *mut *mut memux_info,
    error: *mut *mut memux_error,
) -> memux_status {
    // SAFETY: this function's contract.
    unsafe { guard::enter(error) }.status(|| {
        point(Place::Export);
        // SAFETY: this function's contract.
        let (info, input) = unsafe { (ptr::handle_out(info, "info")?, with(input)?) };
        let description =
            input.with("input", |open| open.opened.with_dependent_mut(|_, reader| reader.description().cloned()))?;
        handle::give(info, memux_info::new(description)?).map(|()| Status::Ok)
    })
}

/// What has been found out so far. `*report` is filled.
///
/// Ownership: nothing changes hands.
/// Threads: one at a time.
/// Statuses: MEMUX_OK; MEMUX_ERROR_INVALID_ARGUMENT, MEMUX_ERROR_UNSUPPORTED, MEMUX_ERROR_BUSY, MEMUX_ERROR_INTERNAL.
/// Since 0.1.0.
///
/// # Safety
/// The pointers are as said above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_input_get_report(
    input: *mut memux_input,
    report: *mut memux_input_report,
    error: *mut *mut memux_error,
) -> memux_status {
    // SAFETY: this function's contract.
    unsafe { guard::enter(error) }.status(|| {
        point(Place::Export);
        // SAFETY: this function's contract.
        let (mut place, input) = unsafe { (ptr::place(report)?, with(input)?) };
        place.known()?;
        if place.is_null() {
            return Err(null("report"));
        }
        let found = input.with("input", |open| Ok(open.opened.with_dependent_mut(|_, reader| reader.report())))?;
        place.write(&to_c(&found));
        Ok(Status::Ok)
    })
}

/// Closes a container and lets go of its source. NULL is nothing.
///
/// Ownership: `input` is gone, and the packet that it gave last.
/// Threads: any, while no other uses it; not from inside its own callbacks.
/// Statuses: none; it cannot fail.
/// Since 0.1.0.
///
/// # Safety
/// `input` is NULL or not freed yet and not in use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_input_free(input: *mut memux_input) {
    guard::value((), || {
        // SAFETY: this function's contract.
        unsafe { handle::free(input) };
    })
}

/// # Safety
/// NULL, or an input that is not freed before the result is.
unsafe fn with<'a>(input: *mut memux_input) -> Result<&'a Lent<Open>> {
    // SAFETY: passed on.
    unsafe { handle::borrow(input) }.map(|input| &input.open).ok_or_else(|| null("input"))
}

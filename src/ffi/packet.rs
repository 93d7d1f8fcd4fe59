//! `memux_packet`: one packet, shown; and copies of packets that outlive their container.

use super::constants::{MEMUX_NO_TIME, MEMUX_PACKET_CORRUPT, MEMUX_PACKET_DISCARD, MEMUX_PACKET_KEY, MEMUX_UNKNOWN};
use super::error::memux_error;
use super::guard;
use super::handle::{self, Handle};
use super::ptr::{self, Versioned, null};
use super::status::memux_status;
use super::views::memux_side_data;
use crate::av;
use crate::description::Rational;
use crate::error::{Error, Result, Status, copied};
use crate::ops::input::Shown;
use std::mem::{offset_of, size_of};

/// A packet: a frame of video, some frames of audio, as the container holds them. All that it points to belongs to
/// whatever gave it. Since 0.1.0.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct memux_packet {
    /// Set by memux_packet_init().
    pub struct_size: usize,
    /// The packet's bytes. NULL if there are none. Where packets are walked (MEMUX_ENGINE_WALK), they lie in the memory that
    /// the host gave as the source.
    pub data: *const u8,
    /// How many bytes.
    pub size: usize,
    /// How many bytes behind those may be read and are zero: decoders want 64 of them. Fewer where the packet lies in a
    /// larger piece of memory, none where that is the host's; memux_packet_retain() always gives 64.
    pub padding: usize,
    /// `side_data_count` of them.
    pub side_data: *const memux_side_data,
    /// How many there are.
    pub side_data_count: usize,
    /// When it is shown, in units of the time base; MEMUX_NO_TIME where it is not known.
    pub pts: i64,
    /// When it is decoded, in units of the time base; MEMUX_NO_TIME where it is not known.
    pub dts: i64,
    /// How long it lasts, in units of the time base; 0 where it is not known.
    pub duration: i64,
    /// The byte of the input at which it was found; MEMUX_UNKNOWN where that means nothing.
    pub position: u64,
    /// The number of its stream.
    pub stream_index: i32,
    /// Bits of MEMUX_PACKET_*.
    pub flags: i32,
    /// One unit of its times, in seconds: the number above the line.
    pub time_base_num: i32,
    /// And below.
    pub time_base_den: i32,
}

// SAFETY: repr(C), `struct_size` first, no padding (asserted below), integers and nullable pointers only.
unsafe impl Versioned for memux_packet {
    const NAME: &'static str = "memux_packet";
    const FIRST_SIZE: usize = offset_of!(Self, time_base_den) + size_of::<i32>();
}

#[cfg(target_pointer_width = "64")]
const _: () = assert!(size_of::<memux_packet>() == 96 && offset_of!(memux_packet, stream_index) == 80);

/// Shows a packet. `side_data` is where its list stands as long as the packet does.
pub(super) fn show(packet: &Shown, base: Option<Rational>, side_data: &mut Vec<memux_side_data>) -> memux_packet {
    side_data.clear();
    side_data.extend(packet.side_data().map(|(kind, data)| memux_side_data {
        struct_size: size_of::<memux_side_data>(),
        name: av::side_data_name(kind).as_ptr(),
        data: if data.is_empty() { std::ptr::null() } else { data.as_ptr() },
        size: data.len(),
        kind,
        reserved: 0,
    }));
    let (data, base) = (packet.data(), base.unwrap_or_default());
    let flag = |is: bool, flag: i32| if is { flag } else { 0 };
    memux_packet {
        struct_size: size_of::<memux_packet>(),
        data: if data.is_empty() { std::ptr::null() } else { data.as_ptr() },
        size: data.len(),
        padding: packet.padding(),
        side_data: if side_data.is_empty() { std::ptr::null() } else { side_data.as_ptr() },
        side_data_count: side_data.len(),
        pts: packet.pts().unwrap_or(MEMUX_NO_TIME),
        dts: packet.dts().unwrap_or(MEMUX_NO_TIME),
        duration: packet.duration(),
        position: packet.position().unwrap_or(MEMUX_UNKNOWN),
        stream_index: packet.stream().and_then(|stream| i32::try_from(stream).ok()).unwrap_or(-1),
        flags: flag(packet.is_key(), MEMUX_PACKET_KEY)
            | flag(packet.is_corrupt(), MEMUX_PACKET_CORRUPT)
            | flag(packet.is_discarded(), MEMUX_PACKET_DISCARD),
        time_base_num: base.num,
        time_base_den: base.den,
    }
}

/// How many zero bytes stand behind a copy: what FFmpeg's decoders may read beyond the data.
const PADDING: usize = 64;

/// A copy of a packet, which lives until it is freed. It never changes, so any number of threads may read it at once.
/// Since 0.1.0.
pub struct memux_kept_packet {
    view: memux_packet,
    _bytes: Vec<u8>,
    _side_data: Vec<memux_side_data>,
    _side_bytes: Vec<Vec<u8>>,
}

impl Handle for memux_kept_packet {
    type Owner = Box<Self>;
}

/// Copies a packet, so that it outlives its container. The copy has 64 zero bytes behind its data.
///
/// Ownership: on success `*kept` is the host's, to be freed with memux_kept_packet_free(); NULL on failure, and
/// `*error`, if `error` is not NULL, is the host's, to be freed with memux_error_free().
/// Threads: any, while the packet stands.
/// Statuses: MEMUX_OK; MEMUX_ERROR_INVALID_ARGUMENT, MEMUX_ERROR_UNSUPPORTED, MEMUX_ERROR_NO_MEMORY,
/// MEMUX_ERROR_INTERNAL.
/// Since 0.1.0.
///
/// # Safety
/// The pointers are as said above, and so are those of `packet`.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_packet_retain(
    packet: *const memux_packet,
    kept: *mut *mut memux_kept_packet,
    error: *mut *mut memux_error,
) -> memux_status {
    // SAFETY: this function's contract.
    unsafe { guard::enter(error) }.status(|| {
        // SAFETY: this function's contract.
        let (kept, packet) = unsafe { (ptr::handle_out(kept, "kept")?, ptr::read(packet)?) };
        let packet = packet.ok_or_else(|| null("packet"))?.known()?;
        // SAFETY: as above.
        handle::give(kept, unsafe { copy(&packet) }?).map(|()| Status::Ok)
    })
}

/// # Safety
/// What the packet points to is there.
unsafe fn copy(packet: &memux_packet) -> Result<memux_kept_packet> {
    let mut bytes = Vec::new();
    // SAFETY: passed on.
    let data = unsafe { ptr::array(packet.data, packet.size, "memux_packet.data") }?;
    bytes.try_reserve_exact(data.len().saturating_add(PADDING)).map_err(|_| Error::no_memory())?;
    bytes.extend_from_slice(data);
    bytes.resize(data.len().saturating_add(PADDING), 0);
    let (mut side_data, mut side_bytes) = (Vec::new(), Vec::new());
    // SAFETY: passed on.
    let parts = unsafe { ptr::array(packet.side_data, packet.side_data_count, "memux_packet.side_data") }?;
    side_data.try_reserve_exact(parts.len()).map_err(|_| Error::no_memory())?;
    side_bytes.try_reserve_exact(parts.len()).map_err(|_| Error::no_memory())?;
    for part in parts {
        // SAFETY: passed on.
        let own = copied(unsafe { ptr::array(part.data, part.size, "memux_side_data.data") }?)?;
        side_data.push(memux_side_data {
            name: av::side_data_name(part.kind).as_ptr(),
            data: if own.is_empty() { std::ptr::null() } else { own.as_ptr() },
            ..*part
        });
        side_bytes.push(own);
    }
    let view = memux_packet {
        data: bytes.as_ptr(),
        padding: PADDING,
        side_data: if side_data.is_empty() { std::ptr::null() } else { side_data.as_ptr() },
        struct_size: size_of::<memux_packet>(),
        ..*packet
    };
    Ok(memux_kept_packet { view, _bytes: bytes, _side_data: side_data, _side_bytes: side_bytes })
}

/// The copy. NULL only for NULL.
///
/// Ownership: what is pointed to belongs to `kept` and lives as long.
/// Threads: any number at once.
/// Statuses: none; it cannot fail.
/// Since 0.1.0.
///
/// # Safety
/// `kept` is NULL or not freed yet.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_kept_packet_view(kept: *const memux_kept_packet) -> *const memux_packet {
    guard::value(std::ptr::null(), || {
        // SAFETY: this function's contract.
        unsafe { handle::borrow(kept) }.map_or(std::ptr::null(), |kept| &raw const kept.view)
    })
}

/// Frees the copy of a packet. NULL is nothing.
///
/// Ownership: `kept` and its bytes are gone afterwards.
/// Threads: any, while no other uses it.
/// Statuses: none; it cannot fail.
/// Since 0.1.0.
///
/// # Safety
/// `kept` is NULL or not freed yet and not in use.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_kept_packet_free(kept: *mut memux_kept_packet) {
    guard::value((), || {
        // SAFETY: this function's contract.
        unsafe { handle::free(kept) };
    })
}

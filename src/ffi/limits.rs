//! `memux_limits`: how much an operation may take of the host.

use super::ptr::{self, Versioned};
use crate::error::Result;
use crate::limits::Limits;
use std::mem::{offset_of, size_of};

/// How much an operation may take of the host. In each member 0 means the default, which is named there, and
/// MEMUX_UNKNOWN means no limit. More than a limit ends the operation with MEMUX_ERROR_LIMIT (a spool that is too
/// small: with MEMUX_ERROR_NEEDS_SEEK); memux_error_limit() says which. Since 0.1.0.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct memux_limits {
    /// Set by memux_limits_init().
    pub struct_size: usize,
    /// Streams in a container. Default 1000.
    pub max_streams: u64,
    /// Bytes of one packet. Default 256 MiB.
    pub max_packet_bytes: u64,
    /// Bytes read to find the format and what the header leaves open. Default 5 000 000.
    pub max_probe_bytes: u64,
    /// Bytes held in memory: of the input for a reader that cannot seek, when the container makes that necessary; of an
    /// output that must be made in memory first; and of packets that wait for their fragment. Default 256 MiB.
    pub max_spool_bytes: u64,
    /// Bytes written by one operation. Default 64 GiB.
    pub max_output_bytes: u64,
}

// SAFETY: repr(C), `struct_size` first, no padding (asserted below), integers only.
unsafe impl Versioned for memux_limits {
    const NAME: &'static str = "memux_limits";
    const FIRST_SIZE: usize = offset_of!(Self, max_output_bytes) + size_of::<u64>();
}

#[cfg(target_pointer_width = "64")]
const _: () = assert!(size_of::<memux_limits>() == 48 && offset_of!(memux_limits, max_streams) == 8);

/// The limits of an operation; NULL is the defaults.
///
/// # Safety
/// NULL or the address of a struct as large as its `struct_size` says.
pub unsafe fn read(limits: *const memux_limits) -> Result<Limits> {
    let usual = Limits::default();
    // SAFETY: passed on.
    let Some(limits) = unsafe { ptr::read(limits) }? else { return Ok(usual) };
    let limits = limits.known()?;
    let or = |value, default| if value == 0 { default } else { value };
    Ok(Limits {
        max_streams: or(limits.max_streams, usual.max_streams),
        max_packet_bytes: or(limits.max_packet_bytes, usual.max_packet_bytes),
        max_probe_bytes: or(limits.max_probe_bytes, usual.max_probe_bytes),
        max_spool_bytes: or(limits.max_spool_bytes, usual.max_spool_bytes),
        max_output_bytes: or(limits.max_output_bytes, usual.max_output_bytes),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_defaults_are_those_that_the_header_names() {
        let mib = 1 << 20;
        let named = Limits {
            max_streams: 1000,
            max_packet_bytes: 256 * mib,
            max_probe_bytes: 5_000_000,
            max_spool_bytes: 256 * mib,
            max_output_bytes: 64 * 1024 * mib,
        };
        assert_eq!(Limits::default(), named);
    }
}

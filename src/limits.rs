//! How much an operation may take of the host, in one place. Input is untrusted: nothing is unbounded unless the host says so.

#![forbid(unsafe_code)]

/// A limit of this value is no limit.
pub const UNLIMITED: u64 = u64::MAX;

/// The bounds of one operation; each has a default.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Streams in a container. FFmpeg's own default.
    pub max_streams: u64,
    /// Bytes in one packet: an uncompressed 8K frame fits.
    pub max_packet_bytes: u64,
    /// Bytes read to find the format and the streams' parameters. FFmpeg's own default.
    pub max_probe_bytes: u64,
    /// Bytes held in memory for a reader that cannot seek, when the container needs it.
    pub max_spool_bytes: u64,
    /// Bytes written by one operation: a small file can be made to repeat itself for ever.
    pub max_output_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            max_streams: 1000,
            max_packet_bytes: 256 << 20,
            max_probe_bytes: 5_000_000,
            max_spool_bytes: 256 << 20,
            max_output_bytes: 64 << 30,
        }
    }
}

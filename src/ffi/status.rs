//! The statuses as C sees them, with their names and what they mean.

use super::guard;
use crate::error::Status;
use std::ffi::{CStr, c_char};

/// How a call ended. Test with `< 0`: negative is a failure, 0 and above is success, where positive values carry a
/// note (the report says more). Values never change; a later version may add some. Since 0.1.0.
pub type memux_status = i32;

/// Done.
pub const MEMUX_OK: i32 = 0;
/// Done; an iterator has no more to give. No call of 0.1.0 returns it.
pub const MEMUX_END: i32 = 1;
/// Done, and the result is there, but the input was cut off or damaged. A report says where.
pub const MEMUX_TRUNCATED: i32 = 2;
/// An argument cannot be: NULL where a value is needed, a wrong struct_size, an unknown value. The message names it.
pub const MEMUX_ERROR_INVALID_ARGUMENT: i32 = -1001;
/// The argument may be right, but this version cannot do that: a newer struct, a feature still to come, a file that
/// MEMUX_ENGINE_WALK does not know.
pub const MEMUX_ERROR_UNSUPPORTED: i32 = -1002;
/// The source or sink is in use by another operation.
pub const MEMUX_ERROR_BUSY: i32 = -1003;
/// Memory ran out.
pub const MEMUX_ERROR_NO_MEMORY: i32 = -1004;
/// A limit of memux_limits was met; memux_error_limit() says which.
pub const MEMUX_ERROR_LIMIT: i32 = -1005;
/// The token was set, or a callback asked to stop.
pub const MEMUX_ERROR_CANCELLED: i32 = -1006;
/// The time of memux_run_options.timeout_us was up.
pub const MEMUX_ERROR_TIMEOUT: i32 = -1007;
/// The host's read or seek failed; memux_error_host_code() is what it returned.
pub const MEMUX_ERROR_SOURCE: i32 = -1008;
/// The host's write failed; memux_error_host_code() is what it returned.
pub const MEMUX_ERROR_SINK: i32 = -1009;
/// The input can only be read by seeking, and the reader cannot.
pub const MEMUX_ERROR_NEEDS_SEEK: i32 = -1010;
/// The input is empty, or in no format that FFmpeg knows.
pub const MEMUX_ERROR_FORMAT: i32 = -1011;
/// A format that could open files or connections of its own, or that is no media. memux reads what it was handed,
/// nothing else.
pub const MEMUX_ERROR_REFUSED: i32 = -1012;
/// The input is damaged so much that there is no result.
pub const MEMUX_ERROR_CORRUPT: i32 = -1013;
/// There is no such stream in the input.
pub const MEMUX_ERROR_NO_STREAM: i32 = -1014;
/// The stream's codec does not fit what was asked for.
pub const MEMUX_ERROR_CODEC: i32 = -1015;
/// The FFmpeg at hand has no decoder for the stream.
pub const MEMUX_ERROR_NO_DECODER: i32 = -1016;
/// The FFmpeg at hand has no encoder or muxer for the output.
pub const MEMUX_ERROR_NO_ENCODER: i32 = -1017;
/// FFmpeg is needed, and it is not there: it cannot be loaded, or it is of another major version than memux was
/// compiled for.
pub const MEMUX_ERROR_LIBRARY_MISMATCH: i32 = -1018;
/// A defect of memux. Please report it.
pub const MEMUX_ERROR_INTERNAL: i32 = -1019;

/// Each status once, with its name and its meaning.
const ALL: [(memux_status, Status, &CStr, &CStr); 22] = [
    (MEMUX_OK, Status::Ok, c"MEMUX_OK", c"done"),
    (MEMUX_END, Status::End, c"MEMUX_END", c"there is no more"),
    (MEMUX_TRUNCATED, Status::Truncated, c"MEMUX_TRUNCATED", c"done, but the input was cut off or damaged"),
    (
        MEMUX_ERROR_INVALID_ARGUMENT,
        Status::InvalidArgument,
        c"MEMUX_ERROR_INVALID_ARGUMENT",
        c"an argument has a value that it cannot have",
    ),
    (MEMUX_ERROR_UNSUPPORTED, Status::Unsupported, c"MEMUX_ERROR_UNSUPPORTED", c"this version cannot do that"),
    (MEMUX_ERROR_BUSY, Status::Busy, c"MEMUX_ERROR_BUSY", c"the source or sink is in use by another operation"),
    (MEMUX_ERROR_NO_MEMORY, Status::NoMemory, c"MEMUX_ERROR_NO_MEMORY", c"not enough memory"),
    (MEMUX_ERROR_LIMIT, Status::Limit, c"MEMUX_ERROR_LIMIT", c"a limit was met"),
    (MEMUX_ERROR_CANCELLED, Status::Cancelled, c"MEMUX_ERROR_CANCELLED", c"cancelled by the host"),
    (MEMUX_ERROR_TIMEOUT, Status::Timeout, c"MEMUX_ERROR_TIMEOUT", c"the time was up"),
    (MEMUX_ERROR_SOURCE, Status::Source, c"MEMUX_ERROR_SOURCE", c"the host's read or seek failed"),
    (MEMUX_ERROR_SINK, Status::Sink, c"MEMUX_ERROR_SINK", c"the host's write failed"),
    (MEMUX_ERROR_NEEDS_SEEK, Status::NeedsSeek, c"MEMUX_ERROR_NEEDS_SEEK", c"the reader would have to seek and cannot"),
    (MEMUX_ERROR_FORMAT, Status::Format, c"MEMUX_ERROR_FORMAT", c"the input's format was not recognised"),
    (MEMUX_ERROR_REFUSED, Status::Refused, c"MEMUX_ERROR_REFUSED", c"the input's format is not allowed"),
    (MEMUX_ERROR_CORRUPT, Status::Corrupt, c"MEMUX_ERROR_CORRUPT", c"the input is too damaged for a result"),
    (MEMUX_ERROR_NO_STREAM, Status::NoStream, c"MEMUX_ERROR_NO_STREAM", c"the input has no such stream"),
    (MEMUX_ERROR_CODEC, Status::Codec, c"MEMUX_ERROR_CODEC", c"the stream's codec does not fit"),
    (MEMUX_ERROR_NO_DECODER, Status::NoDecoder, c"MEMUX_ERROR_NO_DECODER", c"FFmpeg has no decoder for the stream"),
    (MEMUX_ERROR_NO_ENCODER, Status::NoEncoder, c"MEMUX_ERROR_NO_ENCODER", c"FFmpeg has no encoder for the output"),
    (
        MEMUX_ERROR_LIBRARY_MISMATCH,
        Status::LibraryMismatch,
        c"MEMUX_ERROR_LIBRARY_MISMATCH",
        c"the FFmpeg that memux was compiled for is not there",
    ),
    (MEMUX_ERROR_INTERNAL, Status::Internal, c"MEMUX_ERROR_INTERNAL", c"a defect of memux"),
];

/// The status's constant as text, "MEMUX_ERROR_BUSY" for instance; "MEMUX_UNKNOWN_STATUS" for a number that is none.
///
/// Ownership: the string is static; do not free it. Never NULL.
/// Threads: any, at any time.
/// Statuses: none; it cannot fail.
/// Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn memux_status_name(status: memux_status) -> *const c_char {
    guard::value(c"".as_ptr(), || {
        ALL.iter().find(|known| known.0 == status).map_or(c"MEMUX_UNKNOWN_STATUS", |known| known.2).as_ptr()
    })
}

/// What the status means in a few English words, in UTF-8. memux_error_message() says more about one failure.
///
/// Ownership: the string is static; do not free it. Never NULL.
/// Threads: any, at any time.
/// Statuses: none; it cannot fail.
/// Since 0.1.0.
#[unsafe(no_mangle)]
pub extern "C" fn memux_status_message(status: memux_status) -> *const c_char {
    guard::value(c"".as_ptr(), || {
        ALL.iter().find(|known| known.0 == status).map_or(c"no status of this version", |known| known.3).as_ptr()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn c_and_rust_mean_the_same_by_a_status() {
        for (value, status, name, _) in ALL {
            assert_eq!(value, status as memux_status, "{name:?}");
        }
    }
}

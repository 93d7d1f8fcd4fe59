//! What a host's callback may return, in one place: FFmpeg's AVIO codes, errno values, and a tag of our own.

/// The end of the input (FFmpeg's AVERROR_EOF).
pub const EOF: i32 = -541_478_725;
/// Stop the operation (FFmpeg's AVERROR_EXIT).
pub const EXIT: i32 = -1_414_092_869;
/// Nothing now, ask again: a tag of our own, the same on every platform (FFmpeg's tag scheme, letters `AGIN`).
pub const AGAIN: i32 = -tag(*b"AGIN");

/// `whence` values of a seek callback.
pub const WHENCE_SET: i32 = 0;
pub const WHENCE_END: i32 = 2;
/// Asks for the size (FFmpeg's AVSEEK_SIZE).
pub const WHENCE_SIZE: i32 = 0x10000;

const fn tag(letters: [u8; 4]) -> i32 {
    i32::from_le_bytes(letters)
}

/// What a negative return value asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    End,
    Again,
    /// A signal came: try at once.
    Interrupted,
    Exit,
    Failure,
}

pub fn meaning(code: i64) -> Meaning {
    match code {
        c if c == i64::from(EOF) => Meaning::End,
        c if c == i64::from(EXIT) => Meaning::Exit,
        c if c == i64::from(AGAIN) => Meaning::Again,
        c if c == i64::from(-libc::EAGAIN) || c == i64::from(-libc::EWOULDBLOCK) => Meaning::Again,
        c if c == i64::from(-libc::EINTR) => Meaning::Interrupted,
        _ => Meaning::Failure,
    }
}

/// Whether a seek callback went where it was to go. Some answer as fseek does, with 0 for success.
pub fn has_landed(answer: i64, target: i64) -> bool {
    answer == target || answer == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_a_host_may_return_has_its_meaning() {
        assert_eq!(meaning(i64::from(EOF)), Meaning::End);
        assert_eq!(meaning(i64::from(EXIT)), Meaning::Exit);
        assert_eq!(meaning(i64::from(AGAIN)), Meaning::Again);
        assert_eq!(meaning(i64::from(-libc::EAGAIN)), Meaning::Again);
        assert_eq!(meaning(i64::from(-libc::EWOULDBLOCK)), Meaning::Again);
        assert_eq!(meaning(i64::from(-libc::EINTR)), Meaning::Interrupted);
        assert_eq!(meaning(-5), Meaning::Failure);
        assert_eq!(meaning(-1), Meaning::Failure);
    }

    #[test]
    fn our_own_tag_is_no_errno_and_no_ffmpeg_code() {
        const { assert!(AGAIN < -1_000_000) };
        assert_ne!(AGAIN, EOF);
        assert_ne!(AGAIN, EXIT);
    }
}

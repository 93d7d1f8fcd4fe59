//! Which containers are walked with which major version of libavformat. What majors are known to do differently within
//! a container, the walk of that container follows or declines.

use crate::completeness::Container;
use std::ops::RangeInclusive;

/// 59 belongs to FFmpeg 5, 60 to 6, and so on. A major stands here once it is known to be answered for: how later ones
/// read Matroska and transport streams has not been held against the walk.
const WALKED: [(Container, RangeInclusive<u32>); 3] =
    [(Container::Mp4, 59..=63), (Container::Matroska, 59..=59), (Container::MpegTs, 59..=59)];

pub fn is_walked(container: Container, avformat_major: u32) -> bool {
    WALKED.iter().any(|(walked, majors)| *walked == container && majors.contains(&avformat_major))
}

#[cfg(test)]
mod tests {
    use crate::walk::{Reason, Rules, Walk};

    fn reason(bytes: &[u8], avformat_major: u32) -> Option<Reason> {
        let rules = Rules { avformat_major, max_streams: 9, max_packet_bytes: 1 << 20, max_probe_bytes: 1 << 20 };
        Walk::open(bytes, None, &rules).err().map(|declined| declined.reason)
    }

    #[test]
    fn a_container_is_walked_with_the_majors_that_are_answered_for() {
        for (name, last) in [("h264.mp4", 63), ("h264.mkv", 59), ("h264.ts", 59)] {
            let bytes = std::fs::read(format!("{}/tests/clips/{name}", env!("CARGO_MANIFEST_DIR"))).unwrap();
            for major in 58..=64 {
                let expected = (!(59..=last).contains(&major)).then_some(Reason::Container);
                assert_eq!(reason(&bytes, major), expected, "{name}, {major}");
            }
        }
    }
}

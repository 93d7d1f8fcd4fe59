//! Which VP8 and VP9 frames libavcodec's parsers call key frames. One that says nothing is taken for what the one before
//! it is; before any, for a key frame.

#[derive(Clone, Debug)]
pub struct Keys {
    tells: fn(&[u8]) -> Option<bool>,
    last: bool,
}

impl Keys {
    pub fn vp8() -> Self {
        Keys { tells: vp8, last: true }
    }

    pub fn vp9() -> Self {
        Keys { tells: vp9, last: true }
    }

    pub fn is_key(&mut self, frame: &[u8]) -> bool {
        self.last = (self.tells)(frame).unwrap_or(self.last);
        self.last
    }
}

fn vp8(frame: &[u8]) -> Option<bool> {
    let first = *frame.first().filter(|_| frame.len() >= 3)?;
    let version = (first >> 1) & 7;
    (version <= 3).then_some(first & 1 == 0)
}

/// From the first byte: a frame marker, the profile, whether a frame is shown again, whether it depends on others.
fn vp9(frame: &[u8]) -> Option<bool> {
    let first = *frame.first()?;
    let bit = |nth: u32| first.wrapping_shr(nth) & 1 == 1;
    if !(bit(5) && bit(4)) {
        return Some(!bit(3) && !bit(2));
    }
    // Profile 3 has one bit more.
    (!bit(3)).then_some(!bit(2) && !bit(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn keys(mut keys: Keys, frames: &[&[u8]]) -> Vec<bool> {
        frames.iter().map(|frame| keys.is_key(frame)).collect()
    }

    #[test]
    fn frames_tell_whether_they_are_key_frames() {
        let vp8: [&[u8]; 4] = [&[0x10, 0, 0], &[0x11, 0, 0], &[0x1e, 0, 0], &[0x10]];
        assert_eq!(keys(Keys::vp8(), &vp8), [true, false, false, false]);
        // Depends on others, shown again, key, a profile to come; then profile 3.
        assert_eq!(keys(Keys::vp9(), &[&[0x84], &[0x88], &[0x80], &[0xb8]]), [false, false, true, true]);
        assert_eq!(keys(Keys::vp9(), &[&[0xb0], &[0xb2], &[0xb4]]), [true, false, false]);
        assert_eq!(keys(Keys::vp9(), &[&[]]), [true]);
    }
}

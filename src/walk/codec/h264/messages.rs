//! Supplemental enhancement information: whether it has a recovery point.

use super::super::bits::Bits;
use crate::walk::Declined;

const BUFFERING_PERIOD: u32 = 0;
const PICTURE_TIMING: u32 = 1;
const REGISTERED: u32 = 4;
const UNREGISTERED: u32 = 5;
const RECOVERY_POINT: u32 = 6;
const MOST_RECOVERY_FRAMES: u32 = 1 << 16;

/// Of a unit of such messages. libavcodec leaves a unit at the first message that it finds a fault in: behind one that
/// it may find a fault in, a recovery point is declined.
pub fn recovery_point(unit: &[u8]) -> Result<bool, Declined> {
    let mut bits = Bits::new(unit.get(1..).unwrap_or_default());
    let mut left = bits.clone().bytes().count();
    let mut sound = true;
    while left > 2 && bits.clone().take(16) != Some(0) {
        let Some((kind, size)) = number(&mut bits, &mut left).zip(number(&mut bits, &mut left)) else { break };
        // One that reaches past the end is not read.
        let Some(behind) = usize::try_from(size).ok().and_then(|size| left.checked_sub(size)) else { break };
        let message = bits.clone();
        if kind == RECOVERY_POINT {
            let usual = sound && recovers(message, size);
            return if usual { Ok(true) } else { Err(Declined::structure("a recovery point that is not as usual")) };
        }
        sound &= is_sound(kind, size, message);
        while left > behind && bits.take(8).is_some() {
            left = left.saturating_sub(1);
        }
    }
    Ok(false)
}

/// Whether x264 says that it is one of those from before the 44th.
pub fn names_old_x264(unit: &[u8]) -> bool {
    const NAME: &[u8] = b"x264 - core ";
    let head = unit.get(..unit.len().min(64)).unwrap_or_default();
    let named = head.windows(NAME.len()).position(|window| window == NAME);
    let rest = named.and_then(|at| head.get(at.saturating_add(NAME.len())..));
    rest.is_some_and(|rest| {
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).take(6);
        let build = digits.fold(0u32, |build, digit| build.wrapping_mul(10).wrapping_add(u32::from(digit & 15)));
        (1..44).contains(&build)
    })
}

fn recovers(mut message: Bits, size: u32) -> bool {
    size > 0 && message.below(MOST_RECOVERY_FRAMES).is_some()
}

/// Whether no version of libavcodec finds a fault in a message.
fn is_sound(kind: u32, size: u32, mut message: Bits) -> bool {
    match kind {
        BUFFERING_PERIOD => size > 1 && message.below(31).is_some(),
        PICTURE_TIMING => size <= 32,
        // Of another country than the USA.
        REGISTERED => size > 4 && !matches!(message.take(8), Some(0xb5 | 0xff)),
        UNREGISTERED => size >= 16,
        2 | 3 | 7..=18 => true,
        _ => false,
    }
}

/// A number in bytes that go on as long as they are 255.
fn number(bits: &mut Bits, left: &mut usize) -> Option<u32> {
    let mut sum = 0u32;
    loop {
        let byte = bits.take(8)?;
        *left = left.saturating_sub(1);
        sum = sum.saturating_add(byte);
        if byte != 255 {
            return Some(sum);
        }
    }
}

//! MPEG transport streams: packets of one size, and tables with a checksum.

use super::{Chance, Plain, changed};

const SIZE: usize = 188;

pub fn are(file: &[u8]) -> bool {
    file.len() >= 2 * SIZE && file[0] == 0x47 && file[SIZE] == 0x47
}

/// Changes one packet, or puts one in, out or elsewhere.
pub fn change(file: &mut Vec<u8>, most: usize, chance: &mut Chance, plain: Plain) {
    let count = file.len() / SIZE;
    // Half of the time what is at the beginning, where the tables are.
    let nth = if chance.below(2) == 0 { chance.below(count) } else { chance.below(count.min(8)) };
    let packet = nth * SIZE..(nth + 1) * SIZE;
    let other = chance.below(count) * SIZE;
    match chance.below(12) {
        0 if count > 2 => drop(file.drain(packet)),
        1 | 2 if file.len() + SIZE <= most => {
            let copy = file[other..other + SIZE].to_vec();
            file.splice(packet.start..packet.start, copy);
        }
        3 => file.copy_within(other..other + SIZE, packet.start),
        4 | 5 => {
            let header = changed(&file[packet.start + 1..packet.start + 8], 7, plain);
            file[packet.start + 1..][..header.len()].copy_from_slice(&header);
        }
        _ => {
            let from = packet.start + 4 + chance.below(SIZE - 8);
            let size = (packet.end - from).min(48);
            let mut part = changed(&file[from..from + size], size, plain);
            part.resize(size, 0xff);
            file[from..from + size].copy_from_slice(&part);
            if chance.below(8) > 0 {
                sign(&mut file[packet]);
            }
        }
    }
}

/// Gives the table that begins in the packet, if there is one and it ends there, the checksum that it should have.
pub fn sign(packet: &mut [u8]) {
    let (starts, adapts) = (packet[1] & 0x40 != 0, packet[3] & 0x20 != 0);
    let payload = if adapts { 5 + usize::from(packet[4]) } else { 4 };
    let Some(pointer) = packet.get(payload).filter(|_| starts) else { return };
    let section = payload + 1 + usize::from(*pointer);
    let Some(&[_, high, low]) = packet.get(section..section + 3) else { return };
    let end = section + 3 + (usize::from(high & 0x0f) << 8 | usize::from(low));
    // Pictures begin with 0, 0, 1.
    if end > packet.len() || end < section + 7 || high & 0x80 == 0 {
        return;
    }
    let sum = checksum(&packet[section..end - 4]);
    packet[end - 4..end].copy_from_slice(&sum.to_be_bytes());
}

/// The CRC-32 of MPEG's tables.
fn checksum(bytes: &[u8]) -> u32 {
    bytes.iter().fold(u32::MAX, |sum, byte| {
        (0..8).fold(sum ^ u32::from(*byte) << 24, |sum, _| sum << 1 ^ if sum >> 31 == 1 { 0x04c1_1db7 } else { 0 })
    })
}

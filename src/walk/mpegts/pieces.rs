//! The payloads that make up one sample.

use super::packets::{self, Layout};

/// A place in the payload of a packet.
#[derive(Clone, Copy, Debug, Default)]
pub struct Place {
    pub packet: usize,
    /// Bytes of the stream in that packet that are before it.
    pub skip: u64,
}

/// The payloads that make up one sample, in order.
#[derive(Clone, Debug)]
pub struct Pieces<'a> {
    layout: Layout<'a>,
    pid: u16,
    next: Place,
    left: u64,
}

impl<'a> Pieces<'a> {
    pub fn new(layout: Layout<'a>, pid: u16, begin: Place, size: u64) -> Self {
        Pieces { layout, pid, next: begin, left: size }
    }

    pub fn size(&self) -> u64 {
        self.left
    }
}

impl<'a> Iterator for Pieces<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        while self.left > 0 {
            let packet = self.layout.packet(self.next.packet)?;
            let header = packets::header(packet);
            let skip = usize::try_from(std::mem::take(&mut self.next.skip)).ok()?;
            self.next.packet = self.next.packet.saturating_add(self.layout.stride);
            if packets::pid(header) != self.pid {
                continue;
            }
            let (payload, _) = packets::parts(packet, header);
            let data = payload.get(before_data(header, payload).saturating_add(skip)..).unwrap_or(&[]);
            let data = usize::try_from(self.left).ok().and_then(|left| data.get(..left)).unwrap_or(data);
            if !data.is_empty() {
                self.left = self.left.saturating_sub(crate::walk::bytes::length(data));
                return Some(data);
            }
        }
        None
    }
}

/// The bytes of a PES header at the front of a payload.
fn before_data(header: u32, payload: &[u8]) -> usize {
    if header & packets::UNIT_START == 0 {
        return 0;
    }
    payload.get(8).map_or(payload.len(), |length| usize::from(*length).saturating_add(9))
}

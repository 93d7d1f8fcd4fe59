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
}

impl<'a> Iterator for Pieces<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        while self.left > 0 {
            let at = self.next.packet;
            self.layout.packet(at)?;
            let skip = usize::try_from(std::mem::take(&mut self.next.skip)).ok()?;
            self.next.packet = at.saturating_add(self.layout.stride);
            let Some(data) = data(&self.layout, at, self.pid) else { continue };
            let data = data.get(skip..).unwrap_or(&[]);
            let data = usize::try_from(self.left).ok().and_then(|left| data.get(..left)).unwrap_or(data);
            if !data.is_empty() {
                self.left = self.left.saturating_sub(crate::walk::bytes::length(data));
                return Some(data);
            }
        }
        None
    }
}

/// A stream's own bytes in a packet; `None` in another stream's.
pub fn data<'a>(layout: &Layout<'a>, at: usize, pid: u16) -> Option<&'a [u8]> {
    let packet = layout.packet(at)?;
    let header = packets::header(packet);
    if packets::pid(header) != pid {
        return None;
    }
    let (payload, _) = packets::parts(packet, header);
    Some(payload.get(before_data(header, payload)..).unwrap_or(&[]))
}

/// The bytes of a PES header at the front of a payload.
fn before_data(header: u32, payload: &[u8]) -> usize {
    if header & packets::UNIT_START == 0 {
        return 0;
    }
    payload.get(8).map_or(payload.len(), |length| usize::from(*length).saturating_add(9))
}

//! The loop over a container's packets, and the one stream of it that an operation is about.

use super::Select;
use super::outcome::Found;
use crate::av::{Input, Next, Packet};
use crate::error::{Error, Result, Stage};

/// The stream that was asked for. Some containers declare it only after other packets.
pub struct Chosen {
    select: Select,
    index: Option<usize>,
}

/// What an operation says to a packet.
pub enum Step {
    On,
    /// The packet cannot be used: the input is damaged there, and the operation ends.
    Damaged,
    /// Nothing more is wanted.
    Enough,
}

impl Chosen {
    /// `declared`: the container has named all its streams, so the others may be left out from the start.
    pub fn new(input: &mut Input, select: Select, declared: bool) -> Result<Self> {
        let index = select.find(input);
        match index {
            None if !input.may_gain_streams() => return Err(select.not_found()),
            Some(index) if declared => input.keep_only(index),
            _ => {}
        }
        Ok(Chosen { select, index })
    }

    /// What is wanted of the packets is their number, their bytes and what edits say of them.
    pub fn without_stamps(&self, input: &mut Input, declared: bool) {
        input.needs_no_stamps();
        if let Some(index) = self.index.filter(|_| declared) {
            input.needs_no_parser(index);
        }
    }

    pub fn index(&self) -> Option<usize> {
        self.index
    }

    /// The index as reports and errors have it.
    pub fn number(&self) -> Option<i32> {
        self.index.and_then(|index| i32::try_from(index).ok())
    }

    pub fn not_found(&self) -> Error {
        self.select.not_found()
    }

    fn is_of(&mut self, packet: &Packet, input: &Input) -> bool {
        if self.index.is_none() {
            self.index = self.select.find(input);
        }
        self.index.is_some() && packet.stream() == self.index
    }
}

/// Reads the next packet. False at the end of the input, or where it is so damaged that nothing more comes of it: `found`
/// learns of what is missing.
pub fn next_packet(input: &mut Input, packet: &mut Packet, found: &mut Found) -> Result<bool> {
    input.control().enter(Stage::Packets);
    match input.read(packet)? {
        Next::Packet => return Ok(true),
        Next::End => {
            if let Some(offset) = input.ended_early() {
                found.damaged(Some(offset));
            }
        }
        Next::Broken => found.damaged(input.position()),
    }
    Ok(false)
}

/// Hands every packet of the chosen stream to `take`, to the end of the input or to where it is damaged.
pub fn each_packet(
    input: &mut Input,
    chosen: &mut Chosen,
    found: &mut Found,
    take: &mut dyn FnMut(&mut Input, &mut Packet, usize) -> Result<Step>,
) -> Result<()> {
    let mut packet = Packet::new()?;
    let listed = chosen.index.and_then(|index| input.listed_packets(index)).unwrap_or(0);
    let mut came = 0u64;
    while next_packet(input, &mut packet, found)? {
        let offset = packet.offset();
        if packet.is_corrupt() {
            found.damaged(offset);
        }
        if !chosen.is_of(&packet, input) {
            continue;
        }
        found.stream = chosen.number();
        came = came.saturating_add(1);
        if packet.is_corrupt() {
            found.corrupt_packets = found.corrupt_packets.saturating_add(1);
        }
        let Some(index) = chosen.index else { continue };
        match take(input, &mut packet, index)? {
            Step::On => {}
            Step::Damaged => {
                found.damaged(offset);
                return Ok(());
            }
            Step::Enough => return Ok(()),
        }
    }
    if came < listed {
        found.damaged(input.position());
    }
    Ok(())
}

/// Hands every packet of every stream to `take`, to the end of the input or to where it is damaged.
pub fn each(input: &mut Input, found: &mut Found, take: &mut dyn FnMut(&mut Packet) -> Result<()>) -> Result<()> {
    let mut packet = Packet::new()?;
    while next_packet(input, &mut packet, found)? {
        if packet.is_corrupt() {
            found.damaged(packet.offset());
            found.corrupt_packets = found.corrupt_packets.saturating_add(1);
        }
        take(&mut packet)?;
    }
    Ok(())
}

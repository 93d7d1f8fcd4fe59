//! MP4 and QuickTime by both roads: generated files, edit lists and tables by chance, files cut and files damaged.

#![allow(clippy::arithmetic_side_effects, clippy::indexing_slicing)]

mod boxes;
mod damage;
mod descriptions;
mod edits;
mod fragments;
mod generated;
mod handmade;
mod tables;

/// Numbers by chance, the same ones each time.
pub struct Chance(u64);

impl Chance {
    pub fn new(seed: u64) -> Self {
        Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// Below `end`.
    pub fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) % end.max(1)
    }

    pub fn index(&mut self, end: usize) -> usize {
        self.below(end as u64) as usize
    }
}

//! Where one picture's packet ends and the next begins, as libavcodec's parsers see it: in the bytes of the elementary
//! stream, in whatever pieces they come.

mod h264;
mod hevc;
mod mpeg2;

use super::kinds::Cut;
use super::scan::Scanner;
use crate::mem::zero_pair;
use crate::walk::Declined;

/// What is found, with its place in the elementary stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// A packet begins here; at `more`, the parser has bytes left to go on with.
    Begins { at: u64, more: bool },
    /// MPEG-2: a picture's own start code.
    Picture { at: u64 },
}

#[derive(Clone, Debug)]
enum Rule {
    H264(h264::H264),
    Hevc(hevc::Hevc),
    Mpeg2(mpeg2::Mpeg2),
}

#[derive(Clone, Debug)]
pub struct Splitter {
    scanner: Scanner,
    rule: Rule,
    /// Nothing has begun that goes on in the next byte.
    idle: bool,
}

impl Splitter {
    pub fn new(cut: Cut) -> Self {
        let rule = match cut {
            Cut::H264 => Rule::H264(Default::default()),
            Cut::Hevc => Rule::Hevc(Default::default()),
            Cut::Mpeg2 => Rule::Mpeg2(Default::default()),
        };
        Splitter { scanner: Scanner::new(), rule, idle: false }
    }

    /// Nothing has begun: a payload without two zeros side by side tells nothing.
    pub fn is_idle(&self) -> bool {
        self.idle
    }

    /// Such payloads have gone by, the last of which ends with a zero or not.
    pub fn passed(&mut self, zero: bool) {
        self.scanner.zeros = u32::from(zero);
        self.idle = !zero;
    }

    /// The next bytes come in another packet of libavformat's.
    pub fn begin_chunk(&mut self) {
        if let Rule::Mpeg2(mpeg2) = &mut self.rule {
            mpeg2.begin_chunk();
        }
    }

    /// `at`: where the piece begins in the elementary stream.
    pub fn feed(
        &mut self,
        piece: &[u8],
        at: u64,
        found: &mut impl FnMut(Mark) -> Result<(), Declined>,
    ) -> Result<(), Declined> {
        if self.idle && !piece.starts_with(&[0, 0]) && zero_pair(piece).is_none() {
            self.passed(piece.last() == Some(&0));
            return Ok(());
        }
        let mut input = Input { rest: piece, end: at.saturating_add(crate::walk::bytes::length(piece)) };
        let busy = match &mut self.rule {
            Rule::H264(h264) => h264.feed(&mut self.scanner, &mut input, found)?,
            Rule::Hevc(hevc) => hevc.feed(&mut self.scanner, &mut input, found)?,
            Rule::Mpeg2(mpeg2) => mpeg2.feed(&mut self.scanner, &mut input, found)?,
        };
        self.idle = !busy && self.scanner.zeros == 0;
        Ok(())
    }
}

/// A piece that is read byte by byte, or from start code to start code.
struct Input<'p> {
    rest: &'p [u8],
    /// Where the piece ends in the elementary stream.
    end: u64,
}

impl Input<'_> {
    /// Where the next byte is.
    fn at(&self) -> u64 {
        self.end.saturating_sub(crate::walk::bytes::length(self.rest))
    }

    fn byte(&mut self) -> Option<u8> {
        let (byte, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(*byte)
    }
}

/// What the splitters of all codecs are tried with.
#[cfg(test)]
mod testing {
    use super::*;

    /// All marks, the same in pieces of every size. Whether more may come before a packet's end hangs on the pieces.
    pub fn marks(cut: Cut, bytes: &[u8]) -> Vec<Mark> {
        let of = |size: usize| {
            let (mut splitter, mut marks, mut at) = (Splitter::new(cut), Vec::new(), 0u64);
            for piece in bytes.chunks(size) {
                let mut found = |mark| {
                    marks.push(match mark {
                        Mark::Begins { at, .. } => Mark::Begins { at, more: true },
                        mark => mark,
                    });
                    Ok(())
                };
                splitter.feed(piece, at, &mut found).unwrap();
                at += piece.len() as u64;
            }
            marks
        };
        let whole = of(bytes.len());
        for size in 1..bytes.len() {
            assert_eq!(of(size), whole, "in pieces of {size}");
        }
        whole
    }

    /// Where packets begin.
    pub fn begins(cut: Cut, bytes: &[u8]) -> Vec<u64> {
        let begins = |mark| if let Mark::Begins { at, .. } = mark { Some(at) } else { None };
        marks(cut, bytes).into_iter().filter_map(begins).collect()
    }
}

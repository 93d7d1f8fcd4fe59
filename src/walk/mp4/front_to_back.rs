//! The packets of a track in a fragmented file.

use super::super::bytes::slice;
use super::super::{Data, Declined, Sample};
use super::boxes::Atoms;
use super::fragments::Fragments;
use super::header::Header;
use super::keys::Judge;
use super::layout::Track;
use super::length;
use super::runs::{Item, Items, Run};
use super::samples::{Order, TrackSamples};
use super::tags::Kind;
use crate::mem::prefetch;
use crate::walk::codec::h264::Rate;

/// What lies in the fragments, one by one, front to back.
#[derive(Clone, Debug)]
pub struct FragmentItems<'a> {
    atoms: Atoms<'a>,
    fragments: Fragments<'a>,
    number: usize,
    is_audio: bool,
    /// The runs whose media have been met.
    runs: std::vec::IntoIter<Run<'a>>,
    items: Option<Items<'a>>,
    shift: i64,
}

impl<'a> FragmentItems<'a> {
    pub fn new(
        bytes: &'a [u8],
        header: &Header<'a>,
        number: usize,
        track: &Track<'a>,
        avformat_major: u32,
    ) -> Result<Self, Declined> {
        Ok(FragmentItems {
            atoms: Atoms::between(bytes, 0, length(bytes)),
            fragments: header.new_fragments(bytes, avformat_major)?,
            number,
            is_audio: track.kind == Kind::Audio,
            runs: Vec::new().into_iter(),
            items: None,
            shift: 0,
        })
    }

    /// The next one, from whichever run.
    #[inline]
    pub fn next(&mut self) -> Result<Option<Item>, Declined> {
        loop {
            if let Some(item) = self.items.as_mut().and_then(Items::next) {
                return Ok(Some(item));
            }
            self.items = match self.runs.next() {
                Some(run) => Some(run.items(self.is_audio)),
                None if self.next_group()? => None,
                None => return Ok(None),
            };
        }
    }

    /// Reads on to the next media. False at the end.
    fn next_group(&mut self) -> Result<bool, Declined> {
        while let Some(atom) = self.atoms.next() {
            let atom = atom?;
            match &atom.kind {
                b"moof" => self.fragments.read(&atom)?,
                b"mdat" if !atom.body.is_empty() => {
                    let mut runs = std::mem::take(&mut self.fragments.pending);
                    runs.retain(|run| run.track == self.number);
                    self.shift = self.fragments.shift(self.number);
                    self.runs = runs.into_iter();
                    return Ok(true);
                }
                [0, 0, 0, 0] => return Ok(false),
                _ => {}
            }
        }
        Ok(false)
    }
}

/// Goes from fragment to fragment: those of the header first.
#[derive(Clone, Debug)]
pub struct FragmentSamples<'a> {
    bytes: &'a [u8],
    /// The samples in the header's own tables.
    tables: Option<Box<TrackSamples<'a>>>,
    items: FragmentItems<'a>,
    track: Track<'a>,
    /// One ahead, so that its bytes are on their way; with the shift that is known when it is read.
    next: Option<(Item, i64)>,
    state: State,
    /// The header's samples have no composition times: libavformat then takes none from fragments.
    is_plain: bool,
    judge: Judge,
    order: Order,
    /// When the sample given last is decoded.
    time: i64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    New,
    Begun,
    Ended,
}

impl<'a> FragmentSamples<'a> {
    pub fn new(
        bytes: &'a [u8],
        header: &Header<'a>,
        number: usize,
        track: &Track<'a>,
        avformat_major: u32,
    ) -> Result<Self, Declined> {
        let tables = (track.len() > 0).then(|| TrackSamples::new(bytes, track).map(Box::new)).transpose()?;
        Ok(FragmentSamples {
            bytes,
            is_plain: tables.is_some() && track.tables.offsets.is_empty(),
            tables,
            items: FragmentItems::new(bytes, header, number, track, avformat_major)?,
            track: track.clone(),
            next: None,
            state: State::New,
            judge: Judge::new(track.coding, track.kind, track.description.configuration)?,
            order: Order::default(),
            time: 0,
        })
    }

    /// When the sample given last is decoded, whatever libavformat makes of that.
    pub fn time(&self) -> i64 {
        self.time
    }

    /// How long pictures last, by the samples up to here.
    pub fn rate(&self) -> Rate {
        self.judge.rate()
    }

    fn step(&mut self) -> Result<Option<Sample<'a>>, Declined> {
        if self.state == State::New {
            self.state = State::Begun;
            self.next = self.look_ahead()?;
        }
        let Some((item, shift)) = self.next.filter(|_| self.state != State::Ended) else { return Ok(None) };
        self.next = self.look_ahead()?;
        self.sample(&item, shift).map(Some)
    }

    fn look_ahead(&mut self) -> Result<Option<(Item, i64)>, Declined> {
        let item = self.items.next()?;
        if let Some(item) = &item {
            prefetch(self.bytes, usize::try_from(item.offset).unwrap_or(usize::MAX));
        }
        Ok(item.map(|item| (item, self.items.shift)))
    }

    fn sample(&mut self, item: &Item, shift: i64) -> Result<Sample<'a>, Declined> {
        let lost = || Declined::damaged("a sample that is not there");
        let data = slice(self.bytes, item.offset, item.size).ok_or_else(lost)?;
        let dts = item.time;
        let composition = if self.is_plain { 0 } else { i64::from(item.composition) };
        let pts = dts.wrapping_add(shift).wrapping_add(composition);
        self.time = dts;
        Ok(Sample {
            offset: item.offset,
            pts: Some(pts),
            dts: self.order.dts(&self.track, pts, dts),
            duration: 0,
            key: self.judge.is_key(item.key, data)?,
            discard: item.discard,
            data: Data::Whole(data),
        })
    }
}

impl<'a> Iterator for FragmentSamples<'a> {
    type Item = Result<Sample<'a>, Declined>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(tables) = &mut self.tables {
            if let Some(sample) = tables.next() {
                return Some(sample);
            }
            let tables = self.tables.take()?;
            (self.judge, self.order) = tables.into_state();
        }
        let sample = self.step();
        if let Err(declined) = sample {
            (self.state, self.next) = (State::Ended, None);
            return Some(Err(declined));
        }
        sample.transpose()
    }
}

//! How long packets last, as libavformat finds it: by the table of the container; and where that says nothing of packets, by
//! the rate of the pictures, which the table or the codec tells.

use super::super::codec::h264::Rate;
use super::super::packets::Known;
use super::layout::Track;
use super::tables::pair;
use super::tags::{Coding, Kind};
use super::{Declined, Sample};

/// What libavformat takes from the table of durations for every picture.
#[derive(Clone, Copy, Debug)]
enum Picture {
    Lasts(i64),
    Untold,
    /// It guesses.
    Guessed,
}

#[derive(Clone, Debug)]
pub struct Durations {
    timescale: u32,
    kind: Kind,
    coding: Coding,
    /// Packets last until the next one; the last one to this end.
    until: Option<i64>,
    rate: Picture,
    /// What every packet of sound lasts that is decoded to 1024 samples.
    sound: Option<i64>,
    known: Known,
    /// When the last one was decoded.
    last: Option<i64>,
}

impl Durations {
    pub fn of(track: &Track, in_fragments: bool, known: Known) -> Result<Self, Declined> {
        // Its parser, which cuts packets, makes no use of the container's durations.
        let anew = matches!(track.coding, Coding::Vp8 | Coding::Vp9);
        let by_table = !in_fragments && track.tables.offsets.is_empty() && !anew;
        let rate = match track.tables.times {
            [all] | [all, [0, 0, 0, 1, _, _, _, _]] => Picture::Lasts(i64::from(pair(all).1)),
            _ if track.tables.count <= 2 => Picture::Untold,
            _ => Picture::Guessed,
        };
        let sound = track.description.aac_rate.and_then(|rate| {
            let lasts = u64::from(track.timescale).saturating_mul(1024).checked_div(u64::from(rate));
            lasts.and_then(|lasts| i64::try_from(lasts).ok())
        });
        Ok(Durations {
            timescale: track.timescale,
            kind: track.kind,
            coding: track.coding,
            until: if by_table { Some(track.duration()?) } else { None },
            rate,
            sound,
            known,
            last: None,
        })
    }

    /// Whether what will have to be filled in can be, as far as that is known before the first packet. `last`: when the last
    /// one is decoded.
    pub fn check(&self, last: Option<i64>, told: Rate) -> Result<(), Declined> {
        let is_told = self.until.is_some_and(|end| last.is_none_or(|last| last < end));
        if !is_told && last.is_some() && self.filled_in(told)? == 0 && self.known == Known::Streams {
            return Err(untold());
        }
        Ok(())
    }

    /// Its first packet comes too late for libavformat to have decoded it before packets are given.
    pub fn comes_late(&mut self) {
        if self.known == Known::Streams {
            self.sound = None;
        }
    }

    /// A time in microseconds, rounded to the nearest, halves away from zero.
    pub fn microseconds(&self, time: i64) -> Result<i64, Declined> {
        let odd = || Declined::structure("times without end");
        let scale = u128::from(self.timescale.max(1));
        let product = u128::from(time.unsigned_abs()).saturating_mul(1_000_000).saturating_add(scale >> 1);
        let rounded = product.checked_div(scale).and_then(|rounded| i64::try_from(rounded).ok()).ok_or_else(odd)?;
        Ok(if time < 0 { rounded.saturating_neg() } else { rounded })
    }

    /// `next`: when the next sample is decoded. `told`: what the codec says of its pictures up to this sample.
    pub fn of_sample(&mut self, sample: &Sample, time: i64, next: Option<i64>, told: Rate) -> Result<i64, Declined> {
        self.check_order(sample, time)?;
        let by_table = self.until.map_or(0, |end| next.unwrap_or(end).saturating_sub(time));
        let duration = if by_table > 0 { by_table } else { self.filled_in(told)? };
        if duration == 0 && self.known == Known::Streams {
            return Err(untold());
        }
        Ok(duration)
    }

    /// What has been found out by decoding some of it makes libavformat doubt times that go back.
    fn check_order(&mut self, sample: &Sample, time: i64) -> Result<(), Declined> {
        let doubtful = sample.dts.is_none()
            || (self.known == Known::Streams && self.kind == Kind::Video)
                && (sample.dts != Some(time) || self.last.is_some_and(|last| last > time));
        self.last = Some(time);
        if doubtful { Err(Declined::structure("decoding times that libavformat doubts")) } else { Ok(()) }
    }

    fn filled_in(&self, told: Rate) -> Result<i64, Declined> {
        let unknown = || Declined::structure("a duration that is not told");
        match self.kind {
            Kind::Video => {}
            Kind::Subtitle | Kind::Data => return Ok(0),
            Kind::Audio if self.coding == Coding::Aac && self.known == Known::Header => return Ok(0),
            // Where all of them are to be filled in, the first one is given before that is known.
            Kind::Audio if self.until.is_some() => return self.sound.ok_or_else(unknown),
            Kind::Audio => return Err(unknown()),
        }
        let (units, scale) = match (told, self.rate) {
            (Rate::Unclear, _) | (Rate::Untold, Picture::Guessed) => return Err(unknown()),
            (Rate::Untold, Picture::Lasts(lasts)) => return Ok(lasts),
            (Rate::Untold, Picture::Untold) if self.known == Known::Streams => return Err(unknown()),
            _ if self.timescale < 1000 => return Ok(1),
            (Rate::Untold, Picture::Untold) => return Ok(0),
            (Rate::Told { units, scale }, _) => (u64::from(units), u64::from(scale)),
        };
        // Larger ones are cut to fewer bits.
        if units > 1 << 28 || scale > 1 << 29 || self.coding != Coding::H264 {
            return Err(unknown());
        }
        let ticks = units.saturating_mul(2).saturating_mul(u64::from(self.timescale));
        ticks.checked_div(scale).and_then(|lasts| i64::try_from(lasts).ok()).ok_or_else(unknown)
    }
}

fn untold() -> Declined {
    Declined::structure("a packet whose duration libavformat learns from others")
}

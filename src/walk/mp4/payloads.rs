//! A stream's bytes and nothing else: where samples lie, without what is to be found out about each of them.

use super::super::bytes::slice;
use super::super::{self as walk, Data, Declined, Payload};
use super::Movie;
use super::edits::Segment;
use super::front_to_back::FragmentItems;
use super::header::Part;
use super::layout::Track;
use super::places::Places;

/// The same packets, in the same order, as the samples of the stream.
pub struct Payloads<'m, 'a> {
    bytes: &'a [u8],
    /// Packets that still come from where `places` stands.
    left: u64,
    places: Option<Places<'a>>,
    track: Option<&'m Track<'a>>,
    segments: std::slice::Iter<'m, Segment>,
    /// What comes behind the header's own tables.
    fragments: Option<Box<FragmentItems<'a>>>,
    /// A picture, or what is declined.
    last: Option<Payload<'a>>,
}

impl<'m, 'a> Payloads<'m, 'a> {
    pub fn new(movie: &'m Movie<'a>, stream: usize) -> Self {
        let mut payloads = Payloads {
            bytes: movie.bytes,
            left: 0,
            places: None,
            track: None,
            segments: [].iter(),
            fragments: None,
            last: None,
        };
        let begun = movie.part(stream).and_then(|part| match part {
            Part::Track(track) => payloads.begin(movie, stream, track),
            Part::Picture(picture) => {
                payloads.last = Some(Ok((picture.offset, Data::Whole(picture.data))));
                Ok(())
            }
        });
        if let Err(declined) = begun {
            payloads.last = Some(Err(declined));
        }
        payloads
    }

    fn begin(&mut self, movie: &Movie<'a>, stream: usize, track: &'m Track<'a>) -> Result<(), Declined> {
        match track.plan()? {
            Some(plan) => self.segments = plan.segments.iter(),
            None => (self.left, self.places) = (track.len(), Some(track.places(0))),
        }
        self.track = Some(track);
        if movie.header.fragments.is_some() {
            let items = FragmentItems::new(movie.bytes, &movie.header, stream, track, movie.rules.avformat_major)?;
            self.fragments = Some(Box::new(items));
        }
        Ok(())
    }

    /// What comes when the tables, or this edit's part of them, are at their end.
    #[inline(never)]
    fn next_part(&mut self) -> Option<Payload<'a>> {
        if let Some((segment, track)) = self.segments.find(|segment| segment.end > segment.first).zip(self.track) {
            self.left = segment.end.saturating_sub(segment.first);
            self.places = Some(track.places(segment.first));
            return self.next();
        }
        let last = self.last.take();
        if last.is_some() {
            return last;
        }
        match self.fragments.as_mut()?.next() {
            Ok(item) => item.map(|item| self.payload(item.offset, item.size)),
            Err(declined) => Some(self.end(declined)),
        }
    }

    #[inline(always)]
    fn payload(&mut self, offset: u64, size: u64) -> Payload<'a> {
        match slice(self.bytes, offset, size) {
            Some(data) => Ok((offset, Data::Whole(data))),
            None => self.end(Declined::damaged("a sample that is not there")),
        }
    }

    /// Nothing comes behind what is declined.
    #[cold]
    fn end(&mut self, declined: Declined) -> Payload<'a> {
        (self.left, self.segments, self.fragments) = (0, [].iter(), None);
        Err(declined)
    }
}

impl<'a> Iterator for Payloads<'_, 'a> {
    type Item = Payload<'a>;

    #[inline(always)]
    fn next(&mut self) -> Option<Payload<'a>> {
        let Some(left) = self.left.checked_sub(1) else { return self.next_part() };
        self.left = left;
        match self.places.as_mut().and_then(Iterator::next) {
            Some((offset, size)) => Some(self.payload(offset, size)),
            None => Some(self.end(Declined::damaged("a sample that is not there"))),
        }
    }
}

impl<'a> walk::Payloads<'a> for Payloads<'_, 'a> {
    #[inline]
    fn fill(&mut self, room: &mut [(u64, &'a [u8])]) -> usize {
        let Some(places) = self.places.as_mut() else { return 0 };
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(room.len());
        let mut count = 0usize;
        for room in room.iter_mut().take(most) {
            let place = places.next().and_then(|(offset, size)| Some((offset, slice(self.bytes, offset, size)?)));
            let Some(place) = place else {
                // Told behind those that are there.
                self.last = Some(self.end(Declined::damaged("a sample that is not there")));
                return count;
            };
            *room = place;
            count = count.wrapping_add(1);
        }
        self.left = self.left.saturating_sub(u64::try_from(count).unwrap_or(u64::MAX));
        count
    }
}

//! Matroska and WebM.

mod blocks;
mod codecs;
mod count;
mod ebml;
mod frames;
mod header;
mod lacing;
mod number;
mod packets;
mod samples;
mod schema;
mod tracks;

pub use header::begins;
pub use packets::Packets;
pub use samples::Samples;

use super::{Counted, Declined, Demux, Media, Pace, Rules, Stop, Stream};
use blocks::{Clusters, Step};
use count::Counter;
use header::Header;
use samples::TrackSamples;
use std::sync::OnceLock;

/// A Segment whose head is known; its Clusters are gone through as they are asked for.
pub struct Segment<'a> {
    bytes: &'a [u8],
    header: Header<'a>,
    max_packet_bytes: u64,
    /// Whether the Segment ends with the input by its own word: where it has no size, what stands at its end tells.
    is_complete: OnceLock<bool>,
}

impl<'a> Segment<'a> {
    pub fn open(bytes: &'a [u8], rules: &Rules) -> Result<Self, Declined> {
        let header = header::read(bytes, rules)?;
        let is_complete = OnceLock::new();
        if header.is_sized {
            is_complete.get_or_init(|| true);
        }
        let segment = Segment { bytes, header, max_packet_bytes: rules.max_packet_bytes, is_complete };
        let has_video = segment.header.streams.iter().any(|stream| stream.media == Media::Video && !stream.is_cover);
        if !has_video {
            // No count of frames will show whether all is whole.
            let complete = segment.looks_complete()?;
            segment.is_complete.get_or_init(|| complete);
        }
        Ok(segment)
    }

    fn clusters(&self) -> Clusters {
        let mut clusters = Clusters::new(self.header.clusters, self.header.end, self.header.is_sized);
        clusters.has_tracks = self.header.tracks_come_first;
        clusters
    }

    /// Goes through everything once more only to see what stands at the end.
    fn looks_complete(&self) -> Result<bool, Declined> {
        let mut clusters = self.clusters();
        while let Some(mut cluster) = clusters.next(self.bytes)? {
            if cluster.is_open {
                while !matches!(cluster.step(self.bytes)?, Step::End) {}
            }
            clusters.behind(&cluster);
        }
        Ok(clusters.is_concluded)
    }

    /// Declines what is no row of Clusters with blocks in them.
    pub fn look_on(&self) -> Result<(), Declined> {
        let mut clusters = self.clusters();
        while let Some(mut cluster) = clusters.next(self.bytes)? {
            while !matches!(cluster.step(self.bytes)?, Step::End) {}
            clusters.behind(&cluster);
        }
        Ok(())
    }

    fn make_samples(&self, stream: usize) -> Result<Samples<'a>, Declined> {
        if let Some((_, picture)) = self.header.pictures.iter().find(|(found, _)| *found == stream) {
            return Ok(Samples::Picture(Some(picture)));
        }
        let tracks = &self.header.tracks;
        let Some(index) = tracks.iter().position(|track| track.stream == Some(stream)) else {
            return Ok(Samples::Nothing(None));
        };
        let scale = self.header.timestamp_scale;
        let track = TrackSamples::new(self.bytes, tracks, index, scale, self.max_packet_bytes, self.clusters())?;
        Ok(Samples::Track(Box::new(track)))
    }
}

impl<'a> Demux<'a> for Segment<'a> {
    type Samples = Samples<'a>;

    fn streams(&self) -> &[Stream<'a>] {
        &self.header.streams
    }

    fn is_complete(&self) -> bool {
        *self.is_complete.get_or_init(|| self.looks_complete().unwrap_or(false))
    }

    fn count(&self, stream: usize, pace: Pace) -> Result<Counted, Stop> {
        let mut counter = Counter::new(&self.header.tracks, stream, self.max_packet_bytes)?;
        let mut clusters = self.clusters();
        count::run(self.bytes, &mut clusters, &mut counter, pace)?;
        self.is_complete.get_or_init(|| clusters.is_concluded);
        let is_picture = self.header.pictures.iter().any(|(found, _)| *found == stream);
        Ok(Counted { packets: counter.packets.saturating_add(u64::from(is_picture)), discarded: 0 })
    }

    fn payloads(&self, stream: usize) -> impl super::Payloads<'a> {
        let samples = self.samples(stream).without_keys();
        samples.map(|sample| sample.map(|sample| (sample.offset, sample.data)))
    }

    fn samples(&self, stream: usize) -> Self::Samples {
        self.make_samples(stream).unwrap_or_else(|declined| Samples::Nothing(Some(declined)))
    }
}

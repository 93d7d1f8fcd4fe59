//! Remuxing by the walk: the headers of a fragmented MP4 are made anew, the samples are handed on as slices of the host's
//! memory. All samples are gone through before the first byte goes out: what is declined is declined by then.

use super::{Layout, Options, Report, TagPolicy, layout};
use crate::error::{Error, Stage};
use crate::io::{Control, Gather, Outlet, Sink, Source, to_u64};
use crate::limits::Limits;
use crate::walk::mp4::{Kept, KeptTrack, KnownKeys, Movie};
use crate::walk::write::{self, Fragment, Index, Interleaved, Lane, Taken};
use crate::walk::{Declined, Demux, Reason, Stop, Walk};

/// How many samples go by before it is asked whether to go on. A host that wants to hear of them hears of each.
const PACE: u64 = 4096;

type Samples<'a> = <Movie<'a> as Demux<'a>>::Samples;
type Film<'a> = Interleaved<'a, Samples<'a>>;

/// Whether the output is of a kind that is made here.
pub fn is_known(options: &Options, source: &dyn Source, sink: &dyn Sink, limits: &Limits) -> bool {
    let size = source.as_slice().map(|bytes| to_u64(bytes.len()));
    let layout = layout::of_mp4(options.layout, sink.can_seek(), size, limits);
    // The others of the family have rules of their own, and so have tags that are set and options of FFmpeg's muxer.
    let plain = options.tags.is_empty() && !options.drops_tags && options.muxer_options.is_empty();
    options.format == "mp4" && layout == Layout::Fragmented && plain
}

/// Writes the output, or declines before it has begun.
pub fn remux(
    walk: &Walk,
    control: &Control,
    options: &Options,
    sink: &mut dyn Sink,
    report: &mut Report,
) -> Result<(), Stop> {
    control.enter(Stage::Open);
    let Walk::Mp4(movie) = walk else {
        return Err(Declined::new(Reason::Job, "MP4 is made of MP4 alone without FFmpeg").into());
    };
    let kept = movie.kept()?;
    let chosen = choose(movie, &kept, options)?;
    // Edits are applied once.
    let samples: Vec<Samples> = chosen.iter().map(|(number, _)| movie.samples(*number)).collect();
    let keys = check_whole(film(movie, &chosen, samples.clone(), None)?, control)?;
    report.layout = Layout::Fragmented;
    report.streams = to_u64(chosen.len());
    control.enter(Stage::Header);
    let mut film = film(movie, &chosen, samples, Some(keys))?;
    let mut head = Vec::new();
    let enabled = enabled(&chosen);
    for (nth, ((_, track), lane)) in chosen.iter().zip(&film.lanes).enumerate() {
        let id = u32::try_from(nth).unwrap_or(u32::MAX).saturating_add(1);
        let is_enabled = enabled.get(nth).copied().unwrap_or(true);
        write::describe(&mut head, id, track, is_enabled, lane.timescale(), lane.first().unwrap_or_default())?;
    }
    let mut out = Vec::new();
    write::begin(&mut out, &head, u32::try_from(chosen.len()).unwrap_or(u32::MAX), &kept.texts);
    let job = Job { input: movie.bytes(), control, cut: Cut::new(options, &film) };
    // Nothing is declined that was not declined before.
    job.write(&mut film, out, &mut Outlet::new(sink, control), report).map_err(|stop| match stop {
        Stop::Declined(declined) if declined.reason == Reason::Limit => Stop::Ended(Error::no_memory()),
        Stop::Declined(declined) => Stop::Ended(Error::internal(declined.what)),
        ended => ended,
    })
}

/// The chosen streams, in the output's order.
fn choose<'a>(movie: &Movie, kept: &Kept<'a>, options: &Options) -> Result<Vec<(usize, KeptTrack<'a>)>, Declined> {
    let other = |what| Declined::new(Reason::Job, what);
    let numbers: Vec<usize> = match &options.streams {
        None if movie.streams().iter().any(|stream| stream.is_cover) => return Err(other("a cover picture")),
        None => (0..kept.tracks.len()).collect(),
        Some(asked) => asked.iter().filter_map(|number| usize::try_from(*number).ok()).collect(),
    };
    let twice = numbers.iter().enumerate().any(|(nth, number)| numbers.iter().take(nth).any(|other| other == number));
    let all = options.streams.as_ref().map_or(kept.tracks.len(), Vec::len);
    if numbers.is_empty() || numbers.len() != all || twice {
        return Err(other("a list of streams that is none"));
    }
    let track = |number: usize| {
        let track = kept.tracks.get(number).copied().ok_or_else(|| other("a stream that is none of the tracks"))?;
        let asked = match (&track.format, options.tag_policy) {
            (_, TagPolicy::Auto) | (b"mp4a", _) => true,
            (format, TagPolicy::OutOfBand) => matches!(format, b"avc1" | b"hvc1"),
            (format, TagPolicy::InBand) => matches!(format, b"avc3" | b"hev1"),
        };
        if !asked {
            return Err(other("another code for the codec"));
        }
        let scale = movie.streams().get(number).map_or(0, |stream| stream.time_base.1);
        if !track.is_video && track.sample_rate != scale {
            return Err(Declined::structure("sound that is not timed by its samples"));
        }
        if movie.streams().get(number).is_none_or(|stream| track.is_video && !stream.has_dimensions) {
            return Err(Declined::structure("video without a width and a height"));
        }
        Ok((number, track))
    };
    numbers.into_iter().map(track).collect()
}

/// Which tracks are played unless somebody chooses otherwise: those that are now; if none of its kind is, the first.
fn enabled(chosen: &[(usize, KeptTrack)]) -> Vec<bool> {
    let is_first = |nth: usize, track: &KeptTrack| {
        let mut others = chosen.iter().enumerate().filter(|(_, (_, other))| other.is_video == track.is_video);
        others.clone().all(|(_, (_, other))| !other.is_enabled) && others.next().is_some_and(|(first, _)| first == nth)
    };
    chosen.iter().enumerate().map(|(nth, (_, track))| track.is_enabled || is_first(nth, track)).collect()
}

/// `keys`: of each stream, where they were found out before; else they are to be kept.
fn film<'a>(
    movie: &Movie<'a>,
    chosen: &[(usize, KeptTrack<'a>)],
    samples: Vec<Samples<'a>>,
    keys: Option<Vec<KnownKeys>>,
) -> Result<Film<'a>, Declined> {
    let keeps = keys.is_none();
    let mut keys = keys.into_iter().flatten();
    let lane = |((number, track), mut samples): (&(usize, KeptTrack), Samples<'a>)| {
        let scale = movie.streams().get(*number).map_or(1, |stream| stream.time_base.1);
        let last = if track.is_video { None } else { movie.last_duration(*number) };
        if let Some(keys) = keys.next() {
            samples.know_keys(keys.again());
        }
        Lane::new(samples, scale, track.is_video, last, keeps)
    };
    Ok(Interleaved { lanes: chosen.iter().zip(samples).map(lane).collect::<Result<_, _>>()? })
}

/// Goes through all samples once. Gives the key frames of each stream.
fn check_whole(mut film: Film, control: &Control) -> Result<Vec<KnownKeys>, Stop> {
    let mut begins_at_zero = false;
    for lane in &film.lanes {
        let (dts, composition) = lane.first().ok_or_else(|| Declined::structure("a stream without samples"))?;
        let shown = dts.saturating_add(i64::from(composition));
        if lane.is_video() && shown < 0 {
            return Err(Declined::structure("pictures before the beginning").into());
        }
        // Sound before it is skipped.
        begins_at_zero |= shown <= 0;
    }
    if !begins_at_zero {
        return Err(Declined::structure("a film that does not begin at zero").into());
    }
    let mut count = 0u64;
    while film.take()?.is_some() {
        count = count.wrapping_add(1);
        if count.checked_rem(PACE) == Some(0) {
            control.check()?;
        }
    }
    Ok(film.lanes.into_iter().filter_map(Lane::into_keys).collect())
}

/// Where fragments end.
struct Cut {
    at_keys: bool,
    /// Microseconds.
    longest: Option<i64>,
}

impl Cut {
    fn new(options: &Options, film: &Film) -> Self {
        let has_video = film.lanes.iter().any(Lane::is_video);
        let longest = layout::longest_fragment(options.fragment, has_video);
        Cut { at_keys: options.fragment.is_none() && has_video, longest }
    }

    /// Whether a fragment ends before that sample.
    fn is_due(&self, film: &Film, fragment: &Fragment, taken: &Taken) -> bool {
        let (Some(since), Some(lane)) = (fragment.since(taken.lane), film.lanes.get(taken.lane)) else { return false };
        let long = |longest: i64| {
            let lasts = taken.dts.saturating_sub(since);
            let (lasts, scale) = (i128::from(lasts).saturating_mul(1_000_000), i128::from(lane.timescale()));
            // To the nearest.
            lasts.saturating_add(scale.wrapping_shr(1)) >= i128::from(longest).saturating_mul(scale)
        };
        self.at_keys && taken.key && lane.is_video() || self.longest.is_some_and(long)
    }
}

struct Job<'j, 'a> {
    input: &'a [u8],
    control: &'j Control,
    cut: Cut,
}

impl<'a> Job<'_, 'a> {
    /// `head`: what comes before the first fragment, and goes out with it.
    fn write(
        &self,
        film: &mut Film<'a>,
        mut head: Vec<u8>,
        outlet: &mut Outlet,
        report: &mut Report,
    ) -> Result<(), Stop> {
        self.control.enter(Stage::Write);
        let begins = film.lanes.iter().map(|lane| lane.first().map_or(0, |(dts, _)| dts));
        let mut fragment = Fragment::new(begins);
        let mut index = Index::new(film.lanes.len());
        let mut begun = false;
        let mut packets = 0u64;
        let pace = if self.control.is_watched() { 1 } else { PACE };
        while let Some(taken) = film.take()? {
            if packets.checked_rem(pace) == Some(0) {
                report.packets = packets;
                self.control.has_walked(taken.offset, packets.wrapping_add(1))?;
            }
            // The first one holds samples of every stream.
            let is_due = self.cut.is_due(film, &fragment, &taken) && (begun || fragment.has_all());
            if is_due || fragment.is_full() {
                begun = true;
                report.packets = packets;
                self.put(&mut fragment, &mut head, &mut index, outlet)?;
            }
            fragment.add(&taken)?;
            packets = packets.wrapping_add(1);
        }
        report.packets = packets;
        self.control.has_walked(0, packets)?;
        if !fragment.is_empty() {
            self.put(&mut fragment, &mut head, &mut index, outlet)?;
        }
        self.control.enter(Stage::Trailer);
        index.write(&mut head);
        outlet.write(&head).map_err(Stop::from)
    }

    /// Hands a fragment over.
    fn put(
        &self,
        fragment: &mut Fragment<'a>,
        head: &mut Vec<u8>,
        index: &mut Index,
        outlet: &mut Outlet,
    ) -> Result<(), Stop> {
        fragment.head(head, outlet.position(), index)?;
        let mut gather = Gather::new(outlet.reborrow())?;
        gather.put(head)?;
        fragment.slices(self.input).try_for_each(|slice| gather.put(slice))?;
        gather.flush()?;
        fragment.clear();
        head.clear();
        Ok(())
    }
}

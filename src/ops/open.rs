//! What every operation begins and ends with: the source made ready, its format found, the container opened; and at the
//! end, whatever happened, the word on whether the input was whole.

use super::Run;
use super::outcome::{Engine, Found, Note};
use crate::av::{self, Format, Input};
use crate::completeness::{Container, Verdict};
use crate::error::{Error, Result, Stage, Status};
use crate::io::{Control, Inlet, Seekability, Source, Unblock};

/// What an operation was given for its whole length.
pub fn control(run: Run, unblocks: impl IntoIterator<Item = Unblock>) -> Result<Control> {
    let control = Control::new(run.limits, run.cancel, run.timeout, run.observer);
    control.arm(unblocks)?;
    control.check()?;
    Ok(control)
}

/// FFmpeg is needed. Gives the format that the host names; the source is not touched yet.
pub fn needs_ffmpeg(format: Option<&str>, found: &mut Found) -> Result<Option<Format>> {
    let named = || format.map(av::format_by_name).transpose();
    av::version::check().and_then(|()| named()).map_err(|error| {
        found.engine = Engine::Auto;
        error.or_stage(Stage::Arguments)
    })
}

/// Does `work` on the source. `found` is filled in any case.
pub fn with_inlet(
    source: &mut dyn Source,
    control: &Control,
    found: &mut Found,
    work: impl FnOnce(&mut Inlet, &mut Found) -> Result<()>,
) -> Result<Note> {
    with_inlet_judged(source, control, found, true, work)
}

/// `judged`: the input is looked through to its end to see whether it is whole.
pub fn with_inlet_judged(
    source: &mut dyn Source,
    control: &Control,
    found: &mut Found,
    judged: bool,
    work: impl FnOnce(&mut Inlet, &mut Found) -> Result<()>,
) -> Result<Note> {
    control.enter(Stage::Open);
    let result = Inlet::new(source, control).and_then(|mut inlet| {
        let result = work(&mut inlet, found).and_then(|()| {
            if judged {
                found.judged(inlet.judge()?);
            }
            Ok(())
        });
        found.spooled_bytes = inlet.spooled_bytes();
        result.map_err(|error| explain(error, &mut inlet, found))
    });
    found.bytes_read = control.progress().bytes_read;
    result.map_err(|error| error.or_stage(control.stage()))?;
    Ok(found.note())
}

/// Does `work` with a demuxer that may look anywhere in a source that can seek: at the end, for durations and what else is
/// there. Some files, encrypted ones in fragments among them, libavformat can only open front to back.
pub fn front_to_back_if_need_be<T>(
    source: &mut dyn Source,
    mut work: impl FnMut(&mut dyn Source, bool) -> Result<T>,
) -> Result<T> {
    if source.seekability() == Seekability::None {
        return work(source, false);
    }
    match work(source, true) {
        Err(first) if should_open_front_to_back(&first) => {
            work(source, false).map_err(|second| said_of_both(first, second))
        }
        result => result,
    }
}

/// Whether a container that did not open may do so front to back.
pub fn should_open_front_to_back(error: &Error) -> bool {
    error.status == Status::Corrupt && error.stage == Stage::Open
}

/// What is told where both ways have failed.
pub fn said_of_both(first: Error, second: Error) -> Error {
    match (second.stage, second.status) {
        (Stage::Open, Status::Corrupt | Status::NeedsSeek) => first,
        // It was opened, or has failed for a reason of the host's.
        _ => second,
    }
}

/// What a demuxer calls invalid may be no more than cut off.
fn explain(error: Error, inlet: &mut Inlet, found: &mut Found) -> Error {
    let verdict = inlet.judge_seen();
    found.judged(verdict);
    match verdict {
        Verdict::Truncated { at } if error.status == Status::Corrupt => {
            error.at_offset(at).hint("the input is cut off or damaged there")
        }
        _ => error,
    }
}

/// Opens the container. `thorough` asks for all that can be known of the streams, at the price of reading some of them;
/// `lean` says whether what is known of them without that will do, though the container need not have named them all.
/// Tells also whether the streams are known, and others than the one that is wanted may be left out from the start.
pub fn open<'i, 'a>(
    inlet: &'i mut Inlet<'a>,
    named: Option<Format>,
    thorough: bool,
    lean: impl FnOnce(&mut Input) -> bool,
) -> Result<(Input<'i, 'a>, bool)> {
    let format = find_format(inlet, named)?;
    let mut input = Input::open(inlet, format)?;
    let known = declares_all(format) || (!thorough && lean(&mut input));
    learn(&mut input, thorough || !known)?;
    Ok((input, known))
}

/// All that can be known of an inlet that goes along, or, unless it is to be `thorough`, what is needed to go on.
pub fn open_owning<'a>(mut inlet: Box<Inlet<'a>>, named: Option<Format>, thorough: bool) -> Result<Input<'a, 'a>> {
    let format = find_format(&mut inlet, named)?;
    let mut input = Input::open_owning(inlet, format)?;
    learn(&mut input, thorough || !declares_all(format))?;
    Ok(input)
}

fn find_format(inlet: &mut Inlet, named: Option<Format>) -> Result<Format> {
    let format = named.map_or_else(|| av::format_by_head(inlet), Ok)?;
    inlet.prepare(format.container(), format.needs_seek())?;
    Ok(format)
}

fn learn(input: &mut Input, thoroughly: bool) -> Result<()> {
    if thoroughly {
        input.find_stream_info()?;
    }
    if input.stream_count() == 0 && !input.may_gain_streams() {
        return Err(no_stream_at_all());
    }
    Ok(())
}

pub fn no_stream_at_all() -> Error {
    Error::new(Status::NoStream, "the container holds no stream")
}

/// Containers whose header names all streams with all that copying them needs. In the others streams show on the way,
/// or are known only when some of them was read.
fn declares_all(format: Format) -> bool {
    matches!(format.container(), Container::Mp4 | Container::Matroska)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::io::Memory;

    /// What is said when opening fails at first, and then `second` is what comes of it.
    fn said(second: Error) -> Status {
        let mut second = Some(second);
        let work = |_: &mut dyn Source, freely: bool| match (freely, &mut second) {
            (true, _) => Err::<(), _>(Error::new(Status::Corrupt, "first").at_stage(Stage::Open)),
            (false, second) => Err(second.take().unwrap()),
        };
        front_to_back_if_need_be(&mut Memory::new(b""), work).unwrap_err().status
    }

    #[test]
    fn a_failure_of_the_second_try_is_told_unless_it_is_that_opening_fails_again() {
        let error = |status, stage| Error::new(status, "second").at_stage(stage);
        assert_eq!(said(error(Status::NeedsSeek, Stage::Open)), Status::Corrupt);
        assert_eq!(said(error(Status::Sink, Stage::Write)), Status::Sink);
        assert_eq!(said(error(Status::Cancelled, Stage::Open)), Status::Cancelled);
        assert_eq!(said(error(Status::Codec, Stage::Header)), Status::Codec);
    }
}

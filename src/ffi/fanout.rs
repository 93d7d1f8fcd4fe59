//! `memux_fanout`: several outputs in one pass over an input.

use super::constants::MEMUX_UNKNOWN;
use super::error::{memux_error, store};
use super::extract::{self, memux_extract_options};
use super::guard;
use super::handle;
use super::hold_sink::SinkHold;
use super::ptr::{self, Place as Target, Versioned, null, reserved, unknown};
use super::remux::{self, memux_remux_options};
use super::report::{counters, memux_io_counters, reported};
use super::run_options::{self, memux_run_options};
use super::sink::memux_sink;
use super::source::memux_source;
use super::status::memux_status;
use crate::error::{Error, Result};
use crate::fault::{Place, point};
use crate::io::Source;
use crate::ops::fanout::{Made, Output, Report, What, run};
use crate::ops::{Note, Run};
use std::mem::{offset_of, size_of};

/// How several outputs are made. A struct of zeros with its struct_size is the defaults. Since 0.1.0.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct memux_fanout_options {
    /// Set by memux_fanout_options_init().
    pub struct_size: usize,
    /// May be NULL: the defaults. Its limits hold for each output by itself. The trace tells of the source alone.
    pub run: *const memux_run_options,
}

/// One of several outputs: a sink, and what goes to it. Since 0.1.0.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct memux_fanout_output {
    /// Set by memux_fanout_output_init().
    pub struct_size: usize,
    /// Where it goes; no other output's.
    pub sink: *mut memux_sink,
    /// Streams in a container, as memux_remux() makes it; or NULL. Its `run` must be NULL.
    pub remux: *const memux_remux_options,
    /// One stream by itself, as memux_extract() makes it; or NULL. Its `run` must be NULL. One of the two must be there.
    pub extract: *const memux_extract_options,
    /// What becomes of it is written there; no other output's; may be NULL.
    pub result: *mut memux_fanout_result,
    /// 0: if it fails all end. 1: it ends alone, and the others go on.
    pub optional: i32,
    /// 0.
    pub reserved: i32,
}

/// What has become of one of several outputs. It is filled whenever struct_size is right, on failure too. Since 0.1.0.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct memux_fanout_result {
    /// Set by memux_fanout_result_init().
    pub struct_size: usize,
    /// Why it is not whole, the host's, to be freed with memux_error_free(); NULL where it is. What is here before the
    /// call is not looked at.
    pub error: *mut memux_error,
    /// Packets written.
    pub packets: u64,
    /// Streams of the output.
    pub streams: u64,
    /// Bytes that its sink took.
    pub bytes_written: u64,
    /// MEMUX_OK, or the status of `error`.
    pub status: i32,
    /// Of a container: what was chosen, one of MEMUX_LAYOUT_*.
    pub layout: i32,
    /// Of a stream by itself: the form that the bytes have, one of MEMUX_FRAMING_*.
    pub framing: i32,
    /// 0.
    pub reserved: i32,
}

/// What was done for several outputs. It is filled whenever struct_size is right, on failure too. Since 0.1.0.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct memux_fanout_report {
    /// Set by memux_fanout_report_init().
    pub struct_size: usize,
    /// Bytes that all sinks together took.
    pub bytes_written: u64,
    /// How many outputs are not whole.
    pub failed_outputs: u64,
    /// Packets that FFmpeg marked as corrupt.
    pub corrupt_packets: u64,
    /// The byte at which the input broke off, with MEMUX_COMPLETENESS_TRUNCATED, where it is known.
    pub truncated_at: u64,
    /// Bytes read from the source.
    pub bytes_read: u64,
    /// Bytes of the input held in memory because the reader cannot seek and the container makes that necessary; else 0.
    pub spooled_bytes: u64,
    /// Whether the input was whole: one of MEMUX_COMPLETENESS_*.
    pub completeness: i32,
    /// What did it: one of MEMUX_ENGINE_*.
    pub engine: i32,
    /// Why it was FFmpeg and not the walk: one of MEMUX_REASON_*.
    pub engine_reason: i32,
    /// 0.
    pub reserved: i32,
    /// What was asked of the host's callbacks.
    pub io: memux_io_counters,
}

// SAFETY: repr(C), `struct_size` first, no padding (asserted below), nullable pointers only.
unsafe impl Versioned for memux_fanout_options {
    const NAME: &'static str = "memux_fanout_options";
    const FIRST_SIZE: usize = offset_of!(Self, run) + size_of::<*const memux_run_options>();
}

// SAFETY: repr(C), `struct_size` first, no padding (asserted below), integers and nullable pointers only.
unsafe impl Versioned for memux_fanout_output {
    const NAME: &'static str = "memux_fanout_output";
    const FIRST_SIZE: usize = offset_of!(Self, reserved) + size_of::<i32>();
}

// SAFETY: as above.
unsafe impl Versioned for memux_fanout_result {
    const NAME: &'static str = "memux_fanout_result";
    const FIRST_SIZE: usize = offset_of!(Self, reserved) + size_of::<i32>();
}

// SAFETY: repr(C), `struct_size` first, no padding (asserted below), integers only.
unsafe impl Versioned for memux_fanout_report {
    const NAME: &'static str = "memux_fanout_report";
    const FIRST_SIZE: usize = offset_of!(Self, io) + size_of::<memux_io_counters>();
}

#[cfg(target_pointer_width = "64")]
const _: () = {
    assert!(size_of::<memux_fanout_options>() == 16);
    assert!(size_of::<memux_fanout_output>() == 48 && offset_of!(memux_fanout_output, optional) == 40);
    assert!(size_of::<memux_fanout_result>() == 56 && offset_of!(memux_fanout_result, status) == 40);
    assert!(size_of::<memux_fanout_report>() == 120 && offset_of!(memux_fanout_report, completeness) == 56);
};

/// Makes several outputs in one pass: the input is read once, and each packet goes to every output that wants its stream.
/// Each output is, byte for byte, what memux_remux() or memux_extract() would have made of it alone with
/// MEMUX_ENGINE_FFMPEG.
///
/// `outputs` are `count` addresses. All outputs are settled before the first byte of any is written: one that cannot be
/// made fails then, and with it all, unless it is optional. If one that is not optional fails later, all end; the others'
/// sinks get what was made until then. If all have failed the operation has. `options` may be NULL. `report` may be NULL;
/// else it is filled whenever its struct_size is right, on failure too, and so is each output's `result`.
///
/// Ownership: nothing changes hands but the errors: on failure `*error`, if `error` is not NULL, and in each case those in
/// the results are the host's, to be freed with memux_error_free(). What was written until a failure stays written.
/// Threads: any. A source of memory serves any number of calls at once, a source of a reader and a sink one at a time.
/// Statuses: MEMUX_OK (also where optional outputs have failed: see the report); MEMUX_TRUNCATED (done, but the input was
/// cut off or damaged); otherwise those of memux_remux() and memux_extract(), for the output that ended all;
/// MEMUX_ERROR_INVALID_ARGUMENT also for no outputs; MEMUX_ERROR_BUSY also for a sink that is named twice.
/// Since 0.1.0.
///
/// # Safety
/// The pointers are as said above.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn memux_fanout(
    source: *mut memux_source,
    outputs: *const *const memux_fanout_output,
    count: usize,
    options: *const memux_fanout_options,
    report: *mut memux_fanout_report,
    error: *mut *mut memux_error,
) -> memux_status {
    // SAFETY: this function's contract.
    unsafe { guard::enter(error) }.status(|| {
        let operation = |written: &mut Report| {
            // SAFETY: this function's contract.
            let outputs = unsafe { ptr::array(outputs, count, "outputs") }?;
            // First of all: whatever fails from here on is told to each.
            let mut lanes = Vec::new();
            for output in outputs {
                // SAFETY: this function's contract.
                let lane = unsafe { Lane::of(*output, &lanes) };
                lanes.push(lane);
            }
            let result = guard::caught(|| {
                point(Place::Export);
                // SAFETY: this function's contract.
                let (source, run_options) = unsafe { (handle::share(source, "source")?, read(options)?) };
                // SAFETY: this function's contract.
                let asked = lanes.iter().map(|lane| unsafe { Asked::read(lane.given.as_ref()) });
                let mut asked = asked.collect::<Result<Vec<_>>>()?;
                source.with(|source| make(source, &mut asked, &mut lanes, run_options, written))
            });
            lanes.iter_mut().for_each(|lane| lane.tell(result.as_ref().err()));
            result
        };
        // SAFETY: this function's contract.
        unsafe { reported(report, to_c, operation) }
    })
}

/// An output as the host gave it, and where it hears of it.
struct Lane {
    given: Result<memux_fanout_output>,
    result: *mut memux_fanout_result,
    place: Target<memux_fanout_result>,
    made: Made,
}

impl Lane {
    /// `others`: those before it.
    ///
    /// # Safety
    /// NULL, or an output as the header says.
    unsafe fn of(output: *const memux_fanout_output, others: &[Lane]) -> Self {
        let (mut place, mut result) = (Target::nowhere(), std::ptr::null_mut());
        // SAFETY: passed on.
        let output = unsafe { ptr::read(output) };
        let given = output.and_then(|output| {
            let output = output.ok_or_else(|| null("an element of outputs"))?;
            let wanted = output.value.result;
            if !wanted.is_null() && others.iter().any(|other| other.result == wanted) {
                return Err(Error::invalid("memux_fanout_output.result is another output's too"));
            }
            result = wanted;
            // SAFETY: passed on.
            place = unsafe { ptr::place(result) }?;
            place.known()?;
            output.known()
        });
        Lane { given, result, place, made: Made::default() }
    }

    /// `failure`: what ended all, and with it those that nobody has come to.
    fn tell(&mut self, failure: Option<&Error>) {
        if self.place.is_null() {
            return;
        }
        let error = self.made.error.take().or_else(|| failure.cloned());
        let (error, status) = error.map_or((std::ptr::null_mut(), 0), store);
        self.place.write(&memux_fanout_result {
            struct_size: size_of::<memux_fanout_result>(),
            error,
            packets: self.made.packets,
            streams: self.made.streams,
            bytes_written: self.made.bytes_written,
            status,
            layout: self.made.layout as i32,
            framing: self.made.framing as i32,
            reserved: 0,
        });
    }
}

/// What is to be made, and the sink for it, which is nobody else's meanwhile.
struct Asked {
    sink: SinkHold,
    what: What,
    is_optional: bool,
}

impl Asked {
    /// # Safety
    /// An output as the header says.
    unsafe fn read(output: std::result::Result<&memux_fanout_output, &Error>) -> Result<Self> {
        let output = output.map_err(Error::clone)?;
        reserved(output.reserved, "memux_fanout_output.reserved")?;
        let is_optional = match output.optional {
            0 | 1 => output.optional == 1,
            other => return Err(unknown(other, "memux_fanout_output.optional")),
        };
        // SAFETY: passed on.
        let what = unsafe {
            match (output.remux.is_null(), output.extract.is_null()) {
                (false, true) => What::Remux(remux::read_shared(output.remux)?),
                (true, false) => What::Extract(extract::read_shared(output.extract)?),
                _ => return Err(Error::invalid("a memux_fanout_output needs one of remux and extract")),
            }
        };
        // SAFETY: passed on.
        let sink = unsafe { SinkHold::on(output.sink, "memux_fanout_output.sink") }?;
        Ok(Asked { sink, what, is_optional })
    }
}

fn make(
    source: &mut dyn Source,
    asked: &mut [Asked],
    lanes: &mut [Lane],
    run_options: Run,
    written: &mut Report,
) -> Result<Note> {
    let outputs = asked.iter_mut().map(|asked| Output {
        sink: &mut asked.sink,
        what: asked.what.clone(),
        is_optional: asked.is_optional,
        made: Made::default(),
    });
    let mut outputs: Vec<_> = outputs.collect();
    let result = run(source, &mut outputs, run_options, written);
    for (lane, output) in lanes.iter_mut().zip(outputs) {
        lane.made = output.made;
    }
    result
}

/// # Safety
/// NULL or the address of a struct as large as its `struct_size` says, and so for all that it points to.
unsafe fn read(options: *const memux_fanout_options) -> Result<Run> {
    // SAFETY: passed on.
    let Some(options) = unsafe { ptr::read(options) }? else { return Ok(Run::default()) };
    // SAFETY: passed on.
    unsafe { run_options::read(options.known()?.run) }
}

fn to_c(report: &Report) -> memux_fanout_report {
    memux_fanout_report {
        struct_size: size_of::<memux_fanout_report>(),
        bytes_written: report.bytes_written,
        failed_outputs: report.failed,
        corrupt_packets: report.found.corrupt_packets,
        truncated_at: report.found.truncated_at.unwrap_or(MEMUX_UNKNOWN),
        bytes_read: report.found.bytes_read,
        spooled_bytes: report.found.spooled_bytes,
        completeness: report.found.completeness as i32,
        engine: report.found.engine as i32,
        engine_reason: report.found.reason as i32,
        reserved: 0,
        io: counters(&report.found.calls),
    }
}

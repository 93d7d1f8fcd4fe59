//! One of several outputs: settled before anything is written, begun, fed with packets, ended.

use super::{Output, What};
use crate::av::{Input, MuxerFormat, Packet};
use crate::description::Description;
use crate::error::{Result, Stage};
use crate::io::{Control, Outlet, Place, Sink, Spool, to_u64};
use crate::ops::extract::{self, Framing, captions, natural};
use crate::ops::remux::{self, Job, Plan, Writing};

/// What can be told of an output before the input is touched.
pub fn check(output: &Output) -> Result<()> {
    match &output.what {
        What::Remux(options) => find(options).map(drop),
        What::Extract(options) => options.select.check(),
    }
}

fn find(options: &remux::Options) -> Result<MuxerFormat> {
    MuxerFormat::find(&options.format).map_err(|error| error.or_stage(Stage::Arguments))
}

/// An output that can be made.
pub struct Prepared(Form);

enum Form {
    Muxed { format: MuxerFormat, options: remux::Options, plan: Plan, chosen: Vec<usize>, takes_all: bool },
    Subrip(usize),
    Picture(Vec<u8>),
}

impl Prepared {
    pub fn new(
        output: &mut Output,
        input: &mut Input,
        description: &Description,
        size: Option<u64>,
        control: &Control,
    ) -> Result<Self> {
        let (options, takes_all) = match &output.what {
            What::Remux(options) => (options.clone(), false),
            What::Extract(wanted) => {
                let index = extract::chosen(input, wanted)?;
                let (form, framing) = natural::form(input, index, wanted.framing)?;
                output.made.framing = framing;
                output.made.streams = 1;
                match form {
                    natural::Form::Picture(bytes) => return Ok(Prepared(Form::Picture(bytes))),
                    natural::Form::Subrip => return Ok(Prepared(Form::Subrip(index))),
                    natural::Form::Muxed(muxer) => (natural::options(muxer, index), framing == Framing::AnnexB),
                }
            }
        };
        let format = find(&options)?;
        let plan = Plan::make(format, options.layout, output.sink.can_seek(), size, &control.limits)?;
        let job = Job { format, named: None, options: &options, plan: &plan };
        let chosen = job.choose(input, description)?;
        rehearse(&job, input, description, &chosen, output.sink.can_seek(), &control.branch())?;
        if matches!(output.what, What::Remux(_)) {
            output.made.layout = plan.layout;
        }
        output.made.streams = to_u64(chosen.len());
        Ok(Prepared(Form::Muxed { format, options, plan, chosen, takes_all }))
    }

    /// The streams that it takes packets of.
    pub fn streams(&self) -> Vec<usize> {
        match &self.0 {
            Form::Muxed { chosen, .. } => chosen.clone(),
            Form::Subrip(index) => vec![*index],
            Form::Picture(_) => Vec::new(),
        }
    }

    /// It is made in memory first.
    pub fn spools(&self) -> bool {
        matches!(&self.0, Form::Muxed { plan, .. } if plan.spools)
    }

    pub fn begin<'o, 'a>(
        &'o self,
        input: &Input,
        description: &Description,
        outlet: &'o mut Outlet<'a>,
    ) -> Result<Part<'o, 'a>> {
        match &self.0 {
            Form::Muxed { format, options, plan, chosen, takes_all } => {
                let job = Job { format: *format, named: None, options, plan };
                let mut writing = job.begin(input, description, chosen, outlet)?;
                writing.takes_all = *takes_all;
                Ok(Part::Muxed(Box::new(writing)))
            }
            Form::Subrip(index) => {
                let begins = description.container.start.unwrap_or(0);
                captions::Writing::begin(input, *index, begins, outlet).map(|writing| Part::Subrip(Box::new(writing)))
            }
            Form::Picture(bytes) => Ok(Part::Picture { bytes, outlet, packets: 0 }),
        }
    }

    /// What was made in memory goes to the sink.
    pub fn hand_over(&self, spool: &Spool, outlet: &mut Outlet) -> Result<()> {
        match &self.0 {
            Form::Muxed { format, options, plan, .. } => {
                Job { format: *format, named: None, options, plan }.hand_over(spool, outlet)
            }
            Form::Subrip(_) | Form::Picture(_) => Ok(()),
        }
    }
}

/// A muxer says with its header what it cannot hold. That is asked beforehand, and the header goes nowhere: once another
/// output has bytes it is too late.
fn rehearse(
    job: &Job,
    input: &Input,
    description: &Description,
    chosen: &[usize],
    seeks: bool,
    control: &Control,
) -> Result<()> {
    let (mut memory, mut nowhere) = (Spool::new(control.limits.max_spool_bytes), Place::new(&mut []));
    let sink: &mut dyn Sink = if seeks || job.plan.spools { &mut memory } else { &mut nowhere };
    job.begin(input, description, chosen, &mut Outlet::new(sink, control))?.begin()
}

/// One that is being made.
pub enum Part<'o, 'a> {
    Muxed(Box<Writing<'o, 'a>>),
    Subrip(Box<captions::Writing<'o, 'a>>),
    /// Whole as soon as all have begun.
    Picture {
        bytes: &'o [u8],
        outlet: &'o mut Outlet<'a>,
        packets: u64,
    },
}

impl Part<'_, '_> {
    /// All outputs have begun: what waits for no packet is written.
    pub fn start(&mut self) -> Result<()> {
        if let Part::Picture { bytes, outlet, packets } = self {
            outlet.write(bytes)?;
            *packets = 1;
        }
        Ok(())
    }

    pub fn wants(&self, packet: &Packet) -> bool {
        match self {
            Part::Muxed(writing) => writing.wants(packet),
            Part::Subrip(writing) => writing.wants(packet),
            Part::Picture { .. } => false,
        }
    }

    pub fn take(&mut self, packet: &mut Packet) -> Result<()> {
        match self {
            Part::Muxed(writing) => writing.take(packet),
            Part::Subrip(writing) => writing.take(packet),
            Part::Picture { .. } => Ok(()),
        }
    }

    pub fn packets(&self) -> u64 {
        match self {
            Part::Muxed(writing) => writing.packets,
            Part::Subrip(writing) => writing.packets,
            Part::Picture { packets, .. } => *packets,
        }
    }

    /// A bare stream of H.264 or HEVC, of which every packet is taken.
    pub fn is_annex_b(&self) -> bool {
        matches!(self, Part::Muxed(writing) if writing.takes_all)
    }

    pub fn end(self, result: Result<()>) -> Result<()> {
        match self {
            Part::Muxed(writing) => writing.end(result),
            Part::Subrip(writing) => writing.end(result),
            Part::Picture { .. } => result,
        }
    }
}

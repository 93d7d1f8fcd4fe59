//! The streams in the order in which libavformat makes them: it reads up to the first PMT, then begins anew with what it
//! knows. A PES packet on a PID that no table has named yet makes a stream too.

use super::kinds::Kind;
use super::packets::{self, Layout, NULL_PID, SIZE};
use super::pids::{Pids, Piece, Role, Table};
use super::{pes, tables};
use crate::walk::{Codec, Declined, Media, Reason, Rules};

/// How far the tables of all programs are looked for. What shows later is behind the streams that are known, and not
/// listed.
const LOOKED_AT: usize = 1 << 20;
/// PIDs that libavformat knows from the start.
const RESERVED: [(u16, Table); 3] = [(0, Table::Programs), (0x11, Table::Services), (0x12, Table::Events)];
/// Below it are tables.
const FIRST_STREAM_PID: u16 = 0x20;

#[derive(Clone, Copy, Debug)]
pub struct Listed {
    /// `None` for tables that are handed on as packets.
    pub pid: Option<u16>,
    /// `None` as long as no table has named it.
    pub kind: Option<Kind>,
}

#[derive(Clone, Debug)]
struct Known {
    number: u16,
    pid: u16,
    /// Streams that its PMT names; `None` before there was one.
    streams: Option<u64>,
}

/// All that the packets so far have told.
#[derive(Clone, Debug)]
pub struct Names {
    pub pids: Pids,
    pub listed: Vec<Listed>,
    programs: Vec<Known>,
    most_streams: u64,
    /// Streams that no table names show too.
    guesses: bool,
}

impl Names {
    pub fn find(layout: &Layout, rules: &Rules) -> Result<Self, Declined> {
        let mut names = Names {
            pids: Pids::new()?,
            listed: Vec::new(),
            programs: Vec::new(),
            most_streams: rules.max_streams,
            guesses: false,
        };
        for (pid, table) in RESERVED {
            names.pids.set(pid, Role::Table(table, Default::default()));
        }
        let probed = usize::try_from(rules.max_probe_bytes.max(32)).unwrap_or(usize::MAX);
        // libavformat counts packets, and stops one short.
        let short = probed.saturating_sub(probed.checked_rem(layout.stride).unwrap_or(0)).saturating_sub(layout.stride);
        names.look(layout, short.saturating_add(layout.start), |names| {
            names.programs.iter().any(|known| known.streams.is_some()) || !names.listed.iter().all(Listed::is_table)
        })?;
        if names.listed.iter().all(Listed::is_table) {
            return Err(Declined::structure("no PMT"));
        }
        names.begin_anew();
        names.look(layout, LOOKED_AT, |names| names.programs.iter().all(|known| known.streams.is_some()))?;
        if names.listed.iter().any(|listed| listed.kind.is_none()) {
            return Err(Declined::structure("a stream that no table names"));
        }
        names.begin_anew();
        Ok(names)
    }

    fn begin_anew(&mut self) {
        self.pids.restart();
        self.guesses = true;
    }

    /// Goes through the packets up to where `enough` holds.
    fn look(&mut self, layout: &Layout, most: usize, enough: impl Fn(&Self) -> bool) -> Result<(), Declined> {
        let mut at = layout.start;
        while at < most && !enough(self) {
            let Some(packet) = layout.packet(at) else { break };
            let header = packets::header(packet);
            if self.pids.go_on(header).is_none() {
                self.odd(packet, header).map_err(|declined| declined.at(crate::walk::mpegts::offset(at)))?;
            }
            at = at.saturating_add(layout.stride);
        }
        Ok(())
    }

    /// A packet that is not the plain next one of a stream. Gives its payload if that is a stream's.
    pub fn odd<'p>(&mut self, packet: &'p [u8; SIZE], header: u32) -> Result<Option<Piece<'p>>, Declined> {
        if packet.first() != Some(&packets::SYNC) {
            return Err(Declined::damaged("packets are out of step"));
        }
        let pid = packets::pid(header);
        let starts = header & packets::UNIT_START != 0;
        if pid == NULL_PID {
            return Ok(None);
        }
        if self.pids.place(pid) == 0 && !(starts && self.guesses && self.meet(pid, packet, header)?) {
            return Ok(None);
        }
        let Some(state) = self.pids.get(pid) else { return Ok(None) };
        if matches!(state.role, Role::Ignored | Role::Unknown) || header & (packets::PAYLOAD | packets::ADAPTATION) == 0
        {
            return Ok(None);
        }
        if header & packets::DAMAGED != 0 {
            return Err(Declined::damaged("a packet that is marked as damaged"));
        }
        let (payload, extras) = packets::parts(packet, header);
        state.check_counter(header, extras)?;
        if payload.is_empty() {
            state.pass_over(header);
            return Ok(None);
        }
        if header & packets::SCRAMBLED != 0 {
            return Err(Declined::new(Reason::Encrypted, "scrambled packets"));
        }
        match &mut state.role {
            Role::Stream { guessed, .. } => {
                let guessed = *guessed;
                if !state.take(header, payload, extras.stuffed)? {
                    return Ok(None);
                }
                if guessed && starts && holds_start_code(payload) {
                    return Err(Declined::structure("a stream that may hold something else than it is named"));
                }
                Ok(Some(Piece { place: self.pids.place(pid), bytes: payload, starts }))
            }
            Role::Table(table, collector) => {
                let (table, mut collector) = (*table, std::mem::take(collector));
                collector.take(payload, starts, &mut |section| self.section(table, pid, section))?;
                self.keep(pid, collector);
                if let Some(state) = self.pids.get(pid) {
                    state.took_table(header);
                }
                Ok(None)
            }
            _ => Ok(None),
        }
    }

    fn keep(&mut self, pid: u16, kept: super::sections::Collector) {
        if let Some(Role::Table(_, collector)) = self.pids.get(pid).map(|state| &mut state.role) {
            *collector = kept;
        }
    }

    /// A unit begins on a PID that no table has named: a stream, if it is a PES packet.
    fn meet(&mut self, pid: u16, packet: &[u8; SIZE], header: u32) -> Result<bool, Declined> {
        let (payload, _) = packets::parts(packet, header);
        if payload.is_empty() || !pes::begins(payload) {
            return Ok(false);
        }
        self.list(Some(pid), None)?;
        self.pids.set(pid, Role::Stream { guessed: false, in_units: false });
        Ok(true)
    }

    fn list(&mut self, pid: Option<u16>, kind: Option<Kind>) -> Result<(), Declined> {
        self.listed.push(Listed { pid, kind });
        let named = self.programs.iter().filter_map(|known| known.streams).fold(0, u64::saturating_add);
        if u64::try_from(self.listed.len()).is_ok_and(|count| count.max(named) <= self.most_streams) {
            return Ok(());
        }
        Err(Declined::new(Reason::Limit, "more streams than are allowed"))
    }

    fn section(&mut self, table: Table, pid: u16, section: &[u8]) -> Result<(), Declined> {
        match table {
            Table::Programs => self.take_programs(section),
            Table::Program => self.take_program(pid, section),
            Table::Services => Ok(()),
            Table::Events => {
                self.pids.set(pid, Role::Ignored);
                self.list(None, Some(super::kinds::EVENTS))
            }
        }
    }

    fn take_programs(&mut self, section: &[u8]) -> Result<(), Declined> {
        for (number, pid) in tables::programs(section)? {
            match self.programs.iter().find(|known| known.number == number) {
                Some(known) if known.pid == pid => continue,
                Some(_) => return Err(Declined::structure("a program whose table moves")),
                None => {}
            }
            match self.pids.get(pid).map(|state| &state.role) {
                None => self.pids.set(pid, Role::Table(Table::Program, Default::default())),
                Some(Role::Table(Table::Program, _)) => {}
                Some(_) => return Err(Declined::structure("a table on a PID that carries something else")),
            }
            self.programs.push(Known { number, pid, streams: None });
        }
        Ok(())
    }

    fn take_program(&mut self, pid: u16, section: &[u8]) -> Result<(), Declined> {
        let Some(program) = tables::program(section)? else { return Ok(()) };
        if program.streams.is_empty() {
            return Ok(());
        }
        if let Some(known) = self.programs.iter_mut().find(|known| known.number == program.number) {
            if known.pid != pid {
                return Ok(());
            }
            known.streams = u64::try_from(program.streams.len()).ok();
        }
        for named in &program.streams {
            self.name(named)?;
        }
        if self.pids.place(program.clock_pid) == 0 && program.clock_pid != NULL_PID {
            self.pids.set(program.clock_pid, Role::Ignored);
        }
        Ok(())
    }

    /// A stream that is known already stays what it is.
    fn name(&mut self, named: &tables::Named) -> Result<(), Declined> {
        let tables = named.pid < FIRST_STREAM_PID || named.pid == NULL_PID;
        let role = self.pids.get(named.pid).map(|state| &mut state.role);
        if tables || matches!(role, Some(Role::Table(..))) {
            return Err(Declined::structure("a stream on the PID of a table"));
        }
        let holds_units = matches!(named.kind.codec, Codec::H264 | Codec::Hevc);
        if let Some(Role::Stream { guessed, in_units }) = role {
            let listed = self.listed.iter_mut().find(|listed| listed.pid == Some(named.pid));
            if let Some(listed) = listed
                && listed.kind.is_none()
            {
                listed.kind = Some(named.kind);
                (*guessed, *in_units) = (named.kind.guessed, holds_units);
            }
            return Ok(());
        }
        if !named.kind.sections {
            self.pids.set(named.pid, Role::Stream { guessed: named.kind.guessed, in_units: holds_units });
        } else if self.listed.iter().any(|listed| listed.pid == Some(named.pid)) {
            return Ok(());
        } else {
            self.pids.set(named.pid, Role::Ignored);
        }
        self.list(Some(named.pid), Some(named.kind))
    }
}

impl Listed {
    /// Events are no stream of a program.
    fn is_table(&self) -> bool {
        self.pid.is_none()
    }

    pub fn media(&self) -> Media {
        self.kind.map_or(Media::Other, |kind| kind.media)
    }

    pub fn codec(&self) -> Codec {
        self.kind.map_or(Codec::Other, |kind| kind.codec)
    }
}

/// Whether what a PES packet carries begins as video does.
fn holds_start_code(payload: &[u8]) -> bool {
    let header = payload.get(8).map_or(9, |length| usize::from(*length).saturating_add(9));
    let data = payload.get(header..).unwrap_or(&[]);
    matches!(data, [0, 0, 1, ..] | [0, 0, 0, 1, ..])
}

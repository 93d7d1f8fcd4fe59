//! The two tables that name the streams: PAT (where each program's table is) and PMT (which streams a program has).

use super::kinds::{self, Kind};
use crate::walk::Declined;
use crate::walk::bytes::{Cursor, length};

/// Streams of one program that libavformat looks at.
const MOST_STREAMS: usize = 128;

/// One stream as a PMT names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Named {
    pub pid: u16,
    pub kind: Kind,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Program {
    pub number: u16,
    pub clock_pid: u16,
    pub streams: Vec<Named>,
}

/// What every section of the two begins with. `None` where it does not count: another table, or one for later.
fn open(section: &[u8], table: u8) -> Result<Option<(u16, Cursor<'_>)>, Declined> {
    let mut cursor = Cursor::new(section);
    let (kind, _, number) = (cursor.u8(), cursor.u16(), cursor.u16());
    let (version, _, last) = (cursor.u8(), cursor.u8(), cursor.u8());
    let (Some(kind), Some(number), Some(version), Some(last)) = (kind, number, version, last) else {
        return Err(Declined::damaged("a section without a header"));
    };
    if kind != table || version & 1 == 0 {
        return Ok(None);
    }
    if last > 0 {
        return Err(Declined::structure("a table in several sections"));
    }
    Ok(Some((number, cursor)))
}

/// The number of each program and the PID of its table.
pub fn programs(section: &[u8]) -> Result<Vec<(u16, u16)>, Declined> {
    let mut programs = Vec::new();
    let Some((_, mut cursor)) = open(section, 0)? else { return Ok(programs) };
    while let (Some(number), Some(pid)) = (cursor.u16(), cursor.u16()) {
        let pid = pid & 0x1fff;
        // Program 0 is the network's own table.
        if number != 0 {
            programs.push((number, pid));
        }
        if pid == 0 {
            return Err(Declined::structure("a table on the PID of the PAT"));
        }
    }
    Ok(programs)
}

/// `None` for what is no PMT, or has no say yet.
pub fn program(section: &[u8]) -> Result<Option<Program>, Declined> {
    let Some((number, mut cursor)) = open(section, 2)? else { return Ok(None) };
    let cut = || Declined::damaged("a PMT that contradicts itself");
    let clock_pid = cursor.u16().ok_or_else(cut)? & 0x1fff;
    let size = cursor.u16().ok_or_else(cut)? & 0xfff;
    let registered = kinds::registration(cursor.take(u64::from(size)).ok_or_else(cut)?)?;
    let mut program = Program { number, clock_pid, streams: Vec::new() };
    while let Some(stream_type) = cursor.u8() {
        let pid = cursor.u16().ok_or_else(cut)? & 0x1fff;
        let size = cursor.u16().ok_or_else(cut)? & 0xfff;
        let descriptors = cursor.take(u64::from(size)).ok_or_else(cut)?;
        let kind = kinds::kind(stream_type, registered, descriptors)?;
        program.streams.push(Named { pid, kind });
    }
    if program.streams.len() > MOST_STREAMS || length(cursor.rest()) > 0 {
        return Err(Declined::structure("a program of more than 128 streams"));
    }
    Ok(Some(program))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pat_names_programs_and_a_pmt_their_streams() {
        let pat = [0, 0xb0, 0, 0, 1, 0xc1, 0, 0, 0, 0, 0xe0, 0x10, 0, 1, 0xf0, 0];
        assert_eq!(programs(&pat).unwrap(), [(1, 0x1000)]);
        let pmt =
            [2, 0xb0, 0, 0, 1, 0xc1, 0, 0, 0xe1, 0, 0xf0, 0, 0x1b, 0xe1, 0, 0xf0, 0, 0x0f, 0xe1, 1, 0xf0, 2, 10, 0];
        let program = program(&pmt).unwrap().unwrap();
        assert_eq!((program.number, program.clock_pid), (1, 0x100));
        assert_eq!(program.streams.iter().map(|named| named.pid).collect::<Vec<_>>(), [0x100, 0x101]);
    }

    #[test]
    fn a_table_for_later_names_nothing_and_one_in_sections_is_declined() {
        let mut pat = [0, 0xb0, 0, 0, 1, 0xc0, 0, 0, 0, 1, 0xf0, 0];
        assert_eq!(programs(&pat).unwrap(), []);
        pat[5] = 0xc1;
        pat[7] = 1;
        assert!(programs(&pat).is_err());
        assert!(program(&[2, 0xb0, 0, 0, 1, 0xc1, 0, 0, 0xe1, 0, 0xf0, 9]).is_err());
    }
}

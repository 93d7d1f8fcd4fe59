//! Sections: the pieces that tables come in, put together from the payloads of one PID.

use crate::walk::Declined;

/// The longest section that libavformat takes.
const LONGEST: usize = 4096;

/// Collects the sections of one PID.
#[derive(Clone, Debug, Default)]
pub struct Collector {
    /// A section that has begun and not ended.
    open: Vec<u8>,
    /// The last section that was looked at: most are said again and again.
    last: Vec<u8>,
}

impl Collector {
    pub fn restart(&mut self) {
        self.open.clear();
    }

    /// A section has begun and not ended.
    pub fn is_open(&self) -> bool {
        !self.open.is_empty()
    }

    /// Whether a unit says the last section again and nothing else.
    #[inline]
    pub fn repeats(&self, payload: &[u8]) -> bool {
        let Some((0, rest)) = payload.split_first() else { return false };
        let said = rest.strip_prefix(self.last.as_slice()).filter(|_| !self.last.is_empty() && !self.is_open());
        said.is_some_and(|behind| behind.first().is_none_or(|table| *table == 0xff))
    }

    /// Gives every section that this payload completes and that differs from the one before it, without its check bytes.
    pub fn take(
        &mut self,
        payload: &[u8],
        starts: bool,
        found: &mut dyn FnMut(&[u8]) -> Result<(), Declined>,
    ) -> Result<(), Declined> {
        if !starts {
            return if self.is_open() { self.go_on(payload, found) } else { self.pass_over(payload) };
        }
        let Some((pointer, rest)) = payload.split_first() else { return Ok(()) };
        let Some((end, beginning)) = rest.split_at_checked(usize::from(*pointer)) else {
            return Err(Declined::damaged("a section that begins outside its packet"));
        };
        if !self.is_open() {
            self.pass_over(end)?;
        } else if !end.is_empty() {
            self.go_on(end, found)?;
        }
        if self.is_open() {
            return Err(Declined::damaged("a section that does not end"));
        }
        self.go_on(beginning, found)
    }

    /// The end of a section whose beginning was not seen. As long as there was none, libavformat takes it for a beginning.
    fn pass_over(&self, end: &[u8]) -> Result<(), Declined> {
        let [_, high, low, ..] = end else { return Ok(()) };
        let size = usize::from(u16::from_be_bytes([*high, *low]) & 0xfff).saturating_add(3);
        match end.get(..size) {
            Some(section) if self.last.is_empty() && crc(section) == 0 => {
                Err(Declined::structure("a section before any has begun"))
            }
            _ => Ok(()),
        }
    }

    fn go_on(&mut self, bytes: &[u8], found: &mut dyn FnMut(&[u8]) -> Result<(), Declined>) -> Result<(), Declined> {
        if self.open.is_empty() {
            let rest = self.each(bytes, found)?;
            self.open.extend_from_slice(rest);
        } else {
            let mut open = std::mem::take(&mut self.open);
            open.extend_from_slice(bytes);
            let rest = self.each(&open, found)?.len();
            let whole = open.len().saturating_sub(rest);
            open.drain(..whole.min(open.len()));
            self.open = open;
        }
        Ok(())
    }

    /// Gives what is left: the beginning of a section.
    fn each<'b>(
        &mut self,
        bytes: &'b [u8],
        found: &mut dyn FnMut(&[u8]) -> Result<(), Declined>,
    ) -> Result<&'b [u8], Declined> {
        let mut rest = bytes;
        // What follows 0xff is filling.
        while rest.first().is_some_and(|table| *table != 0xff) {
            let [_, high, low, ..] = rest else { return Ok(rest) };
            let size = usize::from(u16::from_be_bytes([*high, *low]) & 0xfff).saturating_add(3);
            if size > LONGEST {
                return Err(Declined::damaged("a section of more than 4096 bytes"));
            }
            let Some((section, behind)) = rest.split_at_checked(size) else { return Ok(rest) };
            if section != self.last.as_slice() {
                self.last.clear();
                self.last.extend_from_slice(section);
                found(checked(section)?)?;
            }
            rest = behind;
        }
        Ok(&[])
    }
}

/// A section without its check bytes, which must be right.
fn checked(section: &[u8]) -> Result<&[u8], Declined> {
    let checked = section.len().checked_sub(4).and_then(|end| section.get(..end));
    checked.filter(|_| crc(section) == 0).ok_or_else(|| Declined::damaged("a section whose check fails"))
}

/// The CRC of ISO/IEC 13818-1: 0 over a section with its check bytes.
fn crc(bytes: &[u8]) -> u32 {
    bytes.iter().fold(u32::MAX, |crc, byte| {
        (0..8).fold(crc ^ (u32::from(*byte) << 24), |crc, _| (crc << 1) ^ if crc >> 31 == 0 { 0 } else { 0x04c1_1db7 })
    })
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// A section with its length and check bytes.
    pub fn section(table: u8, body: &[u8]) -> Vec<u8> {
        let [high, low] = (body.len() as u16 + 4).to_be_bytes();
        let mut section = [&[table, 0xb0 | high, low][..], body].concat();
        section.extend(crc(&section).to_be_bytes());
        section
    }

    fn collect(payloads: &[(&[u8], bool)]) -> Result<Vec<Vec<u8>>, Declined> {
        let (mut collector, mut sections) = (Collector::default(), Vec::new());
        for (payload, starts) in payloads {
            collector.take(payload, *starts, &mut |section| {
                sections.push(section.to_vec());
                Ok(())
            })?;
        }
        assert!(!collector.is_open());
        Ok(sections)
    }

    #[test]
    fn sections_are_put_together_and_given_once() {
        let (first, second) = (section(0, &[1; 20]), section(2, &[2; 30]));
        let one = [&[0][..], &first, &second, &[0xff; 9]].concat();
        let want = vec![first[..first.len() - 4].to_vec(), second[..second.len() - 4].to_vec()];
        assert_eq!(collect(&[(&one, true), (&[&[0][..], &second].concat(), true)]).unwrap(), want);
        let begun = [&[0][..], &first, &second[..10]].concat();
        let ended = [&[3][..], &second[30..], &first].concat();
        let got = collect(&[(&begun, true), (&second[10..30], false), (&[4, 9, 9, 9, 9][..], true)]);
        assert!(got.is_err());
        let rest = second.len() - 30;
        let ended = [&[rest as u8][..], &ended[1..]].concat();
        let got = collect(&[(&begun, true), (&second[10..30], false), (&ended, true)]).unwrap();
        assert_eq!(got, [&want[..], &want[..1]].concat());
    }

    #[test]
    fn only_the_last_section_alone_is_a_repetition() {
        let (first, second) = (section(0, &[1; 20]), section(2, &[2; 30]));
        let unit = |parts: &[&[u8]]| [&[&[0][..]], parts].concat().concat();
        let mut collector = Collector::default();
        assert!(!collector.repeats(&unit(&[&[0xff; 9]])));
        collector.take(&unit(&[&first, &[0xff; 9]]), true, &mut |_| Ok(())).unwrap();
        assert!(collector.repeats(&unit(&[&first, &[0xff; 9]])) && collector.repeats(&unit(&[&first])));
        for other in [unit(&[&second]), unit(&[&first, &second]), unit(&[&first[1..]]), [&[1, 0], &first[..]].concat()]
        {
            assert!(!collector.repeats(&other));
        }
        collector.take(&unit(&[&first, &second[..9]]), true, &mut |_| Ok(())).unwrap();
        assert!(!collector.repeats(&unit(&[&first])));
    }

    #[test]
    fn a_section_that_libavformat_finds_before_any_has_begun_is_declined() {
        let section = section(0, &[1; 20]);
        let before = [&[section.len() as u8][..], &section].concat();
        assert!(collect(&[(&before, true)]).is_err() && collect(&[(&section, false)]).is_err());
        let begun = [&[0][..], &section].concat();
        assert_eq!(collect(&[(&begun, true), (&before, true), (&section, false)]).unwrap().len(), 1);
        assert_eq!(collect(&[(&section[1..], false), (&begun, true)]).unwrap().len(), 1);
    }

    #[test]
    fn a_section_whose_check_fails_is_declined() {
        let mut bytes = [&[0][..], &section(0, &[1; 20])].concat();
        bytes[8] ^= 1;
        assert!(collect(&[(&bytes, true)]).is_err());
    }
}

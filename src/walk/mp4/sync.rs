//! `stss`: which samples the container names as key frames.

/// Which samples are key frames.
#[derive(Clone, Copy, Debug)]
pub enum Keys<'a> {
    All,
    /// `stss` is there and empty: the first one.
    First,
    /// By number, the first sample of all being `.1`.
    Listed(&'a [[u8; 4]], u32),
}

impl<'a> Keys<'a> {
    /// Those listed from sample `index` on.
    pub fn from(&self, index: u64) -> KeyWalk<'a> {
        let rest = match self {
            Keys::Listed(keys, origin) => Some((keys.get(self.before(index)..).unwrap_or_default(), *origin)),
            Keys::All | Keys::First => None,
        };
        KeyWalk { rest: rest.unwrap_or_default(), first: matches!(self, Keys::First), all: matches!(self, Keys::All) }
    }

    /// How many of those listed come before sample `index`.
    fn before(&self, index: u64) -> usize {
        match self {
            Keys::Listed(keys, origin) => keys.partition_point(|key| number(key, *origin) < index),
            Keys::All | Keys::First => 0,
        }
    }

    pub fn contains(&self, index: u64) -> bool {
        match self {
            Keys::All => true,
            Keys::First => index == 0,
            Keys::Listed(keys, origin) => keys.get(self.before(index)).is_some_and(|key| number(key, *origin) == index),
        }
    }

    /// The last one that is not behind sample `index`.
    pub fn at_or_before(&self, index: u64) -> Option<u64> {
        match self {
            Keys::All => Some(index),
            Keys::First => Some(0),
            Keys::Listed(keys, origin) => {
                let count = self.before(index.saturating_add(1));
                keys.get(count.checked_sub(1)?).map(|key| number(key, *origin))
            }
        }
    }
}

/// Goes along with the samples.
#[derive(Clone, Copy, Debug)]
pub struct KeyWalk<'a> {
    rest: (&'a [[u8; 4]], u32),
    first: bool,
    all: bool,
}

impl KeyWalk<'_> {
    /// Whether sample `index` is one. Asked in order, without a gap.
    #[inline]
    pub fn is_key(&mut self, index: u64) -> bool {
        let (keys, origin) = self.rest;
        match keys.split_first() {
            Some((key, rest)) if number(key, origin) == index => {
                self.rest = (rest, origin);
                true
            }
            _ => self.all || (self.first && index == 0),
        }
    }
}

fn number(key: &[u8; 4], origin: u32) -> u64 {
    u64::from(u32::from_be_bytes(*key)).wrapping_sub(u64::from(origin))
}

//! Deflate, as far as a compressed QuickTime header needs it: what cannot be read cannot be checked.

/// The most that a deflated byte can stand for.
pub(super) const MOST_PER_BYTE: u64 = 1032;

const MAX_BITS: usize = 15;

/// Lengths and distances: the smallest value of each code, and how many extra bits it takes.
const LENGTHS: [(usize, u32); 29] = [
    (3, 0),
    (4, 0),
    (5, 0),
    (6, 0),
    (7, 0),
    (8, 0),
    (9, 0),
    (10, 0),
    (11, 1),
    (13, 1),
    (15, 1),
    (17, 1),
    (19, 2),
    (23, 2),
    (27, 2),
    (31, 2),
    (35, 3),
    (43, 3),
    (51, 3),
    (59, 3),
    (67, 4),
    (83, 4),
    (99, 4),
    (115, 4),
    (131, 5),
    (163, 5),
    (195, 5),
    (227, 5),
    (258, 0),
];
const ORDER: [usize; 19] = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/// The bytes that a zlib stream stands for; `None` if it is broken or longer than `most`.
pub(in super::super) fn inflate(stream: &[u8], most: usize) -> Option<Vec<u8>> {
    // Method 8, and no preset dictionary.
    let (head, data) = stream.split_at_checked(2)?;
    if head.first()? & 0x0f != 8 || head.last()? & 0x20 != 0 {
        return None;
    }
    let mut bits = Bits { bytes: data.iter(), held: 0, count: 0 };
    let mut plain = Vec::new();
    loop {
        let last = bits.take(1)? == 1;
        match bits.take(2)? {
            0 => stored(&mut bits, &mut plain, most)?,
            1 => {
                let lengths: Vec<u8> = (0..288_u16)
                    .map(|symbol| match symbol {
                        0..144 => 8,
                        144..256 => 9,
                        256..280 => 7,
                        _ => 8,
                    })
                    .collect();
                coded(&mut bits, &Codes::new(&lengths), &Codes::new(&[5; 30]), &mut plain, most)?;
            }
            2 => {
                let (literals, distances) = described(&mut bits)?;
                coded(&mut bits, &literals, &distances, &mut plain, most)?;
            }
            _ => return None,
        }
        if last {
            return Some(plain);
        }
    }
}

struct Bits<'a> {
    bytes: std::slice::Iter<'a, u8>,
    held: u32,
    count: u32,
}

impl Bits<'_> {
    /// At most 16 bits.
    fn take(&mut self, wanted: u32) -> Option<u32> {
        while self.count < wanted {
            let byte = u32::from(*self.bytes.next()?);
            self.held |= byte.checked_shl(self.count)?;
            self.count = self.count.saturating_add(8);
        }
        let mask = 1_u32.checked_shl(wanted)?.wrapping_sub(1);
        let value = self.held & mask;
        self.held = self.held.checked_shr(wanted)?;
        self.count = self.count.saturating_sub(wanted);
        Some(value)
    }
}

/// A canonical prefix code: how many codes of each length, and the symbols in their order.
struct Codes {
    counts: [usize; MAX_BITS + 1],
    symbols: Vec<usize>,
}

impl Codes {
    fn new(lengths: &[u8]) -> Self {
        let mut counts = [0_usize; MAX_BITS + 1];
        let mut symbols = Vec::new();
        for (bits, count) in counts.iter_mut().enumerate().skip(1) {
            let these = lengths.iter().enumerate().filter(|(_, length)| usize::from(**length) == bits);
            let before = symbols.len();
            symbols.extend(these.map(|(symbol, _)| symbol));
            *count = symbols.len().saturating_sub(before);
        }
        Self { counts, symbols }
    }

    fn decode(&self, bits: &mut Bits<'_>) -> Option<usize> {
        let (mut code, mut first, mut index) = (0_usize, 0_usize, 0_usize);
        for count in self.counts.iter().skip(1) {
            code |= usize::try_from(bits.take(1)?).ok()?;
            let within = code.checked_sub(first)?;
            if within < *count {
                return self.symbols.get(index.checked_add(within)?).copied();
            }
            index = index.checked_add(*count)?;
            first = first.checked_add(*count)?.checked_mul(2)?;
            code = code.checked_mul(2)?;
        }
        None
    }
}

fn stored(bits: &mut Bits<'_>, plain: &mut Vec<u8>, most: usize) -> Option<()> {
    // Up to the next whole byte: no more than seven bits are ever left over.
    let odd = bits.count & 7;
    bits.take(odd)?;
    let length = bits.take(16)?;
    if bits.take(16)? != length ^ 0xffff {
        return None;
    }
    for _ in 0..length {
        put(plain, u8::try_from(bits.take(8)?).ok()?, most)?;
    }
    Some(())
}

fn described(bits: &mut Bits<'_>) -> Option<(Codes, Codes)> {
    let literals = usize::try_from(bits.take(5)?).ok()?.checked_add(257)?;
    let distances = usize::try_from(bits.take(5)?).ok()?.checked_add(1)?;
    let described = usize::try_from(bits.take(4)?).ok()?.checked_add(4)?;
    let mut lengths = [0_u8; 19];
    for place in ORDER.iter().take(described) {
        *lengths.get_mut(*place)? = u8::try_from(bits.take(3)?).ok()?;
    }
    let codes = Codes::new(&lengths);
    let total = literals.checked_add(distances)?;
    let mut lengths: Vec<u8> = Vec::new();
    while lengths.len() < total {
        let (value, times) = match codes.decode(bits)? {
            16 => (*lengths.last()?, bits.take(2)?.checked_add(3)?),
            17 => (0, bits.take(3)?.checked_add(3)?),
            18 => (0, bits.take(7)?.checked_add(11)?),
            length => (u8::try_from(length).ok()?, 1),
        };
        lengths.extend((0..times).map(|_| value));
    }
    let (literals, distances) = lengths.get(..total)?.split_at_checked(literals)?;
    Some((Codes::new(literals), Codes::new(distances)))
}

fn coded(bits: &mut Bits<'_>, literals: &Codes, distances: &Codes, plain: &mut Vec<u8>, most: usize) -> Option<()> {
    loop {
        let symbol = literals.decode(bits)?;
        if let Ok(byte) = u8::try_from(symbol) {
            put(plain, byte, most)?;
            continue;
        }
        let Some(code) = symbol.checked_sub(257) else { return Some(()) };
        let (base, extra) = LENGTHS.get(code)?;
        let length = base.checked_add(usize::try_from(bits.take(*extra)?).ok()?)?;
        let back = distance(distances.decode(bits)?, bits)?;
        for _ in 0..length {
            let from = plain.len().checked_sub(back)?;
            let byte = *plain.get(from)?;
            put(plain, byte, most)?;
        }
    }
}

/// Two codes for each number of extra bits, the first four without any.
fn distance(code: usize, bits: &mut Bits<'_>) -> Option<usize> {
    if code < 4 {
        return code.checked_add(1);
    }
    let extra = u32::try_from(code).ok()?.checked_div(2)?.checked_sub(1)?;
    let base = (2 | (code & 1)).checked_shl(extra)?;
    (extra <= 13).then_some(())?;
    base.checked_add(usize::try_from(bits.take(extra)?).ok()?)?.checked_add(1)
}

fn put(plain: &mut Vec<u8>, byte: u8, most: usize) -> Option<()> {
    (plain.len() < most).then(|| plain.push(byte))
}

//! Small inputs of each container, byte by byte.

/// An MP4 box.
pub fn boxed(kind: &[u8; 4], contents: &[&[u8]]) -> Vec<u8> {
    let contents = contents.concat();
    let mut bytes = (contents.len() as u32 + 8).to_be_bytes().to_vec();
    bytes.extend_from_slice(kind);
    bytes.extend_from_slice(&contents);
    bytes
}

/// Big-endian words.
pub fn words(words: &[u32]) -> Vec<u8> {
    words.iter().flat_map(|word| word.to_be_bytes()).collect()
}

pub struct Trak {
    pub handler: [u8; 4],
    pub stsz: Vec<u8>,
    pub stts: Vec<u8>,
    pub stsc: Vec<u8>,
    pub chunks: Vec<u32>,
    pub extra: Vec<u8>,
    pub self_contained: bool,
}

impl Trak {
    /// Video of four samples of 100 bytes in two chunks.
    pub fn video(chunks: &[u32]) -> Self {
        Self {
            handler: *b"vide",
            stsz: boxed(b"stsz", &[&words(&[0, 0, 4, 100, 100, 100, 100])]),
            stts: boxed(b"stts", &[&words(&[0, 1, 4, 40])]),
            stsc: boxed(b"stsc", &[&words(&[0, 1, 1, 2, 1])]),
            chunks: chunks.to_vec(),
            extra: Vec::new(),
            self_contained: true,
        }
    }

    pub fn bytes(&self) -> Vec<u8> {
        let mut stco = vec![0, self.chunks.len() as u32];
        stco.extend_from_slice(&self.chunks);
        let stbl = boxed(
            b"stbl",
            &[
                &boxed(b"stsd", &[&words(&[0, 1]), &boxed(b"avc1", &[&[0; 78]])]),
                &self.stts,
                &self.stsc,
                &self.stsz,
                &boxed(b"stco", &[&words(&stco)]),
            ],
        );
        let dref = boxed(b"dref", &[&words(&[0, 1]), &boxed(b"url ", &[&words(&[u32::from(self.self_contained)])])]);
        let minf = boxed(b"minf", &[&boxed(b"dinf", &[&dref]), &stbl]);
        let hdlr = boxed(b"hdlr", &[&words(&[0, 0]), &self.handler, &[0; 13]]);
        let mdia = boxed(b"mdia", &[&boxed(b"mdhd", &[&words(&[0, 0, 0, 1000, 160, 0])]), &hdlr, &minf]);
        boxed(b"trak", &[&boxed(b"tkhd", &[&words(&[7, 0, 0, 1, 0]), &[0; 64]]), &self.extra, &mdia])
    }
}

pub fn ftyp() -> Vec<u8> {
    boxed(b"ftyp", &[b"isom", &[0, 0, 2, 0], b"isommp41"])
}

pub fn moov(traks: &[Trak], extra: &[u8]) -> Vec<u8> {
    let traks: Vec<u8> = traks.iter().flat_map(Trak::bytes).collect();
    boxed(b"moov", &[&boxed(b"mvhd", &[&words(&[0, 0, 0, 1000, 160]), &[0; 80]]), &traks, extra])
}

/// Header before the samples.
pub fn streamable_mp4() -> Vec<u8> {
    let head = ftyp().len() + moov(&[Trak::video(&[0, 0])], &[]).len() + 8;
    let chunks = [head as u32, head as u32 + 200];
    [ftyp(), moov(&[Trak::video(&chunks)], &[]), boxed(b"mdat", &[&[0x55; 400]])].concat()
}

/// Header behind the samples.
pub fn seeking_mp4() -> Vec<u8> {
    let head = ftyp().len() as u32 + 8;
    [ftyp(), boxed(b"mdat", &[&[0x55; 400]]), moov(&[Trak::video(&[head, head + 200])], &[])].concat()
}

/// The header of a fragmented MP4; `announced` is its whole duration, in milliseconds.
pub fn fragmented_head(announced: Option<u32>) -> Vec<u8> {
    let mehd = announced.map(|duration| boxed(b"mehd", &[&words(&[0, duration])])).unwrap_or_default();
    let mvex = boxed(b"mvex", &[&mehd, &boxed(b"trex", &[&words(&[0, 1, 1, 40, 100, 0])])]);
    let mut trak = Trak::video(&[]);
    trak.stsz = boxed(b"stsz", &[&words(&[0, 0, 0])]);
    [ftyp(), moov(&[trak], &mvex)].concat()
}

/// Four samples of 40 ms from `start` on, as `moof` and `mdat`.
pub fn fragment(start: u32) -> Vec<u8> {
    let samples: Vec<u32> = [0x0000_0301, 4, 0].into_iter().chain([40, 100].repeat(4)).collect();
    let traf = [
        boxed(b"tfhd", &[&words(&[0x0002_0000, 1])]),
        boxed(b"tfdt", &[&words(&[0, start])]),
        boxed(b"trun", &[&words(&samples)]),
    ]
    .concat();
    let moof = boxed(b"moof", &[&boxed(b"mfhd", &[&words(&[0, 1])]), &boxed(b"traf", &[&traf])]);
    [moof, boxed(b"mdat", &[&[0x55; 400]])].concat()
}

/// An EBML element whose size takes eight bytes; `None` leaves it open.
pub fn element(id: u32, size: Option<usize>, contents: &[&[u8]]) -> Vec<u8> {
    let mut bytes: Vec<u8> = id.to_be_bytes().into_iter().skip_while(|byte| *byte == 0).collect();
    let size = size.map_or(0x01ff_ffff_ffff_ffff, |size| 0x0100_0000_0000_0000 | size as u64);
    bytes.extend_from_slice(&size.to_be_bytes());
    bytes.extend_from_slice(&contents.concat());
    bytes
}

pub fn sized(id: u32, contents: &[&[u8]]) -> Vec<u8> {
    element(id, Some(contents.iter().map(|part| part.len()).sum()), contents)
}

/// A transport packet; what `payload` leaves free is stuffed.
pub fn ts_packet(pid: u16, starts: bool, payload: &[u8]) -> Vec<u8> {
    let free = 184 - payload.len();
    let mut bytes = vec![0x47, (pid >> 8) as u8 | if starts { 0x40 } else { 0 }, pid as u8];
    bytes.push(if free == 0 { 0x10 } else { 0x30 });
    if free > 0 {
        bytes.push(free as u8 - 1);
        if free > 1 {
            bytes.push(0);
            bytes.resize(4 + free, 0xff);
        }
    }
    bytes.extend_from_slice(payload);
    bytes
}

/// A section in as many packets as it takes.
pub fn ts_section(pid: u16, section: &[u8]) -> Vec<u8> {
    let mut payload = vec![0];
    payload.extend_from_slice(section);
    payload.resize(payload.len().div_ceil(184) * 184, 0xff);
    payload.chunks(184).enumerate().flat_map(|(nth, part)| ts_packet(pid, nth == 0, part)).collect()
}

fn section(table: u8, body: &[u8]) -> Vec<u8> {
    let length = (body.len() + 9) as u16 | 0xb000;
    [&[table][..], &length.to_be_bytes(), &[0, 1, 0xc1, 0, 0], body, &[0; 4]].concat()
}

/// PAT and PMT for one stream on PID 0x100.
pub fn ts_tables(stream_type: u8) -> Vec<u8> {
    let pat = section(0, &[0, 1, 0xf0, 0]);
    let pmt = section(2, &[0xe1, 0, 0xf0, 0, stream_type, 0xe1, 0, 0xf0, 0]);
    [ts_section(0, &pat), ts_section(0x1000, &pmt)].concat()
}

/// A PES packet on PID 0x100; without a length if `bounded` is false.
pub fn ts_pes(bounded: bool, data: &[u8]) -> Vec<u8> {
    let length = if bounded { data.len() as u16 + 3 } else { 0 };
    let mut pes = vec![0, 0, 1, 0xe0];
    pes.extend_from_slice(&length.to_be_bytes());
    pes.extend_from_slice(&[0x80, 0, 0]);
    pes.extend_from_slice(data);
    pes.chunks(184).enumerate().flat_map(|(nth, part)| ts_packet(0x100, nth == 0, part)).collect()
}

/// A RIFF chunk, padded.
pub fn chunk(kind: &[u8; 4], contents: &[&[u8]]) -> Vec<u8> {
    let contents = contents.concat();
    let mut bytes = kind.to_vec();
    bytes.extend_from_slice(&(contents.len() as u32).to_le_bytes());
    bytes.extend_from_slice(&contents);
    bytes.resize(bytes.len().next_multiple_of(2), 0);
    bytes
}

//! Changes that leave a file's structure standing: libFuzzer's own would mostly break a size or a checksum, and then
//! nothing behind it is ever looked at.

mod boxes;
mod elements;
mod packets;
mod tree;

/// Changes bytes and gives the new size, at most the third argument, with no regard to what the bytes mean.
pub type Plain = fn(&mut [u8], usize, usize) -> usize;

/// Numbers by chance, the same for the same seed.
struct Chance(u64);

impl Chance {
    /// Less than `limit`, which is not 0.
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % limit
    }
}

/// libFuzzer's custom mutator: `data` has `size` bytes of input and room for `most`. Gives the new size.
pub fn mutate(data: &mut [u8], size: usize, most: usize, seed: u32, plain: Plain) -> usize {
    let mut chance = Chance(u64::from(seed) << 8 | 5);
    chance.below(2);
    if size < 16 || chance.below(6) == 0 {
        return plain(data, size, most);
    }
    if chance.below(32) == 0 {
        data[0] = u8::try_from(chance.below(256)).unwrap_or(0);
    }
    let mut file = data[1..size].to_vec();
    for _ in 0..=chance.below(3) {
        file = change(file, most - 1, &mut chance, plain);
    }
    data[1..=file.len()].copy_from_slice(&file);
    file.len() + 1
}

/// `file` changed, at most `most` bytes of it.
fn change(mut file: Vec<u8>, most: usize, chance: &mut Chance, plain: Plain) -> Vec<u8> {
    if packets::are(&file) {
        packets::change(&mut file, most, chance, plain);
        return file;
    }
    let nodes = if elements::are(&file) { elements::nodes(&file) } else { boxes::nodes(&file) };
    if nodes.is_empty() {
        return changed(&file, most, plain);
    }
    tree::change(file, &nodes, most, chance, plain)
}

/// A copy of `bytes`, changed, at most `most` bytes of it.
fn changed(bytes: &[u8], most: usize, plain: Plain) -> Vec<u8> {
    let mut copy = bytes.to_vec();
    copy.resize(most.max(bytes.len()).max(1), 0);
    let size = plain(&mut copy, bytes.len(), most.max(1));
    copy.truncate(size);
    copy
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clip(name: &str) -> Vec<u8> {
        let path = format!("{}/../tests/clips/{name}", env!("CARGO_MANIFEST_DIR"));
        std::fs::read(&path).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Makes what it is given longer or shorter, and nothing else.
    fn resize(bytes: &mut [u8], size: usize, most: usize) -> usize {
        let wanted = if bytes.first().is_some_and(|byte| byte % 2 == 0) { size + 3 } else { size / 2 };
        wanted.min(most).min(bytes.len())
    }

    fn top(nodes: &[tree::Node], size: usize) -> bool {
        let mut at = 0;
        while let Some(node) = nodes.iter().find(|node| node.start == at && node.end > at) {
            at = node.end;
        }
        at == size
    }

    #[test]
    fn sizes_follow_what_is_changed_within() {
        type Nodes = fn(&[u8]) -> Vec<tree::Node>;
        let kinds: [(&str, Nodes); 3] =
            [("h264.mp4", boxes::nodes), ("h264_fragmented.mp4", boxes::nodes), ("h264.mkv", elements::nodes)];
        for (name, nodes) in kinds {
            let original = clip(name);
            let mut standing = 0;
            for seed in 0..300 {
                let mut chance = Chance(seed);
                let most = original.len() + 5000;
                let before = nodes(&original);
                let file = tree::change(original.clone(), &before, most, &mut chance, resize);
                let after = nodes(&file);
                assert!(top(&after, file.len()), "{name}, {seed}: the parts do not cover the file");
                standing += u32::from(after.len() + 3 > before.len());
            }
            // Else a large part was taken out, or what was changed are parts themselves.
            assert!(standing > 200, "{name}: {standing} of 300 are still made of the same parts");
        }
    }

    #[test]
    fn a_chunk_is_where_it_was_said_to_be_when_the_header_before_it_grows() {
        let file = clip("h264.mp4");
        let nodes = boxes::nodes(&file);
        let find = |file: &[u8], nodes: &[tree::Node], kind: &[u8; 4]| {
            nodes.iter().position(|node| &file[node.start + 4..node.start + 8] == kind).unwrap()
        };
        let place = |file: &[u8]| {
            let nodes = boxes::nodes(file);
            let table = &nodes[find(file, &nodes, b"stco")];
            let entry = &file[table.body + 8..table.body + 12];
            let place = entry.iter().fold(0, |place, byte| place << 8 | usize::from(*byte));
            place - nodes[find(file, &nodes, b"mdat")].start
        };
        let (before, header) = (place(&file), nodes[find(&file, &nodes, b"mvhd")].end);
        let mut grown = file.clone();
        boxes::move_chunks(&mut grown, &nodes, header, 0, 8);
        grown.splice(header..header, *b"\0\0\0\x08free");
        let movie = find(&file, &nodes, b"moov");
        let size = u32::try_from(nodes[movie].end - nodes[movie].start + 8).unwrap();
        grown[nodes[movie].size.clone()].copy_from_slice(&size.to_be_bytes());
        assert_eq!(place(&grown), before);
    }

    #[test]
    fn a_table_is_signed_as_its_writer_signed_it() {
        let mut file = clip("h264.ts");
        let signed = file.clone();
        let mut tables = 0;
        for packet in file.chunks_exact_mut(188).take(10) {
            let pid = u16::from(packet[1] & 0x1f) << 8 | u16::from(packet[2]);
            if pid == 0 || pid == 0x1000 || pid == 0x11 {
                let end = 5 + 3 + (usize::from(packet[6] & 0x0f) << 8 | usize::from(packet[7]));
                packet[end - 4..end].fill(0);
                tables += 1;
            }
            packets::sign(packet);
        }
        assert_eq!((tables > 1, file == signed), (true, true), "{tables} tables");
    }

    #[test]
    fn a_change_never_grows_past_the_room_that_there_is() {
        for name in ["h264.mp4", "live.webm", "h264.ts", "h264.flv"] {
            let file = clip(name);
            for seed in 0..300 {
                let mut data = [vec![0], file.clone(), vec![0; 100]].concat();
                let most = data.len();
                assert!(mutate(&mut data, file.len() + 1, most, seed, resize) <= most, "{name}, {seed}");
            }
        }
    }
}

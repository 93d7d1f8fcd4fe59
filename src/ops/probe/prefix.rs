//! Enough yet? Of an input of which only the beginning is there, how many more bytes its header needs at least.

/// None where the container does not tell; 0 where its header is whole.
pub fn lacking(bytes: &[u8]) -> Option<u64> {
    let have = u64::try_from(bytes.len()).ok()?;
    let reach = if is_boxes(bytes) {
        header_of_boxes(bytes)?
    } else if bytes.starts_with(&[0x1a, 0x45, 0xdf, 0xa3]) {
        header_of_elements(bytes)?
    } else {
        return None;
    };
    Some(reach.saturating_sub(have))
}

fn is_boxes(bytes: &[u8]) -> bool {
    let known: [&[u8; 4]; 8] = [b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"styp"];
    bytes.get(4..8).is_some_and(|name| known.iter().any(|known| name == *known))
}

/// Up to the end of the movie box, or of the next box's header on the way to it.
fn header_of_boxes(bytes: &[u8]) -> Option<u64> {
    const HEADER: u64 = 16;
    let mut at = 0u64;
    loop {
        let Some(header) = usize::try_from(at).ok().and_then(|at| bytes.get(at..)).filter(|rest| rest.len() >= 8)
        else {
            return at.checked_add(HEADER);
        };
        let (size, name) = header.split_first_chunk::<4>()?;
        let size = match u32::from_be_bytes(*size) {
            // To the end of the input, which is not here.
            0 => return None,
            1 => match header.get(8..16).and_then(|size| size.first_chunk()) {
                Some(size) => u64::from_be_bytes(*size),
                None => return at.checked_add(HEADER),
            },
            size => u64::from(size),
        };
        let end = at.checked_add(size).filter(|_| size >= 8)?;
        if name.starts_with(b"moov") {
            return Some(end);
        }
        at = end;
    }
}

/// Up to the header of the first Cluster.
fn header_of_elements(bytes: &[u8]) -> Option<u64> {
    const SEGMENT: u64 = 0x1853_8067;
    const CLUSTER: u64 = 0x1f43_b675;
    const LONGEST_HEADER: u64 = 12;
    let mut at = 0u64;
    loop {
        let rest = usize::try_from(at).ok().and_then(|at| bytes.get(at..)).unwrap_or_default();
        let Some((id, id_width)) = number(rest, 4) else { return at.checked_add(LONGEST_HEADER) };
        if id == CLUSTER {
            return Some(at);
        }
        let Some((size, size_width)) = rest.get(id_width..).and_then(|rest| number(rest, 8)) else {
            return at.checked_add(LONGEST_HEADER);
        };
        let body = at.checked_add(u64::try_from(id_width.checked_add(size_width)?).ok()?)?;
        let marker = 1u64.checked_shl(u32::try_from(size_width).ok()?.checked_mul(7)?)?;
        let size = size & marker.wrapping_sub(1);
        at = match id {
            SEGMENT => body,
            // Of unknown size: where it ends is not to be seen.
            _ if size == marker.wrapping_sub(1) => return None,
            _ => body.checked_add(size)?,
        };
    }
}

/// An EBML number with its marker, and how many bytes it takes.
fn number(bytes: &[u8], longest: usize) -> Option<(u64, usize)> {
    let width = usize::try_from(bytes.first()?.leading_zeros()).ok()?.checked_add(1)?;
    let field = bytes.get(..width).filter(|_| width <= longest)?;
    Some((field.iter().fold(0, |value, byte| value << 8 | u64::from(*byte)), width))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_mp4_needs_its_movie_box_wherever_it_is() {
        let mut file = Vec::from(*b"\0\0\0\x10ftypisom\0\0\0\0");
        file.extend(b"\0\0\0\x20moov");
        assert_eq!(lacking(&file), Some(24));
        assert_eq!(lacking(&file[..16]), Some(16), "the next header");
        file.extend([0; 24]);
        assert_eq!(lacking(&file), Some(0));
        let behind = [b"\0\0\0\x10ftypisom\0\0\0\0".as_slice(), b"\0\0\x10\0mdat"].concat();
        assert_eq!(lacking(&behind), Some(16 + 4096 + 16 - 24), "the header of what comes behind the samples");
    }

    #[test]
    fn a_matroska_file_needs_all_before_its_first_cluster() {
        let mut file = vec![0x1a, 0x45, 0xdf, 0xa3, 0x80, 0x18, 0x53, 0x80, 0x67, 0xff];
        assert_eq!(lacking(&file), Some(12));
        file.extend([0x16, 0x54, 0xae, 0x6b, 0x84]);
        assert_eq!(lacking(&file), Some(4 + 12));
        file.extend([0; 4]);
        file.extend([0x1f, 0x43, 0xb6, 0x75, 0xff]);
        assert_eq!(lacking(&file), Some(0));
    }

    #[test]
    fn of_other_things_nothing_is_known() {
        assert_eq!(lacking(b""), None);
        assert_eq!(lacking(b"RIFF...."), None);
    }
}

use super::make::*;
use super::*;

const MP4: Container = Container::Mp4;

fn fragmented(announced: Option<u32>) -> Vec<u8> {
    [fragmented_head(announced), fragment(0), fragment(160), fragment(320)].concat()
}

fn mfra() -> Vec<u8> {
    boxed(b"mfra", &[&boxed(b"mfro", &[&words(&[0, 24])])])
}

#[test]
fn the_header_tells_that_fragments_follow() {
    let watcher = shown(MP4, &fragmented_head(None), None, 7);
    assert!(watcher.is_fragmented());
    assert_eq!(watcher.order(), Order::Streamable);
}

#[test]
fn an_index_at_the_end_completes_the_fragments() {
    assert_eq!(verdict(MP4, &[fragmented(None), mfra()].concat()), Verdict::Complete);
}

#[test]
fn without_any_promise_the_end_of_a_fragment_tells_nothing() {
    let whole = fragmented(None);
    let step = fragment(0).len();
    let ends = [whole.len(), whole.len() - step, whole.len() - 2 * step];
    for end in ends {
        assert_eq!(verdict(MP4, &whole[..end]), Verdict::Unknown, "{end}");
    }
    // Beside the ends themselves only the zeros with which the next size begins.
    let head = fragmented_head(None).len();
    for cut in untold_cuts(MP4, &whole).into_iter().filter(|cut| *cut > head) {
        assert!((cut - head) % step <= 3, "{cut}");
    }
}

#[test]
fn a_fragment_without_its_data_is_cut() {
    let whole = fragmented(None);
    let cut = whole.len() - 408;
    assert_eq!(verdict(MP4, &whole[..cut]), Verdict::Truncated { at: cut as u64 });
}

#[test]
fn an_announced_duration_tells_whether_fragments_are_missing() {
    let announced = Some(16_160);
    let fragments: Vec<u8> = (0..101).flat_map(|nth| fragment(nth * 160)).collect();
    let whole = [fragmented_head(announced), fragments].concat();
    assert_eq!(verdict(MP4, &whole), Verdict::Complete);
    let cut = whole.len() - 10 * fragment(0).len();
    assert_eq!(verdict(MP4, &whole[..cut]), Verdict::Truncated { at: cut as u64 });
}

#[test]
fn a_little_less_than_announced_tells_nothing() {
    let whole = fragmented(Some(3 * 160 + 200));
    assert_eq!(verdict(MP4, &whole), Verdict::Unknown);
}

fn indexed(sizes: [u32; 3]) -> Vec<u8> {
    let entries: Vec<u32> = sizes.iter().flat_map(|size| [*size, 160, 0x9000_0000]).collect();
    let sidx = boxed(b"sidx", &[&words(&[0, 1, 1000, 0, 0, 3]), &words(&entries)]);
    [fragmented_head(None), sidx, fragment(0), fragment(160), fragment(320)].concat()
}

#[test]
fn an_index_that_leads_into_the_middle_of_data_is_not_followed() {
    let size = fragment(0).len() as u32;
    let astray = indexed([size, size - 100, size + 100]);
    assert!(matches!(try_shown(MP4, &astray, None, 7), Err(Claim::TooManySamples { .. })));
}

#[test]
fn an_index_that_fits_nothing_is_of_no_account() {
    let size = fragment(0).len() as u32;
    let mut stale = indexed([size, size, size]);
    let sidx = fragmented_head(None).len();
    stale[sidx + 24..sidx + 28].copy_from_slice(&30_u32.to_be_bytes());
    assert!(try_shown(MP4, &stale, None, 7).is_ok());
}

#[test]
fn a_segment_index_promises_its_stretches() {
    let size = fragment(0).len() as u32;
    let whole = indexed([size, size, size]);
    assert_eq!(shown(MP4, &whole, None, 7).promised_end(), Some(whole.len() as u64));
    let cut = whole.len() - fragment(0).len();
    assert_eq!(verdict(MP4, &whole[..cut]), Verdict::Truncated { at: cut as u64 });
}

#[test]
fn fragments_without_a_header_of_their_own_are_a_part_of_something() {
    assert_eq!(verdict(MP4, &[boxed(b"styp", &[b"msdh"]), fragment(0)].concat()), Verdict::Unknown);
}

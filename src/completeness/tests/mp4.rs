use super::make::*;
use super::*;

const MP4: Container = Container::Mp4;

#[test]
fn a_whole_file_is_complete_wherever_its_header_stands() {
    assert_eq!(verdict(MP4, &streamable_mp4()), Verdict::Complete);
    assert_eq!(verdict(MP4, &seeking_mp4()), Verdict::Complete);
}

#[test]
fn every_cut_of_a_plain_file_is_found() {
    assert!(untold_cuts(MP4, &streamable_mp4()).is_empty());
    assert!(untold_cuts(MP4, &seeking_mp4()).is_empty());
}

#[test]
fn a_header_with_samples_and_no_data_is_cut_even_at_a_box_end() {
    let whole = streamable_mp4();
    let cut = whole.len() - 408;
    assert_eq!(&whole[cut + 4..cut + 8], b"mdat");
    assert_eq!(verdict(MP4, &whole[..cut]), Verdict::Truncated { at: cut as u64 });
}

#[test]
fn the_same_holds_where_the_chunk_offsets_tell_nothing() {
    let file = [ftyp(), moov(&[Trak::video(&[8])], &[])].concat();
    assert_eq!(verdict(MP4, &file), Verdict::Truncated { at: file.len() as u64 });
}

#[test]
fn a_cut_between_two_data_boxes_is_found_by_the_chunk_offsets() {
    let head = ftyp().len() + moov(&[Trak::video(&[0, 0])], &[]).len() + 8;
    let header = moov(&[Trak::video(&[head as u32, head as u32 + 208])], &[]);
    let mdat = boxed(b"mdat", &[&[0x55; 200]]);
    let whole = [ftyp(), header, mdat.clone(), mdat].concat();
    assert_eq!(verdict(MP4, &whole), Verdict::Complete);
    let cut = whole.len() - 208;
    assert_eq!(verdict(MP4, &whole[..cut]), Verdict::Truncated { at: cut as u64 });
}

#[test]
fn chunk_offsets_into_another_file_promise_nothing_here() {
    let mut trak = Trak::video(&[1_000_000]);
    trak.self_contained = false;
    let file = [ftyp(), moov(&[trak], &[]), boxed(b"mdat", &[&[1; 8]])].concat();
    assert_eq!(verdict(MP4, &file), Verdict::Complete);
}

#[test]
fn data_without_a_header_are_cut() {
    let file = [ftyp(), boxed(b"mdat", &[&[1; 50]])].concat();
    assert_eq!(verdict(MP4, &file), Verdict::Truncated { at: file.len() as u64 });
}

#[test]
fn sixty_four_bit_sizes_are_understood() {
    let mut file = ftyp();
    file.extend_from_slice(&words(&[1]));
    file.extend_from_slice(b"mdat");
    file.extend_from_slice(&416_u64.to_be_bytes());
    file.extend_from_slice(&[0x55; 400]);
    let head = ftyp().len() as u32 + 16;
    file.extend_from_slice(&moov(&[Trak::video(&[head, head + 200])], &[]));
    assert_eq!(verdict(MP4, &file), Verdict::Complete);
    assert!(untold_cuts(MP4, &file).is_empty());
}

#[test]
fn data_that_go_on_to_the_end_need_a_promise_from_outside() {
    let mut file = streamable_mp4();
    let mdat = file.len() - 408;
    file[mdat..mdat + 4].fill(0);
    let end = file.len() as u64;
    assert_eq!(verdict(MP4, &file), Verdict::Unknown);
    let mut watcher = shown(MP4, &file, None, 100);
    watcher.promise(end);
    assert_eq!(watcher.finish(end), Verdict::Complete);
    watcher.promise(end + 1);
    assert_eq!(watcher.finish(end), Verdict::Truncated { at: end });
}

#[test]
fn zeros_behind_a_whole_file_are_padding() {
    for zeros in [4, 8, 100] {
        assert_eq!(verdict(MP4, &[streamable_mp4(), vec![0; zeros]].concat()), Verdict::Complete, "{zeros}");
    }
}

#[test]
fn what_is_no_box_behind_a_whole_file_leaves_it_open() {
    let file = [streamable_mp4(), vec![0xee; 40]].concat();
    assert_eq!(verdict(MP4, &file), Verdict::Unknown);
}

#[test]
fn damage_before_the_header_is_where_the_file_breaks_off() {
    let mut file = seeking_mp4();
    let mdat = ftyp().len();
    file[mdat + 4..mdat + 8].fill(0);
    assert_eq!(verdict(MP4, &file), Verdict::Truncated { at: mdat as u64 });
}

#[test]
fn order_is_known_from_what_comes_first() {
    let whole = streamable_mp4();
    assert_eq!(order(MP4, &whole[..ftyp().len() + 8]), Order::Streamable);
    assert_eq!(order(MP4, &ftyp()), Order::Undecided);
    assert_eq!(order(MP4, &seeking_mp4()[..ftyp().len() + 8]), Order::NeedsSeek);
}

#[test]
fn an_empty_data_box_before_the_header_needs_no_seek() {
    let file = [ftyp(), boxed(b"mdat", &[]), moov(&[Trak::video(&[0])], &[])].concat();
    assert_eq!(order(MP4, &file), Order::Streamable);
}

#[test]
fn the_header_is_read_when_the_data_behind_it_have_begun() {
    let whole = streamable_mp4();
    let data = whole.len() - 400;
    assert!(!shown(MP4, &whole[..data - 1], None, 64).header_read());
    assert!(shown(MP4, &whole[..data], None, 64).header_read());
}

#[test]
fn a_file_whose_boxes_cannot_be_followed_needs_to_be_sought_in() {
    let mut whole = streamable_mp4();
    let data = whole.len() - 408;
    whole[data + 4..data + 8].fill(0);
    assert_eq!(order(MP4, &whole), Order::NeedsSeek);
}

#[test]
fn a_broken_box_in_the_header_ends_only_the_box_around_it() {
    let head = ftyp().len() as u32 + 8;
    let mut trak = Trak::video(&[head + 100]);
    trak.extra = boxed(b"udta", &[&words(&[3, 0, 0, 0])]);
    let file = [ftyp(), boxed(b"mdat", &[&[1; 200]]), moov(&[trak], &[])].concat();
    assert_eq!(verdict(MP4, &file), Verdict::Complete);
}

#[test]
fn tracks_of_the_header_are_counted() {
    let file = [ftyp(), moov(&[Trak::video(&[1]), Trak::video(&[1]), Trak::video(&[1])], &[])].concat();
    let watcher = shown(MP4, &file, None, 7);
    assert_eq!(watcher.tracks(), 3);
    assert!(!watcher.is_fragmented());
}

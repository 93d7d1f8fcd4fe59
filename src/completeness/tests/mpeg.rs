use super::make::{ts_packet, ts_pes, ts_section, ts_tables};
use super::*;

const TS: Container = Container::MpegTs;
const PS: Container = Container::MpegPs;

const H264: u8 = 0x1b;
const MPEG2: u8 = 2;

/// An access unit: its mark, and one slice of `size` bytes.
fn access_unit(size: usize) -> Vec<u8> {
    [&[0, 0, 1, 9, 0xf0, 0, 0, 1, 0x65][..], &vec![0xaa; size]].concat()
}

/// Tables and twelve pictures, none of which fills its last packet.
pub fn transport() -> Vec<u8> {
    let pictures: Vec<u8> = (0..12).flat_map(|nth| ts_pes(false, &access_unit(300 + nth))).collect();
    [ts_tables(H264), pictures].concat()
}

#[test]
fn a_clean_end_of_a_transport_stream_tells_nothing() {
    assert_eq!(verdict(TS, &transport()), Verdict::Unknown);
}

#[test]
fn a_transport_packet_that_is_cut_is_found() {
    let whole = transport();
    for cut in [2500, 2600, whole.len() - 1] {
        assert_eq!(verdict(TS, &whole[..cut]), Verdict::Truncated { at: cut as u64 }, "{cut}");
    }
    let begun = [whole.clone(), whole[..100].to_vec()].concat();
    assert_eq!(verdict(TS, &begun), Verdict::Truncated { at: begun.len() as u64 });
}

#[test]
fn every_cut_inside_a_packet_of_a_short_stream_is_found() {
    let whole = &transport()[..5 * 188];
    assert!(untold_cuts(TS, whole).iter().all(|cut| cut % 188 == 0));
}

#[test]
fn a_short_stream_is_looked_into_as_well() {
    let whole = ts_pes(true, &[0x77; 1000]);
    for packets in 1..whole.len() / 188 {
        let cut = 188 * packets;
        assert_eq!(verdict(TS, &whole[..cut]), Verdict::Truncated { at: cut as u64 }, "{packets} packets");
    }
    assert_eq!(verdict(TS, &whole), Verdict::Unknown);
}

#[test]
fn streams_of_the_program_map_are_counted() {
    assert_eq!(shown(TS, &transport(), None, 1000).tracks(), 1);
}

#[test]
fn packets_with_bytes_around_them_are_followed() {
    let packets = transport();
    let timed: Vec<u8> = packets.chunks(188).flat_map(|packet| [&[1, 2, 3, 4], packet].concat()).collect();
    let checked: Vec<u8> = packets.chunks(188).flat_map(|packet| [packet, &[9; 16]].concat()).collect();
    for data in [timed, checked] {
        assert_eq!(shown(TS, &data, None, 1000).tracks(), 1);
        assert_eq!(verdict(TS, &data), Verdict::Unknown);
        let cut = data.len() - 100;
        assert_eq!(verdict(TS, &data[..cut]), Verdict::Truncated { at: cut as u64 });
    }
}

#[test]
fn junk_before_the_first_packet_is_passed_over() {
    for junk in [1, 300, 5000] {
        let data = [vec![0x11; junk], transport()].concat();
        assert_eq!(shown(TS, &data, None, 100).tracks(), 1, "{junk}");
        assert_eq!(verdict(TS, &data[..data.len() - 1]), Verdict::Truncated { at: data.len() as u64 - 1 }, "{junk}");
    }
}

#[test]
fn a_stated_pes_length_that_is_not_reached_is_a_cut() {
    let whole = [transport(), ts_pes(true, &[0x77; 1000])].concat();
    assert_eq!(verdict(TS, &whole), Verdict::Unknown);
    let cut = whole.len() - 188;
    assert_eq!(verdict(TS, &whole[..cut]), Verdict::Truncated { at: cut as u64 });
}

#[test]
fn a_section_that_is_not_all_there_is_a_cut() {
    let long = [&[0x42, 0xb1, 0x90][..], &[0; 400]].concat();
    let whole = [transport(), ts_section(0x11, &long)].concat();
    assert_eq!(verdict(TS, &whole), Verdict::Unknown);
    let cut = whole.len() - 188;
    assert_eq!(verdict(TS, &whole[..cut]), Verdict::Truncated { at: cut as u64 });
}

/// Taken at its word, the first bytes of each picture would be a table that does not end.
#[test]
fn a_table_that_is_to_hold_later_names_nothing() {
    let later = [&[0, 0xb0, 13, 0, 1, 0xc0, 0, 0, 0, 1, 0xe1, 0][..], &[0; 4]].concat();
    assert_eq!(verdict(TS, &[ts_section(0, &later), transport()].concat()), Verdict::Unknown);
    let mut now = later;
    now[5] |= 1;
    assert_ne!(verdict(TS, &[ts_section(0, &now), transport()].concat()), Verdict::Unknown);
}

/// An access unit that fills its four packets to the last byte.
fn filling() -> Vec<u8> {
    let pes = ts_pes(false, &access_unit(4 * 184 - 9 - 9));
    assert_eq!(pes.len(), 4 * 188);
    pes
}

#[test]
fn a_picture_that_ends_without_stuffing_is_a_cut() {
    let whole = transport();
    let cut = whole.len() - 188;
    assert_eq!(verdict(TS, &whole[..cut]), Verdict::Truncated { at: cut as u64 });
}

#[test]
fn where_pictures_often_end_without_stuffing_it_proves_nothing() {
    assert_eq!(verdict(TS, &[often_filled(6), filling()].concat()), Verdict::Unknown);
}

/// Tables and pictures of which every second one fills its last packet.
fn often_filled(times: usize) -> Vec<u8> {
    [ts_tables(H264), [filling(), ts_pes(false, &access_unit(300))].concat().repeat(times)].concat()
}

#[test]
fn a_picture_without_any_slice_is_a_cut() {
    let unit = [&[0, 0, 1, 9, 0xf0, 0, 0, 1, 6][..], &[0x44; 400]].concat();
    let pes = ts_pes(false, &unit);
    let data = [often_filled(3), pes[..188].to_vec()].concat();
    assert_eq!(verdict(TS, &data), Verdict::Truncated { at: data.len() as u64 });
}

/// A picture of seven rows, each a slice of its own, that fills four packets.
fn rows() -> Vec<u8> {
    let slices = (1..=7).flat_map(|row| [&[0, 0, 1, row][..], &[0x66; 99]].concat());
    [0, 0, 1, 0, 0, 0].into_iter().chain(slices).collect()
}

#[test]
fn a_picture_with_fewer_slices_than_all_before_is_a_cut() {
    let pictures: Vec<u8> = (0..10).flat_map(|_| ts_pes(false, &rows())).collect();
    let whole = [ts_tables(MPEG2), pictures].concat();
    assert_eq!(verdict(TS, &whole), Verdict::Unknown);
    let cut = whole.len() - 2 * 188;
    assert_eq!(verdict(TS, &whole[..cut]), Verdict::Truncated { at: cut as u64 });
}

#[test]
fn zeros_behind_the_last_packet_are_no_cut() {
    assert_eq!(verdict(TS, &[transport(), vec![0; 100]].concat()), Verdict::Unknown);
}

#[test]
fn scrambled_packets_are_not_judged() {
    let mut pes = ts_pes(true, &[0x77; 1000]);
    pes.chunks_mut(188).for_each(|packet| packet[3] |= 0x80);
    let data = [transport(), pes[..188 * 2].to_vec(), ts_packet(0x1fff, false, &[0xff; 184])].concat();
    assert_eq!(verdict(TS, &data), Verdict::Unknown);
}

fn pack() -> Vec<u8> {
    [&[0, 0, 1, 0xba, 0x44][..], &[0; 8], &[0xf8]].concat()
}

fn packet(id: u8) -> Vec<u8> {
    [&[0, 0, 1, id, 0, 100, 0x80, 0, 0][..], &[0x80; 97]].concat()
}

pub fn program() -> Vec<u8> {
    [pack(), packet(0xe0), packet(0xc0), pack(), packet(0xe0), vec![0, 0, 1, 0xb9]].concat()
}

#[test]
fn a_program_stream_with_its_end_code_is_complete() {
    assert_eq!(verdict(PS, &program()), Verdict::Complete);
    assert_eq!(shown(PS, &program(), None, 7).tracks(), 2);
}

#[test]
fn a_program_stream_without_its_end_code_is_never_complete() {
    let whole = program();
    let ends = [0, 3, 120, 226, 346];
    for cut in untold_cuts(PS, &whole) {
        assert!(ends.iter().any(|end| (*end..=end + 2).contains(&cut)), "{cut}");
    }
}

#[test]
fn a_program_packet_that_is_cut_is_found() {
    let whole = program();
    for cut in [50, 119, 125, 345] {
        assert_eq!(verdict(PS, &whole[..cut]), Verdict::Truncated { at: cut as u64 }, "{cut}");
    }
}

#[test]
fn a_pack_in_which_no_packet_has_come_is_a_cut() {
    let system = [0, 0, 1, 0xbb, 0, 6, 0x80, 0, 1, 4, 0xe1, 0xff];
    for header in [pack(), [pack(), system.to_vec()].concat()] {
        let data = [pack(), packet(0xe0), header].concat();
        assert_eq!(verdict(PS, &data), Verdict::Truncated { at: data.len() as u64 });
    }
}

#[test]
fn a_video_packet_that_is_cut_is_found_without_any_pack() {
    let data = [packet(0xe0), packet(0xe0)].concat();
    assert_eq!(verdict(PS, &data), Verdict::Unknown);
    assert_eq!(verdict(PS, &data[..150]), Verdict::Truncated { at: 150 });
}

#[test]
fn junk_between_program_packets_is_passed_over() {
    let data = [pack(), packet(0xe0), vec![0x33; 500], pack(), packet(0xe0)].concat();
    assert_eq!(verdict(PS, &data), Verdict::Unknown);
    let cut = data.len() - 1;
    assert_eq!(verdict(PS, &data[..cut]), Verdict::Truncated { at: cut as u64 });
}

/// Ten pictures of seven rows in packets that have no regard to them.
fn program_of_pictures() -> Vec<u8> {
    let pictures = rows().repeat(10);
    let packets = pictures.chunks(200).flat_map(|data| {
        let size = (data.len() as u16 + 7).to_be_bytes();
        // What looks like a slice in the packet's header is none.
        [&[0, 0, 1, 0xe0][..], &size, &[0x80, 0, 4, 0, 0, 1, 0x30], data].concat()
    });
    [pack(), packets.collect()].concat()
}

#[test]
fn a_program_stream_cut_between_packets_shows_it_in_its_last_picture() {
    let whole = program_of_pictures();
    assert_eq!(verdict(PS, &whole), Verdict::Unknown);
    // Without the last packet the last row has still begun; what that row lacks cannot be seen.
    assert_eq!(verdict(PS, &whole[..whole.len() - 83]), Verdict::Unknown);
    for packets in 1..=3 {
        let cut = whole.len() - 83 - 213 * packets;
        assert_eq!(&whole[cut..cut + 4], [0, 0, 1, 0xe0]);
        assert_eq!(verdict(PS, &whole[..cut]), Verdict::Truncated { at: cut as u64 }, "{packets}");
    }
}

/// One packet of a program stream that begins with the sequence's headers and holds a picture of so many rows.
fn first_picture(height: u16, progressive: u8, rows: u8) -> Vec<u8> {
    let [high, low] = height.to_be_bytes();
    let sequence = [0, 0, 1, 0xb3, 0x28, high, low, 0x13];
    let extension = [0, 0, 1, 0xb5, 0x14, 0x82 | progressive << 3, 0, 1];
    let slices = (1..=rows).flat_map(|row| [0, 0, 1, row, 0x77, 0x77]);
    let data: Vec<u8> =
        sequence.into_iter().chain(extension).chain([0, 0, 1, 0, 0x40]).chain(slices).chain([0x77]).collect();
    [pack(), [&[0, 0, 1, 0xe0, 0, data.len() as u8 + 3, 0x80, 0, 0][..], &data].concat()].concat()
}

#[test]
fn the_sequence_header_says_how_many_rows_the_first_picture_has_already() {
    for (height, progressive, rows) in [(120, 1, 8), (128, 1, 8), (129, 1, 9), (120, 0, 4), (129, 0, 5)] {
        let whole = first_picture(height, progressive, rows);
        assert_eq!(verdict(PS, &whole), Verdict::Unknown, "{height}");
        let cut = first_picture(height, progressive, rows - 1);
        assert_eq!(verdict(PS, &cut), Verdict::Truncated { at: cut.len() as u64 }, "{height}");
    }
}

#[test]
fn a_slice_of_mpeg_1_may_be_the_whole_picture() {
    let mut plain = first_picture(120, 1, 1);
    // The extension's code becomes that of user data.
    let extension = plain.windows(4).position(|code| code == [0, 0, 1, 0xb5]).unwrap();
    plain[extension + 3] = 0xb2;
    assert_eq!(verdict(PS, &plain), Verdict::Unknown);
}

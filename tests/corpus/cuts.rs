//! Each file, cut at twenty places, is found to be cut, by every road alike.

use super::host::{ROADS, Road, count};
use super::table::{CUT_IN_THE_CORPUS, rows};
use memux::ffi::*;

/// What can end anywhere between two packets and leave no trace: nothing in these says how long they are.
const WITHOUT_A_LENGTH: &[&str] = &["ts/"];

#[test]
fn each_file_cut_at_twenty_places_is_found_to_be_cut() {
    let (mut cuts, mut untold) = (0, 0);
    for row in rows() {
        if row.packets.unwrap_or(0) == 0
            || row.has_no_video()
            || CUT_IN_THE_CORPUS.iter().any(|(path, _)| *path == row.path)
        {
            continue;
        }
        let bytes = row.bytes();
        for part in 1..=20 {
            let end = bytes.len() * part / 21;
            let mut answers = Vec::new();
            for road in [Road::Memory, Road::Cheap, Road::Expensive, Road::NoSeek] {
                let said = count(&bytes[..end], road, row.stream, MEMUX_COUNT_PACKETS);
                let context = format!("{} cut at {end} of {}, {road:?}", row.path, bytes.len());
                assert_ne!(said.report.completeness, MEMUX_COMPLETENESS_COMPLETE, "{context} is called complete");
                if said.status == MEMUX_OK {
                    assert!(
                        WITHOUT_A_LENGTH.iter().any(|kind| row.path.starts_with(kind)),
                        "{context} passes for whole"
                    );
                    untold += 1;
                }
                if said.status == MEMUX_TRUNCATED {
                    assert_eq!(said.report.truncated_at, u64::try_from(end).unwrap(), "{context}");
                }
                answers.push((said.status.min(0), said.report.frames));
                cuts += 1;
            }
            assert!(answers.iter().all(|answer| *answer == answers[0]), "{} cut at {end}: {answers:?}", row.path);
        }
    }
    assert!(cuts >= 45 * 20 * (ROADS.len() - 1), "only {cuts} cuts were made");
    assert!(untold * 20 < cuts, "{untold} of {cuts} cuts left no trace");
}

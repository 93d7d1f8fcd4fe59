//! Each file, cut at twenty places and at boundaries of its packets, is found to be cut, by every road alike.

use super::boundaries::{Kind, places, untold};
use super::host::{ROADS, Road, count};
use super::oracle::packets_of_all_streams;
use super::table::{CUT_IN_THE_CORPUS, Row, rows};
use memux::ffi::*;
use std::collections::BTreeMap;

/// What can end anywhere between two packets and leave no trace: nothing in these says how long they are.
const WITHOUT_A_LENGTH: &[&str] = &["ts/"];

/// Rows that tell of video, in files that are not cut from the start.
fn whole_films() -> Vec<Row> {
    let mut rows = rows();
    rows.retain(|row| {
        let cut = CUT_IN_THE_CORPUS.iter().any(|(path, _)| *path == row.path);
        row.expected().unwrap_or(0) > 0 && !row.has_no_video() && !cut
    });
    rows
}

#[test]
fn each_file_cut_at_twenty_places_is_found_to_be_cut() {
    let (mut cuts, mut untold) = (0, 0);
    for row in whole_films() {
        let bytes = row.bytes();
        for part in 1..=20 {
            let end = bytes.len() * part / 21;
            let mut answers = Vec::new();
            for road in [Road::Memory, Road::ByFfmpeg, Road::Cheap, Road::Expensive, Road::NoSeek] {
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

/// Of each file so many boundaries are taken, spread evenly, and all at which a cut may leave no trace.
const BOUNDARIES: usize = 60;

/// One road after the other, since the test above has them agree.
#[test]
fn each_file_cut_at_boundaries_of_its_packets_is_found_to_be_cut_where_that_can_be_told() {
    let (mut cuts, mut reasons) = (0usize, BTreeMap::new());
    for row in whole_films() {
        let (bytes, kind) = (row.bytes(), Kind::of(&row.path));
        let places = places(kind, &bytes, &packets_of_all_streams(&row));
        let apart = places.len().div_ceil(BOUNDARIES);
        for (nth, end) in places.into_iter().enumerate() {
            let why = |complete| untold(kind, &bytes, end, complete);
            if nth % apart > 0 && why(true).or(why(false)).is_none() {
                continue;
            }
            let road = ROADS[cuts % ROADS.len()];
            let said = count(&bytes[..end], road, row.stream, MEMUX_COUNT_PACKETS);
            let complete = said.report.completeness == MEMUX_COMPLETENESS_COMPLETE;
            let context = format!("{} cut at {end} of {}, {road:?}", row.path, bytes.len());
            if said.status == MEMUX_TRUNCATED {
                assert_eq!(said.report.truncated_at, u64::try_from(end).unwrap(), "{context}");
            }
            if said.status == MEMUX_OK || complete {
                let reason =
                    why(complete).unwrap_or_else(|| panic!("{context} passes for whole (complete: {complete})"));
                *reasons.entry(reason).or_insert(0) += 1;
            }
            cuts += 1;
        }
    }
    assert!(cuts >= 45 * 40, "only {cuts} cuts were made");
    let untold: usize = reasons.values().sum();
    assert!(untold * 10 < cuts, "of {cuts} cuts {untold} left no trace: {reasons:#?}");
}

//! What the project wants to reach, and whether a run reached it. A goal is a ratio to the program written by hand, or,
//! where something that cannot be passed stands in the way, a nearness to that limit in the same run.

use super::rows::{Row, times};
use std::fmt::Write as _;

struct Goal {
    job: &'static str,
    container: &'static str,
    variant: &'static str,
    /// For the small, the large and the long film.
    ratios: [f64; 3],
    /// Reached as well if no more than this many times the limit's time.
    limit: Option<(&'static str, f64)>,
}

const WALK: &str = "memux, walk";
const PASS: &str = "limit: all bytes once";
const COPY: &str = "limit: memcpy of the payload";

const GOALS: [Goal; 8] = [
    Goal { job: "count", container: "_faststart.mp4", variant: WALK, ratios: [250.0, 1500.0, 300.0], limit: None },
    Goal { job: "count", container: "_noedit.mp4", variant: WALK, ratios: [250.0, 1500.0, 700.0], limit: None },
    Goal { job: "count", container: "_fragmented.mp4", variant: WALK, ratios: [300.0, 600.0, 100.0], limit: None },
    Goal { job: "count", container: ".mkv", variant: WALK, ratios: [100.0, 60.0, 30.0], limit: Some((PASS, 1.1)) },
    Goal { job: "count", container: ".ts", variant: WALK, ratios: [150.0, 9.0, 25.0], limit: Some((PASS, 1.2)) },
    Goal {
        job: "extract, gather sink",
        container: "_faststart.mp4",
        variant: WALK,
        ratios: [100.0, 60.0, 60.0],
        limit: None,
    },
    Goal {
        job: "extract, copying sink",
        container: "_faststart.mp4",
        variant: WALK,
        ratios: [25.0, 3.0, 12.0],
        limit: Some((COPY, 1.1)),
    },
    Goal {
        job: "extract into the host's buffer",
        container: "_faststart.mp4",
        variant: WALK,
        ratios: [25.0, 4.0, 12.0],
        limit: Some((COPY, 1.1)),
    },
];

pub fn table(rows: &[Row]) -> String {
    let mut text = String::from("| job | container | film | goal | reached | |\n|---|---|---|---|---|---|\n");
    for goal in &GOALS {
        for (film, wanted) in ["small", "large", "long"].iter().zip(goal.ratios) {
            let find = |variant: &str| {
                let same = |row: &&Row| {
                    row.job == goal.job
                        && row.film == *film
                        && row.container == goal.container
                        && row.variant == variant
                };
                rows.iter().find(same)
            };
            let Some(own) = find(goal.variant) else { continue };
            let near = goal.limit.and_then(|(limit, most)| Some((own.nanos / find(limit)?.nanos, most)));
            let by_limit = near.is_some_and(|(near, most)| near <= most);
            let verdict = match (own.ratio >= wanted, by_limit) {
                (true, _) => "yes".to_owned(),
                (false, true) => "yes, by the limit".to_owned(),
                (false, false) => "NO".to_owned(),
            };
            let near = near.map_or(String::new(), |(near, _)| format!(", {near:.2}x of the limit's time"));
            let container = goal.container.trim_start_matches(['_', '.']);
            let (job, reached) = (goal.job, times(own.ratio));
            let _ = writeln!(text, "| {job} | {container} | {film} | {wanted}x | {reached}{near} | {verdict} |");
        }
    }
    for film in ["small", "large", "long"] {
        for container in ["_faststart.mp4", "_noedit.mp4", "_fragmented.mp4"] {
            let find = |variant: &str| {
                rows.iter().find(|row| row.film == film && row.container == container && row.variant == variant)
            };
            if let (Some(own), Some(rival)) = (find(WALK), find("crate mp4")) {
                let faster = rival.nanos / own.nanos;
                let verdict = if faster >= 2.5 { "yes" } else { "NO" };
                let container = container.trim_start_matches('_');
                let _ = writeln!(
                    text,
                    "| count, beside crate mp4 | {container} | {film} | 2.5x | {faster:.1}x | {verdict} |"
                );
            }
        }
    }
    text
}

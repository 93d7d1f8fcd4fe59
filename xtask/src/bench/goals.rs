//! What the project wants to reach, and whether a run reached it. A goal is a ratio to the program written by hand, or,
//! where something that cannot be passed stands in the way, a nearness to that limit in the same run; for some, both.

use super::rows::{Row, times};
use std::fmt::Write as _;

struct Goal {
    job: &'static str,
    container: &'static str,
    variant: &'static str,
    /// For the small, the large and the long film.
    ratios: [f64; 3],
    limit: Option<Limit>,
}

/// What cannot be passed, and how near to it, in times of its time, a job has to come for each film.
struct Limit {
    variant: &'static str,
    near: [f64; 3],
    /// The nearness is asked for whatever the ratio is; else it makes up for a ratio that was not reached.
    always: [bool; 3],
}

const FILMS: [&str; 3] = ["small", "large", "long"];
const WALK: &str = "memux, walk";
const PASS: &str = "limit: all bytes once";
const COPY: &str = "limit: memcpy of the payload";

const GOALS: [Goal; 8] = [
    Goal { job: "count", container: "_faststart.mp4", variant: WALK, ratios: [250.0, 1500.0, 300.0], limit: None },
    Goal { job: "count", container: "_noedit.mp4", variant: WALK, ratios: [250.0, 1500.0, 700.0], limit: None },
    Goal { job: "count", container: "_fragmented.mp4", variant: WALK, ratios: [300.0, 600.0, 100.0], limit: None },
    Goal {
        job: "count",
        container: ".mkv",
        variant: WALK,
        ratios: [100.0, 60.0, 30.0],
        limit: Some(Limit { variant: PASS, near: [1.1; 3], always: [false; 3] }),
    },
    Goal {
        job: "count",
        container: ".ts",
        variant: WALK,
        ratios: [150.0, 9.0, 25.0],
        limit: Some(Limit { variant: PASS, near: [1.1, 1.2, 1.1], always: [false; 3] }),
    },
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
        limit: Some(Limit { variant: COPY, near: [1.1; 3], always: [false, true, true] }),
    },
    Goal {
        job: "extract into the host's buffer",
        container: "_faststart.mp4",
        variant: WALK,
        ratios: [25.0, 4.0, 12.0],
        limit: Some(Limit { variant: COPY, near: [1.1; 3], always: [false; 3] }),
    },
];

/// libavformat's road: for memory, and for callbacks that seek.
const BY_FFMPEG: [&str; 2] = ["memux, FFmpeg", CALLBACKS];
const CALLBACKS: &str = "memux, callbacks";
const WITHOUT_SEEK: &str = "memux, callbacks without seek";
/// Twice as fast as by hand, or as fast as libavformat can be made.
const TWICE: f64 = 2.0;
const LIBAVFORMAT: Limit = Limit { variant: "limit: libavformat alone", near: [1.1; 3], always: [false; 3] };
/// What of a ratio may be noise.
const NOISE: f64 = 0.02;

fn ffmpeg_goals() -> impl Iterator<Item = Goal> {
    let counts =
        ["_faststart.mp4", "_noedit.mp4", "_fragmented.mp4", ".mkv", ".ts"].map(|container| ("count", container));
    let extractions =
        ["extract, gather sink", "extract, copying sink"].map(|extraction| (extraction, "_faststart.mp4"));
    counts.into_iter().chain(extractions).flat_map(|(job, container)| {
        BY_FFMPEG.map(|variant| Goal { job, container, variant, ratios: [TWICE; 3], limit: Some(LIBAVFORMAT) })
    })
}

/// The rows of libavformat's road, none of which may be slower than the program written by hand.
fn never_slower(rows: &[Row]) -> String {
    let mut text = String::new();
    for row in rows {
        if BY_FFMPEG.contains(&row.variant.as_str()) || row.variant == WITHOUT_SEEK {
            let verdict = if row.ratio >= 1.0 - NOISE { "yes" } else { "NO" };
            let container = row.container.trim_start_matches(['_', '.']);
            let (job, film, variant, reached) = (&row.job, &row.film, &row.variant, times(row.ratio));
            let _ =
                writeln!(text, "| {job}: {variant} | {container} | {film} | never slower | {reached} | {verdict} |");
        }
    }
    text
}

fn verdict(by_ratio: bool, by_limit: bool, limit_is_asked_for: bool) -> &'static str {
    match (by_ratio, by_limit) {
        (true, true) => "yes",
        (true, false) if !limit_is_asked_for => "yes",
        (false, true) => "yes, by the limit",
        _ => "NO",
    }
}

pub fn table(rows: &[Row]) -> String {
    let mut text = String::from("| job | container | film | goal | reached | |\n|---|---|---|---|---|---|\n");
    for goal in GOALS.into_iter().chain(ffmpeg_goals()) {
        for (film, nth) in FILMS.iter().zip(0..) {
            let wanted = goal.ratios[nth];
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
            let limit = goal.limit.as_ref().and_then(|limit| Some((limit, own.nanos / find(limit.variant)?.nanos)));
            let verdict = match limit {
                Some((limit, near)) => verdict(own.ratio >= wanted, near <= limit.near[nth], limit.always[nth]),
                None => verdict(own.ratio >= wanted, false, false),
            };
            let near = limit.map_or(String::new(), |(_, near)| format!(", {near:.2}x of the limit's time"));
            let container = goal.container.trim_start_matches(['_', '.']);
            let by = if goal.variant == WALK { String::new() } else { format!(": {}", goal.variant) };
            let (job, reached) = (format!("{}{by}", goal.job), times(own.ratio));
            let _ = writeln!(text, "| {job} | {container} | {film} | {wanted}x | {reached}{near} | {verdict} |");
        }
    }
    text += &never_slower(rows);
    for film in FILMS {
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

#[cfg(test)]
mod tests {
    use super::verdict;

    #[test]
    fn a_limit_makes_up_for_a_ratio_but_no_ratio_for_a_limit_that_is_asked_for() {
        assert_eq!(verdict(true, false, false), "yes");
        assert_eq!(verdict(true, false, true), "NO");
        assert_eq!(verdict(false, true, true), "yes, by the limit");
        assert_eq!(verdict(false, false, false), "NO");
    }
}

//! The ratios as bars, on a logarithmic scale: one picture for the docs.

use super::rows::{Row, times};
use std::fmt::Write as _;

const ROW: f64 = 18.0;
const LABELS: f64 = 330.0;
const BARS: f64 = 420.0;

/// One bar for what memux does by its walk, on each job.
pub fn draw(rows: &[Row]) -> String {
    let shown: Vec<&Row> = rows.iter().filter(|row| row.variant == "memux, walk").collect();
    let most = shown.iter().map(|row| row.ratio).fold(10.0, f64::max).log10();
    let height = ROW * (shown.len() as f64 + 3.0);
    let width = LABELS + BARS + 80.0;
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" font-family=\"sans-serif\" font-size=\"12\">\n\
         <rect width=\"{width}\" height=\"{height}\" fill=\"white\"/>\n\
         <text x=\"8\" y=\"16\" font-weight=\"bold\">Times as fast as C written by hand (logarithmic)</text>\n"
    );
    for power in 0..=most.ceil() as i32 {
        let x = LABELS + BARS * f64::from(power) / most.ceil();
        let label = 10f64.powi(power);
        let _ = writeln!(
            svg,
            "<line x1=\"{x:.0}\" y1=\"34\" x2=\"{x:.0}\" y2=\"{height}\" stroke=\"#ddd\"/><text x=\"{x:.0}\" y=\"32\" fill=\"#777\" text-anchor=\"middle\">{label}x</text>"
        );
    }
    for (index, row) in shown.iter().enumerate() {
        let y = ROW * (index as f64 + 2.2);
        let bar = (BARS * row.ratio.max(1.0).log10() / most.ceil()).max(1.0);
        let container = row.container.trim_start_matches(['_', '.']);
        let _ = writeln!(
            svg,
            "<text x=\"{:.0}\" y=\"{:.0}\" text-anchor=\"end\">{}, {}, {container}</text><rect x=\"{LABELS}\" y=\"{y:.0}\" width=\"{bar:.0}\" height=\"{:.0}\" fill=\"#2a6f97\"/><text x=\"{:.0}\" y=\"{:.0}\">{}</text>",
            LABELS - 8.0,
            y + 11.0,
            row.job,
            row.film,
            ROW - 5.0,
            LABELS + bar + 5.0,
            y + 11.0,
            times(row.ratio)
        );
    }
    svg + "</svg>\n"
}

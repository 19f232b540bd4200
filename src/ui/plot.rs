//! Curves in the terminal: a plot of braille dots with its scale, and a line of bars.

use std::fmt::Write as _;

const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
/// The dots of a braille character, a bit each: the left column from the top, then the right one.
const DOTS: [[u32; 4]; 2] = [[0x01, 0x02, 0x04, 0x40], [0x08, 0x10, 0x20, 0x80]];

/// A curve as one line of bars, the lowest value the lowest bar.
pub(super) fn bars(values: &[f64]) -> String {
    let (low, high) = bounds(values);
    values.iter().map(|value| BARS[step(*value, low, high, BARS.len())]).collect()
}

/// A curve over `rows` lines, two values to a character, with the scale at its left.
pub(super) fn plot(values: &[f64], rows: usize, label: impl Fn(f64) -> String) -> String {
    let (_, high) = bounds(values);
    let dots = rows * 4;
    let mut cells = vec![vec![0_u32; values.len().div_ceil(2)]; rows];
    for (at, value) in values.iter().enumerate() {
        let from_top = dots - 1 - step(*value, 0.0, high, dots);
        cells[from_top / 4][at / 2] |= DOTS[at % 2][from_top % 4];
    }
    let labels = [label(high), label(0.0)];
    let width = labels.iter().map(|label| label.chars().count()).max().unwrap_or_default();
    let mut text = String::new();
    for (row, cells) in cells.iter().enumerate() {
        let label = match row {
            0 => labels[0].as_str(),
            _ if row + 1 == rows => labels[1].as_str(),
            _ => "",
        };
        let line: String = cells.iter().filter_map(|dots| char::from_u32(0x2800 + dots)).collect();
        let _ = writeln!(text, "{label:>width$} │{line}");
    }
    text
}

fn bounds(values: &[f64]) -> (f64, f64) {
    values.iter().fold((f64::INFINITY, 0.0), |(low, high), value| (low.min(*value), high.max(*value)))
}

/// Which of `steps` steps between `low` and `high` a value is on.
fn step(value: f64, low: f64, high: f64, steps: usize) -> usize {
    let span = high - low;
    if span <= 0.0 {
        return 0;
    }
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
    let step = ((value - low) / span * (steps - 1) as f64).round() as usize;
    step.min(steps - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_rises_and_falls_as_its_values_do() {
        assert_eq!(bars(&[0.0, 1.0, 2.0, 7.0, 3.5]), "▁▂▃█▅");
        assert_eq!(bars(&[2.0, 2.0]), "▁▁");
        assert_eq!(bars(&[]), "");
        let text = plot(&[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0], 2, |value| format!("{value:.0}"));
        assert_eq!(text, "7 │⠀⠀⡠⠊\n0 │⡠⠊⠀⠀\n");
        assert_eq!(plot(&[], 2, |value| format!("{value:.0}")), "0 │\n0 │\n");
    }
}

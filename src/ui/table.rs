//! Tables: columns of plain text, as wide as what they hold where a line has room for it. Else cells are wrapped, and
//! where that is not enough, a row becomes a block of lines.

use comfy_table::{ContentArrangement, Table, presets};

use super::foreign::line;
use super::wrap::{lines, widest_word, width, wrap};

/// The blanks between two columns: fewer where the line would be too long.
const GAPS: [usize; 2] = [2, 1];
/// What a column of text is not wrapped below.
const LEAST: usize = 14;

/// Rows under headings. A row has as many cells as there are headings, and a cell is one line without colors, which would
/// count as width.
pub fn table<const N: usize>(headings: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> String {
    let rows: Vec<[String; N]> =
        rows.into_iter().map(|row| row.map(|cell| line(&cell).into_owned())).collect();
    let fitting = GAPS.into_iter().find_map(|gap| Some((columns(&headings, &rows, gap, width())?, gap)));
    match fitting {
        Some((widths, gap)) => grid(headings, &rows, &widths, gap),
        None => blocks(headings, &rows),
    }
}

/// The widths of the columns that fit into a line; `None` where words and commands are too long for that.
fn columns<const N: usize>(
    headings: &[&str; N],
    rows: &[[String; N]],
    gap: usize,
    width: usize,
) -> Option<[usize; N]> {
    let of = |measure: &dyn Fn(&str) -> usize| -> [usize; N] {
        std::array::from_fn(|at| {
            let cells = rows.iter().map(|row| row[at].as_str());
            cells.chain([headings[at]]).map(measure).max().unwrap_or(0)
        })
    };
    let mut widths = of(&console::measure_text_width);
    let words = of(&widest_word);
    let least: [usize; N] = std::array::from_fn(|at| words[at].max(widths[at].min(LEAST)));
    while widths.iter().sum::<usize>() + gap * (N - 1) > width {
        let widest = (0..N).filter(|at| widths[*at] > least[*at]).max_by_key(|at| widths[*at])?;
        widths[widest] -= 1;
    }
    Some(widths)
}

fn grid<const N: usize>(
    headings: [&str; N],
    rows: &[[String; N]],
    widths: &[usize; N],
    gap: usize,
) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(headings);
    table.add_rows(rows.iter().map(|row| {
        let cells = row.iter().zip(widths);
        cells.map(|(cell, width)| lines(cell, *width).join("\n")).collect::<Vec<_>>()
    }));
    for column in table.column_iter_mut() {
        column.set_padding((1, u16::from(gap > 1)));
    }
    // Every cell has a blank before it.
    let lines = table.to_string();
    lines.lines().map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end()).collect::<Vec<_>>().join("\n")
}

/// Each row as lines of heading and value; cells without a value are left out.
fn blocks<const N: usize>(headings: [&str; N], rows: &[[String; N]]) -> String {
    let indent = headings.iter().map(|heading| heading.len()).max().unwrap_or(0) + GAPS[0];
    let block = |row: &[String; N]| {
        let cells = headings.iter().zip(row).filter(|(_, cell)| !cell.is_empty());
        cells
            .map(|(heading, cell)| format!("{heading:indent$}{}", wrap(cell, indent)))
            .collect::<Vec<_>>()
            .join("\n")
    };
    rows.iter().map(block).collect::<Vec<_>>().join("\n\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cell(text: &str) -> String {
        text.to_owned()
    }

    #[test]
    fn cells_are_wrapped_until_the_line_fits_and_commands_are_not() {
        let prose = "a text that goes on for a while, so that it does not fit in one line of the table";
        let rows = [[cell("a"), cell(prose)]];
        assert_eq!(columns(&["A", "B"], &rows, 2, 40), Some([1, 37]));
        let command = [[cell("a"), cell("dd-heroku integrations add postgres --dbm -a shop-of-many-things")]];
        assert_eq!(columns(&["A", "B"], &command, 2, 40), None);
    }

    #[test]
    fn a_row_that_does_not_fit_is_a_block() {
        let command = format!("dd-heroku config set {}=1 -a shop", "X".repeat(70));
        let text = table(
            ["APP", "WHAT", ""],
            [[cell("shop"), command.clone(), cell("")], [cell("b"), cell("-"), cell("")]],
        );
        assert_eq!(text, format!("APP   shop\nWHAT  {command}\n\nAPP   b\nWHAT  -"));
    }
}

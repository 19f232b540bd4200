//! Tables: columns of plain text, as wide as what they hold.

use comfy_table::{ContentArrangement, Table, presets};

use super::foreign::line;

/// Rows under headings. A row has as many cells as there are headings, and a cell is one line without colors, which would
/// count as width.
pub fn table<const N: usize>(headings: [&str; N], rows: impl IntoIterator<Item = [String; N]>) -> String {
    let mut table = Table::new();
    table.load_style(presets::NOTHING);
    table.set_content_arrangement(ContentArrangement::Disabled);
    table.set_header(headings);
    table.add_rows(rows.into_iter().map(|row| row.map(|cell| line(&cell).into_owned())));
    table.to_string().lines().map(|line| line.trim().to_owned()).collect::<Vec<_>>().join("\n")
}

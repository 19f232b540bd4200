//! The line of a build's output that says what a slim build would leave out: the build step writes it, `status` and `doctor` read it.

const BEGIN: &str = "DD_HEROKU_SLIM=true would leave out ";
const UNIT: &str = " MB of Python's ";
/// Bytes of a tenth of a megabyte: sizes are written to that.
const TENTH: u64 = 100_000;

/// The line. Both in bytes: what would go, and all that Python has.
pub(crate) fn line(bytes: u64, of: u64) -> String {
    let shown = |bytes: u64| {
        let tenths = (bytes + TENTH / 2) / TENTH;
        format!("{}.{}", tenths / 10, tenths % 10)
    };
    format!("{BEGIN}{}{UNIT}{} MB", shown(bytes), shown(of))
}

/// The bytes that would go, when this is the line.
pub(crate) fn read(line: &str) -> Option<u64> {
    let (size, _) = line.split_once(BEGIN)?.1.split_once(UNIT)?;
    let (whole, tenths) = size.split_once('.')?;
    let (whole, tenths): (u32, u32) = (whole.parse().ok()?, tenths.parse().ok()?);
    (tenths < 10).then_some((u64::from(whole) * 10 + u64::from(tenths)) * TENTH)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again() {
        let line = line(295_149_000, 402_300_000);
        assert_eq!(line, "DD_HEROKU_SLIM=true would leave out 295.1 MB of Python's 402.3 MB");
        assert_eq!(read(&format!("       {line}\r")), Some(295_100_000));
        for other in [
            "",
            "DD_HEROKU_SLIM=true would leave out much",
            "DD_HEROKU_SLIM=true would leave out 1.22 MB of Python's 3",
        ] {
            assert_eq!(read(other), None, "{other}");
        }
    }
}

//! YAML scalars that every YAML reader reads back to exactly the value they were made of.

use std::fmt::Write as _;

/// `value` as a double-quoted scalar, on one line. What a reader might refuse or change is escaped.
pub(super) fn quote(value: &str) -> String {
    let mut quoted = String::with_capacity(value.len() + 2);
    quoted.push('"');
    for c in value.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            '\u{20}'..='\u{7e}' => quoted.push(c),
            '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}'
                if !matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}') =>
            {
                quoted.push(c);
            }
            _ if u32::from(c) < 0x100 => {
                let _ = write!(quoted, "\\x{:02X}", u32::from(c));
            }
            _ if u32::from(c) < 0x1_0000 => {
                let _ = write!(quoted, "\\u{:04X}", u32::from(c));
            }
            _ => {
                let _ = write!(quoted, "\\U{:08X}", u32::from(c));
            }
        }
    }
    quoted.push('"');
    quoted
}

/// `value` as a number when it is one of at most nine digits that does not begin with 0, else quoted.
pub(super) fn number_or_quoted(value: &str) -> String {
    match value.parse::<u32>() {
        Ok(number) if value.len() < 10 && number.to_string() == value => value.into(),
        _ => quote(value),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_yaml_would_read_otherwise_is_escaped() {
        assert_eq!(quote("p\"a\\s: #s"), r#""p\"a\\s: #s""#);
        assert_eq!(quote("a\nb\u{85}\u{2028}\u{0}\u{1f600}é"), r#""a\nb\x85\u2028\x00\U0001F600é""#);
        assert_eq!(number_or_quoted("0"), "0");
        assert_eq!(number_or_quoted("007"), "\"007\"");
        assert_eq!(number_or_quoted("1e3"), "\"1e3\"");
    }
}

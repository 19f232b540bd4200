//! Fingerprints of OpenPGP keys, as people write and copy them.

/// The digits of a fingerprint.
const LENGTH: usize = 40;

/// The fingerprints of a text, in upper case. They are separated by commas or white space, may have white space within and
/// a `0x` before. The error is the part that is none.
pub fn parse(text: &str) -> Result<Vec<String>, &str> {
    let mut all = Vec::new();
    for part in text.split(',').map(str::trim) {
        let mut digits = String::new();
        for word in part.split_whitespace() {
            let word =
                if digits.is_empty() { word.trim_start_matches("0x").trim_start_matches("0X") } else { word };
            digits.push_str(word);
            if digits.len() == LENGTH {
                all.push(std::mem::take(&mut digits).to_ascii_uppercase());
            }
        }
        let is_whole = |first: &String| first.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !digits.is_empty() || !all.iter().all(is_whole) {
            return Err(part);
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fingerprints_are_read_as_people_write_them() {
        let (first, second) =
            ("5F1E256061D813B125E156E8E6266D4AC0960000", "D18886567EABAD8B2D2526900D826EB906460000");
        for text in [
            format!("{first},{second}"),
            format!("{first} {second}\n"),
            format!(" 0x{first}, 0X{} ,", second.to_lowercase()),
            format!("5f1e 2560 61d8 13b1 25e1  56e8 e626 6d4a c096 0000, ,{second}"),
            format!("0x5f1e 2560 61d8 13b1 25e1  56e8 e626 6d4a c096 0000 {second}"),
        ] {
            assert_eq!(parse(&text), Ok(vec![first.to_owned(), second.to_owned()]), "{text}");
        }
        assert_eq!(parse(""), Ok(Vec::new()));
    }

    #[test]
    fn what_is_no_fingerprint_is_named() {
        for (text, part) in [
            ("C0962C7D", "C0962C7D"),
            ("5F1E256061D813B125E156E8E6266D4AC0960000, abc def", "abc def"),
            ("5F1E256061D813B125E156E8E6266D4AC09600001", "5F1E256061D813B125E156E8E6266D4AC09600001"),
            ("ZF1E256061D813B125E156E8E6266D4AC0960000", "ZF1E256061D813B125E156E8E6266D4AC0960000"),
        ] {
            assert_eq!(parse(text), Err(part), "{text}");
        }
    }
}

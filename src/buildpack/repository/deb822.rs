//! The paragraphs of Debian control files (`Release`, `Packages`), read a line at a time.
//! Format: <https://manpages.debian.org/bookworm/dpkg-dev/deb822.5.en.html>.

use std::io::{self, BufRead, Read};

/// Longest line accepted. The longest in use are dependency lists of a few thousand bytes.
const LINE: u64 = 1 << 20;

/// The fields of one paragraph, in their order. The lines of a value are joined by `\n`, without the blank that
/// continues them.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Paragraph(Vec<(String, String)>);

impl Paragraph {
    /// The value of a field; names have no case.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(field, _)| field.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// Gives each paragraph of `text` to `found`.
pub fn each_paragraph<R: BufRead>(mut text: R, mut on_paragraph: impl FnMut(&Paragraph)) -> io::Result<()> {
    let mut paragraph = Paragraph::default();
    let mut line = String::new();
    loop {
        line.clear();
        let read = text.by_ref().take(LINE).read_line(&mut line)?;
        if read as u64 == LINE && !line.ends_with('\n') {
            return Err(invalid("a line is longer than a megabyte"));
        }
        let content = line.trim_end();
        if content.is_empty() {
            if !paragraph.0.is_empty() {
                on_paragraph(&paragraph);
                paragraph.0.clear();
            }
            if read == 0 {
                return Ok(());
            }
        } else if content.starts_with([' ', '\t']) {
            let (_, value) = paragraph.0.last_mut().ok_or_else(|| invalid("a continuation of nothing"))?;
            value.push('\n');
            value.push_str(content.trim_start());
        } else if !content.starts_with('#') {
            let (name, value) = content.split_once(':').ok_or_else(|| invalid("a line without a colon"))?;
            paragraph.0.push((name.trim_end().to_owned(), value.trim().to_owned()));
        }
    }
}

fn invalid(why: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paragraphs(text: &str) -> io::Result<Vec<Vec<(String, String)>>> {
        let mut all = Vec::new();
        each_paragraph(text.as_bytes(), |paragraph| all.push(paragraph.0.clone()))?;
        Ok(all)
    }

    #[test]
    fn fields_continue_and_paragraphs_end_at_an_empty_line() {
        let text = "\n\nPackage: a\r\nSHA256:\n ab 1 x\n\tcd 2 y\n# a comment\nSize : 3\n \t\nPackage:b:c";
        let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        assert_eq!(
            paragraphs(text).unwrap(),
            [
                vec![pair("Package", "a"), pair("SHA256", "\nab 1 x\ncd 2 y"), pair("Size", "3")],
                vec![pair("Package", "b:c")]
            ]
        );
    }

    #[test]
    fn what_is_no_control_file_is_refused() {
        assert!(paragraphs("<html>").is_err());
        assert!(paragraphs(" leading").is_err());
        assert!(paragraphs(&"x".repeat(2 << 20)).is_err());
    }
}

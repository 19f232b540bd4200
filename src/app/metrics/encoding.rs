//! The bytes of a stream as UTF-8: Windows PowerShell writes UTF-16 into files, with a byte order mark or without.

/// How the bytes are read; decided by the first four.
#[derive(Debug, Default)]
pub(super) struct Decoder {
    encoding: Option<Encoding>,
    /// Bytes that are not decoded yet, or half of a unit.
    held: Vec<u8>,
}

#[derive(Clone, Copy, Debug)]
enum Encoding {
    Utf8,
    Utf16(fn([u8; 2]) -> u16),
}

impl Decoder {
    /// The next bytes, as UTF-8. Characters beyond the first plane, which no metric has, become replacement characters.
    pub(super) fn decode(&mut self, bytes: &[u8]) -> Vec<u8> {
        let mut all = std::mem::take(&mut self.held);
        all.extend_from_slice(bytes);
        let encoding = match self.encoding {
            Some(encoding) => encoding,
            None if all.len() < 4 => {
                self.held = all;
                return Vec::new();
            }
            None => self.decide(&mut all),
        };
        let Encoding::Utf16(unit) = encoding else { return all };
        if all.len() % 2 == 1 {
            self.held.extend(all.pop());
        }
        let units = all.chunks_exact(2).map(|pair| unit([pair[0], pair[1]]));
        let text: String = units
            .map(|unit| char::from_u32(u32::from(unit)).unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect();
        text.into_bytes()
    }

    /// What is left at the end: fewer bytes than a decision takes.
    pub(super) fn finish(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.held)
    }

    fn decide(&mut self, first: &mut Vec<u8>) -> Encoding {
        let (encoding, mark) = match first.as_slice() {
            [0xef, 0xbb, 0xbf, ..] => (Encoding::Utf8, 3),
            [0xff, 0xfe, ..] => (Encoding::Utf16(u16::from_le_bytes), 2),
            [0xfe, 0xff, ..] => (Encoding::Utf16(u16::from_be_bytes), 2),
            [1..=0x7f, 0, 1..=0x7f, 0, ..] => (Encoding::Utf16(u16::from_le_bytes), 0),
            [0, 1..=0x7f, 0, 1..=0x7f, ..] => (Encoding::Utf16(u16::from_be_bytes), 0),
            _ => (Encoding::Utf8, 0),
        };
        first.drain(..mark);
        self.encoding = Some(encoding);
        encoding
    }
}

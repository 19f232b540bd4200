//! The lines of a stream of bytes, in bounded memory: in any encoding, with or without colors, each on a line of its own
//! or in a frame that begins with its length, as a drain sends them
//! (<https://datatracker.ietf.org/doc/html/rfc6587#section-3.4.1>).

use super::encoding::Decoder;

/// The longest line that is read whole; Heroku splits its own at 10,000 bytes.
pub(super) const LONGEST: usize = 16 * 1024;
/// The longest beginning of a frame: `99999 <191>`.
const LONGEST_HEAD: usize = 11;

/// What is read so far of the line under way.
#[derive(Debug, Default)]
pub(super) struct Lines {
    decoder: Decoder,
    line: Vec<u8>,
    /// How many bytes of a frame are left.
    frame: usize,
    /// A frame has just ended: a line end behind it belongs to it.
    after_frame: bool,
}

impl Lines {
    /// Takes the next bytes in, and gives every line that they end to `each`.
    pub(super) fn feed(&mut self, bytes: &[u8], each: &mut dyn FnMut(&str)) {
        let bytes = self.decoder.decode(bytes);
        self.split(&bytes, each);
    }

    /// Gives what is left when the stream has ended.
    pub(super) fn finish(&mut self, each: &mut dyn FnMut(&str)) {
        let rest = self.decoder.finish();
        self.split(&rest, each);
        if !self.line.is_empty() {
            self.end(each);
        }
    }

    fn split(&mut self, mut bytes: &[u8], each: &mut dyn FnMut(&str)) {
        while let Some(first) = bytes.first() {
            if std::mem::take(&mut self.after_frame) && *first == b'\n' {
                bytes = &bytes[1..];
                continue;
            }
            // As much as belongs together for certain: to the line end, the end of the frame or a `>` of its beginning.
            let most = if self.frame > 0 { self.frame.min(bytes.len()) } else { bytes.len() };
            let may_begin = self.frame == 0 && self.line.len() < LONGEST_HEAD;
            let is_end = |byte: &u8| *byte == b'\n' || (may_begin && *byte == b'>');
            let end = bytes[..most].iter().position(is_end);
            let (part, rest) = bytes.split_at(end.map_or(most, |end| end + 1));
            bytes = rest;
            let text = part.strip_suffix(b"\n");
            let room = LONGEST.saturating_sub(self.line.len());
            let kept = text.unwrap_or(part);
            self.line.extend_from_slice(&kept[..kept.len().min(room)]);
            if text.is_some() {
                // Some senders count wrong: a line end ends a frame too.
                self.frame = 0;
                self.end(each);
            } else if self.frame > 0 {
                self.frame -= part.len();
                self.after_frame = self.frame == 0;
                if self.after_frame {
                    self.end(each);
                }
            } else if let Some((head, length)) = frame(&self.line).filter(|_| end.is_some()) {
                self.line.drain(..head);
                self.frame = length.saturating_sub(self.line.len());
            }
        }
    }

    fn end(&mut self, each: &mut dyn FnMut(&str)) {
        let line = std::mem::take(&mut self.line);
        each(&without_escapes(&String::from_utf8_lossy(&line)));
        self.line = line;
        self.line.clear();
    }

    #[cfg(test)]
    pub(super) fn capacity(&self) -> usize {
        self.line.capacity()
    }
}

/// Where a frame begins whose beginning is `335 <134>`, and how long it is.
fn frame(line: &[u8]) -> Option<(usize, usize)> {
    let text = std::str::from_utf8(line).ok()?;
    let (length, priority) = text.split_once(' ')?;
    let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let priority = priority.strip_prefix('<')?.strip_suffix('>')?;
    let length = Some(length).filter(|text| is_digits(text) && is_digits(priority))?;
    Some((length.len() + 1, length.parse().ok()?))
}

/// A line without the sequences of a terminal, in the form that rsyslog writes (`#033[32m`) too.
fn without_escapes(line: &str) -> String {
    let line = line.replace("#033[", "\u{1b}[");
    let mut pieces = line.split('\u{1b}');
    let first = pieces.next().unwrap_or_default().to_owned();
    pieces.fold(first, |text, piece| text + behind_sequence(piece))
}

/// What follows a sequence whose escape character was taken off.
fn behind_sequence(piece: &str) -> &str {
    let end = match piece.as_bytes().first() {
        // CSI: parameters, then a letter.
        Some(b'[') => piece[1..].find(|c: char| ('@'..='~').contains(&c)).map(|at| at + 2),
        // OSC: up to a bell.
        Some(b']') => piece.find('\u{7}').map(|at| at + 1),
        _ => return piece,
    };
    end.map_or("", |end| &piece[end..])
}

//! The build's output, in the shape that Heroku's build log has. The one printer of the build step.

use std::io::Write;

use super::error::Error;

/// Writes the lines of a build to what the build machine reads. A reader that went away does not stop the build.
pub(crate) struct Log<'a> {
    out: &'a mut dyn Write,
}

impl<'a> Log<'a> {
    /// A log that writes to `out`.
    pub(super) fn new(out: &'a mut dyn Write) -> Self {
        Self { out }
    }

    /// A step that begins: `-----> …`.
    pub(super) fn step(&mut self, text: &str) {
        self.line("-----> ", text);
    }

    /// What there is to say about the step.
    pub(super) fn detail(&mut self, text: &str) {
        self.line("       ", text);
    }

    /// Something the app's owner should look at; the build goes on.
    pub(super) fn warning(&mut self, text: &str) {
        for line in text.lines() {
            self.line(" !     ", line);
        }
    }

    /// Why the build stops, and what to do.
    pub(super) fn error(&mut self, error: &Error) {
        let mut causes = error.error.chain();
        if let Some(what) = causes.next() {
            self.warning(&format!("{what}."));
        }
        for cause in causes {
            self.warning(&format!("Cause: {cause}."));
        }
        for remedy in &error.remedies {
            self.warning(remedy);
        }
    }

    fn line(&mut self, mark: &str, text: &str) {
        // A control character from a server's answer or a file's name must not reach the terminal.
        let text: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let _ = writeln!(self.out, "{mark}{text}");
        let _ = self.out.flush();
    }
}

/// Bytes as a person reads them: `146.2 MB`, of 1,000,000 bytes each, as Heroku counts.
pub(crate) fn megabytes(bytes: u64) -> String {
    let tenths = (bytes + 50_000) / 100_000;
    format!("{}.{} MB", tenths / 10, tenths % 10)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::buildpack::error::Kind;

    #[test]
    fn an_error_says_what_why_and_what_to_do() {
        let cause = std::io::Error::other("no space left on device\x1b[2J");
        let error = Error::because(Kind::Disk, "cannot write `agent`", cause).remedy("Free some space.");
        let mut out = Vec::new();
        Log::new(&mut out).error(&error);
        assert_eq!(
            String::from_utf8(out).unwrap(),
            " !     cannot write `agent`.\n !     Cause: no space left on device [2J.\n !     Free some space.\n"
        );
    }

    #[test]
    fn sizes_are_rounded_to_a_tenth() {
        assert_eq!(megabytes(0), "0.0 MB");
        assert_eq!(megabytes(949_999), "0.9 MB");
        assert_eq!(megabytes(950_000), "1.0 MB");
        assert_eq!(megabytes(146_240_000), "146.2 MB");
    }
}

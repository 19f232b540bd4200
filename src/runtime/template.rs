//! Sets keys in a commented YAML template such as the Agent's `datadog.yaml.example`, line by line: a key that is
//! there as a comment (`# confd_path: ""`) comes alive in its place, and every other line stays as it is.

/// A YAML text whose top level is block style, as its lines.
pub(super) struct Template(Vec<String>);

impl Template {
    /// The lines of a text.
    pub(super) fn new(text: &str) -> Self {
        Self(text.lines().map(Into::into).collect())
    }

    /// Sets a key of the top level to `value`, which is YAML. What the key had before goes.
    pub(super) fn set(&mut self, key: &str, value: &str) {
        let line = format!("{key}: {value}");
        match self.live(key) {
            Some(at) => {
                let end = self.end_of_block(at);
                self.0.splice(at..end, [line]);
            }
            None => match self.commented(key) {
                Some(at) => self.0[at] = line,
                None => self.0.push(line),
            },
        }
    }

    /// Sets a key of a section of the top level, which comes alive, or is made, when it is not there.
    pub(super) fn set_in(&mut self, section: &str, key: &str, value: &str) {
        let at = self
            .live(section)
            .or_else(|| self.commented(section).inspect(|&at| self.0[at] = format!("{section}:")));
        let at = at.unwrap_or_else(|| {
            self.0.push(format!("{section}:"));
            self.0.len() - 1
        });
        let inline = self.0[at][section.len() + 1..].split(" #").next().unwrap_or_default().trim();
        if let Some(rest) = inline.strip_prefix('{') {
            let comma = if rest.trim_start().starts_with('}') { "" } else { ", " };
            self.0[at] = format!("{section}: {{{key}: {value}{comma}{rest}");
            return;
        }
        self.0[at] = format!("{section}:");
        let end = self.end_of_block(at);
        let children = &self.0[at + 1..end];
        let indent =
            children.iter().find(|line| is_live(line)).map_or("  ", |line| &line[..indentation(line)]);
        let line = format!("{indent}{key}: {value}");
        let old =
            (at + 1..end).find(|&n| self.0[n].strip_prefix(indent).is_some_and(|rest| names(rest, key)));
        match old {
            Some(old) => self.0[old] = line,
            None => self.0.insert(at + 1, line),
        }
    }

    /// Whether a key of the top level is set to something.
    pub(super) fn has(&self, key: &str) -> bool {
        self.live(key).is_some()
    }

    /// Whether a key of a section of the top level is set to something.
    pub(super) fn has_in(&self, section: &str, key: &str) -> bool {
        self.live(section).is_some_and(|at| {
            let inline = self.0[at][section.len() + 1..].trim_start();
            let is_inline = |rest: &str| names(rest.trim_start_matches(['{', ' ']), key);
            inline.starts_with('{') && inline.split(',').any(is_inline)
                || self.0[at + 1..self.end_of_block(at)].iter().any(|line| names(line.trim_start(), key))
        })
    }

    /// The text, its last line ended.
    pub(super) fn text(&self) -> String {
        self.0.iter().flat_map(|line| [line.as_str(), "\n"]).collect()
    }

    fn live(&self, key: &str) -> Option<usize> {
        self.0.iter().position(|line| names(line, key))
    }

    fn commented(&self, key: &str) -> Option<usize> {
        self.0.iter().position(|line| {
            line.strip_prefix('#').is_some_and(|rest| names(rest.strip_prefix(' ').unwrap_or(rest), key))
        })
    }

    /// Where the block that begins at line `at` ends: behind its last line that is not a comment.
    fn end_of_block(&self, at: usize) -> usize {
        let inside = |line: &str| is_live(line) && (indentation(line) > 0 || line.starts_with("- "));
        let rest = self.0[at + 1..].iter();
        let block = rest.take_while(|line| !is_live(line) || inside(line));
        block.enumerate().filter(|(_, line)| is_live(line)).last().map_or(at + 1, |(n, _)| at + n + 2)
    }
}

/// Whether a line holds something, other than a comment.
fn is_live(line: &str) -> bool {
    let text = line.trim_start();
    !text.is_empty() && !text.starts_with('#')
}

fn indentation(line: &str) -> usize {
    line.len() - line.trim_start().len()
}

/// Whether a line begins with `key:`.
fn names(line: &str, key: &str) -> bool {
    line.strip_prefix(key)
        .and_then(|rest| rest.strip_prefix(':'))
        .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t', '\r']))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn edited(text: &str, edit: impl Fn(&mut Template)) -> String {
        let mut template = Template::new(text);
        edit(&mut template);
        template.text()
    }

    #[test]
    fn a_key_is_set_where_it_stands() {
        for (text, expected) in [
            ("a: 1\n# k: \"\"\nb: 2", "a: 1\nk: v\nb: 2\n"),
            ("#k: old\n", "k: v\n"),
            ("# k: example\nk: live\n", "# k: example\nk: v\n"),
            ("k:\n  - a\n  # c\n  - b\nb: 2\n", "k: v\nb: 2\n"),
            ("k:\n- a\n- b\nb: 2\n", "k: v\nb: 2\n"),
            ("## @param k: - string\n", "## @param k: - string\nk: v\n"),
            ("key: 1\n", "key: 1\nk: v\n"),
            ("# k: x\n#   - \"aws\"\n", "k: v\n#   - \"aws\"\n"),
            ("", "k: v\n"),
        ] {
            assert_eq!(edited(text, |t| t.set("k", "v")), expected, "{text:?}");
        }
    }

    #[test]
    fn a_key_of_a_section_is_set_where_it_stands() {
        for (text, expected) in [
            ("# s:\n\n  # k: 1\n", "s:\n  k: v\n\n  # k: 1\n"),
            ("s:\n    a: 1\n    k: 2\nb: 1\n", "s:\n    a: 1\n    k: v\nb: 1\n"),
            ("s:\n    a: 1\n", "s:\n    k: v\n    a: 1\n"),
            ("s: {}\n", "s: {k: v}\n"),
            ("s: {a: 1}\n", "s: {k: v, a: 1}\n"),
            ("s: null\n", "s:\n  k: v\n"),
            ("b: 1\n", "b: 1\ns:\n  k: v\n"),
        ] {
            assert_eq!(edited(text, |t| t.set_in("s", "k", "v")), expected, "{text:?}");
        }
    }
}

//! Placeholders in files of `conf.d` that `prerun.sh` replaces at boot: with sed, envsubst, or a script that it runs.
//! What is there until then is not judged.

use std::ops::Range;

use serde_json::Value;

use super::{File, Place, shell};
use crate::datadog::integrations::conf;

/// Replaces a placeholder: a private-use character, so that no file has it.
const REPLACED: &str = "\u{e000}replaced";

/// Programs that write into files, or languages that do.
const EDITORS: [&str; 14] = [
    "sed", "perl", "awk", "envsubst", "erb", "ruby", "python", "python3", "node", "php", "gomplate", "eval",
    "printf", "cat",
];

/// The part of `prerun.sh` that decides about placeholders.
pub(super) struct Prerun {
    code: String,
    /// Whether it runs something that can change files.
    edits: bool,
    /// Whether it runs a script whose text is not here.
    runs_script: bool,
}

impl Prerun {
    pub(super) fn of(files: &[File]) -> Self {
        let text = files.iter().find(|file| Place::of(&file.path) == Place::Prerun).map(|file| &file.text);
        let code = text.map(|text| shell::without_comments(text)).unwrap_or_default();
        let names = || code.split(|c: char| !(c.is_alphanumeric() || "_-./$".contains(c)));
        let edits = names().any(|name| EDITORS.contains(&name.rsplit('/').next().unwrap_or_default()));
        let is_script = |name: &str| {
            [".rb", ".py", ".sh", ".js", ".pl"].iter().any(|end| name.ends_with(end)) || name.contains("bin/")
        };
        let runs_script = names().any(is_script);
        // `\[PORT\]` and `\$PORT` in a sed expression.
        Self { code: code.replace('\\', ""), edits: edits || runs_script, runs_script }
    }

    /// Whether it names a file, so that it reads or moves it.
    pub(super) fn names(&self, file: &str) -> bool {
        self.code.contains(file)
    }

    /// Whether it replaces a text, such as `<PORT>` or `PORT_HERE`.
    pub(super) fn replaces(&self, text: &str) -> bool {
        self.edits && text.len() > 2 && self.code.contains(text)
    }

    /// The text with a mark in place of each placeholder that is replaced. `keep_variables` where `${NAME}` is not
    /// replaced by `prerun.sh` but filled in by this program.
    pub(super) fn mark(&self, text: &str, keep_variables: bool) -> String {
        if !self.edits {
            return text.to_owned();
        }
        let mut out = String::new();
        let mut from = 0;
        while let Some(range) = next_placeholder(text, from) {
            let token = &text[range.clone()];
            let is_variable = token.starts_with('$');
            out.push_str(&text[from..range.start]);
            if !(is_variable && keep_variables) && self.replaces_shape(token) {
                out.push_str(REPLACED);
                from = range.end;
            } else {
                let first = token.chars().next().map_or(1, char::len_utf8);
                out.push_str(&token[..first]);
                from = range.start + first;
            }
        }
        out.push_str(&text[from..]);
        out
    }

    fn replaces_shape(&self, token: &str) -> bool {
        // `for name in HOST PORT; do sed -i "s/<$name>/…/"`
        let opening = token.find(|c: char| c.is_alphanumeric()).map_or("", |at| token[..at].trim_end());
        let is_computed = !opening.starts_with('$')
            && !opening.is_empty()
            && ["$", "${"].iter().any(|variable| self.code.contains(&format!("{opening}{variable}")));
        let by_name =
            token.starts_with('$') && ["envsubst", "eval"].iter().any(|name| self.code.contains(name));
        let by_template = token.starts_with("<%") && self.code.contains("erb");
        self.code.contains(token) || is_computed || by_name || by_template || self.runs_script
    }
}

/// Whether a value, or one within it, is replaced.
pub(super) fn is_marked(value: &Value) -> bool {
    conf::any_text(value, &|text| text.contains(REPLACED))
}

/// A placeholder that is left: `<HOST>` in capitals, which no real value is.
pub(super) fn left(value: &Value) -> Option<&str> {
    let text = value.as_str()?;
    let inner = text.strip_prefix('<')?.strip_suffix('>')?;
    let is_name = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || " _-".contains(c);
    (inner.len() > 2 && inner.chars().all(is_name)).then_some(text)
}

/// The first text from `from` on that has the shape of a placeholder.
fn next_placeholder(text: &str, from: usize) -> Option<Range<usize>> {
    const PAIRS: [(&str, &str); 7] =
        [("<%", "%>"), ("<", ">"), ("{{", "}}"), ("[[", "]]"), ("__", "__"), ("@", "@"), ("${", "}")];
    text[from..].char_indices().map(|(at, _)| from + at).find_map(|at| {
        let rest = &text[at..];
        let closed = PAIRS.iter().filter(|(open, _)| rest.starts_with(open)).find_map(|(open, close)| {
            let inner = &rest[open.len()..];
            let length = inner.find(close)?;
            let is_name = |c: char| c.is_alphanumeric() || " _-.:=\"'[]$".contains(c);
            let name = &inner[..length];
            let is_short = !name.trim().is_empty() && name.len() <= 60;
            (is_short && name.chars().all(is_name)).then(|| at..at + open.len() + length + close.len())
        });
        let bare = |sign: char| {
            let length = rest.strip_prefix(sign)?.bytes().take_while(|b| is_capital(*b)).count();
            (length > 1).then_some(at..at + 1 + length)
        };
        // `%PORT%`, but not the Agent's `%%env_PORT%%`.
        let percent = || {
            let name = bare('%').filter(|_| !text[..at].ends_with('%'))?;
            text[name.end..].starts_with('%').then_some(name.start..name.end + 1)
        };
        closed.or_else(percent).or_else(|| bare('$'))
    })
}

fn is_capital(byte: u8) -> bool {
    byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_'
}

#[cfg(test)]
mod tests {
    use super::*;

    fn prerun(text: &str) -> Prerun {
        Prerun::of(&[File { path: "datadog/prerun.sh".into(), text: text.into() }])
    }

    #[test]
    fn what_the_script_replaces_is_marked() {
        for (script, text) in [
            ("sed -i \"s/<THE PORT>/$P/\" x\n", "port: <THE PORT>"),
            ("sed -i \"s/{{ port }}/$P/\" x\n", "port: {{ port }}"),
            ("sed -i \"s/__PORT__/$P/\" x\n", "port: __PORT__"),
            ("sed -i \"s|@PORT@|$P|\" x\n", "port: @PORT@"),
            ("perl -pi -e \"s/%PORT%/$P/\" x\n", "port: %PORT%"),
            ("sed -i \"s/\\[\\[PORT\\]\\]/$P/\" x\n", "port: [[PORT]]"),
            ("for n in PORT; do sed -i \"s/<$n>/${!n}/\" x; done\n", "port: <PORT>"),
            ("envsubst <a >b\n", "port: $PORT"),
            ("envsubst <a >b\n", "port: ${PORT}"),
            ("sed -i \"s/\\$PORT/$P/\" x\n", "port: $PORT"),
            ("erb a >b\n", "port: <%= ENV[\"PORT\"] %>"),
            ("ruby /app/bin/render.rb\n", "port: <PORT>"),
        ] {
            assert_eq!(prerun(script).mark(text, false), format!("port: {REPLACED}"), "{script}");
        }
    }

    #[test]
    fn what_it_does_not_replace_stays() {
        for (script, text) in [
            ("", "port: <PORT>"),
            ("true\n", "port: <PORT>"),
            ("# sed -i s/<PORT>/5/\n", "port: <PORT>"),
            ("sed -i s/<HOST>/a/ x\n", "port: <PORT>"),
            ("sed -i s/PORT/5/ x\n", "port: %%env_PORT%%"),
        ] {
            assert_eq!(prerun(script).mark(text, false), text, "{script}");
        }
        assert_eq!(prerun("envsubst <a >b\n").mark("port: ${PORT}", true), "port: ${PORT}");
    }
}

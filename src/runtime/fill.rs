//! Placeholders in the configuration files that `integrations add` writes: `${NAME}` is replaced by the variable of that
//! name, `${NAME.host}` (`port`, `hosts`, `scheme`, `tls`, `user`, `password`, `path`, `db`, `params.ANY`) by a part of the
//! URL in it, `${NAME.file}` by a file that holds it (a certificate). Only a file whose first line is [`MARKER`] is
//! filled. A line whose part the URL lacks, such as a password, is left out; an instance whose variable is unset is left
//! out as a whole. Secrets so stay out of the app's repository. A value never leaves but in the filled text.
//!
//! The managed block of `prerun.sh` does the same in bash: `tests/placeholders` holds both to one table.

use super::yaml::{number_or_quoted, quote};
use crate::datadog::{ServiceUrl, boolean};

/// The first line of a file with placeholders.
pub const MARKER: &str = "# dd-heroku: fill";

/// A filled file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filled {
    /// The text, or None when no instance is left or something outside of the instances could not be filled.
    pub text: Option<String>,
    /// The placeholders that could not be filled, without their `${}`: the instances that hold them were left out.
    pub missing: Vec<String>,
}

/// Whether a file asks to be filled.
pub fn is_marked(text: &str) -> bool {
    text.lines().next().is_some_and(|line| line.trim_end() == MARKER)
}

/// Fills a file whose instances are in block style. `variable` gives the value of a variable, and for `NAME.file` the path
/// of a file that holds it. In quotes a value is text; without, a number is a number, `tls` a boolean, `hosts` a list.
pub fn fill(text: &str, variable: impl Fn(&str) -> Option<String>) -> Filled {
    let mut filled = Filled { text: None, missing: Vec::new() };
    let mut out = String::new();
    let (mut instances, mut kept, mut broken) = (0, 0, false);
    for block in blocks(text) {
        let mut lines = String::new();
        let missing = filled.missing.len();
        for line in &block.lines {
            match fill_line(line, &variable) {
                Ok(Some(line)) => lines.extend([line.as_str(), "\n"]),
                Ok(None) => {}
                Err(name) => filled.missing.push(name),
            }
        }
        let whole = filled.missing.len() == missing;
        broken |= !whole && !block.instance;
        if block.instance {
            instances += 1;
            kept += usize::from(whole);
        }
        if whole {
            out.push_str(&lines);
        }
    }
    filled.missing.dedup();
    filled.text = (!broken && (instances == 0 || kept > 0)).then_some(out);
    filled
}

/// Lines that stay or go together: an item of `instances`, or what is around them.
#[derive(Default)]
struct Block<'a> {
    instance: bool,
    lines: Vec<&'a str>,
}

fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks = vec![Block::default()];
    let (mut inside, mut indent) = (false, None);
    for line in text.lines() {
        let body = line.trim_start();
        let depth = line.len() - body.len();
        let is_item = body == "-" || body.starts_with("- ");
        if depth == 0 && !body.is_empty() && !body.starts_with('#') && !is_item {
            inside = body.trim_end() == "instances:";
            indent = None;
            blocks.push(Block::default());
        } else if inside && is_item && depth == *indent.get_or_insert(depth) {
            blocks.push(Block { instance: true, ..Block::default() });
        }
        if let Some(block) = blocks.last_mut() {
            block.lines.push(line);
        }
    }
    blocks
}

/// A line with its placeholders replaced, nothing for one that is left out, or the placeholder that could not be.
fn fill_line(line: &str, variable: &dyn Fn(&str) -> Option<String>) -> Result<Option<String>, String> {
    let body = line.trim_start();
    if body.starts_with('#') || !line.contains("${") {
        return Ok(Some(line.into()));
    }
    let (head, rest) = line.split_at(line.len() - value_of(body).len());
    if rest.starts_with('#') {
        return Ok(Some(line.into()));
    }
    let filled = if rest.starts_with(['"', '\'', '[', '{']) {
        fill_flow(rest, variable)
    } else {
        let end = rest.find(" #").unwrap_or(rest.len());
        let scalar = rest[..end].trim_end();
        fill_scalar(scalar, variable).map(|value| value + &rest[scalar.len()..])
    };
    match filled {
        Ok(value) => Ok(Some(format!("{head}{value}"))),
        Err(Gap::Part(_)) if !body.starts_with('-') => Ok(None),
        Err(Gap::Part(name) | Gap::Variable(name)) => Err(name),
    }
}

/// A placeholder that cannot be replaced.
enum Gap {
    /// The URL has no such part.
    Part(String),
    /// The variable is unset, or holds no URL.
    Variable(String),
}

/// What follows the dash and the key of a line.
fn value_of(body: &str) -> &str {
    let body = body.strip_prefix("- ").unwrap_or(body).trim_start();
    let key = body.find([':', '"', '\'', '#', '[', '{']).filter(|&at| at > 0 && body[at..].starts_with(": "));
    key.map_or(body, |at| body[at + 1..].trim_start())
}

/// Fills the scalars of a flow collection, or of a quoted scalar and the comment behind it.
fn fill_flow(text: &str, variable: &dyn Fn(&str) -> Option<String>) -> Result<String, Gap> {
    let mut out = String::new();
    let mut rest = text;
    while !rest.is_empty() {
        if rest.starts_with('#') && out.ends_with(' ') {
            out.push_str(rest);
            break;
        }
        let end = match rest.find(|c| !" \t[]{},:".contains(c)) {
            Some(0) => end_of_scalar(rest),
            end => {
                let end = end.unwrap_or(rest.len());
                out.push_str(&rest[..end]);
                rest = &rest[end..];
                continue;
            }
        };
        out.push_str(&fill_scalar(&rest[..end], variable)?);
        rest = &rest[end..];
    }
    Ok(out)
}

/// Where the scalar that a text of a flow collection begins with ends.
fn end_of_scalar(text: &str) -> usize {
    match text.as_bytes()[0] {
        b'"' => {
            let mut is_escaped = true;
            let close = text.find(|c| {
                let closes = c == '"' && !is_escaped;
                is_escaped = c == '\\' && !is_escaped;
                closes
            });
            close.map_or(text.len(), |at| at + 1)
        }
        b'\'' => text[1..].find('\'').map_or(text.len(), |at| at + 2),
        _ => {
            let mut at = 0;
            while let Some(c) = text[at..].chars().next() {
                let rest = &text[at..];
                match rest.strip_prefix("${").and_then(|rest| rest.find('}')) {
                    Some(close) => at += close + 3,
                    None if ",[]{}".contains(c) || rest.starts_with(": ") || rest.starts_with(" #") => break,
                    None => at += c.len_utf8(),
                }
            }
            text[..at].trim_end().len()
        }
    }
}

/// A scalar with its placeholders replaced: what was quoted stays text.
fn fill_scalar(scalar: &str, variable: &dyn Fn(&str) -> Option<String>) -> Result<String, Gap> {
    if !scalar.contains("${") {
        return Ok(scalar.into());
    }
    if let Some(inner) = scalar.strip_prefix('"') {
        return Ok(format!("\"{}", expand(inner, variable, escape)?));
    }
    if let Some(inner) = scalar.strip_prefix('\'') {
        return Ok(quote(&expand(inner.strip_suffix('\'').unwrap_or(inner), variable, str::to_owned)?));
    }
    let whole =
        scalar.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).filter(|name| !name.contains('}'));
    let Some(name) = whole else { return Ok(quote(&expand(scalar, variable, str::to_owned)?)) };
    let text = value(name, variable, false)?;
    Ok(match name.split_once('.').map_or("", |(_, part)| part) {
        "tls" => text,
        "hosts" => format!("[{}]", text.split(',').map(quote).collect::<Vec<_>>().join(", ")),
        "host" | "scheme" | "user" | "password" | "path" | "file" => quote(&text),
        _ => number_or_quoted(&text),
    })
}

/// A text with its placeholders replaced by what `write` makes of their values.
fn expand(
    text: &str,
    variable: &dyn Fn(&str) -> Option<String>,
    write: fn(&str) -> String,
) -> Result<String, Gap> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, after)) = after.split_once('}') else { break };
        out.push_str(before);
        let is_in_url = out.ends_with("://") || out.ends_with('@');
        out.push_str(&write(&value(name, variable, is_in_url)?));
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

/// A text as it is written between double quotes.
fn escape(text: &str) -> String {
    let quoted = quote(text);
    quoted[1..quoted.len() - 1].to_owned()
}

/// The value of a placeholder.
fn value(
    placeholder: &str,
    variable: &dyn Fn(&str) -> Option<String>,
    is_in_url: bool,
) -> Result<String, Gap> {
    let (name, part) =
        placeholder.split_once('.').map_or((placeholder, None), |(name, part)| (name, Some(part)));
    let unset = || Gap::Variable(placeholder.to_owned());
    let text = variable(name).filter(|text| !text.is_empty()).ok_or_else(unset)?;
    let part = match part {
        None => return Ok(text),
        Some("file") => return variable(placeholder).ok_or_else(unset),
        Some(part) => part,
    };
    let url = ServiceUrl::parse(&text).ok_or_else(unset)?;
    let value = match part {
        "host" if is_in_url => Some(url.host_in_url()),
        "host" => Some(url.host),
        "port" => url.port_or_default().map(|port| port.to_string()),
        "hosts" => Some(url.hosts().join(",")),
        "scheme" => Some(url.scheme),
        "tls" => Some(boolean::text(url.is_encrypted()).into()),
        "user" => url.user,
        "password" => url.password,
        "path" => Some(url.path),
        "db" => url.database().map(Into::into),
        _ => {
            let name = part.strip_prefix("params.").filter(|name| !name.is_empty()).ok_or_else(unset)?;
            url.parameter(name).map(Into::into)
        }
    };
    value.filter(|value| !value.is_empty()).ok_or_else(|| Gap::Part(placeholder.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const URL: &str = "redis://h:p%40%22@example.com:6380/1";

    fn filled(text: &str) -> Filled {
        fill(text, |name| (name == "URL").then(|| URL.to_owned()))
    }

    #[test]
    fn placeholders_become_scalars() {
        for (text, expected) in [
            ("password: ${URL.password}\n", "password: \"p@\\\"\"\n"),
            ("- host: '${URL.host}' # where\n", "- host: \"example.com\" # where\n"),
            ("port: ${URL.port}\n", "port: 6380\n"),
            ("port: \"${URL.port}\"\n", "port: \"6380\"\n"),
            ("db: ${URL.db}\n", "db: 1\n"),
            ("url: https://${URL.host}:${URL.port}/a # b\n", "url: \"https://example.com:6380/a\" # b\n"),
            ("  - ${URL}\n", "  - \"redis://h:p%40%22@example.com:6380/1\"\n"),
            ("# a comment: ${NONE}\n", "# a comment: ${NONE}\n"),
        ] {
            assert_eq!(filled(text).text.as_deref(), Some(expected), "{text}");
        }
    }

    #[test]
    fn an_instance_without_its_variable_is_left_out() {
        let text = "init_config:\n\ninstances:\n  - host: ${NONE.host}\n    port: 1\n  - host: ${URL.host}\n    tags:\n      - a:b\nlogs: 1\n";
        let done = filled(text);
        assert_eq!(done.missing, ["NONE.host"]);
        assert_eq!(
            done.text.as_deref(),
            Some("init_config:\n\ninstances:\n  - host: \"example.com\"\n    tags:\n      - a:b\nlogs: 1\n")
        );
        assert_eq!(filled("instances:\n  - host: ${NONE}\n").text, None);
        assert_eq!(filled("init_config:\n  key: ${NONE}\ninstances:\n  - a: 1\n").text, None);
    }

    #[test]
    fn a_part_that_the_url_lacks_leaves_its_line_out() {
        let text = "instances:\n  - host: \"${BARE.host}\"\n    password: \"${BARE.password}\"\n    port: ${BARE.port}\n    cert: \"${BARE.file}\"\n";
        let done = fill(text, |name| match name {
            "BARE" => Some("redis://h".into()),
            "BARE.file" => Some("/x/BARE.pem".into()),
            _ => None,
        });
        assert_eq!(
            done.text.as_deref(),
            Some("instances:\n  - host: \"h\"\n    port: 6379\n    cert: \"/x/BARE.pem\"\n")
        );
        assert_eq!(fill("instances:\n  - password: ${URL.user}\n", |_| Some("redis://h".into())).text, None);
    }

    #[test]
    fn the_parts_of_a_database_with_several_hosts_or_a_service_record() {
        let text = "hosts: \"${U.hosts}\"\nscheme: \"${U.scheme}\"\ntls: ${U.tls}\n";
        for (url, hosts, scheme, tls) in [
            ("mongodb+srv://u:p@c.example/shop", "c.example", "mongodb+srv", "true"),
            ("mongodb://u:p@a.example:1,b.example/shop", "a.example:1,b.example:27017", "mongodb", "false"),
            ("mongodb://a.example/?ssl=true", "a.example:27017", "mongodb", "true"),
            ("http://u:p@c.example", "c.example:80", "http", "false"),
        ] {
            let done = fill(text, |_| Some(url.into())).text.unwrap();
            assert_eq!(done, format!("hosts: \"{hosts}\"\nscheme: \"{scheme}\"\ntls: {tls}\n"));
        }
    }

    #[test]
    fn only_marked_files_ask_to_be_filled() {
        assert!(is_marked("# dd-heroku: fill\ninstances:\n"));
        assert!(!is_marked("instances:\n# dd-heroku: fill\n"));
    }

    proptest! {
        #[test]
        fn any_file_is_filled_or_left_out(text in "(instances:\n|[ -]{0,4}[a-z]*:? ?[\"'$a-z{}.#]{0,12}\n){0,8}") {
            let _ = filled(&text);
        }
    }
}

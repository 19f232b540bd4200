//! Placeholders in the configuration files that `integrations add` writes: `${NAME}` is replaced by the variable of that
//! name, `${NAME.host}` (`port`, `hosts`, `scheme`, `tls`, `user`, `password`, `path`, `db`) for a part of the URL in it,
//! `${NAME.file}` for a file that holds it (a certificate). Only a file whose first line is [`MARKER`] is filled. A line whose part the URL lacks,
//! such as a password, is left out; an instance whose variable is unset is left out as a whole. Secrets so stay out of the app's repository. A value never leaves but in the filled text.

use super::url::ServiceUrl;
use super::yaml::{number_or_quoted, quote};
use crate::datadog::boolean;

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

/// Fills a block-style file. `variable` gives the value of a variable, and for `NAME.file` the path of a file that holds
/// it. The scalars that hold placeholders come out
/// quoted so that YAML reads back exactly the value; a `port` or `db` that is a number comes out as one.
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
fn fill_line(line: &str, variable: &impl Fn(&str) -> Option<String>) -> Result<Option<String>, String> {
    let body = line.trim_start();
    if body.starts_with('#') || !line.contains("${") {
        return Ok(Some(line.into()));
    }
    let (start, scalar, rest) = split_scalar(line);
    let is = |part: &str| scalar.starts_with("${") && scalar.ends_with(part);
    let number = is(".port}") || is(".db}");
    match expand(scalar, variable) {
        Ok(value) => {
            let value = match value {
                value if is(".tls}") => value,
                value if number => number_or_quoted(&value),
                value => quote(&value),
            };
            Ok(Some(format!("{start}{value}{rest}")))
        }
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

/// Splits a line into what precedes its scalar, the scalar without quotes, and what follows it.
fn split_scalar(line: &str) -> (&str, &str, &str) {
    let body = line.trim_start().trim_start_matches("- ").trim_start();
    let key = if body.starts_with(['"', '\'']) { 0 } else { body.find(": ").map_or(0, |at| at + 2) };
    let start = line.len() - body.len() + key;
    let scalar = line[start..].trim_start();
    let start = &line[..line.len() - scalar.len()];
    for quote in ['"', '\''] {
        if let Some(inner) = scalar.strip_prefix(quote) {
            let end = inner.find(quote).unwrap_or(inner.len());
            return (start, &inner[..end], inner.get(end + 1..).unwrap_or_default());
        }
    }
    let end = scalar.find(" #").unwrap_or(scalar.len());
    let plain = scalar[..end].trim_end();
    (start, plain, &scalar[plain.len()..])
}

/// The scalar with its placeholders replaced.
fn expand(scalar: &str, variable: &impl Fn(&str) -> Option<String>) -> Result<String, Gap> {
    let mut out = String::new();
    let mut rest = scalar;
    while let Some((before, after)) = rest.split_once("${") {
        let Some((name, after)) = after.split_once('}') else { break };
        out.push_str(before);
        out.push_str(&value(name, variable)?);
        rest = after;
    }
    out.push_str(rest);
    Ok(out)
}

/// The value of a placeholder.
fn value(placeholder: &str, variable: &impl Fn(&str) -> Option<String>) -> Result<String, Gap> {
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
        "host" => Some(url.host),
        "port" => url.port_or_default().map(|port| port.to_string()),
        "hosts" => Some(url.hosts()),
        "scheme" => Some(url.scheme).filter(|scheme| !scheme.is_empty()),
        "tls" => Some(boolean::text(url.is_encrypted()).into()),
        "user" => url.user,
        "password" => url.password,
        "path" => Some(url.path).filter(|path| !path.is_empty()),
        "db" => url.database().map(Into::into),
        _ => return Err(unset()),
    };
    value.ok_or_else(|| Gap::Part(placeholder.to_owned()))
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
            ("port: \"${URL.port}\"\n", "port: 6380\n"),
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

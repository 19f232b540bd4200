//! The journal: a line of JSON for every request. No secret is ever in it: values of config vars, what follows
//! the path of a URL, passwords and header values are masked before anything is written.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use anyhow::Context;
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use super::exchange::Request;
use super::ids;

/// The names of the headers that carry a credential. The journal says which of them came, never what they held.
const CREDENTIALS: [&str; 4] = ["authorization", "dd-api-key", "dd-application-key", "cookie"];

/// Where the lines go; nowhere when no file was asked for.
pub(crate) struct Journal(Option<Mutex<File>>);

impl Journal {
    pub(crate) fn open(path: Option<&Path>) -> anyhow::Result<Self> {
        let Some(path) = path else { return Ok(Self(None)) };
        let file = OpenOptions::new()
            .create(true)
            .append(true)
            .open(path)
            .with_context(|| format!("the journal `{}` cannot be opened", path.display()))?;
        Ok(Self(Some(Mutex::new(file))))
    }

    /// Adds a line. `status` is none where no answer was given.
    pub(crate) fn add(&self, request: &Request, status: Option<u16>, fault: Option<&str>, took: Duration) {
        let Some(file) = &self.0 else { return };
        let mut line = Map::new();
        line.insert("time".into(), json!(ids::now()));
        line.insert("method".into(), json!(request.method));
        line.insert("path".into(), json!(mask_path(&request.path)));
        if !request.query.is_empty() {
            line.insert("query".into(), json!(mask_query(&request.query)));
        }
        line.insert("status".into(), json!(status));
        line.insert("write".into(), json!(request.is_write()));
        let credentials: Vec<&str> =
            CREDENTIALS.into_iter().filter(|name| request.headers.contains_key(*name)).collect();
        line.insert("credentials".into(), json!(credentials));
        if let Ok(body) = serde_json::from_slice::<Value>(&request.body) {
            line.insert("body".into(), mask_body(&request.path, body));
        } else if !request.body.is_empty() {
            line.insert("bytes".into(), json!(request.body.len()));
        }
        if let Some(fault) = fault {
            line.insert("fault".into(), json!(fault));
        }
        line.insert("ms".into(), json!(took.as_millis()));
        let mut text = Value::Object(line).to_string();
        text.push('\n');
        if let Ok(mut file) = file.lock() {
            // A journal on a full disk must not stop the sandbox.
            let _ = file.write_all(text.as_bytes());
        }
    }
}

/// The path, but for parts that are URLs themselves: the official CLI removes a drain by its URL.
fn mask_path(path: &str) -> String {
    let part = |part: &str| match percent_decode_str(part).decode_utf8() {
        Ok(decoded) if decoded.contains("://") => mask_text(&decoded),
        _ => part.to_owned(),
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

const MASK: &str = "••••";

/// The body of a request to `path` with every secret masked.
fn mask_body(path: &str, body: Value) -> Value {
    if path.ends_with("/config-vars") { mask_values(body) } else { mask(body) }
}

/// Every value but null, which says that a variable is taken away.
fn mask_values(body: Value) -> Value {
    match body {
        Value::Object(vars) => vars
            .into_iter()
            .map(|(name, value)| (name, if value.is_null() { value } else { json!(MASK) }))
            .collect(),
        other => mask(other),
    }
}

fn mask(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(mask_text(&text)),
        Value::Array(items) => items.into_iter().map(mask).collect(),
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| {
                let value = match name.as_str() {
                    "headers" | "env" => mask_values(value),
                    "api_key" | "password" | "token" => json!(MASK),
                    _ => mask(value),
                };
                (name, value)
            })
            .collect(),
        other => other,
    }
}

/// A URL keeps scheme, host and path; a text of 32 hex digits could be a key.
fn mask_text(text: &str) -> String {
    if let Ok(mut url) = url::Url::parse(text)
        && url.has_host()
    {
        if !url.username().is_empty() || url.password().is_some() {
            let _ = url.set_username(MASK);
            let _ = url.set_password(None);
        }
        let query = url.query().map(mask_query);
        url.set_query(None);
        let bare = url.as_str().replace("%E2%80%A2", "•");
        return match query {
            Some(query) => format!("{bare}?{query}"),
            None => bare,
        };
    }
    if text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return MASK.into();
    }
    text.to_owned()
}

/// The names of the parameters, and the values of those that hold no key.
fn mask_query(query: &str) -> String {
    let pair = |pair: &str| match pair.split_once('=') {
        Some((name, _)) if name.contains("key") || name.contains("token") || name.contains("sig") => {
            format!("{name}={MASK}")
        }
        _ => pair.to_owned(),
    };
    query.split('&').map(pair).collect::<Vec<_>>().join("&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_keeps_all_but_the_key_of_a_url_in_it() {
        let path = "/apps/a/log-drains/https%3A%2F%2Flogs.example%2Fv2%3Fdd-api-key%3Dsecret%26host%3Dshop";
        assert_eq!(mask_path(path), "/apps/a/log-drains/https://logs.example/v2?dd-api-key=••••&host=shop");
        assert_eq!(mask_path("/apps/a%20b"), "/apps/a%20b");
    }

    #[test]
    fn bodies_are_masked_by_what_they_mean() {
        let key = "0123456789abcdef0123456789abcdef";
        let drain = format!("https://http-intake.logs.datadoghq.eu/api/v2/logs?dd-api-key={key}&host=shop");
        for (path, body, expected) in [
            (
                "/apps/a/config-vars",
                json!({"DD_API_KEY": key, "OLD": null}),
                r#"{"DD_API_KEY":"••••","OLD":null}"#,
            ),
            (
                "/apps/a/log-drains",
                json!({"url": drain}),
                r#"{"url":"https://http-intake.logs.datadoghq.eu/api/v2/logs?dd-api-key=••••&host=shop"}"#,
            ),
            ("/x", json!({"u": "postgres://me:secret@db:5432/d"}), r#"{"u":"postgres://••••@db:5432/d"}"#),
            (
                "/x",
                json!({"exporter": {"headers": {"dd-api-key": key}}}),
                r#"{"exporter":{"headers":{"dd-api-key":"••••"}}}"#,
            ),
            ("/x", json!([key, "plain"]), r#"["••••","plain"]"#),
        ] {
            assert_eq!(mask_body(path, body).to_string(), expected);
        }
    }
}

//! URLs of add-ons (`postgres://user:password@host:5432/name?sslmode=require`), read as URLs: percent-decoded, with or
//! without port, credentials, path and query, and with IPv6 hosts. Passwords that hold `/`, `?`, `#` or `@` unencoded
//! occur in the wild and are read as they are meant. Never says any part of a URL in an error.

use crate::datadog::boolean;

/// The parts of a URL, percent-decoded.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ServiceUrl {
    /// In lower case; empty where the text had none (`host:port`).
    pub scheme: String,
    /// The user's name, when one was given.
    pub user: Option<String>,
    /// The password, when one was given.
    pub password: Option<String>,
    /// A name or an address; an IPv6 address without its brackets.
    pub host: String,
    /// The port, when one was given.
    pub port: Option<u16>,
    /// Further hosts and their ports (a replica set of MongoDB).
    pub further: Vec<(String, Option<u16>)>,
    /// The path from its `/` on; empty without one.
    pub path: String,
    /// The query's parameters in their order.
    pub query: Vec<(String, String)>,
}

impl ServiceUrl {
    /// Reads a URL, or `host:port` without a scheme; of a list (Kafka, memcached) the first. None for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let (scheme, rest) = match text.split_once("://") {
            Some((scheme, rest)) => (scheme, rest),
            None => ("", text),
        };
        let known = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
        if !scheme.chars().all(known) || (scheme.is_empty() && text.contains("://")) {
            return None;
        }
        let scheme = scheme.to_ascii_lowercase();
        let rest = match rest.split_once(&format!(",{scheme}://")) {
            Some((first, _)) if !scheme.is_empty() => first,
            _ if scheme.is_empty() => rest.split(',').next().unwrap_or_default(),
            _ => rest,
        };
        let (credentials, rest) = split_credentials(rest);
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let mut hosts = rest[..end].split(',').map(split_port);
        let (host, port) = hosts.next()??;
        let further = hosts.collect::<Option<_>>()?;
        let tail = rest[end..].split('#').next().unwrap_or_default();
        let (path, query) = tail.split_once('?').unwrap_or((tail, ""));
        let (user, password) = match credentials.map(|text| text.split_once(':').ok_or(text)) {
            None => (None, None),
            Some(Ok((user, password))) => (Some(decode(user)), Some(decode(password))),
            Some(Err(user)) => (Some(decode(user)), None),
        };
        let parameters = query.split('&').filter(|part| !part.is_empty());
        Some(Self {
            scheme,
            user: user.filter(|user| !user.is_empty()),
            password: password.filter(|password| !password.is_empty()),
            host,
            port,
            further,
            path: decode(path),
            query: parameters
                .map(|part| part.split_once('=').unwrap_or((part, "")))
                .map(|(k, v)| (decode(k), decode(v)))
                .collect(),
        })
    }

    /// The last value of a query parameter.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The path without its slashes around: the name of a database.
    pub fn database(&self) -> Option<&str> {
        Some(self.path.trim_matches('/')).filter(|name| !name.is_empty())
    }

    /// All hosts, separated by commas, each with its port or the usual one. A name of service records (`mongodb+srv`)
    /// has none.
    pub fn hosts(&self) -> String {
        let first = [(self.host.clone(), self.port)];
        let all = first.iter().chain(&self.further).map(|(host, port)| {
            let host = if host.contains(':') { format!("[{host}]") } else { host.clone() };
            match port.or(self.usual_port()) {
                Some(port) => format!("{host}:{port}"),
                None => host,
            }
        });
        all.collect::<Vec<_>>().join(",")
    }

    /// Whether the connection is encrypted: by its scheme, or by a parameter.
    pub fn is_encrypted(&self) -> bool {
        let is_on = |name| self.parameter(name).and_then(boolean::parse) == Some(true);
        let schemes = ["rediss", "amqps", "https", "mongodb+srv", "kafka+ssl"];
        schemes.contains(&self.scheme.as_str()) || is_on("tls") || is_on("ssl")
    }

    /// The port, else the one that the scheme is known for.
    pub fn port_or_default(&self) -> Option<u16> {
        self.port.or(self.usual_port())
    }

    fn usual_port(&self) -> Option<u16> {
        match self.scheme.as_str() {
            "postgres" | "postgresql" => Some(5432),
            "redis" | "rediss" => Some(6379),
            "mysql" | "mysql2" | "mariadb" => Some(3306),
            "mongodb" => Some(27017),
            "amqp" => Some(5672),
            "amqps" => Some(5671),
            "http" => Some(80),
            "https" => Some(443),
            _ => None,
        }
    }
}

impl std::fmt::Debug for ServiceUrl {
    /// The scheme only: the rest may be secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("ServiceUrl").field("scheme", &self.scheme).finish_non_exhaustive()
    }
}

/// Splits what precedes the host from the rest. The `@` is the last one before the path, or, where a password holds
/// a `/`, `?` or `#` as it is, the first one that `host:port` follows.
fn split_credentials(text: &str) -> (Option<&str>, &str) {
    let end = text.find(['/', '?', '#']).unwrap_or(text.len());
    if let Some(at) = text[..end].rfind('@') {
        return (Some(&text[..at]), &text[at + 1..]);
    }
    let late = text[end..].find('@').map(|at| at + end);
    match late {
        Some(at) if text[..at].contains(':') && has_port(&text[at + 1..]) => {
            (Some(&text[..at]), &text[at + 1..])
        }
        _ => (None, text),
    }
}

/// Whether a text begins with `host:port`.
fn has_port(text: &str) -> bool {
    let host = text.split(['/', '?', '#', '@', ',']).next().unwrap_or_default();
    split_port(host).is_some_and(|(_, port)| port.is_some())
}

/// Splits `host`, `host:port`, `[::1]` or `[::1]:port`. None when there is no host or the port is none.
fn split_port(text: &str) -> Option<(String, Option<u16>)> {
    let (host, port) = match text.strip_prefix('[').and_then(|text| text.split_once(']')) {
        Some((host, "")) => (host, ""),
        Some((host, rest)) => (host, rest.strip_prefix(':')?),
        None => text.split_once(':').unwrap_or((text, "")),
    };
    let host = decode(host);
    if host.is_empty() || host.chars().any(|c| c.is_whitespace() || c.is_control() || "@/\\".contains(c)) {
        return None;
    }
    if port.is_empty() { Some((host, None)) } else { port.parse().ok().map(|port| (host, Some(port))) }
}

/// Replaces `%41` by `A`; a `%` that begins no such pair stays.
pub(super) fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let pair = after.get(..2).filter(|pair| byte == b'%' && pair.iter().all(u8::is_ascii_hexdigit));
        if let Some(decoded) =
            pair.and_then(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok())
        {
            bytes.push(decoded);
            rest = &after[2..];
        } else {
            bytes.push(byte);
            rest = after;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn parts(text: &str) -> Option<(String, String, String, Option<u16>, String)> {
        let url = ServiceUrl::parse(text)?;
        Some((url.user.unwrap_or_default(), url.password.unwrap_or_default(), url.host, url.port, url.path))
    }

    #[test]
    fn urls_of_every_shape_are_read() {
        for (text, user, password, host, port, path) in [
            ("postgres://bob:pw1@pg.host:5432/shop", "bob", "pw1", "pg.host", Some(5432), "/shop"),
            ("postgresql://bob@pg.host/shop?sslmode=require", "bob", "", "pg.host", None, "/shop"),
            ("POSTGRES://pg.host", "", "", "pg.host", None, ""),
            ("redis://:p%40ss%2Fw%25@h:1/0", "", "p@ss/w%", "h", Some(1), "/0"),
            ("rediss://h:pw@[2001:db8::1]:6380/", "h", "pw", "2001:db8::1", Some(6380), "/"),
            ("redis://[::1]", "", "", "::1", None, ""),
            ("postgres://bob:p@ss@h:5432/d", "bob", "p@ss", "h", Some(5432), "/d"),
            ("postgres://bob:p/s?w#d@h:5432/d", "bob", "p/s?w#d", "h", Some(5432), "/d"),
            ("postgres://bob:12/34@h:5432/d", "bob", "12/34", "h", Some(5432), "/d"),
            ("redis://h:6379/0?mail=a@b", "", "", "h", Some(6379), "/0"),
            ("redis://:100%@h:6379", "", "100%", "h", Some(6379), ""),
            ("mc1.example:11211,mc2.example:11211", "", "", "mc1.example", Some(11211), ""),
            ("kafka+ssl://a:9096,kafka+ssl://b:9096", "", "", "a", Some(9096), ""),
        ] {
            let expected = Some((user.into(), password.into(), host.into(), port, path.into()));
            assert_eq!(parts(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_url_is_refused() {
        for text in [
            "",
            "://",
            "postgres://",
            "postgres://u:p@:5432/d",
            "postgres://h:port/d",
            "redis://h:99999",
            "a b://h",
            "redis://[::1]x",
        ] {
            assert!(ServiceUrl::parse(text).is_none(), "{text}");
        }
    }

    #[test]
    fn nothing_of_a_url_is_shown_by_debug() {
        let shown = format!("{:?}", ServiceUrl::parse("redis://user:canary@host:1/0"));
        assert!(!shown.contains("canary") && !shown.contains("host"), "{shown}");
    }

    fn encode(text: &str) -> String {
        text.bytes().fold(String::new(), |all, byte| format!("{all}%{byte:02X}"))
    }

    proptest! {
        #[test]
        fn encoded_parts_are_read_back(user in ".+", password in ".+", name in "[^/]+") {
            let text = format!("postgres://{}:{}@h:1/{}", encode(&user), encode(&password), encode(&name));
            let url = ServiceUrl::parse(&text).unwrap();
            prop_assert_eq!((url.user, url.password), (Some(user), Some(password)));
            prop_assert_eq!(url.path, format!("/{name}"));
        }

        #[test]
        fn any_text_is_read_or_refused(text in ".*") {
            let _ = ServiceUrl::parse(&text);
        }

        #[test]
        fn any_text_after_a_scheme_is_read_or_refused(text in "[a-z@:/?#\\[\\]%é ,0-9]*") {
            let _ = ServiceUrl::parse(&format!("redis://{text}"));
        }
    }
}

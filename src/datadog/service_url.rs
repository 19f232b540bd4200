//! URLs of add-ons (`postgres://user:password@host:5432/name?sslmode=require`), read as URLs: percent-decoded, with or
//! without port, credentials, path and query, with IPv6 hosts, several hosts, as lists of URLs and as JDBC has them.
//! Passwords that hold `/`, `?`, `#` or `@` unencoded occur in the wild and are read as they are meant. Never says any
//! part of a URL in an error.
//!
//! The managed block of `prerun.sh` reads them in bash: `tests/placeholders` holds both to one table.

use super::boolean;

/// The parts of a URL, percent-decoded.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ServiceUrl {
    /// In lower case, without `jdbc:`; empty where the text had none (`host:port`).
    pub scheme: String,
    /// The user's name, when one was given.
    pub user: Option<String>,
    /// The password, when one was given.
    pub password: Option<String>,
    /// A name or an address; an IPv6 address without its brackets.
    pub host: String,
    /// The port, when one was given.
    pub port: Option<u16>,
    /// Further hosts and their ports (a replica set, a list of brokers).
    pub further: Vec<(String, Option<u16>)>,
    /// The path from its `/` on; empty without one.
    pub path: String,
    /// The path without the `/` it begins with and one that it ends with: the name of a database or of a virtual host.
    /// Empty without one.
    database: String,
    /// The query's parameters in their order.
    pub query: Vec<(String, String)>,
}

impl ServiceUrl {
    /// Reads a URL, or `host:port` without a scheme; of a list of URLs, credentials and path are those of the first. None for anything
    /// else.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim_matches(|c: char| c.is_ascii_whitespace());
        let is_jdbc = text.get(..5).is_some_and(|start| start.eq_ignore_ascii_case("jdbc:"));
        let text = if is_jdbc { &text[5..] } else { text };
        let (scheme, rest) = match text.split_once("://") {
            Some(("", _)) => return None,
            Some(parts) => parts,
            None => ("", text),
        };
        if !scheme.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c)) {
            return None;
        }
        let separator = format!(",{scheme}://");
        let mut urls = rest.split(&separator).map(split_credentials);
        let (credentials, first) = urls.next()?;
        let mut hosts = hosts_of(first)?;
        for (_, url) in urls {
            hosts.extend(hosts_of(url)?);
        }
        let (host, port) = (!hosts.is_empty()).then(|| hosts.remove(0))?;
        let tail = first[end_of_hosts(first)..].split('#').next().unwrap_or_default();
        let (path, query) = tail.split_once('?').unwrap_or((tail, ""));
        let database = path.strip_prefix('/').unwrap_or(path);
        let query: Vec<_> = query
            .split('&')
            .filter(|part| !part.is_empty())
            .map(|part| part.split_once('=').unwrap_or((part, "")))
            .map(|(name, value)| (decode(name), decode(value)))
            .collect();
        let (user, password) = credentials.map(|text| text.split_once(':').unwrap_or((text, ""))).unzip();
        let parameter =
            |name: &str| query.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.clone());
        let given = |part: Option<&str>, name| {
            part.map(decode).filter(|text| !text.is_empty()).or_else(|| parameter(name))
        };
        Some(Self {
            user: given(user, "user").filter(|user| !user.is_empty()),
            password: given(password, "password").filter(|password| !password.is_empty()),
            scheme: scheme.to_ascii_lowercase(),
            host,
            port,
            further: hosts,
            path: decode(path),
            database: decode(database.strip_suffix('/').unwrap_or(database)),
            query,
        })
    }

    /// The last value of a query parameter.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.query.iter().rev().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The name of a database or of a virtual host.
    pub fn database(&self) -> Option<&str> {
        Some(self.database.as_str()).filter(|name| !name.is_empty())
    }

    /// All hosts, each with its port or the usual one, an IPv6 address in brackets. A name of service records
    /// (`mongodb+srv`) has no port.
    pub fn hosts(&self) -> Vec<String> {
        let first = [(self.host.clone(), self.port)];
        let all = first.iter().chain(&self.further).map(|(host, port)| {
            let host = bracketed(host);
            match port.or(self.usual_port()) {
                Some(port) => format!("{host}:{port}"),
                None => host,
            }
        });
        all.collect()
    }

    /// The host as URLs have it: an IPv6 address in brackets.
    pub fn host_in_url(&self) -> String {
        bracketed(&self.host)
    }

    /// Whether the connection is encrypted: by the last parameter that says so, else by its scheme.
    pub fn is_encrypted(&self) -> bool {
        let asked = |(name, value): &(String, String)| match name.to_ascii_lowercase().as_str() {
            "tls" | "ssl" | "usessl" => boolean::parse(value),
            "sslmode" | "ssl-mode" | "ssl_mode" => {
                let mode = value.to_ascii_lowercase().replace('_', "-");
                Some(
                    ["require", "required", "verify-ca", "verify-full", "verify-identity"]
                        .contains(&mode.as_str()),
                )
            }
            _ => None,
        };
        self.query.iter().rev().find_map(asked).unwrap_or_else(|| {
            let schemes = ["rediss", "valkeys", "amqps", "https"];
            let endings = ["+ssl", "+tls", "+srv"];
            schemes.contains(&self.scheme.as_str()) || endings.iter().any(|end| self.scheme.ends_with(end))
        })
    }

    /// Whether both lead to the same database. Of Redis and Valkey one with other credentials or another port is
    /// another store, unless one of the ports is for encrypted connections; a PostgreSQL database is the same with
    /// another user, and through the port of a pool.
    pub fn is_same_database(&self, other: &Self) -> bool {
        if !self.host.eq_ignore_ascii_case(&other.host) || self.is_redis() != other.is_redis() {
            return false;
        }
        if !self.is_redis() {
            return self.database == other.database;
        }
        self.database().unwrap_or("0") == other.database().unwrap_or("0")
            && self.user == other.user
            && self.password == other.password
            && (self.port_or_default() == other.port_or_default()
                || self.is_encrypted() != other.is_encrypted())
    }

    fn is_redis(&self) -> bool {
        self.usual_port() == Some(6379)
    }

    /// The port, else the one that the scheme is known for.
    pub fn port_or_default(&self) -> Option<u16> {
        self.port.or(self.usual_port())
    }

    /// `scheme+driver` has the port of the scheme.
    fn usual_port(&self) -> Option<u16> {
        let (scheme, more) = self.scheme.split_once('+').unwrap_or((&self.scheme, ""));
        match (scheme, more) {
            (_, "srv") => None,
            ("kafka", "ssl") => Some(9096),
            ("amqps", _) | ("amqp", "ssl" | "tls") => Some(5671),
            ("postgres" | "postgresql", _) => Some(5432),
            ("redis" | "rediss" | "valkey" | "valkeys", _) => Some(6379),
            ("mysql" | "mysql2" | "mariadb", _) => Some(3306),
            ("mongodb", _) => Some(27017),
            ("amqp", _) => Some(5672),
            ("kafka", _) => Some(9092),
            ("memcached" | "memcache", _) => Some(11211),
            ("mssql" | "sqlserver", _) => Some(1433),
            ("http", _) => Some(80),
            ("https", _) => Some(443),
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

/// Where the hosts of a URL end.
fn end_of_hosts(text: &str) -> usize {
    text.find(['/', '?', '#']).unwrap_or(text.len())
}

/// Splits what precedes the host from the rest. The `@` is the last one before the path, or, where a password holds
/// a `/`, `?` or `#` as it is, the first one, when `host:port` follows.
fn split_credentials(text: &str) -> (Option<&str>, &str) {
    let end = end_of_hosts(text);
    if let Some(at) = text[..end].rfind('@') {
        return (Some(&text[..at]), &text[at + 1..]);
    }
    match text[end..].find('@').map(|at| at + end) {
        Some(at) if text[..end].contains(':') && has_port(&text[at + 1..]) => {
            (Some(&text[..at]), &text[at + 1..])
        }
        _ => (None, text),
    }
}

/// Whether a text begins with `host:port`.
fn has_port(text: &str) -> bool {
    let host = text.split(['/', '?', '#', ',']).next().unwrap_or_default();
    let is_port = |port: &str| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    host.rsplit_once(':').is_some_and(|(host, port)| !host.is_empty() && !host.contains('@') && is_port(port))
}

/// The hosts of a URL without its credentials. None when one of them is no host.
fn hosts_of(text: &str) -> Option<Vec<(String, Option<u16>)>> {
    text[..end_of_hosts(text)].split(',').filter(|host| !host.is_empty()).map(split_port).collect()
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
    match port {
        "" => Some((host, None)),
        port if port.len() <= 5 && port.bytes().all(|byte| byte.is_ascii_digit()) => {
            Some((host, Some(port.parse().ok()?)))
        }
        _ => None,
    }
}

fn bracketed(host: &str) -> String {
    if host.contains(':') { format!("[{host}]") } else { host.to_owned() }
}

/// Replaces `%41` by `A`; a `%` that begins no such pair stays, and so does `%00`, which no variable can hold.
pub fn decode(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let pair = after
            .get(..2)
            .filter(|pair| byte == b'%' && pair.iter().all(u8::is_ascii_hexdigit) && *pair != b"00");
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
        fn encoded_parts_are_read_back(
            user in "[^\\x00]+", password in "[^\\x00]+", name in "[^/\\x00]+",
        ) {
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

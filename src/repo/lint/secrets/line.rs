//! Secrets that a line of any file shows by their shape.

use super::placeholder::{distinct, has_digit_and_letter, is_pattern, is_placeholder, looks_random};

/// What tokens begin with: Heroku, GitHub, GitLab, Slack, Stripe, Datadog.
const PREFIXES: [&str; 11] = [
    "HRKU-",
    "ghp_",
    "gho_",
    "github_pat_",
    "glpat-",
    "xoxb-",
    "xoxp-",
    "sk_live_",
    "rk_live_",
    "ddapp_",
    "ddpat_",
];

/// The secret on a line. `is_code` where what is assigned to `PASSWORD` or the like counts too.
pub(super) fn secret(line: &str, is_code: bool) -> Option<&'static str> {
    let is_comment = line.trim_start().starts_with(['#', '/']);
    if line.contains("-----BEGIN ") && line.contains("PRIVATE KEY") {
        return Some("a private key");
    }
    if has_password_in_url(line, is_comment) {
        return Some("a URL with a password");
    }
    if tokens(line).any(is_token) {
        return Some("a token");
    }
    let words = || line.split(|c: char| !c.is_ascii_alphanumeric());
    if words().any(is_database_password) || replaces_old_password(line) {
        return Some("the password of a database");
    }
    let small = line.to_ascii_lowercase();
    let has = |words: &[&str]| words.iter().any(|word| small.contains(word));
    if has(&["heroku"]) && has(&["key", "token", "bearer"]) && tokens(&small).any(is_uuid) {
        return Some("a Heroku API key");
    }
    // Hashes and the fingerprints of public keys are not secrets.
    let is_public = has(&["gpg", "fingerprint", "keyserver", "keyring", "sha1", "md5", "checksum", "commit"]);
    if !is_public
        && has(&["key", "token", "secret", "password"])
        && small.split(|c: char| !c.is_ascii_alphanumeric()).any(is_key)
    {
        return Some("a key");
    }
    (is_code && !is_comment && assigns_secret(line)).then_some("a password or token")
}

fn tokens(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-' || c == '_'))
}

fn is_token(word: &str) -> bool {
    PREFIXES
        .iter()
        .filter_map(|prefix| word.strip_prefix(prefix))
        .any(|rest| rest.len() >= 16 && rest.bytes().any(|b| b.is_ascii_digit()) && distinct(rest) >= 6)
}

/// 32 or 40 hex digits, of which some are letters and some are not.
fn is_key(word: &str) -> bool {
    matches!(word.len(), 32 | 40) && is_hex(word) && has_digit_and_letter(word)
}

/// As Heroku Postgres and Heroku Redis make them: `p` and 64 hex digits.
fn is_database_password(word: &str) -> bool {
    word.strip_prefix('p').is_some_and(|digits| digits.len() == 64 && is_hex(digits) && distinct(digits) >= 4)
}

/// Whether `sed` replaces 64 hex digits: databases of years ago have passwords without the `p`.
fn replaces_old_password(line: &str) -> bool {
    ['/', '|', '#', ',', '@', '!', ':'].iter().any(|sign| {
        line.split(&format!("s{sign}")).skip(1).filter_map(|rest| rest.split_once(*sign)).any(|(word, _)| {
            word.len() == 64 && is_hex(word) && has_digit_and_letter(word) && distinct(word) >= 4
        })
    })
}

fn is_uuid(word: &str) -> bool {
    let lengths: Vec<_> = word.split('-').map(str::len).collect();
    lengths == [8, 4, 4, 4, 12] && is_hex(&word.replace('-', "")) && distinct(word) >= 6
}

fn is_hex(word: &str) -> bool {
    word.bytes().all(|b| b.is_ascii_hexdigit())
}

/// Whether a line holds `scheme://user:password@host` or `?password=…`, the password being neither a variable nor a
/// placeholder nor, in a comment, made up.
fn has_password_in_url(line: &str, is_comment: bool) -> bool {
    line.match_indices("://").any(|(at, _)| {
        let rest = &line[at + 3..];
        let url = rest.split([' ', '"', '\'', '\t', '`']).next().unwrap_or_default();
        let authority = url.split(['/', '?', '#']).next().unwrap_or_default();
        let is_real = |password: &str| {
            !is_placeholder(password) && !is_pattern(password) && (!is_comment || looks_random(password))
        };
        let in_query = url.split_once('?').is_some_and(|(_, query)| {
            let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            pairs.filter(|(name, _)| name.ends_with("password")).any(|(_, value)| is_real(value))
        });
        let credentials =
            authority.rsplit_once('@').and_then(|(user, host)| Some((user.split_once(':')?, host)));
        in_query
            || credentials.is_some_and(|((user, password), host)| {
                let is_local =
                    ["localhost", "127.0.0.1"].contains(&host.split(':').next().unwrap_or_default());
                // `postgres:postgres@localhost`: what every development machine has.
                is_real(password) && !(is_local && user == password)
            })
    })
}

/// Whether a line of code gives a variable or parameter whose name ends in `password` or the like a literal value.
fn assigns_secret(line: &str) -> bool {
    const NAMES: [&str; 7] = ["password", "passwd", "_pass", "secret", "token", "api_key", "access_key"];
    let small = line.to_ascii_lowercase();
    NAMES.iter().any(|name| {
        small.match_indices(name).any(|(at, _)| {
            let rest = line[at + name.len()..].trim_start_matches(['"', '\'']).trim_start();
            let Some(value) = rest.strip_prefix(['=', ':']) else { return false };
            let value = value.trim_start();
            let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
            let literal = match quote {
                Some(quote) => value[1..].split(quote).next().unwrap_or_default(),
                None => value.split([' ', ';', ',', ')']).next().unwrap_or_default(),
            };
            let is_plain = literal.chars().all(|c| c.is_ascii_graphic() && !"()[]{}<>$/`\\".contains(c));
            // Without quotes, `self.token2` and `args.token` are code.
            let is_literal = quote.is_some() || !literal.contains('.');
            literal.len() >= 6
                && is_plain
                && is_literal
                && has_digit_and_letter(literal)
                && !is_placeholder(literal)
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A password of the shape that Heroku Postgres makes.
    const DATABASE: &str = "p00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

    #[test]
    fn secrets_are_known_by_their_shape() {
        for (line, expected) in [
            (&*format!("sed -i \"s/{DATABASE}/$X/\" a"), "the password of a database"),
            (&format!("sed -i \"s/{}/$X/\" a", &DATABASE[1..]), "the password of a database"),
            (&format!("# was: {DATABASE}"), "the password of a database"),
            (&format!("X=rediss://:{DATABASE}@ec2-1.compute.amazonaws.com:6380"), "a URL with a password"),
            (&format!("# postgres://u:{DATABASE}@h/d"), "a URL with a password"),
            ("TOKEN=HRKU-AAexampleexample0123456789abcdefghij", "a token"),
            ("curl -H 'Authorization: Bearer ghp_0123456789abcdefABCDEF0123456789abcd'", "a token"),
            ("HEROKU_API_KEY=01234567-89ab-cdef-0123-456789abcdef", "a Heroku API key"),
            ("jdbc:postgresql://h/d?user=a&password=hunter2", "a URL with a password"),
            ("export PGPASSWORD=hunter2", "a password or token"),
            ("connect(password='hunter2')", "a password or token"),
            ("X=mysql://u:Tr0ub4dor@db:3306/x", "a URL with a password"),
        ] {
            assert_eq!(secret(line, true), Some(expected), "{line}");
        }
    }

    #[test]
    fn patterns_samples_and_fingerprints_are_no_secrets() {
        for line in [
            "SHAPE='^postgres://([^:]+):([^@]+)@([^:]+):([0-9]+)/(.*)$'",
            "re.match(r'postgres://(?P<user>.+?):(?P<pw>.+?)@', url)",
            "sed -E 's#^.*://\\([^:]*\\):\\([^@]*\\)@##'",
            "grep -oE '://.*:.*@'",
            "re.match(r'\\w+://\\w+:\\S+@', url)",
            "# DATABASE_URL looks like postgres://USER:PASSWORD@HOST:PORT/NAME",
            "# postgres://foo:bar@heroku.example:5432/hellodb",
            "# redis://h:asdfqwer1234asdf@ec2-111-1-1-1.compute-1.amazonaws.com:111",
            "X=postgres://user:your-password@host/db",
            "X=${DATABASE_URL:-postgres://postgres:postgres@localhost/dev}",
            "X=postgres://${USER}:${PASSWORD}@h/d",
            "HRKU-xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx",
            "echo '00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff  x.tgz' | sha256sum -c",
            "gpg --recv-keys D75CEA17048B9ACBF186794B32637D44F14F620E",
            "PGPASSWORD=$DB_PASSWORD2",
            "password=\"${MATCH[2]}\"",
            "token = os.environ['TOKEN1']",
            "TOKEN_FILE=/app/token1.txt",
            "password: str = args.password1",
        ] {
            assert_eq!(secret(line, true), None, "{line}");
        }
    }
}

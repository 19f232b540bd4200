//! The repository's table of contents: what `InRelease` says, once its signature was checked.
//! Format: <https://wiki.debian.org/DebianRepository/Format>.

use anyhow::{Context, bail, ensure};
use jiff::{SignedDuration, Timestamp};

use super::deb822::{self, Paragraph};

/// How far this machine's clock may be behind the repository's.
const SKEW: SignedDuration = SignedDuration::from_mins(10);

/// What the index says of one of its files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Listed {
    /// Path below the suite's folder.
    pub(crate) path: String,
    /// Bytes.
    pub(crate) size: u64,
    /// SHA-256, 64 lower-case hex digits.
    pub(crate) sha256: String,
}

/// The signed index.
#[derive(Debug)]
pub(crate) struct Release {
    files: Vec<Listed>,
}

impl Release {
    /// Reads the signed text and refuses what is not of this `suite`, not yet or no longer valid.
    pub(crate) fn parse(text: &[u8], suite: &str, now: Timestamp) -> anyhow::Result<Self> {
        let mut paragraphs = Vec::new();
        deb822::each_paragraph(text, |paragraph| {
            paragraphs.push(Self::read(paragraph, suite, now));
        })
        .context("the index is not a Release file")?;
        ensure!(paragraphs.len() == 1, "the index is not a Release file: it has {} parts", paragraphs.len());
        paragraphs.remove(0)
    }

    fn read(paragraph: &Paragraph, suite: &str, now: Timestamp) -> anyhow::Result<Self> {
        let names: Vec<&str> = ["Suite", "Codename"].iter().filter_map(|name| paragraph.get(name)).collect();
        ensure!(
            names.is_empty() || names.contains(&suite),
            "the index is of `{}`, not of `{suite}`",
            names.join("`, `")
        );
        if let Some(date) = moment(paragraph, "Date")? {
            let limit = now.checked_add(SKEW).unwrap_or(Timestamp::MAX);
            ensure!(date <= limit, "the index is from the future ({date}; the clock here says {now})");
        }
        if let Some(end) = moment(paragraph, "Valid-Until")? {
            ensure!(end >= now, "the index expired on {end}");
        }
        let table = paragraph.get("SHA256").context("the index lists no SHA-256 hashes")?;
        let files = table.lines().filter(|line| !line.is_empty()).map(listed).collect::<Result<_, _>>()?;
        Ok(Self { files })
    }

    /// The best form of the list of packages below `folder`: the smallest that can be read.
    pub(crate) fn packages(&self, folder: &str) -> anyhow::Result<&Listed> {
        ["Packages.xz", "Packages.gz", "Packages"]
            .iter()
            .find_map(|name| self.files.iter().find(|file| file.path == format!("{folder}/{name}")))
            .with_context(|| format!("the index lists no packages in `{folder}`"))
    }
}

fn listed(line: &str) -> anyhow::Result<Listed> {
    let fields: Vec<&str> = line.split_ascii_whitespace().collect();
    let [sha256, size, path] = fields[..] else {
        bail!("the index has a line that cannot be read: `{line}`")
    };
    ensure!(is_sha256(sha256), "the index has a line that cannot be read: `{line}`");
    let size = size.parse().with_context(|| format!("the index gives `{path}` no size"))?;
    Ok(Listed { path: path.to_owned(), size, sha256: sha256.to_ascii_lowercase() })
}

/// Whether this is a SHA-256 in hex digits.
pub(crate) fn is_sha256(text: &str) -> bool {
    text.len() == 64 && text.bytes().all(|b| b.is_ascii_hexdigit())
}

/// A field that is a date, in one of the forms that repositories write: `Sat, 22 Nov 2026 15:00:00 UTC`.
fn moment(paragraph: &Paragraph, field: &str) -> anyhow::Result<Option<Timestamp>> {
    let Some(text) = paragraph.get(field) else { return Ok(None) };
    // RFC 2822 has names for the zone, of which `UTC` is not one.
    let numeric = ["UTC", "GMT", "Z"]
        .iter()
        .find_map(|zone| text.strip_suffix(zone))
        .map_or_else(|| text.to_owned(), |rest| format!("{}+0000", rest.trim_end().to_owned() + " "));
    jiff::fmt::rfc2822::DateTimeParser::new()
        .relaxed_weekday(true)
        .parse_timestamp(&numeric)
        .map(Some)
        .with_context(|| format!("the index has a {field} that cannot be read: `{text}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HASH: &str = "E3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    fn parse(head: &str) -> anyhow::Result<Release> {
        let text = format!(
            "{head}SHA256:\n {HASH} 12 7/binary-amd64/Packages.gz\n {HASH} 40 7/binary-amd64/Packages\n"
        );
        Release::parse(text.as_bytes(), "stable", "2026-11-22T12:00:00Z".parse().unwrap())
    }

    fn refusal(head: &str) -> String {
        format!("{:#}", parse(head).unwrap_err())
    }

    #[test]
    fn the_smallest_list_of_packages_is_taken() {
        let release = parse("Suite: stable\nDate: Sun, 22 Nov 2026 12:05:00 UTC\n").unwrap();
        let list = release.packages("7/binary-amd64").unwrap();
        assert_eq!((list.path.as_str(), list.size), ("7/binary-amd64/Packages.gz", 12));
        assert_eq!(list.sha256, HASH.to_ascii_lowercase());
        assert!(release.packages("6/binary-amd64").is_err());
    }

    #[test]
    fn an_index_counts_from_its_date_until_it_expires() {
        assert!(
            parse("Date: Sun, 22 Nov 2026 11:00:00 +0000\nValid-Until: Sun, 22 Nov 2026 12:00:01 GMT\n")
                .is_ok()
        );
        assert!(refusal("Valid-Until: Sun, 22 Nov 2026 11:59:59 UTC\n").contains("expired on 2026-11-22"));
        assert!(refusal("Date: Sun, 22 Nov 2026 13:00:00 UTC\n").contains("from the future"));
        assert!(refusal("Valid-Until: whenever\n").contains("cannot be read: `whenever`"));
    }

    #[test]
    fn another_suites_index_is_refused() {
        assert!(parse("Suite: stable\nCodename: bits\n").is_ok());
        assert!(parse("Suite: bits\nCodename: stable\n").is_ok());
        assert_eq!(refusal("Suite: beta\nCodename: b\n"), "the index is of `beta`, `b`, not of `stable`");
    }

    #[test]
    fn what_is_no_index_is_refused() {
        let now = Timestamp::UNIX_EPOCH;
        for text in ["", "Suite: stable\n", "SHA256:\n x 1 y\n", "SHA256:\n\n\nSHA256:\n", "<html>"] {
            assert!(Release::parse(text.as_bytes(), "stable", now).is_err(), "{text}");
        }
    }
}

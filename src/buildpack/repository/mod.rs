//! The signed package repository: `InRelease` against the trusted keys, the lists of packages against `InRelease`.
//! Everything it gives out is vouched for by a trusted key.

pub(crate) mod deb822;
pub(crate) mod debian_version;
pub(crate) mod endpoints;
pub(crate) mod fetch;
pub(crate) mod in_release;
pub(crate) mod keys;
pub(crate) mod lists;
mod signature;
pub(crate) mod validator;
pub(crate) mod version;

use std::collections::HashSet;
use std::io::{BufRead, BufReader, Read};
use std::thread;

use jiff::Timestamp;
use url::Url;

use crate::buildpack::error::{Error, Kind, Result};
use crate::buildpack::hash::sha256;
use deb822::Paragraph;
use debian_version::Version;
use endpoints::Endpoints;
use fetch::{Download, Failed, Fetcher};
use in_release::{Listed, Release};
use keys::Key;
use lists::Lists;
use validator::Validator;

const SUITE: &str = "stable";
/// Bounds on what is downloaded before it is known to be genuine, in bytes.
const INDEX: u64 = 4 << 20;
const KEY: u64 = 256 << 10;
const PACKAGES: u64 = 64 << 20;
const UNPACKED_PACKAGES: u64 = 512 << 20;

/// The package made for Heroku, without what a dyno cannot use. There since 6.34 and 7.34.
pub const HEROKU_PACKAGE: &str = "datadog-heroku-agent";
/// The package for every machine.
pub const PLAIN_PACKAGE: &str = "datadog-agent";

/// An Agent that can be installed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Package {
    /// [`HEROKU_PACKAGE`] or [`PLAIN_PACKAGE`].
    pub name: String,
    /// Its version, epoch included.
    pub version: Version,
    /// Path below the repository's base.
    pub filename: String,
    /// Bytes.
    pub size: u64,
    /// SHA-256 in lower-case hex digits.
    pub sha256: String,
}

/// Where a package comes from: URLs, and the hashes of what was at them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Origin {
    /// URL of the package.
    pub(crate) package: String,
    /// The list that has its hash.
    pub(crate) list: (String, String),
    /// The index that has the list's hash.
    pub(crate) index: (String, String),
    /// Fingerprint of the primary key that signed the index.
    pub(crate) signed_by: String,
}

/// The repository, opened and found genuine.
pub struct Repository {
    fetcher: Fetcher,
    endpoints: Endpoints,
    release: Release,
    /// The hash of the index, and the key that signed it.
    signed: (String, String),
    /// What happened to keys that could not be fetched, for the log.
    missing_keys: Vec<String>,
}

/// Fetches index and keys and checks the one against the other. Blocks; must not be called on an async runtime's
/// own threads.
pub fn open(endpoints: &Endpoints) -> Result<Repository> {
    let fetcher = Fetcher::new(endpoints).map_err(|cause| {
        Error::because(Kind::Unreachable, "cannot prepare downloads", cause)
            .remedy("Install the system's certificates (`ca-certificates`), or name them in SSL_CERT_FILE.")
    })?;
    let url = at(&endpoints.repository, &format!("dists/{SUITE}/InRelease"));
    let (index, (keys, missing_keys)) = thread::scope(|scope| {
        let keys = scope.spawn(|| fetch_keys(&fetcher, endpoints));
        let index = fetcher.get(&url, INDEX);
        (index, keys.join().expect("fetching keys does not panic"))
    });
    let index = index.map_err(|failed| unreachable("cannot read the package repository's index", failed))?;
    if keys.is_empty() {
        return Err(no_keys(endpoints, &missing_keys));
    }
    let (text, signed_by) = signature::verify(&index, &keys, &endpoints.trusted)?;
    let release = Release::parse(&text, SUITE, Timestamp::now()).map_err(|cause| {
        Error::because(Kind::Untrusted, "the package repository's index cannot be used", cause)
            .remedy("Check this machine's clock; a mirror may have stopped following its origin.")
    })?;
    let signed = (sha256(&index), signed_by);
    Ok(Repository { fetcher, endpoints: endpoints.clone(), release, signed, missing_keys })
}

impl Repository {
    /// The Agents of one major version (6 or 7), in the order of the list.
    pub fn packages(&self, major: u32) -> Result<Vec<Package>> {
        self.packages_through(major, &Lists::none())
    }

    /// The same, with lists kept from an earlier build where their hashes are still the signed ones.
    pub(crate) fn packages_through(&self, major: u32, kept: &Lists) -> Result<Vec<Package>> {
        let untrusted = |cause: anyhow::Error| {
            Error::because(Kind::Untrusted, "the list of packages cannot be trusted", cause)
        };
        let listed = self.release.packages(&format!("{major}/binary-amd64")).map_err(untrusted)?;
        let list = match kept.get(&listed.sha256) {
            Some(list) => list,
            None => self.fetch(listed).inspect(|list| kept.put(&listed.sha256, list))?,
        };
        read_packages(&listed.path, &list).map_err(untrusted)
    }

    /// The package itself, as it arrives. Its hash is for the caller to check.
    pub(crate) fn download(&self, package: &Package) -> Download<'_> {
        self.fetcher.stream(at(&self.endpoints.repository, &package.filename), package.size)
    }

    /// Whether the repository still serves the package that a server once described so. An error when it does not say.
    pub(crate) fn still_serves(&self, package: &Package, kept: &Validator) -> Result<bool, Failed> {
        let url = at(&self.endpoints.repository, &package.filename);
        self.fetcher.validator(&url).map(|served| kept.agrees_with(&served))
    }

    /// Where a package comes from, and what vouches for it.
    pub(crate) fn origin(&self, package: &Package) -> Origin {
        let url = |path: &str| fetch::shown(&at(&self.endpoints.repository, path)).to_string();
        let list = self.release.packages(&format!("{}/binary-amd64", package.version.major_minor().0));
        let list = list.map(|listed| (url(&format!("dists/{SUITE}/{}", listed.path)), listed.sha256.clone()));
        let (index, signed_by) = self.signed.clone();
        Origin {
            package: url(&package.filename),
            list: list.unwrap_or_default(),
            index: (url(&format!("dists/{SUITE}/InRelease")), index),
            signed_by,
        }
    }

    /// How many requests were sent so far.
    pub(crate) fn requests(&self) -> u32 {
        self.fetcher.requests()
    }

    /// Keys that could not be fetched, and why.
    pub(crate) fn missing_keys(&self) -> &[String] {
        &self.missing_keys
    }

    fn fetch(&self, listed: &Listed) -> Result<Vec<u8>> {
        let url = at(&self.endpoints.repository, &format!("dists/{SUITE}/{}", listed.path));
        let list = self
            .fetcher
            .get(&url, PACKAGES.min(listed.size))
            .map_err(|failed| unreachable("cannot read the list of packages", failed))?;
        if list.len() as u64 != listed.size || sha256(&list) != listed.sha256 {
            return Err(Error::new(
                Kind::Untrusted,
                format!("the list of packages `{}` is not the one that was signed", listed.path),
            )
            .remedy("Build again in a few minutes: the repository may just be changing. If it stays, a proxy or mirror alters or withholds files."));
        }
        Ok(list)
    }
}

fn fetch_keys(fetcher: &Fetcher, endpoints: &Endpoints) -> (Vec<Key>, Vec<String>) {
    let files = endpoints.key_files();
    let answers: Vec<Result<Vec<Key>, String>> = thread::scope(|scope| {
        let under_way: Vec<_> = files
            .iter()
            .map(|file| scope.spawn(|| fetch_key(fetcher, &at(&endpoints.keys, file), &endpoints.trusted)))
            .collect();
        under_way.into_iter().map(|fetch| fetch.join().expect("fetching a key does not panic")).collect()
    });
    let (mut keys_read, mut missing, mut seen) = (Vec::new(), Vec::new(), HashSet::new());
    for keys in answers {
        match keys {
            // The current key is there under its own name too; what was added to one of them must not be lost.
            Ok(keys) => keys_read.extend(keys.into_iter().filter(|key| seen.insert(key.packets.clone()))),
            Err(why) => missing.push(why),
        }
    }
    (keys_read, missing)
}

fn fetch_key(fetcher: &Fetcher, url: &Url, trusted: &[String]) -> Result<Vec<Key>, String> {
    let file = fetcher.get(url, KEY).map_err(|failed| failed.to_string())?;
    let (known, strange): (Vec<Key>, Vec<Key>) = keys::parse(&file)
        .map_err(|why| format!("{url} is not a key: {why:#}"))?
        .into_iter()
        .partition(|key| trusted.contains(&key.fingerprint));
    match strange.first() {
        Some(key) if known.is_empty() => {
            Err(format!("{url} has the fingerprint {}, which is not a trusted one", key.fingerprint))
        }
        _ => Ok(known),
    }
}

/// Reads the Agents out of a list of packages.
pub(crate) fn read_packages(path: &str, list: &[u8]) -> anyhow::Result<Vec<Package>> {
    let text: Box<dyn BufRead + '_> = match path.rsplit_once('.') {
        Some((_, "gz")) => {
            Box::new(BufReader::new(flate2::read::MultiGzDecoder::new(list).take(UNPACKED_PACKAGES)))
        }
        Some((_, "xz")) => {
            Box::new(BufReader::new(liblzma::read::XzDecoder::new(list).take(UNPACKED_PACKAGES)))
        }
        _ => Box::new(list),
    };
    let mut packages = Vec::new();
    let mut odd = None;
    deb822::each_paragraph(text, |paragraph| match package(paragraph) {
        Some(Ok(package)) => packages.push(package),
        Some(Err(why)) => odd = Some(why),
        None => {}
    })?;
    odd.map_or(Ok(packages), Err)
}

/// The Agent that a paragraph describes, if it is one.
fn package(paragraph: &Paragraph) -> Option<anyhow::Result<Package>> {
    let name = paragraph.get("Package").filter(|name| [HEROKU_PACKAGE, PLAIN_PACKAGE].contains(name))?;
    let architecture = paragraph.get("Architecture").unwrap_or("amd64");
    if !["amd64", "all"].contains(&architecture) {
        return None;
    }
    // A version in a form of its own is left out: nobody can ask for it.
    let version = paragraph.get("Version")?.parse().ok()?;
    let field = |name: &'static str| {
        paragraph.get(name).ok_or_else(|| anyhow::anyhow!("a package in the list has no {name}"))
    };
    let read = || {
        let (filename, sha256) = (field("Filename")?.to_owned(), field("SHA256")?.to_ascii_lowercase());
        anyhow::ensure!(is_below(&filename), "a package lies outside the repository: `{filename}`");
        anyhow::ensure!(in_release::is_sha256(&sha256), "a package in the list has no SHA-256");
        Ok(Package { name: name.to_owned(), version, filename, size: field("Size")?.parse()?, sha256 })
    };
    Some(read())
}

/// Whether a path stays below the repository's base.
fn is_below(path: &str) -> bool {
    let path = path.strip_prefix("./").unwrap_or(path);
    path.split('/').all(|part| !part.is_empty() && part != "." && part != ".." && !part.contains('\\'))
}

/// The URL of a path below `base`. Every part is encoded, so that none can become a query or another host.
fn at(base: &Url, path: &str) -> Url {
    let mut url = base.clone();
    if let Ok(mut parts) = url.path_segments_mut() {
        parts.pop_if_empty().extend(path.split('/').filter(|part| *part != "."));
    }
    url
}

fn unreachable(what: &str, failed: Failed) -> Error {
    let remedy = match &failed {
        Failed::Status { .. } => {
            "Build again in a few minutes; if a mirror is set in DD_HEROKU_APT_URL, check that it is complete."
        }
        Failed::TooBig { .. } => {
            "A proxy or mirror answers with something else: look at the URL with `curl`."
        }
        Failed::Network { .. } => {
            "Check the network and, where there is a proxy, HTTPS_PROXY and NO_PROXY; then build again."
        }
    };
    Error::because(Kind::Unreachable, what, failed).remedy(remedy)
}

fn no_keys(endpoints: &Endpoints, missing: &[String]) -> Error {
    let why = anyhow::anyhow!(missing.join("; "));
    Error::because(Kind::Untrusted, "none of the repository's signing keys could be fetched", why).remedy(
        format!(
            "Check that {} can be reached and gives out Datadog's keys, or set DD_HEROKU_APT_KEYS_URL.",
            endpoints.keys.host_str().unwrap_or_default()
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn list(filename: &str) -> String {
        format!(
            "Package: datadog-heroku-agent\nVersion: 1:7.81.2-1\nArchitecture: amd64\nFilename: {filename}\nSize: 5\nSHA256: {}\n",
            "Ab".repeat(32)
        )
    }

    #[test]
    fn agents_are_read_and_other_packages_passed_over() {
        let text = format!(
            "Package: datadog-fips-agent\nVersion: 1:7\n\n{}\n\nPackage: datadog-agent\nArchitecture: arm64\n",
            list("./pool/a.deb")
        );
        let packages = read_packages("7/binary-amd64/Packages", text.as_bytes()).unwrap();
        assert_eq!(packages.len(), 1);
        assert_eq!(packages[0].sha256, "ab".repeat(32));
        assert_eq!(packages[0].version.to_string(), "1:7.81.2-1");
    }

    #[test]
    fn a_package_outside_the_repository_is_refused() {
        for filename in ["../x.deb", "/x.deb", "pool//x", "pool/../../x", "https://h/x", "a\\..\\b", ""] {
            assert!(read_packages("Packages", list(filename).as_bytes()).is_err(), "{filename}");
        }
        assert!(read_packages("Packages", list("pool/d/x_1~rc+b.deb").as_bytes()).is_ok());
    }

    #[test]
    fn odd_names_stay_names() {
        let base = Url::parse("https://mirror.example/apt/").unwrap();
        assert_eq!(
            at(&base, "./pool/a_1%3a7?b#c.deb").as_str(),
            "https://mirror.example/apt/pool/a_1%253a7%3Fb%23c.deb"
        );
    }
}

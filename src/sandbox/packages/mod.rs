//! The sandbox's package repository: the stand-in Agent in several versions, indexed and signed as Datadog's
//! repository is. Made when it is first asked for, and then kept.

mod deb;
mod openpgp;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::OnceLock;
use std::time::{Duration, SystemTime};

use jiff::Timestamp;

use super::ids;
use deb::Contents;
use openpgp::Signer;

/// The versions there are: name, version. Old Agents have no package of their own for Heroku.
const PACKAGES: [(&str, &str); 14] = [
    ("datadog-heroku-agent", "1:7.81.2-1"),
    ("datadog-heroku-agent", "1:7.81.1-1"),
    ("datadog-heroku-agent", "1:7.81.0-1"),
    ("datadog-heroku-agent", "1:7.80.2-1"),
    ("datadog-heroku-agent", "1:7.80.0-1"),
    ("datadog-heroku-agent", "1:7.79.1-1"),
    ("datadog-heroku-agent", "1:7.68.3-1"),
    ("datadog-heroku-agent", "1:7.60.1-1"),
    ("datadog-heroku-agent", "1:7.50.3-1"),
    ("datadog-agent", "1:7.81.2-1"),
    ("datadog-agent", "1:7.27.1-1"),
    ("datadog-heroku-agent", "1:6.53.1-1"),
    ("datadog-heroku-agent", "1:6.53.0-1"),
    ("datadog-agent", "1:6.28.1-1"),
];

/// How long the index is valid.
const VALID: Duration = Duration::from_secs(7 * 24 * 3600);

/// The files of the repository by their path, and of the key server below `keys/`.
struct Files {
    files: BTreeMap<String, Vec<u8>>,
    fingerprint: String,
}

static FILES: OnceLock<Option<Files>> = OnceLock::new();

/// The file at `path` of the repository: `dists/stable/InRelease`, `pool/…`.
pub(crate) fn file(path: &str) -> Option<&'static [u8]> {
    files()?.files.get(path).map(Vec::as_slice)
}

/// The file called `name` of the key server. Every name gives the one key that there is.
pub(crate) fn key(name: &str) -> Option<&'static [u8]> {
    let is_key = name.starts_with("DATADOG_APT_KEY_") && name.strip_suffix(".public").is_some();
    is_key.then(|| file("key"))?
}

/// The fingerprint of the key that signs the repository: trusted by the sandbox's own builds and nowhere else.
pub fn fingerprint() -> &'static str {
    files().map_or("", |files| &files.fingerprint)
}

fn files() -> Option<&'static Files> {
    FILES.get_or_init(|| make(SystemTime::now())).as_ref()
}

fn make(now: SystemTime) -> Option<Files> {
    let signer = Signer::new()?;
    let mut files = BTreeMap::new();
    let mut indexes: BTreeMap<&str, String> = BTreeMap::new();
    for (name, version) in PACKAGES {
        let package = Contents { name, version }.build().ok()?;
        let component = if version.starts_with("1:6.") { "6" } else { "7" };
        let filename = format!("pool/d/da/{name}_{}_amd64.deb", version.trim_start_matches("1:"));
        let index = indexes.entry(component).or_default();
        let _ = write!(
            index,
            "Package: {name}\nVersion: {version}\nArchitecture: amd64\nFilename: {filename}\nSize: {}\nSHA256: {}\n\n",
            package.len(),
            ids::sha256(&package)
        );
        files.insert(filename, package);
    }
    let date = |at: SystemTime| {
        Some(Timestamp::try_from(at).ok()?.strftime("%a, %d %b %Y %H:%M:%S UTC").to_string())
    };
    let mut release = format!(
        "Origin: dd-heroku sandbox\nSuite: stable\nCodename: stable\nDate: {}\nValid-Until: {}\n\
         Architectures: amd64\nComponents: 6 7\nSHA256:\n",
        date(now)?,
        date(now + VALID)?
    );
    for (component, index) in indexes {
        let path = format!("{component}/binary-amd64/Packages");
        let _ = writeln!(release, " {} {} {path}", ids::sha256(index.as_bytes()), index.len());
        files.insert(format!("dists/stable/{path}"), index.into_bytes());
    }
    let seconds = now.duration_since(SystemTime::UNIX_EPOCH).ok()?.as_secs();
    let signed = signer.clear_sign(&release, u32::try_from(seconds).ok()?);
    files.insert("dists/stable/InRelease".to_owned(), signed.into_bytes());
    files.insert("key".to_owned(), signer.public_key().into_bytes());
    Some(Files { files, fingerprint: signer.fingerprint() })
}

//! A package repository on loopback, signed by the real `gpg`, whose files a test may change at any time.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::io::Write as _;
use std::sync::{Arc, Mutex};

use super::keyring::Keyring;
use super::scripted::{Reply, Request, Scripted};

type Files = Arc<Mutex<BTreeMap<String, Vec<u8>>>>;
type Fault = Box<dyn Fn(&Request, usize) -> Option<Reply> + Send + Sync>;

pub(crate) const KEY: &str = "repository";
pub(crate) const CURRENT: &str = "/keys/DATADOG_APT_KEY_CURRENT.public";
const LISTS: &str = "/apt/dists/stable";

/// The repository with its packages and the server that gives them out.
pub(crate) struct PackageRepository {
    pub(crate) keyring: Keyring,
    pub(crate) server: Scripted,
    files: Files,
    /// Paragraphs of each major version's list.
    lists: BTreeMap<u32, String>,
    /// Fields before the hashes.
    pub(crate) head: String,
    /// How it is signed, as options of gpg.
    pub(crate) signing: Vec<String>,
}

impl PackageRepository {
    pub(crate) fn new() -> Self {
        Self::with_faults(Keyring::with_key(KEY), |_, _| None)
    }

    /// One whose server answers by `fault` where that gives an answer.
    pub(crate) fn with_faults(
        keyring: Keyring,
        fault: impl Fn(&Request, usize) -> Option<Reply> + Send + Sync + 'static,
    ) -> Self {
        let files = Files::default();
        let (shelf, fault): (Files, Fault) = (Arc::clone(&files), Box::new(fault));
        let server = Scripted::start(move |request, nth| {
            fault(request, nth).unwrap_or_else(|| serve(request, &shelf.lock().unwrap()))
        });
        let repository = Self {
            keyring,
            server,
            files,
            lists: BTreeMap::from([(6, String::new()), (7, String::new())]),
            head: format!("Suite: stable\nDate: {}\n", date("-1 hour")),
            signing: vec!["-u".into(), KEY.into()],
        };
        repository.put(CURRENT, repository.keyring.public(KEY));
        repository
    }

    /// Adds a package under its path in the pool, which is given back.
    pub(crate) fn add(&mut self, name: &str, version: &str, package: Vec<u8>) -> String {
        let filename = format!("pool/d/{name}_{}_amd64.deb", version.replace("1:", ""));
        let hash = sha256(&package);
        let major = if version.contains("1:6.") { 6 } else { 7 };
        let list = self.lists.get_mut(&major).unwrap();
        write!(
            list,
            "Package: {name}\nVersion: {version}\nArchitecture: amd64\nFilename: {filename}\nSize: {}\nSHA256: {hash}\nDescription: x\n continued\n\n",
            package.len(),
        )
        .unwrap();
        let path = format!("/apt/{filename}");
        self.put(&path, package);
        path
    }

    /// Writes lists and index and signs them.
    pub(crate) fn publish(&self) {
        let text = self.index();
        let how: Vec<&str> = self.signing.iter().map(String::as_str).collect();
        self.put(&format!("{LISTS}/InRelease"), self.keyring.sign(&text, &how));
    }

    /// Writes the lists and gives the index before it is signed.
    pub(crate) fn index(&self) -> String {
        let mut index = format!("{}SHA256:\n", self.head);
        for (major, list) in &self.lists {
            let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
            gzip.write_all(list.as_bytes()).unwrap();
            let packed = gzip.finish().unwrap();
            for (name, content) in [("Packages", list.as_bytes().to_vec()), ("Packages.gz", packed)] {
                let path = format!("{major}/binary-amd64/{name}");
                writeln!(index, " {} {} {path}", sha256(&content), content.len()).unwrap();
                self.put(&format!("{LISTS}/{path}"), content);
            }
        }
        index
    }

    pub(crate) fn put(&self, path: &str, content: Vec<u8>) {
        self.files.lock().unwrap().insert(path.into(), content);
    }

    pub(crate) fn remove(&self, path: &str) {
        self.files.lock().unwrap().remove(path).unwrap();
    }

    pub(crate) fn get(&self, path: &str) -> Vec<u8> {
        self.files.lock().unwrap()[path].clone()
    }

    /// Changes a file as somebody on the way might.
    pub(crate) fn tamper(&self, path: &str, change: impl FnOnce(&mut Vec<u8>)) {
        change(self.files.lock().unwrap().get_mut(path).unwrap());
    }

    /// The variables that point the build step here.
    pub(crate) fn variables(&self) -> [(&'static str, String); 3] {
        let url = self.server.url();
        [
            ("DD_HEROKU_APT_URL", format!("{url}apt")),
            ("DD_HEROKU_APT_KEYS_URL", format!("{url}keys")),
            ("DD_HEROKU_APT_KEY_FINGERPRINTS", self.keyring.fingerprint(KEY)),
        ]
    }
}

/// Gives out a file, or the part of it that is asked for.
fn serve(request: &Request, files: &BTreeMap<String, Vec<u8>>) -> Reply {
    let Some(file) = files.get(&request.path) else {
        return Reply::Raw(404, vec![], b"<html>not here</html>".to_vec());
    };
    match request
        .header("range")
        .and_then(|range| range.strip_prefix("bytes=")?.strip_suffix('-')?.parse().ok())
    {
        Some(from) => {
            let range = format!("bytes {from}-{}/{}", file.len() - 1, file.len());
            Reply::Raw(206, vec![("content-range", range)], file[from..].to_vec())
        }
        None => Reply::Raw(200, vec![("etag", format!("\"{}\"", sha256(file)))], file.clone()),
    }
}

/// A date as repositories write it; `when` as `date` understands it.
pub(crate) fn date(when: &str) -> String {
    let output = std::process::Command::new("date")
        .env("LC_ALL", "C")
        .args(["-u", "-d", when, "+%a, %d %b %Y %H:%M:%S UTC"])
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    let digest = ring::digest::digest(&ring::digest::SHA256, bytes);
    digest.as_ref().iter().fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

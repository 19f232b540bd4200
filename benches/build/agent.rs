//! A package with the size and the shape of the Agent's, made once, and the repository around it.

use std::fs;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::Command;

pub(crate) const DEB: &str = "apt/pool/agent.deb";
pub(crate) const KEYRING: &str = "keyring.gpg";
pub(crate) const FINGERPRINT: &str = "fingerprint";

/// The large files, in megabytes. About half of the package is pruned, as it is of the real one.
const LARGE: &[(&str, usize)] = &[
    ("bin/agent/agent", 75),
    ("embedded/bin/trace-agent", 40),
    ("embedded/bin/system-probe", 70),
    ("embedded/bin/security-agent", 45),
    ("embedded/bin/installer", 30),
    ("embedded/bin/secret-generic-connector", 20),
    ("embedded/bin/clang-bpf", 40),
    ("embedded/lib/libbcc.so.0", 10),
    ("embedded/lib/libpython3.13.so.1.0", 10),
    ("embedded/lib/libcrypto.a", 10),
    ("embedded/lib/libcrypto.so.3", 6),
    ("embedded/lib/librdkafka.so.1", 4),
    ("sources/all.tar", 20),
];
const SMALL: usize = 17_000;

/// Packs and signs; `$1` the folder with the files in `root`.
const PACK: &str = r#"
set -eu
cd "$1"; mkdir -p root/DEBIAN apt/pool keys apt/dists/stable/7/binary-amd64 gpg; chmod 700 gpg
printf 'Package: datadog-heroku-agent\nVersion: 1:7.81.2-1\nArchitecture: amd64\nMaintainer: A Benchmark <b@example.com>\nDescription: an Agent\n' > root/DEBIAN/control
dpkg-deb --root-owner-group -Zxz -z6 --threads-max=2 --build root apt/pool/agent.deb
rm -r root
cd apt
{ cat <<END
Package: datadog-heroku-agent
Version: 1:7.81.2-1
Architecture: amd64
Maintainer: A Benchmark <b@example.com>
Filename: pool/agent.deb
Size: $(stat -c %s pool/agent.deb)
SHA256: $(sha256sum pool/agent.deb | cut -d' ' -f1)
Description: an Agent
END
} > dists/stable/7/binary-amd64/Packages
gzip -k dists/stable/7/binary-amd64/Packages
cd dists/stable
{ printf 'Origin: bench\nSuite: stable\nCodename: stable\nArchitectures: amd64\nComponents: 7\nDate: %s\nSHA256:\n' "$(date -u '+%a, %d %b %Y %H:%M:%S UTC')"
for f in 7/binary-amd64/Packages 7/binary-amd64/Packages.gz; do echo " $(sha256sum $f | cut -d' ' -f1) $(stat -c %s $f) $f"; done
} > Release
g="gpg --batch --quiet --homedir $1/gpg --pinentry-mode loopback --passphrase ''"
eval "$g --quick-generate-key bench rsa4096 sign never"
$g --clearsign --output InRelease Release
$g --export bench > "$1/keyring.gpg"; $g --armor --export bench > "$1/keys/DATADOG_APT_KEY_CURRENT.public"
$g --with-colons --list-keys bench | awk -F: '/^fpr/{print $10;exit}' > "$1/fingerprint"
gpgconf --homedir "$1/gpg" --kill all
"#;

/// Makes repository and package in `folder`, unless they exist. `python` puts what Python has into the folder of libraries.
pub(crate) fn make(folder: &Path, python: impl FnOnce(&Path)) {
    if folder.join(FINGERPRINT).exists() {
        return;
    }
    let _ = fs::remove_dir_all(folder);
    let agent = folder.join("root/opt/datadog-agent");
    let mut words = Words::new();
    for (path, megabytes) in LARGE {
        words.write(&agent.join(path), megabytes * 1_000_000);
    }
    python(&agent.join("embedded/lib"));
    let script = Command::new("sh").args(["-c", PACK, "pack"]).arg(folder).status().unwrap();
    assert!(script.success());
}

/// Python packages made up of small files.
pub(crate) fn small_files(lib: &Path) {
    let mut words = Words::new();
    for number in 0..SMALL {
        let package = ["datadog_checks", "kubernetes", "psycopg", "pyVmomi", "requests"][number % 5];
        let path = format!("python3.13/site-packages/{package}/m{}/file{number}.py", number / 100);
        words.write(&lib.join(path), 1_000 + (number * 7919) % 24_000);
    }
}

/// Text that xz packs to about a quarter: words of a fixed list, some far more common than others, and noise.
struct Words {
    list: Vec<Vec<u8>>,
    state: u64,
}

impl Words {
    fn new() -> Self {
        let mut words = Self { list: Vec::new(), state: 0x9e37_79b9_7f4a_7c15 };
        for _ in 0..8192 {
            let length = 8 + words.next() % 10;
            let word = (0..length).map(|_| words.next().to_le_bytes()[1]).collect();
            words.list.push(word);
        }
        words
    }

    /// xorshift64*
    fn next(&mut self) -> u64 {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        self.state.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 16
    }

    fn write(&mut self, path: &Path, bytes: usize) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        let mut file = BufWriter::new(fs::File::create(path).unwrap());
        let mut written = 0;
        while written < bytes {
            let dice = self.next();
            if dice.is_multiple_of(24) {
                file.write_all(&dice.to_le_bytes()).unwrap();
                written += 8;
            } else {
                // The square makes the first words common.
                let at = (((dice >> 8) & 0xfff) * ((dice >> 20) & 0xfff)) >> 11;
                let word = &self.list[usize::try_from(at).unwrap()];
                file.write_all(word).unwrap();
                written += word.len();
            }
        }
    }
}

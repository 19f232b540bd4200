//! OpenPGP keys made by the real `gpg`, in a home of their own.

use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

/// A keyring. Its agent ends with it.
pub(crate) struct Keyring(TempDir);

impl Keyring {
    pub(crate) fn new() -> Self {
        Self(tempfile::Builder::new().prefix("ddk").tempdir().unwrap())
    }

    /// A keyring with one key of that name that signs, never expires and is an Ed25519 key.
    pub(crate) fn with_key(name: &str) -> Self {
        let keyring = Self::new();
        keyring.generate(name, "ed25519", "sign", "never", &[]);
        keyring
    }

    pub(crate) fn generate(&self, name: &str, kind: &str, usage: &str, expires: &str, more: &[&str]) {
        let user = format!("{name} <{name}@example.com>");
        self.gpg(&[more, &["--quick-generate-key", &user, kind, usage, expires]].concat());
    }

    /// The primary key's fingerprint.
    pub(crate) fn fingerprint(&self, name: &str) -> String {
        let listing = self.gpg(&["--with-colons", "--list-keys", name]);
        let listing = String::from_utf8(listing).unwrap();
        let line = listing.lines().find(|line| line.starts_with("fpr:")).unwrap();
        line.split(':').nth(9).unwrap().to_owned()
    }

    /// The public key, armored.
    pub(crate) fn public(&self, name: &str) -> Vec<u8> {
        self.gpg(&["--armor", "--export", name])
    }

    /// Revokes a key with the certificate that gpg made along with it.
    pub(crate) fn revoke(&self, name: &str) {
        let file = format!("openpgp-revocs.d/{}.rev", self.fingerprint(name));
        let path = self.0.path().join(&file);
        let certificate = std::fs::read_to_string(&path).unwrap().replace("\n:-----BEGIN", "\n-----BEGIN");
        std::fs::write(&path, certificate).unwrap();
        self.gpg(&["--import", path.to_str().unwrap()]);
    }

    /// A clear-signed message; `how` are gpg's options, such as `-u NAME`.
    pub(crate) fn sign(&self, text: &str, how: &[&str]) -> Vec<u8> {
        let file = tempfile::NamedTempFile::new_in(self.0.path()).unwrap();
        std::fs::write(file.path(), text).unwrap();
        self.gpg(&[how, &["--output", "-", "--clearsign", file.path().to_str().unwrap()]].concat())
    }

    pub(crate) fn gpg(&self, arguments: &[&str]) -> Vec<u8> {
        let output = Command::new("gpg")
            .args([
                "--batch",
                "--yes",
                "--quiet",
                "--pinentry-mode",
                "loopback",
                "--passphrase",
                "",
                "--homedir",
            ])
            .arg(self.0.path())
            .args(arguments)
            .output()
            .unwrap();
        assert!(output.status.success(), "gpg {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }

    fn home(&self) -> &Path {
        self.0.path()
    }
}

impl Drop for Keyring {
    fn drop(&mut self) {
        let _ = Command::new("gpgconf").arg("--homedir").arg(self.home()).args(["--kill", "all"]).output();
    }
}

//! Whether a text was signed by a trusted key. `gpgv` judges: it is on every Heroku image, it is what apt asks, and
//! well-kept C that has been attacked for decades beats four hundred new lines of ours. We hold it to three more
//! rules, because gpgv calls a signature valid when its key has expired or its hash is SHA-1:
//!
//! - `GOODSIG` counts, which gpgv says of keys that are neither expired nor revoked;
//! - the primary key's full fingerprint must be trusted: a short id proves nothing;
//! - the hash must be SHA-256 or better.
//!
//! One bad signature spoils all; signatures of keys we do not know are passed over, so that a repository can sign
//! with its next key too. What is used afterwards is the text that gpgv gives back and nothing around it.
//! Everything gpgv needs is in a temporary folder: nothing of it stays in the build.

use std::fs;
use std::io;
use std::process::{Command, Stdio};

use super::keys::Key;
use crate::buildpack::error::{Error, Kind, Result};
use crate::temporary;

/// The numbers OpenPGP gives SHA-256, SHA-384 and SHA-512.
const HASHES: [&str; 3] = ["8", "9", "10"];

/// The text inside a clear-signed `message`, if one of the `keys` with a `trusted` fingerprint signed it, and that fingerprint.
pub(crate) fn verify(message: &[u8], keys: &[Key], trusted: &[String]) -> Result<(Vec<u8>, String)> {
    let disk = |cause: io::Error| {
        Error::because(Kind::Disk, "cannot prepare the check of the repository's signature", cause)
            .remedy("Look at the space and the permissions of the temporary folder.")
    };
    let folder = temporary::Folder::new("dd-heroku-gpgv-").map_err(disk)?;
    let path = |name: &str| folder.path().join(name);
    let keyring: Vec<u8> = keys.iter().flat_map(|key| &key.packets).copied().collect();
    fs::write(path("keyring.gpg"), keyring).map_err(disk)?;
    fs::write(path("message"), message).map_err(disk)?;
    let run = Command::new("gpgv")
        .env("LC_ALL", "C")
        .env_remove("GNUPGHOME")
        .arg("--homedir")
        .arg(folder.path())
        .args(["--status-fd", "1", "--keyring"])
        .arg(path("keyring.gpg"))
        .arg("--output")
        .arg(path("text"))
        .arg(path("message"))
        .stdin(Stdio::null())
        .output()
        .map_err(|cause| {
            Error::because(
                Kind::Untrusted,
                "cannot run `gpgv`, which checks the repository's signature",
                cause,
            )
            .remedy("Install it: `apt-get install gpgv` (Debian, Ubuntu), `brew install gnupg` (macOS).")
        })?;
    let signed_by = judge(&String::from_utf8_lossy(&run.stdout), trusted).map_err(|why| {
        Error::because(Kind::Untrusted, "the package repository's index cannot be trusted", why)
            .remedy("Nothing was installed. If Datadog announced a new signing key, update the buildpack.")
            .remedy("If this is a mirror of your own, name its key's fingerprint in DD_HEROKU_APT_KEY_FINGERPRINTS.")
    })?;
    Ok((fs::read(path("text")).map_err(disk)?, signed_by))
}

/// What gpgv found out about one signature.
#[derive(Default)]
struct Signature {
    good: bool,
    /// Fingerprint of the primary key, and whether the hash is strong.
    valid: Option<(String, bool)>,
    problem: Option<String>,
}

/// Reads gpgv's status lines and gives back the fingerprint of the trusted key that signed.
/// Source: <https://git.gnupg.org/cgi-bin/gitweb.cgi?p=gnupg.git;f=doc/DETAILS>.
fn judge(status: &str, trusted: &[String]) -> anyhow::Result<String> {
    let mut signatures: Vec<Signature> = Vec::new();
    for line in status.lines().filter_map(|line| line.strip_prefix("[GNUPG:] ")) {
        let words: Vec<&str> = line.split(' ').collect();
        let (&word, rest) = words.split_first().expect("split gives one part at least");
        if word == "NEWSIG" {
            signatures.push(Signature::default());
            continue;
        }
        let Some(signature) = signatures.last_mut() else { continue };
        let key = rest.first().copied().unwrap_or_default();
        match word {
            "GOODSIG" => signature.good = true,
            "VALIDSIG" => {
                let strong = rest.get(7).is_some_and(|hash| HASHES.contains(hash));
                signature.valid = rest.get(9).map(|primary| ((*primary).to_owned(), strong));
            }
            "EXPSIG" => signature.problem = Some(format!("the signature of {key} has expired")),
            "EXPKEYSIG" => signature.problem = Some(format!("the key {key} has expired")),
            "REVKEYSIG" => signature.problem = Some(format!("the key {key} was revoked")),
            "NO_PUBKEY" => signature.problem = Some(format!("there is no trusted key {key}")),
            "BADSIG" => anyhow::bail!("it was changed after {key} signed it"),
            _ => {}
        }
    }
    let mut problems = Vec::new();
    for Signature { good, valid, problem } in signatures {
        match (valid, problem) {
            (_, Some(problem)) => problems.push(problem),
            (Some((primary, strong)), None) if good && trusted.contains(&primary) => {
                if strong {
                    return Ok(primary);
                }
                problems.push(format!("{primary} signed it with a weak hash"));
            }
            (Some((primary, _)), None) => problems.push(format!("the key {primary} is not trusted")),
            (None, None) => problems.push("a signature cannot be checked".to_owned()),
        }
    }
    if problems.is_empty() {
        problems.push("it is not signed".to_owned());
    }
    anyhow::bail!(problems.join("; "))
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEY: &str = "19D4E8D877A7C87907EA14E3EA38AC8692AAF1C2";
    const SUBKEY: &str = "476BDC906B6F17447AAC18539926189BF908B792";

    fn valid(by: &str, hash: u8, primary: &str) -> String {
        format!("[GNUPG:] VALIDSIG {by} 2026-11-22 1795363313 0 4 0 1 {hash} 01 {primary}\n")
    }

    fn verdict(status: &str) -> String {
        judge(status, &[KEY.to_owned()]).err().map_or_else(|| "trusted".into(), |why| why.to_string())
    }

    #[test]
    fn a_good_signature_of_a_trusted_key_or_its_subkey_counts() {
        let good = "[GNUPG:] NEWSIG\n[GNUPG:] GOODSIG 9926189BF908B792 x\n";
        assert_eq!(verdict(&(good.to_owned() + &valid(KEY, 8, KEY))), "trusted");
        assert_eq!(verdict(&(good.to_owned() + &valid(SUBKEY, 10, KEY))), "trusted");
        assert_eq!(
            verdict(&(good.to_owned() + &valid(KEY, 8, SUBKEY))),
            format!("the key {SUBKEY} is not trusted")
        );
        assert_eq!(
            verdict(&(good.to_owned() + &valid(KEY, 2, KEY))),
            format!("{KEY} signed it with a weak hash")
        );
    }

    #[test]
    fn a_valid_signature_of_an_expired_or_revoked_key_does_not() {
        for (word, why) in [
            ("EXPKEYSIG", "the key K has expired"),
            ("REVKEYSIG", "the key K was revoked"),
            ("EXPSIG", "the signature of K has expired"),
            ("BADSIG", "it was changed after K signed it"),
            ("OTHER", "the key 19D4E8D877A7C87907EA14E3EA38AC8692AAF1C2 is not trusted"),
        ] {
            let status = format!("[GNUPG:] NEWSIG\n[GNUPG:] {word} K user\n{}", valid(KEY, 8, KEY));
            assert_eq!(verdict(&status), why);
        }
    }

    #[test]
    fn an_unknown_signature_beside_a_good_one_does_no_harm_and_a_bad_one_does() {
        let unknown = "[GNUPG:] NEWSIG\n[GNUPG:] ERRSIG U 22 8 01 1 9 -\n[GNUPG:] NO_PUBKEY U\n";
        let good = format!("[GNUPG:] NEWSIG\n[GNUPG:] GOODSIG K x\n{}", valid(KEY, 8, KEY));
        let bad = "[GNUPG:] NEWSIG\n[GNUPG:] BADSIG B x\n";
        assert_eq!(verdict(&format!("{unknown}{good}")), "trusted");
        assert_eq!(verdict(unknown), "there is no trusted key U");
        assert_eq!(verdict(&format!("{good}{bad}")), "it was changed after B signed it");
        assert_eq!(verdict(""), "it is not signed");
    }

    #[test]
    fn a_good_signature_without_its_fingerprint_is_none() {
        assert_eq!(verdict("[GNUPG:] NEWSIG\n[GNUPG:] GOODSIG K x\n"), "a signature cannot be checked");
    }
}

//! The sandbox's own signing key, and the clear-signed texts and the public key it makes: version 4 packets with
//! Ed25519, as RFC 4880 and its EdDSA extension have them. It signs; it never judges a signature.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::digest::{self, SHA1_FOR_LEGACY_USE_ONLY, SHA256};
use ring::signature::{Ed25519KeyPair, KeyPair};

const USER: &[u8] = b"dd-heroku sandbox <sandbox@localhost>";
/// 2026-01-01. The key's fingerprint depends on it.
const MADE_AT: u32 = 1_767_225_600;
/// The key is not a secret: it is trusted by the sandbox's own builds and by nothing else.
const SEED: [u8; 32] = *b"dd-heroku sandbox: trust nowhere";

const HEX: [char; 16] = ['0', '1', '2', '3', '4', '5', '6', '7', '8', '9', 'A', 'B', 'C', 'D', 'E', 'F'];

const EDDSA: u8 = 22;
const SHA256_ID: u8 = 8;
/// 1.3.6.1.4.1.11591.15.1, with its length in front.
const ED25519: [u8; 10] = [9, 0x2b, 0x06, 0x01, 0x04, 0x01, 0xda, 0x47, 0x0f, 0x01];

const TEXT: u8 = 0x01;
const POSITIVE_CERTIFICATION: u8 = 0x13;

/// The signing key.
pub(super) struct Signer {
    pair: Ed25519KeyPair,
    /// The body of the public key's packet.
    public: Vec<u8>,
    fingerprint: [u8; 20],
}

impl Signer {
    /// The sandbox's key; `None` when the library refuses it, which it does not.
    pub(super) fn new() -> Option<Self> {
        let pair = Ed25519KeyPair::from_seed_unchecked(&SEED).ok()?;
        let mut public = vec![4];
        public.extend(MADE_AT.to_be_bytes());
        public.push(EDDSA);
        public.extend(ED25519);
        // The point, with the prefix of its compressed form: 263 bits.
        public.extend(263_u16.to_be_bytes());
        public.push(0x40);
        public.extend(pair.public_key().as_ref());
        let digest = digest::digest(&SHA1_FOR_LEGACY_USE_ONLY, &key_for_hashing(&public));
        let fingerprint = digest.as_ref().try_into().ok()?;
        Some(Self { pair, public, fingerprint })
    }

    /// The fingerprint, 40 upper-case hex digits.
    pub(super) fn fingerprint(&self) -> String {
        self.fingerprint
            .iter()
            .flat_map(|byte| [byte >> 4, byte & 15])
            .map(|digit| HEX[usize::from(digit)])
            .collect()
    }

    /// The public key with its user and the certification of it, armored.
    pub(super) fn public_key(&self) -> String {
        let mut certified = key_for_hashing(&self.public);
        certified.push(0xb4);
        certified.extend(length32(USER));
        certified.extend(USER);
        // Key flags: may certify and sign.
        let certification = self.signature(POSITIVE_CERTIFICATION, MADE_AT, &[2, 27, 0x03], &certified);
        let packets = [packet(6, &self.public), packet(13, USER), packet(2, &certification)].concat();
        armor("PUBLIC KEY BLOCK", &packets)
    }

    /// `text`, clear-signed. Its lines may not begin with a dash nor end with blanks.
    pub(super) fn clear_sign(&self, text: &str, made_at: u32) -> String {
        let text = text.trim_end_matches('\n');
        let canonical = text.replace('\n', "\r\n");
        let signature = self.signature(TEXT, made_at, &[], canonical.as_bytes());
        let armored = armor("SIGNATURE", &packet(2, &signature));
        format!("-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n{text}\n{armored}")
    }

    /// The body of a signature packet over `data`; `extra` are further hashed subpackets.
    fn signature(&self, kind: u8, made_at: u32, extra: &[u8], data: &[u8]) -> Vec<u8> {
        let mut hashed = vec![5, 2];
        hashed.extend(made_at.to_be_bytes());
        hashed.extend([22, 33, 4]);
        hashed.extend(self.fingerprint);
        hashed.extend(extra);
        let mut body = vec![4, kind, EDDSA, SHA256_ID];
        body.extend(length16(&hashed));
        body.extend(&hashed);
        let mut signed = data.to_vec();
        signed.extend(&body);
        signed.extend([4, 0xff]);
        signed.extend(length32(&body));
        let digest = digest::digest(&SHA256, &signed);
        let mut issuer = vec![9, 16];
        issuer.extend(&self.fingerprint[12..]);
        body.extend(length16(&issuer));
        body.extend(issuer);
        body.extend(&digest.as_ref()[..2]);
        let signature = self.pair.sign(digest.as_ref());
        let (r, s) = signature.as_ref().split_at(32);
        body.extend(integer(r));
        body.extend(integer(s));
        body
    }
}

/// A public key's packet as fingerprints and certifications hash it.
fn key_for_hashing(public: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x99];
    bytes.extend(length16(public));
    bytes.extend(public);
    bytes
}

/// A multi-precision integer: its bits, then its bytes without leading zeros.
fn integer(bytes: &[u8]) -> Vec<u8> {
    let bytes = &bytes[bytes.iter().position(|byte| *byte != 0).unwrap_or(bytes.len())..];
    let bits = bytes.first().map_or(0, |first| bytes.len() * 8 - first.leading_zeros() as usize);
    let mut encoded = u16::try_from(bits).unwrap_or_default().to_be_bytes().to_vec();
    encoded.extend(bytes);
    encoded
}

/// A packet with a header of the new format. Ours are shorter than 192 bytes.
fn packet(tag: u8, body: &[u8]) -> Vec<u8> {
    let mut packet = vec![0xc0 | tag, u8::try_from(body.len()).unwrap_or(u8::MAX)];
    packet.extend(body);
    packet
}

fn length16(bytes: &[u8]) -> [u8; 2] {
    u16::try_from(bytes.len()).unwrap_or(u16::MAX).to_be_bytes()
}

fn length32(bytes: &[u8]) -> [u8; 4] {
    u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes()
}

fn armor(what: &str, packets: &[u8]) -> String {
    let encoded = STANDARD.encode(packets);
    let lines: Vec<_> = encoded.as_bytes().chunks(64).map(String::from_utf8_lossy).collect();
    let check = STANDARD.encode(&checksum(packets).to_be_bytes()[1..]);
    format!("-----BEGIN PGP {what}-----\n\n{}\n={check}\n-----END PGP {what}-----\n", lines.join("\n"))
}

/// The armor's CRC-24 (RFC 4880, section 6.1).
fn checksum(bytes: &[u8]) -> u32 {
    let mut crc = 0x00b7_04ce_u32;
    for byte in bytes {
        crc ^= u32::from(*byte) << 16;
        for _ in 0..8 {
            crc <<= 1;
            if crc & 0x0100_0000 != 0 {
                crc ^= 0x0186_4cfb;
            }
        }
    }
    crc & 0x00ff_ffff
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::process::Command;

    #[test]
    fn gpg_takes_the_key_and_its_signature() {
        let signer = Signer::new().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("key.asc"), signer.public_key()).unwrap();
        fs::write(path("text.asc"), signer.clear_sign("Origin: sandbox\nSuite: stable\n", MADE_AT + 60))
            .unwrap();
        let gpg = |arguments: &[&str]| {
            let output = Command::new("gpg")
                .env("LC_ALL", "C")
                .arg("--homedir")
                .arg(folder.path())
                .args(["--batch", "--status-fd", "1"])
                .args(arguments)
                .current_dir(folder.path())
                .output()
                .unwrap();
            String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
        };
        let imported = gpg(&["--import", "key.asc"]);
        assert!(imported.contains(&format!("IMPORT_OK 1 {}", signer.fingerprint())), "{imported}");
        let verified = gpg(&["--verify", "text.asc"]);
        assert!(verified.contains("GOODSIG"), "{verified}");
        let tampered = fs::read_to_string(path("text.asc")).unwrap().replace("stable", "stabler");
        fs::write(path("text.asc"), tampered).unwrap();
        assert!(gpg(&["--verify", "text.asc"]).contains("BADSIG"));
        // gpg started an agent that would outlive the test.
        let stopped =
            Command::new("gpgconf").arg("--homedir").arg(folder.path()).args(["--kill", "all"]).status();
        assert!(stopped.unwrap().success());
    }

    #[test]
    fn integers_have_no_leading_zeros() {
        assert_eq!(integer(&[0, 0, 1, 2]), [0, 9, 1, 2]);
        assert_eq!(integer(&[0x80]), [0, 8, 0x80]);
        assert_eq!(integer(&[0, 0]), [0, 0]);
    }
}

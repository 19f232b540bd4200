//! The repository's public keys, as they are downloaded: of what a server gives, only keys with a trusted
//! fingerprint are kept. This module finds the keys and names them; what they signed, gpgv decides.
//!
//! Format: RFC 9580, sections 4.2 (packet headers), 5.5.4 (fingerprints) and 6.2 (armor).

use anyhow::{Context, bail, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::digest;

const PUBLIC_KEY: u8 = 6;
const BEGIN: &str = "-----BEGIN PGP PUBLIC KEY BLOCK-----";
const END: &str = "-----END PGP PUBLIC KEY BLOCK-----";

/// A public key with everything that belongs to it: user ids, subkeys, signatures.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Key {
    /// Of the primary key: 40 upper-case hex digits.
    pub(crate) fingerprint: String,
    /// The packets, as a keyring holds them.
    pub(crate) packets: Vec<u8>,
}

/// The keys in a file, armored or not.
pub(crate) fn parse(file: &[u8]) -> anyhow::Result<Vec<Key>> {
    if file.first().is_some_and(|byte| byte & 0x80 != 0) {
        return keys(file);
    }
    let text = std::str::from_utf8(file).ok().context("it is neither text nor a key")?;
    keys(&unarmor(text)?)
}

/// The bytes of every armored block of a text.
fn unarmor(text: &str) -> anyhow::Result<Vec<u8>> {
    let mut packets = Vec::new();
    let mut lines = text.lines().map(str::trim_end);
    while lines.by_ref().any(|line| line == BEGIN) {
        // Headers end at an empty line.
        ensure!(lines.by_ref().any(str::is_empty), "a block of it has no content");
        let mut encoded = String::new();
        loop {
            match lines.next() {
                Some(END) => break,
                // The checksum of the armor, which nothing depends on.
                Some(line) if line.starts_with('=') => {}
                Some(line) => encoded.push_str(line),
                None => bail!("a block of it does not end"),
            }
        }
        packets.extend(STANDARD.decode(encoded).context("a block of it is not base64")?);
    }
    ensure!(!packets.is_empty(), "it holds no key");
    Ok(packets)
}

/// Cuts a sequence of packets where public keys begin.
fn keys(mut packets: &[u8]) -> anyhow::Result<Vec<Key>> {
    let mut keys: Vec<Key> = Vec::new();
    while !packets.is_empty() {
        let Packet { tag, body, length } = packet(packets)?;
        if tag == PUBLIC_KEY {
            keys.push(Key { fingerprint: fingerprint(body)?, packets: Vec::new() });
        }
        let key = keys.last_mut().context("it does not begin with a key")?;
        key.packets.extend_from_slice(&packets[..length]);
        packets = &packets[length..];
    }
    Ok(keys)
}

struct Packet<'a> {
    tag: u8,
    body: &'a [u8],
    /// Of header and body, in bytes.
    length: usize,
}

/// The first packet.
fn packet(bytes: &[u8]) -> anyhow::Result<Packet<'_>> {
    let byte = |at: usize| bytes.get(at).copied().map(usize::from).context("a packet of it is cut off");
    let head = byte(0)?;
    ensure!(head & 0x80 != 0, "it is not made of packets");
    let (tag, header, size) = if head & 0x40 != 0 {
        let size = match byte(1)? {
            size @ 0..=191 => (2, size),
            first @ 192..=223 => (3, ((first - 192) << 8) + byte(2)? + 192),
            255 => (6, byte(2)? << 24 | byte(3)? << 16 | byte(4)? << 8 | byte(5)?),
            _ => bail!("a packet of it has no length"),
        };
        (head & 0x3f, size.0, size.1)
    } else {
        let size = match head & 3 {
            0 => (2, byte(1)?),
            1 => (3, byte(1)? << 8 | byte(2)?),
            2 => (5, byte(1)? << 24 | byte(2)? << 16 | byte(3)? << 8 | byte(4)?),
            _ => bail!("a packet of it has no length"),
        };
        ((head >> 2) & 0x0f, size.0, size.1)
    };
    let length = header + size;
    let body = bytes.get(header..length).context("a packet of it is cut off")?;
    Ok(Packet { tag: u8::try_from(tag)?, body, length })
}

/// The fingerprint of a version 4 key, which is what the pinned ones are.
fn fingerprint(body: &[u8]) -> anyhow::Result<String> {
    ensure!(body.first() == Some(&4), "it holds a key of another version than 4");
    let length = u16::try_from(body.len()).ok().context("it holds a key that is too long")?;
    let mut context = digest::Context::new(&digest::SHA1_FOR_LEGACY_USE_ONLY);
    context.update(&[0x99]);
    context.update(&length.to_be_bytes());
    context.update(body);
    Ok(crate::buildpack::hash::hex(context.finish().as_ref()).to_ascii_uppercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An Ed25519 key made by `gpg --quick-generate-key ed@x`, without its user id and signature.
    const KEY: &str = "-----BEGIN PGP PUBLIC KEY BLOCK-----\nComment: none\n\nmDMEawMR8RYJKwYBBAHaRw8BAQdA3bcK1yX1sfR7wJDQ9jTNZfhGiFNwd6biyRgpzuI2DAs=\n-----END PGP PUBLIC KEY BLOCK-----\n";
    const FINGERPRINT: &str = "1509958808DC26F4B44B283D8660143D3424399D";

    #[test]
    fn a_key_is_known_by_its_fingerprint() {
        let keys = parse(KEY.as_bytes()).unwrap();
        assert_eq!(keys.len(), 1);
        assert_eq!(keys[0].fingerprint, FINGERPRINT);
        assert_eq!(parse(&keys[0].packets).unwrap(), keys);
    }

    #[test]
    fn a_file_may_hold_several_keys() {
        let keys = parse(KEY.repeat(2).as_bytes()).unwrap();
        assert_eq!(keys.len(), 2);
        assert_eq!(keys[0], keys[1]);
    }

    proptest::proptest! {
        #[test]
        fn no_file_makes_it_panic(file: Vec<u8>, at in 0..60usize, byte: u8) {
            let _ = parse(&file);
            let mut key = parse(KEY.as_bytes()).unwrap().remove(0).packets;
            if let Some(changed) = key.get_mut(at) {
                *changed = byte;
            }
            let _ = parse(&key);
        }
    }

    #[test]
    fn what_is_no_key_is_refused() {
        for file in [&b""[..], b"<html>404</html>", b"\x99", b"\x99\xff\xff\x04", b"\xff\xff", &[0x98, 1, 5]]
        {
            assert!(parse(file).is_err(), "{file:?}");
        }
        assert!(parse(KEY.trim_end().trim_end_matches('-').as_bytes()).is_err());
    }
}

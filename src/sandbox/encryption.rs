//! The state at rest: encrypted, under a key in a file next to it that only its owner may read. Real keys are tried
//! out in the sandbox; anyone who searches a disk, a backup or a bug report for one must find none here.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom, SystemRandom};
use serde::{Deserialize, Serialize};

use super::atomic;

/// What a sealed file says: the number of the layout inside, and the sealed bytes.
#[derive(Deserialize, Serialize)]
struct Envelope {
    format: u32,
    sealed: String,
}

/// Seals `bytes` for the state file `file`. The key is made where there is none.
pub(crate) fn seal(file: &Path, format: u32, bytes: &[u8]) -> anyhow::Result<Vec<u8>> {
    let key = match fs::read(key_file(file)) {
        Ok(key) => key,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            let mut key = vec![0; AES_256_GCM.key_len()];
            fill(&mut key)?;
            atomic::write(&key_file(file), &key)?;
            key
        }
        Err(error) => return Err(error.into()),
    };
    let mut nonce = [0; NONCE_LEN];
    fill(&mut nonce)?;
    let mut sealed = bytes.to_vec();
    cipher(&key)?
        .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut sealed)
        .map_err(|_| anyhow!("the state cannot be encrypted"))?;
    let sealed = BASE64_STANDARD.encode([&nonce[..], &sealed].concat());
    Ok(serde_json::to_vec(&Envelope { format, sealed })?)
}

/// What was sealed for the state file `file`, in the layout `format`.
pub(crate) fn open(file: &Path, format: u32, text: &[u8]) -> anyhow::Result<Vec<u8>> {
    let envelope: Envelope = serde_json::from_slice(text)?;
    if envelope.format != format {
        bail!("its format is {}; this version of dd-heroku reads {format}", envelope.format);
    }
    let key = fs::read(key_file(file))
        .with_context(|| format!("its key `{}` cannot be read", key_file(file).display()))?;
    let mut sealed = BASE64_STANDARD.decode(envelope.sealed)?;
    let (nonce, rest) = sealed.split_at_mut_checked(NONCE_LEN).ok_or_else(|| anyhow!("it is too short"))?;
    let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| anyhow!("it is too short"))?;
    let opened = cipher(&key)?.open_in_place(nonce, Aad::empty(), rest);
    Ok(opened.map_err(|_| anyhow!("it does not fit its key"))?.to_vec())
}

fn key_file(file: &Path) -> PathBuf {
    file.with_extension("key")
}

fn cipher(key: &[u8]) -> anyhow::Result<LessSafeKey> {
    let key = UnboundKey::new(&AES_256_GCM, key).map_err(|_| anyhow!("its key has the wrong length"))?;
    Ok(LessSafeKey::new(key))
}

fn fill(bytes: &mut [u8]) -> anyhow::Result<()> {
    SystemRandom::new().fill(bytes).map_err(|_| anyhow!("this machine has no randomness"))
}

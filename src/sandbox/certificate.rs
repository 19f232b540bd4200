//! The sandbox's certificate for the addresses of one-off dynos, which clients reach by TLS. It lies beside the state
//! file and is good on 127.0.0.1 only; the key is readable by the user alone.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use rcgen::{CertifiedKey, generate_simple_self_signed};
use rustls::ServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use super::atomic;

/// The file of the certificate of the sandbox with this state file; it is made where it does not exist.
pub(crate) fn ensure(state: &Path) -> anyhow::Result<PathBuf> {
    let (certificate, key) = (file(state), key_file(state));
    if !certificate.exists() || !key.exists() {
        let names = vec!["127.0.0.1".to_owned(), "localhost".to_owned()];
        let CertifiedKey { cert, signing_key } = generate_simple_self_signed(names)?;
        if let Some(folder) = state.parent() {
            fs::create_dir_all(folder)?;
        }
        let write = |file: &Path, text: String| {
            atomic::write(file, text.as_bytes())
                .with_context(|| format!("`{}` cannot be written", file.display()))
        };
        write(&key, signing_key.serialize_pem())?;
        write(&certificate, cert.pem())?;
    }
    Ok(certificate)
}

/// What a TLS server takes; nothing where the sandbox has no certificate.
pub(crate) fn config(state: &Path) -> Option<Arc<ServerConfig>> {
    let chain = CertificateDer::pem_file_iter(file(state)).ok()?.collect::<Result<Vec<_>, _>>().ok()?;
    let key = PrivateKeyDer::from_pem_file(key_file(state)).ok()?;
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().ok()?;
    Some(Arc::new(config.with_no_client_auth().with_single_cert(chain, key).ok()?))
}

fn file(state: &Path) -> PathBuf {
    state.with_extension("tls.crt")
}

fn key_file(state: &Path) -> PathBuf {
    state.with_extension("tls.key")
}

//! What can happen on the way to a server and back.

use std::error::Error;

use rustls::CertificateError;

/// Why there was no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The host name is not known.
    #[error("its name could not be resolved")]
    Dns,
    /// Nothing listens there, or it is unreachable.
    #[error("the connection was refused")]
    Refused,
    /// The proxy did not connect to the server.
    #[error("the proxy refused to connect to it")]
    Proxy,
    /// No answer in time.
    #[error("there was no answer in time")]
    Timeout,
    /// The handshake failed.
    #[error("{0}")]
    Tls(TlsFault),
    /// The connection broke.
    #[error("the connection broke")]
    Reset,
    /// The answer does not fit into [`LARGEST`](super::LARGEST).
    #[error("its answer is larger than 64 MiB")]
    TooLarge,
}

/// What failed in a TLS handshake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TlsFault {
    /// No authority that this machine trusts signed the certificate.
    #[error("its certificate is not trusted by this machine (unknown issuer)")]
    Issuer,
    /// The certificate belongs to other hosts.
    #[error("its certificate is for another host name")]
    Name,
    /// The certificate is too old, or the clock of this machine is ahead.
    #[error("its certificate has expired")]
    Expired,
    /// The certificate is not valid yet: usually the clock of this machine is behind.
    #[error("its certificate is not valid yet")]
    NotYetValid,
    /// The certificate is wrong in another way.
    #[error("its certificate is not valid")]
    Certificate,
    /// The other side does not speak TLS, or no version that both know.
    #[error("it does not speak TLS 1.2 or 1.3")]
    Protocol,
}

impl Fault {
    /// What a failed exchange means.
    pub fn of(error: &reqwest::Error) -> Self {
        if error.is_timeout() {
            Self::Timeout
        } else if error.is_dns() {
            Self::Dns
        } else if let Some(error) = tls_error(error) {
            Self::Tls(TlsFault::of(error))
        } else if error.is_connect() && causes(error).any(|cause| cause.to_string().contains("tunnel")) {
            Self::Proxy
        } else if error.is_connect() {
            Self::Refused
        } else {
            Self::Reset
        }
    }

    /// Whether the request may have arrived nevertheless.
    pub fn leaves_doubt(self) -> bool {
        matches!(self, Self::Timeout | Self::Reset | Self::TooLarge)
    }

    /// Whether it may pass by itself.
    pub fn is_passing(self) -> bool {
        matches!(self, Self::Dns | Self::Refused | Self::Timeout | Self::Reset)
    }
}

impl TlsFault {
    fn of(error: &rustls::Error) -> Self {
        match error {
            rustls::Error::InvalidCertificate(error) => Self::of_certificate(error),
            _ => Self::Protocol,
        }
    }

    fn of_certificate(error: &CertificateError) -> Self {
        match error {
            CertificateError::UnknownIssuer => Self::Issuer,
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => Self::Name,
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => Self::Expired,
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => Self::NotYetValid,
            _ => Self::Certificate,
        }
    }
}

/// The innermost cause of an error: the part that says something. It holds no URL.
pub fn root_cause(error: &reqwest::Error) -> String {
    causes(error).last().map_or_else(|| "the HTTP client could not be set up".into(), ToString::to_string)
}

fn tls_error(error: &reqwest::Error) -> Option<&rustls::Error> {
    causes(error).find_map(|cause| cause.downcast_ref())
}

/// The causes of an error, outermost first.
fn causes(error: &reqwest::Error) -> impl Iterator<Item = &(dyn Error + 'static)> {
    std::iter::successors(error.source(), |cause| cause_of(*cause))
}

/// What caused an error. The `source` of an I/O error leaves out the error that it wraps.
fn cause_of<'e>(error: &'e (dyn Error + 'static)) -> Option<&'e (dyn Error + 'static)> {
    match error.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
        Some(wrapped) => Some(wrapped),
        None => error.source(),
    }
}

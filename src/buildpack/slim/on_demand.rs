//! Packages that checks import only when their configuration asks for it. They are large, and most apps do without.

/// Packages, and the words in a configuration that ask for them.
struct OnDemand {
    packages: &'static [&'static str],
    words: &'static [&'static str],
    /// Only the base of the checks does without: a check that names them itself has them.
    of_base_only: bool,
}

const TABLE: &[OnDemand] = &[
    // `integration_tracing` of a check, or of all.
    OnDemand {
        packages: &["ddtrace"],
        words: &["integration_tracing", "integration_profiling"],
        of_base_only: false,
    },
    // `auth_type: aws`, `aws: {managed_authentication: …}`.
    OnDemand {
        packages: &["aws-requests-auth", "boto3", "botocore"],
        words: &["aws", "amazon"],
        of_base_only: false,
    },
    OnDemand { packages: &["azure-identity"], words: &["azure", "managed_identity"], of_base_only: false },
    OnDemand {
        packages: &["gssapi", "krb5", "pyspnego", "requests-kerberos"],
        words: &["kerberos"],
        of_base_only: true,
    },
    OnDemand { packages: &["pyspnego", "requests-ntlm"], words: &["ntlm"], of_base_only: true },
    OnDemand { packages: &["oauthlib", "pyjwt", "requests-oauthlib"], words: &["oauth"], of_base_only: true },
    // Certificates that a configuration names, and those that a server fails to send.
    OnDemand {
        packages: &["cryptography", "pyopenssl"],
        words: &["tls_", "ssl", "certificate", "private_key", "kerberos", "ntlm", "oauth"],
        of_base_only: true,
    },
    OnDemand { packages: &["kubernetes"], words: &["kube"], of_base_only: true },
];

/// Whether a package that `from` names is left out as long as `configuration`, in small letters, does not ask for it.
pub(super) fn is_left_out(configuration: &str, from: &str, package: &str) -> bool {
    let rules: Vec<&OnDemand> = TABLE
        .iter()
        .filter(|rule| {
            rule.packages.contains(&package) && (!rule.of_base_only || from == super::closure::BASE)
        })
        .collect();
    let is_asked_for = |rule: &&OnDemand| rule.words.iter().any(|word| configuration.contains(word));
    !rules.is_empty() && !rules.iter().any(is_asked_for)
}

#[cfg(test)]
mod tests {
    use super::super::closure::BASE;
    use super::*;

    #[test]
    fn a_configuration_asks_for_what_it_names() {
        for (configuration, package, left_out) in [
            ("", "botocore", true),
            ("auth_type: aws", "botocore", false),
            ("auth_type: kerberos", "requests-kerberos", false),
            ("auth_type: kerberos", "cryptography", false),
            ("auth_type: ntlm", "pyspnego", false),
            ("auth_type: ntlm", "requests-kerberos", true),
            ("tls_cert: /x", "cryptography", false),
            ("integration_tracing: true", "ddtrace", false),
            ("", "requests", false),
        ] {
            assert_eq!(is_left_out(configuration, BASE, package), left_out, "{configuration}: {package}");
        }
        assert!(!is_left_out("", "datadog-tls", "cryptography"));
        assert!(is_left_out("", "datadog-postgres", "boto3"));
    }
}

//! The variables that lead other programs to a sandbox.

use std::path::Path;

use super::{DEMO_APPLICATION_KEY, DEMO_KEY, TOKEN, certificate, packages};
use crate::env;

/// Name and value of each variable for a sandbox at `url` with this state file, whose certificate is made where it does
/// not exist.
pub(crate) fn variables(url: &str, state: &Path) -> anyhow::Result<Vec<(&'static str, String)>> {
    let certificate = certificate::ensure(state)?;
    Ok(vec![
        (env::HEROKU_HOST, url.to_owned()),
        (env::HEROKU_API_URL, url.to_owned()),
        (env::HEROKU_DATA_HOST, "127.0.0.1".to_owned()),
        // Names in git remotes; nothing is pushed there.
        (env::HEROKU_GIT_HOST, "git.heroku.com".to_owned()),
        (env::HEROKU_API_KEY, TOKEN.to_owned()),
        (env::HEROKU_BUILDPACK_REGISTRY_URL, format!("{url}/buildpack-registry")),
        (env::HEROKU_PARTICLEBOARD_URL, url.to_owned()),
        (env::NODE_EXTRA_CA_CERTS, certificate.display().to_string()),
        (env::DD_HEROKU_DATADOG_URL, format!("{url}/datadog")),
        (env::DATADOG_HOST, format!("{url}/datadog")),
        (env::DD_API_KEY, DEMO_KEY.to_owned()),
        (env::DD_APP_KEY, DEMO_APPLICATION_KEY.to_owned()),
        (env::DD_HEROKU_APT_URL, format!("{url}/apt")),
        (env::DD_HEROKU_APT_KEYS_URL, format!("{url}/keys")),
        (env::DD_HEROKU_APT_KEY_FINGERPRINTS, packages::fingerprint().to_owned()),
    ])
}

//! The Agent version of `--agent-version`, for apps of any buildpack.

use super::{Context, available_versions};
use crate::app::facts::AgentVersions;
use crate::datadog::{AgentRequest, options};
use crate::env::DD_AGENT_VERSION;
use crate::failure::{Code, Failure, Result};

/// The requested version, as it is sent.
pub struct Asked {
    /// To an app whose build takes any form: as it was asked for; a line of versions becomes its newest.
    pub any_form: String,
    /// To an app with Datadog's buildpack.
    pub whole: String,
}

/// The version that is asked for, which must exist.
pub fn resolved(context: &Context, asked: &str, verify: bool) -> Result<Asked> {
    let checked = options::check(DD_AGENT_VERSION, asked).map_err(|problem| {
        let failure = Failure::usage(format_args!("--agent-version: {problem}"));
        let agents = available_versions::agents(context, false);
        match agents.map(|agents| available_versions::require(asked, &agents).err()) {
            Ok(Some(near)) => near,
            _ => failure,
        }
    })?;
    let unread = |failure: Failure| match failure.code {
        Code::Unreachable => failure.hint("pass `--no-verify` to leave that to the build"),
        _ => failure,
    };
    let read = || available_versions::agents(context, false).map_err(unread);
    let agents = verify.then(read).transpose()?.map(AgentVersions::Known);
    let (whole, _) = available_versions::to_send(&checked, false, agents.as_ref())?;
    let is_exact = matches!(AgentRequest::parse(&checked), Some(AgentRequest::Exactly(_)));
    let any_form = if is_exact || agents.is_none() { checked.into_owned() } else { whole.clone() };
    Ok(Asked { any_form, whole })
}

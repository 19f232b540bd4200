//! What a rebuild needs before anything is changed: the packed commit of the checkout, or a tarball that answers.

use super::Services;
use crate::app::change::{Change, Source};
use crate::app::{Plan, Rebuild};
use crate::failure::{Code, Failure, Result};
use crate::heroku;
use crate::repo::Archive;
use crate::secret::Secret;
use crate::ui::format::short_commit;

/// The source of a plan's rebuild.
pub(super) enum Prepared {
    /// The plan has no rebuild.
    Nothing,
    /// The packed commit.
    Archive(Archive),
    /// A tarball that Heroku can fetch.
    Url(Secret),
}

impl Prepared {
    /// Gets the source of the plan's rebuild ready, or says why it is not available.
    pub(super) fn for_plan(services: &dyn Services, plan: &Plan) -> Result<Self> {
        let rebuild = plan.changes.iter().find_map(|change| match change {
            Change::Rebuild(rebuild) => Some(rebuild),
            _ => None,
        });
        let Some(Rebuild { commit, source, last_build, .. }) = rebuild else { return Ok(Self::Nothing) };
        match source {
            Source::UnderWay(_) => Ok(Self::Nothing),
            Source::Checkout => {
                let checkout = services
                    .checkout()?
                    .ok_or_else(|| Failure::new(Code::Failed, "the checkout no longer exists"))?;
                if let Some(url) = last_build.as_ref().filter(|_| checkout.resolve(commit).is_err())
                    && heroku::answers(url)
                {
                    return Ok(Self::Url(url.clone()));
                }
                if checkout.has_submodules(commit)? {
                    return Err(submodules(commit));
                }
                Ok(Self::Archive(checkout.archive(commit)?))
            }
            Source::Url(url) => {
                if heroku::answers(url) {
                    return Ok(Self::Url(url.clone()));
                }
                Err(Failure::new(Code::Failed, "no tarball answers at the URL of `--source-url`")
                    .hint("check the URL, or run in the app's checkout"))
            }
            Source::LastBuild(url) => {
                if heroku::answers(url) {
                    return Ok(Self::Url(url.clone()));
                }
                let message = format!(
                    "Heroku no longer has the source of {}, the commit that runs",
                    short_commit(commit)
                );
                Err(Failure::new(Code::Failed, message)
                    .hint("run in the app's checkout, or pass `--source-url URL` of a tarball of that commit")
                    .hint("or pass `--no-rebuild` and deploy: the rest takes effect then"))
            }
        }
    }
}

/// An archive of a commit lacks the content of its submodules; a push fetches it.
fn submodules(commit: &str) -> Failure {
    let message = format!("{} has submodules, whose files are not in an archive of it", short_commit(commit));
    Failure::new(Code::Failed, message)
        .hint("pass `--source-url URL` of a .tar.gz that includes their files")
        .hint("or pass `--no-rebuild`, and deploy with `git push heroku`: a push includes them")
}

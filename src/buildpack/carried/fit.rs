//! Whether a carried Agent is what an app asks for. Reads the app's folder, and decides nothing but that.

use std::path::Path;

use super::Carried;
use crate::buildpack::error::{Error, Kind, Result};
use crate::buildpack::log::Log;
use crate::buildpack::options::{Options, Slimness};
use crate::buildpack::slim;
use crate::buildpack::slug::python::prune_setup;

/// How a carried Agent and an app go together.
#[derive(Debug, PartialEq, Eq)]
enum Fit {
    /// It is installed; these lines say what to know about it.
    Fits(Vec<String>),
    /// It is not what the app asks for: why, and what makes it fit.
    Differs(Misfit),
}

/// Why an app cannot have the carried Agent.
#[derive(Debug, PartialEq, Eq)]
struct Misfit {
    /// One sentence without its full stop.
    why: String,
    /// What makes it fit: an action.
    fix: String,
}

impl Carried {
    /// Whether this is what the app in `home` asks for. When it is not, the package is downloaded, unless the pack forbids that.
    pub(in crate::buildpack) fn is_used(
        &self,
        options: &Options,
        home: &Path,
        log: &mut Log<'_>,
    ) -> Result<bool> {
        let Misfit { why, fix } = match self.fit(options, home)? {
            Fit::Fits(notes) => {
                log.step(&format!(
                    "Installing {} {}",
                    self.package.name,
                    self.package.version.without_epoch()
                ));
                log.detail("carried by this buildpack: nothing is downloaded");
                for note in &notes {
                    log.detail(note);
                }
                return Ok(true);
            }
            Fit::Differs(misfit) => misfit,
        };
        if self.choices().download {
            log.warning(&format!("Downloading the Agent: {why}. To use the carried one: {fix}"));
            return Ok(false);
        }
        let error = Error::new(Kind::Options, format!("{why}, and it was packed with `--no-download`"));
        Err(error.remedy(format!("To use the carried one: {fix}")))
    }

    fn fit(&self, options: &Options, home: &Path) -> Result<Fit> {
        let (version, choices) = (&self.package.version, self.choices());
        let carried = version.without_epoch();
        let differs = |why: String, fix: &str| Ok(Fit::Differs(Misfit { why, fix: fix.to_owned() }));
        if options.requested.is_explicit && !options.requested.is_met_by(version) {
            return differs(
                format!(
                    "the app asks for Agent {}, this buildpack carries {carried}",
                    options.requested.text()
                ),
                "`heroku config:unset DD_AGENT_VERSION DD_AGENT_MAJOR_VERSION`",
            );
        }
        let (setup, _) = prune_setup(options, version)?;
        if setup.python != self.setup().python {
            return differs(
                format!(
                    "the app asks for Python {}, this buildpack carries Python {}",
                    setup.python,
                    self.setup().python
                ),
                "`heroku config:unset DD_PYTHON_VERSION`",
            );
        }
        let before_one_program = version.major_minor() < (7, 68);
        for (is_asked, is_carried, program, fix) in [
            (options.apm_asked, choices.apm, "trace-agent", "`heroku config:set DD_APM_ENABLED=false`"),
            (
                options.process_agent && before_one_program,
                choices.process_agent,
                "process-agent",
                "`heroku config:unset DD_PROCESS_AGENT`",
            ),
            (
                options.otel_collector,
                choices.otel_collector,
                "otel-agent",
                "`heroku config:unset DD_OTELCOLLECTOR_ENABLED`",
            ),
            (
                options.data_plane,
                choices.data_plane,
                "data plane",
                "`heroku config:unset DD_DATA_PLANE_ENABLED`",
            ),
        ] {
            if is_asked && !is_carried {
                return differs(
                    format!("the app asks for the {program}, which this buildpack does not carry"),
                    fix,
                );
            }
        }
        let mut notes = Vec::new();
        if let Some(slim_for) = &choices.slim_for {
            let missing = slim::missing(&options.slim, home, slim_for, &self.content().cut_checks);
            if !missing.is_empty() {
                let missing = missing.join(", ");
                return differs(
                    format!("the app uses what this buildpack does not carry: {missing}"),
                    &format!(
                        "pack it with `--slim-for {}`",
                        [slim_for.join(","), missing].join(",").replace(", ", ",")
                    ),
                );
            }
            notes.push(format!("the checks that it has: {}", self.content().checks.join(", ")));
        } else if options.slim.when == Slimness::Off {
            notes.push("all checks of the package".to_owned());
        }
        if options.apm && !choices.apm {
            notes.push(
                "it has no trace-agent, so dynos take no traces: `heroku config:set DD_APM_ENABLED=false` tells them".into(),
            );
        }
        Ok(Fit::Fits(notes))
    }
}

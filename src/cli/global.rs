//! The flags that every command takes.

use clap::ArgMatches;

use super::targets::Targets;
use crate::ui::Color;

/// The flags that every command takes.
#[derive(Clone, Debug, Default, clap::Args)]
#[command(next_help_heading = "Global options")]
pub struct Global {
    /// Print one JSON document and never ask
    #[arg(long, global = true)]
    pub json: bool,
    /// Print answers, warnings and errors only
    #[arg(short, long, global = true, conflicts_with = "verbose")]
    pub quiet: bool,
    /// Show every API request
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// When to use color
    #[arg(long, global = true, value_enum, default_value_t, value_name = "WHEN")]
    pub color: Color,
    /// Run against the embedded sandbox: no account, no network
    #[arg(long, global = true)]
    pub sandbox: bool,
    /// Apply without asking.
    #[arg(skip)]
    pub yes: bool,
    /// Show the plan and change nothing.
    #[arg(skip)]
    pub dry_run: bool,
    /// Exit with 3 when changes are pending.
    #[arg(skip)]
    pub exit_code: bool,
    /// The apps the command works on.
    #[arg(skip)]
    pub targets: Targets,
}

impl Global {
    /// Takes over what the verb's own groups say: the apps and how to change them.
    pub(crate) fn read_groups(&mut self, root: &ArgMatches) {
        let mut verb = root;
        while let Some((_, inner)) = verb.subcommand() {
            verb = inner;
        }
        let flag = |id: &str| verb.try_get_one::<bool>(id).ok().flatten().copied().unwrap_or_default();
        let texts = |id: &str| {
            let texts = verb.try_get_many::<String>(id).ok().flatten();
            texts.into_iter().flatten().cloned().collect::<Vec<_>>()
        };
        self.yes = flag("yes");
        self.dry_run = flag("dry_run");
        self.exit_code = flag("exit_code");
        self.targets = Targets {
            apps: [texts("apps"), texts("bare_apps")].concat(),
            remote: texts("remote").pop(),
            pipeline: texts("pipeline").pop(),
            team: texts("team").pop(),
        };
    }
}

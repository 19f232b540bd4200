//! Why an integration cannot be turned on, off, or limited, in words.

use crate::datadog::integrations::{Integration, WrongType, conf};

/// Why not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The catalogue has no such integration.
    #[error("there is no integration `{name}`")]
    Unknown {
        /// What was asked for.
        name: String,
        /// What may have been meant.
        near: Vec<&'static str>,
    },
    /// An option was not given as `NAME=VALUE`.
    #[error("`{0}` is not of the form NAME=VALUE")]
    NotAPair(String),
    /// The check has no such option.
    #[error("`{integration}` has no option `{option}` that this program knows")]
    NoOption {
        /// The integration.
        integration: String,
        /// What was asked for.
        option: String,
        /// What may have been meant.
        near: Option<String>,
    },
    /// The file of the check is written by the boot, which takes no options.
    #[error("`{0}` is set up by config vars, and the boot writes its file without further options")]
    NoOptions(String),
    /// The option takes something else.
    #[error("`{option}` of `{integration}`: {expected}")]
    WrongType {
        /// The integration.
        integration: String,
        /// The option.
        option: String,
        /// What it takes.
        expected: WrongTypeText,
    },
    /// A secret was given as an option.
    #[error("`{option}` of `{integration}` would put a secret into a file of the repository")]
    SecretValue {
        /// The integration.
        integration: String,
        /// The option.
        option: String,
    },
    /// Options are missing that the check requires.
    #[error("`{integration}` requires {}", quoted(options))]
    Missing {
        /// The integration.
        integration: String,
        /// The options.
        options: Vec<String>,
    },
    /// Nothing of the app's holds what it needs.
    #[error("`{app}` has no add-on for `{integration}`, and no config var that would do")]
    NoSource {
        /// The app.
        app: String,
        /// The integration.
        integration: String,
        /// The config var that would do.
        variable: String,
    },
    /// A named config var is not there.
    #[error("`{app}` has no config var `{variable}`")]
    NoVariable {
        /// The app.
        app: String,
        /// The variable.
        variable: String,
    },
    /// A URL was given where the name of a config var was expected.
    #[error("`--var` takes the name of the config var that holds the URL, not the URL itself")]
    UrlForName,
    /// The database has no credentials except the default one.
    #[error("Database Monitoring needs a separate database user, which `{plan}` ({addon}) cannot have")]
    NoMonitoring {
        /// The add-on.
        addon: String,
        /// Its plan.
        plan: String,
    },
    /// The configuration is in a file, and there is no checkout.
    #[error("`{0}` is configured by a file of the app's repository, and this is not its checkout")]
    NoCheckout(String),
    /// Somebody edited the file.
    #[error("`{path}` was edited by hand, and is not overwritten")]
    Edited {
        /// The file.
        path: String,
        /// What would change, as a diff.
        diff: String,
    },
    /// The file cannot be read as YAML.
    #[error("`{path}` is not valid YAML")]
    Unreadable {
        /// The file.
        path: String,
    },
    /// No version of a community check is known.
    #[error("no version of `{0}` is known")]
    NoVersion(String),
    /// A version was given for something that is not installed by itself.
    #[error("`{0}` comes with the Agent and has no separate version")]
    NoOwnVersion(String),
    /// It is not on.
    #[error("`{integration}` is not on for `{app}`")]
    NotOn {
        /// The app.
        app: String,
        /// The integration.
        integration: String,
    },
    /// The app itself sends the figures.
    #[error("`{0}` has no check that could be limited: the app itself sends its figures")]
    NoCheck(String),
    /// Neither a process type of the app nor one of its dynos.
    #[error("`{app}` has no process type `{kind}`")]
    NoProcessType {
        /// The app.
        app: String,
        /// What was asked for.
        kind: String,
        /// What it has.
        has: Vec<String>,
    },
}

/// What an option takes, in words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrongTypeText(pub WrongType);

impl std::fmt::Display for WrongTypeText {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl Refused {
    pub(super) fn missing(entry: &Integration, instance: &conf::Instance) -> Option<Self> {
        let options: Vec<_> =
            conf::missing(entry, instance).into_iter().map(|option| option.name.clone()).collect();
        (!options.is_empty()).then(|| Self::Missing { integration: entry.name.clone(), options })
    }

    /// Whether it is the command line that is wrong.
    pub fn is_usage(&self) -> bool {
        matches!(
            self,
            Self::Unknown { .. }
                | Self::NotAPair(_)
                | Self::NoOption { .. }
                | Self::NoOptions(_)
                | Self::WrongType { .. }
                | Self::SecretValue { .. }
                | Self::Missing { .. }
                | Self::UrlForName
                | Self::NoVersion(_)
                | Self::NoOwnVersion(_)
                | Self::NoProcessType { .. }
        )
    }

    /// What to do instead. Without an app the commands leave it to the checkout, as the one that was refused did.
    pub fn hint(&self, app: Option<&str>) -> Option<String> {
        let of_app = app.map(|app| format!(" -a {app}")).unwrap_or_default();
        Some(match self {
            Self::Unknown { near, .. } if near.is_empty() => "dd-heroku integrations list --available".into(),
            Self::Unknown { near, .. } => format!("did you mean {}?", quoted(near)),
            Self::NotAPair(_) => "--set url=localhost".into(),
            Self::NoOption { near: Some(near), .. } => format!("did you mean `{near}`?"),
            Self::NoOption { integration, near: None, .. } => {
                format!("dd-heroku integrations show {integration}")
            }
            Self::NoOptions(name) => format!("leave `--set` out: dd-heroku integrations add {name}{of_app}"),
            Self::SecretValue { option, .. } => {
                format!("put it into a config var and name that: --set '{option}=${{MY_PASSWORD}}'")
            }
            Self::Missing { options, .. } => {
                options.iter().map(|option| format!("--set {option}=…")).collect::<Vec<_>>().join(" ")
            }
            Self::NoSource { integration, variable, .. } => {
                format!(
                    "name one that holds its URL: dd-heroku integrations add {integration} --var {variable}{of_app}"
                )
            }
            Self::NoVariable { .. } => format!("heroku config{of_app}"),
            Self::UrlForName => "--var DATABASE_URL".into(),
            Self::NoMonitoring { addon, .. } => {
                format!("heroku addons:upgrade {addon} heroku-postgresql:standard-0{of_app}")
            }
            Self::NoCheckout(_) => format!("run this in the app's checkout (heroku git:clone{of_app})"),
            Self::Edited { .. } => "pass `--force` to replace it; a copy is kept in conf.yaml.bak".into(),
            Self::Unreadable { .. } => "dd-heroku checks lint".into(),
            Self::NoVersion(name) => format!("name one: dd-heroku integrations add {name}@1.0.0{of_app}"),
            Self::NoOwnVersion(name) => format!("dd-heroku integrations add {name}{of_app}"),
            Self::NotOn { integration, .. } => format!("dd-heroku integrations add {integration}{of_app}"),
            Self::NoProcessType { has, .. } if !has.is_empty() => format!("it has {}", quoted(has)),
            Self::WrongType { integration, .. } => format!("dd-heroku integrations show {integration}"),
            Self::NoCheck(_) | Self::NoProcessType { .. } => return None,
        })
    }
}

fn quoted(words: &[impl AsRef<str>]) -> String {
    words.iter().map(|word| format!("`{}`", word.as_ref())).collect::<Vec<_>>().join(", ")
}

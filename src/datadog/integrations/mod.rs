//! The catalogue of integrations: what can be monitored on Heroku, by which check, with which options, and which
//! add-ons provide it. Its data is `catalogue.yaml`, and of options that are not shown `models.yaml`. Pure; it must never
//! hold a value of a config var.

pub mod conf;
mod models;
mod types;

use std::sync::LazyLock;

use serde::Deserialize;
use serde_json::Value;

pub use models::Model;
pub use types::{Type, WrongType};

/// The tags of an instance, an option that every check takes.
pub const TAGS: &str = "tags";

static CATALOGUE: LazyLock<Vec<Integration>> = LazyLock::new(|| {
    serde_saphyr::from_str(include_str!("catalogue.yaml")).expect("the catalogue is read by a test")
});

/// Something that can be monitored.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Integration {
    /// What it is called here.
    pub name: String,
    /// The Agent's check, whose name its folder in `conf.d` has; libraries need none.
    #[serde(default)]
    pub check: Option<String>,
    /// Its name as people write it.
    pub title: String,
    /// How it is turned on.
    pub kind: Kind,
    /// What it reports, in one line.
    pub about: String,
    /// Other names it is asked for by.
    #[serde(default)]
    pub aliases: Vec<String>,
    /// Whether it takes the options of an HTTP client.
    #[serde(default)]
    pub http: bool,
    /// Whether it asks a service elsewhere, which is the same for every dyno.
    #[serde(default)]
    pub remote: bool,
    /// The schemes of its URLs, by which a config var of any name serves it.
    #[serde(default)]
    pub schemes: Vec<String>,
    /// The add-ons that provide it.
    #[serde(default)]
    pub sources: Vec<Source>,
    /// What must be there before it works.
    #[serde(default)]
    pub needs: Option<String>,
    /// The newest version known, of a community one.
    #[serde(default)]
    pub version: Option<String>,
    /// Its options, in the order in which a file has them.
    #[serde(default)]
    pub options: Vec<Opt>,
}

/// How an integration is turned on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// By config vars.
    ConfigVar,
    /// By a file in `conf.d`.
    #[serde(rename = "conf.d")]
    ConfD,
    /// By a file in `conf.d`, after the check was installed.
    Community,
    /// By the app itself, which sends to DogStatsD.
    Library,
}

impl Kind {
    /// As JSON and people have it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::ConfigVar => "config-var",
            Self::ConfD => "conf.d",
            Self::Community => "community",
            Self::Library => "library",
        }
    }
}

/// An add-on that provides an integration.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// The add-on's service: `heroku-redis`.
    pub addon: String,
    /// What its config vars begin with.
    pub prefix: String,
    /// The values that options get from them; `PREFIX` is replaced by the prefix of the attachment.
    #[serde(default)]
    pub set: serde_json::Map<String, Value>,
}

/// An option of a check's instance.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Opt {
    /// Its name.
    pub name: String,
    /// What it takes.
    #[serde(rename = "type")]
    pub kind: Type,
    /// Whether the check refuses to run without it.
    #[serde(default)]
    pub required: bool,
    /// Options that may replace it.
    #[serde(default)]
    pub or: Vec<String>,
    /// Of a required one, what is written when nothing else was said; of another one, an example.
    #[serde(default)]
    pub value: Option<Value>,
    /// Whether it is written although it is not required.
    #[serde(default)]
    pub on: bool,
    /// What it is, in one line.
    pub about: String,
}

impl Integration {
    /// The option of that name, one of its own, of the HTTP client's or of every check's.
    pub fn option(&self, name: &str) -> Option<Type> {
        let named = self.options.iter().find(|option| option.name == name).map(|option| option.kind);
        let http = || {
            types::HTTP.iter().filter(|_| self.http).find(|(known, _)| *known == name).map(|(_, kind)| *kind)
        };
        named.or_else(|| self.model()?.option(name)).or_else(http).or_else(|| types::common(name))
    }

    /// The model of its check, whose options are taken too and not shown.
    fn model(&self) -> Option<&'static Model> {
        self.check.as_deref().and_then(Model::of)
    }

    /// The names of all options it is known to take.
    pub fn option_names(&self) -> impl Iterator<Item = &str> {
        let http = types::HTTP.iter().filter(|_| self.http);
        self.options
            .iter()
            .map(|option| option.name.as_str())
            .chain(self.model().into_iter().flat_map(Model::option_names))
            .chain(http.chain(types::COMMON).map(|(name, _)| *name))
    }

    /// The folder of its configuration in a checkout.
    pub fn folder(&self) -> Option<String> {
        self.check.as_ref().map(|check| format!("datadog/conf.d/{check}.d"))
    }
}

/// Every integration, in the order in which they are shown.
pub fn all() -> &'static [Integration] {
    &CATALOGUE
}

/// The integration that is called so: by its name, its check's, an add-on's or another alias.
pub fn find(name: &str) -> Option<&'static Integration> {
    let name = name.to_ascii_lowercase();
    let is = |known: &String| *known == name;
    all().iter().find(|entry| is(&entry.name)).or_else(|| {
        all().iter().find(|entry| {
            let mut addons = entry.sources.iter().map(|source| &source.addon);
            entry.check.as_ref().is_some_and(is) || entry.aliases.iter().any(is) || addons.any(is)
        })
    })
}

/// The integration whose check is called so.
pub fn of_check(check: &str) -> Option<&'static Integration> {
    all().iter().find(|entry| entry.check.as_deref() == Some(check))
}

/// What the Agent's check of that name is called, where the Agent has one.
pub fn title_of_check(check: &str) -> Option<String> {
    let title = of_check(check).map(|entry| entry.title.clone());
    title.or_else(|| Model::of(check).map(|_| check.to_owned()))
}

/// Names that someone who wrote `name` may have meant, the likeliest first.
pub fn near(name: &str) -> Vec<&'static str> {
    let name = name.to_ascii_lowercase();
    let likeness = |entry: &'static Integration| {
        std::iter::once(&entry.name)
            .chain(&entry.aliases)
            .chain(&entry.check)
            .chain(entry.sources.iter().map(|source| &source.addon))
            .map(|known| strsim::normalized_damerau_levenshtein(&name, known))
            .fold(0.0, f64::max)
    };
    let mut ranked: Vec<_> = all().iter().map(|entry| (likeness(entry), entry.name.as_str())).collect();
    ranked.retain(|(likeness, _)| *likeness > 0.6);
    ranked.sort_by(|a, b| b.0.total_cmp(&a.0));
    ranked.into_iter().take(3).map(|(_, name)| name).collect()
}

/// Whether the Agent's Python imports a module of that name, which a check of that name would hide.
pub fn is_python_module(name: &str) -> bool {
    let lines = include_str!("modules.txt").lines().filter(|line| !line.starts_with('#'));
    lines.flat_map(str::split_whitespace).any(|module| module == name)
}

/// Whether an option holds a secret, so that its value belongs into a config var and not into a file.
pub fn is_secret_option(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let endings = ["password", "passwd", "passphrase", "_pass", "token", "secret", "api_key", "access_key"];
    name == "pass" || (name != "no_token" && endings.iter().any(|word| name.ends_with(word)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_catalogue_is_true_to_itself() {
        assert!(all().len() >= 40, "{}", all().len());
        let mut names = BTreeSet::new();
        for entry in all() {
            let of = &entry.name;
            assert!(names.insert(of), "{of} is there twice");
            assert!(!entry.about.ends_with('.') && entry.about.len() <= 100, "{of}");
            assert_eq!(entry.check.is_none(), entry.kind == Kind::Library, "{of}");
            assert_eq!(entry.options.is_empty(), entry.kind == Kind::Library, "{of}");
            assert!(
                entry.options.first().is_none_or(|first| first.required),
                "{of}: a required option comes first"
            );
            for option in &entry.options {
                let value = option.value.as_ref();
                assert!(value.is_none_or(|value| option.kind.accepts(value)), "{of}: {}", option.name);
                assert!(option.required || option.or.is_empty(), "{of}: {}", option.name);
                assert!(!is_secret_option(&option.name) || value.is_none(), "{of}: {}", option.name);
            }
            for (option, value) in entry.sources.iter().flat_map(|source| &source.set) {
                assert!(entry.option(option).is_some_and(|kind| kind.accepts(value)), "{of}: {option}");
            }
        }
    }

    #[test]
    fn options_that_are_not_shown_are_taken() {
        let kind = |name: &str, option: &str| find(name).and_then(|entry| entry.option(option));
        assert_eq!(kind("mongo", "connection_scheme"), Some(Type::Text));
        assert_eq!(kind("mongo", "options"), Some(Type::Map));
        assert_eq!(kind("postgres", "collect_schemas"), Some(Type::Map));
        assert_eq!(kind("redis", "connection_scheme"), None);
    }

    #[test]
    fn the_catalogue_agrees_with_the_models() {
        for entry in all() {
            let Some(model) = entry.model() else { continue };
            for option in &entry.options {
                let kind = model.option(&option.name);
                assert!(kind.is_none_or(|kind| kind == option.kind), "{}: {}", entry.name, option.name);
            }
            let mut instance = conf::usual(entry);
            for option in conf::missing(entry, &instance.clone()) {
                instance.insert(option.name.clone(), "x".into());
            }
            assert_eq!(model.missing(&instance), [[""; 0]; 0], "{}", entry.name);
        }
    }

    #[test]
    fn versions_of_community_checks_were_released() {
        let released: Vec<_> = include_str!("released.txt").lines().collect();
        for entry in all().iter().filter(|entry| entry.kind == Kind::Community) {
            let version = entry.version.as_deref().expect("a version");
            let tag = format!("{}-{version}", entry.check.as_deref().expect("a check"));
            assert!(released.contains(&&*tag), "{tag}");
        }
    }

    #[test]
    fn an_integration_is_found_by_any_of_its_names() {
        for (asked, name) in [
            ("redis", "redis"),
            ("redisdb", "redis"),
            ("heroku-redis", "redis"),
            ("rediscloud", "redis"),
            ("openredis", "redis"),
            ("heroku-key-value-store", "redis"),
            ("kvs", "redis"),
            ("upstash-redis", "redis"),
            ("searchbox", "elastic"),
            ("mongodb-atlas", "mongo"),
            ("Memcached", "mcache"),
            ("kafka", "kafka_consumer"),
            ("php-fpm", "php_fpm"),
            ("prometheus", "openmetrics"),
        ] {
            assert_eq!(find(asked).map(|entry| entry.name.as_str()), Some(name), "{asked}");
        }
        assert!(find("no-such-thing").is_none());
        for (asked, name) in
            [("rediss", "redis"), ("postgress", "postgres"), ("gunicron", "gunicorn"), ("redisclod", "redis")]
        {
            assert_eq!(near(asked).first(), Some(&name), "{asked}");
        }
    }
}

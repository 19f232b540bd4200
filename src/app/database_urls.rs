//! The Redis and PostgreSQL instances that an app is given by its config vars, from any provider.

use super::facts::ConfigVars;
use crate::datadog::ServiceUrl;
use crate::env;

/// A kind of database that the Agent monitors by a URL in a config var.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Database {
    /// Redis and Valkey.
    Redis,
    /// PostgreSQL.
    Postgres,
}

/// Both of them.
pub const DATABASES: [Database; 2] = [Database::Redis, Database::Postgres];

impl Database {
    /// As `--integrations` names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Redis => "redis",
            Self::Postgres => "postgres",
        }
    }

    /// The one with that name.
    pub fn named(name: &str) -> Option<Self> {
        DATABASES.into_iter().find(|database| database.name() == name)
    }

    /// The config var that turns its check on.
    pub fn switch(self) -> &'static str {
        match self {
            Self::Redis => env::DD_ENABLE_HEROKU_REDIS,
            Self::Postgres => env::DD_ENABLE_HEROKU_POSTGRES,
        }
    }

    /// The config var that lists the names of the variables with its URLs.
    pub fn url_var(self) -> &'static str {
        match self {
            Self::Redis => env::DD_REDIS_URL_VAR,
            Self::Postgres => env::DD_POSTGRES_URL_VAR,
        }
    }

    /// The variable that is read when that list is not set.
    pub fn default_var(self) -> &'static str {
        match self {
            Self::Redis => "REDIS_URL",
            Self::Postgres => "DATABASE_URL",
        }
    }

    fn of_url(url: &str) -> Option<Self> {
        match url.split_once("://")?.0 {
            "redis" | "rediss" | "valkey" | "valkeys" => Some(Self::Redis),
            "postgres" | "postgresql" => Some(Self::Postgres),
            _ => None,
        }
    }
}

/// The names of the variables that hold URLs of a database, one for each instance: where several name the same, an
/// encrypted one, else the default variable, else the first.
pub fn variables(config: &ConfigVars, database: Database) -> Vec<&str> {
    let is_default = |name: &str| name == database.default_var();
    let mut variables: Vec<_> = config
        .iter()
        .filter(|(name, value)| !name.starts_with("DD_") && Database::of_url(value) == Some(database))
        .collect();
    let is_plain = |url: &str| {
        database == Database::Redis && ServiceUrl::parse(url).is_none_or(|url| !url.is_encrypted())
    };
    variables.sort_by_key(|(name, url)| (is_plain(url), !is_default(name), *name));
    let mut instances: Vec<(&str, &str)> = Vec::new();
    for (name, url) in variables {
        if !instances.iter().any(|(_, known)| is_same(known, url)) {
            instances.push((name, url));
        }
    }
    instances.sort_by_key(|(name, _)| (!is_default(name), *name));
    instances.into_iter().map(|(name, _)| name).collect()
}

/// Whether two variables hold URLs of the same instance.
pub fn is_same_instance(config: &ConfigVars, left: &str, other: &str) -> bool {
    config.get(left).zip(config.get(other)).is_some_and(|(left, other)| is_same(left, other))
}

/// The value for the list of variables; `None` when the default variable is all there is.
pub fn url_var(names: &[&str], database: Database) -> Option<String> {
    (names != [database.default_var()]).then(|| names.join(","))
}

fn is_same(left: &str, other: &str) -> bool {
    match (ServiceUrl::parse(left), ServiceUrl::parse(other)) {
        (Some(left), Some(other)) => left.is_same_database(&other),
        _ => left == other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(vars: &[(&str, &str)]) -> ConfigVars {
        vars.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn every_instance_is_found_once() {
        let config = config(&[
            ("DATABASE_URL", "postgres://u:p@one.host:5432/db"),
            ("HEROKU_POSTGRESQL_PINK_URL", "postgres://u:p@one.host:5432/db"),
            ("HEROKU_POSTGRESQL_TEAL_URL", "postgresql://u:p@two.host/db"),
            ("REDIS_URL", "redis://:p@redis.host:6379"),
            ("REDIS_TLS_URL", "rediss://:p@redis.host:6380"),
            ("OTHER_REDIS_URL", "redis://:q@redis.host:6379"),
            ("THIRD_REDIS_URL", "valkeys://:p@redis.host:7000"),
            ("DD_POSTGRES_URL_VAR", "postgres://u:p@wrong.host/db"),
            ("WEBSITE", "https://example.org"),
        ]);
        assert_eq!(variables(&config, Database::Postgres), ["DATABASE_URL", "HEROKU_POSTGRESQL_TEAL_URL"]);
        assert_eq!(
            variables(&config, Database::Redis),
            ["OTHER_REDIS_URL", "REDIS_TLS_URL", "THIRD_REDIS_URL"],
            "one store by two ports, and two others on its host"
        );
    }

    #[test]
    fn the_list_is_needed_only_where_the_default_is_not_all() {
        for (names, list) in [
            (vec!["REDIS_URL"], None),
            (vec!["REDISCLOUD_URL"], Some("REDISCLOUD_URL")),
            (vec!["REDIS_URL", "HEROKU_REDIS_PINK_URL"], Some("REDIS_URL,HEROKU_REDIS_PINK_URL")),
        ] {
            assert_eq!(url_var(&names, Database::Redis).as_deref(), list, "{names:?}");
        }
    }
}

//! The configuration of the PostgreSQL and Redis checks, made of the URLs that add-ons leave in variables. A value of a
//! variable never leaves this file but for the check's own configuration.

use std::path::Path;

use crate::datadog::ServiceUrl;
use crate::datadog::boolean::parse;
use crate::env::{
    DD_ENABLE_DBM, DD_ENABLE_HEROKU_POSTGRES, DD_ENABLE_HEROKU_REDIS, DD_HEROKU_COLLECT_SCHEMAS,
    DD_POSTGRES_URL_VAR, DD_REDIS_URL_VAR, ENABLE_HEROKU_POSTGRES, ENABLE_HEROKU_REDIS, Environment,
    POSTGRES_URL_VAR, REDIS_URL_VAR,
};

use super::boolean;
use super::notice::{Level, Notices};
use super::yaml::{number_or_quoted, quote};

/// What differs between the services.
pub(super) struct Service {
    /// The check's name: its configuration is `conf.d/<check>.d/conf.yaml`.
    pub(super) check: &'static str,
    switch: &'static str,
    names: &'static str,
    default: &'static str,
    old_switch: &'static str,
    old_names: &'static str,
    schemes: &'static [&'static str],
    instance: fn(&ServiceUrl, &Environment) -> Vec<(&'static str, String)>,
}

/// The services that are watched by one switch.
pub(super) const SERVICES: [Service; 2] = [
    Service {
        check: "postgres",
        switch: DD_ENABLE_HEROKU_POSTGRES,
        names: DD_POSTGRES_URL_VAR,
        default: "DATABASE_URL",
        old_switch: ENABLE_HEROKU_POSTGRES,
        old_names: POSTGRES_URL_VAR,
        schemes: &["postgres", "postgresql"],
        instance: postgres,
    },
    Service {
        check: "redisdb",
        switch: DD_ENABLE_HEROKU_REDIS,
        names: DD_REDIS_URL_VAR,
        default: "REDIS_URL",
        old_switch: ENABLE_HEROKU_REDIS,
        old_names: REDIS_URL_VAR,
        schemes: &["redis", "rediss", "valkey", "valkeys"],
        instance: redis,
    },
];

impl Service {
    /// The check's configuration, or None when the service is not switched on or no variable leads to one.
    pub(super) fn configuration(&self, env: &Environment, notices: Notices) -> Option<String> {
        let mut switch = env.get(self.switch);
        let mut names = env.get(self.names);
        if let Some(old) = env.get(self.old_switch) {
            notices.say(Level::Warn, &format!("{} is deprecated: use {}", self.old_switch, self.switch));
            switch = switch.or(Some(old));
            if let Some(old) = env.get(self.old_names) {
                notices.say(Level::Warn, &format!("{} is deprecated: use {}", self.old_names, self.names));
                names = names.or(Some(old));
            }
        }
        if switch.and_then(parse) != Some(true) {
            return None;
        }
        let names = names.unwrap_or(self.default).split(',').map(str::trim).filter(|name| !name.is_empty());
        let leave_out =
            |why: &str| notices.say(Level::Warn, &format!("the {} check leaves one out: {why}", self.check));
        let mut urls: Vec<(&str, ServiceUrl)> = Vec::new();
        for name in names {
            let url = match self.read(name, env) {
                Ok(url) => url,
                Err(why) => {
                    leave_out(&why);
                    continue;
                }
            };
            let is_same = |(_, known): &&mut (&str, ServiceUrl)| {
                self.check == "redisdb" && known.is_same_database(&url)
            };
            match urls.iter_mut().find(is_same) {
                Some(known) => {
                    let other = if url.is_encrypted() && !known.1.is_encrypted() {
                        std::mem::replace(known, (name, url)).0
                    } else {
                        name
                    };
                    leave_out(&format!("{other} leads to the same store as {}", known.0));
                }
                None => urls.push((name, url)),
            }
        }
        let instances: String = urls.iter().map(|(_, url)| item(&(self.instance)(url, env))).collect();
        (!instances.is_empty()).then(|| format!("init_config:\n\ninstances:\n{instances}"))
    }

    /// Says which files of the app's `datadog` folder give way to the configuration that its switch makes.
    pub(super) fn report_replaced(&self, app: &Path, notices: Notices) {
        for file in [format!("conf.d/{}.d/conf.yaml", self.check), format!("conf.d/{}.yaml", self.check)] {
            if app.join(&file).is_file() {
                let text = format!(
                    "`{}` is not used: {} replaces it with what the variables of {} hold",
                    app.join(&file).display(),
                    self.switch,
                    self.names
                );
                notices.say(Level::Warn, &text);
            }
        }
    }

    /// The URL in the variable of that name. The name itself is only shown when it can be one.
    fn read(&self, name: &str, env: &Environment) -> Result<ServiceUrl, String> {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if !name.chars().all(plain) || name.len() > 100 {
            return Err(format!("{} holds something that is not the name of a variable", self.names));
        }
        let Some(value) = env.raw(name).filter(|value| !value.is_empty()) else {
            return Err(format!("{name} is not set"));
        };
        ServiceUrl::parse(&value.to_string_lossy())
            .filter(|url| self.schemes.contains(&url.scheme.as_str()))
            .ok_or_else(|| format!("{name} holds no {}:// URL", self.schemes[0]))
    }
}

/// One item of the list of instances.
fn item(pairs: &[(&str, String)]) -> String {
    let lines = pairs.iter().enumerate().map(|(n, (key, value))| {
        let start = if n == 0 { "  - " } else { "    " };
        format!("{start}{key}: {value}\n")
    });
    lines.collect()
}

/// Heroku's databases demand TLS and have certificates that are not to be verified: `require`, unless the URL asks for
/// something else that works without a certificate.
fn postgres(url: &ServiceUrl, env: &Environment) -> Vec<(&'static str, String)> {
    let mut pairs = vec![("host", quote(&url.host))];
    pairs.extend(url.user.as_deref().map(|user| ("username", quote(user))));
    pairs.extend(url.password.as_deref().map(|password| ("password", quote(password))));
    pairs.push(("port", url.port_or_default().unwrap_or(5432).to_string()));
    pairs.extend(url.database().map(|name| ("dbname", quote(name))));
    let root = url.parameter("sslrootcert");
    let ssl = match url.parameter("sslmode").unwrap_or_default() {
        mode @ ("disable" | "allow" | "prefer") => mode,
        mode @ ("verify-ca" | "verify-full") if root.is_some() => mode,
        _ => "require",
    };
    pairs.push(("ssl", quote(ssl)));
    pairs.extend(root.map(|path| ("ssl_root_cert", quote(path))));
    pairs.push(("disable_generic_tags", "false".into()));
    if boolean(env, DD_ENABLE_DBM, false) {
        pairs.push(("dbm", "true".into()));
        // The Agent's own default is on, and fails on Heroku Postgres every ten minutes.
        if !boolean(env, DD_HEROKU_COLLECT_SCHEMAS, false) {
            pairs.push(("collect_schemas", "{enabled: false}".into()));
        }
    }
    pairs
}

/// Heroku's Redis has a certificate that it signed itself.
fn redis(url: &ServiceUrl, _: &Environment) -> Vec<(&'static str, String)> {
    let mut pairs = vec![("host", quote(&url.host))];
    pairs.extend(url.password.as_deref().map(|password| ("password", quote(password))));
    pairs.push(("port", url.port_or_default().unwrap_or(6379).to_string()));
    if url.is_encrypted() {
        pairs.extend([("ssl", "true".into()), ("ssl_cert_reqs", "0".into())]);
    }
    pairs.extend(url.user.as_deref().map(|user| ("username", quote(user))));
    pairs.extend(url.database().or_else(|| url.parameter("db")).map(|db| ("db", number_or_quoted(db))));
    pairs
}

//! Everything that Database Monitoring needs, each with whether it exists and what to do about it.

use super::{CREDENTIAL, Inspection};
use crate::env;

/// What the app's side looks like.
#[derive(Clone, Debug, Default)]
pub struct Account {
    /// The app.
    pub app: String,
    /// The config var of the credential, when the database is attached as it.
    pub variable: Option<String>,
    /// Whether the credential's config var is among those that the Agent reads.
    pub is_listed: bool,
    /// Whether the Postgres check is on.
    pub is_on: bool,
    /// Whether Database Monitoring is on.
    pub is_deep: bool,
}

/// One thing that is needed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Need {
    /// What.
    pub what: &'static str,
    /// Whether it exists; `None` when that is unknown.
    pub is_met: Option<bool>,
    /// What was seen.
    pub evidence: String,
    /// What to do when it is not there.
    pub fix: String,
}

/// The smallest `track_activity_query_size` that keeps most queries whole, in bytes.
const QUERY_SIZE: i32 = 4096;

/// All needs. `seen` is what the app's own user sees in the database; `reads` and `explains` are how the monitoring
/// user fared when it tried, with what the database said.
pub fn needs(
    account: &Account,
    seen: Option<&Inspection>,
    reads: Option<Result<(), String>>,
    explains: Option<Result<(), String>>,
) -> Vec<Need> {
    let setup = || format!("dd-heroku dbm setup -a {}", account.app);
    let mut all = Vec::new();
    let mut need = |what, is_met: Option<bool>, evidence: String, fix: String| {
        all.push(Need { what, is_met, evidence, fix });
    };
    let yes = |is: bool, yes: &str, no: &str| if is { yes.to_owned() } else { no.to_owned() };
    need(
        "credential attached",
        Some(account.variable.is_some()),
        account.variable.clone().unwrap_or_else(|| "no".into()),
        setup(),
    );
    need(
        "credential used",
        Some(account.is_listed),
        yes(
            account.is_listed,
            "DD_POSTGRES_URL_VAR names it",
            "DD_POSTGRES_URL_VAR does not name it: the app's own user would sign in",
        ),
        setup(),
    );
    need(
        "check on",
        Some(account.is_on),
        yes(account.is_on, env::DD_ENABLE_HEROKU_POSTGRES, "DD_ENABLE_HEROKU_POSTGRES is not true"),
        setup(),
    );
    need(
        "monitoring on",
        Some(account.is_deep),
        yes(account.is_deep, env::DD_ENABLE_DBM, "DD_ENABLE_DBM is not true"),
        setup(),
    );
    let see = |is: fn(&Inspection) -> bool| seen.map(is);
    let state = |what: Option<bool>| match what {
        Some(true) => "yes".to_owned(),
        Some(false) => "no".to_owned(),
        None => "not seen".to_owned(),
    };
    for (what, is) in [
        ("user datadog", see(|seen| seen.role)),
        ("pg_stat_statements installed", see(|seen| seen.extension.is_some())),
        ("schema datadog", see(|seen| seen.schema)),
        ("usage of datadog", see(|seen| seen.schema_usage)),
        ("usage of public", see(|seen| seen.public_usage)),
        ("member of pg_monitor", see(|seen| seen.monitor)),
        ("explain_statement", see(|seen| seen.definer == Some(true) && seen.callable)),
    ] {
        need(what, is, state(is), setup());
    }
    let tried = |result: Option<Result<(), String>>| match result {
        Some(Ok(())) => (Some(true), format!("as {CREDENTIAL}")),
        Some(Err(said)) => (Some(false), said),
        None => (None, "not tried".to_owned()),
    };
    let (is_met, evidence) = tried(reads);
    need("pg_stat_statements readable", is_met, evidence, setup());
    let (is_met, evidence) = tried(explains);
    need("explain works", is_met, evidence, setup());
    need(
        "track_activity_query_size",
        seen.map(|seen| seen.query_size >= QUERY_SIZE),
        seen.map_or_else(|| "not seen".into(), |seen| format!("{} bytes", seen.query_size)),
        format!("longer queries are cut: ask Heroku support for {QUERY_SIZE} bytes"),
    );
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_need_says_what_was_seen() {
        let account = Account {
            app: "shop".into(),
            variable: Some("DATADOG_URL".into()),
            is_listed: true,
            is_on: true,
            ..Account::default()
        };
        let seen = Inspection { role: true, query_size: 1024, ..Inspection::default() };
        let all = needs(&account, Some(&seen), Some(Ok(())), Some(Err("permission denied".into())));
        let of = |what: &str| all.iter().find(|need| need.what == what).expect(what);
        assert_eq!(of("credential used").is_met, Some(true));
        assert_eq!(of("monitoring on").is_met, Some(false));
        assert_eq!(of("member of pg_monitor").is_met, Some(false));
        assert_eq!(
            (of("explain works").is_met, of("explain works").evidence.as_str()),
            (Some(false), "permission denied")
        );
        assert_eq!(of("track_activity_query_size").is_met, Some(false));
        let blind = needs(&account, None, None, None);
        assert_eq!(blind.iter().filter(|need| need.is_met.is_none()).count(), 10);
    }
}

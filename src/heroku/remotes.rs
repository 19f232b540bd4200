//! Which app is meant: the official CLI's rules over flags, variables and git remotes, as pure functions.

use url::Url;

/// A git remote that names an app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remote {
    /// The remote's name: `heroku`, `staging`.
    pub name: String,
    /// The app.
    pub app: String,
}

/// What is known about which app is meant.
#[derive(Clone, Copy, Debug, Default)]
pub struct Asked<'a> {
    /// `-a`.
    pub app: Option<&'a str>,
    /// `HEROKU_APP`.
    pub variable: Option<&'a str>,
    /// `-r`.
    pub remote: Option<&'a str>,
    /// `git config heroku.remote`.
    pub configured: Option<&'a str>,
}

/// Which app is meant, or why that is not known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// This one.
    App(String),
    /// Nothing names one: no flag, no variable, no remote of Heroku.
    Nothing,
    /// Several remotes name apps, and none was chosen.
    Several(Vec<Remote>),
    /// The remote that was asked for does not exist, or is not Heroku's. Those that are.
    NoSuchRemote {
        /// Its name.
        name: String,
        /// The remotes that name apps.
        existing: Vec<Remote>,
    },
}

/// Decides which app is meant, as the official CLI does: `-a`, `HEROKU_APP`, `-r`, `git config heroku.remote`, the
/// only remote of Heroku under any name.
pub fn choose(asked: &Asked<'_>, remotes: &[Remote]) -> Choice {
    if let Some(app) = asked.app.or(asked.variable) {
        return Choice::App(app.to_owned());
    }
    if let Some(name) = asked.remote.or(asked.configured) {
        return match remotes.iter().find(|remote| remote.name == name) {
            Some(remote) => Choice::App(remote.app.clone()),
            None => Choice::NoSuchRemote { name: name.to_owned(), existing: remotes.to_vec() },
        };
    }
    match remotes {
        [] => Choice::Nothing,
        [only] => Choice::App(only.app.clone()),
        several => Choice::Several(several.to_vec()),
    }
}

/// The remotes, given as name and URL, that name apps on one of the git `hosts`.
pub fn of_heroku(remotes: &[(String, String)], hosts: &[String]) -> Vec<Remote> {
    let named =
        |(name, url): &(String, String)| app_of(url, hosts).map(|app| Remote { name: name.clone(), app });
    remotes.iter().filter_map(named).collect()
}

/// The app that a remote's URL names: `https://git.heroku.com/APP.git`, `git@heroku.com:APP.git`,
/// `ssh://git@heroku.com/APP.git`.
fn app_of(url: &str, hosts: &[String]) -> Option<String> {
    let (host, path) = match Url::parse(url) {
        Ok(url) if url.has_host() => (url.host_str()?.to_owned(), url.path().to_owned()),
        _ => {
            let (account, path) = url.split_once(':')?;
            (account.rsplit('@').next()?.to_owned(), path.to_owned())
        }
    };
    let host = host.to_ascii_lowercase();
    if !hosts.iter().any(|known| host == *known || host.strip_prefix("git.") == Some(known)) {
        return None;
    }
    let app = path.trim_matches('/');
    let app = app.strip_suffix(".git").unwrap_or(app);
    (!app.is_empty() && !app.contains('/')).then(|| app.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_app_is_read_from_every_form_of_url() {
        let hosts = ["heroku.com".to_owned()];
        for (url, app) in [
            ("https://git.heroku.com/shop.git", Some("shop")),
            ("https://git.heroku.com/shop", Some("shop")),
            ("https://heroku:token@git.heroku.com/shop.git", Some("shop")),
            ("git@heroku.com:shop.git", Some("shop")),
            ("heroku.com:shop.git", Some("shop")),
            ("ssh://git@heroku.com/shop.git", Some("shop")),
            ("ssh://git@heroku.com:22/shop.git", Some("shop")),
            ("https://GIT.HEROKU.COM/shop.git", Some("shop")),
            ("git@github.com:acme/shop.git", None),
            ("https://git.heroku.com.evil.example/shop.git", None),
            ("https://evilheroku.com/shop.git", None),
            ("https://git.heroku.com/", None),
            ("https://git.heroku.com/a/b.git", None),
            ("../shop.git", None),
            ("C:\\repos\\shop", None),
            ("", None),
        ] {
            assert_eq!(app_of(url, &hosts).as_deref(), app, "{url}");
        }
        assert_eq!(app_of("git@corp.example:shop.git", &["corp.example".into()]).as_deref(), Some("shop"));
    }

    #[test]
    fn the_choice_follows_the_order_of_the_official_cli() {
        let remote = |name: &str, app: &str| Remote { name: name.into(), app: app.into() };
        let two = [remote("heroku", "shop"), remote("staging", "shop-staging")];
        let all = Asked {
            app: Some("flag"),
            variable: Some("variable"),
            remote: Some("heroku"),
            configured: Some("staging"),
        };
        let app = |name: &str| Choice::App(name.into());
        assert_eq!(choose(&all, &two), app("flag"));
        assert_eq!(choose(&Asked { app: None, ..all }, &two), app("variable"));
        assert_eq!(choose(&Asked { app: None, variable: None, ..all }, &two), app("shop"));
        let configured = Asked { configured: Some("staging"), ..Asked::default() };
        assert_eq!(choose(&configured, &two), app("shop-staging"));
        assert_eq!(choose(&Asked::default(), &two[1..]), app("shop-staging"));
        assert_eq!(choose(&Asked::default(), &two), Choice::Several(two.to_vec()));
        assert_eq!(choose(&Asked::default(), &[]), Choice::Nothing);
        let other = Asked { remote: Some("nope"), ..Asked::default() };
        assert_eq!(
            choose(&other, &two),
            Choice::NoSuchRemote { name: "nope".into(), existing: two.to_vec() }
        );
    }
}

//! The log drain to Datadog: which changes give an app exactly one, and which take it away.

use super::Change;
use super::facts::Drain;
use crate::datadog::drain::{self, Difference};
use crate::datadog::{ApiKey, DrainUrl};
use crate::secret::Secret;

/// How many log drains an app may have (<https://devcenter.heroku.com/articles/log-drains>).
pub const LIMIT: usize = 5;

/// A drain of the app to Datadog's log intake that no add-on made, with its URL understood.
pub fn to_datadog(drains: &[Drain]) -> impl Iterator<Item = (&Drain, DrainUrl)> {
    drains
        .iter()
        .filter(|drain| drain.addon.is_none())
        .filter_map(|drain| Some((drain, DrainUrl::parse(drain.url.expose())?)))
}

/// The add-on whose drain already sends the same lines to the same place as `desired`: with another drain every line would
/// be sent, and billed, twice.
pub fn addon_with<'d>(desired: &DrainUrl, drains: &'d [Drain]) -> Option<&'d str> {
    drains.iter().find_map(|drain| {
        let url = DrainUrl::parse(drain.url.expose())?;
        let is_same = url.site == desired.site && url.key == desired.key;
        drain.addon.as_deref().filter(|_| is_same)
    })
}

/// The changes that leave the app with `desired` as its one drain to Datadog. That of an add-on serves. One that serves is kept, others to
/// Datadog go, with any site and key; other drains are left alone. The new one comes before the old one goes, so
/// that no line is lost, unless the app has as many as it may have.
pub fn enable(desired: DrainUrl, drains: &[Drain]) -> Vec<Change> {
    let existing: Vec<_> = to_datadog(drains).collect();
    let serves = |(drain, url): &(&Drain, DrainUrl)| {
        desired.compare(url) == Difference::Same && drain::is_documented(drain.url.expose())
    };
    let is_served = addon_with(&desired, drains).is_some();
    let kept = existing.iter().position(serves).filter(|_| !is_served);
    let mut changes: Vec<_> = existing
        .iter()
        .enumerate()
        .filter(|(index, _)| Some(*index) != kept)
        .map(|(_, (drain, _))| removal(drain))
        .collect();
    if kept.is_none() && !is_served {
        let url = desired.instead_of(existing.first().map(|(_, url)| url)).expose();
        let host = drain::host(&url);
        let at = if drains.len() >= LIMIT { changes.len() } else { 0 };
        changes.insert(at, Change::DrainAdd { url: Secret::new(url), host });
    }
    changes
}

/// The changes that take every drain to Datadog away.
pub fn disable(drains: &[Drain]) -> Vec<Change> {
    to_datadog(drains).map(|(drain, _)| removal(drain)).collect()
}

/// The changes that give every drain that holds the key `old`, anywhere in its URL, the key `new`, all else of it as it
/// was; one to Datadog gets the URL of the guide. The new one comes before the old one goes, where there is room.
pub fn rekey(old: &ApiKey, new: &ApiKey, drains: &[Drain]) -> Vec<Change> {
    let mut changes = Vec::new();
    for drain in drains.iter().filter(|drain| drain.addon.is_none()) {
        let text = drain.url.expose();
        let to_datadog = DrainUrl::parse(text).filter(|existing| existing.key.as_ref() == Some(old));
        let url = match to_datadog {
            Some(existing) => {
                let url = DrainUrl { key: Some(new.clone()), ..existing }.expose();
                old.replaced_in(&url, new).unwrap_or(url)
            }
            None => match old.replaced_in(text, new) {
                Some(url) => url,
                None => continue,
            },
        };
        let exists = drains.iter().any(|other| other.url.expose() == url);
        let host = drain::host(&url);
        let addition = (!exists).then(|| Change::DrainAdd { url: Secret::new(url), host });
        let both = addition.into_iter().chain([removal(drain)]);
        if drains.len() >= LIMIT { changes.extend(both.rev()) } else { changes.extend(both) }
    }
    changes
}

fn removal(Drain { id, url, addon: _ }: &Drain) -> Change {
    Change::DrainRemove { id: id.clone(), url: url.clone(), host: drain::host(url.expose()) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::datadog::Site;
    use crate::datadog::drain::Labels;

    const KEY: &str = "0123456789abcdef0123456789ab3f9a";
    const DATADOG: &str = "https://http-intake.logs.datadoghq.com/api/v2/logs";

    fn desired() -> DrainUrl {
        let labels = Labels::of_app("shop", Some("prod"), None);
        DrainUrl { site: Site::default(), key: ApiKey::parse(KEY).ok(), labels }
    }

    fn drain(id: &str, url: &str) -> Drain {
        Drain { id: id.into(), url: Secret::new(url), addon: None }
    }

    /// `+ host` and `- id`, in their order.
    fn shown(changes: &[Change]) -> Vec<String> {
        changes
            .iter()
            .map(|change| match change {
                Change::DrainAdd { host, .. } => format!("+ {host}"),
                Change::DrainRemove { id, .. } => format!("- {id}"),
                other => panic!("{other:?}"),
            })
            .collect()
    }

    #[test]
    fn an_app_ends_up_with_one_drain_to_datadog() {
        let good = format!("{DATADOG}?host=shop&service=s&env=prod&ddsource=heroku&dd-api-key={KEY}");
        let rotated = good.replace("3f9a", "0000");
        let elsewhere = good.replace(".com", ".eu");
        let papertrail = "syslog+tls://logs.papertrailapp.com:1234";
        let host = "+ http-intake.logs.datadoghq.com";
        for (urls, changes) in [
            (vec![], vec![host]),
            (vec![papertrail], vec![host]),
            (vec![good.as_str()], vec![]),
            (vec![good.as_str(), &good], vec!["- 1"]),
            (vec![rotated.as_str(), &good], vec!["- 0"]),
            (vec![papertrail, &rotated], vec![host, "- 1"]),
            (vec![elsewhere.as_str()], vec![host, "- 0"]),
            (vec![papertrail, papertrail, papertrail, papertrail, &rotated], vec!["- 4", host]),
        ] {
            let drains: Vec<_> = urls.iter().zip(0..).map(|(url, id)| drain(&id.to_string(), url)).collect();
            assert_eq!(shown(&enable(desired(), &drains)), changes, "{urls:?}");
        }
    }

    #[test]
    fn what_was_added_is_recognized_the_next_time() {
        let [Change::DrainAdd { url, .. }] = &enable(desired(), &[])[..] else { panic!("one drain") };
        assert_eq!(enable(desired(), &[drain("0", url.expose())]), []);
    }

    #[test]
    fn another_key_is_all_that_changes_and_other_drains_stay() {
        let (old, new) = (ApiKey::parse(KEY).unwrap(), ApiKey::parse(&"a".repeat(32)).unwrap());
        let with = |key: &str| {
            format!("{DATADOG}?dd-api-key={key}&ddsource=heroku&ddtags=env:p,t:x&service=s&host=h&a=b")
        };
        let existing =
            [drain("0", &with(KEY)), drain("1", &with(&"b".repeat(32))), drain("2", "syslog://x.example:1")];
        let changes = rekey(&old, &new, &existing);
        assert_eq!(shown(&changes), ["+ http-intake.logs.datadoghq.com", "- 0"]);
        let Change::DrainAdd { url, .. } = &changes[0] else { panic!("{changes:?}") };
        assert_eq!(url.expose(), with(&"a".repeat(32)));
        let begun = [existing.to_vec(), vec![drain("3", url.expose())]].concat();
        assert_eq!(shown(&rekey(&old, &new, &begun)), ["- 0"]);
        assert_eq!(rekey(&new, &old, &existing), []);
    }

    #[test]
    fn a_key_is_replaced_wherever_a_drain_has_it() {
        let (old, new) = (ApiKey::parse(KEY).unwrap(), ApiKey::parse(&"a".repeat(32)).unwrap());
        let intake = "https://http-intake.logs.datadoghq.com";
        let upper = KEY.to_uppercase();
        for url in [
            format!("{intake}/v1/input/{KEY}?ddsource=heroku"),
            format!("{intake}/v1/input/{KEY}/?ddsource=heroku"),
            format!("{intake}/v1/input/{upper}"),
            format!("{intake}/api/v2/logs/?dd-api-key={KEY}"),
            format!("{intake}/api/v2/logs/{KEY}"),
            format!("{intake}/api/v2/logs?api_key={KEY}"),
            format!("{intake}/api/v2/logs?dd-api-key={KEY}&old={KEY}"),
            format!("https://{KEY}@logs.example.com/"),
            format!("https://logs.example.com/proxy/{upper}"),
        ] {
            let changes = rekey(&old, &new, &[drain("0", &url)]);
            let [Change::DrainAdd { url: added, .. }, Change::DrainRemove { .. }] = &changes[..] else {
                panic!("{url}: {changes:?}")
            };
            assert!(added.expose().contains(new.expose()), "{url}");
            assert!(!added.expose().to_ascii_lowercase().contains(KEY), "{url}");
        }
    }

    #[test]
    fn a_drain_of_another_form_is_replaced() {
        let url = format!("{DATADOG}/?dd-api-key={KEY}&ddsource=heroku&ddtags=env:prod&service=s&host=shop");
        let host = "+ http-intake.logs.datadoghq.com";
        assert_eq!(shown(&enable(desired(), &[drain("0", &url)])), [host, "- 0"]);
    }

    #[test]
    fn an_add_ons_drain_is_the_add_ons() {
        let addons = Drain { addon: Some("logs-1".into()), ..drain("0", DATADOG) };
        assert_eq!(disable(&[addons, drain("1", DATADOG)]).len(), 1);
    }

    #[test]
    fn an_add_ons_drain_to_the_same_place_is_not_doubled() {
        let with = |key: &str| format!("{DATADOG}?dd-api-key={key}");
        let addons = |key: &str| Drain { addon: Some("logs-1".into()), ..drain("0", &with(key)) };
        assert_eq!(enable(desired(), &[addons(KEY)]), []);
        assert_eq!(shown(&enable(desired(), &[addons(KEY), drain("1", &with(KEY))])), ["- 1"]);
        let host = "+ http-intake.logs.datadoghq.com";
        assert_eq!(shown(&enable(desired(), &[addons(&"b".repeat(32))])), [host]);
    }
}

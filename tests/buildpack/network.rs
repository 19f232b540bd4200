//! Networks that fail.

use super::{Build, HEROKU, agent, repository};
use crate::support::keyring::Keyring;
use crate::support::package_repository::{KEY, PackageRepository};
use crate::support::scripted::{Reply, Request};

/// A repository whose server answers requests for the package by `fault`.
fn failing(
    fault: impl Fn(&Request, usize, &[u8]) -> Option<Reply> + Send + Sync + 'static,
) -> PackageRepository {
    let package = agent();
    let given = package.clone();
    let mut repository = PackageRepository::with_faults(Keyring::with_key(KEY), move |request, nth| {
        if request.path.contains("/pool/") { fault(request, nth, &given) } else { None }
    });
    repository.add(HEROKU, "1:7.81.2-1", package);
    repository.publish();
    repository
}

/// The ranges of the package that were asked for.
fn ranges(repository: &PackageRepository) -> Vec<String> {
    let asked = repository.server.asked();
    let of_package = asked.iter().filter(|request| request.path.contains("/pool/"));
    of_package.map(|request| request.header("range").unwrap_or("all").to_owned()).collect()
}

#[test]
fn a_download_that_is_cut_goes_on_where_it_was() {
    let repository = failing(|_, nth, package| (nth == 1).then(|| Reply::Cut(package[..1000].to_vec())));
    let log = Build::of(&repository).succeeds();
    assert_eq!(ranges(&repository), ["all", "bytes=1000-"]);
    assert!(log.contains("the connection broke 1 times"), "{log}");
}

#[test]
fn a_server_that_knows_no_ranges_sends_it_all_again() {
    let repository = failing(|_, nth, package| {
        Some(match nth {
            1 => Reply::Cut(package[..1000].to_vec()),
            _ => Reply::Raw(200, vec![], package.to_vec()),
        })
    });
    Build::of(&repository).succeeds();
    assert_eq!(ranges(&repository), ["all", "bytes=1000-"]);
}

#[test]
fn a_rest_that_is_another_part_is_not_taken() {
    let repository = failing(|request, nth, package| match nth {
        1 => Some(Reply::Cut(package[..1000].to_vec())),
        2 => Some(Reply::Raw(206, vec![("content-range", "bytes 0-9/10".into())], package.to_vec())),
        _ => request.header("range").is_none().then_some(Reply::Reset),
    });
    Build::of(&repository).succeeds();
    assert_eq!(ranges(&repository), ["all", "bytes=1000-", "bytes=1000-"]);
}

#[test]
fn a_server_that_stumbles_is_asked_again() {
    let repository = failing(|_, nth, _| match nth {
        1 => Some(Reply::Raw(503, vec![], vec![])),
        2 => Some(Reply::Reset),
        _ => None,
    });
    Build::of(&repository).succeeds();
    assert_eq!(ranges(&repository).len(), 3);
}

#[test]
fn a_download_that_never_gets_on_is_given_up() {
    let repository = failing(|_, _, package| Some(Reply::Cut(package[..1000].to_vec())));
    let log = Build::of(&repository).fails("the download of datadog-heroku-agent 7.81.2-1 failed");
    assert!(log.contains("HTTPS_PROXY"), "{log}");
}

#[test]
fn a_package_that_is_gone_is_asked_for_once() {
    let repository = failing(|_, _, _| Some(Reply::Raw(404, vec![], vec![])));
    Build::of(&repository).fails("answered 404 Not Found");
    assert_eq!(ranges(&repository).len(), 1);
}

#[test]
fn a_repository_that_is_not_there_is_told_apart() {
    let repository = repository();
    repository.remove("/apt/dists/stable/InRelease");
    Build::of(&repository).fails("cannot read the package repository's index");
    let nowhere = Build::of(&repository).with("DD_HEROKU_APT_URL", "http://127.0.0.1:1");
    let log = nowhere.fails("cannot read the package repository's index");
    assert!(log.contains("Connection refused"), "{log}");
}

#[test]
fn a_proxy_that_refuses_is_named_in_the_remedy() {
    let repository = repository();
    let proxy = repository.server.url();
    let build = Build::of(&repository)
        .with("DD_HEROKU_APT_URL", "https://apt.invalid/")
        .with("DD_HEROKU_APT_KEYS_URL", "https://keys.invalid/")
        .with("HTTPS_PROXY", proxy.as_str());
    let log = build.fails("cannot read the package repository's index");
    assert!(log.contains("HTTPS_PROXY"), "{log}");
    assert!(repository.server.lines().iter().any(|line| line.starts_with("CONNECT apt.invalid:443")));
}

#[test]
fn a_package_may_lie_on_another_server() {
    let mirror = repository();
    let elsewhere = mirror.server.url();
    let repository = failing(move |request, _, _| {
        Some(Reply::Raw(302, vec![("location", elsewhere.join(&request.path).unwrap().into())], vec![]))
    });
    let path = "/apt/pool/d/datadog-heroku-agent_7.81.2-1_amd64.deb";
    mirror.put(path, repository.get(path));
    Build::of(&repository).succeeds();
    let repository =
        failing(|_, _, _| Some(Reply::Raw(302, vec![("location", "http://192.0.2.1/x".into())], vec![])));
    Build::of(&repository).fails("it redirects to a place that is not encrypted");
}

#[test]
fn plain_http_and_what_is_no_url_are_refused() {
    let repository = repository();
    let build = Build::of(&repository).with("DD_HEROKU_APT_URL", "http://apt.example.com/");
    build.fails("is not encrypted");
    let build = Build::of(&repository).with("DD_HEROKU_APT_KEYS_URL", "keys");
    build.fails("DD_HEROKU_APT_KEYS_URL is not a usable URL");
    let build = Build::of(&repository).with("DD_HEROKU_APT_KEY_FINGERPRINTS", "C0962C7D");
    build.fails("which is not a fingerprint");
}

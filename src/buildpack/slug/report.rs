//! What a build did, as a value and as lines of its log: sizes by part, time by step.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use crate::buildpack::log::{Log, megabytes};
use crate::buildpack::package::unpack::Unpacked;
use crate::buildpack::repository::Package;
use crate::buildpack::slim::{Saving, Slimmed};
use crate::datadog::slim_saving;

/// Heroku refuses slugs above this, compressed. <https://devcenter.heroku.com/articles/slug-compiler#slug-size>
const SLUG_LIMIT: u64 = 500_000_000;
/// From here on the owner should know.
const SLUG_NEAR: u64 = 400_000_000;

/// What a build did.
#[derive(Clone, Debug)]
pub struct Report {
    /// What was installed.
    pub package: Package,
    /// It came from the cache: the package itself was not downloaded.
    pub from_cache: bool,
    /// The buildpack carried it.
    pub carried: bool,
    /// Requests that were sent.
    pub requests: u32,
    /// Bytes of all files in the package.
    pub unpacked: u64,
    /// Bytes that were left out, by what they were.
    pub pruned: BTreeMap<String, u64>,
    /// Bytes that were written, by part of the slug.
    pub parts: BTreeMap<&'static str, u64>,
    /// What a slim build left out, too.
    pub slimmed: Option<Slimmed>,
    /// What a slim build would leave out, where this is none.
    pub saving: Option<Saving>,
    /// Programs of the package that nobody here knows, with their bytes: they stay.
    pub unknown: Vec<(String, u64)>,
    /// Bytes of the slug at most, compressed: the Agent by the package's ratio, the app's own files as they are.
    pub slug: u64,
    /// The Agent's part of it.
    agent: u64,
    /// How long each step took.
    pub steps: Vec<(&'static str, Duration)>,
}

impl Report {
    pub(crate) fn new(package: &Package, unpacked: Unpacked, app: u64) -> Self {
        let written = unpacked.written();
        // 64 bits hold the product of two sizes of less than four gigabytes each.
        let compressed =
            written.min(u64::from(u32::MAX)) * package.size.min(u64::from(u32::MAX)) / unpacked.bytes.max(1);
        Self {
            package: package.clone(),
            from_cache: false,
            carried: false,
            requests: 0,
            unpacked: unpacked.bytes,
            pruned: unpacked.pruned,
            parts: unpacked.parts,
            slimmed: None,
            saving: None,
            unknown: unpacked.unknown,
            slug: app + compressed.min(written),
            agent: compressed.min(written),
            steps: Vec::new(),
        }
    }

    /// Counts what a slim build left out as such.
    pub(crate) fn slim(&mut self, slimmed: Slimmed) {
        let written: u64 = self.parts.values().sum();
        for (part, bytes) in &slimmed.left_out {
            *self.pruned.entry(format!("slim: {part}")).or_default() += bytes;
            let of = if *part == "JMX" { "Agent" } else { "Python" };
            let kept = self.parts.entry(of).or_default();
            *kept = kept.saturating_sub(*bytes);
        }
        let less = slimmed.bytes().min(written);
        // The Agent's share of the slug shrinks with its bytes.
        self.slug -= self.agent * less / written.max(1);
        self.slimmed = Some(slimmed);
    }

    fn print_slim(&self, log: &mut Log<'_>) {
        if let Some(Saving { bytes, of }) = self.saving.filter(|saving| saving.bytes > 0) {
            log.detail(&slim_saving::line(bytes, of));
        }
        let Some(slimmed) = &self.slimmed else { return };
        log.detail(&format!(
            "slim: Python had {} and has {}; the checks that stay: {}",
            megabytes(slimmed.before),
            megabytes(slimmed.after),
            if slimmed.checks.is_empty() { "none".to_owned() } else { slimmed.checks.join(", ") }
        ));
        if !slimmed.back.is_empty() {
            log.detail(&format!("an import needs them, so they stay: {}", slimmed.back.join(", ")));
        }
        if let Some(why) = &slimmed.untried {
            log.detail(&format!("the imports could not be tried: {why}"));
        }
    }

    pub(crate) fn print(&self, log: &mut Log<'_>) {
        let written: u64 = self.parts.values().sum();
        let pruned: u64 = self.pruned.values().sum();
        log.step("Size");
        log.detail(&format!(
            "package {}, unpacked {}, left out {}, written {}",
            megabytes(self.package.size),
            megabytes(self.unpacked),
            megabytes(pruned),
            megabytes(written)
        ));
        for (title, sizes) in [("written:", by_size(&self.parts)), ("left out:", by_size(&self.pruned))] {
            if !sizes.is_empty() {
                log.detail(title);
            }
            for (what, bytes) in sizes {
                log.detail(&format!("{:>10}  {what}", megabytes(bytes)));
            }
        }
        self.print_slim(log);
        if !self.unknown.is_empty() {
            let named: Vec<String> = self
                .unknown
                .iter()
                .map(|(program, bytes)| format!("{program} ({})", megabytes(*bytes)))
                .collect();
            log.detail(&format!("programs that are new to this build step, and stay: {}", named.join(", ")));
        }
        let times: Vec<String> =
            self.steps.iter().map(|(what, time)| format!("{what} {:.1} s", time.as_secs_f64())).collect();
        let total: Duration = self.steps.iter().map(|(_, time)| *time).sum();
        log.detail(&format!("time: {}; {:.1} s in all", times.join(", "), total.as_secs_f64()));
        if self.slug >= SLUG_NEAR {
            log.warning(&format!(
                "The slug may come to {} of the {} that Heroku allows.\n\
                 Leave out what the app does not need at run time: `.slugignore`, DD_APM_ENABLED=false.",
                megabytes(self.slug),
                megabytes(SLUG_LIMIT)
            ));
        }
    }
}

/// The greatest first.
fn by_size<T: AsRef<str>>(sizes: &BTreeMap<T, u64>) -> Vec<(&str, u64)> {
    let mut sizes: Vec<(&str, u64)> = sizes.iter().map(|(what, bytes)| (what.as_ref(), *bytes)).collect();
    sizes.sort_by_key(|(_, bytes)| std::cmp::Reverse(*bytes));
    sizes
}

/// Measures the steps of a build one after the other.
pub(crate) struct Clock {
    since: Instant,
    pub(crate) steps: Vec<(&'static str, Duration)>,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self { since: Instant::now(), steps: Vec::new() }
    }

    /// Ends a step.
    pub(crate) fn lap(&mut self, what: &'static str) {
        let now = Instant::now();
        self.steps.push((what, now - self.since));
        self.since = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn printed(app: u64) -> String {
        let package = Package {
            name: "datadog-heroku-agent".into(),
            version: "1:7.81.2-1".parse().unwrap(),
            filename: String::new(),
            size: 100_000_000,
            sha256: String::new(),
        };
        let unpacked = Unpacked {
            members: 3,
            bytes: 600_000_000,
            pruned: BTreeMap::from([("sources".into(), 200_000_000), ("kernel probes".into(), 100_000_000)]),
            parts: BTreeMap::from([("Agent", 90_000_000), ("Python", 210_000_000)]),
            unknown: vec![("brand-new".into(), 12_300_000)],
        };
        let mut out = Vec::new();
        Report::new(&package, unpacked, app).print(&mut Log::new(&mut out));
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn sizes_are_told_by_part_the_greatest_first() {
        let text = printed(1_000);
        assert!(text.starts_with(
            "-----> Size
       package 100.0 MB, unpacked 600.0 MB, left out 300.0 MB, written 300.0 MB
       written:
         210.0 MB  Python
          90.0 MB  Agent
       left out:
         200.0 MB  sources
         100.0 MB  kernel probes
       programs that are new to this build step, and stay: brand-new (12.3 MB)
"
        ));
        assert!(!text.contains('!'));
    }

    #[test]
    fn a_slug_that_nears_the_limit_is_warned_about() {
        assert!(!printed(349_000_000).contains('!'));
        assert!(
            printed(350_000_000)
                .contains(" !     The slug may come to 400.0 MB of the 500.0 MB that Heroku allows.")
        );
    }
}

//! Rebuilds. The source may be a URL with credentials: it is not shown.

use serde_json::json;

use super::Shown;
use super::row::{Sign, row};
use crate::app::change::{Rebuild, Source};
use crate::ui::format::{megabytes, short_commit};

pub(super) fn show(rebuild: &Rebuild) -> Shown {
    let Rebuild { commit, release, slug_size, source, last_build: _, clear_cache, expects: _ } = rebuild;
    let cache = if *clear_cache { ", without the build cache" } else { "" };
    let release = release.map(|version| format!(" (v{version})")).unwrap_or_default();
    let size = slug_size.map(|bytes| format!(", slug {}", megabytes(bytes))).unwrap_or_default();
    let short = short_commit(commit);
    let is_under_way = matches!(source, Source::UnderWay(_));
    let way = if is_under_way { ", its build is under way" } else { "" };
    let mut json = json!({ "kind": "rebuild", "commit": commit });
    if *clear_cache {
        json["clear_cache"] = true.into();
    }
    if let Source::UnderWay(build) = source {
        json["under_way"] = build.as_str().into();
    }
    Shown {
        lines: vec![row(Sign::Act, "rebuild", &format!("{short}{release}{size}{cache}{way}"))],
        json,
        short: format!("rebuild of {short}"),
    }
}

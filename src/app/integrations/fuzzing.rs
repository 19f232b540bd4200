//! What fuzz targets need of the readers in here.

use super::files;
use crate::datadog::integrations;

/// Reads the instances of a file, and those of what is written of them, which are the same.
pub(crate) fn read_and_render(text: &str) {
    let entry = integrations::find("redisdb").expect("the catalogue has it");
    let _ = files::is_ours(entry, text);
    let Some(instances) = files::read(text) else { return };
    // Neither is ever written: a file without instances is deleted.
    if instances.is_empty() || instances.iter().any(serde_json::Map::is_empty) {
        return;
    }
    let rendered = integrations::conf::render(entry, &instances);
    assert_eq!(files::read(&rendered).as_ref(), Some(&instances), "{rendered}");
}

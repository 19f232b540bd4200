//! What a database holds, who is connected to it, and how often its passwords were changed.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Bytes of a database without tables.
const EMPTY: u64 = 7_900_000;

/// A database or a store behind an add-on.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(crate) struct Data {
    pub(crate) tables: u32,
    /// Bytes of the tables.
    pub(crate) bytes: u64,
    pub(crate) connections: u32,
    /// How often the password of a credential was changed.
    pub(crate) rotations: BTreeMap<String, u32>,
}

impl Data {
    /// What the databases of the start hold.
    pub(crate) fn sample() -> Self {
        Self { tables: 4, bytes: 1_600_000, connections: 3, rotations: BTreeMap::new() }
    }

    /// Drops every table, and with them the connections.
    pub(crate) fn reset(&mut self) {
        (self.tables, self.bytes, self.connections) = (0, 0, 0);
    }

    /// Bytes on disk.
    pub(crate) fn size(&self) -> u64 {
        EMPTY + self.bytes
    }

    /// `9.5 MB`.
    pub(crate) fn shown_size(&self) -> String {
        let tenths = self.size() / 100_000;
        format!("{}.{} MB", tenths / 10, tenths % 10)
    }
}

//! Promotions to the next stage of a pipeline.

use serde_json::json;

use super::Shown;
use super::row::{Sign, row};
use crate::app::change::{Promotion, Target};

pub(super) fn show(promotion: &Promotion) -> Shown {
    let Promotion { pipeline: _, source: _, stage, targets } = promotion;
    let names: Vec<_> = targets.iter().map(|Target { id: _, name, release: _ }| name.as_str()).collect();
    let listed = names.join(", ");
    Shown {
        lines: vec![row(Sign::Act, "promote", &format!("to {stage}: {listed}"))],
        json: json!({ "kind": "promote", "stage": stage, "targets": names }),
        short: format!("promotion to {stage} ({listed})"),
    }
}

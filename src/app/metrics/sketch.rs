//! Quantiles of a stream in bounded memory: counts in buckets whose bounds grow by a constant factor, so that every
//! quantile is within a per cent of the true one. Datadog's distributions work the same way (`DDSketch`).

use std::collections::BTreeMap;

/// Each bucket's upper bound is this much above its lower one.
const GROWTH: f64 = 1.02;
/// What is smaller counts as nothing; what is larger, as this.
const RANGE: (f64, f64) = (1e-3, 1e15);

/// The counts. At most 2,100 buckets, by `RANGE` and `GROWTH`.
#[derive(Clone, Debug, Default)]
pub struct Sketch {
    zeros: u64,
    buckets: BTreeMap<i32, u64>,
}

impl Sketch {
    /// Takes a value in.
    pub fn add(&mut self, value: f64) {
        if value < RANGE.0 {
            self.zeros += 1;
        } else {
            #[allow(clippy::cast_possible_truncation, reason = "within ±2,000 by RANGE")]
            let bucket = (value.min(RANGE.1).ln() / GROWTH.ln()).ceil() as i32;
            *self.buckets.entry(bucket).or_default() += 1;
        }
    }

    /// The value below which a share `q` of the values is, between 0 and 1; 0 when there is none.
    pub fn quantile(&self, q: f64) -> f64 {
        let count = self.zeros + self.buckets.values().sum::<u64>();
        #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let rank = (q * count.saturating_sub(1) as f64).round() as u64;
        let mut seen = self.zeros;
        for (bucket, count) in &self.buckets {
            if rank < seen {
                break;
            }
            seen += count;
            if rank < seen {
                return 2.0 * GROWTH.powi(*bucket) / (GROWTH + 1.0);
            }
        }
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quantile_is_within_a_per_cent() {
        let mut sketch = Sketch::default();
        for value in 1..=10_000 {
            sketch.add(f64::from(value));
        }
        for (q, true_value) in [(0.0, 1.0), (0.5, 5_000.0), (0.95, 9_500.0), (0.99, 9_900.0), (1.0, 10_000.0)]
        {
            let estimate = sketch.quantile(q);
            assert!((estimate / true_value - 1.0).abs() < 0.011, "{q}: {estimate}");
        }
    }

    #[test]
    fn zeros_and_giants_do_not_grow_it() {
        let mut sketch = Sketch::default();
        assert!(sketch.quantile(0.5).abs() < f64::EPSILON);
        for value in [0.0, 0.0, 1e-12, 1e300, f64::MAX] {
            sketch.add(value);
        }
        assert!(sketch.quantile(0.5).abs() < f64::EPSILON);
        assert!((sketch.quantile(1.0) / 1e15 - 1.0).abs() < 0.02);
    }
}

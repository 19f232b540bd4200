//! A stream of values as a curve of bounded length: when it is full, neighbors are averaged.

/// The most points that a curve has.
const POINTS: usize = 128;

/// A curve.
#[derive(Clone, Debug)]
pub struct Series {
    /// The sum and the number of the values of each point.
    points: Vec<(f64, u64)>,
    /// How many values make a point.
    width: u64,
}

impl Default for Series {
    fn default() -> Self {
        Self { points: Vec::new(), width: 1 }
    }
}

impl Series {
    /// Takes the next value in.
    pub fn add(&mut self, value: f64) {
        match self.points.last_mut() {
            Some((sum, count)) if *count < self.width => {
                *sum += value;
                *count += 1;
            }
            _ => {
                if self.points.len() == POINTS {
                    self.points = self.points.chunks(2).map(sum).collect();
                    self.width *= 2;
                }
                self.points.push((value, 1));
            }
        }
    }

    /// The curve as `columns` means at most, oldest first.
    pub fn columns(&self, columns: usize) -> Vec<f64> {
        let per_column = self.points.len().div_ceil(columns.max(1)).max(1);
        #[allow(clippy::cast_precision_loss, reason = "a mean for a plot")]
        self.points.chunks(per_column).map(sum).map(|(sum, count)| sum / count as f64).collect()
    }
}

fn sum(points: &[(f64, u64)]) -> (f64, u64) {
    points.iter().fold((0.0, 0), |(sum, count), (value, values)| (sum + value, count + values))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_stream_keeps_its_shape_and_its_bound() {
        let mut series = Series::default();
        for value in 0..100_000 {
            series.add(f64::from(value));
        }
        assert!(series.points.len() <= POINTS);
        let columns = series.columns(40);
        assert!(columns.len() <= 40 && columns.len() > 20);
        assert!(columns.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn a_short_stream_is_itself() {
        let mut series = Series::default();
        assert!(series.columns(10).is_empty());
        series.add(3.0);
        series.add(5.0);
        assert_eq!(series.columns(10), [3.0, 5.0]);
        assert_eq!(series.columns(1), [4.0]);
    }
}

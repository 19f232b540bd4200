//! What a stream of log lines comes to, in bounded memory: a line at a time, at most [`DYNOS`] dynos.

use std::collections::{BTreeMap, BTreeSet};

use super::Measure;
use super::line::{self, Reading};
use super::lines::Lines;
use super::series::Series;
use super::sketch::Sketch;
use super::wrapped;

/// How many dynos are counted separately; what further ones measure is counted under [`OTHERS`].
pub const DYNOS: usize = 200;
/// The name for the dynos above [`DYNOS`].
pub const OTHERS: &str = "(others)";
/// How many kinds of requests are counted separately.
const REQUESTS: usize = 2_000;
/// The name for requests that reached no dyno.
pub const NO_DYNO: &str = "(none)";
/// The longest name that a dyno may have here.
const LONGEST_NAME: usize = 64;

/// The counts so far.
#[derive(Debug, Default)]
pub struct Preview {
    /// Lines read.
    pub lines: u64,
    /// Lines that measure something.
    pub matched: u64,
    /// The time stamps of the first and the last of them that had one.
    pub span: Option<(String, String)>,
    /// The values of every metric but the requests, by dyno.
    pub values: BTreeMap<(Measure, String), Stats>,
    /// Requests by dyno, status and error code.
    pub requests: BTreeMap<(String, u16, Option<String>), u64>,
    dynos: BTreeSet<String>,
    reader: Lines,
}

/// The values of one metric of one dyno.
#[derive(Clone, Debug, Default)]
pub struct Stats {
    /// How many.
    pub count: u64,
    /// Their sum.
    pub sum: f64,
    /// The smallest.
    pub min: f64,
    /// The largest.
    pub max: f64,
    /// The latest.
    pub last: f64,
    /// For their quantiles.
    sketch: Sketch,
    /// For their curve.
    pub series: Series,
}

impl Stats {
    fn add(&mut self, value: f64) {
        self.min = if self.count == 0 { value } else { self.min.min(value) };
        self.max = self.max.max(value);
        self.count += 1;
        self.sum += value;
        self.last = value;
        self.sketch.add(value);
        self.series.add(value);
    }

    /// The value below which a share `q` of the values is, to a per cent.
    pub fn quantile(&self, q: f64) -> f64 {
        self.sketch.quantile(q).clamp(self.min, self.max)
    }

    /// The mean.
    pub fn mean(&self) -> f64 {
        #[allow(clippy::cast_precision_loss, reason = "a mean to show")]
        let count = self.count.max(1) as f64;
        self.sum / count
    }
}

impl Preview {
    /// Takes the next bytes of the stream in; lines may be cut anywhere.
    pub fn feed(&mut self, bytes: &[u8]) {
        let mut reader = std::mem::take(&mut self.reader);
        reader.feed(bytes, &mut |line| self.add(line));
        self.reader = reader;
    }

    /// Takes in what is left when the stream has ended.
    pub fn finish(&mut self) {
        let mut reader = std::mem::take(&mut self.reader);
        reader.finish(&mut |line| self.add(line));
    }

    fn add(&mut self, line: &str) {
        self.lines += 1;
        let message = wrapped::message(line);
        if let Some(reading) = line::read(message.as_deref().unwrap_or(line)) {
            self.count(&reading);
        }
    }

    fn count(&mut self, reading: &Reading<'_>) {
        self.matched += 1;
        if let Some(time) = reading.time {
            match &mut self.span {
                Some((_, last)) => time.clone_into(last),
                none => *none = Some((time.to_owned(), time.to_owned())),
            }
        }
        let dyno = self.name(reading.dyno);
        for (measure, value) in &reading.values {
            self.values.entry((*measure, dyno.clone())).or_default().add(*value);
        }
        if let Some((status, code)) = reading.request {
            let key = (dyno, status, code.map(str::to_owned));
            let is_known = self.requests.contains_key(&key);
            let key =
                if is_known || self.requests.len() < REQUESTS { key } else { (OTHERS.into(), status, None) };
            *self.requests.entry(key).or_default() += 1;
        }
    }

    /// The name under which a dyno is counted.
    fn name(&mut self, dyno: &str) -> String {
        if dyno.is_empty() {
            NO_DYNO.to_owned()
        } else if self.dynos.contains(dyno) {
            dyno.to_owned()
        } else if self.dynos.len() < DYNOS && dyno.len() <= LONGEST_NAME {
            self.dynos.insert(dyno.to_owned());
            dyno.to_owned()
        } else {
            OTHERS.to_owned()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::lines::LONGEST;
    use super::*;

    fn preview(text: &[u8], chunk: usize) -> Preview {
        let mut preview = Preview::default();
        text.chunks(chunk).for_each(|bytes| preview.feed(bytes));
        preview.finish();
        preview
    }

    #[test]
    fn it_does_not_matter_where_the_stream_is_cut() {
        let text = b"2026-11-22T16:39:02Z heroku[web.1]: source=web.1 sample#load_avg_1m=1.0\nnoise\r\n\n\
            2026-11-22T16:39:22Z heroku[web.1]: source=web.1 sample#load_avg_1m=3.0\n\
            at=error code=H10 dyno= connect= service= status=503";
        for chunk in [1, 7, 4096] {
            let preview = preview(text, chunk);
            assert_eq!((preview.lines, preview.matched), (5, 3), "{chunk}");
            let load = &preview.values[&(Measure::Load1, "web.1".to_owned())];
            assert_eq!((load.count, load.min, load.mean(), load.max, load.last), (2, 1.0, 2.0, 3.0, 3.0));
            let key = (NO_DYNO.to_owned(), 503, Some("H10".to_owned()));
            assert_eq!(preview.requests[&key], 1);
            let span = preview.span.unwrap();
            assert_eq!((&*span.0, &*span.1), ("2026-11-22T16:39:02Z", "2026-11-22T16:39:22Z"));
        }
    }

    #[test]
    fn its_memory_is_bounded_for_any_input() {
        let many = (0..1_000).map(|dyno| format!("source=run.{dyno} sample#load_avg_1m=1.0\n"));
        let mut text: String = many.collect();
        text += &"x".repeat(1_000_000);
        text += "\nsource=web.1 sample#load_avg_1m=1.0";
        let preview = preview(text.as_bytes(), 8192);
        assert_eq!(preview.values.len(), DYNOS + 1);
        assert_eq!(preview.values[&(Measure::Load1, OTHERS.to_owned())].count, 801);
        assert!(preview.reader.capacity() <= 2 * LONGEST);
    }
}

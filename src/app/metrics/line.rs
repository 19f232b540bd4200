//! Reads a log line: the runtime metrics of a dyno, or a request as the router has it. Any other line, of any
//! shape, is none.

use super::Measure;

/// Bytes in what Heroku calls a megabyte.
const MEGABYTE: f64 = 1024.0 * 1024.0;

/// What one line measures.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading<'a> {
    /// The dyno it is about; empty for a request that reached none.
    pub dyno: &'a str,
    /// When it was written, as the line has it.
    pub time: Option<&'a str>,
    /// The values, in the units of their metrics.
    pub values: Vec<(Measure, f64)>,
    /// For a request: its status and the router's error code.
    pub request: Option<(u16, Option<&'a str>)>,
}

/// Reads a line as `heroku logs` prints it, as a drain sends it, or bare.
pub fn read(line: &str) -> Option<Reading<'_>> {
    let start = line.find('=')?;
    let start = line[..start].trim_end_matches(|c: char| !c.is_whitespace()).len();
    let (head, body) = line.split_at(start);
    if is_the_apps_own(head) {
        return None;
    }
    let fields: Vec<_> = Fields(body).collect();
    let time = time(head);
    if let Some((dyno, values, request)) = router(Cursor(&fields)) {
        return Some(Reading { dyno, time, values, request: Some(request) });
    }
    let mut cursor = Cursor(&fields);
    let dyno = cursor.next("source", |dyno| Some(dyno).filter(|dyno| !dyno.is_empty()))?;
    let values = samples(cursor);
    (!values.is_empty()).then_some(Reading { dyno, time, values, request: None })
}

/// Fields in the order of the line, as the rules of the [pipeline](super::pipeline) read them: none is looked for before
/// one that was taken already.
#[derive(Clone, Copy)]
struct Cursor<'f, 'a>(&'f [(&'a str, &'a str)]);

impl<'a> Cursor<'_, 'a> {
    /// The next field of that name whose value can be read.
    fn next<T>(&mut self, name: &str, read: impl Fn(&'a str) -> Option<T>) -> Option<T> {
        let mut fields = self.0.iter().enumerate();
        let (at, value) =
            fields.find_map(|(at, (field, value))| Some((at, read(value)?)).filter(|_| *field == name))?;
        self.0 = &self.0[at + 1..];
        Some(value)
    }
}

type Request<'a> = (&'a str, Vec<(Measure, f64)>, (u16, Option<&'a str>));

/// A request as the router has it. A request that reached no dyno has no times.
fn router<'a>(mut cursor: Cursor<'_, 'a>) -> Option<Request<'a>> {
    let filled = |text: &'a str| Some(text).filter(|text| !text.is_empty());
    cursor.next("at", filled)?;
    let code = cursor.next("code", filled);
    let dyno = cursor.next("dyno", Some).unwrap_or_default();
    let connect = cursor.next("connect", |text| Some(milliseconds(text)))?;
    let service = cursor.next("service", |text| Some(milliseconds(text)))?;
    let status = cursor.next("status", |text| {
        let status = text.parse().ok().filter(|status| (100..600).contains(status))?;
        (text.len() == 3).then_some(status)
    })?;
    let times = [(Measure::Connect, connect), (Measure::Service, service)];
    let values = times.into_iter().filter_map(|(measure, time)| Some((measure, time?))).collect();
    Some((dyno, values, (status, code)))
}

/// The values of a line that `log-runtime-metrics` makes, in the order in which it has them. A young dyno's lines have no
/// load of fifteen minutes yet, nor of five; a dyno without a limit has no quota.
fn samples(mut cursor: Cursor<'_, '_>) -> Vec<(Measure, f64)> {
    let mut memory = |name| cursor.next(name, |text| number(text, "MB").map(|value| value * MEGABYTE));
    let total = memory("sample#memory_total");
    let (rss, cache) = (memory("sample#memory_rss"), memory("sample#memory_cache"));
    let swap = memory("sample#memory_swap");
    let quota = memory("sample#memory_quota").filter(|quota| *quota != 0.0);
    let mut load = |name| cursor.next(name, |text| number(text, ""));
    [
        (Measure::MemoryTotal, total),
        (Measure::MemoryRss, rss),
        (Measure::MemoryCache, cache),
        (Measure::MemorySwap, swap),
        (Measure::MemoryQuota, total.zip(quota).map(|(total, quota)| total / quota * 100.0)),
        (Measure::Load1, load("sample#load_avg_1m")),
        (Measure::Load5, load("sample#load_avg_5m")),
        (Measure::Load15, load("sample#load_avg_15m")),
    ]
    .into_iter()
    .filter_map(|(measure, value)| Some((measure, value?)))
    .collect()
}

/// A number with that unit behind it, in the form of the matcher `number`: `0.5`, `-1`, `1e3`, but not `.5` or `inf`.
fn number(value: &str, unit: &str) -> Option<f64> {
    let digits = value.strip_suffix(unit)?;
    let is_number = digits.trim_start_matches(['+', '-']).starts_with(|c: char| c.is_ascii_digit())
        && digits.ends_with(|c: char| c.is_ascii_digit())
        && !digits.contains(".e")
        && !digits.contains(".E");
    digits.parse().ok().filter(|number: &f64| is_number && number.is_finite())
}

/// Whole milliseconds.
fn milliseconds(value: &str) -> Option<f64> {
    let digits = value.strip_suffix("ms")?;
    let is_whole = digits.bytes().all(|byte| byte.is_ascii_digit());
    digits.parse::<u32>().ok().filter(|_| is_whole).map(f64::from)
}

/// Whether the line's head says that the app wrote it: `app[web.1]:` in `heroku logs`, `app/web.1:` at Papertrail, whose
/// heads also name the system, which may be called `app`; `app web.1 -` in a drain.
fn is_the_apps_own(head: &str) -> bool {
    let of = |word: &str, program: &str| {
        word.strip_prefix(program).is_some_and(|rest| rest.starts_with(['[', '/']))
    };
    let mut words = head.split_whitespace();
    match words.find(|word| of(word, "app") || of(word, "heroku")) {
        Some(word) => of(word, "app"),
        None => head.split_whitespace().any(|word| word == "app"),
    }
}

/// The time stamp in the line's head, RFC 3339.
fn time(head: &str) -> Option<&str> {
    head.split_whitespace().find(|word| {
        let bytes = word.as_bytes();
        bytes.len() >= 20 && bytes[4] == b'-' && bytes[7] == b'-' && bytes[10] == b'T' && bytes[13] == b':'
    })
}

/// The `name=value` pairs of a text; a value may be in double quotes.
struct Fields<'a>(&'a str);

impl<'a> Iterator for Fields<'a> {
    type Item = (&'a str, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let text = self.0.trim_start();
            let end = text.find(|c: char| c == '=' || c.is_whitespace())?;
            let (name, rest) = text.split_at(end);
            let Some(rest) = rest.strip_prefix('=') else {
                self.0 = rest;
                continue;
            };
            let (value, rest) = match rest.strip_prefix('"') {
                Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
                None => rest.split_at(rest.find(char::is_whitespace).unwrap_or(rest.len())),
            };
            self.0 = rest;
            return Some((name, value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MEMORY: &str = "source=web.1 dyno=heroku.2808254.d97d0ea7-cf3d-411b-b453-d2943a50b456 \
        sample#memory_total=256.00MB sample#memory_rss=21.22MB sample#memory_cache=0.00MB \
        sample#memory_swap=0.50MB sample#memory_pgpgin=348836pages sample#memory_pgpgout=343403pages";
    const LOAD: &str = "source=worker.12 dyno=heroku.2808254.d97d0ea7 sample#load_avg_1m=2.46 \
        sample#load_avg_5m=1.06 sample#load_avg_15m=0.99";
    const ROUTER: &str = r#"at=info method=GET path="/a b?x=1 status=999" host=shop.herokuapp.com
        request_id=8601b555 fwd="204.204.204.204, 10.0.0.1" dyno=web.1 connect=1ms service=18ms status=200 bytes=13"#;

    fn value(line: &str, measure: Measure) -> Option<f64> {
        read(line)?.values.into_iter().find(|(named, _)| *named == measure).map(|(_, value)| value)
    }

    #[test]
    fn a_line_reads_the_same_with_every_head() {
        for head in [
            "",
            "2026-11-22T16:39:22.919300+00:00 heroku[web.1]: ",
            "335 <134>1 2026-11-22T16:39:22.919300+00:00 host heroku web.1 - ",
            "<134>1 2026-11-22T16:39:22Z host heroku web.1 - ",
        ] {
            let line = format!("{head}{MEMORY}");
            let reading = read(&line).expect(head);
            assert_eq!(reading.dyno, "web.1");
            assert_eq!(reading.time.is_some(), !head.is_empty(), "{head}");
            assert_eq!(value(&line, Measure::MemoryTotal), Some(268_435_456.0));
            assert_eq!(value(&line, Measure::MemorySwap), Some(524_288.0));
        }
        assert_eq!(value(LOAD, Measure::Load15), Some(0.99));
        assert_eq!(read(LOAD).unwrap().dyno, "worker.12");
    }

    #[test]
    fn the_share_of_the_quota_needs_a_quota() {
        assert_eq!(value(MEMORY, Measure::MemoryQuota), None);
        assert_eq!(
            value(&format!("{MEMORY} sample#memory_quota=512.00MB"), Measure::MemoryQuota),
            Some(50.0)
        );
        assert_eq!(value(&format!("{MEMORY} sample#memory_quota=0.00MB"), Measure::MemoryQuota), None);
    }

    #[test]
    fn a_request_has_its_times_and_its_status() {
        assert_eq!(value(ROUTER, Measure::Service), Some(18.0));
        assert_eq!(read(ROUTER).unwrap().request, Some((200, None)));
        let failed =
            r#"at=error code=H10 desc="App crashed" method=GET path="/" dyno= connect= service= status=503"#;
        let reading = read(failed).unwrap();
        assert_eq!((reading.dyno, reading.request), ("", Some((503, Some("H10")))));
        assert_eq!(reading.values, []);
    }

    #[test]
    fn lines_of_any_other_shape_are_none() {
        for line in [
            "",
            "=",
            "==",
            "a=",
            "\"=\"=",
            "source=web.1",
            "source=web.1 sample#memory_total=",
            "source=web.1 sample#memory_total=lots",
            "source= sample#memory_total=1MB",
            "source=web.1 sample#memory_total=.5MB",
            "sample#memory_total=1MB source=web.1",
            "source=web.1 sample#memory_total=1e999MB",
            "source=web.1 sample#load_avg_1m=NaN",
            "at=info connect=1ms service=2ms status=",
            "at=info connect=1ms service=2ms status=99999",
            "at=info connect=1ms service=2ms status=7",
            "at=info path=\"never closed connect=1ms service=2ms status=200",
            "connect=1ms service=2ms status=200",
            "2026-11-22T16:39:22+00:00 app[web.1]: at=info dyno=web.1 connect=1ms service=2ms status=200",
            "83 <40>1 2026-11-22T16:39:22+00:00 host app web.3 - source=web.3 sample#load_avg_1m=1.0",
            "Ünïcödé \u{0} =\u{2028}x",
        ] {
            assert_eq!(read(line), None, "{line}");
        }
    }
}

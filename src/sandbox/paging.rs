//! Lists by pages, as the Heroku API has them: `Range: id ]ID..; order=asc,max=200` asks, 206 and `Next-Range` say
//! that there is more (<https://devcenter.heroku.com/articles/platform-api-reference#ranges>).

use std::cmp::Ordering;

use serde_json::Value;

use super::exchange::{Answer, Content, Refusal, Reply};

const DEFAULT_MAX: usize = 200;
const MOST: usize = 1000;

/// What a `Range` header asks for.
struct Range {
    attribute: String,
    /// The first value, and whether the list begins after it.
    start: Option<(String, bool)>,
    /// The last value, and whether the list ends before it.
    end: Option<(String, bool)>,
    descending: bool,
    max: usize,
}

/// The answer with its list, if it is one, cut to the page that the `Range` header asks for.
pub(crate) fn paged(answer: Answer, header: Option<&str>) -> Reply {
    match answer.content {
        Content::List(items, attribute) => page(items, header, attribute),
        _ => Ok(answer),
    }
}

/// The page of `items` that `header` asks for; without one the first 200 by `attribute`.
fn page(items: Vec<Value>, header: Option<&str>, attribute: &str) -> Reply {
    let accepted = ("accept-ranges", accepted_ranges(&items, attribute));
    if header.is_none() && items.len() <= DEFAULT_MAX {
        let mut values: Vec<&Value> = items.iter().filter_map(|item| item.get(attribute)).collect();
        values.sort_by(|a, b| compare(a, &as_text(b)));
        let range = values.first().zip(values.last()).map(|(first, last)| {
            format!("{attribute} {}..{}; max={DEFAULT_MAX}", as_text(first), as_text(last))
        });
        let mut answer = Answer::ok(Value::Array(items));
        answer.headers.extend(range.map(|range| ("content-range", range)));
        answer.headers.push(accepted);
        return Ok(answer);
    }
    let text = header.map_or_else(|| format!("{attribute} .."), str::to_owned);
    let range = parse(&text).ok_or_else(|| unsatisfiable(&text))?;
    if !items.iter().all(|item| item.get(&range.attribute).is_some()) {
        return Err(unsatisfiable(&text));
    }
    let mut items = items;
    items.sort_by(|a, b| {
        let order = compare(&a[&range.attribute], &as_text(&b[&range.attribute]));
        if range.descending { order.reverse() } else { order }
    });
    items.retain(|item| range.holds(&item[&range.attribute]));
    let more = items.len() > range.max;
    items.truncate(range.max);
    let mut answer = Answer::ok(Value::Null);
    answer.headers.push(accepted);
    if let (Some(first), Some(last)) = (items.first(), items.last()) {
        let (first, last) = (as_text(&first[&range.attribute]), as_text(&last[&range.attribute]));
        let order = if range.descending { "order=desc," } else { "" };
        let attribute = &range.attribute;
        answer
            .headers
            .push(("content-range", format!("{attribute} {first}..{last}; {order}max={}", range.max)));
        if more {
            answer.status = 206;
            answer.headers.push(("next-range", format!("{attribute} ]{last}..; {order}max={}", range.max)));
        }
    }
    answer.content = Content::Json(Value::Array(items));
    Ok(answer)
}

/// The attributes that a list can be sorted and cut by.
fn accepted_ranges(items: &[Value], attribute: &str) -> String {
    let known = ["id", "name", "version", "number", "hostname", "updated_at"];
    let is_in_all = |name: &&str| *name == attribute || items.iter().all(|item| item.get(*name).is_some());
    let others = known.into_iter().filter(|name| *name != attribute && !items.is_empty()).filter(is_in_all);
    std::iter::once(attribute).chain(others).collect::<Vec<_>>().join(", ")
}

impl Range {
    /// Whether `value` is between start and end, in the order asked for.
    fn holds(&self, value: &Value) -> bool {
        let place = |bound: &str| {
            let order = compare(value, bound);
            if self.descending { order.reverse() } else { order }
        };
        let after = self.start.as_ref().is_none_or(|(bound, exclusive)| match place(bound) {
            Ordering::Greater => true,
            Ordering::Equal => !exclusive,
            Ordering::Less => false,
        });
        let before = self.end.as_ref().is_none_or(|(bound, exclusive)| match place(bound) {
            Ordering::Less => true,
            Ordering::Equal => !exclusive,
            Ordering::Greater => false,
        });
        after && before
    }
}

fn parse(text: &str) -> Option<Range> {
    let (bounds, options) = text.split_once(';').unwrap_or((text, ""));
    let (attribute, span) = bounds.trim().split_once(' ')?;
    let (start, end) = span.trim().split_once("..")?;
    let mut range = Range {
        attribute: attribute.to_owned(),
        start: bound(start, ']'),
        end: bound(end, '['),
        descending: false,
        max: DEFAULT_MAX,
    };
    for option in options.split([',', ';']).map(str::trim).filter(|option| !option.is_empty()) {
        match option.split_once('=')? {
            ("max", max) => range.max = max.trim().parse().ok().filter(|max| (1..=MOST).contains(max))?,
            ("order", "desc") => range.descending = true,
            ("order", "asc") => range.descending = false,
            _ => return None,
        }
    }
    Some(range)
}

fn bound(text: &str, exclusive: char) -> Option<(String, bool)> {
    let value = text.trim_start_matches(exclusive);
    (!value.is_empty()).then(|| (value.to_owned(), value.len() < text.len()))
}

/// Numbers by size, everything else as text.
fn compare(value: &Value, bound: &str) -> Ordering {
    match (value.as_i64(), bound.parse::<i64>()) {
        (Some(value), Ok(bound)) => value.cmp(&bound),
        _ => as_text(value).as_str().cmp(bound),
    }
}

fn as_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn unsatisfiable(range: &str) -> Refusal {
    Refusal::new(
        416,
        "requested_range_not_satisfiable",
        format!("The range `{range}` is not one this list has."),
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn versions(range: Option<&str>) -> (u16, Vec<i64>, Option<String>) {
        let items = (1..=12).map(|version| json!({"version": version})).collect();
        let answer = page(items, range, "version").unwrap();
        let Content::Json(Value::Array(items)) = answer.content else { panic!("a list") };
        let next = answer.headers.into_iter().find(|(name, _)| *name == "next-range").map(|(_, value)| value);
        (answer.status, items.iter().filter_map(|item| item["version"].as_i64()).collect(), next)
    }

    #[test]
    fn a_list_is_read_page_by_page_to_its_end() {
        let (status, first, next) = versions(Some("version ..; order=desc,max=5"));
        assert_eq!((status, first), (206, vec![12, 11, 10, 9, 8]));
        let (status, second, next) = versions(next.as_deref());
        assert_eq!((status, second), (206, vec![7, 6, 5, 4, 3]));
        let (status, third, next) = versions(next.as_deref());
        assert_eq!((status, third, next), (200, vec![2, 1], None));
        assert_eq!(versions(None).0, 200);
        assert_eq!(versions(Some("version 3..5")).1, [3, 4, 5]);
    }

    #[test]
    fn a_range_that_makes_no_sense_is_refused() {
        for range in
            ["bytes=0-1", "color ..", "version ..; max=0", "version ..; max=2000", "version ..; up=1"]
        {
            let items = vec![json!({"version": 1})];
            assert_eq!(page(items, Some(range), "version").err().map(|refusal| refusal.status), Some(416));
        }
    }
}

//! Questions, as clients ask them.

use std::str::FromStr;

use serde_json::Value;

use crate::http::body::Fields;
use crate::traces::{
    Error, Filter, Granularity, LIMIT_MAX, Matcher, MatcherOp, MetricsQuery, Op, Order, Time,
    TraceQuery, TreeQuery, Value as Attribute,
};

/// Whether a field must be there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Asked {
    Required,
    Optional,
}

/// What the answer of a wrong value says is its kind.
const KIND: &str = "value_error";

pub(super) fn traces_query(fields: &mut Fields) -> TraceQuery {
    TraceQuery {
        filters: filters(fields, Asked::Optional),
        order_by: texts(fields, "order_by", Asked::Optional)
            .into_iter()
            .filter_map(|text| parsed(fields, "order_by", Order::from_str(&text)))
            .collect(),
        limit: number(fields, "limit", u64::from(LIMIT_MAX))
            .and_then(|limit| u32::try_from(limit).ok()),
        offset: number(fields, "offset", i64::MAX as u64).unwrap_or(0),
    }
}

/// How deep to go, and the attributes that `name` lists.
pub(super) fn tree_query(fields: &mut Fields, name: &'static str, asked: Asked) -> TreeQuery {
    TreeQuery {
        attributes: texts(fields, name, asked),
        depth_max: depth(fields),
    }
}

fn depth(fields: &mut Fields) -> Option<u32> {
    number(fields, "max_depth", u64::from(u32::MAX)).and_then(|depth| u32::try_from(depth).ok())
}

/// `attribute_filters`: a list of maps with `key`, `op` and `value`.
pub(super) fn filters(fields: &mut Fields, asked: Asked) -> Vec<Filter> {
    const NAME: &str = "attribute_filters";
    let entries = list(fields, NAME, asked);
    let filters = entries.into_iter().map(|mut entry| {
        let key = entry["key"].as_str()?.to_owned();
        let op = entry["op"].as_str()?.to_owned();
        let value = entry.get_mut("value").map(Value::take)?;
        Some((key, op, Attribute::from_json(value)?))
    });
    let filters: Vec<_> = filters.collect();
    let filter = |found: Option<(String, String, Attribute)>| match found {
        Some((key, op, value)) => {
            let op = parsed(fields, NAME, Op::from_str(&op))?;
            Some(Filter { key, op, value })
        }
        None => fields.wrong(
            NAME,
            KIND,
            "each must have `key`, `op`, one of `eq`, `ne`, `gt` and `lt`, and `value`",
        ),
    };
    filters.into_iter().filter_map(filter).collect()
}

pub(super) fn metrics_query(fields: &mut Fields, name: String) -> Option<MetricsQuery> {
    let start = seconds(fields, "start_time", Asked::Required);
    let end = seconds(fields, "end_time", Asked::Optional);
    let kind = fields.required("query_type");
    let granularity = fields.optional("granularity");
    let granularity = match kind.as_ref().map(|kind| kind.as_str()) {
        Some(Some("instant")) => Some(Granularity::All),
        Some(Some("range")) => match granularity.as_ref().map(|text| text.as_str()) {
            None => Some(Granularity::Raw),
            Some(text) => parsed(
                fields,
                "granularity",
                Granularity::from_str(text.unwrap_or_default()),
            ),
        },
        Some(_) => fields.wrong("query_type", KIND, "it must be `range` or `instant`"),
        None => None,
    };
    let matchers = matchers(fields);
    Some(MetricsQuery {
        name,
        start: start?,
        end: end.unwrap_or_else(Time::now),
        granularity: granularity?,
        matchers,
    })
}

fn matchers(fields: &mut Fields) -> Vec<Matcher> {
    const NAME: &str = "label_matchers";
    let mut matchers = Vec::new();
    for entry in list(fields, NAME, Asked::Optional) {
        let op = entry["operator"].as_str().unwrap_or("=");
        let op = parsed(fields, NAME, MatcherOp::from_str(op));
        match (entry["name"].as_str(), entry["value"].as_str(), op) {
            (Some(name), Some(value), Some(op)) => matchers.push(Matcher {
                name: name.to_owned(),
                value: value.to_owned(),
                op,
            }),
            (Some(_), Some(_), None) => {}
            _ => fields
                .wrong(NAME, KIND, "each must have `name` and `value`, both text")
                .unwrap_or(()),
        }
    }
    matchers
}

fn seconds(fields: &mut Fields, name: &'static str, asked: Asked) -> Option<Time> {
    let value = match asked {
        Asked::Required => fields.required(name),
        Asked::Optional => fields.optional(name),
    };
    match value?.as_i64() {
        Some(seconds) => Some(Time::from_s(seconds)),
        None => fields.wrong(name, "int_type", "Input should be a valid integer"),
    }
}

fn number(fields: &mut Fields, name: &'static str, max: u64) -> Option<u64> {
    let value = fields.optional(name)?;
    match value.as_u64().filter(|number| *number <= max) {
        Some(number) => Some(number),
        None => fields.wrong(
            name,
            KIND,
            format!("it must be a whole number from 0 to {max}"),
        ),
    }
}

fn list(fields: &mut Fields, name: &'static str, asked: Asked) -> Vec<Value> {
    let value = match asked {
        Asked::Required => fields.required(name),
        Asked::Optional => fields.optional(name),
    };
    match value {
        Some(Value::Array(entries)) => entries,
        Some(_) => fields
            .wrong(name, "list_type", "Input should be a valid list")
            .unwrap_or_default(),
        None => Vec::new(),
    }
}

fn texts(fields: &mut Fields, name: &'static str, asked: Asked) -> Vec<String> {
    let mut texts = Vec::new();
    for entry in list(fields, name, asked) {
        texts.extend(fields.text(name, entry));
    }
    texts
}

/// What was read, or a note of what is wrong with it.
pub(super) fn parsed<T>(
    fields: &mut Fields,
    name: &'static str,
    read: Result<T, Error>,
) -> Option<T> {
    match read {
        Ok(value) => Some(value),
        Err(error) => fields.wrong(name, KIND, error.to_string()),
    }
}

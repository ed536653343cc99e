//! Conditions on attributes, and orders, turned into SQL in which all that people wrote is bound.

use std::fmt::Write;
use std::str::FromStr;

use rusqlite::types::Value as Bound;

use super::{Error, Value};

/// Longest key, in bytes.
const KEY_BYTES_MAX: usize = 1024;
/// Most conditions of one question.
const FILTERS_MAX: usize = 32;
/// Types that compare as numbers: SQLite makes 1 and 0 of the last two.
const NUMBERS: &str = "'integer', 'real', 'true', 'false'";

/// A condition on one attribute of a span. No span without the attribute meets it.
///
/// The key is looked up as it stands; if there is no such attribute, its parts between dots are,
/// each within the one before. Numbers compare with numbers, texts with texts; true and false are
/// also 1 and 0.
#[derive(Clone, Debug, PartialEq)]
pub struct Filter {
    /// The attribute's name.
    pub key: String,
    /// How it compares.
    pub op: Op,
    /// With what. An array or an object compares with nothing.
    pub value: Value,
}

/// How an attribute compares with a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Op {
    /// It is the same.
    Eq,
    /// It is another, also one of another type.
    Ne,
    /// It is more.
    Gt,
    /// It is less.
    Lt,
}

/// One column that traces are sorted by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Order {
    /// The column.
    pub column: Column,
    /// From the last to the first.
    pub is_descending: bool,
}

/// The columns of a trace.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    /// `trace_id`.
    TraceId,
    /// `root_span_id`.
    RootSpanId,
    /// `start_time`.
    StartTime,
    /// `end_time`.
    EndTime,
    /// `service_name`.
    ServiceName,
    /// `created_at`.
    CreatedAt,
}

/// A piece of SQL and what its parameters stand for.
#[derive(Debug, Default)]
pub struct Sql {
    text: String,
    bound: Vec<Bound>,
}

impl FromStr for Op {
    type Err = Error;

    fn from_str(word: &str) -> Result<Op, Error> {
        match word {
            "eq" => Ok(Op::Eq),
            "ne" => Ok(Op::Ne),
            "gt" => Ok(Op::Gt),
            "lt" => Ok(Op::Lt),
            _ => Err(Error::invalid("op", "it must be `eq`, `ne`, `gt` or `lt`")),
        }
    }
}

/// A column's name, with `-` before it for the other direction.
impl FromStr for Order {
    type Err = Error;

    fn from_str(text: &str) -> Result<Order, Error> {
        let (is_descending, name) = match text.strip_prefix('-') {
            Some(name) => (true, name),
            None => (false, text),
        };
        let column = Column::ALL.into_iter().find(|column| column.name() == name);
        let column = column.ok_or_else(|| {
            let names = Column::ALL.map(|column| format!("`{}`", column.name()));
            let reason = format!("it must be one of {}, or such with `-`", names.join(", "));
            Error::invalid("order_by", reason)
        })?;
        Ok(Order {
            column,
            is_descending,
        })
    }
}

impl Column {
    const ALL: [Column; 6] = [
        Column::TraceId,
        Column::RootSpanId,
        Column::StartTime,
        Column::EndTime,
        Column::ServiceName,
        Column::CreatedAt,
    ];

    /// As the API names it.
    pub fn name(self) -> &'static str {
        match self {
            Column::TraceId => "trace_id",
            Column::RootSpanId => "root_span_id",
            Column::StartTime => "start_time",
            Column::EndTime => "end_time",
            Column::ServiceName => "service_name",
            Column::CreatedAt => "created_at",
        }
    }
}

impl Sql {
    /// Adds text that this program wrote.
    pub fn push(&mut self, text: &str) -> &mut Sql {
        self.text.push_str(text);
        self
    }

    /// Adds a parameter that stands for `value`.
    pub fn bind(&mut self, value: impl Into<Bound>) -> &mut Sql {
        self.bound.push(value.into());
        let number = self.bound.len();
        let _ = write!(self.text, "?{number}");
        self
    }

    /// The whole text, and its parameters in order.
    pub fn parts(&self) -> (&str, rusqlite::ParamsFromIter<&[Bound]>) {
        (&self.text, rusqlite::params_from_iter(&self.bound[..]))
    }

    /// Adds the condition that one row of `s` meets all `filters`.
    pub fn filters(&mut self, filters: &[Filter]) -> Result<&mut Sql, Error> {
        if filters.len() > FILTERS_MAX {
            let reason = format!("there may be {FILTERS_MAX} of them");
            return Err(Error::invalid("attribute_filters", reason));
        }
        self.push("(1");
        for filter in filters {
            if filter.key.is_empty() || filter.key.len() > KEY_BYTES_MAX {
                let reason = format!("it must have 1 to {KEY_BYTES_MAX} bytes");
                return Err(Error::invalid("key", reason));
            }
            self.push(" AND ").filter(filter);
        }
        Ok(self.push(")"))
    }

    fn filter(&mut self, filter: &Filter) {
        // A path cannot name a key with these in all versions of SQLite; a loop over all keys can.
        let is_plain = |key: &str| {
            !key.is_empty() && !key.contains(['"', '\\']) && !key.chars().any(char::is_control)
        };
        if !is_plain(&filter.key) {
            self.push("EXISTS (SELECT 1 FROM json_each(s.attributes) j WHERE j.key = ");
            self.bind(filter.key.clone()).push(" AND ");
            self.comparison(filter, "j.value", "j.type");
            self.push(")");
            return;
        }
        let mut paths = vec![format!("$.\"{}\"", filter.key)];
        if filter.key.contains('.') && filter.key.split('.').all(is_plain) {
            paths.push(format!("$.\"{}\"", filter.key.replace('.', "\".\"")));
        }
        // Each path in turn, the next only if the one before leads nowhere.
        self.push("CASE");
        for path in &paths {
            self.push(" WHEN json_type(s.attributes, ")
                .bind(path.clone())
                .push(") IS NOT NULL THEN ");
            let place = self.bound.len();
            let value = format!("json_extract(s.attributes, ?{place})");
            let kind = format!("json_type(s.attributes, ?{place})");
            self.comparison(filter, &value, &kind);
        }
        self.push(" ELSE 0 END");
    }

    /// Compares SQL that gives a value of JSON, whose type other SQL gives.
    fn comparison(&mut self, filter: &Filter, value: &str, kind: &str) {
        let (kinds, bound): (&str, Bound) = match &filter.value {
            Value::Text(text) => ("'text'", text.to_string().into()),
            Value::Int(number) => (NUMBERS, (*number).into()),
            Value::Float(number) => (NUMBERS, (*number).into()),
            Value::Bool(truth) => (NUMBERS, i64::from(*truth).into()),
            Value::Json(_) => ("", Bound::Null),
        };
        let (before, sign, behind) = match filter.op {
            Op::Eq => ("", "=", ""),
            Op::Ne => ("(", "=", ") IS NOT 1"),
            Op::Gt => ("", ">", ""),
            Op::Lt => ("", "<", ""),
        };
        self.push("(").push(kind).push(" <> 'null' AND ");
        self.push(before)
            .push("(")
            .push(kind)
            .push(" IN (")
            .push(kinds)
            .push(") AND ");
        self.push(value).push(" ").push(sign).push(" ").bind(bound);
        self.push(")").push(behind).push(")");
    }
}

//! The time tools: `current-time`, `convert-time`, `add-time`, `time-between` and
//! `resolve-time-range`.
//!
//! Only the clock is read here; everything else is worked out in [`moment`], [`range`] and
//! [`zone`].

mod moment;
mod range;
mod words;
mod zone;

use exports::toolhost::time::time::{Guest, Interval, Moment, TimeRange};
use jiff::{Timestamp, Zoned};
use toolhost::tool::types::ToolError;

wit_bindgen::generate!({
    path: "../../wit/time",
    world: "time-tool",
    generate_all,
});

struct Time;

impl Guest for Time {
    fn current_time(time_zone: Option<String>) -> Result<Moment, ToolError> {
        let zone = zone::find_or_utc(time_zone.as_deref()).map_err(ToolError::InvalidInput)?;
        Ok(described(&Timestamp::now().to_zoned(zone)))
    }

    fn convert_time(time: String, from: Option<String>, to: String) -> Result<Moment, ToolError> {
        moment::convert(&time, from.as_deref(), &to, Timestamp::now())
            .map(|moment| described(&moment))
            .map_err(ToolError::InvalidInput)
    }

    fn add_time(
        time: String,
        duration: String,
        time_zone: Option<String>,
    ) -> Result<Moment, ToolError> {
        moment::add(&time, &duration, time_zone.as_deref(), Timestamp::now())
            .map(|moment| described(&moment))
            .map_err(ToolError::InvalidInput)
    }

    fn time_between(
        from: String,
        to: String,
        time_zone: Option<String>,
    ) -> Result<Interval, ToolError> {
        moment::between(&from, &to, time_zone.as_deref(), Timestamp::now())
            .map(|interval| Interval {
                words: interval.words,
                iso: interval.iso,
                seconds: interval.seconds,
                days: interval.days,
                weekdays: interval.weekdays,
            })
            .map_err(ToolError::InvalidInput)
    }

    fn resolve_time_range(
        phrase: String,
        now: Option<String>,
        time_zone: Option<String>,
    ) -> Result<TimeRange, ToolError> {
        let reference = moment::reference(now.as_deref(), time_zone.as_deref(), Timestamp::now())
            .map_err(ToolError::InvalidInput)?;
        let range = range::resolve(&phrase, &reference).map_err(ToolError::InvalidInput)?;
        Ok(TimeRange {
            start: moment::rfc3339(&range.start),
            end: moment::rfc3339(&range.end),
            first_day: range.start.date().to_string(),
            last_day: range.last_day().to_string(),
            time_zone: zone::name(&range.start),
        })
    }
}

fn described(moment: &Zoned) -> Moment {
    Moment {
        time: moment::rfc3339(moment),
        utc: moment
            .timestamp()
            .strftime("%Y-%m-%dT%H:%M:%SZ")
            .to_string(),
        time_zone: zone::name(moment),
        weekday: moment.strftime("%A").to_string(),
        week: moment.strftime("%G-W%V").to_string(),
        daylight_saving: zone::is_daylight_saving(moment),
        unix_seconds: moment.timestamp().as_second(),
    }
}

export!(Time);

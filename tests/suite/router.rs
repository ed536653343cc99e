//! The router with real guests: most of what the host promises is tested here.

mod admission;
mod contract;
mod grants;
mod imports;
mod isolation;
mod languages;
mod limits;
mod loading;
mod names;
mod recording;
mod round_trips;
mod types;

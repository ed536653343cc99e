//! The suites, in one binary: linking the engine once is what takes the time.

mod api;
mod cli;
mod clients;
mod collector;
mod conformance;
mod demo;
mod docs;
mod export;
mod golden;
mod hostile;
mod openapi;
mod process;
mod prometheus;
mod router;
mod sdk;
mod shipped;
mod sql;
mod store;
mod ui;
mod weather_live;

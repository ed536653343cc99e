//! The suites, in one binary: linking the engine once is what takes the time.

mod api;
mod authoring;
mod cli;
mod clients;
mod collector;
mod conformance;
mod demo;
mod docs;
mod examples;
mod export;
mod golden;
mod hostile;
mod interpreters;
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

//! The gate between a guest's requests and real sockets on loopback.

mod answers;
mod bench;
mod places;
mod requests;
mod secrets;
mod server;
mod stubs;

//! `wasi:sockets`: there are none. Whatever would make one is denied, and so is every lookup of
//! a name, which alone can carry a secret out.

use std::sync::Arc;

use wasmtime::component::{HasData, Linker, Resource, ResourceTable};
use wasmtime_wasi::p2::bindings::sockets::ip_name_lookup::{self, ResolveAddressStream};
use wasmtime_wasi::p2::bindings::sockets::network::{
    self, ErrorCode, IpAddress, IpAddressFamily, Network,
};
use wasmtime_wasi::p2::bindings::sockets::tcp::TcpSocket;
use wasmtime_wasi::p2::bindings::sockets::udp::UdpSocket;
use wasmtime_wasi::p2::bindings::sockets::{tcp_create_socket, udp_create_socket};
use wasmtime_wasi::p2::{DynPollable, SocketError, SocketResult};

use super::short;
use crate::egress::Ledger;
use crate::policy::{Denial, Rule};
use crate::runtime::sandbox::Sandbox;

/// Puts denials in the place of WASI's own sockets. No socket comes into being, so what else
/// there is in `wasi:sockets` has nothing to work on.
pub fn link(linker: &mut Linker<Sandbox>) -> wasmtime::Result<()> {
    linker.allow_shadowing(true);
    tcp_create_socket::add_to_linker::<Sandbox, NoSockets>(linker, Sandbox::no_sockets)?;
    udp_create_socket::add_to_linker::<Sandbox, NoSockets>(linker, Sandbox::no_sockets)?;
    ip_name_lookup::add_to_linker::<Sandbox, NoSockets>(linker, Sandbox::no_sockets)?;
    linker.allow_shadowing(false);
    Ok(())
}

struct NoSockets;

impl HasData for NoSockets {
    type Data<'a> = Refusal<'a>;
}

/// Says no, and notes it.
struct Refusal<'a> {
    ledger: &'a Arc<Ledger>,
    table: &'a mut ResourceTable,
}

impl Sandbox {
    fn no_sockets(&mut self) -> Refusal<'_> {
        self.count_hostcall();
        Refusal {
            ledger: &self.account.ledger,
            table: &mut self.table,
        }
    }
}

impl Refusal<'_> {
    fn deny(&self, target: &str) -> SocketError {
        self.ledger.deny(Denial {
            rule: Rule::Sockets,
            target: target.to_owned(),
            reason: "this host has no raw sockets and no name lookup; use `wasi:http`".to_owned(),
            grant: None,
        });
        ErrorCode::AccessDenied.into()
    }
}

impl tcp_create_socket::Host for Refusal<'_> {
    fn create_tcp_socket(&mut self, _: IpAddressFamily) -> SocketResult<Resource<TcpSocket>> {
        Err(self.deny("tcp socket"))
    }
}

impl udp_create_socket::Host for Refusal<'_> {
    async fn create_udp_socket(&mut self, _: IpAddressFamily) -> SocketResult<Resource<UdpSocket>> {
        Err(self.deny("udp socket"))
    }
}

impl ip_name_lookup::Host for Refusal<'_> {
    fn resolve_addresses(
        &mut self,
        _: Resource<Network>,
        name: String,
    ) -> SocketResult<Resource<ResolveAddressStream>> {
        Err(self.deny(&format!("look up {}", short(&name))))
    }
}

impl network::Host for Refusal<'_> {
    fn convert_error_code(&mut self, error: SocketError) -> wasmtime::Result<ErrorCode> {
        error.downcast()
    }

    fn network_error_code(
        &mut self,
        _: Resource<wasmtime::Error>,
    ) -> wasmtime::Result<Option<ErrorCode>> {
        Ok(None)
    }
}

impl network::HostNetwork for Refusal<'_> {
    fn drop(&mut self, network: Resource<Network>) -> wasmtime::Result<()> {
        self.table.delete(network)?;
        Ok(())
    }
}

/// No lookup ever begins, so no guest has what these take.
impl ip_name_lookup::HostResolveAddressStream for Refusal<'_> {
    fn resolve_next_address(
        &mut self,
        _: Resource<ResolveAddressStream>,
    ) -> SocketResult<Option<IpAddress>> {
        Err(ErrorCode::AccessDenied.into())
    }

    fn subscribe(
        &mut self,
        _: Resource<ResolveAddressStream>,
    ) -> wasmtime::Result<Resource<DynPollable>> {
        Err(wasmtime::Error::msg("no lookup ever begins"))
    }

    fn drop(&mut self, lookup: Resource<ResolveAddressStream>) -> wasmtime::Result<()> {
        self.table.delete(lookup)?;
        Ok(())
    }
}

//! Raw sockets and name lookup.

use std::net::IpAddr;

use wasip2::sockets::instance_network::instance_network;
use wasip2::sockets::ip_name_lookup::resolve_addresses;
use wasip2::sockets::network::{
    ErrorCode, IpAddress, IpAddressFamily, IpSocketAddress, Ipv4SocketAddress, Ipv6SocketAddress,
};
use wasip2::sockets::tcp_create_socket::create_tcp_socket;
use wasip2::sockets::udp::OutgoingDatagram;
use wasip2::sockets::udp_create_socket::create_udp_socket;

/// Connects and hangs up.
pub fn connect(ip: &str, port: u16) -> Result<(), String> {
    let (family, address) = address(ip, port)?;
    let socket = create_tcp_socket(family).map_err(named)?;
    socket
        .start_connect(&instance_network(), address)
        .map_err(named)?;
    loop {
        match socket.finish_connect() {
            Ok(_streams) => return Ok(()),
            Err(ErrorCode::WouldBlock) => socket.subscribe().block(),
            Err(error) => return Err(named(error)),
        }
    }
}

/// Binds and listens.
pub fn listen(ip: &str, port: u16) -> Result<(), String> {
    let (family, address) = address(ip, port)?;
    let socket = create_tcp_socket(family).map_err(named)?;
    socket
        .start_bind(&instance_network(), address)
        .map_err(named)?;
    finish(|| socket.finish_bind(), || socket.subscribe().block())?;
    socket.start_listen().map_err(named)?;
    finish(|| socket.finish_listen(), || socket.subscribe().block())
}

/// Sends one datagram.
pub fn send(ip: &str, port: u16, text: &str) -> Result<(), String> {
    let (family, remote) = address(ip, port)?;
    let any = if family == IpAddressFamily::Ipv4 {
        "0.0.0.0"
    } else {
        "::"
    };
    let (_, local) = address(any, 0)?;
    let socket = create_udp_socket(family).map_err(named)?;
    socket
        .start_bind(&instance_network(), local)
        .map_err(named)?;
    finish(|| socket.finish_bind(), || socket.subscribe().block())?;
    let (_incoming, outgoing) = socket.stream(Some(remote)).map_err(named)?;
    outgoing.subscribe().block();
    outgoing.check_send().map_err(named)?;
    let datagram = OutgoingDatagram {
        data: text.as_bytes().to_vec(),
        remote_address: None,
    };
    outgoing.send(&[datagram]).map(|_| ()).map_err(named)
}

/// All addresses of a name.
pub fn lookup(name: &str) -> Result<Vec<String>, String> {
    let stream = resolve_addresses(&instance_network(), name).map_err(named)?;
    let mut found = Vec::new();
    loop {
        match stream.resolve_next_address() {
            Ok(Some(address)) => found.push(shown(address)),
            Ok(None) => return Ok(found),
            Err(ErrorCode::WouldBlock) => stream.subscribe().block(),
            Err(error) => return Err(named(error)),
        }
    }
}

fn finish(attempt: impl Fn() -> Result<(), ErrorCode>, wait: impl Fn()) -> Result<(), String> {
    loop {
        match attempt() {
            Err(ErrorCode::WouldBlock) => wait(),
            other => return other.map_err(named),
        }
    }
}

fn address(ip: &str, port: u16) -> Result<(IpAddressFamily, IpSocketAddress), String> {
    match ip.parse().map_err(|_| format!("`{ip}` is no address"))? {
        IpAddr::V4(ip) => {
            let [a, b, c, d] = ip.octets();
            let address = Ipv4SocketAddress {
                port,
                address: (a, b, c, d),
            };
            Ok((IpAddressFamily::Ipv4, IpSocketAddress::Ipv4(address)))
        }
        IpAddr::V6(ip) => {
            let [a, b, c, d, e, f, g, h] = ip.segments();
            let address = Ipv6SocketAddress {
                port,
                flow_info: 0,
                address: (a, b, c, d, e, f, g, h),
                scope_id: 0,
            };
            Ok((IpAddressFamily::Ipv6, IpSocketAddress::Ipv6(address)))
        }
    }
}

fn shown(address: IpAddress) -> String {
    match address {
        IpAddress::Ipv4((a, b, c, d)) => IpAddr::from([a, b, c, d]).to_string(),
        IpAddress::Ipv6((a, b, c, d, e, f, g, h)) => {
            IpAddr::from([a, b, c, d, e, f, g, h]).to_string()
        }
    }
}

fn named(error: ErrorCode) -> String {
    error.name().to_owned()
}

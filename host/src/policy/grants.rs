//! What one provider's tools may reach. Nothing is granted that does not stand here.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;

use ipnet::IpNet;

use super::host::HostPattern;
use super::path::PathPattern;
use super::reach::Reach;
use super::secret::Secret;
use super::yaml::{self, Section};

/// What the tools of one provider may reach. The default is nothing at all.
#[derive(Clone, Debug, Default)]
pub struct Grants {
    /// `grants.network`: where requests may go; the first grant that fits decides the bounds.
    pub network: Vec<NetworkGrant>,
    /// `grants.files`: folders that the guest sees.
    pub files: Vec<FileGrant>,
    /// `grants.env`: environment variables, in the order of the file.
    pub env: Vec<(String, String)>,
    /// `grants.secrets`: credentials that the host adds to requests on their way out.
    pub secrets: Vec<SecretGrant>,
    /// `grants.config`: what `wasi:config/store` gives.
    pub config: BTreeMap<String, String>,
    /// `grants.keyvalue`: the store behind `wasi:keyvalue/store`.
    pub keyvalue: Option<KeyvalueGrant>,
    /// `grants.clock`. Default `real`.
    pub clock: Clock,
    /// `grants.random`. Default `real`.
    pub random: Random,
}

/// Requests to one host, or to the hosts under one domain.
#[derive(Clone, Debug)]
pub struct NetworkGrant {
    /// `host`: a name, an address, or `*.` and a domain for every name under it.
    pub host: HostPattern,
    /// `schemes`: which of `https` and `http`. Default `https` alone.
    pub schemes: Vec<Scheme>,
    /// `methods`, in upper case. Default `GET` and `HEAD`.
    pub methods: Vec<String>,
    /// `path`: a pattern over the normalised path. Default `/**`, every path.
    pub path: PathPattern,
    /// `ports`. Default: the standard port of each scheme granted.
    pub ports: Vec<u16>,
    /// `request_bytes`: largest request body. Default 64 KiB, ceiling 64 MiB.
    pub request_bytes: u64,
    /// `response_bytes`: largest response body. Default 4 MiB, ceiling 64 MiB.
    pub response_bytes: u64,
    /// `rate`: requests over time, all calls of the provider together. Default `10/s`.
    pub rate: Rate,
    /// `addresses`: CIDR ranges that the host may resolve to although they are private.
    /// Default none.
    pub addresses: Vec<IpNet>,
    /// `ca`: PEM file of the only certificate authorities trusted for this host. Default: those
    /// of the system.
    pub ca: Option<PathBuf>,
}

impl NetworkGrant {
    /// `request_bytes` of a grant that states none.
    pub const REQUEST_BYTES: u64 = 64 * 1024;
    /// `response_bytes` of a grant that states none.
    pub const RESPONSE_BYTES: u64 = 4 * 1024 * 1024;
    /// The most that `request_bytes` and `response_bytes` may be.
    pub const BYTES_CEILING: u64 = 64 * 1024 * 1024;
    /// `rate` of a grant that states none.
    pub const RATE: Rate = Rate {
        count: 10,
        per: Duration::from_secs(1),
    };

    /// This grant under `grants`, to be put in the place of the one that it was made from.
    pub(super) fn yaml(&self) -> String {
        let mut pairs = Reach::from(self).pairs();
        for (key, bytes, default) in [
            ("request_bytes", self.request_bytes, Self::REQUEST_BYTES),
            ("response_bytes", self.response_bytes, Self::RESPONSE_BYTES),
        ] {
            if bytes != default {
                pairs.push((key, yaml::bytes(bytes)));
            }
        }
        if self.rate != Self::RATE {
            pairs.push(("rate", yaml::quote(&self.rate.to_string())));
        }
        if !self.addresses.is_empty() {
            let ranges = self.addresses.iter().map(IpNet::to_string);
            pairs.push(("addresses", yaml::list(ranges)));
        }
        if let Some(path) = &self.ca {
            pairs.push(("ca", yaml::quote(&path.to_string_lossy())));
        }
        yaml::grants(&[(Section::Network, &yaml::entry(&pairs))])
    }
}

/// A URL scheme that can be granted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// TLS.
    Https,
    /// Plain text.
    Http,
}

impl Scheme {
    /// As a URL has it.
    pub fn as_str(self) -> &'static str {
        match self {
            Scheme::Https => "https",
            Scheme::Http => "http",
        }
    }

    /// Its standard port.
    pub fn port(self) -> u16 {
        match self {
            Scheme::Https => 443,
            Scheme::Http => 80,
        }
    }
}

/// So many per so long, such as `10/s`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate {
    /// How many; at least 1.
    pub count: u32,
    /// Per how long.
    pub per: Duration,
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let unit = match self.per.as_secs() {
            0 | 1 => "s",
            60 => "m",
            _ => "h",
        };
        write!(f, "{}/{unit}", self.count)
    }
}

/// A folder that the guest sees.
#[derive(Clone, Debug)]
pub struct FileGrant {
    /// `host`: the folder.
    pub host: PathBuf,
    /// `guest`: where the guest finds it, an absolute path.
    pub guest: String,
    /// `access`: `read` or `write`, which includes reading. Default `read`.
    pub access: Access,
    /// `bytes`: what the folder may hold, for `write`. Default 16 MiB, ceiling 1 TiB.
    pub bytes: u64,
    /// `files`: how many files and folders it may hold, for `write`. Default 1,000.
    pub files: u32,
}

/// What may be done with files.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Access {
    /// Reading alone.
    #[default]
    Read,
    /// Reading and writing.
    Write,
}

/// A credential that the host adds to a request. The guest never has it.
#[derive(Clone, Debug)]
pub struct SecretGrant {
    /// `name`: what people call it; shown where the value must not be.
    pub name: String,
    /// The value, from `from: env:NAME`, `file:PATH` or `dir:PATH` (the file `name` in it).
    pub value: Secret,
    /// `send_to`: the one host that gets it.
    pub send_to: HostPattern,
    /// `header`: the header that carries it, in lower case. Default `authorization`.
    pub header: String,
    /// `prefix`: what stands before it in the header. Default empty.
    pub prefix: String,
}

/// A store of `wasi:keyvalue`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyvalueGrant {
    /// `store`: the identifier that the guest opens.
    pub store: String,
    /// `bytes`: what keys and values of one group may take together. Default 1 MiB, ceiling
    /// 1 GiB.
    pub bytes: u64,
}

/// What clocks a guest reads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Clock {
    /// The host's.
    #[default]
    Real,
    /// The moment that the call began, throughout the call.
    Frozen,
    /// The host's, in steps of 100 ms.
    Coarse,
    /// A moment since 1970, throughout the call. No config grants it; it is for the tests of a
    /// tool.
    At(Duration),
}

/// What random bytes a guest gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Random {
    /// The system's.
    #[default]
    Real,
    /// The same sequence in every call.
    Seeded,
}

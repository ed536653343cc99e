//! What names resolve to.

use std::fmt;
use std::io;
use std::net::IpAddr;
use std::sync::Arc;

/// All addresses of a name; none if there is no such name.
pub type LookUp = dyn Fn(&str) -> Vec<IpAddr> + Send + Sync;

/// Who resolves names.
#[derive(Clone, Default)]
pub enum Names {
    /// The system, as it does for every program.
    #[default]
    System,
    /// A function, asked anew for each connection; nothing it says is kept.
    Fixed(Arc<LookUp>),
}

impl Names {
    /// All addresses of `name`, which may be none.
    pub(super) async fn look_up(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        match self {
            // The port goes unused; the call wants one.
            Names::System => Ok(tokio::net::lookup_host((name, 0))
                .await?
                .map(|address| address.ip())
                .collect()),
            Names::Fixed(names) => Ok(names(name)),
        }
    }
}

impl fmt::Debug for Names {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Names::System => "System",
            Names::Fixed(_) => "Fixed",
        })
    }
}

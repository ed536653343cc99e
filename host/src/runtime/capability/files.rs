//! `wasi:filesystem`: the folders of `grants.files`, each read-only or with a quota.
//!
//! WASI's own implementation does the work and keeps guests within their folders, links
//! included. `guard.rs` stands before it and checks each call a second time: what may be
//! changed, how much may be added, how much is open, and that nothing is opened but files and
//! folders. A guest cannot make links, hard or symbolic: they could mislead other programs that
//! use the folder, and hide files from the quota.

mod guard;
mod host;
mod quota;
mod stream;

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use wasmtime::component::{HasData, Linker, ResourceTable};
use wasmtime_wasi::filesystem::WasiFilesystemCtx;
use wasmtime_wasi::p2::bindings::filesystem::{preopens, types};
use wasmtime_wasi::{FsPerms, WasiCtxBuilder};

use crate::egress::Ledger;
use crate::policy::{Access, FileGrant};
use crate::runtime::sandbox::Sandbox;
use quota::{Amount, Quota};

/// Files, folders, streams and listings that one call may have open at once. Each may cost the
/// host a file descriptor or a buffer of 64 KiB.
const OPEN_MAX: usize = 128;
/// The same for all calls of one provider together: a process often has 1,024 descriptors.
const OPEN_TOGETHER_MAX: usize = 512;

/// Puts the guarded interfaces in the place of WASI's own.
pub fn link(linker: &mut Linker<Sandbox>) -> wasmtime::Result<()> {
    linker.allow_shadowing(true);
    types::add_to_linker::<Sandbox, HasFiles>(linker, Sandbox::files)?;
    preopens::add_to_linker::<Sandbox, HasFiles>(linker, Sandbox::files)?;
    linker.allow_shadowing(false);
    Ok(())
}

/// A provider's folders, open. Calls share them.
pub struct Mounts {
    /// In the order of `mounts`.
    wasi: WasiFilesystemCtx,
    mounts: Vec<Mount>,
    /// See [`OPEN_TOGETHER_MAX`].
    open: Arc<Semaphore>,
}

struct Mount {
    guest: String,
    access: Access,
    /// Of a folder that may be written to.
    quota: Option<Arc<Quota>>,
}

impl Mounts {
    /// Opens every folder and measures those that may be written to, which takes longer the
    /// more is in them. The error is a sentence for people.
    ///
    /// Two providers with a grant of the same folder each count what it holds by themselves:
    /// one learns what the other added when it measures.
    pub fn open(grants: &[FileGrant]) -> Result<Mounts, String> {
        let mut wasi = WasiCtxBuilder::new();
        let mut mounts = Vec::with_capacity(grants.len());
        for grant in grants {
            let failed = |error: String| {
                let host = grant.host.display();
                format!("`{host}` of `grants.files` cannot be opened: {error}")
            };
            let rights = match grant.access {
                Access::Read => FsPerms::ReadOnly,
                Access::Write => FsPerms::ReadWrite,
            };
            wasi.preopened_dir(&grant.host, &grant.guest, rights)
                .map_err(|error| failed(format!("{error:#}")))?;
            mounts.push(Mount {
                guest: grant.guest.clone(),
                access: grant.access,
                quota: quota(grant).map_err(|error| failed(error.to_string()))?,
            });
        }
        Ok(Mounts {
            wasi: wasi.build().filesystem().clone(),
            mounts,
            open: Arc::new(Semaphore::new(OPEN_TOGETHER_MAX)),
        })
    }
}

fn quota(grant: &FileGrant) -> std::io::Result<Option<Arc<Quota>>> {
    if grant.access == Access::Read {
        return Ok(None);
    }
    let max = Amount {
        bytes: grant.bytes,
        files: grant.files.into(),
    };
    let quota = Quota::open(&grant.host, max)?;
    if quota.is_full() {
        let folder = grant.host.display();
        tracing::warn!(%folder, files = grant.files, "a folder granted for writing is full: no file can be added");
    }
    Ok(Some(quota))
}

/// What one call has open. Empty, and free, until it opens something.
#[derive(Default)]
pub struct Files {
    /// Its folders are those of [`Mounts`], where they are asked for.
    wasi: WasiFilesystemCtx,
    /// By the descriptor's number in the resource table.
    known: HashMap<u32, Known>,
    /// Listings of folders, likewise.
    listings: HashMap<u32, Held>,
    /// One clone for each thing that is open.
    held: Option<Arc<()>>,
}

/// What is known of a descriptor.
struct Known {
    /// The mount that it comes from.
    mount: usize,
    /// Where the guest found it, cut to what a denial shows.
    path: String,
    /// `None` for the folder that was granted itself: it is open anyway.
    _held: Option<Held>,
}

/// Counts as open for as long as it lives.
struct Held {
    _in_call: Arc<()>,
    _in_provider: OwnedSemaphorePermit,
}

struct HasFiles;

impl HasData for HasFiles {
    type Data<'a> = Guard<'a>;
}

/// One host call's view of what the call may reach and has open.
struct Guard<'a> {
    files: &'a mut Files,
    mounts: &'a Mounts,
    ledger: &'a Arc<Ledger>,
    table: &'a mut ResourceTable,
}

impl Sandbox {
    fn files(&mut self) -> Guard<'_> {
        self.count_hostcall();
        Guard {
            files: &mut self.files,
            mounts: self.world.mounts(),
            ledger: &self.account.ledger,
            table: &mut self.table,
        }
    }
}

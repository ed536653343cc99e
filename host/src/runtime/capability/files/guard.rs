//! What is checked before WASI's own implementation does the work.

use std::sync::Arc;

use wasmtime::component::Resource;
use wasmtime_wasi::filesystem::{Descriptor, WasiFilesystemCtxView};
use wasmtime_wasi::p2::bindings::filesystem::types::{
    DescriptorFlags, DescriptorType, ErrorCode, HostDescriptor, OpenFlags, PathFlags,
};
use wasmtime_wasi::p2::{FsError, FsResult};

use super::quota::{Amount, Quota, Reserved};
use super::stream::Meter;
use super::{Guard, Held, Known, Mount, OPEN_MAX};
use crate::policy::{Access, Denial, Rule};
use crate::runtime::capability::{quoted, short};

/// Largest `bytes` that a grant may have.
const BYTES_CEILING: u64 = 1 << 40;

impl Guard<'_> {
    pub(super) fn wasi(&mut self) -> WasiFilesystemCtxView<'_> {
        WasiFilesystemCtxView {
            ctx: &mut self.files.wasi,
            table: self.table,
        }
    }

    /// The mount that `fd` comes from.
    pub(super) fn mount(&self, fd: &Resource<Descriptor>) -> FsResult<&Mount> {
        self.files
            .known
            .get(&fd.rep())
            .and_then(|known| self.mounts.mounts.get(known.mount))
            // No descriptor comes into being elsewhere.
            .ok_or_else(|| FsError::trap(wasmtime::Error::msg("an unknown descriptor")))
    }

    /// Where the guest finds `path` under `fd`, as a denial shows it.
    pub(super) fn place(&self, fd: &Resource<Descriptor>, path: Option<&str>) -> String {
        let folder = self.files.known.get(&fd.rep());
        let folder = folder.map_or("", |known| known.path.as_str());
        match path {
            Some(path) => short(&format!("{}/{path}", folder.trim_end_matches('/'))),
            None => folder.to_owned(),
        }
    }

    /// Says no to a change of what may only be read. The quota is that of what may be changed.
    pub(super) fn may_change(
        &self,
        fd: &Resource<Descriptor>,
        (verb, path): (&str, Option<&str>),
    ) -> FsResult<Arc<Quota>> {
        let mount = self.mount(fd)?;
        if let (Access::Write, Some(quota)) = (mount.access, &mount.quota) {
            return Ok(quota.clone());
        }
        self.ledger.deny(Denial {
            rule: Rule::ReadOnly,
            target: format!("{verb} {}", self.place(fd, path)),
            reason: format!("`{}` is granted for reading alone", mount.guest),
            grant: Some(format!("{}      access: write", yaml(mount))),
        });
        Err(ErrorCode::ReadOnly.into())
    }

    /// Says no to a link, wherever.
    pub(super) fn refuse_link(&self, fd: &Resource<Descriptor>, path: &str) -> FsError {
        self.ledger.deny(Denial {
            rule: Rule::SpecialFile,
            target: format!("link {}", self.place(fd, Some(path))),
            reason: "tools do not make links".to_owned(),
            grant: None,
        });
        ErrorCode::NotPermitted.into()
    }

    fn no_room(&self, fd: &Resource<Descriptor>, path: Option<&str>) -> FsResult<Denial> {
        let mount = self.mount(fd)?;
        let max = mount.quota.as_ref().map(|quota| quota.max());
        Ok(Denial {
            rule: Rule::FileQuota,
            target: format!("add to {}", self.place(fd, path)),
            reason: format!("`{}` holds as much as is granted", mount.guest),
            grant: max
                .filter(|max| max.bytes < BYTES_CEILING)
                .map(|max| more(mount, max)),
        })
    }

    /// Room for what `fd`, or `path` under it, is about to take more.
    pub(super) async fn reserve(
        &mut self,
        quota: &Arc<Quota>,
        (fd, path): (&Resource<Descriptor>, Option<&str>),
        amount: Amount,
    ) -> FsResult<Reserved> {
        if let Some(reserved) = quota.reserve(amount, amount.bytes).await {
            return Ok(reserved);
        }
        self.ledger.deny(self.no_room(fd, path)?);
        Err(ErrorCode::InsufficientSpace.into())
    }

    pub(super) fn meter(&self, fd: &Resource<Descriptor>, quota: Arc<Quota>) -> FsResult<Meter> {
        Ok(Meter {
            quota,
            ledger: self.ledger.clone(),
            denial: self.no_room(fd, None)?,
        })
    }

    /// A place among what the call and its provider may have open.
    pub(super) fn hold(&mut self) -> FsResult<Held> {
        let held = self.files.held.get_or_insert_with(Arc::default);
        let permit = self.mounts.open.clone().try_acquire_owned();
        match permit {
            Ok(permit) if Arc::strong_count(held) <= OPEN_MAX => Ok(Held {
                _in_call: held.clone(),
                _in_provider: permit,
            }),
            // WASI has no word for too many open files.
            _ => Err(ErrorCode::InsufficientMemory.into()),
        }
    }

    /// Opens a file or a folder, and nothing else.
    pub(super) async fn open(
        &mut self,
        fd: Resource<Descriptor>,
        (path_flags, path): (PathFlags, String),
        (open_flags, flags): (OpenFlags, DescriptorFlags),
    ) -> FsResult<Resource<Descriptor>> {
        let changes = open_flags
            .intersects(OpenFlags::CREATE | OpenFlags::EXCLUSIVE | OpenFlags::TRUNCATE)
            || flags.intersects(DescriptorFlags::WRITE | DescriptorFlags::MUTATE_DIRECTORY);
        let quota = match changes {
            true => Some(self.may_change(&fd, ("write", Some(path.as_str())))?),
            false => None,
        };
        let known = Known {
            mount: self.number(&fd)?,
            path: self.place(&fd, Some(&path)),
            _held: Some(self.hold()?),
        };
        let is_new = !self.is_there(&fd, path_flags, &path).await?;
        let room = match quota {
            Some(quota) if is_new && open_flags.contains(OpenFlags::CREATE) => {
                let reserved = self.reserve(&quota, (&fd, Some(path.as_str())), Amount::FILE);
                Some(reserved.await?)
            }
            _ => None,
        };
        let opened = self
            .wasi()
            .open_at(fd, path_flags, path, open_flags, flags)
            .await;
        match opened {
            Ok(opened) => {
                self.files.known.insert(opened.rep(), known);
                Ok(opened)
            }
            Err(error) => {
                if let Some(room) = room {
                    room.refund();
                }
                Err(error)
            }
        }
    }

    fn number(&self, fd: &Resource<Descriptor>) -> FsResult<usize> {
        self.mount(fd)?;
        Ok(self
            .files
            .known
            .get(&fd.rep())
            .map_or(0, |known| known.mount))
    }

    /// Whether there is something that may be opened; what may not is denied.
    ///
    /// To open a pipe blocks, and to open a device can do anything. One that takes a file's
    /// place between this look and the opening is not caught; but no guest can make one, and
    /// none can rename one, short of a whole folder that has one in it.
    pub(super) async fn is_there(
        &mut self,
        fd: &Resource<Descriptor>,
        path_flags: PathFlags,
        path: &str,
    ) -> FsResult<bool> {
        let found = self
            .wasi()
            .stat_at(again(fd), path_flags, path.to_owned())
            .await;
        match found {
            // A link here is one that is not to be followed: opening it fails.
            Ok(found) => match found.type_ {
                DescriptorType::RegularFile
                | DescriptorType::Directory
                | DescriptorType::SymbolicLink => Ok(true),
                _ => Err(self.refuse_special(fd, path)),
            },
            Err(error) => match error.downcast_ref() {
                Some(ErrorCode::NoEntry) => Ok(false),
                _ => Err(error),
            },
        }
    }

    fn refuse_special(&self, fd: &Resource<Descriptor>, path: &str) -> FsError {
        self.ledger.deny(Denial {
            rule: Rule::SpecialFile,
            target: format!("open {}", self.place(fd, Some(path))),
            reason: "it is a device, pipe or socket, no file".to_owned(),
            grant: None,
        });
        ErrorCode::NotPermitted.into()
    }
}

/// The same descriptor, for one more host function.
pub(super) fn again(fd: &Resource<Descriptor>) -> Resource<Descriptor> {
    Resource::new_borrow(fd.rep())
}

/// The beginning of a grant. Where the folder is on the host is not for callers to know.
fn yaml(mount: &Mount) -> String {
    format!("grants:\n  files:\n    - guest: {}\n", quoted(&mount.guest))
}

/// A grant of twice as much.
fn more(mount: &Mount, max: Amount) -> String {
    format!(
        "{}      access: write\n      bytes: {}\n      files: {}",
        yaml(mount),
        max.bytes.saturating_mul(2).min(BYTES_CEILING),
        max.files.saturating_mul(2).min(u32::MAX.into()),
    )
}

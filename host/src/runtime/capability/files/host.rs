//! The functions of `wasi:filesystem`: each checks, then has WASI's own implementation do it.

use wasmtime::component::Resource;
use wasmtime_wasi::filesystem::Descriptor;
use wasmtime_wasi::p2::bindings::filesystem::preopens;
use wasmtime_wasi::p2::bindings::filesystem::types::{
    self, Advice, DescriptorFlags, DescriptorStat, DescriptorType, DirectoryEntry,
    DirectoryEntryStream, ErrorCode, Filesize, HostDescriptor, HostDirectoryEntryStream,
    MetadataHashValue, NewTimestamp, OpenFlags, PathFlags,
};
use wasmtime_wasi::p2::{DynInputStream, DynOutputStream, FsError, FsResult};

use super::guard::again;
use super::quota::Amount;
use super::stream::{Reader, Writer};
use super::{Guard, Known};

impl preopens::Host for Guard<'_> {
    fn get_directories(&mut self) -> wasmtime::Result<Vec<(Resource<Descriptor>, String)>> {
        // Here, not at the call's beginning: most calls never ask.
        self.files.wasi = self.mounts.wasi.clone();
        let folders = preopens::Host::get_directories(&mut self.wasi())?;
        for (mount, (fd, guest)) in folders.iter().enumerate() {
            let known = Known {
                mount,
                path: guest.clone(),
                _held: None,
            };
            self.files.known.insert(fd.rep(), known);
        }
        Ok(folders)
    }
}

impl types::Host for Guard<'_> {
    fn convert_error_code(&mut self, error: FsError) -> wasmtime::Result<ErrorCode> {
        error.downcast()
    }

    fn filesystem_error_code(
        &mut self,
        error: Resource<wasmtime::Error>,
    ) -> wasmtime::Result<Option<ErrorCode>> {
        self.wasi().filesystem_error_code(error)
    }
}

impl HostDescriptor for Guard<'_> {
    async fn open_at(
        &mut self,
        fd: Resource<Descriptor>,
        path_flags: PathFlags,
        path: String,
        open_flags: OpenFlags,
        flags: DescriptorFlags,
    ) -> FsResult<Resource<Descriptor>> {
        self.open(fd, (path_flags, path), (open_flags, flags)).await
    }

    fn drop(&mut self, fd: Resource<Descriptor>) -> wasmtime::Result<()> {
        self.files.known.remove(&fd.rep());
        HostDescriptor::drop(&mut self.wasi(), fd)
    }

    fn read_via_stream(
        &mut self,
        fd: Resource<Descriptor>,
        offset: Filesize,
    ) -> FsResult<Resource<DynInputStream>> {
        let held = self.hold()?;
        let stream = self.wasi().read_via_stream(fd, offset)?;
        let stream = self.table.delete(stream)?;
        let reader: DynInputStream = Box::new(Reader::new(stream, held));
        Ok(self.table.push(reader)?)
    }

    fn write_via_stream(
        &mut self,
        fd: Resource<Descriptor>,
        offset: Filesize,
    ) -> FsResult<Resource<DynOutputStream>> {
        let quota = self.may_change(&fd, ("write", None))?;
        let gap = match self.table.get(&fd)? {
            // Of an open file the system has the size at hand.
            Descriptor::File(open) if offset > 0 => {
                offset.saturating_sub(open.file.metadata()?.len())
            }
            _ => 0,
        };
        let (held, meter) = (self.hold()?, self.meter(&fd, quota)?);
        let stream = self.wasi().write_via_stream(fd, offset)?;
        let stream = self.table.delete(stream)?;
        let writer: DynOutputStream = Box::new(Writer::new(stream, gap, meter, held));
        Ok(self.table.push(writer)?)
    }

    fn append_via_stream(
        &mut self,
        fd: Resource<Descriptor>,
    ) -> FsResult<Resource<DynOutputStream>> {
        let quota = self.may_change(&fd, ("write", None))?;
        let (held, meter) = (self.hold()?, self.meter(&fd, quota)?);
        let stream = self.wasi().append_via_stream(fd)?;
        let stream = self.table.delete(stream)?;
        let writer: DynOutputStream = Box::new(Writer::new(stream, 0, meter, held));
        Ok(self.table.push(writer)?)
    }

    async fn write(
        &mut self,
        fd: Resource<Descriptor>,
        bytes: Vec<u8>,
        offset: Filesize,
    ) -> FsResult<Filesize> {
        let quota = self.may_change(&fd, ("write", None))?;
        let size = self.wasi().stat(again(&fd)).await?.size;
        let gap = offset.saturating_sub(size);
        let amount = Amount::bytes(gap.saturating_add(bytes.len() as u64));
        let _room = self.reserve(&quota, (&fd, None), amount).await?;
        self.wasi().write(fd, bytes, offset).await
    }

    async fn set_size(&mut self, fd: Resource<Descriptor>, size: Filesize) -> FsResult<()> {
        let quota = self.may_change(&fd, ("resize", None))?;
        let before = self.wasi().stat(again(&fd)).await?.size;
        let amount = Amount::bytes(size.saturating_sub(before));
        let _room = self.reserve(&quota, (&fd, None), amount).await?;
        self.wasi().set_size(fd, size).await
    }

    async fn create_directory_at(
        &mut self,
        fd: Resource<Descriptor>,
        path: String,
    ) -> FsResult<()> {
        let at = Some(path.as_str());
        let quota = self.may_change(&fd, ("make", at))?;
        let room = self.reserve(&quota, (&fd, at), Amount::FILE).await?;
        let made = self.wasi().create_directory_at(fd, path).await;
        if made.is_err() {
            room.refund();
        }
        made
    }

    async fn rename_at(
        &mut self,
        fd: Resource<Descriptor>,
        old_path: String,
        new_fd: Resource<Descriptor>,
        new_path: String,
    ) -> FsResult<()> {
        let old = self.may_change(&fd, ("rename", Some(old_path.as_str())))?;
        let new = self.may_change(&new_fd, ("rename to", Some(new_path.as_str())))?;
        // As if they were two file systems: each quota counts what was written into its folder.
        if !std::sync::Arc::ptr_eq(&old, &new) {
            return Err(ErrorCode::CrossDevice.into());
        }
        self.is_there(&fd, PathFlags::empty(), &old_path).await?;
        let _moving = old.moving().await;
        self.wasi().rename_at(fd, old_path, new_fd, new_path).await
    }

    async fn link_at(
        &mut self,
        fd: Resource<Descriptor>,
        _: PathFlags,
        _: String,
        new_fd: Resource<Descriptor>,
        new_path: String,
    ) -> FsResult<()> {
        self.may_change(&new_fd, ("link", Some(new_path.as_str())))?;
        self.may_change(&fd, ("link", None))?;
        Err(self.refuse_link(&new_fd, &new_path))
    }

    async fn symlink_at(
        &mut self,
        fd: Resource<Descriptor>,
        _: String,
        new_path: String,
    ) -> FsResult<()> {
        self.may_change(&fd, ("link", Some(new_path.as_str())))?;
        Err(self.refuse_link(&fd, &new_path))
    }

    async fn unlink_file_at(&mut self, fd: Resource<Descriptor>, path: String) -> FsResult<()> {
        self.may_change(&fd, ("delete", Some(path.as_str())))?;
        self.wasi().unlink_file_at(fd, path).await
    }

    async fn remove_directory_at(
        &mut self,
        fd: Resource<Descriptor>,
        path: String,
    ) -> FsResult<()> {
        self.may_change(&fd, ("delete", Some(path.as_str())))?;
        self.wasi().remove_directory_at(fd, path).await
    }

    async fn set_times(
        &mut self,
        fd: Resource<Descriptor>,
        accessed: NewTimestamp,
        modified: NewTimestamp,
    ) -> FsResult<()> {
        self.may_change(&fd, ("date", None))?;
        self.wasi().set_times(fd, accessed, modified).await
    }

    async fn set_times_at(
        &mut self,
        fd: Resource<Descriptor>,
        path_flags: PathFlags,
        path: String,
        accessed: NewTimestamp,
        modified: NewTimestamp,
    ) -> FsResult<()> {
        self.may_change(&fd, ("date", Some(path.as_str())))?;
        let mut wasi = self.wasi();
        wasi.set_times_at(fd, path_flags, path, accessed, modified)
            .await
    }

    async fn read_directory(
        &mut self,
        fd: Resource<Descriptor>,
    ) -> FsResult<Resource<DirectoryEntryStream>> {
        let held = self.hold()?;
        let listing = self.wasi().read_directory(fd).await?;
        self.files.listings.insert(listing.rep(), held);
        Ok(listing)
    }

    // What follows changes nothing, opens nothing, and needs no check.

    async fn read(
        &mut self,
        fd: Resource<Descriptor>,
        length: Filesize,
        offset: Filesize,
    ) -> FsResult<(Vec<u8>, bool)> {
        self.wasi().read(fd, length, offset).await
    }

    async fn advise(
        &mut self,
        fd: Resource<Descriptor>,
        offset: Filesize,
        length: Filesize,
        advice: Advice,
    ) -> FsResult<()> {
        self.wasi().advise(fd, offset, length, advice).await
    }

    async fn sync_data(&mut self, fd: Resource<Descriptor>) -> FsResult<()> {
        self.wasi().sync_data(fd).await
    }

    async fn sync(&mut self, fd: Resource<Descriptor>) -> FsResult<()> {
        self.wasi().sync(fd).await
    }

    async fn get_flags(&mut self, fd: Resource<Descriptor>) -> FsResult<DescriptorFlags> {
        self.wasi().get_flags(fd).await
    }

    async fn get_type(&mut self, fd: Resource<Descriptor>) -> FsResult<DescriptorType> {
        self.wasi().get_type(fd).await
    }

    async fn stat(&mut self, fd: Resource<Descriptor>) -> FsResult<DescriptorStat> {
        self.wasi().stat(fd).await
    }

    async fn stat_at(
        &mut self,
        fd: Resource<Descriptor>,
        path_flags: PathFlags,
        path: String,
    ) -> FsResult<DescriptorStat> {
        self.wasi().stat_at(fd, path_flags, path).await
    }

    async fn readlink_at(&mut self, fd: Resource<Descriptor>, path: String) -> FsResult<String> {
        self.wasi().readlink_at(fd, path).await
    }

    async fn is_same_object(
        &mut self,
        one: Resource<Descriptor>,
        other: Resource<Descriptor>,
    ) -> wasmtime::Result<bool> {
        self.wasi().is_same_object(one, other).await
    }

    async fn metadata_hash(&mut self, fd: Resource<Descriptor>) -> FsResult<MetadataHashValue> {
        self.wasi().metadata_hash(fd).await
    }

    async fn metadata_hash_at(
        &mut self,
        fd: Resource<Descriptor>,
        path_flags: PathFlags,
        path: String,
    ) -> FsResult<MetadataHashValue> {
        self.wasi().metadata_hash_at(fd, path_flags, path).await
    }
}

impl HostDirectoryEntryStream for Guard<'_> {
    async fn read_directory_entry(
        &mut self,
        listing: Resource<DirectoryEntryStream>,
    ) -> FsResult<Option<DirectoryEntry>> {
        self.wasi().read_directory_entry(listing).await
    }

    fn drop(&mut self, listing: Resource<DirectoryEntryStream>) -> wasmtime::Result<()> {
        self.files.listings.remove(&listing.rep());
        HostDirectoryEntryStream::drop(&mut self.wasi(), listing)
    }
}

//! Does with files what it may not, by way of `wasi:filesystem` itself: the C library would
//! refuse some of it before the host sees it.
//!
//! The host must keep it within the folders and the rights that were granted, and within the
//! quota.

use exports::hostile::files::attacks::{FileState, Guest};
use wasip2::filesystem::preopens;
use wasip2::filesystem::types::{
    Descriptor, DescriptorFlags, DescriptorType, ErrorCode, NewTimestamp, OpenFlags, PathFlags,
};
use wasip2::io::streams::{OutputStream, StreamError};

wit_bindgen::generate!();

const READ_MAX: u64 = 64 * 1024;
/// What one `blocking-write-and-flush` takes, in bytes.
const WRITE_MAX: u64 = 4096;

struct Files;

/// A path and the folder that it is relative to.
struct Place {
    folder: Descriptor,
    path: String,
}

impl Guest for Files {
    fn folders() -> Vec<String> {
        preopens::get_directories()
            .into_iter()
            .map(|(_, path)| path)
            .collect()
    }

    fn read(path: String) -> Result<String, String> {
        let file = Place::of(&path)?.open(OpenFlags::empty(), DescriptorFlags::READ)?;
        let (bytes, _) = file.read(READ_MAX, 0).map_err(named)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    }

    fn write(path: String, bytes: u64) -> Result<u64, String> {
        let stream = made(&path)?.write_via_stream(0).map_err(named)?;
        pour(&stream, bytes)
    }

    fn write_text(path: String, text: String) -> Result<(), String> {
        made(&path)?
            .write(text.as_bytes(), 0)
            .map(|_| ())
            .map_err(named)
    }

    fn append(path: String, bytes: u64) -> Result<u64, String> {
        let file = Place::of(&path)?.open(OpenFlags::empty(), DescriptorFlags::WRITE)?;
        let stream = file.append_via_stream().map_err(named)?;
        pour(&stream, bytes)
    }

    fn write_at(path: String, offset: u64) -> Result<(), String> {
        let file = Place::of(&path)?.open(OpenFlags::CREATE, DescriptorFlags::WRITE)?;
        file.write(b"x", offset).map(|_| ()).map_err(named)
    }

    fn set_size(path: String, bytes: u64) -> Result<(), String> {
        let file = Place::of(&path)?.open(OpenFlags::CREATE, DescriptorFlags::WRITE)?;
        file.set_size(bytes).map_err(named)
    }

    fn truncate(path: String) -> Result<(), String> {
        Place::of(&path)?
            .open(OpenFlags::TRUNCATE, DescriptorFlags::READ)
            .map(|_| ())
    }

    fn open_for_writing(path: String) -> Result<(), String> {
        let both = DescriptorFlags::READ | DescriptorFlags::WRITE;
        Place::of(&path)?.open(OpenFlags::empty(), both).map(|_| ())
    }

    fn open_many(path: String, count: u32) -> Result<u32, String> {
        let place = Place::of(&path)?;
        let mut held = Vec::new();
        for number in 0..count {
            let file = place.open(OpenFlags::empty(), DescriptorFlags::READ);
            held.push(file.map_err(|error| format!("file {number}: {error}"))?);
        }
        Ok(held.len() as u32)
    }

    fn make_many(path: String, count: u32) -> Result<u32, String> {
        let Place { folder, path } = Place::of(&path)?;
        for number in 0..count {
            let place = format!("{path}/{number}");
            let flags = (OpenFlags::CREATE, DescriptorFlags::WRITE);
            folder
                .open_at(PathFlags::empty(), &place, flags.0, flags.1)
                .map_err(|error| format!("file {number}: {}", error.name()))?;
        }
        Ok(count)
    }

    fn list(path: String) -> Result<Vec<String>, String> {
        let folder = Place::of(&path)?.open(OpenFlags::DIRECTORY, DescriptorFlags::READ)?;
        let entries = folder.read_directory().map_err(named)?;
        let mut names = Vec::new();
        while let Some(entry) = entries.read_directory_entry().map_err(named)? {
            names.push(entry.name);
        }
        names.sort();
        Ok(names)
    }

    fn stat(path: String) -> Result<FileState, String> {
        let Place { folder, path } = Place::of(&path)?;
        let stat = folder.stat_at(PathFlags::empty(), &path).map_err(named)?;
        Ok(FileState {
            kind: kind(stat.type_).to_owned(),
            bytes: stat.size,
            links: stat.link_count,
        })
    }

    fn hard_link(existing: String, new: String) -> Result<(), String> {
        let (from, to) = (Place::of(&existing)?, Place::of(&new)?);
        from.folder
            .link_at(PathFlags::empty(), &from.path, &to.folder, &to.path)
            .map_err(named)
    }

    fn rename(old: String, new: String) -> Result<(), String> {
        let (from, to) = (Place::of(&old)?, Place::of(&new)?);
        from.folder
            .rename_at(&from.path, &to.folder, &to.path)
            .map_err(named)
    }

    fn symlink(target: String, new: String) -> Result<(), String> {
        let place = Place::of(&new)?;
        place.folder.symlink_at(&target, &place.path).map_err(named)
    }

    fn read_link(path: String) -> Result<String, String> {
        let place = Place::of(&path)?;
        place.folder.readlink_at(&place.path).map_err(named)
    }

    fn make_folder(path: String) -> Result<(), String> {
        let place = Place::of(&path)?;
        place.folder.create_directory_at(&place.path).map_err(named)
    }

    fn make_folders_within(path: String, depth: u32) -> Result<u32, String> {
        let Place { folder, path } = Place::of(&path)?;
        let mut path = path;
        for level in 0..depth {
            path.push_str("/d");
            folder
                .create_directory_at(&path)
                .map_err(|error| format!("level {level}: {}", error.name()))?;
        }
        Ok(depth)
    }

    fn remove_folder(path: String) -> Result<(), String> {
        let place = Place::of(&path)?;
        place.folder.remove_directory_at(&place.path).map_err(named)
    }

    fn unlink(path: String) -> Result<(), String> {
        let place = Place::of(&path)?;
        place.folder.unlink_file_at(&place.path).map_err(named)
    }

    fn set_times(path: String) -> Result<(), String> {
        let Place { folder, path } = Place::of(&path)?;
        let start = || {
            NewTimestamp::Timestamp(wasip2::clocks::wall_clock::Datetime {
                seconds: 0,
                nanoseconds: 0,
            })
        };
        folder
            .set_times_at(PathFlags::empty(), &path, start(), start())
            .map_err(named)
    }

    fn race_links(folder: String, target: String, times: u32) -> Result<Vec<String>, String> {
        let within = |name: &str| format!("{folder}/{name}");
        Self::write_text(within("plain"), "plain".to_owned())?;
        let mut read = Vec::new();
        for _ in 0..times {
            // The link may be refused when it is made; what counts is what can be read.
            let _ = Self::symlink(target.clone(), within("link"));
            let _ = Self::rename(within("link"), within("swapped"));
            read.extend(Self::read(within("swapped")));
            let _ = Self::unlink(within("swapped"));
            let _ = Self::hard_link(within("plain"), within("swapped"));
            read.extend(Self::read(within("swapped")));
        }
        read.retain(|text| text != "plain");
        Ok(read)
    }
}

impl Place {
    fn of(path: &str) -> Result<Place, String> {
        let mut folders = preopens::get_directories();
        let found = folders
            .iter()
            .position(|(_, name)| rest(path, name).is_some());
        if folders.is_empty() {
            return Err("no-folder".to_owned());
        }
        let (folder, name) = folders.swap_remove(found.unwrap_or(0));
        Ok(Place {
            path: rest(path, &name).unwrap_or(path).to_owned(),
            folder,
        })
    }

    fn open(&self, how: OpenFlags, flags: DescriptorFlags) -> Result<Descriptor, String> {
        self.folder
            .open_at(PathFlags::SYMLINK_FOLLOW, &self.path, how, flags)
            .map_err(named)
    }
}

/// What comes after the folder's name, and the folder itself as `.`
fn rest<'a>(path: &'a str, folder: &str) -> Option<&'a str> {
    let rest = path.strip_prefix(folder.trim_end_matches('/'))?;
    match rest.strip_prefix('/') {
        Some(rest) => Some(rest),
        None => rest.is_empty().then_some("."),
    }
}

fn made(path: &str) -> Result<Descriptor, String> {
    Place::of(path)?.open(
        OpenFlags::CREATE | OpenFlags::TRUNCATE,
        DescriptorFlags::WRITE,
    )
}

/// Writes until it is refused; an error only if nothing was written.
fn pour(stream: &OutputStream, bytes: u64) -> Result<u64, String> {
    let chunk = [b'x'; WRITE_MAX as usize];
    let mut written = 0;
    while written < bytes {
        let size = (bytes - written).min(WRITE_MAX);
        match stream.blocking_write_and_flush(&chunk[..size as usize]) {
            Ok(()) => written += size,
            Err(error) if written == 0 => return Err(stream_error(error)),
            Err(_) => break,
        }
    }
    Ok(written)
}

fn stream_error(error: StreamError) -> String {
    match error {
        StreamError::Closed => "closed".to_owned(),
        StreamError::LastOperationFailed(error) => {
            match wasip2::filesystem::types::filesystem_error_code(&error) {
                Some(code) => named(code),
                None => error.to_debug_string(),
            }
        }
    }
}

fn named(error: ErrorCode) -> String {
    error.name().to_owned()
}

fn kind(kind: DescriptorType) -> &'static str {
    match kind {
        DescriptorType::Unknown => "unknown",
        DescriptorType::BlockDevice => "block-device",
        DescriptorType::CharacterDevice => "character-device",
        DescriptorType::Directory => "directory",
        DescriptorType::Fifo => "fifo",
        DescriptorType::SymbolicLink => "symbolic-link",
        DescriptorType::RegularFile => "regular-file",
        DescriptorType::Socket => "socket",
    }
}

export!(Files);

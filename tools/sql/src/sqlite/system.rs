//! What SQLite takes from outside: the time and random numbers. It has no files.

use std::collections::hash_map::RandomState;
#[cfg(target_family = "wasm")]
use std::ffi::c_void;
use std::ffi::{c_char, c_int};
use std::hash::{BuildHasher, Hasher};
use std::sync::Once;
use std::time::{SystemTime, UNIX_EPOCH};
use std::{mem, slice};

use super::ffi;

/// Milliseconds from the noon that Julian days are counted from to 1970.
const JULIAN_TO_UNIX_MS: i64 = 210_866_760_000_000;

static INSTALLED: Once = Once::new();

/// Makes SQLite take everything from here; once is enough.
pub(super) fn install() {
    INSTALLED.call_once(|| {
        // SAFETY: zeros are valid in every field, and the system is never freed.
        unsafe {
            // What comes with it is registered first, so that this one is the default after it.
            ffi::sqlite3_initialize();
            let mut system: ffi::sqlite3_vfs = mem::zeroed();
            system.iVersion = 2;
            system.szOsFile = size_of::<ffi::sqlite3_file>() as c_int;
            system.mxPathname = 512;
            system.zName = c"none".as_ptr();
            system.xOpen = Some(open);
            system.xDelete = Some(delete);
            system.xAccess = Some(access);
            system.xFullPathname = Some(full_path);
            system.xRandomness = Some(random);
            system.xSleep = Some(sleep);
            system.xCurrentTime = Some(julian_day);
            system.xGetLastError = Some(last_error);
            system.xCurrentTimeInt64 = Some(julian_ms);
            ffi::sqlite3_vfs_register(Box::leak(Box::new(system)), 1);
        }
    });
}

unsafe extern "C" fn open(
    _: *mut ffi::sqlite3_vfs,
    _: *const c_char,
    file: *mut ffi::sqlite3_file,
    _: c_int,
    _: *mut c_int,
) -> c_int {
    // SAFETY: SQLite gives room for a file; without methods there is nothing to close.
    unsafe { (*file).pMethods = std::ptr::null() };
    ffi::SQLITE_CANTOPEN
}

unsafe extern "C" fn delete(_: *mut ffi::sqlite3_vfs, _: *const c_char, _: c_int) -> c_int {
    ffi::SQLITE_IOERR
}

unsafe extern "C" fn access(
    _: *mut ffi::sqlite3_vfs,
    _: *const c_char,
    _: c_int,
    exists: *mut c_int,
) -> c_int {
    // SAFETY: SQLite gives room for the answer.
    unsafe { *exists = 0 };
    ffi::SQLITE_OK
}

unsafe extern "C" fn full_path(
    _: *mut ffi::sqlite3_vfs,
    _: *const c_char,
    _: c_int,
    _: *mut c_char,
) -> c_int {
    ffi::SQLITE_CANTOPEN
}

/// Seeds of hash maps are all the randomness that the standard library has.
unsafe extern "C" fn random(_: *mut ffi::sqlite3_vfs, count: c_int, out: *mut c_char) -> c_int {
    let Ok(length) = usize::try_from(count) else {
        return 0;
    };
    // SAFETY: SQLite gives room for so many bytes.
    let bytes = unsafe { slice::from_raw_parts_mut(out.cast::<u8>(), length) };
    for piece in bytes.chunks_mut(8) {
        let random = RandomState::new().build_hasher().finish().to_le_bytes();
        piece.copy_from_slice(&random[..piece.len()]);
    }
    count
}

unsafe extern "C" fn sleep(_: *mut ffi::sqlite3_vfs, _: c_int) -> c_int {
    0
}

unsafe extern "C" fn julian_day(_: *mut ffi::sqlite3_vfs, out: *mut f64) -> c_int {
    // SAFETY: SQLite gives room for the answer.
    unsafe { *out = now() as f64 / 86_400_000.0 };
    ffi::SQLITE_OK
}

unsafe extern "C" fn julian_ms(_: *mut ffi::sqlite3_vfs, out: *mut i64) -> c_int {
    // SAFETY: SQLite gives room for the answer.
    unsafe { *out = now() };
    ffi::SQLITE_OK
}

unsafe extern "C" fn last_error(_: *mut ffi::sqlite3_vfs, _: c_int, _: *mut c_char) -> c_int {
    0
}

/// Milliseconds by the Julian day.
fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    let unix = since.map_or(0, |since| since.as_millis() as i64);
    unix + JULIAN_TO_UNIX_MS
}

/// There is no time zone in a sandbox: this one says that there is no local time, in place of the
/// one that asks JavaScript for it.
#[cfg(target_family = "wasm")]
#[unsafe(no_mangle)]
extern "C" fn __wrap_rust_sqlite_wasm_localtime(_: *const i64) -> *mut c_void {
    std::ptr::null_mut()
}

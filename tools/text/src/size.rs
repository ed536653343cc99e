//! How large texts may be.

/// The most bytes of any text that is worked on.
pub(crate) const TEXT_BYTES_MAX: usize = 256 * 1024;

/// The most bytes of a result that can be larger than its text.
pub(crate) const RESULT_BYTES_MAX: usize = 512 * 1024;

/// Refuses a text that is too large; `name` is the parameter's.
pub(crate) fn check(name: &str, text: &str) -> Result<(), String> {
    if text.len() > TEXT_BYTES_MAX {
        return Err(format!(
            "`{name}` has {} bytes, more than 262,144; give it in smaller parts",
            text.len()
        ));
    }
    Ok(())
}

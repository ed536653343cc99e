//! Names of tools, groups and providers, parsed once.

use std::fmt;
use std::sync::Arc;

/// Why a text is no name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no {kind} name: {reason}")]
pub struct NameError {
    kind: &'static str,
    text: String,
    reason: &'static str,
}

/// ASCII only, so that two names that look alike are alike.
fn parse(
    kind: &'static str,
    text: &str,
    len_max: usize,
    extra: &[u8],
) -> Result<Arc<str>, NameError> {
    let reason = if text.is_empty() {
        "it is empty"
    } else if text.len() > len_max {
        "it is too long"
    } else if !text
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"_-.".contains(&b) || extra.contains(&b))
    {
        if extra.is_empty() {
            "only A-Z a-z 0-9 _ - . are allowed"
        } else {
            "only A-Z a-z 0-9 _ - . : / are allowed"
        }
    } else if text.split('/').any(|part| matches!(part, "" | "." | "..")) {
        "a part between slashes is empty, `.` or `..`"
    } else {
        return Ok(text.into());
    };
    let shown = text.escape_default().to_string().chars().take(80).collect();
    Err(NameError {
        kind,
        text: shown,
        reason,
    })
}

macro_rules! name {
    ($(#[$doc:meta])* $type:ident, $kind:literal, $len:literal, $extra:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $type(Arc<str>);

        impl $type {
            /// Parses a name; the error says which rule it breaks.
            pub fn parse(text: &str) -> Result<Self, NameError> {
                parse($kind, text, $len, $extra).map(Self)
            }

            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// The name as shared text, for metric labels that outlive the catalog.
            pub fn shared(&self) -> Arc<str> {
                self.0.clone()
            }
        }

        impl fmt::Display for $type {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }
    };
}

name!(
    /// A tool's bare name: 1 to 128 of `A-Z a-z 0-9 _ - .`, the set that MCP and the model
    /// vendors accept.
    ToolName,
    "tool",
    128,
    b""
);
name!(
    /// A tool group's id: 1 to 256 of `A-Z a-z 0-9 _ - . : /`, as in `builtin::weather`.
    GroupName,
    "tool group",
    256,
    b":/"
);
name!(
    /// A provider's id: 1 to 256 of `A-Z a-z 0-9 _ - . : /`.
    ProviderName,
    "provider",
    256,
    b":/"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_ascii_and_never_paths() {
        for good in ["get_weather", "a", "x.y-z", &"n".repeat(128)] {
            assert_eq!(
                ToolName::parse(good).map(|n| n.to_string()),
                Ok(good.to_owned())
            );
        }
        for bad in [
            "",
            "a/b",
            "a b",
            "wéather",
            "get\u{200b}weather",
            "..",
            &"n".repeat(129),
        ] {
            assert!(ToolName::parse(bad).is_err(), "{bad:?}");
        }
        for good in ["weather", "builtin::weather", "team/weather"] {
            assert!(GroupName::parse(good).is_ok(), "{good:?}");
        }
        for bad in ["", "a//b", "../a", "a/..", "/a", "a b"] {
            assert!(GroupName::parse(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn an_error_never_repeats_control_characters() {
        let error = ToolName::parse("\u{1b}[31mred").unwrap_err();
        assert!(!error.to_string().contains('\u{1b}'));
    }
}

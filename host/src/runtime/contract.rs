//! Which versions of the contract, the WIT package `toolhost:tool`, this host speaks.
//!
//! A version is compatible with later ones that differ in its last number alone. A component
//! keeps the version that it was built for, so older ones stay.

/// A version of `provider` that is understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Contract {
    /// 0.1: tools without title and hints, and no imports.
    First,
    /// 0.2.
    Second,
}

/// The versions in words, for people.
pub const VERSIONS: &str = "0.1 and 0.2";

const PACKAGE: &str = "toolhost:tool/";
/// The interfaces that can be imported, of 0.2.
const IMPORTS: [&str; 6] = ["clock", "config", "http", "log", "progress", "random"];

/// What stands under a name that a component exports or imports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Named<'a> {
    /// Nothing of the contract.
    Other,
    /// Tools that describe themselves.
    Provider(Contract),
    /// Something that can be imported.
    Import,
    /// Something of the contract at a version that is not known.
    Unknown {
        /// That version.
        version: &'a str,
    },
}

impl Named<'_> {
    /// Reads a name such as `toolhost:tool/provider@0.2.0`.
    pub fn read(name: &str) -> Named<'_> {
        let Some((interface, version)) = name
            .strip_prefix(PACKAGE)
            .and_then(|rest| rest.split_once('@'))
        else {
            return Named::Other;
        };
        let contract = match version {
            _ if version.starts_with("0.1.") => Contract::First,
            _ if version.starts_with("0.2.") => Contract::Second,
            _ => return Named::Unknown { version },
        };
        match interface {
            "provider" => Named::Provider(contract),
            _ if contract == Contract::Second && IMPORTS.contains(&interface) => Named::Import,
            _ => Named::Other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_of_the_contract_is_known_by_its_version() {
        for (name, expected) in [
            (
                "toolhost:tool/provider@0.1.0",
                Named::Provider(Contract::First),
            ),
            (
                "toolhost:tool/provider@0.1.7",
                Named::Provider(Contract::First),
            ),
            (
                "toolhost:tool/provider@0.2.0",
                Named::Provider(Contract::Second),
            ),
            (
                "toolhost:tool/provider@0.3.0",
                Named::Unknown { version: "0.3.0" },
            ),
            (
                "toolhost:tool/provider@1.0.0",
                Named::Unknown { version: "1.0.0" },
            ),
            ("toolhost:tool/provider", Named::Other),
            ("toolhost:tool/http@0.2.0", Named::Import),
            ("toolhost:tool/http@0.1.0", Named::Other),
            (
                "toolhost:tool/http@0.10.0",
                Named::Unknown { version: "0.10.0" },
            ),
            ("toolhost:tool/types@0.2.0", Named::Other),
            ("toolhost:weather/weather@0.3.0", Named::Other),
            ("wasi:http/types@0.2.0", Named::Other),
        ] {
            assert_eq!(Named::read(name), expected, "{name}");
        }
    }
}

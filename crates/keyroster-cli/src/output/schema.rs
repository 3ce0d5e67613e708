//! The JSON Schemas of what each command prints.

use serde_json::Value;

use crate::exit::Failure;

/// The names in documents. A document of one version neither gains nor loses a field.
pub(crate) const KEY: &str = "urn:keyroster:key:1";
pub(crate) const LIST: &str = "urn:keyroster:list:1";
pub(crate) const GROUPS: &str = "urn:keyroster:groups:1";
pub(crate) const GROUP: &str = "urn:keyroster:group:1";
pub(crate) const COUNT: &str = "urn:keyroster:count:1";
pub(crate) const PLAN: &str = "urn:keyroster:plan:1";
pub(crate) const RESULTS: &str = "urn:keyroster:results:1";
pub(crate) const WHOAMI: &str = "urn:keyroster:whoami:1";
pub(crate) const IDENTIFY: &str = "urn:keyroster:identify:1";
pub(crate) const PROVIDERS: &str = "urn:keyroster:providers:1";
pub(crate) const ACCOUNTS: &str = "urn:keyroster:accounts:1";
pub(crate) const TESTS: &str = "urn:keyroster:tests:1";
pub(crate) const CONFIG: &str = "urn:keyroster:config:1";
pub(crate) const FINDINGS: &str = "urn:keyroster:findings:1";

/// A schema and the name that people use.
pub(crate) struct Entry {
    pub(crate) name: &'static str,
    text: &'static str,
    pub(crate) help: &'static str,
    /// The names of the schemas that it refers to.
    uses: &'static [&'static str],
}

macro_rules! entry {
    ($name:literal, $help:literal, $uses:expr) => {
        Entry {
            name: $name,
            text: include_str!(concat!("../../schemas/", $name, ".json")),
            help: $help,
            uses: &$uses,
        }
    };
}

pub(crate) static ALL: [Entry; 15] = [
    entry!(
        "key",
        "a key: `show`, `create`, `rotate`, `update`, and each line of `list -o jsonl`",
        []
    ),
    entry!("list", "`list -o json`", ["key", "course"]),
    entry!("groups", "`list --group-by FIELD -o json`", ["group", "course"]),
    entry!("group", "each line of `list --group-by FIELD -o jsonl`", []),
    entry!("count", "`list --count`", ["course"]),
    entry!("course", "the outcome of asking the accounts, in those three", []),
    entry!("results", "`disable`, `enable` and `revoke`", []),
    entry!(
        "plan",
        "`--dry-run` of `create`, `update`, `rotate`, `disable`, `enable` and `revoke`",
        []
    ),
    entry!("whoami", "`whoami`", ["key", "course"]),
    entry!("identify", "`identify`", ["key"]),
    entry!("providers", "`providers`", []),
    entry!("accounts", "`accounts list`", []),
    entry!("tests", "`accounts test`", ["key", "course"]),
    entry!("config", "`config show`", []),
    entry!("findings", "`doctor`", []),
];

/// The names that people use.
pub(crate) fn names() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|entry| entry.name)
}

pub(crate) fn find(name: &str) -> Option<&'static Entry> {
    ALL.iter().find(|entry| entry.name == name)
}

/// A schema with those that it refers to, so that it can be used alone.
pub(crate) fn whole(entry: &Entry) -> Result<Value, Failure> {
    let mut schema: Value = serde_json::from_str(entry.text)?;
    for other in entry.uses.iter().filter_map(|name| find(name)) {
        schema["$defs"][other.name] = serde_json::from_str(other.text)?;
    }
    Ok(schema)
}

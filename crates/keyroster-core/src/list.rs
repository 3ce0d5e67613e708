//! Asking for keys, and one page of the answer.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{ApiKey, Container};

/// Which keys to list: all of the account, or those of one container.
///
/// There are no filters here. A vendor's filters are rarely the same as ours, and its defaults hide
/// keys; a listing asks for everything, and whoever wants less filters the records.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct ListKeys {
    /// Only the keys that the vendor files in the container of this id.
    pub container: Option<String>,
}

impl ListKeys {
    /// All keys of the account.
    #[must_use]
    pub fn all() -> Self {
        Self::default()
    }

    /// The keys of one container.
    #[must_use]
    pub fn in_container(id: impl Into<String>) -> Self {
        Self { container: Some(id.into()) }
    }
}

/// Where a page of an opaque-cursor listing starts, in the vendor's own text.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(String);

impl Cursor {
    /// Wraps a vendor's cursor, which is not interpreted.
    #[must_use]
    pub fn new(cursor: impl Into<String>) -> Self {
        Self(cursor.into())
    }

    /// The cursor as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cursor({})", self.0)
    }
}

/// Where a page starts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PageStart {
    /// At the beginning.
    #[default]
    First,
    /// Where the vendor's cursor says.
    Cursor(Cursor),
    /// After so many items.
    Offset(u64),
}

impl PageStart {
    /// How many items come before the page, for a vendor that pages by offset.
    #[must_use]
    pub fn offset(&self) -> u64 {
        match self {
            Self::Offset(offset) => *offset,
            Self::First | Self::Cursor(_) => 0,
        }
    }

    /// The vendor's cursor, for a vendor that pages by cursor; none for the first page.
    #[must_use]
    pub fn cursor(&self) -> Option<&str> {
        match self {
            Self::Cursor(cursor) => Some(cursor.as_str()),
            Self::First | Self::Offset(_) => None,
        }
    }
}

/// One request's worth of keys that the engine asks a provider for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PageRequest {
    /// The container whose keys are meant; none for a provider whose keys lie in one list, and for
    /// the vendor's default container where the others cannot be known.
    pub container: Option<Container>,
    /// Where the page starts.
    pub start: PageStart,
}

impl PageRequest {
    /// A page of the whole list.
    #[must_use]
    pub fn new(start: PageStart) -> Self {
        Self { container: None, start }
    }

    /// The same page of one container's list.
    #[must_use]
    pub fn in_container(mut self, container: Option<Container>) -> Self {
        self.container = container;
        self
    }
}

/// One request's worth of keys.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Page {
    /// The keys, in the vendor's order.
    pub keys: Vec<ApiKey>,
    /// Where the next page starts, for a vendor that pages by cursor; none on the last page.
    pub next: Option<Cursor>,
    /// How many keys the whole list has, where the vendor says.
    pub total: Option<u64>,
    /// What the caller should know about this page.
    pub warnings: Vec<Warning>,
}

impl Page {
    /// A page with these keys.
    #[must_use]
    pub fn new(keys: Vec<ApiKey>) -> Self {
        Self { keys, ..Self::default() }
    }

    /// The same page with the cursor of the next.
    #[must_use]
    pub fn with_next(mut self, next: Option<Cursor>) -> Self {
        self.next = next;
        self
    }

    /// The same page with the vendor's total.
    #[must_use]
    pub fn with_total(mut self, total: Option<u64>) -> Self {
        self.total = total;
        self
    }
}

/// One request's worth of containers.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct ContainerPage {
    /// The containers, in the vendor's order. `None` stands for the vendor's default container, whose
    /// id is not known: its keys are asked for without naming it.
    pub containers: Vec<Option<Container>>,
    /// Where the next page starts, for a vendor that pages by cursor; none on the last page.
    pub next: Option<Cursor>,
    /// How many containers there are, where the vendor says.
    pub total: Option<u64>,
    /// What the caller should know about this page.
    pub warnings: Vec<Warning>,
}

impl ContainerPage {
    /// A page with these containers.
    #[must_use]
    pub fn new(containers: Vec<Container>) -> Self {
        Self { containers: containers.into_iter().map(Some).collect(), ..Self::default() }
    }

    /// The vendor's default container alone, because the others cannot be known.
    #[must_use]
    pub fn default_only(why: Warning) -> Self {
        Self { containers: vec![None], warnings: vec![why], ..Self::default() }
    }

    /// The same page with the vendor's total.
    #[must_use]
    pub fn with_total(mut self, total: Option<u64>) -> Self {
        self.total = total;
        self
    }
}

/// Something that a person should know about a result that is otherwise good.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Warning {
    /// What kind of thing it is.
    pub kind: WarningKind,
    /// A sentence, as a lower-case fragment without a full stop.
    pub message: String,
}

/// What a warning is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum WarningKind {
    /// Keys may be missing from the result.
    Incomplete,
}

impl Warning {
    /// Says why keys may be missing.
    #[must_use]
    pub fn incomplete(message: impl Into<String>) -> Self {
        Self { kind: WarningKind::Incomplete, message: message.into() }
    }
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

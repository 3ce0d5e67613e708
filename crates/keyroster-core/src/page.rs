//! Paging: how a vendor pages a list, requests for pages, and the pages themselves.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::record::key::{ApiKey, Container};
use crate::warning::Warning;

/// How a vendor pages a list.
///
/// A provider returns one page per request. [`Listing`](crate::Listing) chooses which pages to request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Paging {
    /// Not at all: one response holds everything.
    Single,
    /// By an opaque cursor (or a link, or the last id) that each page gives for the next one.
    Cursor,
    /// By the number of items to skip.
    Offset {
        /// The number of items on a page.
        size: PageSize,
        /// Whether the list keeps its order while it is read.
        order: Order,
    },
}

/// Whether a list keeps its order while it is read.
///
/// A provider declares what is known of its vendor, and names the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Order {
    /// Any two items come in the same order in every response. The list is sorted by something that does not
    /// change, e.g. the creation time, and ties are always broken the same way. Items may be added and removed
    /// anywhere. One pass reads such a list completely.
    Stable,
    /// The order may change, e.g. because the list is sorted by name or by last use, or nothing is known about
    /// it. The list is read until a pass finds nothing new, and is then complete as far as can be seen.
    Unstable,
}

/// The number of items on a page of a vendor that pages by offset.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum PageSize {
    /// The request asks for this many, or the vendor documents the number. A shorter page is the last one.
    Fixed(u32),
    /// This many are usual, but not guaranteed. Only the vendor's total or another request shows whether a
    /// shorter page is the last one.
    Usual(u32),
}

impl PageSize {
    /// Returns the number.
    #[must_use]
    pub const fn get(self) -> u32 {
        match self {
            Self::Fixed(size) | Self::Usual(size) => size,
        }
    }
}

/// A vendor's opaque cursor, which says where the next page starts.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Cursor(String);

impl Cursor {
    /// Creates a cursor from the vendor's text, which is not interpreted.
    #[must_use]
    pub fn new(cursor: impl Into<String>) -> Self {
        Self(cursor.into())
    }

    /// Returns the cursor as text.
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
    /// At the vendor's cursor.
    Cursor(Cursor),
    /// After this many items.
    Offset(u64),
}

impl PageStart {
    /// Returns the number of items before the page, for a vendor that pages by offset.
    #[must_use]
    pub fn offset(&self) -> u64 {
        match self {
            Self::Offset(offset) => *offset,
            Self::First | Self::Cursor(_) => 0,
        }
    }

    /// Returns the vendor's cursor, for a vendor that pages by cursor. The first page has none.
    #[must_use]
    pub fn cursor(&self) -> Option<&str> {
        match self {
            Self::Cursor(cursor) => Some(cursor.as_str()),
            Self::First | Self::Offset(_) => None,
        }
    }
}

/// A request for one page of keys or containers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct PageRequest {
    /// The container whose keys are requested. `None` for a provider whose keys are in one list, and for the
    /// vendor's default container when the others are not known.
    pub container: Option<Container>,
    /// Where the page starts.
    pub start: PageStart,
}

impl PageRequest {
    /// Creates a request for a page of the whole list.
    #[must_use]
    pub fn new(start: PageStart) -> Self {
        Self { container: None, start }
    }

    /// Requests the page from the list of one container.
    #[must_use]
    pub fn with_container(mut self, container: Option<Container>) -> Self {
        self.container = container;
        self
    }
}

/// How many rows the vendor's page has, and how many of them lead up to the last that can be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Extent {
    pub(crate) rows: u64,
    /// The number of rows up to the last readable one, including it. Zero if none is.
    pub(crate) readable: u64,
}

impl Extent {
    fn of<T>(rows: &[Option<T>]) -> Self {
        let last = rows.iter().rposition(Option::is_some);
        Self { rows: rows.len() as u64, readable: last.map_or(0, |at| at as u64 + 1) }
    }

    /// Returns the extent of a page without odd rows.
    pub(crate) fn whole(len: usize) -> Self {
        Self { rows: len as u64, readable: len as u64 }
    }
}

/// One page of keys.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct Page {
    /// The keys, in the vendor's order.
    pub keys: Vec<ApiKey>,
    /// The cursor of the next page, for a vendor that pages by cursor. `None` on the last page.
    pub next: Option<Cursor>,
    /// The number of keys in the whole list, if the vendor reports it.
    pub total: Option<u64>,
    /// What the caller should know about the page.
    pub warnings: Vec<Warning>,
    /// `None` if every row of the vendor's page is a key.
    extent: Option<Extent>,
}

impl Page {
    /// Creates a page from rows. A row without an id is `None`: it cannot be shown, but it must not hide the others. A
    /// warning names each.
    #[must_use]
    pub fn of_rows(rows: Vec<Option<ApiKey>>, id_field: &str) -> Self {
        let mut warnings = Vec::new();
        for (at, row) in rows.iter().enumerate() {
            if row.is_none() {
                warnings.push(without_id("key", at, id_field));
            }
        }
        let extent = Some(Extent::of(&rows));
        Self { warnings, extent, ..Self::new(rows.into_iter().flatten().collect()) }
    }

    /// Returns the extent of the vendor's page.
    pub(crate) fn extent(&self) -> Extent {
        self.extent.unwrap_or_else(|| Extent::whole(self.keys.len()))
    }

    /// Creates a page with these keys.
    #[must_use]
    pub fn new(keys: Vec<ApiKey>) -> Self {
        Self { keys, ..Self::default() }
    }

    /// Sets the cursor of the next page.
    #[must_use]
    pub fn with_next(mut self, next: Option<Cursor>) -> Self {
        self.next = next;
        self
    }

    /// Sets the number of items in the whole list.
    #[must_use]
    pub fn with_total(mut self, total: Option<u64>) -> Self {
        self.total = total;
        self
    }
}

/// One page of containers.
#[derive(Clone, Debug, Default, PartialEq)]
#[non_exhaustive]
pub struct ContainerPage {
    /// The containers, in the vendor's order. `None` is the vendor's default container, whose id is not known:
    /// its keys are requested without naming a container.
    pub containers: Vec<Option<Container>>,
    /// The cursor of the next page, for a vendor that pages by cursor. `None` on the last page.
    pub next: Option<Cursor>,
    /// The number of containers, if the vendor reports it.
    pub total: Option<u64>,
    /// What the caller should know about the page.
    pub warnings: Vec<Warning>,
    /// `None` if every row of the vendor's page is a container.
    extent: Option<Extent>,
}

impl ContainerPage {
    /// Creates a page from rows. A row without an id is `None`, and a warning names it.
    #[must_use]
    pub fn of_rows(rows: Vec<Option<Container>>, id_field: &str) -> Self {
        let mut warnings = Vec::new();
        for (at, row) in rows.iter().enumerate() {
            if row.is_none() {
                warnings.push(without_id("container", at, id_field));
            }
        }
        let extent = Some(Extent::of(&rows));
        let containers = rows.into_iter().flatten().map(Some).collect();
        Self { containers, warnings, extent, ..Self::default() }
    }

    /// Returns the extent of the vendor's page.
    pub(crate) fn extent(&self) -> Extent {
        self.extent.unwrap_or_else(|| Extent::whole(self.containers.len()))
    }

    /// Creates a page with these containers.
    #[must_use]
    pub fn new(containers: Vec<Container>) -> Self {
        Self { containers: containers.into_iter().map(Some).collect(), ..Self::default() }
    }

    /// Creates a page with only the vendor's default container, for a credential that cannot list the others.
    #[must_use]
    pub fn default_only(warning: Warning) -> Self {
        Self { containers: vec![None], warnings: vec![warning], ..Self::default() }
    }

    /// Sets the number of items in the whole list.
    #[must_use]
    pub fn with_total(mut self, total: Option<u64>) -> Self {
        self.total = total;
        self
    }
}

/// A page of a vendor that numbers its pages and lets the request set their length.
///
/// The page holds the requested items and some before and after them, which [`cut`](Self::cut) removes. So a
/// vendor with numbered pages is read like one that takes an offset, with the same guarantees:
///
/// ```
/// use keyroster_core::{NumberedPage, Order, PageSize, PageStart, Paging};
///
/// /// Maximum page length that the vendor allows.
/// const MAX_LEN: u32 = 100;
/// const PAGING: Paging =
///     Paging::Offset { size: PageSize::Usual(NumberedPage::items(MAX_LEN)), order: Order::Stable };
///
/// let page = PageStart::Offset(49).numbered(MAX_LEN);
/// // `GET /keys?page=1&per_page=99`
/// assert_eq!((page.number, page.size), (1, 99));
/// let keys = page.cut((0..99).collect());
/// assert_eq!(keys, (49..99).collect::<Vec<_>>());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NumberedPage {
    /// The number of the page, from 1.
    pub number: u64,
    /// The page length to request.
    pub size: u32,
    skip: usize,
    max_len: u32,
}

impl NumberedPage {
    /// Returns how many items of each page are used, for a vendor whose pages have at most `max_len` items: half
    /// of them, or a third if `max_len` is below 100.
    ///
    /// # Panics
    ///
    /// If `max_len` is below 50 (in a constant, this is a compile error). With shorter pages, some offsets have
    /// no numbered page that holds the items after them. Declare [`Paging::Cursor`] instead.
    #[must_use]
    pub const fn items(max_len: u32) -> u32 {
        assert!(max_len >= 50, "pages shorter than 50 items do not overlap everywhere");
        if max_len < 100 { max_len / 3 } else { max_len / 2 }
    }

    /// Returns the requested items of the page.
    #[must_use]
    pub fn cut<T>(&self, items: Vec<T>) -> Vec<T> {
        items.into_iter().skip(self.skip).take(Self::items(self.max_len) as usize).collect()
    }
}

impl PageStart {
    /// Returns the numbered page that holds the items after this offset, for a vendor whose pages have at most
    /// `max_len` items.
    ///
    /// # Panics
    ///
    /// If `max_len` is below 50, like [`NumberedPage::items`].
    #[must_use]
    pub fn numbered(&self, max_len: u32) -> NumberedPage {
        let offset = self.offset();
        let items = u64::from(NumberedPage::items(max_len));
        let before = |size: u32| offset % u64::from(size);
        // Pages of each length begin at other offsets, and one of them holds all the items. This was tried for
        // every offset of lists of three million items.
        let lacks = |size: &u32| (before(*size) + items).saturating_sub(u64::from(*size));
        let size = (NumberedPage::items(max_len)..=max_len).min_by_key(lacks).unwrap_or(max_len);
        NumberedPage {
            number: offset / u64::from(size) + 1,
            size,
            skip: usize::try_from(before(size)).unwrap_or(usize::MAX),
            max_len,
        }
    }
}

/// Returns the warning for a row that is left out.
fn without_id(what: &str, at: usize, id_field: &str) -> Warning {
    Warning::incomplete(format!(
        "row {} of a page is left out: it is a {what} without a readable `{id_field}`",
        at + 1
    ))
}

#[cfg(test)]
mod tests {
    use super::{NumberedPage, PageStart};

    /// Returns what a vendor answers for a list of `len` items.
    fn answer(page: &NumberedPage, len: u64) -> Vec<u64> {
        let size = u64::from(page.size);
        let from = (page.number - 1) * size;
        (from.min(len)..(from + size).min(len)).collect()
    }

    #[test]
    fn every_offset_has_a_numbered_page_with_the_items_after_it() {
        for max_len in [50, 51, 64, 99, 100, 250] {
            let items = u64::from(NumberedPage::items(max_len));
            for offset in (0..20_000).chain(130_000..140_000) {
                let page = PageStart::Offset(offset).numbered(max_len);
                assert!(page.size <= max_len && page.number >= 1);
                let cut = page.cut(answer(&page, 1_000_000));
                let wanted: Vec<u64> = (offset..offset + items).collect();
                assert_eq!(cut, wanted, "at most {max_len}, from {offset}");
            }
        }
    }

    #[test]
    fn the_last_page_is_cut_like_the_others() {
        let page = PageStart::Offset(95).numbered(100);
        assert_eq!(page.cut(answer(&page, 99)), [95, 96, 97, 98]);
        let page = PageStart::Offset(200).numbered(100);
        assert_eq!(page.cut(answer(&page, 99)), [0; 0]);
    }
}

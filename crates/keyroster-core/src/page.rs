//! Paging: how a vendor pages a list, requests for pages, and the pages themselves.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::record::key::{ApiKey, Container};
use crate::warning::Warning;

/// How a vendor pages a list. A provider answers one page with one request; the engine walks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Paging {
    /// Not at all: one answer holds everything.
    Single,
    /// By an opaque cursor (or a link, or a last id) that each page gives for the next.
    Cursor,
    /// By the number of items to skip.
    Offset {
        /// How many items are on a page.
        size: PageSize,
        /// Whether the list keeps its order while it is read.
        order: Order,
    },
}

/// Whether a list keeps its order. A provider declares what it knows of its vendor, with the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Order {
    /// Of any two items, the same one comes first in every answer: the list is sorted by something that
    /// does not change, as the instant of creation, and ties are always broken alike. Items may come and
    /// go anywhere. Such a list is read once, and completely.
    Stable,
    /// Nothing of that kind is known, or the opposite: the list is sorted by a name or by the last use. It
    /// is read until a reading finds nothing new, and is complete as far as one can tell.
    Unstable,
}

/// How many items an offset-paged vendor puts on a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum PageSize {
    /// The request asks for so many, or the vendor documents it: a shorter page is the last.
    Fixed(u32),
    /// So many are usual, and nothing promises it: only the vendor's total or a further request tells
    /// that a shorter page is the last.
    Usual(u32),
}

impl PageSize {
    /// The number.
    #[must_use]
    pub const fn get(self) -> u32 {
        match self {
            Self::Fixed(size) | Self::Usual(size) => size,
        }
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

/// A page of a vendor that numbers its pages, and lets the request say how long they are.
///
/// It holds the items that are asked for, and some before and after them, which [`cut`](Self::cut) takes
/// away. So such a vendor is one that takes an offset, and its list is read as carefully:
///
/// ```
/// use keyroster_core::{NumberedPage, Order, PageSize, PageStart, Paging};
///
/// /// The longest page that the vendor gives.
/// const MOST: u32 = 100;
/// const PAGING: Paging =
///     Paging::Offset { size: PageSize::Usual(NumberedPage::items(MOST)), order: Order::Stable };
///
/// let page = PageStart::Offset(49).numbered(MOST);
/// // `GET /keys?page=1&per_page=99`
/// assert_eq!((page.number, page.size), (1, 99));
/// let keys = page.cut((0..99).collect());
/// assert_eq!(keys, (49..99).collect::<Vec<_>>());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct NumberedPage {
    /// The page's number, from 1.
    pub number: u64,
    /// How many items shall be on each page.
    pub size: u32,
    skip: usize,
    most: u32,
}

impl NumberedPage {
    /// How many items of a page are used, of a vendor whose pages have at most so many: half, of shorter
    /// ones a third.
    ///
    /// # Panics
    ///
    /// If it is under 50, in a constant when it is compiled: of shorter pages none holds the items that
    /// follow some places of a list. Declare [`Paging::Cursor`](crate::Paging::Cursor) there.
    #[must_use]
    pub const fn items(most: u32) -> u32 {
        assert!(most >= 50, "pages that are shorter than 50 do not overlap everywhere");
        if most < 100 { most / 3 } else { most / 2 }
    }

    /// The items that were asked for.
    #[must_use]
    pub fn cut<T>(&self, items: Vec<T>) -> Vec<T> {
        items.into_iter().skip(self.skip).take(Self::items(self.most) as usize).collect()
    }
}

impl PageStart {
    /// The numbered page that holds what starts here, of a vendor whose pages have at most `most` items.
    ///
    /// # Panics
    ///
    /// If `most` is under 50, as [`NumberedPage::items`] says.
    #[must_use]
    pub fn numbered(&self, most: u32) -> NumberedPage {
        let offset = self.offset();
        let items = u64::from(NumberedPage::items(most));
        let before = |size: u32| offset % u64::from(size);
        // Pages of each length begin elsewhere, and one of them holds all the items: tried for every place of
        // lists of three million items.
        let lacks = |size: &u32| (before(*size) + items).saturating_sub(u64::from(*size));
        let size = (NumberedPage::items(most)..=most).min_by_key(lacks).unwrap_or(most);
        NumberedPage {
            number: offset / u64::from(size) + 1,
            size,
            skip: usize::try_from(before(size)).unwrap_or(usize::MAX),
            most,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{NumberedPage, PageStart};

    /// What a vendor answers of a list of so many items.
    fn answer(page: &NumberedPage, len: u64) -> Vec<u64> {
        let size = u64::from(page.size);
        let from = (page.number - 1) * size;
        (from.min(len)..(from + size).min(len)).collect()
    }

    #[test]
    fn every_place_of_a_list_has_a_page_that_holds_what_follows() {
        for most in [50, 51, 64, 99, 100, 250] {
            let items = u64::from(NumberedPage::items(most));
            for offset in (0..20_000).chain(130_000..140_000) {
                let page = PageStart::Offset(offset).numbered(most);
                assert!(page.size <= most && page.number >= 1);
                let cut = page.cut(answer(&page, 1_000_000));
                let wanted: Vec<u64> = (offset..offset + items).collect();
                assert_eq!(cut, wanted, "at most {most}, from {offset}");
            }
        }
    }

    #[test]
    fn the_end_of_a_list_is_cut_like_the_rest() {
        let page = PageStart::Offset(95).numbered(100);
        assert_eq!(page.cut(answer(&page, 99)), [95, 96, 97, 98]);
        let page = PageStart::Offset(200).numbered(100);
        assert_eq!(page.cut(answer(&page, 99)), [0; 0]);
    }
}

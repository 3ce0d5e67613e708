//! Vendors that number their pages, read as those that take an offset.

use crate::PageStart;

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
    use super::NumberedPage;
    use crate::PageStart;

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

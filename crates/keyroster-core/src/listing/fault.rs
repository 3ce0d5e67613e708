//! The ways in which a vendor breaks its own paging.

use crate::warning::Warning;

/// Maximum number of empty pages in a row that lead on by a cursor.
///
/// A vendor that filters after cutting its pages may leave many of them empty; one that forgets where its
/// list ends would go on forever.
pub(crate) const MAX_EMPTY_PAGES: u32 = 100;

/// A list that cannot be read to its end because the vendor breaks its own paging.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PagingFault {
    #[error("the vendor returned the same page cursor twice, so its list would never end")]
    RepeatedCursor,
    #[error("the vendor's next page holds only keys of earlier pages, so its list would never end")]
    RepeatedPage,
    #[error(
        "the vendor returned {MAX_EMPTY_PAGES} empty pages in a row, each with a cursor to the next, so its \
         list may never end"
    )]
    EmptyPages,
}

/// Returns the warning of a list that was not read to its end. `items` is `keys` or `containers`.
pub(crate) fn too_many(items: &str, count: u64) -> Warning {
    Warning::incomplete(format!(
        "the vendor's list has more than {count} {items}, the maximum of a listing: the others are missing"
    ))
}

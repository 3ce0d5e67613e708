//! How a scenario sets an imitated vendor up.

use keyroster_core::{Paging, ProviderInfo};

use super::mutation::Mutation;

/// How many items are on a page of a vendor that pages by offset; none of another.
pub(crate) fn page_size(paging: Paging) -> Option<usize> {
    match paging {
        Paging::Offset { size, .. } => Some(size.get() as usize),
        _ => None,
    }
}

/// The same of the vendor's containers.
pub(crate) fn container_page_size(info: &ProviderInfo) -> Option<usize> {
    info.containers.as_ref().and_then(|containers| page_size(containers.paging))
}

/// How a vendor's paging is odd.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Quirk {
    /// Not at all.
    #[default]
    None,
    /// The second page of several is empty, and more come after it.
    EmptyMiddle,
    /// The page after the second leads to the second.
    RepeatedCursor,
    /// The second page shows the first one's keys again.
    RepeatedPage,
    /// Whatever the offset, the first page is answered.
    RepeatPages,
}

/// What a scenario finds at the vendor.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    pub(crate) info: ProviderInfo,
    pub(crate) keys: usize,
    /// How many containers there are, where the provider declares any.
    pub(crate) containers: usize,
    pub(crate) quirk: Quirk,
    /// Whether ids and cursors hold what has to be escaped.
    pub(crate) odd_texts: bool,
    pub(crate) mutation: Option<Mutation>,
    /// Whether the members of JSON objects come in the reverse of their usual order.
    #[cfg_attr(
        not(feature = "http"),
        expect(dead_code, reason = "a row on the wire has an order")
    )]
    pub(crate) reversed: bool,
}

impl Setup {
    pub(crate) fn new(info: ProviderInfo, keys: usize) -> Self {
        Self {
            info,
            keys,
            containers: 2,
            quirk: Quirk::None,
            odd_texts: false,
            mutation: None,
            reversed: false,
        }
    }
}

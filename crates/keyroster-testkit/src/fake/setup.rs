//! How a scenario sets up an imitated vendor.

use keyroster_core::{Paging, ProviderInfo};

use super::mutation::Mutation;

/// Number of items on a page, if the vendor pages by offset.
pub(crate) fn page_size(paging: Paging) -> Option<usize> {
    match paging {
        Paging::Offset { size, .. } => Some(size.get() as usize),
        _ => None,
    }
}

/// Number of containers on a page, if the vendor pages them by offset.
pub(crate) fn container_page_size(info: &ProviderInfo) -> Option<usize> {
    info.containers.as_ref().and_then(|containers| page_size(containers.paging))
}

/// How a vendor pages unexpectedly.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Quirk {
    /// It does not.
    #[default]
    None,
    /// The second page of several is empty, and more follow.
    EmptyMiddle,
    /// Every page from the second on names the second as its next.
    RepeatedCursor,
    /// The second page repeats the keys of the first.
    RepeatedPage,
    /// The offset is ignored, so that the first page is returned every time.
    RepeatPages,
}

/// The vendor's state at the start of a scenario.
#[derive(Clone, Debug)]
pub(crate) struct Setup {
    pub(crate) info: ProviderInfo,
    pub(crate) keys: usize,
    /// Number of containers, if the provider declares containers.
    pub(crate) containers: usize,
    pub(crate) quirk: Quirk,
    /// Whether the second container vanishes, with its keys, when its keys are first asked for.
    pub(crate) vanishing: bool,
    /// Whether ids and cursors have characters that must be escaped.
    pub(crate) odd_texts: bool,
    pub(crate) mutation: Option<Mutation>,
    /// Whether the members of JSON objects are sent in reverse order.
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
            vanishing: false,
            odd_texts: false,
            mutation: None,
            reversed: false,
        }
    }
}

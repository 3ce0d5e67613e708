//! Reads the containers of an account (workspaces, projects) before the keys in them.
//!
//! A [`Scan`] reads each pass, as it does for keys. The rule for another pass differs from that of the
//! [`scheduler`](super::scheduler): containers are few and usually fit on one page, which is a snapshot of
//! the list, so an account would pay for every listing with a request that proves nothing.

use std::collections::HashSet;

use crate::backend::Backend;
use crate::error::Result;
use crate::listing::fault::too_many;
use crate::listing::progress::SharedProgress;
use crate::listing::scan::{FetchedPage, Scan, ScanError};
use crate::listing::scheduler::passes::{MAX_PASSES, end_warnings, is_unordered};
use crate::listing::seen::Fingerprinter;
use crate::page::{PageRequest, Paging};
use crate::record::key::Container;
use crate::request::ListKeys;
use crate::warning::Warning;

/// The result of one pass over the containers.
struct Pass {
    containers: Vec<Option<Container>>,
    /// The number of pages that held a new container.
    pages: u32,
    /// Whether the list kept its order, as far as can be seen.
    ordered: bool,
    /// The lowest total that the vendor reported.
    total: Option<u64>,
    has_cut_pages: bool,
    end_refused: bool,
}

/// Reads all containers. A list without a stable order that is longer than a page is read until a pass
/// finds nothing new.
pub(crate) async fn read_all(
    backend: &Backend,
    paging: Paging,
    fingerprinter: &Fingerprinter,
    progress: &SharedProgress,
) -> Result<Vec<Option<Container>>, ScanError> {
    let mut found: Vec<Option<Container>> = Vec::new();
    for number in 1..=MAX_PASSES {
        let pass = read_pass(backend, paging, fingerprinter, progress).await?;
        let known: HashSet<String> = found.iter().map(|it| id(it.as_ref()).to_owned()).collect();
        let new = pass.containers.into_iter().filter(|it| !known.contains(id(it.as_ref())));
        found.extend(new);
        // A single page is the list at one instant.
        let confirmed = number > 1 && found.len() == known.len();
        let fell_short = pass.total.filter(|total| *total > found.len() as u64);
        // Where containers are missing, the pages before the end look short, too.
        let has_cut_pages = pass.has_cut_pages && fell_short.is_none();
        progress.lock().warn(end_warnings("containers", has_cut_pages, pass.end_refused));
        // A container may have been deleted or created meanwhile, which a second pass settles.
        if fell_short.is_some() && number == 1 {
            continue;
        }
        if pass.ordered || pass.pages <= 1 || confirmed {
            if let Some(total) = fell_short {
                progress.lock().warn(vec![Warning::incomplete(format!(
                    "the vendor counts {total} containers but returned {}: keys of the others may be missing",
                    found.len()
                ))]);
            }
            return Ok(found);
        }
    }
    let message = format!(
        "the vendor's list of containers has no stable order, and {MAX_PASSES} passes over it did not \
         agree: keys of other containers may be missing"
    );
    progress.lock().warn(vec![Warning::incomplete(message)]);
    Ok(found)
}

async fn read_pass(
    backend: &Backend,
    paging: Paging,
    fingerprinter: &Fingerprinter,
    progress: &SharedProgress,
) -> Result<Pass, ScanError> {
    let mut scan = Scan::new(paging);
    let mut pass = Pass {
        containers: Vec::new(),
        pages: 0,
        ordered: true,
        total: None,
        has_cut_pages: false,
        end_refused: false,
    };
    while let Some((ticket, start)) = scan.next_request(1, 1, false) {
        let page = backend.container_page(&PageRequest::new(start)).await;
        progress.lock().answers += 1;
        let answer = page.map(|page| {
            let extent = page.extent();
            progress.lock().warn(page.warnings);
            let items =
                page.containers.iter().map(|it| fingerprinter.of(id(it.as_ref()))).collect();
            let (next, total) = (page.next, page.total);
            FetchedPage { payload: page.containers, items, extent, next, total }
        });
        scan.record(ticket, answer);
        while let Some(page) = scan.take_ready() {
            let new = page?.into_new_items(None);
            pass.pages += u32::from(!new.is_empty());
            pass.containers.extend(new);
        }
        if scan.found() > ListKeys::MAX_KEYS {
            progress.lock().warn(vec![too_many("containers", ListKeys::MAX_KEYS)]);
            break;
        }
    }
    pass.ordered = !is_unordered(paging) && !scan.has_gaps() && !scan.order_changed();
    pass.total = scan.total();
    pass.has_cut_pages = scan.has_cut_pages();
    pass.end_refused = scan.end_refused();
    Ok(pass)
}

/// Returns the id of a container. The vendor's default container may have none.
fn id(container: Option<&Container>) -> &str {
    container.map_or("", |container| &container.id)
}

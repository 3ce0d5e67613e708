//! What the routes of an imitated vendor do: find, page, create and change keys.

use keyroster_core::Timestamp;
use serde_json::Value;

use super::clock::now;
use super::key::{FakeContainer, FakeKey, FakePage};
use super::setup::{Quirk, container_page_size, page_size};
use super::state::{Effect, State};

/// Number of rows on a page of a vendor that pages by cursor.
const CURSOR_PAGE: usize = 3;

/// Makes rows of keys and containers.
pub(crate) trait Rows {
    fn key(&self, key: &FakeKey) -> Value;
    fn container(&self, container: &FakeContainer) -> Value;
}

/// The keys of an imitated vendor while it answers one call.
///
/// The suite decides what is on each page, and how a page is odd. The code that answers a call only chooses how
/// the call pages: by offset, cursor, last id or page number.
///
/// ```
/// use keyroster_testkit::{Call, Keys, Reply};
/// use serde_json::json;
///
/// fn list(call: &Call, keys: &mut Keys<'_>) -> Reply {
///     // Of one project, where the call names one; after the last key of the page before.
///     let page = keys.in_container(call.query("project")).after(call.query("after"));
///     Reply::json(json!({ "data": page.rows, "last_id": page.next }))
/// }
/// ```
pub struct Keys<'a> {
    pub(super) state: &'a mut State,
    pub(super) rows: &'a dyn Rows,
    container: Option<String>,
    /// The ids of keys that no list includes.
    hidden: Vec<String>,
}

impl std::fmt::Debug for Keys<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Keys").field("keys", &self.state.keys.len()).finish_non_exhaustive()
    }
}

impl<'a> Keys<'a> {
    pub(super) fn new(state: &'a mut State, rows: &'a dyn Rows) -> Self {
        Self { state, rows, container: None, hidden: Vec::new() }
    }

    /// Restricts the keys to this container from here on; without one, to none.
    pub fn in_container(&mut self, id: Option<&str>) -> &mut Self {
        self.container = id.map(str::to_owned);
        self.state.vanish(id);
        self
    }

    /// Whether the call is about a container that vanished.
    #[cfg(feature = "http")]
    pub(crate) fn lacks_container(&self) -> bool {
        let known = |id: &String| self.state.containers.iter().any(|it| it.id == *id);
        self.state.setup.vanishing && self.container.as_ref().is_some_and(|id| !known(id))
    }

    /// Leaves these keys out of lists from here on, for a vendor that includes some keys only on request. It
    /// catches a provider that forgets to request them.
    ///
    /// ```
    /// use keyroster_testkit::{Call, FakePage, Keys};
    ///
    /// fn list(call: &Call, keys: &mut Keys<'_>) -> FakePage {
    ///     keys.hide(|key| key.disabled && call.query("include_disabled") != Some("true"));
    ///     keys.hide(|key| key.has_expired() && call.query("include_expired") != Some("true"));
    ///     keys.by_offset(call.number("offset"))
    /// }
    /// ```
    pub fn hide(&mut self, hidden: impl Fn(&FakeKey) -> bool) -> &mut Self {
        let hidden = self.state.keys.iter().filter(|key| hidden(key));
        self.hidden.extend(hidden.map(|key| key.id.clone()));
        self
    }

    /// Returns every key, for a vendor that does not page.
    #[must_use]
    pub fn all(&self) -> FakePage {
        let rows = self.listed();
        self.page(&rows, None)
    }

    /// Returns the page that starts after this number of keys. It has the size that the provider declares.
    #[must_use]
    pub fn by_offset(&self, offset: u64) -> FakePage {
        let rows = self.listed();
        let size = page_size(self.state.setup.info.paging).unwrap_or(CURSOR_PAGE);
        let ignored = self.state.setup.quirk == Quirk::RepeatPages;
        self.page(slice(&rows, if ignored { 0 } else { offset }, size), None)
    }

    /// Returns the page at an opaque cursor, or the first page if there is none.
    #[must_use]
    pub fn by_cursor(&self, cursor: Option<&str>) -> FakePage {
        let pages = self.pages();
        let number = cursor.map_or(Some(0), |cursor| {
            (0..pages.len()).find(|number| self.cursor(*number) == cursor)
        });
        self.numbered(&pages, number, |number| self.cursor(number))
    }

    /// The page after the key with this id; the first page without one.
    #[must_use]
    pub fn after(&self, id: Option<&str>) -> FakePage {
        let pages = self.pages();
        // An empty page has no last key, so the last key before it is used.
        let last = |number: usize| {
            let keys = pages[..=number].iter().flatten();
            keys.last().map(|key| key.id.clone()).unwrap_or_default()
        };
        let number = id.map_or(Some(0), |id| {
            (0..pages.len()).find(|number| last(*number) == id).map(|number| number + 1)
        });
        self.numbered(&pages, number, |number| last(number - 1))
    }

    /// The page with this number, counted from 1.
    #[must_use]
    pub fn by_number(&self, number: u64) -> FakePage {
        let number = usize::try_from(number.saturating_sub(1)).ok();
        self.numbered(&self.pages(), number, |number| (number + 1).to_string())
    }

    /// The page with this number, counted from 1, for a vendor whose calls choose the page size.
    #[must_use]
    pub fn by_number_of(&self, number: u64, size: u64) -> FakePage {
        let rows = self.listed();
        let ignored = self.state.setup.quirk == Quirk::RepeatPages;
        let before = if ignored { 0 } else { number.saturating_sub(1).saturating_mul(size) };
        let more = before.saturating_add(size) < rows.len() as u64;
        let size = usize::try_from(size).unwrap_or(usize::MAX);
        self.page(slice(&rows, before, size), more.then(|| (number + 1).to_string()))
    }

    /// The containers, for a vendor that does not paginate them.
    #[must_use]
    pub fn containers(&self) -> FakePage {
        self.containers_from(0, usize::MAX)
    }

    /// The page of containers after this number of containers. It has the size that the provider declares.
    #[must_use]
    pub fn containers_by_offset(&self, offset: u64) -> FakePage {
        let size = container_page_size(&self.state.setup.info).unwrap_or(CURSOR_PAGE);
        self.containers_from(offset, size)
    }

    /// The page of containers at an opaque cursor; the first page without one.
    #[must_use]
    pub fn containers_by_cursor(&self, cursor: Option<&str>) -> FakePage {
        let total = self.state.containers.len();
        let starts = (0..total.max(1)).step_by(CURSOR_PAGE);
        let start = cursor
            .map_or(Some(0), |cursor| starts.clone().find(|start| self.cursor(*start) == cursor));
        let start = start.unwrap_or(total);
        let next = Some(start + CURSOR_PAGE).filter(|next| *next < total);
        FakePage {
            next: next.map(|next| self.cursor(next)),
            ..self.containers_from(start as u64, CURSOR_PAGE)
        }
    }

    /// The row of a key, if the vendor has one of this id.
    #[must_use]
    pub fn get(&self, id: &str) -> Option<Value> {
        self.state.find(id).map(|at| self.row(&self.state.keys[at]))
    }

    /// A key, if the vendor has one of this id.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<&FakeKey> {
        self.state.find(id).map(|at| &self.state.keys[at])
    }

    /// The key whose secret the call carries: the account's own, or another that is being identified.
    #[must_use]
    pub fn caller(&self) -> &FakeKey {
        let caller = self.state.caller.as_deref().and_then(|id| self.find(id));
        caller.unwrap_or(&self.state.account)
    }

    /// Creates a key with a new id and a new secret.
    pub fn create(&mut self, name: &str) -> FakeKey {
        let container = self.container.clone();
        let key = self.state.make(name, container);
        self.state.note(Effect::Created);
        key
    }

    /// Changes a key and returns its new row; none if there is no such key.
    pub fn update(&mut self, id: &str, change: impl FnOnce(&mut FakeKey)) -> Option<Value> {
        let at = self.state.find(id)?;
        change(&mut self.state.keys[at]);
        self.state.note(Effect::Updated);
        Some(self.row(&self.state.keys[at]))
    }

    /// Gives a key a new secret; none if there is no such key.
    pub fn rotate(&mut self, id: &str) -> Option<FakeKey> {
        let at = self.state.find(id)?;
        self.state.keys[at].secret = self.state.new_secret();
        self.state.note(Effect::Rotated);
        Some(self.state.keys[at].clone())
    }

    /// Revokes a key, which stays in lists. Returns false if there is no such key.
    pub fn revoke(&mut self, id: &str) -> bool {
        let found = self.state.find(id);
        if let Some(at) = found {
            self.state.keys[at].revoked = true;
            self.state.note(Effect::Revoked);
        }
        found.is_some()
    }

    /// Deletes a key, which leaves all lists. Returns false if there is no such key.
    pub fn delete(&mut self, id: &str) -> bool {
        let found = self.state.find(id);
        if let Some(at) = found {
            self.state.keys.remove(at);
            self.state.note(Effect::Revoked);
        }
        found.is_some()
    }

    /// The current time of the vendor.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        now()
    }

    /// The row of a key, with the mutation of the scenario.
    #[must_use]
    pub fn row(&self, key: &FakeKey) -> Value {
        let row = self.rows.key(key);
        match &self.state.setup.mutation {
            Some(mutation) => mutation.apply(row),
            None => row,
        }
    }

    fn listed(&self) -> Vec<&FakeKey> {
        let here = |key: &&FakeKey| {
            (self.container.is_none() || key.container == self.container)
                && !self.hidden.contains(&key.id)
        };
        self.state.keys.iter().filter(here).collect()
    }

    fn containers_from(&self, offset: u64, size: usize) -> FakePage {
        let containers = &self.state.containers;
        let page = slice(containers, offset, size);
        FakePage {
            rows: page.iter().map(|one| self.rows.container(one)).collect(),
            next: None,
            total: containers.len() as u64,
        }
    }

    /// The pages of a vendor that does not page by offset.
    fn pages(&self) -> Vec<Vec<&FakeKey>> {
        let listed = self.listed();
        let mut pages: Vec<Vec<&FakeKey>> =
            listed.chunks(CURSOR_PAGE).map(<[&FakeKey]>::to_vec).collect();
        match self.state.setup.quirk {
            Quirk::EmptyMiddle if pages.len() > 1 => pages.insert(1, Vec::new()),
            Quirk::RepeatedPage if pages.len() > 1 => pages.insert(1, pages[0].clone()),
            _ => {}
        }
        pages
    }

    fn numbered(
        &self,
        pages: &[Vec<&FakeKey>],
        number: Option<usize>,
        next: impl Fn(usize) -> String,
    ) -> FakePage {
        let number = number.unwrap_or(pages.len());
        let rows = pages.get(number).map_or(&[][..], Vec::as_slice);
        // Following it leads to the second page every time.
        let following =
            if self.state.setup.quirk == Quirk::RepeatedCursor { 1 } else { number + 1 };
        self.page(rows, (following < pages.len()).then(|| next(following)))
    }

    fn cursor(&self, number: usize) -> String {
        let odd = self.state.setup.odd_texts;
        if odd { format!("a/b?c&d é+%41-{number}") } else { format!("page-{number}") }
    }

    fn page(&self, rows: &[&FakeKey], next: Option<String>) -> FakePage {
        FakePage {
            rows: rows.iter().map(|key| self.row(key)).collect(),
            next,
            total: self.listed().len() as u64,
        }
    }
}

fn slice<T>(rows: &[T], offset: u64, size: usize) -> &[T] {
    let start = usize::try_from(offset).unwrap_or(usize::MAX).min(rows.len());
    let end = rows.len().min(start.saturating_add(size));
    &rows[start..end]
}

//! Lists that change in rare ways while they are read.

use std::collections::HashSet;
use std::sync::Mutex;

use futures_util::FutureExt;
use keyroster_core::{
    ApiKey, Capabilities, Container, ContainerPage, Error, ErrorKind, KeyList, KeyProvider,
    ListKeys, NumberedPage, Order, Page, PageRequest, PageSize, Paging, Provider, ProviderId,
    ProviderInfo, Result, async_trait,
};

use crate::support::vendor::{by_offset, key, keys, slice, vendor};

fn list(provider: &Provider) -> KeyList {
    provider.list(ListKeys::all()).now_or_never().unwrap().unwrap()
}

fn missing(list: &KeyList, count: usize) -> usize {
    let found: HashSet<&str> = list.keys.iter().map(|key| key.id.as_str()).collect();
    (0..count).filter(|number| !found.contains(format!("k{number}").as_str())).count()
}

/// A list of `count` keys. While the nth request is answered, `made` others are created before them.
fn growing(count: usize, made: usize, nth: usize) -> Provider {
    let all = Mutex::new(keys(count));
    vendor(by_offset(PageSize::Usual(10)), move |request, before| {
        let mut all = all.lock().unwrap();
        if before == nth {
            let mut made: Vec<_> = (0..made).map(|number| key(format!("n{number}"))).collect();
            made.append(&mut all);
            *all = made;
        }
        Page::new(slice(&all, request, 10)).with_total(Some(all.len() as u64))
    })
}

#[test]
fn hundreds_of_new_keys_hide_none_and_cause_no_warning() {
    for made in [1, 50, 150, 160, 1000, 5000] {
        let listed = list(&growing(1000, made, 50));
        assert_eq!(missing(&listed, 1000), 0, "{made} made");
        assert_eq!(listed.warnings, [], "{made} made");
    }
}

#[test]
fn a_list_that_starts_over_behind_its_end_is_an_error() {
    let all = keys(55);
    let provider = vendor(by_offset(PageSize::Usual(10)), move |request, before| {
        assert!(before < 5000, "it would never end");
        let from = usize::try_from(request.start.offset()).unwrap();
        Page::new((from..from + 10).map(|at| all[at % 55].clone()).collect())
    });
    let error = provider.list(ListKeys::all()).now_or_never().unwrap().unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Decode, "{error}");
}

#[test]
fn numbered_pages_are_complete_while_the_list_moves() {
    for most in [50, 100] {
        let paging = by_offset(PageSize::Usual(NumberedPage::items(most)));
        for nth in [1, 3, 9, 20] {
            let all = Mutex::new(keys(1200));
            let provider = vendor(paging, move |request, before| {
                let mut all = all.lock().unwrap();
                if before == nth {
                    // Three keys are created and two revoked, so each page starts at another key.
                    all.drain(..2);
                    let made = (0..3).map(|number| key(format!("n{number}")));
                    let made: Vec<_> = made.chain(all.drain(..)).collect();
                    *all = made;
                }
                let page = request.start.numbered(most);
                let size = usize::try_from(page.size).unwrap();
                let from = (usize::try_from(page.number).unwrap() - 1) * size;
                Page::new(page.cut(all.iter().skip(from).take(size).cloned().collect()))
            });
            let listed = list(&provider);
            let gone = usize::from(!listed.keys.iter().any(|key| key.id.as_str() == "k0"))
                + usize::from(!listed.keys.iter().any(|key| key.id.as_str() == "k1"));
            assert_eq!(missing(&listed, 1200), gone, "at most {most}, change at {nth}");
            assert_eq!(listed.warnings, []);
        }
    }
}

/// A vendor with containers, whose answers a script changes.
struct Filed {
    info: ProviderInfo,
    state: Mutex<State>,
    script: fn(&mut State),
}

struct State {
    requests: usize,
    containers: Vec<&'static str>,
    keys: Vec<(&'static str, &'static str)>,
}

impl std::fmt::Debug for Filed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Filed")
    }
}

#[async_trait]
impl KeyProvider for Filed {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    fn window(&self) -> usize {
        usize::MAX
    }

    async fn list_page(&self, request: &PageRequest) -> Result<Page> {
        let mut state = self.state.lock().unwrap();
        state.requests += 1;
        (self.script)(&mut state);
        let container = request.container.as_ref().unwrap().id.clone();
        if !state.containers.contains(&container.as_str()) {
            return Err(Error::new(ErrorKind::NotFound, "no such container"));
        }
        let filed = state.keys.iter().filter(|(_, place)| *place == container);
        let filed: Vec<ApiKey> = filed.map(|(id, _)| key(*id)).collect();
        Ok(Page::new(slice(&filed, request, 10)))
    }

    async fn list_containers(&self, request: &PageRequest) -> Result<ContainerPage> {
        let mut state = self.state.lock().unwrap();
        state.requests += 1;
        (self.script)(&mut state);
        let from = usize::try_from(request.start.offset()).unwrap();
        let containers = state.containers.iter().skip(from).take(2);
        Ok(ContainerPage::new(containers.map(|id| Container::new("project", *id)).collect()))
    }
}

fn filed(paging: Paging, containers: Paging, state: State, script: fn(&mut State)) -> Provider {
    let id = ProviderId::from_static("made-up");
    let can = Capabilities::LIST_ONLY;
    let info = ProviderInfo::new(id, "Made up", "https://made.example", paging, can);
    let info = info.with_containers("project", containers);
    Provider::new(Filed { info, state: Mutex::new(state), script })
}

fn ids(list: &KeyList) -> Vec<&str> {
    let mut ids: Vec<_> = list.keys.iter().map(|key| key.id.as_str()).collect();
    ids.sort_unstable();
    ids
}

const TEN: PageSize = PageSize::Fixed(10);
const TWO: PageSize = PageSize::Fixed(2);

#[test]
fn a_deleted_container_hides_no_other() {
    let keys = vec![("ka", "a"), ("kb", "b"), ("kc", "c")];
    let state = State { requests: 0, containers: vec!["a", "b", "c"], keys };
    // The containers come on two pages. Then `b` is deleted.
    let provider = filed(by_offset(TEN), by_offset(TWO), state, |state| {
        if state.requests == 3 {
            state.containers.retain(|id| *id != "b");
        }
    });
    let listed = list(&provider);
    assert_eq!((ids(&listed), &listed.warnings[..]), (vec!["ka", "kc"], &[][..]));
}

#[test]
fn unordered_containers_are_read_until_they_agree() {
    let keys = vec![("ka", "a"), ("kb", "b"), ("kc", "c"), ("kd", "d")];
    let state = State { requests: 0, containers: vec!["a", "b", "c", "d"], keys };
    let unordered = Paging::Offset { size: TWO, order: Order::Unstable };
    // The list is reversed between its pages.
    let provider = filed(by_offset(TEN), unordered, state, |state| {
        if state.requests == 2 {
            state.containers.reverse();
        }
    });
    assert_eq!(ids(&list(&provider)), ["ka", "kb", "kc", "kd"]);
}

#[test]
fn a_key_that_moves_between_unordered_lists_is_found() {
    let state = State { requests: 0, containers: vec!["a", "b"], keys: vec![("k", "b")] };
    let unordered = Paging::Offset { size: TEN, order: Order::Unstable };
    let provider = filed(unordered, Paging::Single, state, |state| {
        // The requests are the containers, `a`, and `b`. The key moves from `b` to `a` before the third.
        if state.requests == 3 {
            state.keys[0].1 = "a";
        }
    });
    assert_eq!(ids(&list(&provider)), ["k"]);
}

//! Notices keys that changed between the plan and the confirmation.

use std::collections::HashMap;

use keyroster::{ApiKey, Error, ErrorKind, ListKeys};

use crate::accounts::find_key::Target;
use crate::output::{format, text};

/// Reads keys again, after a person confirmed a plan that shows them.
///
/// A key is fetched right before it is changed. If the vendor cannot look up a key, its account is listed again once.
#[derive(Debug, Default)]
pub(crate) struct Recheck {
    listed: HashMap<String, Vec<ApiKey>>,
}

impl Recheck {
    /// Says how a key differs from the plan, if it does. What the vendor says about a key that is gone is left to the
    /// change itself.
    pub(crate) async fn difference(&mut self, target: &Target) -> Result<Option<String>, Error> {
        let Some(now) = self.read(target).await? else { return Ok(None) };
        Ok(difference(&target.key, &now))
    }

    async fn read(&mut self, target: &Target) -> Result<Option<ApiKey>, Error> {
        let id = &target.key.id;
        if target.provider.info().capabilities.get {
            return match target.provider.get(id).await {
                Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
                found => found.map(Some),
            };
        }
        if !self.listed.contains_key(&target.account) {
            let keys = target.provider.list(ListKeys::all()).await?.keys;
            self.listed.insert(target.account.clone(), keys);
        }
        let mut keys = self.listed.get(&target.account).into_iter().flatten();
        Ok(keys.find(|key| key.id == *id).cloned())
    }
}

/// The first of name, owner, container and masked form that shows that this may be another key than the planned one.
fn difference(planned: &ApiKey, now: &ApiKey) -> Option<String> {
    if planned.name != now.name {
        return Some(format!(
            "its name is now {}, not {}",
            format::name(now),
            format::name(planned)
        ));
    }
    let owner = |key: &ApiKey| key.owner.as_ref().map(|it| it.id.clone());
    let container = |key: &ApiKey| key.container.as_ref().map(|it| it.id.clone());
    let facts = [
        ("owner", owner(planned), owner(now)),
        ("container", container(planned), container(now)),
        ("masked form", planned.hint.clone(), now.hint.clone()),
    ];
    facts.into_iter().find_map(|(fact, old, new)| match (old, new) {
        (Some(old), Some(new)) if old != new => {
            Some(format!("its {fact} is now {}, not {}", text::clean(&new), text::clean(&old)))
        }
        _ => None,
    })
}

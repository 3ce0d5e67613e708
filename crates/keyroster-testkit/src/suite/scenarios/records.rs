//! Records: nothing that a vendor reports is lost, invented, or an error.

use keyroster_core::{Access, ApiKey, Expiry, KeyProvider, LastUsed, Limit, ListKeys};
use serde::Serialize;
use serde_json::Value;

use super::scenarios;
use crate::fake::Setup;
use crate::fake::mutation::{self, Mutation, ODD_MEMBER, UNKNOWN_VALUE};
use crate::suite::bench::{Bench, Check, World, said};
use crate::suite::verdict::Failure;

scenarios! {
    keeps_unknown_fields: Extras, false, |facts| facts.needs_rows(),
        "A field that the provider does not know is kept in `extras`.";
    keeps_keys_with_unknown_values: Extras, false, |facts| facts.needs_rows(),
        "A key with a new enum value, or a text that cannot be parsed, is still listed.";
    reads_records_without_optional_fields: Extras, false, |facts| facts.needs_rows(),
        "A key is listed even if any field except its id is missing.";
    reads_null_fields: Extras, false, |facts| facts.needs_rows(),
        "A key is listed even if any field except its id is null.";
    reads_fields_of_another_type: Extras, false, |facts| facts.needs_rows(),
        "A field of an undocumented type is kept and does not cause an error.";
    does_not_invent_what_is_missing: Extras, true, |facts| facts.needs_rows(),
        "A missing expiry is not \"never\", a missing limit is not \"unlimited\", and missing scopes are not admin.";
    reports_a_row_without_an_id: Extras, false, |facts| facts.needs_rows(),
        "A row without an id is an error or a warning. It is not skipped in silence.";
    gives_each_key_its_own_id: Trait, false, |_| Ok(()),
        "Keys with the same name and creation time have different ids.";
    answers_the_same_in_any_order: Extras, false, |_| Ok(()),
        "The same keys give the same bytes each time, in whatever order the vendor sends fields.";
}

/// Lists the two keys of a vendor whose rows have this mutation.
async fn records(
    bench: &Bench,
    mutation: Option<Mutation>,
) -> Result<keyroster_core::Result<Vec<ApiKey>>, Failure> {
    let world = bench.start_with(Setup { mutation, ..bench.setup(2) })?;
    let list = world.handle.list(ListKeys::all()).await;
    Ok(list.map(|list| list.keys))
}

/// Returns a row of the vendor, and the paths of all its members except the id.
fn row(bench: &Bench) -> Result<(Value, Vec<mutation::Path>), Failure> {
    let world = bench.start(2)?;
    let key = world.vendor.keys().swap_remove(0);
    let row = world.vendor.row(&key);
    // The id of a key may be made of its container's and its own.
    let id = bench.key_id(&key);
    let container = key.container.as_deref().filter(|_| id.as_str() != key.id);
    let container = container.filter(|container| id.as_str().contains(container));
    let parts: Vec<&str> = [key.id.as_str()].into_iter().chain(container).collect();
    let paths = mutation::members(&row, &parts);
    Ok((row, paths))
}

async fn keeps_unknown_fields(bench: &Bench) -> Check {
    let expected = "a field that the provider does not know is kept in `extras`";
    match records(bench, Some(Mutation::AddUnknown)).await? {
        Err(error) => bench.fail(expected, said(&error)),
        Ok(keys) => match keys.iter().find(|key| !json(key).contains(UNKNOWN_VALUE)) {
            Some(_) => bench.fail(expected, "it dropped the field"),
            None if keys.is_empty() => bench.fail(expected, "it dropped the keys"),
            None => Ok(()),
        },
    }
}

async fn keeps_keys_with_unknown_values(bench: &Bench) -> Check {
    let (row, paths) = row(bench)?;
    for path in
        paths.into_iter().filter(|path| mutation::at(&row, path).is_some_and(Value::is_string))
    {
        let mutation = Mutation::Replace(path.clone(), UNKNOWN_VALUE.into());
        still_listed(bench, mutation, &path, "another text").await?;
    }
    Ok(())
}

async fn reads_records_without_optional_fields(bench: &Bench) -> Check {
    for path in row(bench)?.1 {
        still_listed(bench, Mutation::Remove(path.clone()), &path, "missing").await?;
    }
    Ok(())
}

async fn reads_null_fields(bench: &Bench) -> Check {
    for path in row(bench)?.1 {
        still_listed(bench, Mutation::Replace(path.clone(), Value::Null), &path, "null").await?;
    }
    Ok(())
}

async fn reads_fields_of_another_type(bench: &Bench) -> Check {
    let (_, paths) = row(bench)?;
    let as_usual = records(bench, None).await?;
    let as_usual = bench.works("the records of two keys", as_usual)?;
    for path in paths {
        let odd = Mutation::Replace(path.clone(), mutation::odd());
        let keys = still_listed(bench, odd, &path, "of another type").await?;
        // A field that the provider ignores may have any type.
        let without = records(bench, Some(Mutation::Remove(path.clone()))).await?;
        let matters = without.is_ok_and(|without| json(&without) != json(&as_usual));
        if path.len() == 1 && matters && !json(&keys).contains(ODD_MEMBER) {
            return bench.fail(
                format!("`{}` is kept in `extras` if its type is unexpected", path.join(".")),
                "it dropped the value",
            );
        }
    }
    Ok(())
}

/// Returns the records, which must be listed although something about them is unexpected.
async fn still_listed(
    bench: &Bench,
    mutation: Mutation,
    path: &mutation::Path,
    how: &str,
) -> Result<Vec<ApiKey>, Failure> {
    let expected = format!("both keys are listed when `{}` is {how}", path.join("."));
    match records(bench, Some(mutation)).await? {
        Err(error) => bench.fail(expected, said(&error)),
        Ok(keys) if keys.len() == 2 => {
            let world = bench.start(2)?;
            let wanted =
                world.vendor.keys().iter().map(|key| bench.key_id(key)).collect::<Vec<_>>();
            match keys.iter().find(|key| !wanted.contains(&key.id)) {
                Some(key) => bench.fail(expected, format!("one has the id `{}`", key.id)),
                None => Ok(keys),
            }
        }
        Ok(keys) => bench.fail(expected, format!("it listed {}", keys.len())),
    }
}

async fn does_not_invent_what_is_missing(bench: &Bench) -> Check {
    let as_usual = records(bench, None).await?;
    let as_usual = bench.works("the records of two keys", as_usual)?;
    for path in row(bench)?.1 {
        let Ok(keys) = records(bench, Some(Mutation::Remove(path.clone()))).await? else {
            // Another scenario reports that.
            continue;
        };
        let invented =
            as_usual.iter().zip(&keys).find_map(|(before, after)| invented(before, after));
        if let Some(invented) = invented {
            return bench.fail(
                format!("without `{}`, the record says unknown", path.join(".")),
                format!("it says {invented}"),
            );
        }
    }
    Ok(())
}

/// What a record claims only when a field is missing.
fn invented(before: &ApiKey, after: &ApiKey) -> Option<&'static str> {
    let new = |was: bool, is: bool| is && !was;
    [
        (
            new(before.expiry == Expiry::Never, after.expiry == Expiry::Never),
            "that it never expires",
        ),
        (
            new(before.last_used == LastUsed::Never, after.last_used == LastUsed::Never),
            "that it was never used",
        ),
        (
            new(before.quota.limit == Limit::Unlimited, after.quota.limit == Limit::Unlimited),
            "that its limit is unlimited",
        ),
        (
            new(before.access == Access::Admin, after.access == Access::Admin),
            "that it is an admin key",
        ),
    ]
    .into_iter()
    .find_map(|(invented, what)| invented.then_some(what))
}

async fn reports_a_row_without_an_id(bench: &Bench) -> Check {
    let world = bench.start(2)?;
    let key = world.vendor.keys().swap_remove(0);
    let paths = mutation::members_that_are(&world.vendor.row(&key), &key.id);
    if paths.is_empty() {
        // The id is a part of another field.
        return Ok(());
    }
    let mutation = Some(Mutation::RemoveEach(paths));
    let world = bench.start_with(Setup { mutation, ..bench.setup(2) })?;
    match world.handle.list(ListKeys::all()).await {
        Ok(list) if !list.warnings.iter().any(|warning| warning.kind.is_partial()) => bench.fail(
            "an error, or a warning that keys are missing, for rows without an id",
            format!("it listed {} keys as if they were all", list.keys.len()),
        ),
        _ => Ok(()),
    }
}

async fn gives_each_key_its_own_id(bench: &Bench) -> Check {
    let world = bench.start(3)?;
    world.vendor.make_alike();
    let page = world.inner.list_page(&world.first_page()).await;
    let keys = bench.works("a page of keys", page)?.keys;
    let here = world.first_page().container.map(|container| container.id);
    let alike =
        world.vendor.keys().into_iter().filter(|key| here.is_none() || key.container == here);
    let wanted: Vec<_> = alike.map(|key| bench.key_id(&key)).collect();
    let found: Vec<_> = keys.into_iter().map(|key| key.id).collect();
    if wanted == found {
        return Ok(());
    }
    bench.fail(
        format!("keys with the same name, in the vendor's order, with the ids {wanted:?}"),
        format!("their ids are {found:?}"),
    )
}

async fn answers_the_same_in_any_order(bench: &Bench) -> Check {
    let mut answers = Vec::new();
    for (reversed, order) in [(false, "the same"), (false, "the same"), (true, "another")] {
        let world = bench.start_with(Setup { reversed, ..bench.setup(3) })?;
        answers.push((json(&pages(bench, &world).await?), order));
    }
    let (first, _) = answers.swap_remove(0);
    match answers.into_iter().find(|(answer, _)| *answer != first) {
        None => Ok(()),
        Some((_, order)) => bench.fail(
            "the same keys give the same records, byte for byte",
            format!("its records differ when the vendor sends fields in {order} order"),
        ),
    }
}

async fn pages(bench: &Bench, world: &World) -> Result<Vec<ApiKey>, Failure> {
    Ok(bench.list(world).await?.keys)
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

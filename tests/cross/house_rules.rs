//! The workspace follows its own rules.

use std::collections::BTreeSet;
use std::path::Path;

fn root() -> &'static Path {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."))
}

#[test]
fn the_workspace_is_tidy() {
    let complaints = xtask::tidy::check(root()).unwrap();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

#[test]
fn a_provider_s_id_is_the_name_of_its_crate() {
    let folders = std::fs::read_dir(root().join("crates")).unwrap();
    let names = folders.map(|folder| folder.unwrap().file_name().into_string().unwrap());
    let crates: BTreeSet<String> =
        names.filter_map(|name| name.strip_prefix("provider-").map(str::to_owned)).collect();
    let ids: BTreeSet<String> =
        keyroster::registry().factories().map(|factory| factory.info().id.to_string()).collect();
    assert_eq!(ids, crates);
}

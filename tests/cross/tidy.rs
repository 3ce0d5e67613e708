//! The house rules hold.

#[test]
fn the_workspace_is_tidy() {
    let root = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
    let complaints = xtask::tidy::check(std::path::Path::new(root)).unwrap();
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
}

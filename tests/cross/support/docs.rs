//! Generated parts of documents, between marks such as `<!-- faults:begin -->` and `<!-- faults:end -->`.

use std::path::Path;

/// Asserts that a document holds this text between the marks, or writes it there if `UPDATE_DOCS` is set.
/// `tests` selects the tests that write it.
#[expect(clippy::disallowed_methods, reason = "the tests' only setting")]
pub(crate) fn assert_fresh(document: &str, mark: &str, generated: &str, tests: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(document);
    let text = std::fs::read_to_string(&path).unwrap();
    let begin = format!("<!-- {mark}:begin -->\n");
    let end = format!("<!-- {mark}:end -->");
    let (before, rest) = text.split_once(&begin).unwrap_or_else(|| panic!("no mark {begin}"));
    let (_, after) = rest.split_once(&end).unwrap_or_else(|| panic!("no mark {end}"));
    let fresh = format!("{before}{begin}{generated}{end}{after}");
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(path, fresh).unwrap();
        return;
    }
    assert!(
        fresh == text,
        "{document} is out of date; run `UPDATE_DOCS=1 cargo test -p integration-tests {tests}`"
    );
}

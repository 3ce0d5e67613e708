//! The guide to writing a provider agrees with its example.

use std::path::{Path, PathBuf};

const GUIDE: &str = include_str!("../../docs/writing-a-provider.md");

/// The sections of the guide. The testkit's failures link to them.
const SECTIONS: [&str; 12] = [
    "The trait",
    "Paging",
    "Containers",
    "Capabilities",
    "Errors",
    "Secrets",
    "Extras",
    "Requests that create",
    "Fixtures",
    "Conformance",
    "Publishing",
    "Versioning",
];

/// A block of code in a Markdown text, and the line of prose before it.
struct Block<'a> {
    kind: &'a str,
    before: &'a str,
    lines: Vec<&'a str>,
}

fn blocks(text: &str) -> Vec<Block<'_>> {
    let mut blocks = Vec::new();
    let (mut lines, mut before) = (text.lines(), "");
    while let Some(line) = lines.next() {
        if let Some(kind) = line.strip_prefix("```") {
            let lines = lines.by_ref().take_while(|line| *line != "```").collect();
            blocks.push(Block { kind, before, lines });
        } else if !line.is_empty() {
            before = line;
        }
    }
    blocks
}

fn docs() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs")
}

/// The file that a line such as "From [client.rs](../examples/acme/src/client.rs):" names.
fn source(before: &str) -> Option<PathBuf> {
    let (_, link) = before.strip_prefix("From [")?.split_once("](")?;
    Some(docs().join(link.strip_suffix("):")?))
}

#[test]
fn every_example_runs_or_is_the_examples_own() {
    let (mut run, mut quoted) = (0, 0);
    for Block { kind, before, lines } in blocks(GUIDE) {
        match kind {
            "rust" | "rust,no_run" => run += 1,
            "rs" | "toml" => {
                let file = source(before).unwrap_or_else(|| panic!("`{before}` names no source"));
                let text = std::fs::read_to_string(&file).unwrap();
                let text: Vec<&str> = text.lines().collect();
                let found = text.windows(lines.len()).any(|window| window == lines);
                assert!(found, "{} has no longer:\n{}", file.display(), lines.join("\n"));
                quoted += 1;
            }
            "sh" | "text" => {}
            other => panic!("a block of `{other}`, which nothing checks"),
        }
    }
    assert!(run >= 5 && quoted >= 5, "the guide is read rightly: {run} run, {quoted} quoted");
}

#[test]
fn the_guide_has_the_sections_that_failures_point_to() {
    let titles = GUIDE.lines().filter_map(|line| line.strip_prefix("## "));
    assert_eq!(titles.collect::<Vec<_>>(), SECTIONS);
    for scenario in keyroster_testkit::Suite::scenarios() {
        let title = scenario.section.title();
        assert!(SECTIONS.contains(&title), "`{}` points to `{title}`", scenario.name);
    }
}

#[test]
fn every_link_of_the_guide_leads_somewhere() {
    for (_, rest) in GUIDE.match_indices("](").map(|(at, _)| GUIDE.split_at(at + 2)) {
        let target = rest.split_once(')').unwrap().0;
        let path = target.split('#').next().unwrap();
        assert!(path.is_empty() || docs().join(path).exists(), "{target}");
    }
}

/// The guide says "about 300 lines": code, without comments and blank lines.
#[test]
fn the_example_stays_as_small_as_the_guide_says() {
    let folder = docs().join("../examples/acme/src");
    let folders = [folder.clone(), folder.join("bin")];
    let files = folders.iter().flat_map(|folder| std::fs::read_dir(folder).unwrap());
    let paths = files.map(|file| file.unwrap().path()).filter(|path| path.is_file());
    let count = |path: PathBuf| {
        let text = std::fs::read_to_string(path).unwrap();
        let code = text.lines().map(str::trim).filter(|line| !line.is_empty());
        code.filter(|line| !line.starts_with("//")).count()
    };
    let lines: usize = paths.map(count).sum();
    assert!((200..=310).contains(&lines), "{lines} lines");
}

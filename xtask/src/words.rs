//! The words to avoid. `docs/style.md` lists them and says what to write instead.

use std::io;
use std::path::{Path, PathBuf};

/// The heading of the table in `docs/style.md`.
const HEADING: &str = "## Words to avoid";

/// Words after which "is no" is good English.
const AFTER_NO: [&str; 8] =
    ["longer", "more", "less", "later", "fewer", "greater", "larger", "smaller"];

/// Files that quote others, or hold the list itself.
const EXEMPT: [&str; 6] = [
    "CHANGELOG.md",
    "docs/style.md",
    "xtask/src/words.rs",
    "LICENSE-",
    "package-lock.json",
    "openrouter-openapi-keys-subset.yaml",
];

const FOLDERS: [&str; 8] = [".ci", "bench", "crates", "docs", "examples", "tests", "xtask", ""];

/// Returns a complaint for each line with a word of the list.
///
/// # Errors
///
/// A file cannot be read.
pub fn check(root: &Path) -> io::Result<Vec<String>> {
    let style = std::fs::read_to_string(root.join("docs/style.md"))?;
    let words = listed(&style);
    if words.is_empty() {
        return Ok(vec!["docs/style.md: the table of words is missing".to_owned()]);
    }
    let mut complaints = Vec::new();
    for path in texts(root)? {
        let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
        if EXEMPT.iter().any(|exempt| name.contains(exempt)) {
            continue;
        }
        let text = std::fs::read_to_string(&path)?;
        for (number, line) in text.lines().enumerate() {
            for (word, instead) in found(line, &words) {
                complaints.push(format!("{name}:{}: `{word}`: write {instead}", number + 1));
            }
        }
    }
    Ok(complaints)
}

/// A word to avoid, and what to write instead.
type Word = (String, String);

/// The words of the table in `docs/style.md`.
fn listed(style: &str) -> Vec<Word> {
    let (_, table) = style.split_once(HEADING).unwrap_or_default();
    let mut listed = Vec::new();
    for line in table.lines() {
        let cells: Vec<&str> = line.trim_matches('|').split('|').map(str::trim).collect();
        let [words, instead] = cells[..] else { continue };
        if words == "not" || words.starts_with('-') {
            continue;
        }
        // What is in parentheses is an exception.
        let words = words.split_once('(').map_or(words, |(words, _)| words);
        let words = words.split(',').map(|word| word.trim().to_owned());
        listed.extend(words.map(|word| (word, instead.to_owned())));
    }
    listed
}

/// The listed words in one line.
fn found(line: &str, listed: &[Word]) -> Vec<Word> {
    let line = line.to_lowercase();
    // A name in code is made of words, too.
    let plain: String =
        line.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect::<String>();
    let words: Vec<&str> = plain.split_whitespace().collect();
    // "stands for" is good English.
    let padded = format!(" {} ", words.join(" ")).replace(" stands for ", " means ");
    let mut found = Vec::new();
    for (word, instead) in listed {
        if !is_no(word) && padded.contains(&format!(" {word} ")) {
            found.push((word.clone(), instead.clone()));
        }
    }
    for (at, pair) in words.windows(2).enumerate() {
        let pair = pair.join(" ");
        let before = at.checked_sub(1).map_or("", |before| words[before]);
        let after = words.get(at + 2).copied().unwrap_or_default();
        // A sentence that goes on in the next line, and "there is no key", are fine.
        if is_no(&pair) && before != "there" && !before.is_empty() && !AFTER_NO.contains(&after) {
            found.push((pair, "is not".to_owned()));
        }
    }
    found
}

/// Whether only the words around this pair decide if it is good English.
fn is_no(pair: &str) -> bool {
    matches!(pair, "is no" | "are no")
}

/// Every text of ours: sources, documents, manifests, scripts, schemas.
fn texts(root: &Path) -> io::Result<Vec<PathBuf>> {
    let mut texts = Vec::new();
    let mut folders: Vec<PathBuf> = FOLDERS.iter().map(|folder| root.join(folder)).collect();
    while let Some(folder) = folders.pop() {
        let is_root = folder.as_os_str().len() <= root.join("").as_os_str().len();
        for entry in std::fs::read_dir(&folder)? {
            let path = entry?.path();
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            if path.is_dir() {
                if !is_root
                    && !matches!(
                        name,
                        "target" | "node_modules" | "golden" | "fixtures" | "records"
                    )
                {
                    folders.push(path);
                }
                continue;
            }
            let extension = path.extension().and_then(|extension| extension.to_str());
            if matches!(extension, Some("json" | "md" | "mjs" | "py" | "rs" | "sh" | "toml")) {
                texts.push(path);
            }
        }
    }
    texts.sort();
    texts.dedup();
    Ok(texts)
}

#[cfg(test)]
mod tests {
    use super::{found, listed};

    const STYLE: &str = include_str!("../../docs/style.md");

    fn words(line: &str) -> Vec<String> {
        found(line, &listed(STYLE)).into_iter().map(|(word, _)| word).collect()
    }

    #[test]
    fn every_listed_word_is_found() {
        let listed = listed(STYLE);
        assert!(listed.len() > 20, "{listed:?}");
        for (word, _) in listed {
            assert_eq!(words(&format!("a line with {word} in it")), [word]);
        }
    }

    #[test]
    fn listed_words_are_found_in_prose_and_names() {
        assert_eq!(words("/// It tells nothing."), ["tells"]);
        assert_eq!(words("fn nobody_is_asked() {"), ["nobody"]);
        assert_eq!(words("a short page is no end"), ["is no"]);
    }

    #[test]
    fn plain_sentences_pass() {
        for line in [
            "there is no such key",
            "the key is no longer there",
            "it stands for 3",
            "it understands",
        ] {
            assert_eq!(words(line), Vec::<String>::new(), "{line}");
        }
    }
}

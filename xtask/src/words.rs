//! The words that do not come back: `docs/style.md` says why, and what to write instead.

use std::io;
use std::path::{Path, PathBuf};

/// What is not written, and what is written instead. Two-part spelling keeps this file off its own list.
const WORDS: [(&str, &str, &str); 26] = [
    ("no", "body", "no one"),
    ("no", "ught", "zero"),
    ("na", "ught", "zero"),
    ("who", "ever", "the actor: the caller, a provider author"),
    ("whom", "ever", "the actor"),
    ("an", "ew", "again"),
    ("sh", "all", "must or will"),
    ("to", "ld", "said, reported"),
    ("te", "lls", "says, reports"),
    ("sta", "nds", "is"),
    ("me", "nd", "fix"),
    ("me", "nds", "fixes"),
    ("me", "nded", "fixed"),
    ("err", "and", "task"),
    ("there", "of", "of it"),
    ("where", "in", "in which"),
    ("where", "of", "of it"),
    ("there", "in", "in it"),
    ("le", "st", "so that not"),
    ("for e", "ver", "forever"),
    ("so ma", "ny", "that many, the number of"),
    ("so of", "ten", "that many times"),
    ("of wh", "ich", "split the sentence"),
    ("with wh", "ich", "split the sentence"),
    ("not so mu", "ch as", "not even"),
    ("a good ma", "ny", "many"),
];

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
    let mut complaints = Vec::new();
    for path in texts(root)? {
        let name = path.strip_prefix(root).unwrap_or(&path).display().to_string();
        if EXEMPT.iter().any(|exempt| name.contains(exempt)) {
            continue;
        }
        let text = std::fs::read_to_string(&path)?;
        for (number, line) in text.lines().enumerate() {
            for (word, instead) in found(line) {
                complaints.push(format!("{name}:{}: `{word}`: write {instead}", number + 1));
            }
        }
    }
    Ok(complaints)
}

/// The words of the list in one line.
fn found(line: &str) -> Vec<(String, &'static str)> {
    let line = line.to_lowercase();
    // A name in code is made of words, too.
    let plain: String =
        line.chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect::<String>();
    let words: Vec<&str> = plain.split_whitespace().collect();
    let padded = format!(" {} ", words.join(" "));
    let mut found = Vec::new();
    for (head, tail, instead) in WORDS {
        let word = format!("{head}{tail}");
        // "stands for" is good English.
        let padded = padded.replace(&format!(" sta{} for ", "nds"), " means ");
        if padded.contains(&format!(" {} ", word.trim())) {
            found.push((word, instead));
        }
    }
    for (at, pair) in words.windows(2).enumerate() {
        let is_no = matches!(pair, ["is" | "are", "no"]);
        let before = at.checked_sub(1).map_or("", |before| words[before]);
        let after = words.get(at + 2).copied().unwrap_or_default();
        // A sentence that goes on in the next line, and "there is no key", are fine.
        if is_no && before != "there" && !before.is_empty() && !AFTER_NO.contains(&after) {
            found.push((format!("{} no", pair[0]), "is not"));
        }
    }
    found
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
    use super::found;

    fn words(line: &str) -> Vec<String> {
        found(line).into_iter().map(|(word, _)| word).collect()
    }

    #[test]
    fn listed_words_are_found_in_prose_and_names() {
        assert_eq!(words(&format!("/// It te{} nothing.", "lls")), [format!("te{}", "lls")]);
        assert_eq!(words(&format!("fn no{}_is_asked() {{", "body")), [format!("no{}", "body")]);
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

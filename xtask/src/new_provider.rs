//! `cargo xtask new-provider`: creates the crate of a new provider. It compiles, and its tests run.

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

use keyroster_core::ProviderId;

/// The files of a new provider, written for one named Acme.
const FILES: [(&str, &str); 10] = [
    ("README.md", include_str!("../new-provider/README.md")),
    ("src/client.rs", include_str!("../new-provider/src/client.rs")),
    ("src/lib.rs", include_str!("../new-provider/src/lib.rs")),
    ("src/normalize.rs", include_str!("../new-provider/src/normalize.rs")),
    ("src/settings.rs", include_str!("../new-provider/src/settings.rs")),
    ("src/wire.rs", include_str!("../new-provider/src/wire.rs")),
    ("tests/acme/fixtures/keys.json", include_str!("../new-provider/tests/fixtures/keys.json")),
    ("tests/acme/main.rs", include_str!("../new-provider/tests/main.rs")),
    ("tests/acme/vendor.rs", include_str!("../new-provider/tests/vendor.rs")),
    ("tests/acme/wire.rs", include_str!("../new-provider/tests/wire.rs")),
];

/// The command of a provider outside our workspace. Inside, the usual command has it.
const COMMAND: (&str, &str) =
    ("src/bin/keyroster-acme.rs", include_str!("../new-provider/src/bin/keyroster-acme.rs"));

/// The manifest inside our workspace, and anywhere else.
const INSIDE: &str = include_str!("../new-provider/inside.toml");
const OUTSIDE: &str = include_str!("../new-provider/outside.toml");

/// Creates the crate, in the workspace's `crates/provider-NAME` unless a folder is named, and returns what
/// to do next.
///
/// # Errors
///
/// The name is not a valid provider id, the folder is not empty (it stays as it is), or a file cannot be
/// written.
pub fn create(root: &Path, name: &str, folder: Option<&Path>) -> io::Result<String> {
    let id = ProviderId::parse(name)
        .map_err(|error| io::Error::new(io::ErrorKind::InvalidInput, error.to_string()))?;
    let names = Names::new(&id);
    let own = root.join("crates").join(&names.package);
    let target = folder.map_or(own, Path::to_owned);
    if target.exists() && std::fs::read_dir(&target)?.next().is_some() {
        let message = format!("{} already exists; nothing was written", target.display());
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, message));
    }
    let crates = std::fs::canonicalize(root.join("crates"))?;
    // A backslash would have to be escaped in TOML.
    let crates = crates.display().to_string().replace('\\', "/");
    let manifest = if folder.is_none() { INSIDE } else { OUTSIDE };
    let command = folder.is_some().then_some(COMMAND);
    for (file, text) in FILES.into_iter().chain(command).chain([("Cargo.toml", manifest)]) {
        let file = file.replace("keyroster-acme", &format!("keyroster-{}", names.id));
        let path = target.join(file.replace("/acme/", &format!("/{}/", names.word)));
        std::fs::create_dir_all(path.parent().unwrap_or(&target))?;
        let text = names.apply(text).replace("{version}", env!("CARGO_PKG_VERSION"));
        std::fs::write(path, text.replace("{crates}", &crates))?;
    }
    format(&target);
    Ok(next_steps(&target, &names, folder.is_none()))
}

/// The spellings of a provider's name.
struct Names {
    id: String,
    package: String,
    /// The id, or a variant of it that may name a test if the id begins with a digit.
    word: String,
    /// The form for types.
    upper_camel: String,
    /// The form for environment variables.
    screaming: String,
}

impl Names {
    fn new(id: &ProviderId) -> Self {
        let id = id.as_str().to_owned();
        let digit = id.starts_with(|first: char| first.is_ascii_digit());
        let word = if digit { format!("vendor-{id}") } else { id.clone() };
        let capital = |part: &str| {
            let (first, rest) = part.split_at(1);
            first.to_ascii_uppercase() + rest
        };
        Self {
            package: format!("provider-{id}"),
            upper_camel: word.split('-').map(capital).collect(),
            screaming: word.to_ascii_uppercase().replace('-', "_"),
            word,
            id,
        }
    }

    /// Rewrites a text about Acme for this provider.
    fn apply(&self, text: &str) -> String {
        text.replace("provider_acme", &self.package.replace('-', "_"))
            .replace("tests/acme/", &format!("tests/{}/", self.word))
            .replace("[[test]]\nname = \"acme\"", &format!("[[test]]\nname = \"{}\"", self.word))
            .replace("ACME", &self.screaming)
            .replace("Acme", &self.upper_camel)
            .replace("acme", &self.id)
    }
}

/// Formats the files, since names differ in length. Without rustfmt they stay as they are.
fn format(folder: &Path) {
    let _ = Command::new(env!("CARGO"))
        .arg("fmt")
        .current_dir(folder)
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
}

fn next_steps(folder: &Path, names: &Names, inside: bool) -> String {
    let mut steps = format!("created {}\n\n", folder.display());
    let test = if inside {
        format!("cargo test -p {}", names.package)
    } else {
        format!("cd {} && cargo test", folder.display())
    };
    steps += &format!(
        "  {test}\n\nruns its tests. What is not written yet is listed as `NOT_YET`. Start with `list_page` in \
         src/client.rs.\ndocs/writing-a-provider.md explains the rest.\n"
    );
    if inside {
        steps += &format!(
            "When it lists keys, add it to the root Cargo.toml, and as a feature and a module to crates/keyroster \
             (`cargo xtask tidy` reports what is missing for {}).\n",
            names.id
        );
    }
    steps
}

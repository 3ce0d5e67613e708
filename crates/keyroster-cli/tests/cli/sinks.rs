//! Files and commands that secrets are delivered to: what they keep, and what is refused in time.

use std::os::unix::fs::{FileTypeExt, MetadataExt, PermissionsExt, chown, symlink};
use std::path::Path;
use std::process::Command;

use keyroster_sandbox::{Fault, Sandbox};

use crate::support::binary::{Run, keyroster_at, run};
use crate::support::changes::{at, count, is_live, mode, named};

fn create(sandbox: &Sandbox, sink: &str, more: &[&str]) -> Command {
    let arguments = [&["create", "openrouter", "made", "--secret-to", sink], more].concat();
    let mut command = keyroster_at(sandbox, &arguments);
    command.env("PATH", "/usr/bin:/bin");
    command
}

/// The names of what is in a folder.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// The secret that a run kept because it could not be delivered, and said where.
fn kept(folder: &Path, run: &Run) -> String {
    let name = names(folder).into_iter().find(|name| name.starts_with("keyroster-rescued-"));
    let path = folder.join(name.unwrap_or_else(|| panic!("no secret was kept: {run:?}")));
    assert!(run.stderr.contains(path.to_str().unwrap()), "{run:?}");
    assert_eq!(mode(&path), 0o600);
    std::fs::read_to_string(path).unwrap().trim_end_matches('\n').to_owned()
}

#[tokio::test]
async fn creates_at_once_into_one_file_lose_no_secret() {
    let sandbox = Sandbox::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(".env");
    let sinks: Vec<_> =
        (0..8).map(|number| format!("dotenv:{}#K{number}", file.display())).collect();
    let runs = sinks.iter().map(|sink| run(create(&sandbox, sink, &[])));
    for run in futures_util::future::join_all(runs).await {
        run.ok();
    }
    let text = std::fs::read_to_string(&file).unwrap();
    for number in 0..8 {
        assert!(text.contains(&format!("K{number}=sk-or-v1-")), "K{number}: {text}");
    }
    assert_eq!(names(folder.path()), [".env"]);
}

#[tokio::test]
async fn only_files_are_written_and_others_refused_before_the_request() {
    let sandbox = Sandbox::start().await.unwrap();
    let before = count(&sandbox);
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    assert!(Command::new("mkfifo").arg(at("fifo")).status().unwrap().success());
    symlink("/proc/self/fd/1", at("stdout")).unwrap();
    symlink("/dev/null", at("null")).unwrap();
    symlink("nowhere", at("dangling")).unwrap();
    std::fs::write(at("one"), "A=1\n").unwrap();
    std::fs::hard_link(at("one"), at("two")).unwrap();
    let long = "x".repeat(300);
    for (name, words) in [
        ("fifo", "is a pipe"),
        ("stdout", "open file of a process"),
        ("null", "is a device"),
        ("dangling", "does not exist"),
        ("two", "hard links"),
        ("none/file", "does not exist"),
        (long.as_str(), "File name too long"),
    ] {
        for sink in
            [format!("dotenv:{}#K", at(name).display()), format!("file:{}", at(name).display())]
        {
            let made = run(create(&sandbox, &sink, &["--overwrite"])).await;
            assert_eq!(made.code, 2, "{sink}: {made:?}");
            assert!(made.stderr.contains(words), "{sink}: {}", made.stderr);
            assert!(made.stderr.contains("hint: "), "{sink}: {}", made.stderr);
        }
    }
    assert!(at("fifo").metadata().unwrap().file_type().is_fifo());
    for link in ["stdout", "null", "dangling"] {
        assert!(at(link).is_symlink(), "{link} is still a link");
    }
    assert_eq!(std::fs::read(at("one")).unwrap(), b"A=1\n");
    assert_eq!(count(&sandbox), before);
    assert!(sandbox.requests().is_empty(), "nothing was sent");
}

#[tokio::test]
async fn a_users_file_stays_the_users() {
    let sandbox = Sandbox::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(".env");
    std::fs::write(&file, "A=1\n").unwrap();
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o640)).unwrap();
    // Only root can give a file away.
    let owner = match chown(&file, Some(1234), Some(2345)) {
        Ok(()) => (1234, 2345),
        Err(_) => file.metadata().map(|found| (found.uid(), found.gid())).unwrap(),
    };
    for sink in [format!("dotenv:{}#K", file.display()), format!("file:{}", file.display())] {
        run(create(&sandbox, &sink, &["--overwrite"])).await.ok();
        let found = file.metadata().unwrap();
        assert_eq!((found.uid(), found.gid()), owner, "{sink}");
        assert_eq!(mode(&file), 0o640, "{sink}");
        assert!(std::fs::read_to_string(&file).unwrap().contains("sk-or-v1-"));
    }
}

/// A file of another user, in a folder where one may replace it.
#[tokio::test]
async fn a_file_whose_owner_cannot_be_kept_is_refused() {
    if !rustix::process::geteuid().is_root() {
        // Only root can prepare it, and a run as another user.
        return;
    }
    let sandbox = Sandbox::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o777)).unwrap();
    let file = folder.path().join(".env");
    std::fs::write(&file, "A=1\n").unwrap();
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o666)).unwrap();
    let sink = format!("dotenv:{}#K", file.display());
    let mut command = create(&sandbox, &sink, &[]);
    // The binary is in a folder that the other user may not enter.
    let copy = folder.path().join("keyroster");
    std::fs::copy(command.get_program(), &copy).unwrap();
    let mut as_other = Command::new(copy);
    as_other.args(command.get_args()).env_clear();
    for (name, value) in command.get_envs() {
        as_other.env(name, value.unwrap());
    }
    std::os::unix::process::CommandExt::uid(&mut as_other, 65534);
    command.env_clear();
    let made = run(as_other).await;
    assert_eq!(made.code, 2, "{made:?}");
    assert!(made.stderr.contains("cannot keep its owner"), "{}", made.stderr);
    assert!(sandbox.requests().is_empty(), "nothing was sent");
    assert_eq!(std::fs::read(&file).unwrap(), b"A=1\n");
}

#[tokio::test]
async fn a_disk_without_room_is_found_before_the_request() {
    let sandbox = Sandbox::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let sink = format!("dotenv:{}#K", folder.path().join(".env").display());
    let command = create(&sandbox, &sink, &[]);
    let mut shell = Command::new("sh");
    shell.args(["-c", "ulimit -f 0; exec \"$0\" \"$@\""]).arg(command.get_program());
    shell.args(command.get_args()).env_clear();
    for (name, value) in command.get_envs() {
        shell.env(name, value.unwrap());
    }
    let made = run(shell).await;
    assert_eq!(made.code, 2, "{made:?}");
    assert!(made.stderr.contains("File too large"), "{}", made.stderr);
    assert!(sandbox.requests().is_empty(), "nothing was sent");
    assert!(names(folder.path()).is_empty());
}

/// What one program reads as `a b`, another reads as `'a b'`, and a third as two words.
#[tokio::test]
async fn a_secret_that_readers_would_read_differently_is_kept_elsewhere() {
    // A text with white space is not a secret at all, so the create is indeterminate.
    for (odd, code) in [
        ("a b", 5),
        ("a\nB=1", 5),
        ("a'b", 7),
        ("a\"b", 7),
        ("a$b", 7),
        ("a#b", 7),
        ("a\\b", 7),
        ("a`b", 7),
        ("é", 7),
    ] {
        let sandbox = Sandbox::start().await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let body = serde_json::json!({
            "key": odd,
            "data": {"hash": "f".repeat(64), "name": "made", "label": "made", "disabled": false},
        });
        sandbox.add_fault(Fault::respond(201).body(body).method("POST"));
        let file = folder.path().join(".env");
        std::fs::write(&file, "A=1\n").unwrap();
        let mut command = create(&sandbox, &format!("dotenv:{}#K", file.display()), &[]);
        command.env("TMPDIR", folder.path());
        let made = run(command).await;
        assert_eq!(made.code, code, "{odd:?}: {made:?}");
        assert_eq!(std::fs::read(&file).unwrap(), b"A=1\n", "{odd:?}");
        if code == 7 {
            assert_eq!(kept(folder.path(), &made), odd);
        }
    }
}

#[tokio::test]
async fn a_command_inherits_no_credential() {
    let sandbox = Sandbox::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let seen = folder.path().join("seen");
    let settings = folder.path().join("keyroster.toml");
    let text = format!(
        "[accounts.openrouter]\nprovider = \"openrouter\"\nbase-url = \"{}\"\nmanagement-key = {{ command = \
         \"env >>{}; printenv THE_KEY || cat key\" }}\n[accounts.other]\nprovider = \"pinata\"\njwt = {{ env \
         = \"OTHER_JWT\" }}\n",
        sandbox.openrouter().base_url,
        seen.display()
    );
    std::fs::write(&settings, text).unwrap();
    std::fs::write(folder.path().join("key"), sandbox.openrouter().management_key).unwrap();
    let sink = format!("command:env >>{}; cat >/dev/null", seen.display());
    let mut command = create(&sandbox, &sink, &["--config", settings.to_str().unwrap()]);
    command
        .env("OTHER_JWT", "canary-1")
        .env("KEYROSTER_OTHER__API_SECRET", "canary-2")
        .env("PINATA_API_SECRET", "canary-3")
        .env("OPENROUTER_MANAGEMENT_KEY", "canary-4")
        .env("MINE", "stays");
    run(command).await.ok();
    let seen = std::fs::read_to_string(&seen).unwrap();
    assert_eq!(seen.matches("MINE=stays").count(), 2, "both commands ran: {seen}");
    for canary in 1..=4 {
        assert!(!seen.contains(&format!("canary-{canary}")), "canary-{canary}: {seen}");
    }
}

/// Whether a process with this argument runs.
fn runs(argument: &str) -> bool {
    let processes = std::fs::read_dir("/proc").unwrap().flatten();
    let mut lines = processes.filter_map(|entry| std::fs::read(entry.path().join("cmdline")).ok());
    lines.any(|line| line.split(|byte| *byte == 0).any(|word| word == argument.as_bytes()))
}

#[tokio::test]
async fn a_command_that_hangs_is_ended_with_all_that_it_started() {
    let sandbox = Sandbox::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    // A number that no other process sleeps for.
    let seconds = format!("86400.{}", std::process::id());
    let mut command = create(&sandbox, &format!("command:sleep {seconds}; true"), &[]);
    command.env("TMPDIR", folder.path()).env("KEYROSTER_COMMAND_TIMEOUT", "1s");
    let made = run(command).await;
    assert_eq!(made.code, 7, "{made:?}");
    assert!(made.stderr.contains("did not end within 1s"), "{}", made.stderr);
    assert!(!runs(&seconds), "the command still runs");
    assert!(is_live(&sandbox, &kept(folder.path(), &made)).await);
}

#[tokio::test]
async fn a_command_that_does_not_read_the_secret_has_not_got_it() {
    let sandbox = Sandbox::start().await.unwrap();
    for line in ["true", "head -c 5 >/dev/null", "exec <&-; sleep 0.1"] {
        let folder = tempfile::tempdir().unwrap();
        let mut command = create(&sandbox, &format!("command:{line}"), &[]);
        command.env("TMPDIR", folder.path());
        let made = run(command).await;
        assert_eq!(made.code, 7, "{line}: {made:?}");
        assert!(made.stderr.contains("without reading"), "{line}: {}", made.stderr);
        assert!(is_live(&sandbox, &kept(folder.path(), &made)).await, "{line}");
    }
}

#[tokio::test]
async fn the_name_of_a_key_is_said_before_its_request() {
    let sandbox = Sandbox::start().await.unwrap();
    sandbox.add_fault(Fault::respond(401).method("POST"));
    for more in [&[][..], &["--quiet"]] {
        let made = run(create(&sandbox, "stdout", more)).await;
        assert_eq!(made.stderr.lines().next(), Some("creating the key `made` in openrouter"));
    }
    // Nothing is created in a dry run.
    let made = run(create(&sandbox, "stdout", &["--dry-run"])).await.ok();
    assert!(!made.stderr.contains("creating"), "{}", made.stderr);
    assert!(named(&sandbox, "openrouter", "made").is_none());
}

#[tokio::test]
async fn few_open_files_are_an_error() {
    let sandbox = Sandbox::start().await.unwrap();
    for limit in 4..10 {
        for arguments in [&["list"][..], &["create", "openrouter", "x", "--secret-to", "stdout"]] {
            let command = keyroster_at(&sandbox, arguments);
            let mut shell = Command::new("sh");
            shell.args(["-c", &format!("ulimit -n {limit}; exec \"$0\" \"$@\"")]);
            shell.arg(command.get_program()).args(command.get_args()).env_clear();
            for (name, value) in command.get_envs() {
                shell.env(name, value.unwrap());
            }
            let made = run(shell).await;
            assert!(!made.stderr.contains("panicked"), "{limit}: {made:?}");
            assert!([0, 3, 5, 7, 127].contains(&made.code), "{limit}: {made:?}");
        }
    }
}

#[tokio::test]
async fn a_configuration_that_cannot_be_replaced_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let sandbox = Sandbox::start().await.unwrap();
    symlink("nowhere", folder.path().join("dangling.toml")).unwrap();
    std::fs::write(folder.path().join("one.toml"), "").unwrap();
    std::fs::hard_link(folder.path().join("one.toml"), folder.path().join("two.toml")).unwrap();
    for name in ["dangling.toml", "two.toml"] {
        let path = folder.path().join(name);
        let add = ["accounts", "add", "new", "--provider", "pinata", "--credential", "jwt=env:A"];
        let path = path.to_str().unwrap();
        let added = at(&sandbox, &[&add[..], &["--config", path]].concat()).await;
        assert_eq!(added.code, 4, "{name}: {added:?}");
        assert!(added.stderr.contains(path), "{name}: {}", added.stderr);
    }
    assert_eq!(names(folder.path()), ["dangling.toml", "one.toml", "two.toml"]);
}

#[tokio::test]
async fn a_users_configuration_stays_the_users() {
    let settings = crate::support::settings::Settings::new("");
    std::fs::set_permissions(&settings.file, PermissionsExt::from_mode(0o640)).unwrap();
    let given = chown(&settings.file, Some(1234), Some(2345)).is_ok();
    let add = ["accounts", "add", "new", "--provider", "pinata", "--credential", "jwt=env:A"];
    settings.run(&add).await.ok();
    let found = settings.file.metadata().unwrap();
    assert!(!given || (found.uid(), found.gid()) == (1234, 2345), "{found:?}");
    assert_eq!(mode(&settings.file), 0o640);
    assert_eq!(names(settings.folder.path()), ["keyroster.toml"]);
}

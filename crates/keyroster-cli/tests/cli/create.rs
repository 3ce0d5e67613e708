//! Making keys, and where their secrets go.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};

use keyroster_sandbox::{Fault, Sandbox};

use crate::support::binary::{keyroster_at, run};
use crate::support::changes::{at, count, is_live, mode, named};
use crate::support::hold::hold;

#[tokio::test]
async fn a_secret_goes_only_to_its_sink() {
    let sandbox = Sandbox::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    let dotenv = folder.path().join(".env");
    std::fs::write(&dotenv, "# ours\nA=1\nKEY=old\nB=2\n").unwrap();
    std::fs::set_permissions(&dotenv, PermissionsExt::from_mode(0o640)).unwrap();
    let through = folder.path().join("through");
    let sinks = [
        format!("file:{}", path.display()),
        format!("dotenv:{}#KEY", dotenv.display()),
        format!("command:cat >{}", through.display()),
        "stdout".to_owned(),
    ];
    for (number, sink) in sinks.iter().enumerate() {
        let name = format!("made-{number}");
        let limit = ["--limit", "25", "--reset", "monthly"];
        let arguments =
            [&["create", "openrouter", &name, "--secret-to", sink], &limit[..]].concat();
        let arguments = [&arguments[..], &["--overwrite"][..number % 2]].concat();
        let made = at(&sandbox, &arguments).await.ok();
        let secret = match number {
            0 => std::fs::read_to_string(&path).unwrap(),
            1 => {
                let text = std::fs::read_to_string(&dotenv).unwrap();
                let value = text.lines().nth(2).unwrap().strip_prefix("KEY=").unwrap().to_owned();
                assert_eq!(text, format!("# ours\nA=1\nKEY={value}\nB=2\n"));
                value
            }
            2 => std::fs::read_to_string(&through).unwrap(),
            _ => made.stdout.clone(),
        };
        let secret = secret.trim();
        assert!(sandbox.secrets().contains(&secret.to_owned()), "{sink}");
        assert!(is_live(&sandbox, secret).await);
        if number < 3 {
            assert!(!made.stdout.contains("fa4efa4e"), "{sink}: {}", made.stdout);
        }
        assert!(made.stderr.contains("created openrouter/"), "{sink}: {}", made.stderr);
        assert!(!made.stderr.contains("fa4efa4e"), "{sink}: {}", made.stderr);
        let truth = named(&sandbox, "openrouter", &name).unwrap();
        assert_eq!((&truth["limit"], &truth["limit_reset"]), (&25.into(), &"monthly".into()));
    }
    assert_eq!((mode(&path), mode(&dotenv)), (0o600, 0o640), "a file keeps its mode");
    let left: Vec<_> = std::fs::read_dir(folder.path()).unwrap().collect();
    assert_eq!(left.len(), 3, "no draft is left: {left:?}");
}

#[tokio::test]
async fn an_unusable_sink_creates_no_key() {
    let sandbox = Sandbox::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let taken = folder.path().join("taken");
    std::fs::write(&taken, "mine").unwrap();
    let twice = folder.path().join("twice");
    std::fs::write(&twice, "K=1\nK=2\nLONG=\"a\nb\"\nexport HELD='x'\nEMPTY=\"\"\n").unwrap();
    let before = count(&sandbox);
    for sink in [
        format!("file:{}", taken.display()),
        format!("file:{}", folder.path().display()),
        format!("file:{}/none/secret", folder.path().display()),
        format!("dotenv:{}#K", twice.display()),
        format!("dotenv:{}#1K", twice.display()),
        format!("dotenv:{}", twice.display()),
        "command:no-such-command-here".to_owned(),
        format!("dotenv:{}#LONG", twice.display()),
        format!("dotenv:{}#HELD", twice.display()),
        "nowhere".to_owned(),
        "file:".to_owned(),
    ] {
        let made = at(&sandbox, &["create", "openrouter", "x", "--secret-to", &sink]).await;
        assert_eq!(made.code, 2, "{sink}: {made:?}");
        assert!(made.stderr.starts_with("error: "), "{sink}: {}", made.stderr);
    }
    assert_eq!(count(&sandbox), before);
    assert_eq!(std::fs::read_to_string(&taken).unwrap(), "mine");
    assert!(sandbox.requests().is_empty(), "nothing was sent");
    // With --overwrite it replaces the file.
    let sink = format!("file:{}", taken.display());
    at(&sandbox, &["create", "openrouter", "x", "--secret-to", &sink, "--overwrite"]).await.ok();
    assert!(std::fs::read_to_string(&taken).unwrap().starts_with("sk-or-v1-"));
    let held = format!("dotenv:{}#HELD", twice.display());
    let dry = ["create", "openrouter", "x", "--secret-to", &held, "--dry-run"];
    let dry = at(&sandbox, &dry).await;
    assert!(dry.code == 2 && dry.stderr.contains("already sets HELD"), "{dry:?}");
    at(&sandbox, &["create", "openrouter", "x", "--secret-to", &held, "--overwrite"]).await.ok();
    // What holds nothing waits to be filled.
    let empty = format!("dotenv:{}#EMPTY", twice.display());
    at(&sandbox, &["create", "openrouter", "x", "--secret-to", &empty]).await.ok();
    let text = std::fs::read_to_string(&twice).unwrap();
    assert!(
        text.contains("\nexport HELD=sk-or-v1-") && text.contains("\nEMPTY=sk-or-v1-"),
        "{text}"
    );
}

#[tokio::test]
async fn an_undelivered_secret_is_kept() {
    let sandbox = Sandbox::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let mut command =
        keyroster_at(&sandbox, &["create", "openrouter", "x", "--secret-to", "command:false"]);
    command.env("TMPDIR", folder.path()).env("PATH", "/usr/bin:/bin");
    let made = run(command).await;
    assert_eq!(made.code, 7);
    assert!(!made.stderr.contains("fa4efa4e") && !made.stdout.contains("fa4efa4e"), "{made:?}");
    let kept: Vec<_> =
        std::fs::read_dir(folder.path()).unwrap().map(|e| e.unwrap().path()).collect();
    assert_eq!(kept.len(), 1);
    assert!(made.stderr.contains(kept[0].to_str().unwrap()), "{}", made.stderr);
    assert_eq!(mode(&kept[0]), 0o600);
    assert!(is_live(&sandbox, std::fs::read_to_string(&kept[0]).unwrap().trim()).await);
}

#[tokio::test]
async fn a_quiet_failure_says_where_the_secret_is() {
    let sandbox = Sandbox::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let create = ["create", "openrouter", "x", "--secret-to", "command:false", "--quiet"];
    let mut command = keyroster_at(&sandbox, &create);
    command.env("TMPDIR", folder.path()).env("PATH", "/usr/bin:/bin");
    let made = run(command).await;
    assert_eq!(made.code, 7);
    let kept = std::fs::read_dir(folder.path()).unwrap().next().unwrap().unwrap().path();
    assert!(made.stderr.contains(kept.to_str().unwrap()), "{}", made.stderr);
}

#[tokio::test]
async fn invalid_requests_are_not_sent() {
    let sandbox = Sandbox::start().await.unwrap();
    for (arguments, words) in [
        (&["openrouter", ""][..], "empty"),
        (&["openrouter", "x", "--limit=-1"], "negative"),
        (&["openrouter", "x", "--limit", "much"], "invalid amount `much`"),
        (&["openrouter", "x", "--limit", "5 requests"], "limit in requests"),
        (&["openrouter", "x", "--expires", "2020-01-01T00:00:00Z"], "past"),
        (&["openrouter", "x", "--admin"], "admin access"),
        (&["openrouter", "x", "--set", "color=blue"], "color"),
        (&["pinata", "x", "--admin", "--expires", "30d"], "an expiry"),
        (&["pinata", "x", "--scope", "pinning:unpinn"], "`pinning:unpin`"),
        (&["pinata", "x"], "no scopes"),
        (&["pinata", "x", "--admin", "--limit", "0.5"], "whole number"),
    ] {
        let made = at(&sandbox, &[&["create", "--secret-to", "stdout"], arguments].concat()).await;
        assert_eq!(made.code, 2, "{arguments:?}: {made:?}");
        assert!(made.stderr.contains(words), "{arguments:?}: {}", made.stderr);
        assert_eq!(made.stdout, "");
    }
    let long = "x".repeat(257);
    let made = at(&sandbox, &["create", "openrouter", &long, "--secret-to", "stdout"]).await;
    assert!(made.code == 2 && made.stderr.contains("256"), "{made:?}");
    let changed = at(&sandbox, &["disable", "pinata/abc", "--yes"]).await;
    assert_eq!(changed.code, 2);
    let requests = sandbox.requests();
    assert!(requests.iter().all(|request| request.method == "GET"), "{requests:?}");
}

#[tokio::test]
async fn an_unanswered_create_names_the_orphan() {
    let sandbox = Sandbox::start().await.unwrap();
    for (account, more) in [("openrouter", None), ("pinata", Some("--admin"))] {
        sandbox.clear_faults();
        let before = count(&sandbox);
        sandbox.add_fault(Fault::respond(502).commit().method("POST"));
        let mut arguments = vec!["create", account, "orphan", "--secret-to", "stdout"];
        arguments.extend(more);
        let made = at(&sandbox, &arguments).await;
        assert_eq!(made.code, 5, "{made:?}");
        assert_eq!(count(&sandbox), before + 1, "one key, and not two");
        let line = made.stderr.lines().find(|line| line.trim().starts_with("keyroster revoke"));
        let words: Vec<&str> = line.unwrap().split_whitespace().skip(1).chain(["--yes"]).collect();
        at(&sandbox, &words).await.ok();
        let orphan = named(&sandbox, account, "orphan");
        assert!(orphan.is_none_or(|key| key["revoked"] == true));
    }
}

#[tokio::test]
async fn an_older_namesake_is_not_offered_for_revoking() {
    let sandbox = Sandbox::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let sink = format!("file:{}", folder.path().join("good").display());
    at(&sandbox, &["create", "openrouter", "ci", "--secret-to", &sink]).await.ok();
    let good = named(&sandbox, "openrouter", "ci").unwrap();
    // No key is created, but the caller cannot know that.
    sandbox.add_fault(Fault::respond(502).method("POST"));
    let made = at(&sandbox, &["create", "openrouter", "ci", "--secret-to", "stdout"]).await;
    assert_eq!(made.code, 5);
    let good = good["hash"].as_str().unwrap();
    assert!(made.stderr.contains(good), "it is named: {}", made.stderr);
    assert!(made.stderr.contains("older key that is in use"), "{}", made.stderr);
    assert!(!made.stderr.contains("keyroster revoke"), "{}", made.stderr);
}

#[tokio::test]
async fn an_unknown_part_creates_no_key() {
    let sandbox = Sandbox::start().await.unwrap();
    let before = count(&sandbox);
    let sink = ["--secret-to", "stdout", "--part"];
    for (account, more, part) in [("pinata", Some("--admin"), "jwt"), ("openrouter", None, "x")] {
        let mut arguments = vec!["create", account, "x"];
        arguments.extend(more);
        arguments.extend(sink);
        arguments.push(part);
        let made = at(&sandbox, &arguments).await;
        assert_eq!(made.code, 2, "{made:?}");
    }
    assert_eq!(count(&sandbox), before);
    let pinata = ["create", "pinata", "x", "--admin", "--secret-to", "stdout", "--part"];
    let made = at(&sandbox, &[&pinata[..], &["pinata_api_secret"]].concat()).await.ok();
    assert_eq!(made.stdout.trim().len(), 64);
    assert!(made.stderr.contains("also returned the secret itself"), "{}", made.stderr);
}

#[tokio::test]
async fn a_dry_run_checks_the_request() {
    let sandbox = Sandbox::start().await.unwrap();
    for arguments in [
        &["openrouter", "x", "--limit", "2000000"][..],
        &["pinata", "x", "--scope", "nonsense"],
        &["pinata", "x"],
    ] {
        let create = [&["create", "--secret-to", "stdout", "--dry-run"], arguments].concat();
        assert_eq!(at(&sandbox, &create).await.code, 2, "{arguments:?}");
    }
    assert!(sandbox.requests().is_empty());
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn secrets_are_not_arguments_and_files_are_private() {
    let sandbox = Sandbox::start().await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("secret");
    // What runs while a create waits for its reply, and while its secret is handed to a command.
    let seen = std::sync::Arc::new(std::sync::Mutex::new(String::new()));
    let waiting = std::sync::Arc::clone(&seen);
    sandbox.on_request(move |_| {
        for entry in std::fs::read_dir("/proc").unwrap().flatten() {
            let line = std::fs::read_to_string(entry.path().join("cmdline")).unwrap_or_default();
            *waiting.lock().unwrap() += &line;
        }
        std::future::ready(())
    });
    let handed = folder.path().join("handed");
    // Under a umask that forbids nothing.
    let script = format!(
        "umask 000; exec \"$0\" create openrouter x --secret-to 'command:cat /proc/[0-9]*/cmdline >{} 2>/dev/null; \
         cat >/dev/null' & \
         \"$0\" create openrouter y --secret-to file:{} >/dev/null; wait",
        handed.display(),
        path.display()
    );
    let mut command = keyroster_at(&sandbox, &[]);
    let binary = command.get_program().to_owned();
    let mut shell = Command::new("sh");
    shell.args(["-c", &format!("umask 000; {script}")]).arg(binary);
    for (name, value) in command.get_envs() {
        shell.env(name, value.unwrap());
    }
    command.env_clear();
    let mut child = shell.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    tokio::task::spawn_blocking(move || child.wait()).await.unwrap().unwrap();
    let handed = String::from_utf8_lossy(&std::fs::read(handed).unwrap()).into_owned();
    for seen in [seen.lock().unwrap().clone(), handed] {
        assert!(seen.contains("--secret-to"), "the commands were seen");
        for secret in sandbox.secrets() {
            assert!(!seen.contains(&secret), "a secret is an argument");
        }
    }
    assert_eq!(mode(&path), 0o600);
}

/// Whether hangups are ignored here, as under `nohup`. The command then inherits that.
#[cfg(unix)]
fn ignores_hangups() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = ignored.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok());
    ignored.is_some_and(|mask| mask & 1 == 1)
}

#[cfg(unix)]
#[tokio::test]
async fn an_interrupted_create_delivers_its_secret() {
    for signal in ["-INT", "-TERM", "-HUP"] {
        if signal == "-HUP" && ignores_hangups() {
            continue;
        }
        let sandbox = Sandbox::start().await.unwrap();
        let release = hold(&sandbox, "POST", 1);
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        let sink = format!("file:{}", path.display());
        let mut command =
            keyroster_at(&sandbox, &["create", "openrouter", "x", "--secret-to", &sink]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // The key is created when the request arrives; the reply is held back.
        while named(&sandbox, "openrouter", "x").is_none() {
            tokio::task::yield_now().await;
        }
        let pid = child.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
        let ended = tokio::task::spawn_blocking(move || {
            let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
            let mut said = String::new();
            while !said.contains("interrupt again to give up") {
                said += &lines.next().expect("it says that it waits").unwrap();
            }
            release.send_replace(true);
            said.extend(lines.map(Result::unwrap));
            (child.wait().unwrap(), said)
        });
        let (status, stderr) = ended.await.unwrap();
        assert_eq!(status.code(), Some(0), "{signal}: {stderr}");
        assert!(is_live(&sandbox, std::fs::read_to_string(&path).unwrap().trim()).await);
    }
}

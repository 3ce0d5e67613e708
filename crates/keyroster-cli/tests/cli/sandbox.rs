//! `keyroster sandbox`.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};

use serde_json::Value;

use crate::support::binary::{keyroster, run};

/// A sandbox in a process of its own, and its ready line.
fn start(arguments: &[&str]) -> (Child, Value) {
    let mut command = keyroster(&[&["sandbox"], arguments].concat());
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap()).read_line(&mut line).unwrap();
    (child, serde_json::from_str(&line).unwrap())
}

/// A GET of the control URL, as plain as it can be.
fn get(url: &str) -> Value {
    let (authority, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut stream = TcpStream::connect(authority).unwrap();
    write!(stream, "GET /{path} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\r\n")
        .unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200"), "{head}");
    serde_json::from_str(body).unwrap()
}

/// A listing with the credentials of a ready line.
fn list_at(ready: &Value) -> Command {
    let text = |vendor: &str, field: &str| ready[vendor][field].as_str().unwrap().to_owned();
    let mut command = keyroster(&["list", "-o", "json"]);
    command
        .env("PINATA_API_KEY", text("pinata", "api_key"))
        .env("PINATA_API_SECRET", text("pinata", "api_secret"))
        .env("PINATA_BASE_URL", text("pinata", "base_url"))
        .env("OPENROUTER_MANAGEMENT_KEY", text("openrouter", "management_key"))
        .env("OPENROUTER_BASE_URL", text("openrouter", "base_url"));
    command
}

#[tokio::test]
async fn the_ready_line_is_enough() {
    let (mut child, ready) = start(&[
        "--seed",
        "7",
        "--pinata-keys",
        "37",
        "--openrouter-keys",
        "250",
        "--latency",
        "1ms",
    ]);
    let listed = run(list_at(&ready)).await.ok().json();
    let control = ready["control_url"].as_str().unwrap();
    let truth = get(&format!("{control}/keys"));
    let mut expected: Vec<&str> = Vec::new();
    expected.extend(truth["pinata"].as_array().unwrap().iter().map(|k| k["key"].as_str().unwrap()));
    expected.extend(
        truth["openrouter"].as_array().unwrap().iter().map(|k| k["hash"].as_str().unwrap()),
    );
    expected.sort_unstable();
    let keys = listed["keys"].as_array().unwrap();
    let mut ids: Vec<&str> = keys.iter().map(|key| key["id"].as_str().unwrap()).collect();
    ids.sort_unstable();
    assert_eq!(ids.len(), 287);
    assert_eq!(ids, expected);

    let requests = get(&format!("{control}/requests"));
    let first = &requests[0];
    for field in ["vendor", "method", "path", "query", "status"] {
        assert!(!first[field].is_null(), "{field}");
    }
    let log = requests.to_string();
    assert!(!log.contains("fa4efa4e") && !log.contains("eyJ"), "the log holds no credential");

    // It ends when its standard input closes.
    drop(child.stdin.take());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}

#[test]
fn an_interrupt_ends_the_sandbox() {
    for signal in ["-INT", "-TERM"] {
        let (mut child, _) = start(&[]);
        let pid = child.id().to_string();
        assert!(Command::new("kill").args([signal, &pid]).status().unwrap().success());
        assert_eq!(child.wait().unwrap().code(), Some(0), "{signal}");
    }
}

#[test]
fn the_same_seed_gives_the_same_keys() {
    let keys = |seed: &str| {
        let (mut child, ready) = start(&["--seed", seed]);
        let truth = get(&format!("{}/keys", ready["control_url"].as_str().unwrap()));
        drop(child.stdin.take());
        child.wait().unwrap();
        truth["openrouter"]
            .as_array()
            .unwrap()
            .iter()
            .map(|k| k["hash"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(keys("3"), keys("3"));
    assert_ne!(keys("3"), keys("4"));
}

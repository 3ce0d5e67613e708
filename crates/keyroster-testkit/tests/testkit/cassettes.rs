//! Scripts, recordings and their replay, and the search for secrets in recorded files.
#![expect(clippy::unwrap_used, reason = "a test that panics has failed, and says where")]

use keyroster_core::{Operation, Secret};
use keyroster_http::{BaseUrl, Credential, HttpClient, Request};
use keyroster_testkit::{
    Cassette, Expected, Recorder, Reply, Script, ScriptServer, cassette_complaints,
};
use serde_json::{Value, json};

const SECRET: &str = "fa4efa4e-the-account-s-own";

fn client(base_url: &str) -> HttpClient {
    let credential = Credential::bearer(&Secret::from(SECRET)).unwrap();
    HttpClient::builder(BaseUrl::parse(base_url).unwrap()).credential(credential).build()
}

fn ask(client: &HttpClient, request: Request) -> keyroster_core::Result<Value> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async { client.send(request).await?.json() })
}

fn list() -> Request {
    Request::get(Operation::ListKeys, "/v1/keys").query("limit", 2).query("after", "a b&c")
}

fn create(name: &str) -> Request {
    Request::create(Operation::CreateKey, "/v1/keys").json(&json!({ "name": name, "tier": 2 }))
}

fn vendor() -> ScriptServer {
    Script::new()
        .on(
            Expected::new("GET", "/v1/keys?after=a+b%26c&limit=2"),
            Reply::json(json!({ "data": [{ "id": "k-1" }] })).with_header("link", "</v1/keys>"),
        )
        .on(
            Expected::new("POST", "/v1/keys").with_json(json!({ "tier": 2, "name": "ci" })),
            Reply::json(json!({ "id": "k-2", "value": "fa4efa4e-new", "said": SECRET })),
        )
        .start()
        .unwrap()
}

#[test]
fn a_script_reports_missing_and_unexpected_requests() {
    let server = vendor();
    let client = client(&server.base_url());
    assert_eq!(ask(&client, create("ci")).unwrap()["id"], "k-2");
    let complaints = server.complaints();
    assert_eq!(complaints, ["missing: GET /v1/keys?after=a b&c&limit=2"]);
    assert_eq!(ask(&client, list()).unwrap()["data"][0]["id"], "k-1");
    assert_eq!(server.complaints(), [""; 0]);

    // Another body, and the same one a second time.
    for name in ["cd", "ci"] {
        let error = ask(&client, create(name)).unwrap_err();
        assert_eq!(error.status(), Some(400), "{error}");
    }
    let strange = r#"unexpected: POST /v1/keys {"name":"cd","tier":2}"#;
    assert_eq!(server.complaints()[0], strange);
    assert_eq!(server.complaints().len(), 2);
}

#[test]
fn a_recording_has_no_secrets() {
    let vendor = vendor();
    let recorder = Recorder::start(&vendor.base_url()).unwrap().hide_fields(["value"]);
    let recording = client(&recorder.base_url());
    let answers = [list(), create("ci")].map(|request| ask(&recording, request).unwrap());
    assert_eq!(answers[1]["value"], "fa4efa4e-new", "the provider gets the whole response");
    assert_eq!(vendor.complaints(), [""; 0]);

    let cassette = recorder.cassette();
    let text = format!("{cassette:?}");
    assert!(!text.contains("fa4efa4e"), "{text}");
    assert!(text.contains("[hidden]") && text.contains("k-2") && text.contains("link"), "{text}");

    // A replay needs the same requests with any headers. It answers GETs any number of times, a create once.
    let folder = concat!(env!("CARGO_TARGET_TMPDIR"), "/recorded");
    std::fs::create_dir_all(folder).unwrap();
    cassette.write(format!("{folder}/keys.json")).unwrap();
    assert_eq!(cassette_complaints(folder).unwrap(), [""; 0]);
    let again = Cassette::read(format!("{folder}/keys.json")).unwrap();
    assert_eq!(again, cassette);
    let server = again.play().unwrap();
    let playing = client(&server.base_url());
    for _ in 0..3 {
        assert_eq!(ask(&playing, list()).unwrap(), answers[0]);
    }
    assert_eq!(ask(&playing, create("ci")).unwrap()["id"], "k-2");
    assert_eq!(server.complaints(), [""; 0]);
    assert!(ask(&playing, create("ci")).is_err());
    assert_eq!(server.complaints().len(), 1);
}

#[test]
fn an_unreachable_vendor_is_an_error() {
    let gone = vendor().base_url();
    let recorder = Recorder::start(&gone).unwrap();
    assert!(ask(&client(&recorder.base_url()), create("ci")).is_err());
    assert_eq!(recorder.cassette(), Cassette::default());
    assert!(Recorder::start("http://api.acme.example").is_err(), "a credential needs TLS");
}

#[test]
fn suspected_secrets_are_reported_but_not_shown() {
    let folder = concat!(env!("CARGO_TARGET_TMPDIR"), "/careless");
    let _ = std::fs::remove_dir_all(folder);
    std::fs::create_dir_all(format!("{folder}/deeper")).unwrap();
    // Assembled here, so that scanners do not report this file.
    let digits = "0a1b2c3d4e5f".repeat(3);
    let careless = [
        json!({ "note": format!("s{}-{digits}", "k") }),
        json!({ "note": format!("g{}_{digits}", "hp") }),
        json!({ "note": ["x", { "apiSecret": "hunter2" }] }),
        json!({ "note": format!("Bearer {digits}") }),
        json!({ "note": format!("-----{} PRIVATE KEY-----", "BEGIN") }),
        json!({ "note": format!("ey{}.{digits}.{digits}", "JhbGciOiJIUzI1NiJ9") }),
    ];
    for (number, value) in careless.iter().enumerate() {
        std::fs::write(format!("{folder}/deeper/{number}.json"), value.to_string()).unwrap();
    }
    std::fs::write(format!("{folder}/plain.txt"), format!("fine\nBasic {digits}\n")).unwrap();
    let harmless = json!({
        "id": "5fdddc6f-8f1c-4b0a-9c0e-0a1b2c3d4e5f", "hash": "ab12".repeat(16), "secret": "[hidden]",
        "label": "sk-or-v1-0e6...1c96", "JWT": "fa4efa4e.x.y", "basic plan": "basic plan",
    });
    std::fs::write(format!("{folder}/harmless.json"), harmless.to_string()).unwrap();
    let complaints = cassette_complaints(folder).unwrap();
    assert_eq!(complaints.len(), careless.len() + 1, "{complaints:#?}");
    for (number, complaint) in complaints[..careless.len()].iter().enumerate() {
        assert!(complaint.contains(&format!("{number}.json: /note")), "{complaint}");
    }
    let text = complaints.join("\n");
    assert!(text.contains("plain.txt: line 2") && !text.contains(&digits), "{text}");
}

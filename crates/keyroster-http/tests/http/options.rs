//! The options of a client, and the settings for them.

use std::time::Duration;

use keyroster_core::{ErrorKind, Setting, Settings};
use keyroster_http::{Credential, HttpClient, HttpOptions, Limits};

use crate::support::server::{Reply, Server, fine};
use crate::support::{CANARY, TOKEN, get, quick};

const SETTINGS: [Setting; 6] = [
    HttpOptions::base_url_setting("ACME_BASE_URL", "address of the API"),
    HttpOptions::rate_setting("ACME_REQUESTS_PER_MINUTE", "rate limit"),
    HttpOptions::timeout_setting("ACME_TIMEOUT"),
    HttpOptions::proxy_setting("ACME_PROXY"),
    HttpOptions::ca_file_setting("ACME_CA_FILE"),
    HttpOptions::user_agent_setting("ACME_USER_AGENT"),
];

fn client(options: HttpOptions, server: &Server) -> HttpClient {
    let credential = Credential::bearer(&TOKEN.into()).unwrap();
    let options = options.base_url(server.url()).retry(quick());
    options.client(credential, "https://x.example", Limits::none()).unwrap()
}

fn setting(name: &str, value: &str) -> keyroster_core::Result<HttpOptions> {
    HttpOptions::from_settings(&Settings::new().with(name, value), &SETTINGS)
}

#[tokio::test]
async fn the_user_agent_is_sent() {
    let server = Server::start([fine()]).await;
    let by_option = HttpOptions::default().user_agent("acme-inventory/1.4");
    let by_setting = setting("user-agent", "acme-inventory/1.4").unwrap();
    for options in [by_option, by_setting] {
        client(options, &server).send(get()).await.unwrap();
        assert_eq!(server.seen().last().unwrap().header("user-agent"), Some("acme-inventory/1.4"));
    }
}

#[tokio::test]
async fn the_timeout_setting_ends_an_attempt() {
    let server = Server::start([Reply::Timeout(Duration::from_secs(11))]).await;
    let error = client(setting("timeout", "10s").unwrap(), &server).send(get()).await.unwrap_err();
    assert!(error.to_string().contains("timed out after 10.0 s (5 attempts)"), "{error}");
}

#[test]
fn a_malformed_setting_is_named_and_not_shown() {
    for (name, env, value) in [
        ("base-url", "ACME_BASE_URL", "https://user:fa4efa4e@api.example"),
        ("requests-per-minute", "ACME_REQUESTS_PER_MINUTE", "fa4efa4e"),
        ("timeout", "ACME_TIMEOUT", "fa4efa4e"),
        ("proxy", "ACME_PROXY", "fa4efa4e"),
        ("proxy", "ACME_PROXY", "socks5://fa4efa4e:1080"),
        ("proxy", "ACME_PROXY", "http://user:fa4efa4e@proxy.example"),
        ("proxy", "ACME_PROXY", "http://proxy.example/fa4efa4e"),
        ("ca-file", "ACME_CA_FILE", "/nowhere/fa4efa4e"),
        ("user-agent", "ACME_USER_AGENT", "fa4efa4e\r\nx-injected: 1"),
    ] {
        let error = setting(name, value).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration, "{name}");
        let text = format!("{error} {error:?}");
        assert!(text.contains(&format!("`{name}` ({env})")), "{text}");
        assert!(!text.contains(CANARY), "{text}");
    }
}

#[test]
fn malformed_options_are_refused_by_the_client() {
    let credential = || Credential::bearer(&TOKEN.into()).unwrap();
    for options in [
        HttpOptions::default().proxy("nonsense"),
        HttpOptions::default().user_agent(""),
        HttpOptions::default().user_agent("a\nb"),
    ] {
        let error = options.client(credential(), "https://x.example", Limits::none()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration, "{error}");
    }
}

#[test]
fn debug_shows_no_password_in_a_url() {
    for url in ["https://u:fa4efa4e@x.example", "http://fa4efa4e@x.example", "fa4efa4e"] {
        let options = HttpOptions::default().base_url(url).proxy(url);
        let text = format!("{options:?}");
        assert!(!text.contains(CANARY), "{text}");
        assert!(text.contains("(invalid)"), "{text}");
    }
    let options = HttpOptions::default().base_url("https://api.example/v1");
    let text = format!("{:?}", options.proxy("http://u:fa4efa4e@proxy.example:3128"));
    assert!(text.contains("https://api.example/v1") && text.contains("proxy.example"), "{text}");
    assert!(!text.contains(CANARY), "{text}");
}

/// A vendor that users host themselves has no address of its own.
#[test]
fn without_any_address_no_client_is_made() {
    let client = |options: HttpOptions| {
        let credential = Credential::bearer(&TOKEN.into()).unwrap();
        options.client(credential, "", Limits::none())
    };
    let error = client(HttpOptions::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration, "{error}");
    assert!(client(HttpOptions::default().base_url("https://keys.example")).is_ok());
}

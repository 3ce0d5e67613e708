//! Certificates: an authority of one's own is refused by default, and accepted with the option.

use keyroster_core::{ErrorKind, Setting, Settings};
use keyroster_http::{Credential, HttpClient, HttpOptions, Limits};

use crate::support::server::{Server, fine};
use crate::support::tls::{TlsServer, certificate};
use crate::support::{TOKEN, create, get, quick};

/// A server at `https://localhost`, and the PEM text of its certificate authority.
struct Https {
    behind: Server,
    front: TlsServer,
    root: String,
}

impl Https {
    async fn start() -> Self {
        let behind = Server::start([fine()]).await;
        let (acceptor, root) = certificate("localhost", &["http/1.1"]);
        let front = TlsServer::start(acceptor, behind.address()).await;
        Self { behind, front, root }
    }

    fn client(&self, options: HttpOptions) -> HttpClient {
        let url = format!("https://localhost:{}", self.front.address.port());
        let credential = Credential::bearer(&TOKEN.into()).unwrap();
        options
            .base_url(url)
            .retry(quick())
            .client(credential, "https://x.example", Limits::none())
            .unwrap()
    }
}

#[tokio::test]
async fn an_unknown_authority_is_refused_and_not_retried() {
    let server = Https::start().await;
    let other = certificate("localhost", &[]).1;
    for (request, attempts) in [(get(), 1), (create(), 2)] {
        let options = HttpOptions::default().root_certificates_pem(other.as_str());
        let error = server.client(options).send(request).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration, "{error}");
        let text = format!("{error}; {}", error.help());
        for words in ["certificate of localhost:", "UnknownIssuer", "`ca-file`", "SSL_CERT_FILE"] {
            assert!(text.contains(words), "{text}");
        }
        assert_eq!(server.front.connections(), attempts);
    }
    assert_eq!(server.behind.connections(), 0, "nothing was sent");
}

#[tokio::test]
async fn an_authority_is_trusted_with_the_option() {
    let server = Https::start().await;
    let other = certificate("localhost", &[]).1;
    for options in [
        HttpOptions::default().root_certificates_pem(server.root.as_str()),
        HttpOptions::default().root_certificates_pem(format!("{other}{}", server.root)),
        HttpOptions::default()
            .root_certificates_pem(other.as_str())
            .root_certificates_pem(server.root.as_str()),
    ] {
        let seen = server.behind.seen().len();
        server.client(options).send(get()).await.unwrap();
        assert_eq!(server.behind.seen().len(), seen + 1);
    }
}

#[tokio::test]
async fn an_authority_is_trusted_with_the_setting() {
    let server = Https::start().await;
    let folder =
        std::env::temp_dir().join(format!("keyroster-http-ca-{}", server.front.address.port()));
    std::fs::create_dir_all(&folder).unwrap();
    let file = folder.join("ca.pem");
    std::fs::write(&file, &server.root).unwrap();
    let known = [HttpOptions::ca_file_setting("ACME_CA_FILE")];
    let options =
        |path: &str| HttpOptions::from_settings(&Settings::new().with("ca-file", path), &known);
    server.client(options(file.to_str().unwrap()).unwrap()).send(get()).await.unwrap();
    std::fs::write(&file, "no certificate").unwrap();
    let empty = options(file.to_str().unwrap()).unwrap_err();
    std::fs::remove_dir_all(&folder).unwrap();
    let missing = options(file.to_str().unwrap()).unwrap_err();
    for (error, words) in [(empty, "no certificate"), (missing, "cannot read the file")] {
        assert_eq!(error.kind(), ErrorKind::Configuration);
        let text = format!("{error}; {}", error.help());
        assert!(text.contains(words) && text.contains("`ca-file` (ACME_CA_FILE)"), "{text}");
    }
}

#[test]
fn malformed_pem_is_refused() {
    let malformed = "-----BEGIN CERTIFICATE-----\nZmE0ZQ==\n-----END CERTIFICATE-----\n";
    let broken = "-----BEGIN CERTIFICATE-----\n!!!\n-----END CERTIFICATE-----\n";
    for pem in ["", "nonsense", malformed, broken] {
        let credential = Credential::bearer(&TOKEN.into()).unwrap();
        let options = HttpOptions::default().root_certificates_pem(pem);
        let error = options.client(credential, "https://x.example", Limits::none()).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Configuration, "{pem}");
        assert!(error.to_string().contains("certificate"), "{error}");
    }
}

#[test]
fn the_setting_has_a_description() {
    const SETTING: Setting = HttpOptions::ca_file_setting("ACME_CA_FILE");
    assert_eq!((SETTING.name, SETTING.env, SETTING.secret), ("ca-file", "ACME_CA_FILE", false));
}

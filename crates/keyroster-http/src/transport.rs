//! Creates the connection pool: TLS, proxy, user agent and connection timeout.

use std::fmt;
use std::time::Duration;

use keyroster_core::{Error, ErrorKind, Result};
use reqwest::header::HeaderValue;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use url::Url;

use crate::base_url::BaseUrl;
use crate::timeouts::Timeouts;

const USER_AGENT: &str = concat!("keyroster/", env!("CARGO_PKG_VERSION"));

/// Maximum number of headers of a response in HTTP/1. The default of hyper is 100.
const MAX_HEADERS: usize = 2000;

/// Maximum size of the headers of a response in HTTP/2, in bytes. The default of hyper is 16 KiB. In HTTP/1 it is 400 KiB.
const MAX_HEADER_BYTES: u32 = 400 << 10;

/// The options of the connections, checked.
#[derive(Clone, Default)]
pub(crate) struct Transport {
    proxy: Option<reqwest::Proxy>,
    root_certificates: Vec<reqwest::Certificate>,
    user_agent: Option<HeaderValue>,
}

impl Transport {
    /// Sends all requests through this proxy.
    ///
    /// - [`Configuration`](ErrorKind::Configuration): it is not the URL of an HTTP proxy.
    pub(crate) fn proxy(&mut self, url: &str) -> Result<()> {
        let url = parse_proxy(url)?;
        let proxy =
            reqwest::Proxy::all(url).map_err(|_| malformed("the proxy is not a valid URL"))?;
        self.proxy = Some(proxy);
        Ok(())
    }

    /// Trusts the certificate authorities in this PEM text too.
    ///
    /// - [`Configuration`](ErrorKind::Configuration): it contains no certificate, or a malformed one.
    pub(crate) fn root_certificates_pem(&mut self, pem: &[u8]) -> Result<()> {
        let before = self.root_certificates.len();
        let mut store = RootCertStore::empty();
        for certificate in CertificateDer::pem_slice_iter(pem) {
            let invalid = || malformed("the PEM text contains a malformed certificate");
            let certificate = certificate.map_err(|_| invalid())?;
            let parsed = reqwest::Certificate::from_der(&certificate).map_err(|_| invalid())?;
            store.add(certificate).map_err(|_| invalid())?;
            self.root_certificates.push(parsed);
        }
        if self.root_certificates.len() == before {
            return Err(malformed("the PEM text contains no certificate"));
        }
        Ok(())
    }

    /// Sends this `User-Agent`.
    ///
    /// - [`Configuration`](ErrorKind::Configuration): it is empty or cannot be sent in a header.
    pub(crate) fn user_agent(&mut self, text: &str) -> Result<()> {
        let value = HeaderValue::from_str(text).ok().filter(|value| !value.is_empty());
        let value = value.ok_or_else(|| malformed("the user agent cannot be sent in a header"))?;
        self.user_agent = Some(value);
        Ok(())
    }

    #[expect(clippy::disallowed_methods, reason = "the only place that creates clients")]
    pub(crate) fn connect(
        &self,
        base: &BaseUrl,
        timeouts: Timeouts,
    ) -> reqwest::Result<reqwest::Client> {
        let user_agent = self.user_agent.clone();
        let mut builder = reqwest::Client::builder()
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .retry(reqwest::retry::never())
            .connect_timeout(timeouts.connect.min(timeouts.request / 2))
            .pool_idle_timeout(Duration::from_secs(30))
            .pool_max_idle_per_host(32)
            .http1_max_headers(MAX_HEADERS)
            .http1_ignore_invalid_headers_in_responses(true)
            .http1_allow_obsolete_multiline_headers_in_responses(true)
            .http2_max_header_list_size(MAX_HEADER_BYTES)
            .user_agent(user_agent.unwrap_or(HeaderValue::from_static(USER_AGENT)));
        if base.is_loopback() {
            // A proxy would see the credential in a plain http request.
            builder = builder.no_proxy();
        } else {
            builder = builder.https_only(true).tls_version_min(reqwest::tls::Version::TLS_1_2);
            if let Some(proxy) = &self.proxy {
                builder = builder.proxy(proxy.clone());
            }
        }
        builder = if base.is_plain() {
            // Loading the system's certificates takes longer than most requests to this machine.
            builder.tls_certs_only([])
        } else {
            builder.tls_certs_merge(self.root_certificates.iter().cloned())
        };
        builder.build()
    }
}

/// Parses the URL of an HTTP proxy.
///
/// - [`Configuration`](ErrorKind::Configuration): it is not one. The error does not show it.
pub(crate) fn parse_proxy(text: &str) -> Result<Url> {
    let url = Url::parse(text.trim()).map_err(|_| malformed("the proxy is not a valid URL"))?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(malformed("the proxy URL does not start with http:// or https://"));
    }
    if url.path() != "/" || url.query().is_some() || url.fragment().is_some() {
        return Err(malformed("the proxy contains more than a host and a port"));
    }
    Ok(url)
}

fn malformed(message: &str) -> Error {
    Error::new(ErrorKind::Configuration, message)
}

impl fmt::Debug for Transport {
    /// Leaves out the proxy, whose URL may contain a password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transport")
            .field("root_certificates", &self.root_certificates.len())
            .field("user_agent", &self.user_agent)
            .finish_non_exhaustive()
    }
}

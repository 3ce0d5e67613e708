//! The options that every HTTP provider offers.

use std::fmt;
use std::time::Duration;

use keyroster_core::{Error, ErrorKind, Result, Setting, Settings};
use serde_json::Value;

use crate::base_url::BaseUrl;
use crate::client::HttpClient;
use crate::credential::Credential;
use crate::rate_limit::Limits;
use crate::retry::RetryPolicy;
use crate::timeouts::{Timeouts, parse_timeout};
use crate::transport::{Transport, parse_proxy};

/// The options that every HTTP provider offers. The provider chooses the default of each.
///
/// ```
/// use std::time::Duration;
///
/// use keyroster_http::{HttpOptions, Limits, RetryPolicy, Timeouts};
///
/// let options = HttpOptions::default()
///     .base_url("https://vendor-gateway.example")
///     .proxy("http://proxy.example:3128")
///     .user_agent("acme-inventory/1.4")
///     .limits(Limits::per_minute(250))
///     .timeouts(Timeouts::default().with_request(Duration::from_secs(10)))
///     .retry(RetryPolicy::never());
/// ```
///
/// # Environment
///
/// These variables apply where the options say nothing else:
///
/// - `HTTPS_PROXY`, `ALL_PROXY` and `NO_PROXY`, in either case, and the system's proxy settings on macOS and
///   Windows, choose a [`proxy`](HttpOptions::proxy).
/// - `SSL_CERT_FILE` and `SSL_CERT_DIR` name PEM files that replace the system's certificate authorities, except
///   on macOS and Windows, where the system decides.
///   [`root_certificates_pem`](HttpOptions::root_certificates_pem) adds to either.
///
/// Requests to this machine never use a proxy.
#[derive(Clone, Default)]
#[must_use]
pub struct HttpOptions {
    base_url: Option<String>,
    limits: Option<Limits>,
    retry: Option<RetryPolicy>,
    timeouts: Option<Timeouts>,
    proxy: Option<String>,
    root_certificates_pem: Vec<Vec<u8>>,
    user_agent: Option<String>,
    own_errors: Option<fn(u16, &Value) -> bool>,
}

/// The names of the settings that [`HttpOptions::from_settings`] reads.
const BASE_URL: &str = "base-url";
const REQUESTS_PER_MINUTE: &str = "requests-per-minute";
const TIMEOUT: &str = "timeout";
const PROXY: &str = "proxy";
const CA_FILE: &str = "ca-file";
const USER_AGENT: &str = "user-agent";

impl HttpOptions {
    /// Declares the setting `base-url`, the address of the API.
    #[must_use]
    pub const fn base_url_setting(env: &'static str, help: &'static str) -> Setting {
        Setting::plain(BASE_URL, env, help)
    }

    /// Declares the setting `requests-per-minute`, the rate limit.
    #[must_use]
    pub const fn rate_setting(env: &'static str, help: &'static str) -> Setting {
        Setting::plain(REQUESTS_PER_MINUTE, env, help)
    }

    /// Declares the setting `timeout`, the maximum time of one attempt.
    #[must_use]
    pub const fn timeout_setting(env: &'static str) -> Setting {
        Setting::plain(TIMEOUT, env, "maximum time for a response, up to `2m`; by default `30s`")
    }

    /// Declares the setting `proxy`, the URL of an HTTP proxy.
    #[must_use]
    pub const fn proxy_setting(env: &'static str) -> Setting {
        let help = "HTTP proxy, e.g. http://proxy.example:3128; by default that of HTTPS_PROXY";
        Setting::plain(PROXY, env, help)
    }

    /// Declares the setting `ca-file`, a PEM file of certificate authorities.
    #[must_use]
    pub const fn ca_file_setting(env: &'static str) -> Setting {
        let help = "PEM file of certificate authorities to trust besides those of the system";
        Setting::plain(CA_FILE, env, help)
    }

    /// Declares the setting `user-agent`, the `User-Agent` header.
    #[must_use]
    pub const fn user_agent_setting(env: &'static str) -> Setting {
        Setting::plain(USER_AGENT, env, "User-Agent header; by default keyroster and its version")
    }

    /// Reads the settings above, if they are set. `known` are the provider's settings.
    ///
    /// Reads the file of `ca-file`. A relative path is relative to the working directory.
    ///
    /// - [`Configuration`](ErrorKind::Configuration): a value is malformed, or the file cannot be read. The error
    ///   names the setting and its environment variable.
    pub fn from_settings(settings: &Settings, known: &[Setting]) -> Result<Self> {
        let at = |name: &'static str| {
            move |error: Error| {
                let env = known.iter().find(|setting| setting.name == name).map_or(name, |s| s.env);
                error.with_help(format!("correct `{name}` ({env}) or remove it"))
            }
        };
        let mut options = Self::default();
        if let Some(url) = settings.plain(BASE_URL) {
            BaseUrl::parse(url).map_err(at(BASE_URL))?;
            options = options.base_url(url);
        }
        if let Some(rate) = settings.plain(REQUESTS_PER_MINUTE) {
            options =
                options.limits(Limits::parse_per_minute(rate).map_err(at(REQUESTS_PER_MINUTE))?);
        }
        if let Some(time) = settings.plain(TIMEOUT) {
            let time: Duration = parse_timeout(time).map_err(at(TIMEOUT))?;
            options = options.timeouts(Timeouts::default().with_request(time));
        }
        if let Some(url) = settings.plain(PROXY) {
            check_proxy_setting(url).map_err(at(PROXY))?;
            options = options.proxy(url);
        }
        if let Some(path) = settings.plain(CA_FILE) {
            let pem = std::fs::read(path).map_err(|error| {
                let message = format!("cannot read the file of `{CA_FILE}`: {error}");
                at(CA_FILE)(Error::new(ErrorKind::Configuration, message))
            })?;
            Transport::default().root_certificates_pem(&pem).map_err(at(CA_FILE))?;
            options = options.root_certificates_pem(pem);
        }
        if let Some(text) = settings.plain(USER_AGENT) {
            Transport::default().user_agent(text).map_err(at(USER_AGENT))?;
            options = options.user_agent(text);
        }
        Ok(options)
    }

    /// Sets the address of the API. The default is the vendor's.
    pub fn base_url(mut self, url: impl Into<String>) -> Self {
        self.base_url = Some(url.into());
        self
    }

    /// Sets the limits of the account. By default, the limits of the vendor's documented plan apply at the
    /// vendor's own address. Elsewhere only the number of concurrent requests is limited.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = Some(limits);
        self
    }

    /// Sets how many times and for how long a request is tried.
    pub fn retry(mut self, retry: RetryPolicy) -> Self {
        self.retry = Some(retry);
        self
    }

    /// Sets the time limits of one attempt.
    pub fn timeouts(mut self, timeouts: Timeouts) -> Self {
        self.timeouts = Some(timeouts);
        self
    }

    /// Sends all requests through an HTTP proxy. The URL may contain a username and password for the proxy. The
    /// default is the proxy of the environment, and `NO_PROXY` applies only to that.
    ///
    /// The vendor is always asked over TLS, so the proxy sees only the vendor's host name.
    pub fn proxy(mut self, url: impl Into<String>) -> Self {
        self.proxy = Some(url.into());
        self
    }

    /// Trusts the certificate authorities in a PEM text, besides those of the system. Each call adds more.
    pub fn root_certificates_pem(mut self, pem: impl Into<Vec<u8>>) -> Self {
        self.root_certificates_pem.push(pem.into());
        self
    }

    /// Sets the `User-Agent` header. The default is keyroster and its version.
    pub fn user_agent(mut self, text: impl Into<String>) -> Self {
        self.user_agent = Some(text.into());
        self
    }

    /// Sets how the vendor's own errors are recognized. See
    /// [`HttpClientBuilder::own_errors`](crate::HttpClientBuilder::own_errors).
    pub fn own_errors(mut self, recognize: fn(u16, &Value) -> bool) -> Self {
        self.own_errors = Some(recognize);
        self
    }

    /// Creates the client of an account. `vendor` is the vendor's own address, and `plan` its documented limits.
    /// The address is empty for a vendor that users host themselves: then the base URL is required.
    ///
    /// - [`Configuration`](ErrorKind::Configuration): an option is malformed, or there is no address.
    pub fn client(self, credential: Credential, vendor: &str, plan: Limits) -> Result<HttpClient> {
        let own = Some(vendor).filter(|vendor| !vendor.is_empty());
        let own = own.map(BaseUrl::parse).transpose()?;
        let chosen = self.base_url.as_deref().map(BaseUrl::parse).transpose()?;
        let Some(base) = chosen.or_else(|| own.clone()) else {
            return Err(Error::new(ErrorKind::Configuration, "no base URL is set")
                .with_help("set the address of the vendor's API"));
        };
        let plan = if own.as_ref() == Some(&base) { plan } else { Limits::none() };
        let mut transport = Transport::default();
        if let Some(url) = &self.proxy {
            transport.proxy(url)?;
        }
        for pem in &self.root_certificates_pem {
            transport.root_certificates_pem(pem)?;
        }
        if let Some(text) = &self.user_agent {
            transport.user_agent(text)?;
        }
        let mut builder = HttpClient::builder(base);
        if let Some(recognize) = self.own_errors {
            builder = builder.own_errors(recognize);
        }
        Ok(builder
            .credential(credential)
            .limits(self.limits.unwrap_or(plan))
            .retry(self.retry.unwrap_or_default())
            .timeouts(self.timeouts.unwrap_or_default())
            .transport(transport)
            .build())
    }
}

/// Checks the setting, which is printed and so must not contain a password.
fn check_proxy_setting(url: &str) -> Result<()> {
    let url = parse_proxy(url)?;
    if url.username().is_empty() && url.password().is_none() {
        return Ok(());
    }
    let message = "the proxy contains a username or password; use HTTPS_PROXY for those";
    Err(Error::new(ErrorKind::Configuration, message))
}

impl fmt::Debug for HttpOptions {
    /// Leaves out usernames and passwords in URLs.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let base_url = self.base_url.as_deref().map(|url| match BaseUrl::parse(url) {
            Ok(url) => url.to_string(),
            Err(_) => "(invalid)".to_owned(),
        });
        let proxy = self.proxy.as_deref().map(|url| match parse_proxy(url) {
            Ok(url) => url.host_str().unwrap_or_default().to_owned(),
            Err(_) => "(invalid)".to_owned(),
        });
        f.debug_struct("HttpOptions")
            .field("base_url", &base_url)
            .field("limits", &self.limits)
            .field("retry", &self.retry)
            .field("timeouts", &self.timeouts)
            .field("proxy", &proxy)
            .field("root_certificates_pem", &self.root_certificates_pem.len())
            .field("user_agent", &self.user_agent)
            .finish_non_exhaustive()
    }
}

//! Creates the connection pool: TLS, proxy and timeouts.

use std::time::Duration;

use crate::base_url::BaseUrl;
use crate::timeouts::Timeouts;

#[expect(clippy::disallowed_methods, reason = "the only place that creates clients")]
pub(crate) fn build(base: &BaseUrl, timeouts: Timeouts) -> reqwest::Result<reqwest::Client> {
    let mut builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .referer(false)
        .retry(reqwest::retry::never())
        .connect_timeout(timeouts.connect.min(timeouts.request / 2))
        .pool_idle_timeout(Duration::from_secs(30))
        .pool_max_idle_per_host(32)
        .user_agent(concat!("keyroster/", env!("CARGO_PKG_VERSION")));
    if base.is_loopback() {
        // A proxy would see the credential in a plain http request.
        builder = builder.no_proxy();
    } else {
        builder = builder.https_only(true).tls_version_min(reqwest::tls::Version::TLS_1_2);
    }
    if base.is_plain() {
        // Loading the system's certificates takes longer than most requests to this machine.
        builder = builder.tls_certs_only([]);
    }
    builder.build()
}

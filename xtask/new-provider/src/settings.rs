//! Makes Acme accounts from named settings.

use keyroster_core::{Provider, ProviderFactory, ProviderInfo, Result, Setting, Settings};
use keyroster_http::HttpOptions;

use crate::{Acme, info};

/// Makes Acme accounts from named settings.
#[derive(Clone, Copy, Debug, Default)]
pub struct AcmeFactory;

const SETTINGS: &[Setting] = &[
    Setting::secret("admin-key", "ACME_ADMIN_KEY", "a key that is allowed to manage keys"),
    HttpOptions::base_url_setting(
        "ACME_BASE_URL",
        "address of the API",
    ),
    HttpOptions::rate_setting(
        "ACME_REQUESTS_PER_MINUTE",
        "rate limit of the plan, or `none`",
    ),
    HttpOptions::timeout_setting("ACME_TIMEOUT"),
    HttpOptions::proxy_setting("ACME_PROXY"),
    HttpOptions::ca_file_setting("ACME_CA_FILE"),
    HttpOptions::user_agent_setting("ACME_USER_AGENT"),
];

impl ProviderFactory for AcmeFactory {
    fn info(&self) -> ProviderInfo {
        info()
    }

    fn settings(&self) -> &'static [Setting] {
        SETTINGS
    }

    fn build(&self, settings: &Settings) -> Result<Provider> {
        let http = HttpOptions::from_settings(settings, SETTINGS)?;
        let mut builder = Acme::builder().http(http);
        if let Some(key) = settings.secret("admin-key") {
            builder = builder.admin_key(key.clone());
        }
        Ok(Provider::new(builder.build()?))
    }
}

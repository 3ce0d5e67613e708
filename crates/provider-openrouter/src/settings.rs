//! OpenRouter accounts out of named settings.

use keyroster_core::{Provider, ProviderFactory, ProviderInfo, Result, Setting, Settings};
use keyroster_http::{BaseUrl, Limits};

use crate::{OpenRouter, info};

/// Makes OpenRouter accounts out of named settings.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct OpenRouterFactory;

const SETTINGS: &[Setting] = &[
    Setting::secret("management-key", "OPENROUTER_MANAGEMENT_KEY", "a management key"),
    Setting::plain(
        "base-url",
        "OPENROUTER_BASE_URL",
        "another address than https://openrouter.ai/api/v1",
    ),
    Setting::plain(
        "requests-per-minute",
        "OPENROUTER_REQUESTS_PER_MINUTE",
        "a rate limit of your own; none unless set",
    ),
];

impl ProviderFactory for OpenRouterFactory {
    fn info(&self) -> ProviderInfo {
        info()
    }

    fn settings(&self) -> &'static [Setting] {
        SETTINGS
    }

    fn build(&self, settings: &Settings) -> Result<Provider> {
        let mut builder = OpenRouter::builder();
        if let Some(key) = settings.secret("management-key") {
            builder = builder.management_key(key.clone());
        }
        if let Some(url) = settings.plain("base-url") {
            let help = "set OPENROUTER_BASE_URL to the address of OpenRouter's API, with `/api/v1`, or leave \
                        it out";
            BaseUrl::parse(url).map_err(|error| error.with_help(help))?;
            builder = builder.base_url(url);
        }
        if let Some(rate) = settings.plain("requests-per-minute") {
            builder = builder.limits(Limits::parse_per_minute(rate).map_err(|error| {
                error
                    .with_help("set OPENROUTER_REQUESTS_PER_MINUTE to one of them, or leave it out")
            })?);
        }
        Ok(Provider::new(builder.build()?))
    }
}

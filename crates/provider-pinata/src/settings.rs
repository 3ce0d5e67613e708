//! Creates Pinata accounts from named settings.

use keyroster_core::{
    Error, ErrorKind, Provider, ProviderFactory, ProviderInfo, Result, Setting, Settings,
};
use keyroster_http::HttpOptions;

use crate::{Generation, Pinata, info};

/// Creates Pinata accounts from named settings.
#[derive(Clone, Copy, Debug, Default)]
#[non_exhaustive]
pub struct PinataFactory;

const GENERATION: &str = "generation";

/// The environment variables of the credentials are those of Pinata's own documentation and SDKs.
const SETTINGS: &[Setting] = &[
    Setting::secret("jwt", "PINATA_JWT", "JWT of an admin key"),
    Setting::secret("api-key", "PINATA_API_KEY", "public part of an admin key, instead of the JWT")
        .as_key_id(),
    Setting::secret("api-secret", "PINATA_API_SECRET", "secret of the same key"),
    Setting::plain(
        GENERATION,
        "PINATA_GENERATION",
        "generation of the API: `legacy` (default), `v3` or `v3-sdk`",
    ),
    HttpOptions::base_url_setting(
        "PINATA_BASE_URL",
        "address of the API, by default https://api.pinata.cloud",
    ),
    HttpOptions::rate_setting(
        "PINATA_REQUESTS_PER_MINUTE",
        "rate limit of the plan, or `none`; by default 60 at Pinata's own address",
    ),
    HttpOptions::timeout_setting("PINATA_TIMEOUT"),
    HttpOptions::proxy_setting("PINATA_PROXY"),
    HttpOptions::ca_file_setting("PINATA_CA_FILE"),
    HttpOptions::user_agent_setting("PINATA_USER_AGENT"),
];

impl ProviderFactory for PinataFactory {
    fn info(&self) -> ProviderInfo {
        info()
    }

    fn settings(&self) -> &'static [Setting] {
        SETTINGS
    }

    fn check_setting(&self, name: &str, value: &str) -> Result<()> {
        if name == GENERATION {
            return generation(value).map(drop);
        }
        HttpOptions::from_settings(&Settings::new().with(name, value), SETTINGS).map(drop)
    }

    fn build(&self, settings: &Settings) -> Result<Provider> {
        let http = HttpOptions::from_settings(settings, SETTINGS)?;
        let mut builder = Pinata::builder().http(http);
        if let Some(jwt) = settings.secret("jwt") {
            builder = builder.jwt(jwt.clone());
        }
        let has_jwt = settings.secret("jwt").is_some();
        match (settings.secret("api-key"), settings.secret("api-secret")) {
            (Some(key), Some(secret)) => builder = builder.key_pair(key.clone(), secret.clone()),
            (Some(_), None) if !has_jwt => {
                return Err(incomplete_pair(
                    "`api-key` (PINATA_API_KEY)",
                    "`api-secret` (PINATA_API_SECRET)",
                ));
            }
            (None, Some(_)) if !has_jwt => {
                return Err(incomplete_pair(
                    "`api-secret` (PINATA_API_SECRET)",
                    "`api-key` (PINATA_API_KEY)",
                ));
            }
            _ => {}
        }
        if let Some(text) = settings.plain(GENERATION) {
            builder = builder.generation(generation(text)?);
        }
        Ok(Provider::new(builder.build()?))
    }
}

fn generation(text: &str) -> Result<Generation> {
    text.parse::<Generation>()
        .map_err(|error| error.with_help("correct `generation` (PINATA_GENERATION) or remove it"))
}

fn incomplete_pair(set: &str, missing: &str) -> Error {
    Error::new(ErrorKind::Configuration, format!("{set} is set, but {missing} is not"))
        .with_help(format!("set {missing} too, or `jwt` (PINATA_JWT) instead of both"))
}

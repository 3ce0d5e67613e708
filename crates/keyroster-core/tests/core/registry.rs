//! The registry: unknown names are refused, with what was probably meant.

use std::sync::atomic::{AtomicUsize, Ordering};

use keyroster_core::{
    Capabilities, ErrorKind, Page, Paging, Provider, ProviderFactory, ProviderId, ProviderInfo,
    Registry, Result, Setting, Settings,
};

use crate::support::vendor::vendor;

#[derive(Debug, Default)]
struct Factory {
    built: AtomicUsize,
}

impl ProviderFactory for Factory {
    fn info(&self) -> ProviderInfo {
        let id = ProviderId::from_static("acme");
        let docs = "https://docs.acme.example";
        ProviderInfo::new(id, "Acme", docs, Paging::Single, Capabilities::LIST_ONLY)
    }

    fn settings(&self) -> &'static [Setting] {
        const JWT: Setting = Setting::secret("jwt", "ACME_JWT", "an admin JWT");
        const BASE_URL: Setting = Setting::plain("base-url", "ACME_BASE_URL", "another host");
        &[JWT, BASE_URL]
    }

    fn build(&self, _: &Settings) -> Result<Provider> {
        self.built.fetch_add(1, Ordering::Relaxed);
        Ok(vendor(Paging::Single, |_, _| Page::default()))
    }
}

fn registry() -> Registry {
    let mut registry = Registry::new();
    registry.add(Factory::default());
    registry.add_disabled("globex", "enable the feature `globex`");
    registry
}

#[test]
fn an_unknown_setting_is_refused_with_the_nearest() {
    let settings = Settings::new().with("jwt", "fa4efa4e").with("base_url", "http://127.0.0.1:1");
    let error = registry().build("acme", &settings).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert_eq!(error.to_string(), "acme: unknown setting `base_url`");
    assert_eq!(error.help(), "did you mean `base-url`? (settings: jwt, base-url)");
    let error = registry().build("acme", &Settings::new().with("color", "red")).unwrap_err();
    assert_eq!(error.help(), "settings: jwt, base-url");
    assert!(registry().build("acme", &Settings::new().with("jwt", "fa4efa4e")).is_ok());
}

#[test]
fn a_secret_in_place_of_a_name_is_not_shown() {
    let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJmYTRlIjoxfQ.fa4efa4efa4efa4efa4efa4efa4efa4e";
    for error in [
        registry().build("acme", &Settings::new().with(jwt, "x")).unwrap_err(),
        registry().build(jwt, &Settings::new()).unwrap_err(),
    ] {
        let shown = format!("{error:?}{error:#?}");
        assert!(!shown.contains("fa4e") && shown.contains("may be a secret"), "{shown}");
    }
}

#[test]
fn an_unknown_provider_is_refused_with_the_nearest_and_what_is_left_out() {
    let left_out = "`globex` is not compiled in: enable the feature `globex`";
    let error = registry().factory("acne").unwrap_err();
    assert_eq!(error.to_string(), "unknown provider `acne`");
    assert_eq!(error.help(), format!("did you mean `acme`? (providers: acme; {left_out})"));
    let error = registry().factory("globexx").unwrap_err();
    assert_eq!(error.help(), format!("did you mean `globex`? (providers: acme; {left_out})"));
    let error = registry().factory("globex").unwrap_err();
    assert_eq!(error.to_string(), "the provider `globex` is not compiled into this program");
    assert_eq!(error.help(), "enable the feature `globex`");
}

#[test]
fn a_clone_knows_the_same_providers() {
    let registry = registry();
    let clone = registry.clone();
    drop(registry);
    assert!(clone.factory("acme").is_ok());
}

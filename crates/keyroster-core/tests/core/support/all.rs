//! A vendor that can do everything.

use keyroster_core::{
    ApiKey, Capabilities, CreateKey, CreatedKey, Field, Identification, KeyId, KeyProvider,
    Liveness, Page, PageRequest, Paging, Principal, Provider, ProviderId, ProviderInfo, Result,
    Revocation, RotateKey, Secret, UpdateKey, async_trait,
};

use crate::support::vendor::{key, keys};

/// A vendor with one key, `k0`, that supports every operation.
#[derive(Debug)]
pub(crate) struct All(ProviderInfo);

impl All {
    pub(crate) fn provider() -> Provider {
        let capabilities = Capabilities::LIST_ONLY
            .with_get()
            .with_create(&[Field::Scopes])
            .with_update(&[Field::Name])
            .with_rotate(&[Field::Overlap])
            .with_revoke()
            .with_whoami()
            .with_identify();
        let id = ProviderId::from_static("made-up");
        let docs = "https://made.example";
        Provider::new(Self(ProviderInfo::new(id, "Made up", docs, Paging::Single, capabilities)))
    }
}

#[async_trait]
impl KeyProvider for All {
    fn info(&self) -> &ProviderInfo {
        &self.0
    }

    async fn list_page(&self, _: &PageRequest) -> Result<Page> {
        Ok(Page::new(keys(1)))
    }

    async fn get(&self, id: &KeyId) -> Result<ApiKey> {
        Ok(key(id.as_str()))
    }

    async fn create(&self, request: &CreateKey) -> Result<CreatedKey> {
        Ok(CreatedKey::new(key(request.name.as_str()), Secret::from("fa4efa4e-new")))
    }

    async fn update(&self, id: &KeyId, _: &UpdateKey) -> Result<ApiKey> {
        Ok(key(id.as_str()))
    }

    async fn rotate(&self, id: &KeyId, _: &RotateKey) -> Result<CreatedKey> {
        Ok(CreatedKey::new(key(id.as_str()), Secret::from("fa4efa4e-newer")))
    }

    async fn revoke(&self, _: &KeyId) -> Result<Revocation> {
        Ok(Revocation::Revoked)
    }

    async fn whoami(&self) -> Result<Principal> {
        Ok(Principal::new())
    }

    async fn identify(&self, _: &Secret) -> Result<Identification> {
        Ok(Identification::new(Liveness::Live, Principal::new()))
    }
}

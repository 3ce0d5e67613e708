//! Acme's requests.

use keyroster_core::{
    Error, ErrorKind, KeyProvider, Page, PageRequest, ProviderInfo, Result, Secret, async_trait,
};

use crate::Acme;

#[async_trait]
impl KeyProvider for Acme {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    fn credentials(&self) -> Vec<Secret> {
        self.http.credentials()
    }

    /// Ask for the keys that the vendor hides by default: disabled keys, expired ones.
    async fn list_page(&self, request: &PageRequest) -> Result<Page> {
        // Replace this. For a vendor that pages by cursor:
        //
        // let call = Request::get(Operation::ListKeys, "/keys");
        // let response = self.http.send(call.maybe_query("after", request.start.cursor())).await?;
        // let page: wire::KeyPage = response.object()?;
        // let keys = page.data.into_iter().map(|row| {
        //     normalize::key(row).ok_or_else(|| response.unexpected("a key that has no `id`"))
        // });
        // Ok(Page::new(keys.collect::<Result<_>>()?).with_next(page.next.map(Cursor::new)))
        let _ = request;
        Err(Error::new(ErrorKind::Unsupported, "listing is not written yet"))
    }

    // Then add `traffic`, which is `self.http.traffic()`, `window`, which is `self.http.window()`, and what the
    // vendor offers: get, create, update, rotate, revoke, whoami, identify. Declare each in lib.rs once it is
    // written.
}

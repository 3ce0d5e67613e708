//! A vendor's implementation together with the account's name, which errors and spans carry.

use std::sync::Arc;

use tracing::{Instrument, Span, debug_span};

use crate::error::{Error, Result};
use crate::info::{Operation, ProviderInfo};
use crate::key_provider::KeyProvider;
use crate::page::{ContainerPage, Page, PageRequest};
use crate::withhold::{Answer, KnownSecrets};

/// What both a provider handle and its listings send their requests through.
#[derive(Clone, Debug)]
pub(crate) struct Backend {
    pub(crate) implementation: Arc<dyn KeyProvider>,
    pub(crate) account: Option<Arc<str>>,
    /// What must not be in any answer.
    pub(crate) known: KnownSecrets,
}

impl Backend {
    /// Wraps an implementation, and learns its credentials and what its secrets look like.
    pub(crate) fn new(
        implementation: Arc<dyn KeyProvider>,
        account: Option<Arc<str>>,
        known: KnownSecrets,
    ) -> Self {
        for shape in implementation.info().secret_shapes {
            known.add_shape(*shape);
        }
        for secret in implementation.credentials() {
            known.add(&secret);
        }
        Self { implementation, account, known }
    }

    pub(crate) fn info(&self) -> &ProviderInfo {
        self.implementation.info()
    }

    pub(crate) fn account(&self) -> Option<&str> {
        self.account.as_deref()
    }

    /// Returns the number of requests that may be in flight now.
    pub(crate) fn window(&self) -> usize {
        self.implementation.window().max(1)
    }

    pub(crate) async fn page(&self, request: &PageRequest) -> Result<Page> {
        let page = self.implementation.list_page(request).await;
        page.map(|page| self.known.withheld(page))
            .map_err(|error| self.with_context(Operation::ListKeys, error))
    }

    pub(crate) async fn container_page(&self, request: &PageRequest) -> Result<ContainerPage> {
        self.run(Operation::ListContainers, self.implementation.list_containers(request)).await
    }

    /// Runs an operation in its span, and names it in its error.
    pub(crate) async fn run<T: Answer>(
        &self,
        operation: Operation,
        future: impl Future<Output = Result<T>>,
    ) -> Result<T> {
        let result = future.instrument(self.span(operation)).await;
        result
            .map(|answer| self.known.withheld(answer))
            .map_err(|error| self.with_context(operation, error))
    }

    /// Returns the span of an operation. Its name and fields are a documented contract.
    fn span(&self, operation: Operation) -> Span {
        debug_span!(
            "keys.operation",
            provider = %self.info().id,
            account = self.account(),
            operation = operation.as_str(),
        )
    }

    /// Names provider, account and operation, unless the error already does, and takes secrets out of the error.
    pub(crate) fn with_context(&self, operation: Operation, error: Error) -> Error {
        let error = self.known.withheld_error(error);
        let error = error.with_provider(self.info().id.clone()).with_operation(operation);
        match self.account() {
            Some(account) => error.with_account(account),
            None => error,
        }
    }
}

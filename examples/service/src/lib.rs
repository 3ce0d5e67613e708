//! Answers which API keys a company's accounts hold, over HTTP.
//!
//! | path | answer |
//! |---|---|
//! | `/keys` | every key of every account, and what could not be had |
//! | `/whoami` | whether each account's own credential is good |
//! | `/metrics` | how often each account answered, and how it failed |
//!
//! Each answer comes within the roster's deadline. An account that fails or hangs hides no other.

pub mod accounts;
mod metrics;

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use axum::extract::State;
use axum::routing::get;
use axum::{Json, Router};
use keyroster::{Error, ListKeys, Principal, Roster, RosterReport};
use serde::Serialize;
use tokio::net::TcpListener;

use crate::metrics::Metrics;

/// What is logged unless `RUST_LOG` says otherwise: every request to a vendor, in spans that name its provider
/// and account.
pub const LOG_FILTER: &str = "info,keyroster_core=debug,keyroster_http=debug";

struct App {
    roster: Roster,
    metrics: Metrics,
}

/// Returns the service for these accounts.
pub fn router(roster: Roster) -> Router {
    let app = App { roster, metrics: Metrics::default() };
    Router::new()
        .route("/keys", get(keys))
        .route("/whoami", get(whoami))
        .route("/metrics", get(metrics))
        .with_state(Arc::new(app))
}

/// Serves until `stop` ends, and finishes the answers that are under way. The roster's deadline bounds how long
/// that takes.
pub async fn serve(
    listener: TcpListener,
    roster: Roster,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    axum::serve(listener, router(roster)).with_graceful_shutdown(stop).await
}

// A client that leaves drops its handler, and with it everything that the handler asks the vendors.

async fn keys(State(app): State<Arc<App>>) -> Json<RosterReport> {
    let report = app.roster.list(ListKeys::all()).await;
    for account in &report.accounts {
        let failure = report.failures.iter().find(|failure| failure.account == account.account);
        app.metrics.count(&account.account, failure.map(|failure| failure.error.kind()));
    }
    Json(report)
}

/// What one account answers.
#[derive(Serialize)]
#[serde(rename_all = "kebab-case")]
enum Answer {
    Principal(Box<Principal>),
    Error(Error),
}

async fn whoami(State(app): State<Arc<App>>) -> Json<BTreeMap<Arc<str>, Answer>> {
    let answers = app.roster.ask(|account| async move { account.whoami().await }).await;
    let answers = answers.into_iter().map(|(account, answer)| {
        app.metrics.count(&account, answer.as_ref().err().map(Error::kind));
        let answer = answer.map(Box::new);
        (account, answer.map_or_else(Answer::Error, Answer::Principal))
    });
    Json(answers.collect())
}

async fn metrics(State(app): State<Arc<App>>) -> String {
    app.metrics.to_string()
}

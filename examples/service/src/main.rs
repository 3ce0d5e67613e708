//! Serves the accounts of a file.

use std::env;
use std::error::Error;
use std::fs;

use tokio::net::TcpListener;
use tracing_subscriber::EnvFilter;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let filter = EnvFilter::try_from_default_env();
    let filter = filter.unwrap_or_else(|_| EnvFilter::new(service::LOG_FILTER));
    tracing_subscriber::fmt().with_env_filter(filter).init();

    let path = env::args().nth(1).ok_or("usage: service ACCOUNTS.json")?;
    let roster = service::accounts::read(&fs::read_to_string(path)?, |name| env::var(name).ok())?;
    let listener = TcpListener::bind("127.0.0.1:3000").await?;
    service::serve(listener, roster, interrupted()).await?;
    Ok(())
}

async fn interrupted() {
    if tokio::signal::ctrl_c().await.is_err() {
        // Without a signal handler there is nothing to wait for.
        std::future::pending::<()>().await;
    }
}

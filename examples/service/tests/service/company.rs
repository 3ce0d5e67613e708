//! A company with twenty accounts. One of them hangs.

use std::future::pending;
use std::pin::Pin;
use std::time::Duration;

use keyroster::openrouter::OpenRouter;
use keyroster::pinata::Pinata;
use keyroster::{Provider, Result, Roster};
use keyroster_sandbox::Sandbox;
use tokio::sync::watch;

pub(crate) const ACCOUNTS: usize = 20;
pub(crate) const HANGING: &str = "team-07";
pub(crate) const KEYS_PER_ACCOUNT: usize = 12;

/// Returns the roster, and the vendors, which serve until they are dropped.
pub(crate) async fn start() -> (Roster, Vec<Sandbox>) {
    let mut roster = Roster::new().with_deadline(Duration::from_secs(10), when_one_is_left());
    let mut vendors = Vec::new();
    for number in 1..=ACCOUNTS {
        let name = format!("team-{number:02}");
        let sandbox = Sandbox::builder()
            .seed(number as u64)
            .pinata_keys(KEYS_PER_ACCOUNT)
            .openrouter_keys(KEYS_PER_ACCOUNT);
        let sandbox = sandbox.start().await.unwrap();
        if name == HANGING {
            sandbox.on_request(|_| pending());
        }
        let odd = number % 2 == 1;
        let provider = if odd { pinata(&sandbox) } else { openrouter(&sandbox) };
        roster.add(name, provider).unwrap();
        vendors.push(sandbox);
    }
    (roster, vendors)
}

fn pinata(sandbox: &Sandbox) -> Result<Provider> {
    let access = sandbox.pinata();
    Ok(Provider::new(Pinata::builder().jwt(access.jwt).base_url(access.base_url).build()?))
}

fn openrouter(sandbox: &Sandbox) -> Result<Provider> {
    let access = sandbox.openrouter();
    let builder = OpenRouter::builder().management_key(access.management_key);
    Ok(Provider::new(builder.base_url(access.base_url).build()?))
}

type Wait = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Returns a clock by which the deadline passes when one account is left, so that the tests do not depend on the
/// machine's speed. `tokio::time::sleep` is what a program uses.
///
/// A roster calls it for each account that it asks, and drops the wait when the account has answered.
fn when_one_is_left() -> impl Fn(Duration) -> Wait + Send + Sync + 'static {
    let (unanswered, _) = watch::channel(ACCOUNTS);
    move |_| {
        let mut left = unanswered.subscribe();
        let answered = Answered(unanswered.clone());
        Box::pin(async move {
            let _answered = answered;
            left.wait_for(|left| *left == 1).await.unwrap();
        })
    }
}

/// Counts an account as answered when it is dropped.
struct Answered(watch::Sender<usize>);

impl Drop for Answered {
    fn drop(&mut self) {
        self.0.send_modify(|left| *left -= 1);
    }
}

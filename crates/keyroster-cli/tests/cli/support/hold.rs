//! Replies of the sandbox that are held back, so that what happens meanwhile does not race them.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use keyroster_sandbox::Sandbox;
use tokio::sync::watch;

/// Holds back the reply to a request, counted from 1 among those with this method. The operation is carried
/// out. Sending `true`, or dropping the sender, releases the reply.
pub(crate) fn hold(sandbox: &Sandbox, method: &'static str, number: usize) -> watch::Sender<bool> {
    let (release, released) = watch::channel(false);
    let seen = Arc::new(AtomicUsize::new(0));
    sandbox.on_request(move |request| {
        let held = request.method == method && seen.fetch_add(1, Ordering::SeqCst) + 1 == number;
        let mut released = released.clone();
        async move {
            if held {
                drop(released.wait_for(|released| *released).await);
            }
        }
    });
    release
}

//! Calling other operations on several accounts at the same time.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use keyroster_core::{Error, ErrorKind, Page, Roster};

use crate::support::vendor::{TEN, vendor};

fn roster() -> Roster {
    let mut roster = Roster::new();
    for name in ["a", "b", "c", "d", "e"] {
        roster.add(name, Ok(vendor(TEN, |_, _| Page::default()))).unwrap();
    }
    roster.add("broken", Err(Error::new(ErrorKind::Configuration, "no credential"))).unwrap();
    roster
}

#[tokio::test]
async fn answers_come_in_order_within_the_concurrency() {
    let (under_way, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let answers = roster().with_concurrency(2);
    let answers = answers
        .ask(|provider| {
            let (under_way, most) = (&under_way, &most);
            async move {
                most.fetch_max(under_way.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                tokio::task::yield_now().await;
                under_way.fetch_sub(1, Ordering::SeqCst);
                Ok(provider.account().unwrap().to_owned())
            }
        })
        .await;
    let names: Vec<&str> = answers.iter().map(|(name, _)| &**name).collect();
    assert_eq!(names, ["a", "b", "c", "d", "e", "broken"]);
    assert!(answers[..5].iter().all(|(name, answer)| answer.as_ref().unwrap() == &**name));
    let error = answers[5].1.as_ref().unwrap_err();
    assert_eq!((error.kind(), error.account()), (ErrorKind::Configuration, Some("broken")));
    assert_eq!(most.load(Ordering::SeqCst), 2);
}

#[tokio::test(start_paused = true)]
async fn an_account_that_does_not_answer_fails_alone() {
    let mut roster = roster().with_deadline(Duration::from_secs(5), tokio::time::sleep);
    roster.retain(|name| name == "a" || name == "b");
    let answers = roster
        .ask(|provider| async move {
            if provider.account() == Some("a") {
                std::future::pending::<()>().await;
            }
            Ok(())
        })
        .await;
    let error = answers[0].1.as_ref().unwrap_err();
    assert_eq!((error.kind(), error.account()), (ErrorKind::Transport, Some("a")));
    assert!(answers[1].1.is_ok() && answers.len() == 2);
}

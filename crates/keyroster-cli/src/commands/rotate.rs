//! `keyroster rotate`: gives a key a new secret in place of its old one.

use std::process::ExitCode;

use keyroster::{Error, ErrorKind, Operation, RotateKey};

use crate::accounts::Source;
use crate::args::Rotate;
use crate::arguments::extras;
use crate::failure::{self, Failure};
use crate::handover::{self, Handover};
use crate::output::Terminal;
use crate::plan::{Difference, Outcome, Plan, Planned};
use crate::{prompt, select, view};

pub(crate) async fn run(
    accounts: &Source<'_>,
    rotate: &Rotate,
    terminal: &Terminal,
) -> Result<ExitCode, Failure> {
    let accounts = accounts.open().await?;
    let (account, _) = select::split(&rotate.key)?;
    let provider = accounts.find(account).await?;
    // Before the key is looked up: what cannot be is refused without a request.
    if provider.info().capabilities.rotate.is_none() {
        let id = provider.info().id.clone();
        let error = Error::unsupported(id, Operation::RotateKey).with_account(account);
        return Err(error
            .with_help(
                "make a new key with `keyroster create`, bring it into use, and revoke the old one",
            )
            .into());
    }
    let mut request = RotateKey::default();
    let now = view::now();
    request.old_works_until = rotate.old_works.map(|moment| moment.after(now));
    request.expires_at = rotate.expires.map(|moment| moment.after(now));
    request.extras = extras(&rotate.extras);
    provider.check_rotate(&request)?;
    let sink = handover::open(&rotate.to, &provider)?;
    let target = select::one(&accounts, &rotate.key).await?;
    let (reference, name) = (view::clean(&target.reference()), view::name(&target.key));
    if rotate.dry_run {
        let mut changes = Vec::new();
        if let Some(until) = request.old_works_until {
            changes.push(Difference::made("old secret works until", until.to_string()));
        }
        if let Some(at) = request.expires_at {
            let old = view::expiry(target.key.expiry, now);
            changes.push(Difference::new("expires", old, at.to_string()));
        }
        let mut words = format!("would give {reference} ({name}) a new secret:");
        words.extend(changes.iter().map(Difference::line));
        words += &format!("\n  secret to: {}", view::clean(&rotate.to.secret_to));
        let keys = vec![Planned::of(&target, Outcome::Planned, changes, now)];
        let plan = Plan { act: "rotate", keys, secret_to: Some(&rotate.to.secret_to) };
        plan.show(rotate.output, &words, terminal)?;
        return Ok(ExitCode::SUCCESS);
    }
    if !rotate.yes {
        let question = format!(
            "give {reference} ({name}) a new secret, and let the old one end by the vendor's rule"
        );
        prompt::confirm(&question, terminal)?;
    }
    let what = format!("{reference} is being rotated");
    let done = handover::unhurried(
        provider.rotate_without_record(&target.key.id, &request),
        &what,
        terminal,
    )
    .await;
    let Some(rotated) = done else {
        terminal.error(&format!(
            "interrupted while {reference} was being rotated; it may have a secret that nobody holds; \
             rotate it again"
        ));
        return Ok(ExitCode::from(130));
    };
    match rotated {
        Ok(rotated) => {
            let (done, part, output) = ("rotated", rotate.to.part.as_deref(), rotate.output);
            let handover = Handover { account, provider: &provider, done, part, output };
            handover::deliver(handover, sink, rotated, terminal).await
        }
        Err(error) => {
            terminal.error(&error.to_string());
            if error.kind() == ErrorKind::Indeterminate {
                terminal
                    .hint(&format!("keyroster rotate {} --secret-to …", view::quoted(&reference)));
            }
            Ok(ExitCode::from(failure::code(error.kind())))
        }
    }
}

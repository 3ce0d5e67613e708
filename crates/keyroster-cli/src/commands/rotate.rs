//! `keyroster rotate`: replaces the secret of a key.

use keyroster::{Error, ErrorKind, Operation, RotateKey};

use crate::accounts::{Source, find_key};
use crate::args::Rotate;
use crate::args::values::extras;
use crate::clock;
use crate::exit::{Exit, Failure};
use crate::output::dry_run::{Difference, Outcome, Plan, Planned};
use crate::output::{format, text};
use crate::secret::deliver::{self, Delivery};
use crate::terminal::interrupt::{Interrupt, Waited};
use crate::terminal::{Terminal, prompt};

pub(crate) async fn run(
    accounts: &Source<'_>,
    rotate: &Rotate,
    terminal: &Terminal,
) -> Result<Exit, Failure> {
    let accounts = accounts.open().await?;
    let (account, _) = find_key::split(&rotate.key)?;
    let provider = accounts.open(account).await?;
    // What the vendor cannot do is refused before any request.
    if provider.info().capabilities.rotate.is_none() {
        let error = Error::unsupported(provider.info(), Operation::RotateKey).with_account(account);
        return Err(error
            .with_help(
                "create a new key with `keyroster create`, deploy it, then revoke the old one",
            )
            .into());
    }
    let mut request = RotateKey::default();
    let now = clock::now();
    request.keep_old_until = rotate.keep_old.map(|moment| moment.after(now));
    request.expires_at = rotate.expires.map(|moment| moment.after(now));
    request.extras = extras(&rotate.extras);
    provider.check_rotate(&request)?;
    let sink = deliver::open(
        &rotate.to.secret_to,
        rotate.to.overwrite,
        rotate.to.part.as_deref(),
        &provider,
    )?;
    let target = find_key::one(&accounts, &rotate.key, find_key::Purpose::Change).await?;
    let reference = text::clean(&target.reference());
    let name = format::name(&target.key);
    if rotate.dry_run {
        let mut changes = Vec::new();
        if let Some(until) = request.keep_old_until {
            changes.push(Difference::made("old secret works until", until.to_string()));
        }
        if let Some(at) = request.expires_at {
            let old = format::expiry(target.key.expiry, now);
            changes.push(Difference::new("expires", old, at.to_string()));
        }
        let mut words = format!("would replace the secret of {reference} ({name}):");
        words.extend(changes.iter().map(Difference::line));
        words += &format!("\n  secret to: {}", text::clean(&rotate.to.secret_to));
        let keys = vec![Planned::of(&target.account, &target.key, Outcome::Planned, changes, now)];
        let plan = Plan { act: "rotate", keys, secret_to: Some(&rotate.to.secret_to) };
        plan.print(rotate.output, &words)?;
        return Ok(Exit::Done);
    }
    if !rotate.yes {
        let question = format!("replace the secret of {reference} ({name})");
        prompt::confirm(&question, terminal)?;
    }
    let mut interrupt = Interrupt::listen()?;
    // Whatever happens from here on, it is known which key has a new secret.
    terminal.plan(&format!("replacing the secret of {reference} ({name})"));
    let request = provider.rotate_without_record(&target.key.id, &request);
    let waited = interrupt.wait_for(request, || {
        terminal.warning(&format!(
            "interrupted: waiting for the new secret of {reference}; interrupt again to give up"
        ));
    });
    let Waited { result, interrupted } = waited.await;
    let Some(rotated) = result else {
        terminal.error(&format!(
            "interrupted while rotating {reference}: its secret may have been replaced, and is then lost"
        ));
        terminal.error_hint("rotate it again");
        return Ok(interrupted.unwrap_or(Exit::Interrupted));
    };
    match rotated {
        Ok(rotated) => {
            let delivery = Delivery {
                account,
                provider: &provider,
                commands: accounts.commands(),
                done: "rotated",
                part: rotate.to.part.as_deref(),
                output: rotate.output,
                request: None,
            };
            deliver::deliver(delivery, sink, rotated, &mut interrupt, terminal).await
        }
        Err(error) => {
            terminal.failure(&error);
            if error.kind() == ErrorKind::Indeterminate {
                terminal.error_hint(&format!(
                    "rotate it again: keyroster rotate {} --secret-to SINK",
                    text::quoted(&reference)
                ));
            }
            Ok(Exit::from(error.kind()))
        }
    }
}

//! Keys for programs.

use std::io::{self, Write};

use keyroster::{
    Access, AccountFailure, AccountReport, AccountWarning, Amount, ApiKey, Error, Expiry,
    KeyStatus, LastUsed, Limit, RosterReport, Timestamp,
};
use serde::Serialize;

use crate::failure::Failure;
use crate::view;

/// A key as programs read it: the record, with the account's name and the status at the moment.
#[derive(Debug, Serialize)]
pub(crate) struct Record<'a> {
    account: &'a str,
    status: KeyStatus,
    #[serde(flatten)]
    key: &'a ApiKey,
}

impl<'a> Record<'a> {
    pub(crate) fn new(account: &'a str, key: &'a ApiKey, now: Timestamp) -> Self {
        Self { account, status: key.status_at(now), key }
    }
}

/// Everything that the accounts answered.
#[derive(Serialize)]
struct List<'a> {
    keys: Vec<Record<'a>>,
    warnings: &'a [AccountWarning],
    failures: Vec<FailedAccount<'a>>,
    accounts: &'a [AccountReport],
}

/// An account that failed, and why.
#[derive(Debug, Serialize)]
pub(crate) struct FailedAccount<'a> {
    account: Option<&'a str>,
    provider: Option<&'a str>,
    kind: String,
    status: Option<u16>,
    message: String,
}

impl<'a> FailedAccount<'a> {
    fn new(failure: &'a AccountFailure) -> Self {
        Self { account: Some(&failure.account), ..Self::of_error(&failure.error) }
    }

    pub(crate) fn of_error(error: &'a Error) -> Self {
        Self {
            account: error.account(),
            provider: error.provider().map(keyroster::ProviderId::as_str),
            kind: kebab(&format!("{:?}", error.kind())),
            status: error.status(),
            message: error.to_string(),
        }
    }
}

/// `PermissionDenied` as `permission-denied`.
fn kebab(camel: &str) -> String {
    let mut text = String::new();
    for (at, letter) in camel.chars().enumerate() {
        if letter.is_ascii_uppercase() && at > 0 {
            text.push('-');
        }
        text.push(letter.to_ascii_lowercase());
    }
    text
}

pub(crate) fn print_json(value: &impl Serialize, out: &mut impl Write) -> Result<(), Failure> {
    // In one piece, which no character is cut in two by.
    let mut text = serde_json::to_string_pretty(value)?;
    text.push('\n');
    out.write_all(text.as_bytes())?;
    Ok(out.flush()?)
}

/// One object with everything that the accounts answered.
pub(crate) fn print_report(
    report: &RosterReport,
    now: Timestamp,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let list = List {
        keys: report.keys.iter().map(|key| Record::new(&key.account, &key.key, now)).collect(),
        warnings: &report.warnings,
        failures: report.failures.iter().map(FailedAccount::new).collect(),
        accounts: &report.accounts,
    };
    print_json(&list, out)
}

pub(crate) fn print_jsonl<'a>(
    records: impl IntoIterator<Item = Record<'a>>,
    out: &mut impl Write,
) -> Result<(), Failure> {
    for record in records {
        let mut line = serde_json::to_string(&record)?;
        line.push('\n');
        out.write_all(line.as_bytes())?;
    }
    Ok(())
}

const CSV_HEADER: [&str; 24] = [
    "provider",
    "account",
    "id",
    "name",
    "hint",
    "status",
    "disabled",
    "revoked",
    "access",
    "scopes",
    "limit",
    "used",
    "remaining",
    "unit",
    "reset",
    "used_in_all",
    "owner",
    "container",
    "container_name",
    "created_at",
    "updated_at",
    "expiry",
    "expires_at",
    "last_used",
];

pub(crate) fn print_csv<'a>(
    records: impl IntoIterator<Item = Record<'a>>,
    out: &mut impl Write,
) -> Result<(), Failure> {
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(CSV_HEADER)?;
    for record in records {
        csv.write_record(csv_row(&record))?;
    }
    csv.flush().map_err(io::Error::into)
}

/// Whole values, exact and absolute; what the vendor does not say is empty.
fn csv_row(record: &Record<'_>) -> [String; 24] {
    let key = record.key;
    let instant = |at: Option<Timestamp>| at.map(|at| at.to_string()).unwrap_or_default();
    let flag = |flag: Option<bool>| flag.map(|flag| flag.to_string()).unwrap_or_default();
    let number = |amount: Option<&Amount>| amount.map(|a| a.amount.to_string()).unwrap_or_default();
    let (access, scopes) = match &key.access {
        Access::Admin => ("admin", String::new()),
        Access::Scoped { scopes } => {
            ("scoped", scopes.iter().map(String::as_str).collect::<Vec<_>>().join(" "))
        }
        _ => ("", String::new()),
    };
    let (limit, unit) = match &key.quota.limit {
        Limit::Amount(limit) => (limit.amount.to_string(), limit.unit.to_string()),
        Limit::Unlimited => ("unlimited".to_owned(), String::new()),
        _ => (String::new(), String::new()),
    };
    let (expiry, expires_at) = match key.expiry {
        Expiry::Never => ("never", None),
        Expiry::At { at } => ("at", Some(at)),
        _ => ("", None),
    };
    let last_used = match key.last_used {
        LastUsed::Never => "never".to_owned(),
        LastUsed::At { at } => at.to_string(),
        _ => String::new(),
    };
    let reset = match view::reset(&key.quota.reset) {
        reset if reset == view::UNKNOWN => String::new(),
        reset => reset,
    };
    let container = key.container.as_ref();
    [
        key.provider.to_string(),
        record.account.to_owned(),
        key.id.to_string(),
        key.name.clone().unwrap_or_default(),
        key.hint.clone().unwrap_or_default(),
        record.status.to_string(),
        flag(key.state.disabled),
        flag(key.state.revoked),
        access.to_owned(),
        scopes,
        limit,
        number(key.quota.used_so_far().as_ref()),
        number(key.quota.remaining.as_ref()),
        unit,
        reset,
        number(key.usage.first().and_then(|usage| usage.total.as_ref())),
        key.owner.as_ref().map(|owner| owner.id.clone()).unwrap_or_default(),
        container.map(|container| container.id.clone()).unwrap_or_default(),
        container.and_then(|container| container.name.clone()).unwrap_or_default(),
        instant(key.created_at),
        instant(key.updated_at),
        expiry.to_owned(),
        instant(expires_at),
        last_used,
    ]
}

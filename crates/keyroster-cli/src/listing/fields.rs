//! The fields of a record by name, for columns, sorting and groups.

use anstyle::Style;
use keyroster::{
    Access, Amount, Decimal, Expiry, KeyStatus, LastUsed, Limit, Quota, Suggestion, Timestamp,
};

use crate::listing::sort_key::{Natural, Share, SortKey};
use crate::output::{BAD, Column, DIM, GOOD, Record, WARN, format, text};

/// Number of characters that are shown of a container's id.
const SHORT_ID: usize = 8;

/// Prefix of the vendor's own fields.
const EXTRAS: &str = "extras.";

/// A field of a record.
#[derive(Clone, Debug)]
pub(crate) enum Field {
    KnownField(&'static KnownField),
    /// A field of the vendor's own.
    Extra(String),
}

/// What is special about a field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Role {
    /// Nothing.
    Plain,
    /// The account's name.
    Account,
    /// The key's id.
    Id,
    /// The key's status.
    Status,
    /// The container, which people know by its name.
    Container,
    /// The quota in one text, which is only for people.
    Quota,
}

/// A field that every record has, though it may be unknown.
pub(crate) struct KnownField {
    name: &'static str,
    /// Another name that people try.
    alias: &'static str,
    role: Role,
    column: Column,
    display: fn(&Record<'_>) -> (String, Style),
    /// Whole and absolute. Empty if the vendor does not report it.
    exact: fn(&Record<'_>) -> String,
    sort_key: fn(&Record<'_>) -> Option<SortKey>,
}

impl std::fmt::Debug for KnownField {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl Field {
    /// The default columns of a table.
    pub(crate) fn shown() -> Vec<Self> {
        let names = [
            "account",
            "id",
            "name",
            "status",
            "access",
            "quota",
            "expires_at",
            "last_used",
            "created_at",
            "container",
        ];
        names.iter().filter_map(|name| known(name)).map(Self::KnownField).collect()
    }

    /// The default columns of CSV.
    pub(crate) fn exact_ones() -> Vec<Self> {
        KNOWN.iter().filter(|known| known.role != Role::Quota).map(Self::KnownField).collect()
    }

    /// The names of all fields but the vendors' own.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        KNOWN.iter().map(|known| known.name)
    }

    /// Every field but the vendors' own.
    pub(crate) fn all() -> Vec<Self> {
        KNOWN.iter().map(Self::KnownField).collect()
    }

    /// The field of that name.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let name = text.trim().to_lowercase().replace('-', "_");
        if let Some(known) = known(&name) {
            return Ok(Self::KnownField(known));
        }
        if let Some((start, field)) = text.trim().split_at_checked(EXTRAS.len())
            && start.eq_ignore_ascii_case(EXTRAS)
            && !field.is_empty()
        {
            return Ok(Self::Extra(field.to_owned()));
        }
        let names = KNOWN.iter().flat_map(|known| [known.name, known.alias]);
        if let Some(nearest) = Suggestion::for_name(&name, names).nearest() {
            return Err(format!("no key has this field; did you mean `{nearest}`?"));
        }
        let known: Vec<&str> = Self::names().collect();
        Err(format!("no key has this field; known: {}, extras.NAME", known.join(", ")))
    }

    /// Whether it is the key's id, which is shortened in tables.
    pub(crate) fn is_id(&self) -> bool {
        self.role() == Role::Id
    }

    /// Whether it is the name of the account.
    pub(crate) fn is_account(&self) -> bool {
        self.role() == Role::Account
    }

    /// Whether its value is an id for which people have another name.
    pub(crate) fn is_named(&self) -> bool {
        self.role() == Role::Container
    }

    /// Whether it is the key's status.
    pub(crate) fn is_status(&self) -> bool {
        self.role() == Role::Status
    }

    fn role(&self) -> Role {
        match self {
            Self::KnownField(known) => known.role,
            Self::Extra(_) => Role::Plain,
        }
    }

    pub(crate) fn name(&self) -> String {
        match self {
            Self::KnownField(known) => known.name.to_owned(),
            Self::Extra(field) => format!("{EXTRAS}{field}"),
        }
    }

    /// Its column in a table.
    pub(crate) fn column(&self) -> Column {
        match self {
            Self::KnownField(known) => known.column.clone(),
            Self::Extra(_) => Column::new(text::clean(&self.name()).to_uppercase()).shrinks(8),
        }
    }

    /// For people.
    pub(crate) fn display(&self, record: &Record<'_>) -> (String, Style) {
        match self {
            Self::KnownField(known) => (known.display)(record),
            Self::Extra(_) => plain(text::clean(&self.exact(record))),
        }
    }

    /// For programs. Empty if the vendor does not report it.
    pub(crate) fn exact(&self, record: &Record<'_>) -> String {
        match self {
            Self::KnownField(known) => (known.exact)(record),
            Self::Extra(field) => match record.key.extras.get(field) {
                None | Some(serde_json::Value::Null) => String::new(),
                Some(serde_json::Value::String(text)) => text.clone(),
                Some(value) => value.to_string(),
            },
        }
    }

    /// What to sort by. `None` if the vendor does not report it.
    pub(crate) fn sort_key(&self, record: &Record<'_>) -> Option<SortKey> {
        match self {
            Self::KnownField(known) => (known.sort_key)(record),
            Self::Extra(_) => {
                let text = self.exact(record);
                text.parse().map(SortKey::Number).ok().or_else(|| natural(&text))
            }
        }
    }
}

fn known(name: &str) -> Option<&'static KnownField> {
    KNOWN.iter().find(|known| known.name == name || known.alias == name)
}

fn plain(text: String) -> (String, Style) {
    (text, Style::new())
}

/// The text, or `?` if it is unknown.
fn known_or(text: &str) -> (String, Style) {
    plain(if text.is_empty() { format::UNKNOWN.to_owned() } else { text::clean(text) })
}

fn natural(text: &str) -> Option<SortKey> {
    (!text.is_empty()).then(|| SortKey::Text(Natural::new(text)))
}

const fn field(
    name: &'static str,
    column: Column,
    display: fn(&Record<'_>) -> (String, Style),
    exact: fn(&Record<'_>) -> String,
    sort_key: fn(&Record<'_>) -> Option<SortKey>,
) -> KnownField {
    KnownField { name, alias: name, role: Role::Plain, column, display, exact, sort_key }
}

impl KnownField {
    const fn or(mut self, alias: &'static str) -> Self {
        self.alias = alias;
        self
    }

    const fn of_role(mut self, role: Role) -> Self {
        self.role = role;
        self
    }
}

/// A field that is a text, or nothing.
macro_rules! text {
    ($name:literal, $column:expr, $exact:expr) => {
        field($name, $column, |r| known_or(&($exact)(r)), $exact, |r| natural(&($exact)(r)))
    };
}

/// In the order of CSV columns.
static KNOWN: [KnownField; 25] = [
    text!("provider", Column::titled("PROVIDER").shrinks(6), |r: &Record<'_>| r
        .key
        .provider
        .to_string()),
    text!("account", Column::titled("ACCOUNT").shrinks(12), |r: &Record<'_>| r.account.to_owned())
        .of_role(Role::Account),
    text!("id", Column::titled("KEY ID"), |r: &Record<'_>| r.key.id.to_string())
        .or("key_id")
        .of_role(Role::Id),
    text!("name", Column::titled("NAME").shrinks(14), |r: &Record<'_>| r
        .key
        .name
        .clone()
        .unwrap_or_default()),
    text!("hint", Column::titled("HINT").shrinks(8).drops(7), |r: &Record<'_>| r
        .key
        .hint
        .clone()
        .unwrap_or_default()),
    field("status", Column::titled("STATUS"), status, |r| r.status.to_string(), status_sort_key)
        .of_role(Role::Status),
    text!("disabled", Column::titled("DISABLED"), |r: &Record<'_>| flag(r.key.state.disabled)),
    text!("revoked", Column::titled("REVOKED"), |r: &Record<'_>| flag(r.key.state.revoked)),
    field("access", Column::titled("ACCESS").drops(1), access, exact_access, access_sort_key),
    text!("scopes", Column::titled("SCOPES").shrinks(8), scopes),
    field("limit", Column::titled("LIMIT").right(), |r| known_or(&limit(r)), limit, limit_sort_key),
    field(
        "used",
        Column::titled("USED").right(),
        |r| known_or(&number(used(r).as_ref())),
        |r| number(used(r).as_ref()),
        |r| used(r).as_ref().map(measured),
    ),
    field(
        "remaining",
        Column::titled("REMAINING").right(),
        |r| known_or(&number(r.key.quota.remaining.as_ref())),
        |r| number(r.key.quota.remaining.as_ref()),
        |r| r.key.quota.remaining.as_ref().map(measured),
    ),
    text!("unit", Column::titled("UNIT"), unit),
    text!("reset", Column::titled("RESETS"), reset).or("resets"),
    field(
        "used_total",
        Column::titled("USED TOTAL").right(),
        |r| known_or(&number(used_total(r))),
        |r| number(used_total(r)),
        |r| used_total(r).map(measured),
    ),
    text!("owner", Column::titled("OWNER").shrinks(8), |r: &Record<'_>| r
        .key
        .owner
        .as_ref()
        .map(|owner| owner.id.clone())
        .unwrap_or_default()),
    field(
        "container",
        Column::titled("CONTAINER").shrinks(10).drops(6),
        |r| plain(container(r)),
        |r| r.key.container.as_ref().map(|container| container.id.clone()).unwrap_or_default(),
        |r| natural(&container(r)),
    )
    .of_role(Role::Container),
    text!("container_name", Column::titled("CONTAINER NAME").shrinks(10), |r: &Record<'_>| r
        .key
        .container
        .as_ref()
        .and_then(|container| container.name.clone())
        .unwrap_or_default()),
    field(
        "created_at",
        Column::titled("CREATED").drops(5),
        |r| plain(ago(r, r.key.created_at)),
        |r| instant(r.key.created_at),
        |r| r.key.created_at.map(SortKey::At),
    )
    .or("created"),
    field(
        "updated_at",
        Column::titled("UPDATED").drops(5),
        |r| plain(ago(r, r.key.updated_at)),
        |r| instant(r.key.updated_at),
        |r| r.key.updated_at.map(SortKey::At),
    )
    .or("updated"),
    text!("expiry", Column::titled("EXPIRY"), expiry),
    field("expires_at", Column::titled("EXPIRES").drops(2), expires, expires_at, expiry_sort_key)
        .or("expires"),
    field(
        "last_used",
        Column::titled("LAST USED").drops(3),
        |r| plain(format::last_used(r.key.last_used, r.now)),
        last_used,
        last_used_sort_key,
    ),
    field(
        "quota",
        Column::titled("QUOTA").drops(4),
        |r| plain(format::quota(&r.key.quota)),
        |r| {
            Some(format::quota(&r.key.quota))
                .filter(|text| text != format::UNKNOWN)
                .unwrap_or_default()
        },
        |r| share(&r.key.quota),
    )
    .of_role(Role::Quota),
];

fn works(record: &Record<'_>) -> bool {
    record.status == KeyStatus::Active
}

fn status(record: &Record<'_>) -> (String, Style) {
    (record.status.to_string(), status_style(record.status))
}

pub(crate) fn status_style(status: KeyStatus) -> Style {
    match status {
        KeyStatus::Active => GOOD,
        KeyStatus::Disabled | KeyStatus::Exhausted => WARN,
        KeyStatus::Expired | KeyStatus::Revoked => DIM,
        _ => BAD,
    }
}

fn status_sort_key(record: &Record<'_>) -> Option<SortKey> {
    let place = KeyStatus::ALL.iter().position(|status| *status == record.status)?;
    (record.status != KeyStatus::Unknown).then(|| SortKey::Number(Decimal::from(place as u64)))
}

fn access(record: &Record<'_>) -> (String, Style) {
    let admin = matches!(record.key.access, Access::Admin) && works(record);
    (format::access(&record.key.access), if admin { WARN } else { Style::new() })
}

fn exact_access(record: &Record<'_>) -> String {
    let access = match record.key.access {
        Access::Admin => "admin",
        Access::Scoped { .. } => "scoped",
        _ => "",
    };
    access.to_owned()
}

/// Keys that may do more come later.
fn access_sort_key(record: &Record<'_>) -> Option<SortKey> {
    match &record.key.access {
        Access::Admin => Some(SortKey::Last),
        Access::Scoped { scopes } => Some(SortKey::Number(Decimal::from(scopes.len() as u64))),
        _ => None,
    }
}

fn scopes(record: &Record<'_>) -> String {
    match &record.key.access {
        Access::Scoped { scopes } => {
            scopes.iter().map(String::as_str).collect::<Vec<_>>().join(" ")
        }
        _ => String::new(),
    }
}

fn limit(record: &Record<'_>) -> String {
    match &record.key.quota.limit {
        Limit::Amount(limit) => limit.amount.to_string(),
        Limit::Unlimited => "unlimited".to_owned(),
        _ => String::new(),
    }
}

fn limit_sort_key(record: &Record<'_>) -> Option<SortKey> {
    match &record.key.quota.limit {
        Limit::Amount(limit) => Some(measured(limit)),
        Limit::Unlimited => Some(SortKey::Last),
        _ => None,
    }
}

fn used(record: &Record<'_>) -> Option<Amount> {
    record.key.quota.used_so_far()
}

fn used_total<'a>(record: &Record<'a>) -> Option<&'a Amount> {
    record.key.usage.first().and_then(|usage| usage.total.as_ref())
}

fn unit(record: &Record<'_>) -> String {
    match &record.key.quota.limit {
        Limit::Amount(limit) => limit.unit.to_string(),
        _ => String::new(),
    }
}

fn number(amount: Option<&Amount>) -> String {
    amount.map(|amount| amount.amount.to_string()).unwrap_or_default()
}

fn measured(amount: &Amount) -> SortKey {
    SortKey::Measured(amount.unit.to_string(), amount.amount)
}

/// The used share of a quota. Zero if the quota is unlimited.
fn share(quota: &Quota) -> Option<SortKey> {
    let limit = match &quota.limit {
        Limit::Unlimited => return Some(SortKey::First),
        Limit::Amount(limit) => limit,
        _ => return None,
    };
    let used = quota.used_so_far().filter(|used| used.unit == limit.unit)?;
    if limit.amount == Decimal::ZERO {
        // A quota of zero has no share, but any use is too much.
        return (used.amount > Decimal::ZERO).then(|| SortKey::Share(Share::new(f64::INFINITY)));
    }
    let number = |decimal: Decimal| decimal.to_string().parse::<f64>().ok();
    Some(SortKey::Share(Share::new(number(used.amount)? / number(limit.amount)?)))
}

fn reset(record: &Record<'_>) -> String {
    match format::reset(&record.key.quota.reset) {
        reset if reset == format::UNKNOWN => String::new(),
        reset => reset,
    }
}

/// The container's name, or the beginning of its id. Empty if the key has no container.
fn container(record: &Record<'_>) -> String {
    let Some(container) = &record.key.container else { return String::new() };
    match &container.name {
        Some(name) => text::clean(name),
        None => text::clean(&container.id).chars().take(SHORT_ID).collect(),
    }
}

fn flag(flag: Option<bool>) -> String {
    flag.map(|flag| flag.to_string()).unwrap_or_default()
}

fn instant(at: Option<Timestamp>) -> String {
    at.map(|at| at.to_string()).unwrap_or_default()
}

fn ago(record: &Record<'_>, at: Option<Timestamp>) -> String {
    at.map_or_else(|| format::UNKNOWN.to_owned(), |at| format::past(at, record.now))
}

fn expiry(record: &Record<'_>) -> String {
    let expiry = match record.key.expiry {
        Expiry::Never => "never",
        Expiry::At { .. } => "at",
        _ => "",
    };
    expiry.to_owned()
}

fn expires(record: &Record<'_>) -> (String, Style) {
    let endless = matches!(record.key.expiry, Expiry::Never) && works(record);
    (format::expiry(record.key.expiry, record.now), if endless { WARN } else { Style::new() })
}

fn expires_at(record: &Record<'_>) -> String {
    match record.key.expiry {
        Expiry::At { at } => at.to_string(),
        _ => String::new(),
    }
}

fn expiry_sort_key(record: &Record<'_>) -> Option<SortKey> {
    match record.key.expiry {
        Expiry::Never => Some(SortKey::Last),
        Expiry::At { at } => Some(SortKey::At(at)),
        _ => None,
    }
}

fn last_used(record: &Record<'_>) -> String {
    match record.key.last_used {
        LastUsed::Never => "never".to_owned(),
        LastUsed::At { at } => at.to_string(),
        _ => String::new(),
    }
}

fn last_used_sort_key(record: &Record<'_>) -> Option<SortKey> {
    match record.key.last_used {
        LastUsed::Never => Some(SortKey::First),
        LastUsed::At { at } => Some(SortKey::At(at)),
        _ => None,
    }
}

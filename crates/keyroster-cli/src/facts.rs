//! The facts of a record by their names: columns, orders and groups are made of them.

use anstyle::Style;
use keyroster::{Access, Amount, Decimal, Expiry, KeyStatus, LastUsed, Limit, Quota, Timestamp};

use crate::output::{BAD, Column, DIM, GOOD, Record, WARN};
use crate::rank::{Natural, Rank, Share};
use crate::view;

/// An id of a container is shown by so many characters.
const SHORT_ID: usize = 8;

/// What a name may begin with to mean a field of the vendor's own.
const EXTRAS: &str = "extras.";

/// A fact of a record.
#[derive(Clone, Debug)]
pub(crate) enum Fact {
    Known(&'static Known),
    /// A field of the vendor's own.
    Extra(String),
}

/// A fact that every record has, or says that it is not known.
pub(crate) struct Known {
    name: &'static str,
    /// Another name that people try.
    alias: &'static str,
    column: Column,
    people: fn(&Record<'_>) -> (String, Style),
    /// Whole and absolute; empty where the vendor does not say.
    exact: fn(&Record<'_>) -> String,
    rank: fn(&Record<'_>) -> Option<Rank>,
}

impl std::fmt::Debug for Known {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.name)
    }
}

impl Fact {
    /// The columns of a table unless others are asked for.
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
        names.iter().filter_map(|name| known(name)).map(Self::Known).collect()
    }

    /// The columns for programs unless others are asked for.
    pub(crate) fn exact_ones() -> Vec<Self> {
        // A quota in one text is for people.
        KNOWN.iter().filter(|known| known.name != "quota").map(Self::Known).collect()
    }

    /// The names of all facts but the vendors' own.
    pub(crate) fn names() -> impl Iterator<Item = &'static str> {
        KNOWN.iter().map(|known| known.name)
    }

    /// Every fact but the vendors' own.
    pub(crate) fn all() -> Vec<Self> {
        KNOWN.iter().map(Self::Known).collect()
    }

    /// The fact of that name.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let name = text.trim().to_lowercase().replace('-', "_");
        if let Some(known) = known(&name) {
            return Ok(Self::Known(known));
        }
        if let Some((start, field)) = text.trim().split_at_checked(EXTRAS.len())
            && start.eq_ignore_ascii_case(EXTRAS)
            && !field.is_empty()
        {
            return Ok(Self::Extra(field.to_owned()));
        }
        let names = KNOWN.iter().flat_map(|known| [known.name, known.alias]);
        let nearest = names.min_by_key(|known| strsim::levenshtein(&name, known));
        let all: Vec<&str> = Self::names().collect();
        Err(format!(
            "no fact of a key is called so; `{}` is nearest, of {}, and extras.NAME",
            nearest.unwrap_or_default(),
            all.join(", ")
        ))
    }

    /// Whether it is the key's id, which is shown as short as it can be.
    pub(crate) fn is_id(&self) -> bool {
        matches!(self, Self::Known(known) if known.name == "id")
    }

    /// Whether it is the name of the account.
    pub(crate) fn is_account(&self) -> bool {
        matches!(self, Self::Known(known) if known.name == "account")
    }

    /// Whether people have another name for its value, which is an id.
    pub(crate) fn is_named(&self) -> bool {
        matches!(self, Self::Known(known) if known.name == "container")
    }

    pub(crate) fn name(&self) -> String {
        match self {
            Self::Known(known) => known.name.to_owned(),
            Self::Extra(field) => format!("{EXTRAS}{field}"),
        }
    }

    /// Its column in a table.
    pub(crate) fn column(&self) -> Column {
        match self {
            Self::Known(known) => known.column.clone(),
            Self::Extra(_) => Column::new(view::clean(&self.name()).to_uppercase()).shrinks(8),
        }
    }

    /// For people.
    pub(crate) fn people(&self, record: &Record<'_>) -> (String, Style) {
        match self {
            Self::Known(known) => (known.people)(record),
            Self::Extra(_) => plain(view::clean(&self.exact(record))),
        }
    }

    /// For programs; empty where the vendor does not say.
    pub(crate) fn exact(&self, record: &Record<'_>) -> String {
        match self {
            Self::Known(known) => (known.exact)(record),
            Self::Extra(field) => match record.key.extras.get(field) {
                None | Some(serde_json::Value::Null) => String::new(),
                Some(serde_json::Value::String(text)) => text.clone(),
                Some(value) => value.to_string(),
            },
        }
    }

    /// Its place in an order; none where the vendor does not say.
    pub(crate) fn rank(&self, record: &Record<'_>) -> Option<Rank> {
        match self {
            Self::Known(known) => (known.rank)(record),
            Self::Extra(_) => {
                let text = self.exact(record);
                text.parse().map(Rank::Number).ok().or_else(|| natural(&text))
            }
        }
    }
}

fn known(name: &str) -> Option<&'static Known> {
    KNOWN.iter().find(|known| known.name == name || known.alias == name)
}

fn plain(text: String) -> (String, Style) {
    (text, Style::new())
}

/// What is known, and `?` for what is not.
fn known_or(text: &str) -> (String, Style) {
    plain(if text.is_empty() { view::UNKNOWN.to_owned() } else { view::clean(text) })
}

fn natural(text: &str) -> Option<Rank> {
    (!text.is_empty()).then(|| Rank::Text(Natural::new(text)))
}

const fn fact(
    name: &'static str,
    column: Column,
    people: fn(&Record<'_>) -> (String, Style),
    exact: fn(&Record<'_>) -> String,
    rank: fn(&Record<'_>) -> Option<Rank>,
) -> Known {
    Known { name, alias: name, column, people, exact, rank }
}

impl Known {
    const fn or(mut self, alias: &'static str) -> Self {
        self.alias = alias;
        self
    }
}

/// A fact that is a text, or nothing.
macro_rules! text {
    ($name:literal, $column:expr, $exact:expr) => {
        fact($name, $column, |r| known_or(&($exact)(r)), $exact, |r| natural(&($exact)(r)))
    };
}

/// In the order in which programs get them.
static KNOWN: [Known; 25] = [
    text!("provider", Column::titled("PROVIDER").shrinks(6), |r: &Record<'_>| r
        .key
        .provider
        .to_string()),
    text!("account", Column::titled("ACCOUNT").shrinks(12), |r: &Record<'_>| r.account.to_owned()),
    text!("id", Column::titled("KEY ID"), |r: &Record<'_>| r.key.id.to_string()).or("key_id"),
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
    fact("status", Column::titled("STATUS"), status, |r| r.status.to_string(), status_rank),
    text!("disabled", Column::titled("DISABLED"), |r: &Record<'_>| flag(r.key.state.disabled)),
    text!("revoked", Column::titled("REVOKED"), |r: &Record<'_>| flag(r.key.state.revoked)),
    fact("access", Column::titled("ACCESS").drops(1), access, exact_access, access_rank),
    text!("scopes", Column::titled("SCOPES").shrinks(8), scopes),
    fact("limit", Column::titled("LIMIT").right(), |r| known_or(&limit(r)), limit, limit_rank),
    fact(
        "used",
        Column::titled("USED").right(),
        |r| known_or(&number(used(r).as_ref())),
        |r| number(used(r).as_ref()),
        |r| used(r).as_ref().map(measured),
    ),
    fact(
        "remaining",
        Column::titled("REMAINING").right(),
        |r| known_or(&number(r.key.quota.remaining.as_ref())),
        |r| number(r.key.quota.remaining.as_ref()),
        |r| r.key.quota.remaining.as_ref().map(measured),
    ),
    text!("unit", Column::titled("UNIT"), unit),
    text!("reset", Column::titled("RESETS"), reset).or("resets"),
    fact(
        "used_in_all",
        Column::titled("USED IN ALL").right(),
        |r| known_or(&number(used_in_all(r))),
        |r| number(used_in_all(r)),
        |r| used_in_all(r).map(measured),
    ),
    text!("owner", Column::titled("OWNER").shrinks(8), |r: &Record<'_>| r
        .key
        .owner
        .as_ref()
        .map(|owner| owner.id.clone())
        .unwrap_or_default()),
    fact(
        "container",
        Column::titled("CONTAINER").shrinks(10).drops(6),
        |r| plain(container(r)),
        |r| r.key.container.as_ref().map(|container| container.id.clone()).unwrap_or_default(),
        |r| natural(&container(r)),
    ),
    text!("container_name", Column::titled("CONTAINER NAME").shrinks(10), |r: &Record<'_>| r
        .key
        .container
        .as_ref()
        .and_then(|container| container.name.clone())
        .unwrap_or_default()),
    fact(
        "created_at",
        Column::titled("CREATED").drops(5),
        |r| plain(ago(r, r.key.created_at)),
        |r| instant(r.key.created_at),
        |r| r.key.created_at.map(Rank::At),
    )
    .or("created"),
    fact(
        "updated_at",
        Column::titled("UPDATED").drops(5),
        |r| plain(ago(r, r.key.updated_at)),
        |r| instant(r.key.updated_at),
        |r| r.key.updated_at.map(Rank::At),
    )
    .or("updated"),
    text!("expiry", Column::titled("EXPIRY"), expiry),
    fact("expires_at", Column::titled("EXPIRES").drops(2), expires, expires_at, expiry_rank)
        .or("expires"),
    fact(
        "last_used",
        Column::titled("LAST USED").drops(3),
        |r| plain(view::last_used(r.key.last_used, r.now)),
        last_used,
        last_used_rank,
    ),
    fact(
        "quota",
        Column::titled("QUOTA").drops(4),
        |r| plain(view::quota(&r.key.quota)),
        |r| {
            Some(view::quota(&r.key.quota)).filter(|text| text != view::UNKNOWN).unwrap_or_default()
        },
        |r| share(&r.key.quota),
    ),
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

fn status_rank(record: &Record<'_>) -> Option<Rank> {
    let place = KeyStatus::ALL.iter().position(|status| *status == record.status)?;
    (record.status != KeyStatus::Unknown).then(|| Rank::Number(Decimal::from(place as u64)))
}

fn access(record: &Record<'_>) -> (String, Style) {
    let admin = matches!(record.key.access, Access::Admin) && works(record);
    (view::access(&record.key.access), if admin { WARN } else { Style::new() })
}

fn exact_access(record: &Record<'_>) -> String {
    let access = match record.key.access {
        Access::Admin => "admin",
        Access::Scoped { .. } => "scoped",
        _ => "",
    };
    access.to_owned()
}

/// The more a key may do, the later it comes.
fn access_rank(record: &Record<'_>) -> Option<Rank> {
    match &record.key.access {
        Access::Admin => Some(Rank::Last),
        Access::Scoped { scopes } => Some(Rank::Number(Decimal::from(scopes.len() as u64))),
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

fn limit_rank(record: &Record<'_>) -> Option<Rank> {
    match &record.key.quota.limit {
        Limit::Amount(limit) => Some(measured(limit)),
        Limit::Unlimited => Some(Rank::Last),
        _ => None,
    }
}

fn used(record: &Record<'_>) -> Option<Amount> {
    record.key.quota.used_so_far()
}

fn used_in_all<'a>(record: &Record<'a>) -> Option<&'a Amount> {
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

fn measured(amount: &Amount) -> Rank {
    Rank::Measured(amount.unit.to_string(), amount.amount)
}

/// How much of a quota is used; of one that has no end, nothing.
fn share(quota: &Quota) -> Option<Rank> {
    let limit = match &quota.limit {
        Limit::Unlimited => return Some(Rank::First),
        Limit::Amount(limit) => limit,
        _ => return None,
    };
    let used = quota.used_so_far().filter(|used| used.unit == limit.unit)?;
    if limit.amount == Decimal::ZERO {
        // Of nothing there is no share, but any use is too much.
        return (used.amount > Decimal::ZERO).then(|| Rank::Share(Share::new(f64::INFINITY)));
    }
    let number = |decimal: Decimal| decimal.to_string().parse::<f64>().ok();
    Some(Rank::Share(Share::new(number(used.amount)? / number(limit.amount)?)))
}

fn reset(record: &Record<'_>) -> String {
    match view::reset(&record.key.quota.reset) {
        reset if reset == view::UNKNOWN => String::new(),
        reset => reset,
    }
}

/// The container's name, or the beginning of its id; nothing where the vendor has none.
fn container(record: &Record<'_>) -> String {
    let Some(container) = &record.key.container else { return String::new() };
    match &container.name {
        Some(name) => view::clean(name),
        None => view::clean(&container.id).chars().take(SHORT_ID).collect(),
    }
}

fn flag(flag: Option<bool>) -> String {
    flag.map(|flag| flag.to_string()).unwrap_or_default()
}

fn instant(at: Option<Timestamp>) -> String {
    at.map(|at| at.to_string()).unwrap_or_default()
}

fn ago(record: &Record<'_>, at: Option<Timestamp>) -> String {
    at.map_or_else(|| view::UNKNOWN.to_owned(), |at| view::relative(at, record.now))
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
    (view::expiry(record.key.expiry, record.now), if endless { WARN } else { Style::new() })
}

fn expires_at(record: &Record<'_>) -> String {
    match record.key.expiry {
        Expiry::At { at } => at.to_string(),
        _ => String::new(),
    }
}

fn expiry_rank(record: &Record<'_>) -> Option<Rank> {
    match record.key.expiry {
        Expiry::Never => Some(Rank::Last),
        Expiry::At { at } => Some(Rank::At(at)),
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

fn last_used_rank(record: &Record<'_>) -> Option<Rank> {
    match record.key.last_used {
        LastUsed::Never => Some(Rank::First),
        LastUsed::At { at } => Some(Rank::At(at)),
        _ => None,
    }
}

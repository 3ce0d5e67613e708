//! The OpenRouter keys and workspaces that the sandbox starts with.

use std::sync::Arc;

use fastrand::Rng;

use super::quirks::OpenRouterQuirks;
use super::state::{Account, Members, Reset, Row, Spend, State, Workspace};
use crate::clock::{DAY, HOUR, MINUTE, SECOND};
use crate::names::{name, separate};
use crate::token::{alphanumeric, random, secret, uuid};

use self::Reset::{Daily, Monthly, Weekly};

#[derive(Clone, Copy)]
struct Template {
    name: &'static str,
    workspace: usize,
    hours: i64,
    user: usize,
    limit: Option<f64>,
    reset: Option<Reset>,
    byok_in_limit: bool,
    disabled: bool,
    /// Hours from now; negative if expired.
    expires_hours: Option<i64>,
    external_user: Option<&'static str>,
    /// Hours ago, cents of credits, and cents at the user's own provider.
    spend: &'static [(i64, i64, i64)],
}

const fn key(name: &'static str, workspace: usize, hours: i64, user: usize) -> Template {
    Template {
        name,
        workspace,
        hours,
        user,
        limit: None,
        reset: None,
        byok_in_limit: false,
        disabled: false,
        expires_hours: None,
        external_user: None,
        spend: &[],
    }
}

impl Template {
    const fn limit(self, limit: f64, reset: Option<Reset>) -> Self {
        Self { limit: Some(limit), reset, ..self }
    }

    const fn spent(self, spend: &'static [(i64, i64, i64)]) -> Self {
        Self { spend, ..self }
    }

    const fn byok_in_limit(self) -> Self {
        Self { byok_in_limit: true, ..self }
    }

    const fn disabled(self) -> Self {
        Self { disabled: true, ..self }
    }

    const fn expires(self, hours: i64) -> Self {
        Self { expires_hours: Some(hours), ..self }
    }

    const fn external(self, user: &'static str) -> Self {
        Self { external_user: Some(user), ..self }
    }
}

/// The user whose keys cannot leave their workspace, by index.
const OUTSIDER: usize = 4;
const OUTSIDER_HOME: usize = 2;

/// The most useful ones first, so that a small sandbox has them.
const TEMPLATES: [Template; 30] = [
    key("support-bot", 0, 4_300, 0).limit(100.0, Some(Monthly)).spent(&[
        (1, 1_250, 0),
        (30, 1_300, 0),
        (900, 8_710, 0),
        (1_700, 9_020, 0),
    ]),
    key("ci-deploy", 0, 2_900, 0).limit(25.0, None).spent(&[(800, 1_204, 0)]).disabled(),
    key("research-notebook", 2, 1_400, 1)
        .limit(20.0, None)
        .spent(&[(6, 741, 0), (80, 1_600, 0)])
        .expires(720),
    key("hackathon", 0, 1_100, 2).limit(50.0, None).spent(&[(600, 4_999, 0)]).expires(-340),
    key("Ana's MacBook Pro", 0, 2_050, 1),
    key("staging-e2e", 1, 3_300, 0).limit(5.0, Some(Daily)).spent(&[(2, 310, 0), (26, 480, 0)]),
    key("byok-azure", 0, 1_650, 3).limit(200.0, Some(Weekly)).byok_in_limit().spent(&[
        (3, 120, 1_738),
        (50, 90, 2_210),
        (400, 1_000, 9_000),
    ]),
    key("grafana", 0, 5_000, 0).spent(&[(5_000 - 24, 3, 0)]),
    key("old-staging-bot", 1, 6_100, 2).spent(&[(4_000, 220, 0)]).disabled().expires(-2_000),
    key("Łukasz – 翻訳ボット 🤖", 2, 700, 3).limit(10.0, Some(Weekly)).spent(&[(20, 333, 0)]),
    key("Reports, \"Q3\" export", 0, 1_900, 2).limit(0.1, None).spent(&[(700, 10, 0)]),
    key("ci-deploy", 0, 420, 0).limit(25.0, Some(Monthly)).spent(&[(4, 99, 0)]),
    key("frozen", 0, 980, 0).limit(0.0, None),
    key("contractor", OUTSIDER_HOME, 510, OUTSIDER).limit(15.0, None).expires(160),
    key("tf-worker-1", 0, 300, 0).limit(40.0, Some(Monthly)),
    key("tf-worker-2", 0, 300, 0).limit(40.0, Some(Monthly)).spent(&[(8, 4_077, 0)]),
    key("tf-worker-3", 0, 300, 0).limit(40.0, Some(Monthly)),
    key("partner-acme", 0, 610, 0).limit(75.0, Some(Daily)).external("partner-user-123"),
    key("nightly-eval", 2, 2_400, 1).spent(&[(9, 5_512, 0), (33, 5_498, 0), (1_000, 88_000, 0)]),
    key("docs-assistant", 0, 3_050, 2).limit(300.0, Some(Monthly)).spent(&[(1, 6_001, 44)]),
    key("staging-e2e", 1, 90, 0).limit(5.0, Some(Daily)),
    key("tf-batch-a", 1, 210, 0).spent(&[(70, 15, 0)]),
    key("tf-batch-b", 1, 210, 0),
    key("image-pipeline", 0, 1_250, 3).limit(500.0, None).spent(&[(2, 48_000, 0)]),
    key("byok-only", 2, 860, 3).spent(&[(12, 0, 6_420), (300, 0, 15_000)]),
    key("Mei's laptop", 2, 1_320, 2).disabled(),
    key("fraud-scoring", 0, 2_700, 0).limit(1_000.0, Some(Monthly)).spent(&[(3, 20_417, 0)]),
    key("demo-day", 1, 1_010, 1).limit(3.0, None).spent(&[(500, 412, 0)]).expires(-480),
    key("email-drafts", 0, 150, 2).limit(30.0, Some(Weekly)).spent(&[(6, 1, 0)]),
    key("scratch", 2, 2, 1).limit(1.0, Some(Daily)).expires(24),
];

const WORKSPACES: [(&str, Option<&str>); 8] = [
    ("Production", Some("Everything that customers reach")),
    ("Staging", Some("Tests and previews")),
    ("Research", None),
    ("Customer Support", Some("Bots of the help desk")),
    ("Data Platform", None),
    ("Growth", Some("Experiments, capped")),
    ("Internal Tools", None),
    ("Partners", Some("Keys of other companies")),
];

/// The account as it is at the start.
pub(crate) fn state(
    quirks: OpenRouterQuirks,
    keys: usize,
    workspaces: usize,
    seed: u64,
    now: i64,
) -> State {
    let mut rng = Rng::with_seed(seed ^ 0x6f70_656e_726f_7574);
    let account = account(&mut rng, keys, workspaces, now);
    State::new(quirks, seed, rng, account)
}

fn account(rng: &mut Rng, keys: usize, workspaces: usize, now: i64) -> Account {
    let management = secret(rng);
    let count = workspaces.max(1);
    let users: [Arc<str>; 5] =
        std::array::from_fn(|_| format!("user_{}", alphanumeric(rng, 27)).into());
    let organization = format!("org_{}", alphanumeric(rng, 27));
    let workspaces: Vec<_> = (0..count).map(|number| workspace(rng, number, now)).collect();
    let mut last_batch = None;
    let mut rows: Vec<Row> = (0..keys.max(1))
        .map(|number| {
            let Some(template) = TEMPLATES.get(number) else {
                return invent(rng, number, count, &users, now);
            };
            let mut row = from(rng, template, count, &users, now);
            let batch = is_tied(template.name).then_some(template.hours);
            match last_batch {
                Some((hours, created)) if Some(hours) == batch => row.created = created,
                _ => last_batch = batch.map(|hours| (hours, row.created)),
            }
            row
        })
        .collect();
    rows.sort_by_key(|row| row.created);
    // Only intended ties are kept.
    separate(rows.iter_mut().filter(|row| !is_tied(&row.name)).map(|row| &mut row.created), 1);
    rows.sort_by_key(|row| row.created);
    for row in &mut rows {
        row.updated = row.updated.map(|updated| updated.max(row.created));
    }
    Account {
        members: Members {
            management,
            owner: Arc::clone(&users[0]),
            outsider: Arc::clone(&users[OUTSIDER]),
            outsider_home: u32::try_from(OUTSIDER_HOME % count).unwrap_or(0),
            organization,
        },
        workspaces,
        rows,
    }
}

/// Whether a key with this name was created at the same instant as others.
fn is_tied(name: &str) -> bool {
    name.starts_with("tf-")
}

fn workspace(rng: &mut Rng, number: usize, now: i64) -> Workspace {
    let (name, description) = match WORKSPACES.get(number) {
        Some((name, description)) => ((*name).to_owned(), description.map(str::to_owned)),
        None => (format!("Team {}", number + 1), None),
    };
    let age = 400 * DAY - i64::try_from(number).unwrap_or(0).min(300) * DAY;
    Workspace {
        id: uuid(random(rng)),
        guardrail: uuid(random(rng)),
        slug: name.to_lowercase().replace(' ', "-"),
        name,
        description,
        created: now - age - rng.i64(0..DAY),
    }
}

fn from(rng: &mut Rng, it: &Template, workspaces: usize, users: &[Arc<str>], now: i64) -> Row {
    let spend = it.spend.iter().map(|(hours, credits, byok)| Spend {
        at: now - hours * HOUR - 1_234_567,
        credits: credits * 10_000,
        byok: byok * 10_000,
    });
    let spend: Box<[_]> = spend.collect();
    let created = now - it.hours * HOUR - rng.i64(0..59 * MINUTE);
    Row {
        hash: [0; 32],
        key: secret(rng),
        name: it.name.into(),
        disabled: it.disabled,
        deleted: None,
        limit: it.limit,
        reset: it.reset,
        byok_in_limit: it.byok_in_limit,
        spend,
        created,
        updated: (it.disabled || it.limit.is_some()).then(|| created + rng.i64(0..2 * HOUR)),
        expires: it.expires_hours.map(|hours| (now + hours * HOUR) / SECOND * SECOND),
        creator: Some(Arc::clone(&users[it.user])),
        external_user: it.external_user.map(Arc::from),
        workspace: u32::try_from(it.workspace % workspaces).unwrap_or(0),
        listed: i64::MIN,
    }
}

/// Invents a key after the templates: about a twelfth are disabled, a twelfth expired, a fifth unused.
fn invent(rng: &mut Rng, number: usize, workspaces: usize, users: &[Arc<str>], now: i64) -> Row {
    let age = rng.i64(2 * HOUR..380 * DAY);
    let limit =
        (rng.u8(..4) > 0).then(|| [1.0, 5.0, 10.0, 25.0, 50.0, 100.0, 250.0][rng.usize(..7)]);
    let reset =
        limit.and_then(|_| [None, Some(Daily), Some(Weekly), Some(Monthly)][rng.usize(..4)]);
    let spends = if rng.u8(..5) == 0 { 0 } else { rng.usize(1..4) };
    let byok = rng.u8(..8) == 0;
    let most: i64 = [20_000, 2_000_000, 90_000_000][rng.usize(..3)];
    let spend = (0..spends).map(|_| Spend {
        at: now - rng.i64(0..age - HOUR),
        credits: rng.i64(0..most),
        byok: if byok { rng.i64(0..most) } else { 0 },
    });
    let spend = spend.collect();
    let expires = match rng.u8(..12) {
        0 => Some(now - rng.i64(MINUTE..age)),
        1 | 2 => Some(now + rng.i64(DAY..300 * DAY)),
        _ => None,
    };
    let created = now - age;
    Row {
        hash: [0; 32],
        key: secret(rng),
        name: name(rng, number).into(),
        disabled: rng.u8(..12) == 0,
        deleted: None,
        limit,
        reset,
        byok_in_limit: byok && rng.bool(),
        spend,
        created,
        updated: rng.bool().then(|| created + rng.i64(0..HOUR)),
        expires: expires.map(|expires| expires / SECOND * SECOND),
        creator: Some(Arc::clone(&users[rng.usize(..OUTSIDER)])),
        external_user: None,
        workspace: u32::try_from(rng.usize(..workspaces)).unwrap_or(0),
        listed: i64::MIN,
    }
}

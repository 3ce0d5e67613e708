//! The Pinata keys that the sandbox starts with.

use std::sync::Arc;

use fastrand::Rng;
use serde_json::{Value, json};

use super::jwt::User;
use super::quirks::PinataQuirks;
use super::state::{Account, Row, Scopes, State};
use crate::clock::{DAY, HOUR, MILLI, MINUTE};
use crate::names::{name, separate};
use crate::token::{random, secret, uuid};

/// The purpose of a key, which determines its scopes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Admin,
    Uploader,
    Pinning,
    Reader,
    /// Created on the web page; only there can `psa` be granted.
    Psa,
    Issuer,
    Files,
    Analytics,
    Nothing,
}

/// In the order of declaration, so that a kind is also an index.
const KINDS: [Kind; 9] = [
    Kind::Admin,
    Kind::Uploader,
    Kind::Pinning,
    Kind::Reader,
    Kind::Psa,
    Kind::Issuer,
    Kind::Files,
    Kind::Analytics,
    Kind::Nothing,
];

#[derive(Clone, Copy)]
struct Template {
    name: &'static str,
    kind: Kind,
    hours: i64,
    max_uses: Option<u32>,
    uses: u32,
    revoked: bool,
    user: u8,
}

const fn key(name: &'static str, kind: Kind, hours: i64, user: u8) -> Template {
    Template { name, kind, hours, max_uses: None, uses: 0, revoked: false, user }
}

const fn limited(of: Template, uses: u32, max_uses: u32) -> Template {
    Template { max_uses: Some(max_uses), uses, ..of }
}

const fn revoked(of: Template) -> Template {
    Template { revoked: true, ..of }
}

/// The most useful ones first, so that a small sandbox has them. The first is the admin credential. It
/// must be younger than a year, the lifetime of a token.
const TEMPLATES: [Template; 24] = [
    key("ops-admin", Kind::Admin, 1_080, 0),
    limited(key("ci-deploy", Kind::Uploader, 2_160, 0), 50, 50),
    limited(key("nft-metadata-uploader", Kind::Uploader, 700, 1), 132, 500),
    revoked(key("web-frontend-old", Kind::Pinning, 19_000, 1)),
    key("Ana's MacBook Pro", Kind::Admin, 5_200, 1),
    key("pinning-service-bridge", Kind::Psa, 15_400, 2),
    key("key-issuer", Kind::Issuer, 1_500, 0),
    key("Łukasz – 画像アップローダー 🖼", Kind::Uploader, 3_100, 3),
    revoked(limited(key("ci-deploy", Kind::Uploader, 8_900, 0), 50, 50)),
    key("Drop \"Genesis\", wave 2", Kind::Pinning, 2_600, 2),
    key("grafana", Kind::Analytics, 4_050, 0),
    limited(key("signed-upload-7f31", Kind::Uploader, 3, 2), 0, 1),
    limited(key("signed-upload-7f30", Kind::Uploader, 5, 2), 1, 1),
    key("legacy-admin", Kind::Admin, 26_800, 0),
    key("unused-experiment", Kind::Nothing, 6_600, 3),
    key("gateway-reader", Kind::Reader, 7_300, 1),
    key("files-sync", Kind::Files, 260, 1),
    revoked(key("contractor-upload", Kind::Uploader, 9_900, 3)),
    limited(key("load-test", Kind::Pinning, 410, 3), 9_999, 10_000),
    key("ci-deploy", Kind::Uploader, 170, 0),
    key("metadata-backup", Kind::Pinning, 12_100, 2),
    revoked(key("Mei's laptop", Kind::Admin, 11_300, 2)),
    limited(key("hackathon", Kind::Files, 1_900, 3), 100, 100),
    key("mint-page-staging", Kind::Uploader, 95, 2),
];

/// The account as it is at the start.
pub(crate) fn state(quirks: PinataQuirks, keys: usize, seed: u64, now: i64) -> State {
    let mut rng = Rng::with_seed(seed ^ 0x0070_696e_6174_6100);
    let account = account(&mut rng, keys, now);
    State::new(quirks, rng, account)
}

fn account(rng: &mut Rng, keys: usize, now: i64) -> Account {
    let users = ["ops", "ana", "mei", "lukasz"]
        .map(|name| User { id: uuid(random(rng)), email: format!("{name}@sandbox.example") });
    let scopes = KINDS.map(|kind| Arc::new(scopes(kind)));
    let mut rows: Vec<Row> = (0..keys.max(1))
        .map(|number| {
            let template = match TEMPLATES.get(number) {
                Some(template) => Seed::from(template),
                None => Seed::invent(rng, number),
            };
            let scopes = Arc::clone(&scopes[template.kind as usize]);
            template.row(rng, scopes, now)
        })
        .collect();
    let credential = rows[0].key;
    rows.sort_by_key(|row| row.created);
    separate(rows.iter_mut().map(|row| &mut row.created), MILLI);
    for row in &mut rows {
        row.updated = row.updated.max(row.created);
    }
    let credential = rows.iter().zip(0..).find(|(row, _)| row.key == credential);
    let credential = credential.map_or(0, |(_, number)| number);
    Account { users: users.to_vec(), rows, credential }
}

/// A key without its random parts.
struct Seed {
    name: String,
    kind: Kind,
    age: i64,
    max_uses: Option<u32>,
    uses: u32,
    revoked: bool,
    user: u8,
}

impl Seed {
    fn from(template: &Template) -> Self {
        Self {
            name: template.name.to_owned(),
            kind: template.kind,
            age: template.hours * HOUR,
            max_uses: template.max_uses,
            uses: template.uses,
            revoked: template.revoked,
            user: template.user,
        }
    }

    /// Invents a key after the templates: mostly uploaders, and some of each other kind.
    fn invent(rng: &mut Rng, number: usize) -> Self {
        let kind = match rng.u8(..100) {
            0..=3 => Kind::Admin,
            4..=18 => KINDS[rng.usize(2..KINDS.len())],
            _ => Kind::Uploader,
        };
        let max_uses = (rng.u8(..10) < 3).then(|| [1, 10, 100, 5_000][rng.usize(..4)]);
        let uses = max_uses.map_or(0, |max| if rng.bool() { max } else { rng.u32(..max) });
        Self {
            name: name(rng, number),
            kind,
            age: rng.i64(HOUR..1_100 * DAY),
            max_uses,
            uses,
            revoked: rng.u8(..100) < 15,
            user: rng.u8(..4),
        }
    }

    fn row(self, rng: &mut Rng, scopes: Arc<Scopes>, now: i64) -> Row {
        // In milliseconds, as in the vendor's JSON.
        let created = (now - self.age - rng.i64(0..59 * MINUTE)).div_euclid(MILLI) * MILLI;
        let touched = self.uses > 0 || self.revoked;
        let share = rng.i64(40..95);
        let later = if touched { (now - created) / 100 * share } else { 0 };
        Row {
            id: random(rng),
            key: random(rng),
            secret: secret(rng),
            name: self.name.into(),
            max_uses: self.max_uses,
            uses: self.uses,
            user: self.user,
            scopes,
            revoked: self.revoked,
            created,
            updated: created + later,
            active: i64::MIN,
        }
    }
}

fn scopes(kind: Kind) -> Scopes {
    let endpoints = |endpoints: Value| json!({"endpoints": endpoints, "admin": false});
    let resources = |list: &[&str]| json!({"resources": list, "admin": false});
    let shown = match kind {
        Kind::Admin => json!({"admin": true}),
        Kind::Uploader => {
            endpoints(json!({"pinning": {"pinFileToIPFS": true, "pinJSONToIPFS": true}}))
        }
        Kind::Pinning => endpoints(json!({
            "data": {"pinList": true, "userPinnedDataTotal": true},
            "pinning": {
                "hashMetadata": true, "hashPinPolicy": true, "pinByHash": true,
                "pinFileToIPFS": true, "pinJSONToIPFS": true, "pinJobs": true,
                "unpin": true, "userPinPolicy": true
            }
        })),
        Kind::Reader => endpoints(json!({"data": {"pinList": true, "userPinnedDataTotal": false}})),
        Kind::Psa => endpoints(json!({
            "data": {"pinList": false, "userPinnedDataTotal": false},
            "pinning": {
                "hashMetadata": false, "hashPinPolicy": false, "pinByHash": false,
                "pinFileToIPFS": false, "pinJSONToIPFS": false, "pinJobs": false,
                "unpin": false, "userPinPolicy": false
            },
            "psa": {"pins": {
                "addPinObject": true, "getPinObject": true, "listPinObjects": true,
                "removePinObject": false, "replacePinObject": false
            }}
        })),
        Kind::Issuer => resources(&["org:read", "org:write"]),
        Kind::Files => resources(&["org:files:write", "org:groups:read"]),
        Kind::Analytics => resources(&["org:analytics:read"]),
        Kind::Nothing => json!({"admin": false}),
    };
    Scopes { shown, admin: kind == Kind::Admin, org_write: kind == Kind::Issuer }
}

#[cfg(test)]
mod tests {
    use super::super::quirks::{ListOrder, PinataQuirks};
    use super::super::state::Filter;
    use super::state;

    #[test]
    fn an_unstable_page_of_all_keys_is_a_permutation() {
        for keys in [1, 2, 9, 24, 100] {
            let quirks = PinataQuirks::with(|it| {
                it.order = ListOrder::Unstable;
                it.page_size = 1000;
            });
            let mut account = state(quirks, keys, 1, 0);
            let (mut page, count) = account.page(Filter::default(), 0, 0);
            page.sort_unstable();
            assert_eq!(count, keys);
            assert_eq!(page, (0..u32::try_from(keys).unwrap()).collect::<Vec<_>>());
        }
    }
}

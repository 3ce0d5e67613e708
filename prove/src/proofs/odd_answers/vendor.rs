//! Two vendors at rest, imitated from their documents: what they answer when nothing is odd.

use fastrand::Rng;

use super::json::Json;

/// A vendor that is imitated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Vendor {
    OpenRouter,
    Pinata,
}

impl Vendor {
    pub(crate) const ALL: [Self; 2] = [Self::OpenRouter, Self::Pinata];

    pub(crate) fn id(self) -> &'static str {
        match self {
            Self::OpenRouter => "openrouter",
            Self::Pinata => "pinata",
        }
    }

    /// The member that holds a key's id.
    pub(crate) fn id_member(self) -> &'static str {
        match self {
            Self::OpenRouter => "hash",
            Self::Pinata => "key",
        }
    }

    /// The member that holds the rows of a list.
    pub(crate) fn rows_member(self) -> &'static str {
        match self {
            Self::OpenRouter => "data",
            Self::Pinata => "keys",
        }
    }
}

/// What an answer is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    Keys,
    Containers,
    Key,
    Create,
    Update,
    Revoke,
    Credential,
    Other,
}

/// An answer before it is sent.
#[derive(Clone, Debug)]
pub(crate) struct Answer {
    pub(crate) route: Route,
    pub(crate) status: u16,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Json,
}

/// The state of one vendor's account.
#[derive(Clone, Debug)]
pub(crate) struct World {
    pub(crate) vendor: Vendor,
    pub(crate) keys: Vec<Json>,
    pub(crate) containers: Vec<Json>,
    page: usize,
    /// Whether the key that is revoked exists, and whether the secret that is tried works.
    pub(crate) refuses: bool,
    pub(crate) credential: String,
    /// The secret of the key that a create makes.
    pub(crate) secret: String,
    /// The id of that key, if the secret itself names it.
    pub(crate) id_in_secret: Option<String>,
    pub(crate) created: u32,
}

impl World {
    pub(crate) fn new(vendor: Vendor, random: &mut Rng) -> Self {
        let count = random.usize(1..=14);
        let containers: Vec<Json> = (0..random.usize(1..=2)).map(container).collect();
        let keys = (0..count).map(|at| match vendor {
            Vendor::OpenRouter => openrouter_row(at, &containers, random),
            Vendor::Pinata => pinata_row(at, random),
        });
        let keys = keys.collect();
        let (credential, secret) = match vendor {
            Vendor::OpenRouter => (openrouter_secret(random), openrouter_secret(random)),
            Vendor::Pinata => (jwt("0123456789abcdef0123", random), jwt(&hex(99, 20), random)),
        };
        let page = random.usize(3..=10);
        let refuses = random.u8(0..3) == 0;
        let id_in_secret = (vendor == Vendor::Pinata).then(|| hex(99, 20));
        Self {
            vendor,
            keys,
            containers,
            page,
            refuses,
            credential,
            secret,
            id_in_secret,
            created: 0,
        }
    }

    pub(crate) fn id(&self, at: usize) -> String {
        let id = self.keys[at].get(self.vendor.id_member()).and_then(Json::as_text);
        id.unwrap_or_default().to_owned()
    }

    /// Answers a request as the vendor's documents say.
    pub(crate) fn answer(&mut self, method: &str, target: &str, body: &[u8]) -> Answer {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let parameter = |name: &str| {
            let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
            pairs.find(|(own, _)| *own == name).map(|(_, value)| value.to_owned())
        };
        let offset = parameter("offset").and_then(|text| text.parse().ok()).unwrap_or(0usize);
        let path = path.trim_start_matches("/api/v1").trim_end_matches('/');
        match self.vendor {
            Vendor::OpenRouter => {
                let workspace = parameter("workspace_id");
                self.openrouter(method, path, offset, workspace.as_deref(), body)
            }
            Vendor::Pinata => self.pinata(method, path, offset),
        }
    }

    fn openrouter(
        &mut self,
        method: &str,
        path: &str,
        offset: usize,
        workspace: Option<&str>,
        body: &[u8],
    ) -> Answer {
        let data = |value: Json| Json::object([("data", value)]);
        match (method, path) {
            ("GET", "/keys") => {
                let first = self.containers.first().and_then(|it| it.get("id")).cloned();
                let wanted = workspace.map_or(first, |id| Some(Json::text(id)));
                let own = self.keys.iter().filter(|key| key.get("workspace_id") == wanted.as_ref());
                let rows = own.skip(offset).take(self.page).cloned().collect();
                plain(Route::Keys, 200, data(Json::List(rows)))
            }
            ("GET", "/workspaces") => {
                let rows = self.containers.iter().skip(offset).cloned().collect();
                let mut page = data(Json::List(rows));
                page.set("total_count", Json::number(self.containers.len().to_string()));
                plain(Route::Containers, 200, page)
            }
            ("POST", "/keys") => {
                self.created += 1;
                let sent = super::json::read(body);
                let mut row = openrouter_row(99, &self.containers, &mut Rng::with_seed(1));
                for name in ["name", "limit", "limit_reset", "expires_at"] {
                    let asked = sent.as_ref().and_then(|sent| sent.get(name)).cloned();
                    row.set(name, asked.unwrap_or(Json::Null));
                }
                row.set("limit_remaining", row.get("limit").cloned().unwrap_or(Json::Null));
                row.set("disabled", Json::Bool(false));
                let mut answer = data(row.clone());
                self.keys.insert(0, row);
                answer.set("key", Json::text(&self.secret));
                plain(Route::Create, 201, answer)
            }
            ("GET", "/key") if self.refuses => {
                openrouter_error(Route::Credential, 401, "User not found.")
            }
            ("GET", "/key") => {
                let mut row = openrouter_row(0, &self.containers, &mut Rng::with_seed(2));
                for name in ["hash", "name", "disabled", "created_at", "updated_at", "last_used_at"]
                {
                    if let Json::Object(members) = &mut row {
                        members.retain(|(own, _)| own != name);
                    }
                }
                row.set("is_management_key", Json::Bool(true));
                row.set("is_provisioning_key", Json::Bool(true));
                plain(Route::Credential, 200, data(row))
            }
            (method, path) => {
                let id = path.strip_prefix("/keys/").unwrap_or_default().to_owned();
                let at = self.keys.iter().position(|key| key.get("hash") == Some(&Json::text(&id)));
                let route = match method {
                    "GET" => Route::Key,
                    "PATCH" => Route::Update,
                    "DELETE" => Route::Revoke,
                    _ => Route::Other,
                };
                match at {
                    Some(at) if method == "GET" => plain(route, 200, data(self.keys[at].clone())),
                    Some(at) if method == "PATCH" => {
                        if let Some(Json::Object(changes)) = super::json::read(body) {
                            for (name, value) in changes {
                                self.keys[at].set(&name, value);
                            }
                        }
                        plain(route, 200, data(self.keys[at].clone()))
                    }
                    Some(at) if method == "DELETE" && !self.refuses => {
                        self.keys.remove(at);
                        plain(route, 200, Json::object([("deleted", Json::Bool(true))]))
                    }
                    _ => openrouter_error(route, 404, "API key not found"),
                }
            }
        }
    }

    fn pinata(&mut self, method: &str, path: &str, offset: usize) -> Answer {
        match (method, path) {
            ("GET", "/users/apiKeys" | "/v3/api_keys" | "/v3/pinata/keys") => {
                let rows = self.keys.iter().skip(offset).take(self.page).cloned().collect();
                let keys = Json::List(rows);
                let page = Json::object([
                    ("keys", keys),
                    ("count", Json::number(self.keys.len().to_string())),
                ]);
                plain(Route::Keys, 200, page)
            }
            ("POST", _) => {
                self.created += 1;
                let mut row = pinata_row(99, &mut Rng::with_seed(1));
                row.set("name", Json::text("odd-create"));
                row.set("max_uses", Json::Null);
                row.set("revoked", Json::Bool(false));
                row.set("scopes", Json::object([("admin", Json::Bool(true))]));
                let id = row.get("key").cloned().unwrap_or(Json::Null);
                self.keys.insert(0, row);
                plain(
                    Route::Create,
                    200,
                    Json::object([
                        ("JWT", Json::text(&self.secret)),
                        ("pinata_api_key", id),
                        ("pinata_api_secret", Json::text(hex(77, 64))),
                    ]),
                )
            }
            ("GET", "/data/testAuthentication") if self.refuses => plain(
                Route::Credential,
                401,
                Json::object([(
                    "error",
                    Json::object([
                        ("reason", Json::text("INVALID_CREDENTIALS")),
                        ("details", Json::text("Invalid/expired credentials")),
                    ]),
                )]),
            ),
            ("GET", "/data/testAuthentication") => plain(
                Route::Credential,
                200,
                Json::object([(
                    "message",
                    Json::text("Congratulations! You are communicating with the Pinata API!"),
                )]),
            ),
            ("PUT" | "DELETE", _) if self.refuses && path != "/users/revokeApiKey" => {
                let error = Json::object([
                    ("code", Json::number(404)),
                    ("message", Json::text("Not Found")),
                ]);
                plain(Route::Revoke, 404, Json::object([("error", error)]))
            }
            ("PUT" | "DELETE", _) => plain(Route::Revoke, 200, Json::text("Revoked")),
            _ => plain(Route::Other, 404, Json::object([("error", Json::text("no such route"))])),
        }
    }
}

fn plain(route: Route, status: u16, body: Json) -> Answer {
    let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
    Answer { route, status, headers, body }
}

fn openrouter_error(route: Route, status: u16, message: &str) -> Answer {
    let error =
        Json::object([("code", Json::number(i64::from(status))), ("message", Json::text(message))]);
    plain(route, status, Json::object([("error", error)]))
}

/// Hexadecimal that is visibly made up: the number of the key, repeated.
fn hex(at: usize, len: usize) -> String {
    format!("{at:02x}fa4e").chars().cycle().take(len).collect()
}

fn openrouter_secret(random: &mut Rng) -> String {
    let tail: String = (0..56).map(|_| random.digit(16)).collect();
    format!("sk-or-v1-fa4efa4e{tail}")
}

fn jwt(key: &str, random: &mut Rng) -> String {
    use base64::Engine as _;
    let encode = |text: &str| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(text);
    let claims =
        format!(r#"{{"scopedKeyKey":"{key}","scopedKeySecret":"fa4efa4e","exp":4102444800}}"#);
    let signature: String = (0..43).map(|_| random.alphanumeric()).collect();
    format!("{}.{}.{signature}", encode(r#"{"alg":"HS256","typ":"JWT"}"#), encode(&claims))
}

fn container(at: usize) -> Json {
    let id = format!("0df9e665-d932-4740-b2c7-00000000000{at}");
    Json::object([("id", Json::text(id)), ("name", Json::text(format!("Workspace {at}")))])
}

fn openrouter_row(at: usize, containers: &[Json], random: &mut Rng) -> Json {
    let limit = random.bool();
    let number =
        |random: &mut Rng| Json::number(format!("{}.{}", random.u8(0..90), random.u8(1..9)));
    let optional = |is: bool, value: Json| if is { value } else { Json::Null };
    let workspace = containers[at % containers.len()].get("id").cloned().unwrap_or(Json::Null);
    let reset = ["daily", "weekly", "monthly"][random.usize(0..3)];
    let label = format!("sk-or-v1-{}...{}", &hex(at, 3), &hex(at, 4));
    Json::object([
        ("hash", Json::text(hex(at, 64))),
        ("name", Json::text(format!("key {at}"))),
        ("label", Json::text(label)),
        ("disabled", Json::Bool(random.bool())),
        ("limit", optional(limit, Json::number(100))),
        ("limit_remaining", optional(limit, number(random))),
        ("limit_reset", optional(random.bool(), Json::text(reset))),
        ("include_byok_in_limit", Json::Bool(random.bool())),
        ("usage", number(random)),
        ("usage_daily", number(random)),
        ("usage_weekly", number(random)),
        ("usage_monthly", number(random)),
        ("byok_usage", number(random)),
        ("byok_usage_daily", number(random)),
        ("byok_usage_weekly", number(random)),
        ("byok_usage_monthly", number(random)),
        ("created_at", Json::text("2026-02-19T20:52:27.363244+00:00")),
        ("updated_at", optional(random.bool(), Json::text("2026-05-01T00:00:00Z"))),
        ("last_used_at", optional(random.bool(), Json::text("2026-09-01T12:00:00Z"))),
        ("expires_at", optional(random.bool(), Json::text("2028-12-31T23:59:59Z"))),
        ("creator_user_id", Json::text("user_2dHFtVWx2n56w6HkM0000000000")),
        ("external_user", Json::Null),
        ("workspace_id", workspace),
    ])
}

fn pinata_row(at: usize, random: &mut Rng) -> Json {
    let scopes = match random.u8(0..3) {
        0 => Json::object([("admin", Json::Bool(true))]),
        1 => Json::object([
            ("endpoints", Json::object([("pinning", Json::object([("unpin", Json::Bool(true))]))])),
            ("admin", Json::Bool(false)),
        ]),
        _ => Json::object([
            (
                "endpoints",
                Json::object([
                    ("data", Json::object([("pinList", Json::Bool(true))])),
                    (
                        "pinning",
                        Json::object([
                            ("unpin", Json::Bool(false)),
                            ("pinByHash", Json::Bool(true)),
                        ]),
                    ),
                ]),
            ),
            ("admin", Json::Bool(false)),
        ]),
    };
    let limited = random.bool();
    Json::object([
        ("id", Json::text(format!("6e1f4b2c-a808-4894-9cd8-0000000000{at:02}"))),
        ("name", Json::text(format!("key {at}"))),
        ("key", Json::text(hex(at, 20))),
        ("max_uses", if limited { Json::number(100) } else { Json::Null }),
        ("uses", Json::number(i64::from(random.u8(0..90)))),
        ("user_id", Json::text("7e3867f9-0e2b-487c-b749-6e3481431463")),
        ("scopes", scopes),
        ("revoked", Json::Bool(random.bool())),
        ("createdAt", Json::text("2026-05-03T07:43:02.593Z")),
        ("updatedAt", Json::text("2026-05-26T22:56:46.692Z")),
    ])
}

//! OpenRouter's operations under `/api/v1`.

use serde_json::{Value, json};

use super::auth::{self, Who};
use super::quirks::{InvalidBoolean, ListRefusal, UnknownWorkspace};
use super::request_body::{self, Invalid};
use super::state::{Filter, State, text};
use super::wire::{self, KeyView};
use crate::clock::{MILLI, Windows};
use crate::exchange::{Call, Problem, Reply, decode};
use crate::token::is_uuid;

#[derive(Clone, Debug, PartialEq, Eq)]
enum Operation {
    ListKeys,
    CreateKey,
    GetKey(String),
    ChangeKey(String),
    DeleteKey(String),
    CurrentKey,
    ListWorkspaces,
    GetWorkspace(String),
    Credits,
    Activity,
}

pub(crate) fn handle(state: &mut State, call: &Call<'_>, now: i64) -> Reply {
    checked(state, call, now).unwrap_or_else(|refusal| refusal)
}

fn checked(state: &mut State, call: &Call<'_>, now: i64) -> Result<Reply, Reply> {
    let operation = route(call)?;
    let who = auth::authenticate(state, call, now)?;
    if let Some(limit) = state.quirks.rate_limit.clone() {
        let decision = state.limiter.count(&limit, who.number(), now);
        if !decision.allowed {
            let mut answer = wire::canonical(429);
            // Only on 429 (docs, limits page), and in milliseconds.
            decision.sign(&mut answer, &limit, MILLI);
            return Err(answer);
        }
    }
    if who != Who::Management && operation != Operation::CurrentKey {
        return Err(refuse_inference_key(state, &operation));
    }
    perform(state, &operation, who, call, now)
}

fn route(call: &Call<'_>) -> Result<Operation, Reply> {
    // The guides' samples post to `/keys/`, the specification knows `/keys`.
    let path = call.path.strip_prefix("/api/v1").unwrap_or_default();
    let path = path.trim_matches('/');
    let segments: Vec<&str> = path.split('/').collect();
    let operation = match (call.method, &segments[..]) {
        ("GET", ["keys"]) => Operation::ListKeys,
        ("POST", ["keys"]) => Operation::CreateKey,
        ("GET", ["keys", hash]) => Operation::GetKey(decode(hash, false)),
        ("PATCH", ["keys", hash]) => Operation::ChangeKey(decode(hash, false)),
        ("DELETE", ["keys", hash]) => Operation::DeleteKey(decode(hash, false)),
        ("GET", ["key"] | ["auth", "key"]) => Operation::CurrentKey,
        ("GET", ["workspaces"]) => Operation::ListWorkspaces,
        ("GET", ["workspaces", id]) => Operation::GetWorkspace(decode(id, false)),
        ("GET", ["credits"]) => Operation::Credits,
        ("GET", ["activity"]) => Operation::Activity,
        (
            _,
            ["keys" | "key" | "workspaces" | "credits" | "activity"]
            | ["keys" | "workspaces", _]
            | ["auth", "key"],
        ) => return Err(wire::canonical(405)),
        _ => return Err(wire::canonical(404)),
    };
    Ok(operation)
}

fn refuse_inference_key(state: &State, operation: &Operation) -> Reply {
    let unlisted =
        matches!(operation, Operation::ListKeys | Operation::GetKey(_) | Operation::DeleteKey(_));
    let status = match state.quirks.list_refusal {
        ListRefusal::Unauthorized if unlisted => 401,
        _ => 403,
    };
    wire::error(status, "Only management keys can perform this operation", None)
}

fn perform(
    state: &mut State,
    operation: &Operation,
    who: Who,
    call: &Call<'_>,
    now: i64,
) -> Result<Reply, Reply> {
    match operation {
        Operation::ListKeys => list_keys(state, call, now),
        Operation::CreateKey => {
            let new =
                request_body::create(call.body, state).map_err(|problem| bad_request(&problem))?;
            let number = state.create(new, now);
            let row = &state.rows[number as usize];
            let data = KeyView::of(state, row, Windows::at(now));
            // The secret is next to `data`, not in it (official OpenAPI; a cookbook page is wrong).
            Ok(wire::ok(201, &json!({"data": data, "key": text(row.key)})))
        }
        Operation::GetKey(hash) => {
            let number = find(state, hash)?;
            Ok(show(state, number, now))
        }
        Operation::ChangeKey(hash) => {
            let change =
                request_body::change(call.body, state).map_err(|invalid| match invalid {
                    Invalid::Field(problem) => bad_request(&problem),
                    Invalid::Nothing => wire::error(400, "No update fields provided", None),
                    Invalid::Workspace => wire::canonical(404),
                })?;
            let number = find(state, hash)?;
            if change.workspace.is_some_and(|workspace| state.stuck(number, workspace)) {
                let message = "The API key creator is not a member of the target workspace. \
                               Add them to the workspace, then retry.";
                return Err(wire::error(409, message, None));
            }
            state.change(number, change, now);
            Ok(show(state, number, now))
        }
        Operation::DeleteKey(hash) => {
            let number = find(state, hash)?;
            state.delete(number, now);
            Ok(wire::ok(200, &json!({"deleted": true})))
        }
        Operation::CurrentKey => {
            let row = match who {
                Who::Management => None,
                Who::Key(number) => Some(&state.rows[number as usize]),
            };
            Ok(wire::ok(200, &wire::current(state, row, now)))
        }
        Operation::ListWorkspaces => list_workspaces(state, call),
        Operation::GetWorkspace(id) => get_workspace(state, id),
        Operation::Credits => Ok(wire::ok(200, &wire::credits(state))),
        Operation::Activity => activity(call),
    }
}

fn find(state: &State, hash: &str) -> Result<u32, Reply> {
    // A malformed hash is also not found (official acceptance tests).
    state.find(hash).ok_or_else(|| wire::canonical(404))
}

fn show(state: &State, number: u32, now: i64) -> Reply {
    let data = KeyView::of(state, &state.rows[number as usize], Windows::at(now));
    wire::ok(200, &json!({"data": data}))
}

fn list_keys(state: &mut State, call: &Call<'_>, now: i64) -> Result<Reply, Reply> {
    let mut filter = Filter { workspace: 0, disabled: false, expired: false };
    let mut offset = 0;
    for (name, value) in call.parameters() {
        match name.as_str() {
            "include_disabled" => filter.disabled = flag(state, "include_disabled", &value)?,
            "include_expired" => filter.expired = flag(state, "include_expired", &value)?,
            "offset" => offset = whole("offset", &value, 0, u64::MAX)?,
            "workspace_id" => {
                if !is_uuid(&value) {
                    return Err(bad_request(&Problem::new("workspace_id", "must be a UUID")));
                }
                match (state.workspace(&value), state.quirks.unknown_workspace) {
                    (Some(number), _) => filter.workspace = number,
                    (None, UnknownWorkspace::NotFound) => return Err(wire::canonical(404)),
                    (None, UnknownWorkspace::BadRequest) => return Err(wire::canonical(400)),
                    (None, UnknownWorkspace::Empty) => filter.workspace = u32::MAX,
                }
            }
            _ => {}
        }
    }
    let page = state.page(filter, offset, now);
    let windows = Windows::at(now);
    let rows = page.iter().map(|number| &state.rows[*number as usize]);
    let data: Vec<_> = rows.map(|row| KeyView::of(state, row, windows)).collect();
    Ok(wire::ok(200, &Data { data }))
}

/// `{"data": …}`, serialized without a [`Value`].
#[derive(serde::Serialize)]
struct Data<'a> {
    data: Vec<KeyView<'a>>,
}

fn flag(state: &State, field: &'static str, value: &str) -> Result<bool, Reply> {
    match (value, state.quirks.invalid_boolean) {
        ("true", _) => Ok(true),
        ("false", _) | (_, InvalidBoolean::Ignored) => Ok(false),
        _ => Err(bad_request(&Problem::new(field, "must be true or false"))),
    }
}

fn whole(field: &'static str, value: &str, least: u64, most: u64) -> Result<u64, Reply> {
    // Nullable in the specification.
    if field == "offset" && (value.is_empty() || value == "null") {
        return Ok(0);
    }
    let number = value.parse().ok().filter(|number| (least..=most).contains(number));
    number.ok_or_else(|| bad_request(&Problem::new(field, "is not a whole number within bounds")))
}

fn list_workspaces(state: &State, call: &Call<'_>) -> Result<Reply, Reply> {
    may_read_workspaces(state)?;
    let mut offset = 0;
    let mut limit = 50;
    for (name, value) in call.parameters() {
        match name.as_str() {
            "offset" => offset = whole("offset", &value, 0, u64::MAX)?,
            "limit" => limit = whole("limit", &value, 1, 100)?,
            _ => {}
        }
    }
    let size = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
    let page = state.workspaces.iter().skip(size(offset)).take(size(limit));
    let data: Vec<Value> = page.map(|it| wire::workspace(state, it)).collect();
    let total = state.workspaces.len() as u64 + u64::from(state.quirks.unlisted_workspaces);
    Ok(wire::ok(200, &json!({"data": data, "total_count": total})))
}

fn get_workspace(state: &State, id: &str) -> Result<Reply, Reply> {
    may_read_workspaces(state)?;
    // `default` names the default workspace whatever its slug is (one client relies on it).
    let first = state.workspaces.first().filter(|_| id == "default");
    let found = state.workspaces.iter().find(|it| it.slug == id || it.id.eq_ignore_ascii_case(id));
    let workspace = first.or(found).ok_or_else(|| wire::canonical(404))?;
    Ok(wire::ok(200, &json!({"data": wire::workspace(state, workspace)})))
}

fn may_read_workspaces(state: &State) -> Result<(), Reply> {
    if state.quirks.workspaces_forbidden { Err(wire::canonical(403)) } else { Ok(()) }
}

/// Activity is not imitated, so the reply is empty.
fn activity(call: &Call<'_>) -> Result<Reply, Reply> {
    for (name, value) in call.parameters() {
        let valid = match name.as_str() {
            "date" => value.parse::<jiff::civil::Date>().is_ok(),
            "group_by" => value == "workspace",
            _ => true,
        };
        if !valid {
            return Err(wire::canonical(400));
        }
    }
    Ok(wire::ok(200, &json!({"data": []})))
}

/// The canonical message, with the problem in `metadata`, whose content is not specified.
fn bad_request(problem: &Problem) -> Reply {
    let metadata = json!({"field": problem.field, "problem": problem.text});
    wire::error(400, "Invalid request parameters", Some(&metadata))
}

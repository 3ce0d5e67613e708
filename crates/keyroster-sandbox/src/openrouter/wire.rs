//! OpenRouter's JSON: every field that the official OpenAPI of 2026-10-30 requires.

use serde::{Serialize, Serializer};
use serde_json::{Value, json};

use super::state::{Micros, Reset, Row, State, Workspace};
use crate::clock::{Windows, micros_offset, short_z};
use crate::exchange::Reply;
use crate::token::hex;

// No response header is in the specification, so there is none but the type.
const JSON: &str = "application/json";

/// Before this there was no record of use: `last_used_at` is "null if no usage has been recorded
/// since the end of 2025". It is the start of 2026.
const USE_RECORDED_SINCE: i64 = 1_767_225_600_000_000;

/// A number as JavaScript writes it: `50`, not `50.0`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Usd(f64);

impl Serialize for Usd {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        // All amounts are far below 2^53.
        #[expect(clippy::cast_possible_truncation, reason = "whole and small, see above")]
        if self.0.fract() == 0.0 && self.0.abs() < 1e15 {
            serializer.serialize_i64(self.0 as i64)
        } else {
            serializer.serialize_f64(self.0)
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "an amount of money is far below 2^53 millionths")]
fn usd(micros: Micros) -> Usd {
    Usd(micros as f64 / 1e6)
}

/// The spending of a key in total and in the current windows.
#[derive(Clone, Copy, Debug, Default)]
struct Sums {
    total: Micros,
    day: Micros,
    week: Micros,
    month: Micros,
}

impl Sums {
    fn of(spent: impl Iterator<Item = (i64, Micros)>, windows: Windows) -> Self {
        let mut sums = Self::default();
        for (at, amount) in spent {
            sums.total += amount;
            for (sum, start) in [
                (&mut sums.day, windows.day),
                (&mut sums.week, windows.week),
                (&mut sums.month, windows.month),
            ] {
                if at >= start {
                    *sum += amount;
                }
            }
        }
        sums
    }

    fn within(self, reset: Option<Reset>) -> Micros {
        match reset {
            None => self.total,
            Some(Reset::Daily) => self.day,
            Some(Reset::Weekly) => self.week,
            Some(Reset::Monthly) => self.month,
        }
    }
}

/// The limit and the spending of a key, in a listing and in `GET /key`.
#[derive(Debug, Serialize)]
struct Spending {
    limit: Option<Usd>,
    limit_remaining: Option<Usd>,
    limit_reset: Option<Reset>,
    include_byok_in_limit: bool,
    usage: Usd,
    usage_daily: Usd,
    usage_weekly: Usd,
    usage_monthly: Usd,
    byok_usage: Usd,
    byok_usage_daily: Usd,
    byok_usage_weekly: Usd,
    byok_usage_monthly: Usd,
}

impl Spending {
    fn of(state: &State, row: Option<&Row>, windows: Windows) -> Self {
        let spends = row.map_or(&[][..], |row| &row.spend);
        let credits = Sums::of(spends.iter().map(|it| (it.at, it.credits)), windows);
        let byok = Sums::of(spends.iter().map(|it| (it.at, it.byok)), windows);
        let limit = row.and_then(|row| row.limit);
        let remaining = row.zip(limit).map(|(row, limit)| {
            let counted = if row.byok_in_limit { byok.within(row.reset) } else { 0 };
            let counted = usd(credits.within(row.reset) + counted).0;
            let left = ((limit - counted) * 1e9).round() / 1e9;
            Usd(if state.quirks.limit_remaining_clamped { left.max(0.0) } else { left })
        });
        Self {
            limit: limit.map(Usd),
            limit_remaining: remaining,
            limit_reset: row.and_then(|row| row.reset),
            include_byok_in_limit: row.is_some_and(|row| row.byok_in_limit),
            usage: usd(credits.total),
            usage_daily: usd(credits.day),
            usage_weekly: usd(credits.week),
            usage_monthly: usd(credits.month),
            byok_usage: usd(byok.total),
            byok_usage_daily: usd(byok.day),
            byok_usage_weekly: usd(byok.week),
            byok_usage_monthly: usd(byok.month),
        }
    }
}

/// A key in a listing.
#[derive(Debug, Serialize)]
pub(super) struct KeyView<'a> {
    hash: String,
    name: &'a str,
    label: String,
    disabled: bool,
    #[serde(flatten)]
    spending: Spending,
    created_at: String,
    updated_at: Option<String>,
    last_used_at: Option<String>,
    expires_at: Option<String>,
    creator_user_id: Option<&'a str>,
    external_user: Option<&'a str>,
    workspace_id: &'a str,
}

impl<'a> KeyView<'a> {
    pub(super) fn of(state: &'a State, row: &'a Row, windows: Windows) -> Self {
        let used = row.spend.iter().map(|spend| spend.at).max();
        Self {
            hash: hex(&row.hash),
            name: &row.name,
            label: label(state, row.key),
            disabled: row.disabled,
            spending: Spending::of(state, Some(row), windows),
            created_at: micros_offset(row.created),
            updated_at: row.updated.map(micros_offset),
            last_used_at: used.filter(|at| *at >= USE_RECORDED_SINCE).map(short_z),
            expires_at: row.expires.map(short_z),
            creator_user_id: row.creator.as_deref(),
            external_user: row.external_user.as_deref(),
            workspace_id: &state.workspaces[row.workspace as usize].id,
        }
    }
}

/// Every key that was not deleted, as the vendor shows it, newest first.
pub(crate) fn truth(state: &State, now: i64) -> Vec<Value> {
    let windows = Windows::at(now);
    let rows = state.rows.iter().rev().filter(|row| row.deleted.is_none());
    let views = rows.map(|row| KeyView::of(state, row, windows));
    views.map(|view| serde_json::to_value(view).unwrap_or_default()).collect()
}

/// `sk-or-v1-0e6...1c96` (official OpenAPI, the schema's example).
fn label(state: &State, key: [u8; 32]) -> String {
    let digits = hex(&key);
    let tail = usize::from(state.quirks.label_tail.min(8));
    format!("sk-or-v1-{}...{}", &digits[..3], &digits[digits.len() - tail..])
}

/// The reply to `GET /key` for a key or the management key.
pub(super) fn current(state: &State, row: Option<&Row>, now: i64) -> Value {
    let windows = Windows::at(now);
    let spending = Spending::of(state, row, windows);
    let budget = row.and_then(|row| budget(row, &spending, windows));
    let management = row.is_none();
    let mut data = json!({
        "label": label(state, row.map_or(state.members.management, |row| row.key)),
        "is_free_tier": false,
        "is_management_key": management,
        "is_provisioning_key": management,
        "creator_user_id": row.map_or(Some(&*state.members.owner), |row| row.creator.as_deref()),
        "organization_id": state.members.organization,
        // A management key belongs to the account, not to a workspace.
        "workspace_id": row.map(|row| &state.workspaces[row.workspace as usize].id),
        "allowed_data_regions": ["global"],
        "free_model_daily_requests": {"limit": 1000, "remaining": 988, "used": 12},
        "budgets": budget.iter().collect::<Vec<_>>(),
        "effective_budget": budget,
        "expires_at": row.and_then(|row| row.expires).map(short_z),
        "rate_limit": {
            "requests": -1,
            "interval": "10s",
            "note": "This field is deprecated and safe to ignore."
        },
    });
    let spending = serde_json::to_value(spending).unwrap_or_default();
    if let (Value::Object(data), Value::Object(spending)) = (&mut data, spending) {
        data.extend(spending);
    }
    json!({"data": data})
}

/// The key's own limit as a budget. Guardrails and workspace budgets are not imitated.
fn budget(row: &Row, spending: &Spending, windows: Windows) -> Option<Value> {
    let limit = row.limit?;
    let (credits, byok, resets) = match row.reset {
        None => (spending.usage, spending.byok_usage, None),
        Some(Reset::Daily) => {
            (spending.usage_daily, spending.byok_usage_daily, Some(windows.next_day))
        }
        Some(Reset::Weekly) => {
            (spending.usage_weekly, spending.byok_usage_weekly, Some(windows.next_week))
        }
        Some(Reset::Monthly) => {
            (spending.usage_monthly, spending.byok_usage_monthly, Some(windows.next_month))
        }
    };
    let spent = credits.0 + if row.byok_in_limit { byok.0 } else { 0.0 };
    let exact = |amount: f64| Usd((amount * 1e9).round() / 1e9);
    Some(json!({
        "scope": "key_limit",
        "guardrail_id": null,
        "budget_id": null,
        "limit_usd": Usd(limit),
        "spend_usd": exact(spent),
        // Not clamped, whatever `limit_remaining` is: the schema defines it as the difference.
        "remaining_usd": exact(limit - spent),
        "reset_interval": row.reset,
        "resets_at": resets.map(short_z),
        "include_byok": row.byok_in_limit,
    }))
}

pub(super) fn workspace(state: &State, workspace: &Workspace) -> Value {
    json!({
        "id": workspace.id,
        "default_guardrail_id": workspace.guardrail,
        "name": workspace.name,
        "slug": workspace.slug,
        "description": workspace.description,
        "default_text_model": null,
        "default_image_model": null,
        "default_provider_sort": null,
        "is_observability_io_logging_enabled": false,
        "is_observability_broadcast_enabled": false,
        "is_data_discount_logging_enabled": false,
        "io_logging_sampling_rate": 1,
        "io_logging_api_key_ids": null,
        "include_byok_in_budgets": false,
        "disabled_server_tools": null,
        "created_at": micros_offset(workspace.created),
        "updated_at": null,
        "created_by": &*state.members.owner,
    })
}

/// Credits bought and spent. Keys of a user's own providers spend none.
pub(super) fn credits(state: &State) -> Value {
    let spends = state.rows.iter().flat_map(|row| row.spend.iter());
    let used: Micros = spends.map(|spend| spend.credits).sum();
    let bought = (used / 500_000_000 + 1) * 500_000_000;
    json!({"data": {"total_credits": usd(bought), "total_usage": usd(used)}})
}

pub(super) fn ok<T: Serialize + ?Sized>(status: u16, body: &T) -> Reply {
    Reply::json(status, JSON, body)
}

/// The envelope of every error (official OpenAPI).
pub(super) fn error(status: u16, message: &str, metadata: Option<&Value>) -> Reply {
    let mut error = json!({"code": status, "message": message});
    if let Some(metadata) = metadata {
        error["metadata"] = metadata.clone();
    }
    Reply::json(status, JSON, &json!({"error": error}))
}

/// An error with the example text of the specification.
pub(crate) fn canonical(status: u16) -> Reply {
    let message = match status {
        400 => "Invalid request parameters",
        401 => "Missing Authentication header",
        402 => "Insufficient credits. Add more using https://openrouter.ai/credits",
        403 => "Only management keys can perform this operation",
        404 => "Resource not found",
        405 => "Method not allowed",
        409 => "Resource conflict. Please try again later.",
        429 => "Rate limit exceeded",
        500 => "Internal Server Error",
        502 => "Provider returned error",
        503 => "Service temporarily unavailable",
        _ => "Request failed",
    };
    let metadata = (status == 429).then(|| json!({"error_type": "rate_limit_exceeded"}));
    error(status, message, metadata.as_ref())
}

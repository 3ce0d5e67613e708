//! Settings for undocumented behavior of OpenRouter.

use serde::{Deserialize, Serialize};

use crate::rate::RateLimit;

/// The input of a key's `hash`, which is a SHA-256. The specification does not name the input, and its
/// example pair matches none of these.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum HashInput {
    /// The whole key, `sk-or-v1-…`.
    #[default]
    Key,
    /// Its 64 hex digits.
    HexDigits,
    /// The 32 bytes of these digits.
    Bytes,
    /// Something that cannot be derived from the key.
    Unrelated,
}

/// The order of keys that were created at the same instant.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum TieBreak {
    /// The last inserted one first.
    #[default]
    LastInserted,
    /// By `hash`, ascending.
    Hash,
    /// Another order for every request.
    Unstable,
}

/// The reply to an inference key for operations for which the specification lists no 403.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ListRefusal {
    /// 403 `Only management keys can perform this operation`, as elsewhere.
    #[default]
    Forbidden,
    /// 401 with the same text.
    Unauthorized,
}

/// The effect of a query boolean other than `true` and `false`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum InvalidBoolean {
    /// 400.
    #[default]
    BadRequest,
    /// The same as `false`.
    Ignored,
}

/// The reply to listing the keys of an unknown workspace.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum UnknownWorkspace {
    /// 404, which the specification of October 2026 lists without a reason.
    #[default]
    NotFound,
    /// 400.
    BadRequest,
    /// 200 with no keys.
    Empty,
}

/// How the imitated OpenRouter behaves where its documents say nothing. Each field has the default that its
/// description names.
///
/// Change fields of the default, or use [`OpenRouterQuirks::with`]:
///
/// ```
/// use keyroster_sandbox::OpenRouterQuirks;
///
/// let quirks = OpenRouterQuirks::with(|it| it.workspaces_forbidden = true);
/// assert_eq!(quirks.page_size, 100);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "each is an unknown of its own")]
pub struct OpenRouterQuirks {
    /// Number of keys per page of `GET /keys`, at least 1. Default: 100. The guide says "most recent 100 API
    /// keys".
    pub page_size: u32,
    /// Whether a page may be shorter than the others at any place in the list, as when a vendor drops rows after it
    /// has cut its page. Each page then has a random length, at least one key. Default: false.
    pub cuts_pages: bool,
    /// Number of workspaces that `total_count` counts and no page lists. Default: 0.
    pub unlisted_workspaces: u32,
    /// The input of `hash`. Default: the whole key; undocumented.
    pub hash_input: HashInput,
    /// Number of hex digits at the end of a label. Default: 4, as in the schema's example. Other samples have 3.
    pub label_tail: u8,
    /// The order of keys created at the same instant. Default: the last inserted one first; undocumented.
    pub tie_break: TieBreak,
    /// The reply to an inference key that sends `GET /keys`, or GET or DELETE of `/keys/{hash}`.
    /// Default: 403; undocumented.
    pub list_refusal: ListRefusal,
    /// The text of the 401 for an unknown, deleted, disabled or expired key. Default: `User not found.`,
    /// as third parties report; undocumented.
    pub dead_key_message: String,
    /// Whether `limit_remaining` stops at 0. Default: false. It is limit minus usage; undocumented.
    pub limit_remaining_clamped: bool,
    /// The effect of `include_disabled=maybe`. Default: 400; undocumented.
    pub invalid_boolean: InvalidBoolean,
    /// The reply to listing an unknown workspace. Default: 404.
    pub unknown_workspace: UnknownWorkspace,
    /// Whether a PATCH that changes nothing sets `updated_at`. Default: true; undocumented.
    pub noop_patch_updates: bool,
    /// Milliseconds until a new key is listed (`GET /keys/{hash}` finds it at once). Default: 0. The smoke
    /// test of one client asks up to five times.
    pub list_lag_ms: u32,
    /// Milliseconds for which a deleted key still authenticates on `GET /key`. Default: 0; undocumented.
    pub delete_lag_ms: u32,
    /// Whether the management key may not read workspaces (403). Default: false.
    pub workspaces_forbidden: bool,
    /// A limit on requests per key. Default: none. No limit is published for key management.
    pub rate_limit: Option<RateLimit>,
}

impl Default for OpenRouterQuirks {
    fn default() -> Self {
        Self {
            page_size: 100,
            cuts_pages: false,
            unlisted_workspaces: 0,
            hash_input: HashInput::default(),
            label_tail: 4,
            tie_break: TieBreak::default(),
            list_refusal: ListRefusal::default(),
            dead_key_message: "User not found.".to_owned(),
            limit_remaining_clamped: false,
            invalid_boolean: InvalidBoolean::default(),
            unknown_workspace: UnknownWorkspace::default(),
            noop_patch_updates: true,
            list_lag_ms: 0,
            delete_lag_ms: 0,
            workspaces_forbidden: false,
            rate_limit: None,
        }
    }
}

impl OpenRouterQuirks {
    /// Returns the defaults, modified by `change`.
    #[must_use]
    pub fn with(change: impl FnOnce(&mut Self)) -> Self {
        let mut quirks = Self::default();
        change(&mut quirks);
        quirks
    }
}

//! Settings for undocumented behavior of Pinata.

use serde::{Deserialize, Serialize};

use crate::rate::RateLimit;

/// The order of a listing. It is undocumented, and no parameter sorts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ListOrder {
    /// The newest key first.
    #[default]
    NewestFirst,
    /// The oldest key first.
    OldestFirst,
    /// Another order for every request, as from a database without `ORDER BY`.
    Unstable,
}

/// The reply to revoking a key that is unknown or already revoked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum RevokeAnswer {
    /// 200 `"Revoked"`, as if it had worked.
    #[default]
    Revoked,
    /// 404.
    NotFound,
}

/// The reply to a legacy request without a credential.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum NoCredentials {
    /// 401, as measured in 2026.
    #[default]
    Unauthorized,
    /// 400 `KEYS_MUST_BE_STRINGS`, as captured from 2022 to 2023.
    BadRequest,
}

/// The reply to a key without uses left.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ExhaustedError {
    /// 403 `API_KEY_MAX_USES_REACHED`.
    #[default]
    Forbidden,
    /// 401 `INVALID_CREDENTIALS`, as for an invalid key.
    Unauthorized,
    /// 429.
    TooManyRequests,
}

/// The effect of the filter `exhausted` without `limitedUse=true`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ExhaustedFilter {
    /// The filter has no effect.
    #[default]
    Ignored,
    /// The filter is applied.
    Honored,
    /// The reply is 400.
    BadRequest,
}

/// The meaning of `maxUses: 0` in a create. An example of the legacy page sends it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ZeroUses {
    /// No limit.
    #[default]
    Unlimited,
    /// A key that is exhausted from the start.
    Exhausted,
}

/// How a listing reports `permissions.resources` of a key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ResourceScopes {
    /// The scopes exactly as sent: `{"resources":["org:read"],"admin":false}`.
    #[default]
    Resources,
    /// `{}`.
    Empty,
}

/// How the imitated Pinata behaves where its documents say nothing. Each field has the default that its description
/// names.
///
/// Change fields of the default, or use [`PinataQuirks::with`]:
///
/// ```
/// use keyroster_sandbox::{ListOrder, PinataQuirks};
///
/// let quirks = PinataQuirks::with(|it| it.order = ListOrder::Unstable);
/// assert_eq!(quirks.page_size, 10);
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
#[expect(clippy::struct_excessive_bools, reason = "each is an unknown of its own")]
pub struct PinataQuirks {
    /// Number of keys per page, at least 1. Default: 10, as on the legacy API (docs.pinata.cloud, legacy
    /// page). Two clients rely on ten on v3, whose documents give no number.
    pub page_size: u32,
    /// The order of a listing. Default: newest first; undocumented.
    pub order: ListOrder,
    /// Whether `count` is the length of the page. Default: false. It is the number of matching keys, as two
    /// clients understand it.
    pub count_is_page_length: bool,
    /// Whether a page may be shorter than the others at any place in the list, as when a vendor drops rows after it
    /// has cut its page. Each page then has a random length, at least one key. Default: false.
    pub cuts_pages: bool,
    /// Whether the v3 listing has `secret`. Default: false. The documents removed it in February 2025.
    pub v3_secret: bool,
    /// Whether the legacy listing has `secret`, which is never the usable one. Default: true. Its schema has it.
    pub legacy_secret: bool,
    /// Whether the legacy listing honors the filters of v3. Default: false. It only documents `offset`.
    pub legacy_filters: bool,
    /// Whether `%` and `_` in the filter `name` are wildcards. Default: false. The documents say "match
    /// ilike", but not whether `%` and `_` are escaped.
    pub name_wildcards: bool,
    /// The effect of the filter `exhausted` alone. Default: ignored; undocumented.
    pub exhausted_filter: ExhaustedFilter,
    /// The reply to revoking an unknown key on v3. Default: `"Revoked"`, as on the legacy API; undocumented.
    pub v3_revoke_unknown: RevokeAnswer,
    /// The reply to revoking a revoked key on v3. Default: `"Revoked"`, as on the legacy API; undocumented.
    pub v3_revoke_again: RevokeAnswer,
    /// Whether PUT on `/v3/api_keys/{key}` and DELETE on `/v3/pinata/keys/{key}` also revoke.
    /// Default: false. They return 404; undocumented.
    pub v3_any_verb: bool,
    /// The reply to a legacy request without a credential. Default: 401.
    pub no_credentials: NoCredentials,
    /// The reply to a key without uses left. Default: 403; undocumented.
    pub exhausted_error: ExhaustedError,
    /// Whether `admin` and `endpoints` exclude each other on create. Default: false. The legacy page says
    /// that they do, but many clients send both.
    pub strict_admin_xor_endpoints: bool,
    /// Whether `keyname` means `keyName`. Default: true. The v3 example uses it, and applications that
    /// copied it report success.
    pub accept_keyname: bool,
    /// The meaning of `maxUses: 0`. Default: unlimited; undocumented.
    pub zero_uses: ZeroUses,
    /// How a listing reports a key's resources. Default: as they were sent; undocumented.
    pub resource_scopes: ResourceScopes,
    /// Milliseconds until a new key authenticates (401 before). Default: 0. One client waits up to 10
    /// seconds.
    pub activation_delay_ms: u32,
    /// Whether v3 accepts the header pair of the legacy API. Default: false. The documents say "bearer
    /// only".
    pub v3_header_pair: bool,
    /// A limit on requests per key. Default: none.
    pub rate_limit: Option<RateLimit>,
}

impl Default for PinataQuirks {
    fn default() -> Self {
        Self {
            page_size: 10,
            order: ListOrder::default(),
            count_is_page_length: false,
            cuts_pages: false,
            v3_secret: false,
            legacy_secret: true,
            legacy_filters: false,
            name_wildcards: false,
            exhausted_filter: ExhaustedFilter::default(),
            v3_revoke_unknown: RevokeAnswer::default(),
            v3_revoke_again: RevokeAnswer::default(),
            v3_any_verb: false,
            no_credentials: NoCredentials::default(),
            exhausted_error: ExhaustedError::default(),
            strict_admin_xor_endpoints: false,
            accept_keyname: true,
            zero_uses: ZeroUses::default(),
            resource_scopes: ResourceScopes::default(),
            activation_delay_ms: 0,
            v3_header_pair: false,
            rate_limit: None,
        }
    }
}

impl PinataQuirks {
    /// Returns the defaults, modified by `change`.
    #[must_use]
    pub fn with(change: impl FnOnce(&mut Self)) -> Self {
        let mut quirks = Self::default();
        change(&mut quirks);
        quirks
    }
}

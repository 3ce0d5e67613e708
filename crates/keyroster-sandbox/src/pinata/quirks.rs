//! What nobody outside Pinata knows for sure, as quirks.

use serde::{Deserialize, Serialize};

use crate::rate::RateLimit;

/// The order of a listing; documented nowhere, and no parameter sorts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ListOrder {
    /// The newest key first.
    #[default]
    NewestFirst,
    /// The oldest key first.
    OldestFirst,
    /// Another order on every request, as a database gives without `ORDER BY`.
    Unstable,
}

/// What revoking a key that cannot be revoked (any more) answers.
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

/// What a legacy request without any credential gets.
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

/// What a key that has no uses left gets.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ExhaustedError {
    /// 403 `API_KEY_MAX_USES_REACHED`.
    #[default]
    Forbidden,
    /// 401 `INVALID_CREDENTIALS`, which cannot be told from a wrong key.
    Unauthorized,
    /// 429.
    TooManyRequests,
}

/// What the filter `exhausted` does without `limitedUse=true`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ExhaustedFilter {
    /// Nothing.
    #[default]
    Ignored,
    /// It filters all the same.
    Honoured,
    /// 400.
    BadRequest,
}

/// What `maxUses: 0` means on create; an example of the legacy page sends it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ZeroUses {
    /// The same as leaving it out.
    #[default]
    Unlimited,
    /// A key that is exhausted from the start.
    Exhausted,
}

/// How the listing shows `permissions.resources` of a key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum ResourceScopes {
    /// `{"resources":["org:read"],"admin":false}`, as they were sent.
    #[default]
    Resources,
    /// `{}`.
    Empty,
}

/// How the imitation of Pinata behaves where its documents are silent.
///
/// Take the default and change fields, or use [`PinataQuirks::with`]:
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
    /// Keys per page. Ten on the legacy API (docs.pinata.cloud, legacy page); two clients rely on
    /// ten on v3, whose documents give no number. At least 1.
    pub page_size: u32,
    /// The order of a listing; unknown. Newest first.
    pub order: ListOrder,
    /// Whether `count` is the length of the page. False: the number of keys that match, as two
    /// clients understand it.
    pub count_is_page_length: bool,
    /// Whether the v3 listing carries `secret`. False: the documents dropped it in February 2025.
    pub v3_secret: bool,
    /// Whether the legacy listing carries `secret`; never the usable one. True: its schema does.
    pub legacy_secret: bool,
    /// Whether the legacy listing honours the filters of v3. False: it documents `offset` alone.
    pub legacy_filters: bool,
    /// Whether `%` and `_` in the filter `name` are wildcards. False: "match ilike", and whether
    /// they are escaped is unknown.
    pub name_wildcards: bool,
    /// What the filter `exhausted` does alone; unknown. Ignored.
    pub exhausted_filter: ExhaustedFilter,
    /// What revoking an unknown key on v3 answers; unknown. `"Revoked"`, as on the legacy API.
    pub v3_revoke_unknown: RevokeAnswer,
    /// What revoking a revoked key on v3 answers; unknown. `"Revoked"`, as on the legacy API.
    pub v3_revoke_again: RevokeAnswer,
    /// Whether PUT on `/v3/api_keys/{key}` and DELETE on `/v3/pinata/keys/{key}` revoke too;
    /// unknown. False: 404.
    pub v3_any_verb: bool,
    /// What a legacy request without any credential gets. 401.
    pub no_credentials: NoCredentials,
    /// What a key without uses left gets; unknown. 403.
    pub exhausted_error: ExhaustedError,
    /// Whether `admin` and `endpoints` exclude each other on create. False: the legacy page says
    /// so, and many clients send both.
    pub strict_admin_xor_endpoints: bool,
    /// Whether `keyname` stands for `keyName`. True: the v3 example spells it so, and applications
    /// that copied it report success.
    pub accept_keyname: bool,
    /// What `maxUses: 0` means; unknown. Unlimited.
    pub zero_uses: ZeroUses,
    /// How the listing shows a key's resources; unknown. As they were sent.
    pub resource_scopes: ResourceScopes,
    /// Milliseconds until a new key is honoured (401 before). 0; one client waits up to 10 seconds.
    pub activation_delay_ms: u32,
    /// Whether v3 accepts the header pair of the legacy API; unknown. False: "bearer only".
    pub v3_header_pair: bool,
    /// A limit on requests per key. None.
    pub rate_limit: Option<RateLimit>,
}

impl Default for PinataQuirks {
    fn default() -> Self {
        Self {
            page_size: 10,
            order: ListOrder::default(),
            count_is_page_length: false,
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
    /// The defaults after `change`.
    #[must_use]
    pub fn with(change: impl FnOnce(&mut Self)) -> Self {
        let mut quirks = Self::default();
        change(&mut quirks);
        quirks
    }
}

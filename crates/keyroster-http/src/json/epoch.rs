//! Instants written as Unix time.

use keyroster_core::Timestamp;
use serde::de::Deserializer;
use serde_json::Value;

use super::field::{Field, Scalar, merge_equal};

/// An instant, written as a JSON number of milliseconds since 1970-01-01T00:00:00Z.
///
/// ```
/// use keyroster_http::json::EpochMillis;
/// use keyroster_http::record;
///
/// record! {
///     struct WireKey { created: EpochMillis = "created" }
/// }
///
/// let mut key: WireKey = serde_json::from_str(r#"{"created": 1767225600123}"#)?;
/// let created = key.created.take().map(EpochMillis::instant);
/// assert_eq!(created.unwrap().to_string(), "2026-01-01T00:00:00.123Z");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EpochMillis(Timestamp);

/// An instant, written as a JSON number of whole seconds since 1970-01-01T00:00:00Z.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EpochSeconds(Timestamp);

impl EpochMillis {
    /// Returns the instant.
    #[must_use]
    pub fn instant(self) -> Timestamp {
        self.0
    }
}

impl EpochSeconds {
    /// Returns the instant.
    #[must_use]
    pub fn instant(self) -> Timestamp {
        self.0
    }
}

impl Scalar for EpochMillis {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Field<Self>, D::Error> {
        read_epoch(deserializer, |millis| Timestamp::from_millis(millis).map(Self))
    }

    fn into_json(self) -> Option<Value> {
        Some(self.0.as_millis().into())
    }

    fn merge(first: Field<Self>, second: Field<Self>) -> Field<Self> {
        merge_equal(first, second)
    }
}

impl Scalar for EpochSeconds {
    fn read<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Field<Self>, D::Error> {
        read_epoch(deserializer, |seconds| Timestamp::from_seconds(seconds).map(Self))
    }

    fn into_json(self) -> Option<Value> {
        Some((self.0.as_millis() / 1000).into())
    }

    fn merge(first: Field<Self>, second: Field<Self>) -> Field<Self> {
        merge_equal(first, second)
    }
}

/// Reads a number as an instant. A number outside the supported range is kept unchanged.
fn read_epoch<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    instant: impl Fn(i64) -> Option<T>,
) -> Result<Field<T>, D::Error> {
    Ok(match u64::read(deserializer)? {
        Field::Is(number) => i64::try_from(number)
            .ok()
            .and_then(instant)
            .map_or_else(|| Field::Unexpected(number.into()), Field::Is),
        Field::Unexpected(value) => Field::Unexpected(value),
        Field::Null => Field::Null,
        Field::Missing => Field::Missing,
    })
}

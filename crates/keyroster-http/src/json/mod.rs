//! Lenient, lossless reading of vendors' JSON.
//!
//! [`record!`](crate::record) declares a vendor's record. Each of its fields is a [`Field`]: missing, null,
//! a value of the expected type, or an unexpected value, which is kept unchanged. Fields that the
//! declaration does not name are kept too. The provider decides which fields are required.
//!
//! A body that is not quite JSON is repaired and read again. A byte order mark is skipped; invalid UTF-8 and half of a
//! surrogate pair become U+FFFD; numbers that no float can hold, and values that are nested too deeply, become text.
//! One odd value costs that value only.

mod epoch;
mod field;
mod id;
mod object;
mod record;
mod repair;
mod secret;

pub use epoch::{EpochMillis, EpochSeconds};
pub use field::{Discarded, Field, Scalar};
pub use id::Id;
pub(crate) use object::Answer;
pub use object::Object;
pub use record::Rest;
#[doc(hidden)]
pub use record::private;
pub(crate) use repair::repair;
pub(crate) use secret::SecretAt;

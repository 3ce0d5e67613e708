//! Lenient, lossless reading of vendors' JSON.
//!
//! [`record!`](crate::record) declares a vendor's record. Each of its fields is a [`Field`]: missing, null,
//! a value of the expected type, or an unexpected value, which is kept unchanged. Fields that the
//! declaration does not name are kept too. Only invalid JSON is an error here. The provider decides which
//! fields are required.

mod epoch;
mod field;
mod id;
mod object;
mod record;

pub use epoch::{EpochMillis, EpochSeconds};
pub use field::{Discarded, Field, Scalar};
pub use id::Id;
pub use object::Object;
pub use record::Rest;
#[doc(hidden)]
pub use record::private;

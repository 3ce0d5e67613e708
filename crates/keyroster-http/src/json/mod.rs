//! Reading vendors' JSON: leniently, once, and without losing anything.
//!
//! A vendor's record is declared with [`record!`](crate::record). Each of its fields is a [`Field`]:
//! missing, null, a value of the expected type, or something odd that is kept as it came. Fields that
//! the declaration does not name are kept too. Nothing but broken JSON is an error here; which field a
//! record cannot do without is its provider's matter.

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

//! What may go wrong between a provider and its vendor.

use std::time::Duration;

/// What goes wrong with a call, for a harness to imitate.
///
/// [`VendorApi`](crate::VendorApi) does it for HTTP. A [`Harness`](crate::Harness) of another kind turns
/// each into what its transport would do, and then says so by
/// [`imitates_faults`](crate::Harness::imitates_faults).
///
/// ```
/// use keyroster_testkit::Fault;
///
/// fn exit_code(fault: &Fault) -> i32 {
///     match fault {
///         Fault::Status(401) => 77,
///         Fault::Throttled(_) => 75,
///         _ => 1,
///     }
/// }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fault {
    /// The vendor refuses with this status, in its own words.
    Status(u16),
    /// The vendor refuses with 429, and asks to wait so long.
    Throttled(Duration),
    /// The vendor refuses with this status, in words that repeat the credential and this secret.
    Echo(u16, String),
    /// The connection is cut instead of an answer.
    Cut,
    /// The connection is cut in the middle of the answer.
    BrokenOff,
    /// An HTML page with this status, from something that stands before the vendor.
    Html(u16),
    /// A success whose body is empty.
    Empty,
    /// A success whose body ends in the middle of its JSON.
    HalfJson,
    /// A success with this JSON in place of the vendor's.
    Json(String),
}

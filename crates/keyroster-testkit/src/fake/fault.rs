//! Faults between a provider and its vendor.

use std::time::Duration;

/// A fault of a call, for a harness to imitate.
///
/// [`VendorApi`](crate::VendorApi) imitates faults of HTTP. A [`Harness`](crate::Harness) of another kind turns
/// each into what its transport would do, and declares that with
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
    /// The vendor refuses with this status and its own message.
    Status(u16),
    /// The vendor refuses with 429 and asks for this wait.
    Throttled(Duration),
    /// The vendor refuses with this status and a message that repeats the credential and this secret.
    Echo(u16, String),
    /// The connection closes without a response.
    Cut,
    /// The connection closes in the middle of the response.
    BrokenOff,
    /// An HTML page with this status, from a proxy in front of the vendor.
    Html(u16),
    /// JSON with this status that is not the vendor's, from a proxy in front of it.
    Foreign(u16),
    /// A success with an empty body.
    Empty,
    /// A success with truncated JSON.
    HalfJson,
    /// A success with this JSON instead of the vendor's.
    Json(String),
}

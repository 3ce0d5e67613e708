//! A vendor's response.

use std::marker::PhantomData;
use std::time::Duration;

use keyroster_core::{
    Error, ErrorKind, KnownSecrets, Operation, RefusedBy, Result, Revocation, Secret,
};
use reqwest::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap};
use secrecy::zeroize::Zeroizing;
use serde::de::{DeserializeOwned, DeserializeSeed, IgnoredAny};
use serde_json::Value;

use crate::json::{Answer, SecretAt, repair};
use crate::redact::scrub;
use crate::request::Safety;

/// A complete response of a vendor. Its body is wiped when dropped.
pub struct Response {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Zeroizing<Vec<u8>>,
    pub(crate) after_lost: bool,
    pub(crate) context: Context,
}

/// Whether a body with this status is an error in the vendor's own structure.
pub(crate) type OwnErrors = fn(u16, &Value) -> bool;

/// What an error about a response needs to know of the request.
#[derive(Clone, Debug)]
pub(crate) struct Context {
    pub(crate) operation: Operation,
    pub(crate) safety: Safety,
    pub(crate) authority: String,
    pub(crate) secrets: Vec<Secret>,
    /// Whether the route names one resource, so that a 404 is about it and not about the API.
    pub(crate) names_one: bool,
    /// Whether the request has an argument that can be wrong.
    pub(crate) has_arguments: bool,
    pub(crate) own_errors: Option<OwnErrors>,
}

impl Response {
    /// Returns the status code.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Whether an earlier attempt may have been carried out although its response was lost. A key that this
    /// response reports as missing may have been deleted by that attempt.
    #[must_use]
    pub fn after_lost_attempt(&self) -> bool {
        self.after_lost
    }

    /// Returns the outcome of a revocation when the vendor reports that the key does not exist: it was gone
    /// already or, if an earlier response was lost, it is gone for an unknown reason.
    #[must_use]
    pub fn gone(&self) -> Revocation {
        if self.after_lost { Revocation::Gone } else { Revocation::AlreadyGone }
    }

    /// Returns a header, if it is present and text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// Parses the body as JSON.
    ///
    /// A body that is not quite JSON is [repaired](crate::json) and read again.
    ///
    /// The error names the position of the problem, but not the value: it may be a secret, and the parser's
    /// own message would show it.
    ///
    /// - [`Decode`](ErrorKind::Decode), or [`Indeterminate`](ErrorKind::Indeterminate) if the request
    ///   creates: the body is not JSON, or has an unexpected structure.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        self.parse(PhantomData::<T>)
    }

    /// Parses the body with a seed.
    fn parse<T, S>(&self, seed: S) -> Result<T>
    where
        S: for<'de> DeserializeSeed<'de, Value = T> + Copy,
    {
        fn whole<'a, T>(
            mut parser: serde_json::Deserializer<impl serde_json::de::Read<'a>>,
            seed: impl DeserializeSeed<'a, Value = T>,
        ) -> serde_json::Result<T> {
            let value = seed.deserialize(&mut parser)?;
            parser.end().map(|()| value)
        }
        let from_text = |text: &str| whole(serde_json::Deserializer::from_str(text), seed);
        whole(serde_json::Deserializer::from_slice(&self.body), seed)
            .or_else(|error| from_text(&repair(&self.body)).map_err(|_| error))
            .map_err(|error| self.unexpected(&self.describe(&error)))
    }

    /// Returns what the body is instead of the expected JSON.
    fn describe(&self, error: &serde_json::Error) -> String {
        let place = format!("line {}, column {}", error.line(), error.column());
        let encoding = self.header(CONTENT_ENCODING.as_str()).filter(|it| *it != "identity");
        match (error.classify(), encoding) {
            _ if self.body.is_empty() => "an empty body".to_owned(),
            _ if self.is_html() => "an HTML page".to_owned(),
            (serde_json::error::Category::Data, _) => {
                format!("JSON with an unexpected structure, at {place}")
            }
            (_, Some(encoding)) => {
                let encoding = scrub(encoding, &self.context.secrets);
                format!("a body in the Content-Encoding `{encoding}`, which was not requested")
            }
            (serde_json::error::Category::Eof, None) => format!("JSON that ends early, at {place}"),
            (serde_json::error::Category::Syntax | serde_json::error::Category::Io, None) => {
                format!("invalid JSON, at {place}")
            }
        }
    }

    /// Returns the secret in the member to which the first of these paths leads, e.g. `[&["key"], &["data", "key"]]`.
    ///
    /// It is found whatever else the answer says, and without the line break at its end. A text that cannot be a secret
    /// does not count: it is empty, or has spaces or control characters in it.
    ///
    /// ```
    /// # use keyroster_core::{CreatedKey, Operation, Result, Secret};
    /// # use keyroster_http::{HttpClient, Request};
    /// # async fn example(http: HttpClient) -> Result<Secret> {
    /// let request = Request::create(Operation::CreateKey, "/keys").form([("label", "ci")]);
    /// let response = http.send(request).await?;
    /// // First the secret, then the rest: what is odd in the rest must not lose it.
    /// let secret = response.secret(&[&["value"]])?;
    /// # Ok(secret)
    /// # }
    /// ```
    ///
    /// - [`Indeterminate`](ErrorKind::Indeterminate) if the request creates, otherwise [`Decode`](ErrorKind::Decode):
    ///   there is no such secret. The error has the vendor's words, if it reports an error.
    pub fn secret(&self, paths: &[&[&str]]) -> Result<Secret> {
        for path in paths {
            if let Some(secret) = self.parse(SecretAt(path))? {
                return Ok(secret);
            }
        }
        Err(self.unexpected(&match self.vendor_message().filter(|_| self.reports_error()) {
            Some(said) => format!("an error: `{said}`"),
            None => "no secret".to_owned(),
        }))
    }

    /// Parses the body as a JSON object. Unlike with [`json`](Response::json), an array is an error even if
    /// its items would fit the fields.
    ///
    /// ```
    /// # use keyroster_core::{Operation, Result, Secret};
    /// # use keyroster_http::{HttpClient, Request};
    /// /// The secret in the response to a create. Another type reads the rest.
    /// #[derive(serde::Deserialize)]
    /// struct Created {
    ///     value: Secret,
    /// }
    ///
    /// # async fn example(http: HttpClient) -> Result<Secret> {
    /// let request = Request::create(Operation::CreateKey, "/keys").form([("label", "ci")]);
    /// let Created { value } = http.send(request).await?.object()?;
    /// # Ok(value)
    /// # }
    /// ```
    ///
    /// - [`Decode`](ErrorKind::Decode), or [`Indeterminate`](ErrorKind::Indeterminate) if the request
    ///   creates: the body is not such an object.
    pub fn object<T: DeserializeOwned>(&self) -> Result<T> {
        let answer = self.json::<Answer<T>>();
        // A secret must not be lost over an error next to it.
        let counts = (200..300).contains(&self.status) && self.context.safety != Safety::Creates;
        match answer {
            Ok(Answer { error: Some(error), .. }) if counts => Err(self.reported(&error)),
            Ok(Answer { value, .. }) => Ok(value),
            // An error is often all that there is.
            Err(error) => Err(self.error_beside_data().filter(|_| counts).unwrap_or(error)),
        }
    }

    /// Returns the error that a successful response reports next to its data: in a member `error` that is not null, or
    /// `errors` that is not empty, or with `success` or `ok` that is false.
    ///
    /// [`object`](Response::object) returns it, except for a create, whose secret must not be lost over it.
    #[must_use]
    pub fn error_beside_data(&self) -> Option<Error> {
        let answer = self.json::<Answer<IgnoredAny>>().ok()?;
        answer.error.map(|error| self.reported(&error))
    }

    fn reports_error(&self) -> bool {
        self.json::<Answer<IgnoredAny>>().is_ok_and(|answer| answer.error.is_some())
    }

    /// Returns the error that a response with a status of success reports.
    fn reported(&self, error: &Value) -> Error {
        let code = ["code", "status"].into_iter().find_map(|name| error.get(name)?.as_u64());
        let kind = match code.and_then(|code| u16::try_from(code).ok()) {
            Some(code @ 400..=599) => kind_of(code),
            _ => ErrorKind::Decode,
        };
        let authority = &self.context.authority;
        let message = match self.vendor_message() {
            Some(said) => {
                format!("{authority} returned an error with status {}: `{said}`", self.status)
            }
            None => format!("{authority} returned an error with status {}", self.status),
        };
        let error = self.context.error(kind, message).with_status(self.status);
        error.with_request_id(self.request_id())
    }

    /// Returns the error for a response that contradicts the vendor's documentation:
    /// [`Decode`](ErrorKind::Decode), or [`Indeterminate`](ErrorKind::Indeterminate) if the request creates.
    ///
    /// `what` says what came instead, e.g. "a key without `id`". It must not contain the vendor's own text.
    #[must_use]
    pub fn unexpected(&self, what: &str) -> Error {
        let authority = &self.context.authority;
        if self.context.safety == Safety::Creates {
            return indeterminate(
                &self.context,
                &format!("{authority} returned {what} instead of the new key"),
            )
            .with_status(self.status)
            .with_request_id(self.request_id());
        }
        let message = format!("unexpected response from {authority}: {what}");
        self.context
            .error(ErrorKind::Decode, message)
            .with_status(self.status)
            .with_request_id(self.request_id())
    }

    /// Returns the error for a create that was not answered with success or with the vendor's own refusal.
    pub(crate) fn may_have_created(&self) -> Error {
        let what = match (self.status, self.vendor_message()) {
            (300..=399, _) => "a redirect".to_owned(),
            (400.., Some(said)) => format!("an error: `{said}`"),
            (400.., None) if self.is_html() => "an HTML page".to_owned(),
            (400.., None) => "an error without a message".to_owned(),
            (200..=299, _) => "no complete response".to_owned(),
            _ => "no final status".to_owned(),
        };
        let message = format!("{} returned {what}", self.context.authority);
        indeterminate(&self.context, &message)
            .with_status(self.status)
            .with_request_id(self.request_id())
            .with_refused_by(self.refused_by())
    }

    /// Returns the error for the status code, with the vendor's own message, scrubbed.
    pub(crate) fn status_error(&self) -> Error {
        let authority = &self.context.authority;
        let status = self.status;
        let refused_by = self.refused_by();
        let complete = |error: Error| {
            let error = error.with_status(status).with_request_id(self.request_id());
            error.with_refused_by(refused_by)
        };
        let final_refusal =
            (400..500).contains(&status) && !matches!(status, 408 | 421 | 425 | 429);
        if refused_by == Some(RefusedBy::Intermediary) && final_refusal {
            let what = match self.vendor_message() {
                Some(said) => format!("`{said}`"),
                None => "an HTML page".to_owned(),
            };
            let message = format!(
                "something between this machine and {authority} refused the request: {what}"
            );
            let error = self.context.error(ErrorKind::Transport, message);
            return complete(error.with_help(
                "check the base URL, the proxy, and whether a firewall blocks this network",
            ));
        }
        let is_unknown = self.context.own_errors.is_some() && refused_by.is_none();
        let kind = match kind_of(status) {
            // Nothing in the request can be wrong.
            ErrorKind::InvalidRequest if !self.context.has_arguments => ErrorKind::Unavailable,
            // A proxy's 404 says nothing of the vendor's keys.
            ErrorKind::NotFound if is_unknown => ErrorKind::Decode,
            // A secret that was tried is not the account's credential.
            ErrorKind::Unauthenticated | ErrorKind::PermissionDenied
                if is_unknown && self.context.operation == Operation::Identify =>
            {
                ErrorKind::Decode
            }
            kind => kind,
        };
        let message = match (kind, self.vendor_message()) {
            (ErrorKind::Decode, _) if (300..400).contains(&status) => {
                format!("{authority} returned a redirect, which is not followed")
            }
            (ErrorKind::Decode, _) if (200..300).contains(&status) => {
                format!("{authority} did not return a complete response")
            }
            (ErrorKind::Decode, _) if status < 400 => {
                format!("{authority} returned no final status")
            }
            (_, Some(said)) => format!("{authority} returned an error: `{said}`"),
            (_, None) if self.is_html() => format!("{authority} returned an HTML page"),
            (_, None) => format!("{authority} returned an error without a message"),
        };
        let error = complete(self.context.error(kind, message));
        match (status, kind) {
            (402, _) => error.with_help("pay the vendor's bill, or raise the limit of the credential"),
            (404 | 410, _) if !self.context.names_one => {
                error.with_help("check that the base URL points to the vendor's API")
            }
            (400..=499, ErrorKind::Unavailable) if final_refusal => error.with_help(
                "the request has no argument that could be wrong; read the vendor's message, and check the \
                 base URL",
            ),
            _ => error,
        }
    }

    /// Returns who refused the request, if the response says so: the vendor in its own structure, or something in
    /// front of it by a page or a plain text.
    pub(crate) fn refused_by(&self) -> Option<RefusedBy> {
        if self.status < 400 {
            return None;
        }
        if self.is_own_error() {
            return Some(RefusedBy::Vendor);
        }
        let text = self.body.trim_ascii();
        let is_json = || self.json::<IgnoredAny>().is_ok();
        let plain = text.starts_with(b"error code:")
            || (self.context.own_errors.is_some() && !text.is_empty() && !is_json());
        (self.is_html() || plain).then_some(RefusedBy::Intermediary)
    }

    /// Returns the vendor's error message from one of the usual JSON structures, or from plain text.
    fn vendor_message(&self) -> Option<String> {
        let text = match self.json::<Value>() {
            Ok(body) => Zeroizing::new(words(&body)?),
            Err(_) if self.is_html() => return None,
            Err(_) => Zeroizing::new(String::from_utf8_lossy(&self.body).into_owned()),
        };
        let said = scrub(&text, &self.context.secrets);
        (!said.is_empty()).then_some(said)
    }

    /// Returns whether the body is the vendor's own error, as the client's
    /// [`own_errors`](crate::HttpClientBuilder::own_errors) recognizes it.
    ///
    /// Only then does a status say something about the vendor's keys. Any other body may come from a proxy or a
    /// firewall in front of the vendor, also if it is JSON.
    #[must_use]
    pub fn is_own_error(&self) -> bool {
        let Some(own) = self.context.own_errors else { return false };
        !self.is_html() && self.json::<Value>().is_ok_and(|body| own(self.status, &body))
    }

    /// Returns the vendor's own words in an error, for evidence, without secrets.
    #[must_use]
    pub fn words(&self) -> Option<String> {
        self.vendor_message()
    }

    /// Converts the response to the standard error for its status.
    ///
    /// For a status that the request [accepts](crate::Request::accept) but whose words the provider does not
    /// recognize.
    #[must_use]
    pub fn into_error(self) -> Error {
        if self.context.safety == Safety::Creates && !self.is_own_error() {
            return self.may_have_created();
        }
        self.status_error()
    }

    /// Whether the body is an HTML page, which comes from a proxy or gateway and not from the API.
    pub(crate) fn is_html(&self) -> bool {
        let declared = self.header(CONTENT_TYPE.as_str()).is_some_and(|kind| kind.contains("html"));
        match self.body.trim_ascii_start().first() {
            Some(b'<') => true,
            // JSON stays JSON, whatever its type says.
            Some(b'{' | b'[' | b'"') => false,
            _ => declared,
        }
    }

    pub(crate) fn request_id(&self) -> Option<String> {
        let id = ["x-request-id", "cf-ray"].into_iter().find_map(|name| self.header(name))?;
        let known = KnownSecrets::new();
        self.context.secrets.iter().for_each(|secret| known.add(secret));
        if known.is_in(id) {
            return None;
        }
        // Scrubbing would hide every UUID, so the characters and the length are limited instead.
        let id: String = id
            .chars()
            .filter(|c| c.is_ascii_alphanumeric() || "-_:.".contains(*c))
            .take(64)
            .collect();
        (!id.is_empty()).then_some(id)
    }
}

/// Returns the words of an error in any of the usual structures.
fn words(error: &Value) -> Option<String> {
    const INSIDE: [&str; 3] = ["error", "errors", "issues"];
    const PAIRS: [(&str, &str); 3] =
        [("reason", "details"), ("error", "error_description"), ("error", "message")];
    const TEXTS: [&str; 9] = [
        "message",
        "error_description",
        "reason",
        "details",
        "detail",
        "msg",
        "description",
        "title",
        "code",
    ];
    match error {
        Value::String(text) => Some(text.trim().to_owned()).filter(|text| !text.is_empty()),
        Value::Array(items) => items.iter().find_map(words),
        Value::Object(members) => {
            let text = |name: &str| members.get(name).and_then(Value::as_str);
            let pair = PAIRS.into_iter().find_map(|(code, more)| text(code).zip(text(more)));
            let said = |name: &&str| members.get(*name).and_then(words);
            let nested = |name: &&str| members.get(*name).is_some_and(|value| !value.is_string());
            let said = pair
                .map(|(code, more)| format!("{code}: {more}"))
                .or_else(|| INSIDE.iter().filter(|name| nested(name)).find_map(said))
                .or_else(|| TEXTS.iter().find_map(said))
                .or_else(|| INSIDE.iter().find_map(said));
            // What a vendor behind the vendor said.
            let raw = members.get("metadata").and_then(|metadata| metadata.get("raw"));
            match (said, raw.and_then(words)) {
                (Some(said), Some(raw)) => Some(format!("{said}: {raw}")),
                (said, raw) => said.or(raw).or_else(|| field_words(members)),
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => None,
    }
}

/// Returns the words about the first wrong field, e.g. of `{"limit": ["must be positive"]}`.
fn field_words(members: &serde_json::Map<String, Value>) -> Option<String> {
    members.iter().find_map(|(name, value)| {
        let said = value.as_array()?.iter().find_map(Value::as_str)?;
        Some(format!("{name}: {said}"))
    })
}

/// Returns the kind of error that a status stands for.
fn kind_of(status: u16) -> ErrorKind {
    match status {
        ..=399 => ErrorKind::Decode,
        401 => ErrorKind::Unauthenticated,
        402 | 403 => ErrorKind::PermissionDenied,
        404 | 410 => ErrorKind::NotFound,
        408 | 421 | 425 | 500.. => ErrorKind::Unavailable,
        409 => ErrorKind::Conflict,
        429 => ErrorKind::RateLimited,
        _ => ErrorKind::InvalidRequest,
    }
}

impl Context {
    /// Returns the error for a request that is not sent because the vendor asked the account to wait.
    pub(crate) fn blocked(&self, wait: Duration) -> Error {
        let seconds = wait.as_secs_f64().ceil();
        let message = format!(
            "{} asked this account to wait another {seconds} s; nothing was sent",
            self.authority
        );
        self.error(ErrorKind::RateLimited, message).with_retry_after(Some(wait))
    }

    pub(crate) fn error(&self, kind: ErrorKind, message: String) -> Error {
        Error::new(kind, message).with_operation(self.operation)
    }
}

/// Returns the error for a create that may have succeeded.
pub(crate) fn indeterminate(context: &Context, what: &str) -> Error {
    context.error(
        ErrorKind::Indeterminate,
        format!("{what}; the key may exist, but its secret was not received"),
    )
}

impl std::fmt::Debug for Response {
    /// Leaves out headers and body: they may contain a secret.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("bytes", &self.body.len())
            .finish_non_exhaustive()
    }
}

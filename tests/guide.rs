//! The examples of `docs/writing-a-provider.md`, run as documentation tests; nothing else.

#[cfg(doctest)]
#[doc = include_str!("../docs/writing-a-provider.md")]
struct Guide;

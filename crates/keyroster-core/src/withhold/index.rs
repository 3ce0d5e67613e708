//! Finds known secrets in a text, however many are known.
//!
//! Of each form of a secret, eight overlapping pieces of eight bytes are indexed. A text that contains the form
//! contains one of them at every eighth byte, so only every eighth byte of a text is looked up. A bit set
//! answers almost every lookup.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};
use secrecy::zeroize::Zeroizing;

use super::fold::Folded;

/// Length of a piece, in bytes.
const PIECE: usize = 8;

/// Maximum number of bytes between two lookups.
const MAX_STRIDE: usize = 8;

/// Minimum length of a secret that is looked for. Shorter ones cannot be distinguished from words.
pub(super) const MIN_LEN: usize = 8;

/// Bits per indexed piece: two of them are set.
const BITS_PER_PIECE: usize = 16;

/// An entry of the table that holds no piece.
const EMPTY: Slot = Slot { tag: 0, place: u32::MAX };

/// Known secrets in the forms in which they may be repeated.
#[derive(Default)]
pub(super) struct Index {
    hasher: RandomState,
    /// Fingerprints of the secrets, so that each is kept once.
    secrets: HashSet<u64>,
    forms: Vec<Form>,
    pieces: usize,
    /// The pieces, by their hash. The length is a power of two.
    table: Vec<Slot>,
    bits: Vec<u64>,
    /// Length of the shortest form.
    shortest: usize,
}

struct Form {
    bytes: Zeroizing<Vec<u8>>,
    /// Whether it is encoded, so that the characters around it may hold more of the secret.
    encoded: bool,
}

#[derive(Clone, Copy)]
struct Slot {
    tag: u32,
    /// The number of the form times eight, plus the number of the piece.
    place: u32,
}

/// A known secret in a folded text.
pub(super) struct Found {
    pub(super) range: Range<usize>,
    pub(super) encoded: bool,
}

impl Index {
    /// Returns the number of secrets.
    pub(super) fn len(&self) -> usize {
        self.secrets.len()
    }

    /// Adds a secret. Returns whether it was new.
    pub(super) fn add(&mut self, secret: &str) -> bool {
        let folded = Folded::new(secret);
        let plain = folded.bytes();
        if plain.len() < MIN_LEN || !self.secrets.insert(self.hasher.hash_one(plain)) {
            return false;
        }
        self.push(plain, false);
        // Base64 and hexadecimal of the secret as it is, not as it is folded.
        let bytes = secret.as_bytes();
        for form in base64_forms(bytes) {
            self.push(&form, true);
        }
        for digits in [b"0123456789abcdef", b"0123456789ABCDEF"] {
            let nibbles = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
            let hex: Zeroizing<Vec<u8>> =
                Zeroizing::new(nibbles.map(|digit| digits[usize::from(digit)]).collect());
            self.push(&hex, false);
        }
        true
    }

    fn push(&mut self, bytes: &[u8], encoded: bool) {
        if bytes.len() < PIECE {
            return;
        }
        self.shortest =
            if self.forms.is_empty() { bytes.len() } else { self.shortest.min(bytes.len()) };
        self.forms.push(Form { bytes: Zeroizing::new(bytes.to_vec()), encoded });
        self.pieces += MAX_STRIDE;
        if self.table.len() < self.pieces * 2 {
            self.rebuild();
        } else {
            self.insert(self.forms.len() - 1);
        }
    }

    fn rebuild(&mut self) {
        let slots = (self.pieces * 4).next_power_of_two();
        self.table = vec![EMPTY; slots];
        self.bits = vec![0; (slots * BITS_PER_PIECE / 2 / 64).max(1)];
        for form in 0..self.forms.len() {
            self.insert(form);
        }
    }

    /// Indexes the last pieces of a form. Secrets of one vendor begin alike, and end differently.
    fn insert(&mut self, number: usize) {
        let Some(form) = self.forms.get(number) else { return };
        let last = form.bytes.len() - PIECE;
        let offsets: Vec<(usize, u64)> = (0..MAX_STRIDE.min(last + 1))
            .map(|back| (back, piece(&form.bytes, last - back)))
            .collect();
        for (back, value) in offsets {
            let hash = hash(value);
            let (word, mask) = self.bit(hash);
            if let Some(word) = self.bits.get_mut(word) {
                *word |= mask;
            }
            let mut at = self.slot(hash);
            while self.table.get(at).is_some_and(|slot| slot.place != u32::MAX) {
                at = (at + 1) & (self.table.len() - 1);
            }
            let place = u32::try_from(number * MAX_STRIDE + back).unwrap_or(u32::MAX - 1);
            if let Some(slot) = self.table.get_mut(at) {
                *slot = Slot { tag: tag(hash), place };
            }
        }
    }

    /// Returns the first known secret in a folded text, from this byte on.
    pub(super) fn find(&self, text: &[u8], from: usize) -> Option<Found> {
        if self.forms.is_empty() || text.len() < from + self.shortest {
            return None;
        }
        let stride = (self.shortest + 1 - PIECE).min(MAX_STRIDE);
        let mut at = from;
        while at + PIECE <= text.len() {
            let hash = hash(piece(text, at));
            let (word, mask) = self.bit(hash);
            if self.bits.get(word).is_some_and(|bits| bits & mask == mask)
                && let Some(found) = self.verify(text, at, hash, from)
            {
                return Some(found);
            }
            at += stride;
        }
        None
    }

    fn verify(&self, text: &[u8], at: usize, hash: u64, from: usize) -> Option<Found> {
        let mut slot = self.slot(hash);
        loop {
            let entry = self.table.get(slot)?;
            if entry.place == u32::MAX {
                return None;
            }
            if entry.tag == tag(hash) {
                let place = entry.place as usize;
                let form = self.forms.get(place / MAX_STRIDE)?;
                let offset = form.bytes.len() - PIECE - place % MAX_STRIDE;
                if let Some(start) = at.checked_sub(offset).filter(|start| *start >= from)
                    && text.get(start..start + form.bytes.len()) == Some(form.bytes.as_slice())
                {
                    let range = start..start + form.bytes.len();
                    return Some(Found { range, encoded: form.encoded });
                }
            }
            slot = (slot + 1) & (self.table.len() - 1);
        }
    }

    fn slot(&self, hash: u64) -> usize {
        (hash >> 20) as usize & (self.table.len() - 1)
    }

    /// The word and the two bits of a piece.
    fn bit(&self, hash: u64) -> (usize, u64) {
        let word = (hash >> 36) as usize & (self.bits.len() - 1);
        (word, (1 << (hash & 63)) | (1 << ((hash >> 6) & 63)))
    }
}

fn hash(piece: u64) -> u64 {
    // Mixes twice, so that both ends of the result depend on every byte.
    let mixed = piece.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    (mixed ^ (mixed >> 29)).wrapping_mul(0xbf58_476d_1ce4_e5b9)
}

fn tag(hash: u64) -> u32 {
    u32::try_from(hash >> 32).unwrap_or_default()
        ^ u32::try_from(hash & 0xffff_ffff).unwrap_or_default()
}

fn piece(bytes: &[u8], at: usize) -> u64 {
    let piece = bytes.get(at..at + PIECE).and_then(|piece| piece.try_into().ok());
    u64::from_le_bytes(piece.unwrap_or_default())
}

/// The characters of base64 that a secret determines, for each place at which it may begin.
fn base64_forms(secret: &[u8]) -> Vec<Zeroizing<Vec<u8>>> {
    let mut forms: Vec<Zeroizing<Vec<u8>>> = Vec::new();
    for engine in [&STANDARD_NO_PAD, &URL_SAFE_NO_PAD] {
        for before in 0..3 {
            let mut bytes = Zeroizing::new(vec![0; before]);
            bytes.extend_from_slice(secret);
            let encoded = Zeroizing::new(engine.encode(&*bytes).into_bytes());
            // A character holds six bits. Those that also hold bits of a neighbor are left out.
            let first = (before * 8).div_ceil(6);
            let end = bytes.len() * 8 / 6;
            let form = Zeroizing::new(encoded.get(first..end).unwrap_or_default().to_vec());
            if !forms.contains(&form) {
                forms.push(form);
            }
        }
    }
    forms
}

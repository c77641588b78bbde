//! Entries as tables.

use super::super::entries::{BLANK, Entries};
use super::super::error::{Error, ErrorKind};
use super::super::hash::{hash_longer, hash_number};
use super::super::vocabulary::WordId;
use super::header::Header;
use super::image::{Bytes, Image, word_key};
use super::table::{EMPTY, Shape, key};

/// The binary model of these entries.
pub(super) fn image(entries: &Entries) -> Result<Image, Error> {
    let too_many =
        || ErrorKind::TooMany { what: "n-grams of an order", limit: u64::from(u32::MAX / 2) };
    let vocabulary = entries.vocabulary();
    let length = vocabulary.words().map(|word| word.len() as u64).sum();
    let nodes: Vec<_> = entries.levels().iter().map(|level| level.words.len() as u64).collect();
    let header = Header::of_sizes(entries.has_unknown(), length, &entries.counts(), &nodes)
        .ok_or_else(too_many)?;
    let mut bytes = vec![0; header.length];
    for table in header.tables.iter().chain([&header.vocabulary]) {
        bytes[table.range.clone()].fill(0xff);
    }
    bytes[..super::header::LENGTH].copy_from_slice(&header.bytes());
    put_words(&mut bytes, &header, entries);
    put_unigrams(&mut bytes, &header, entries);
    let mut below = Places::default();
    for depth in 1..entries.order() {
        below = put_level(&mut bytes, &header, entries, depth, &below);
    }
    Image::new(Bytes::Owned(bytes)).map_err(|_| too_many().into())
}

fn put_words(bytes: &mut [u8], header: &Header, entries: &Entries) {
    let mut end = 0;
    for (id, word) in (0_u32..).zip(entries.vocabulary().words()) {
        let start = header.words.start + end;
        bytes[start..start + word.len()].copy_from_slice(word);
        end += word.len();
        let place = header.ends.start + id as usize * 8;
        bytes[place..place + 8].copy_from_slice(&(end as u64).to_le_bytes());
        let key = word_key(word).0;
        header.vocabulary.insert(bytes, hash_number(key), key, &id.to_le_bytes());
    }
}

fn put_unigrams(bytes: &mut [u8], header: &Header, entries: &Entries) {
    let level = &entries.levels()[0];
    for (index, &logarithm) in level.logarithms.iter().enumerate() {
        let backoff = level.backoffs.get(index).copied();
        let start = header.unigrams.start + index * 8;
        bytes[start..start + 8].copy_from_slice(&stored(logarithm, backoff.unwrap_or(0.0)));
    }
}

/// An n-gram's hash and its place.
#[derive(Clone, Copy)]
struct Found {
    hash: u64,
    place: u32,
}

/// Where the n-grams of a level are in its table, and where their contexts are in the table below.
#[derive(Default)]
struct Places {
    own: Vec<Found>,
    contexts: Vec<Found>,
}

fn put_level(
    bytes: &mut [u8],
    header: &Header,
    entries: &Entries,
    depth: usize,
    below: &Places,
) -> Places {
    let level = &entries.levels()[depth];
    let table = &header.tables[depth - 1];
    let lower = depth.checked_sub(2).map(|index| &header.tables[index]);
    let unigram = |place: u32| Found { hash: place.into(), place };
    let mut places = Places::default();
    for (index, (&parent, &word)) in level.parents.iter().zip(&level.words).enumerate() {
        let (ending, context) = match lower {
            None => (unigram(parent), unigram(word)),
            Some(lower) => {
                let context = below.contexts[parent as usize];
                let hash = hash_longer(context.hash, word);
                let found = lower.find(bytes, hash, key(context.place, word));
                let place = found.map_or(u32::MAX, |(place, _)| number(place));
                (below.own[parent as usize], Found { hash, place })
            }
        };
        let backoff = level.backoffs.get(index).copied();
        let value = stored(level.logarithms[index], backoff.unwrap_or(0.0));
        let value = if backoff.is_some() { &value[..] } else { &value[..4] };
        let hash = hash_longer(ending.hash, word);
        let place = number(table.insert(bytes, hash, key(ending.place, word), value));
        places.own.push(Found { hash, place });
        places.contexts.push(context);
        mark(bytes, header, lower, ending.place, context.place);
    }
    places
}

/// Marks that longer n-grams end in one n-gram of the level below, and begin with another.
fn mark(bytes: &mut [u8], header: &Header, lower: Option<&Shape>, ending: u32, context: WordId) {
    if let Some(prob) =
        value_mut(bytes, header, lower, ending).and_then(|value| value.first_chunk_mut::<4>())
    {
        let number = f32::from_le_bytes(*prob);
        *prob = number.abs().to_le_bytes();
    }
    if let Some(backoff) =
        value_mut(bytes, header, lower, context).and_then(|value| value.last_chunk_mut::<4>())
    {
        // -0 becomes 0.
        let number = f32::from_le_bytes(*backoff) + 0.0;
        *backoff = number.to_le_bytes();
    }
}

fn value_mut<'a>(
    bytes: &'a mut [u8],
    header: &Header,
    table: Option<&Shape>,
    place: u32,
) -> Option<&'a mut [u8]> {
    match table {
        _ if place == u32::MAX => None,
        Some(table) => Some(table.value_mut(bytes, place as usize)),
        None => {
            let start = header.unigrams.start + place as usize * 8;
            bytes.get_mut(start..start + 8)
        }
    }
}

/// An n-gram in which no longer one ends and with which none begins.
fn stored(logarithm: f32, backoff: f32) -> [u8; 8] {
    let prob = if logarithm == BLANK { f32::NAN } else { -logarithm.abs() };
    let backoff = if backoff == 0.0 { -0.0 } else { backoff };
    let mut bytes = [0; 8];
    bytes[..4].copy_from_slice(&prob.to_le_bytes());
    bytes[4..].copy_from_slice(&backoff.to_le_bytes());
    bytes
}

/// A place of a table, of which there are fewer than numbers.
fn number(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

const _: () = assert!(EMPTY == u64::MAX, "tables are filled with ones");

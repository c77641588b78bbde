//! Text that was changed on its way to the model, with where each byte comes from.

use std::ops::Range;

use super::delimiter::Delimiter;

/// A text, and for each of its bytes the stretch of the original that it stands for: whole characters
/// always, as in Hugging Face's `NormalizedString`.
#[derive(Debug, Default)]
pub(super) struct Aligned {
    pub(super) text: String,
    pub(super) origins: Vec<(usize, usize)>,
}

impl Aligned {
    /// A stretch of the original, unchanged.
    pub(super) fn push_original(&mut self, original: &str, range: Range<usize>) {
        let base = range.start;
        let text = &original[range];
        self.text.push_str(text);
        self.origins.reserve(text.len());
        for (start, character) in text.char_indices() {
            let origin = (base + start, base + start + character.len_utf8());
            self.push_origin(origin, character.len_utf8());
        }
    }

    /// A stretch of another text.
    pub(super) fn push_range(&mut self, other: &Self, range: Range<usize>) {
        self.text.push_str(&other.text[range.clone()]);
        self.origins.extend_from_slice(&other.origins[range]);
    }

    pub(super) fn push(&mut self, character: char, origin: (usize, usize)) {
        self.text.push(character);
        self.push_origin(origin, character.len_utf8());
    }

    fn push_origin(&mut self, origin: (usize, usize), times: usize) {
        self.origins.resize(self.origins.len() + times, origin);
    }

    /// Puts characters in the place of those there are. With each comes a change: 0 if it stands for one
    /// character of the text, 1 if it is new and belongs to what came before, -n if it stands for one and
    /// the n after that are gone. `removed` characters are gone at the start.
    pub(super) fn transform(
        &mut self,
        output: impl IntoIterator<Item = (char, isize)>,
        removed: usize,
    ) {
        let mut old = self.text.chars();
        let mut place: usize = old.by_ref().take(removed).map(char::len_utf8).sum();
        let mut result = Self::default();
        for (character, change) in output {
            let origin = if change > 0 { place.checked_sub(1) } else { Some(place) };
            let origin = origin.and_then(|place| self.origins.get(place));
            result.push(character, origin.copied().unwrap_or_default());
            if change <= 0 {
                let gone = change.unsigned_abs().saturating_add(1);
                place += old.by_ref().take(gone).map(char::len_utf8).sum::<usize>();
            }
        }
        *self = result;
    }

    /// Leaves out the characters that are not to be kept.
    pub(super) fn retain(&mut self, keep: impl Fn(char) -> bool) {
        let mut result = Self::default();
        for (place, character) in self.text.char_indices() {
            if keep(character) {
                result.push(character, self.origins[place]);
            }
        }
        *self = result;
    }

    /// Each character becomes another one.
    pub(super) fn map(&mut self, map: impl Fn(char) -> char) {
        let mut result = Self::default();
        for (place, character) in self.text.char_indices() {
            result.push(map(character), self.origins[place]);
        }
        *self = result;
    }

    /// Appends a stretch of another text with something before it that belongs to its first character.
    pub(super) fn push_prefixed(&mut self, prefix: &str, other: &Self, range: Range<usize>) {
        if let Some(&origin) = other.origins.get(range.start) {
            self.text.push_str(prefix);
            self.push_origin(origin, prefix.len());
        }
        self.push_range(other, range);
    }

    /// What is looked for becomes another text, which belongs to the last character of what it replaces.
    pub(super) fn replace(&mut self, pattern: &Delimiter, content: &str) {
        let mut result = Self::default();
        pattern.for_each_stretch(&self.text, |range, is_found| {
            if is_found {
                result.text.push_str(content);
                result.push_origin(self.origins[range.end - 1], content.len());
            } else {
                result.push_range(self, range);
            }
        });
        *self = result;
    }

    /// The stretch of the original that a stretch of this text stands for. Where a character is as it was
    /// in the original, its bytes are told apart; else it is whole.
    pub(super) fn origin(&self, original: &str, range: Range<usize>) -> Option<(usize, usize)> {
        if range.is_empty() {
            return None;
        }
        let (first, last) = (range.start, range.end - 1);
        let (start, _) = self.of_byte(original, first)?;
        let (_, end) = self.of_byte(original, last)?;
        Some((start, end))
    }

    /// Where a byte comes from: itself, or the characters that it stands for if they were changed.
    fn of_byte(&self, original: &str, place: usize) -> Option<(usize, usize)> {
        let origin = *self.origins.get(place)?;
        let length = origin.1 - origin.0;
        let mut start = place;
        while !self.text.is_char_boundary(start) {
            start -= 1;
        }
        let same = self.text.as_bytes().get(start..start + length)
            == original.as_bytes().get(origin.0..origin.1)
            && self.origins.get(start) == Some(&origin)
            && start.checked_sub(1).and_then(|before| self.origins.get(before)) != Some(&origin)
            && self.origins.get(start + length) != Some(&origin)
            && place < start + length;
        let exact = origin.0 + (place - start);
        Some(if same { (exact, exact + 1) } else { origin })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn aligned(text: &str) -> Aligned {
        let mut aligned = Aligned::default();
        aligned.push_original(text, 0..text.len());
        aligned
    }

    #[test]
    fn what_is_new_belongs_to_what_came_before() {
        let mut text = aligned("aé");
        text.transform([('x', 0), ('y', 1), ('e', 0), ('\u{301}', 1)], 0);
        assert_eq!(text.text, "xye\u{301}");
        assert_eq!(text.origins, [(0, 1), (0, 1), (1, 3), (1, 3), (1, 3)]);
        let mut text = aligned("abcd");
        text.transform([('b', -1), ('d', 0)], 1);
        assert_eq!((text.text.as_str(), text.origins), ("bd", vec![(1, 2), (3, 4)]));
    }

    #[test]
    fn bytes_are_told_apart_where_nothing_changed() {
        let original = "é b";
        let mut text = aligned(original);
        text.replace(&Delimiter::Character(' '), "▁");
        assert_eq!(text.text, "é▁b");
        assert_eq!(text.origin(original, 0..1), Some((0, 1)));
        assert_eq!(text.origin(original, 1..3), Some((1, 3)));
        assert_eq!(text.origin(original, 3..4), Some((2, 3)));
        assert_eq!(text.origin(original, 5..6), Some((3, 4)));
        assert_eq!(text.origin(original, 6..7), None);
    }
}

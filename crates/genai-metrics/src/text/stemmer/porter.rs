//! What the two descendants of Porter's algorithm have in common: words as consonants and vowels,
//! and rules that change endings.
//!
//! M. F. Porter, "An algorithm for suffix stripping", Program 14(3), 1980. Letters other than
//! `aeiou` are consonants, digits and the letters of every other script among them; `y` is a vowel
//! after a consonant. The *measure* of a word is how often a consonant follows a vowel in it.
//!
//! No rule makes a word longer, so words are stemmed where they lie.

/// A character: a byte of an ASCII word, or a code point of any.
pub(super) trait Letter: Copy + Eq + From<u8> + Into<char> {}

impl Letter for u8 {}
impl Letter for char {}

/// An ending, and what takes its place. The second is never the longer one.
pub(super) type Rule = (&'static str, &'static str);

/// Step 2, where a measure above 0 is left of the word. No ending stands before one that it ends
/// in.
pub(super) const STEP_2: &[Rule] = &[
    ("ational", "ate"),
    ("tional", "tion"),
    ("enci", "ence"),
    ("anci", "ance"),
    ("izer", "ize"),
    ("bli", "ble"),
    ("alli", "al"),
    ("entli", "ent"),
    ("eli", "e"),
    ("ousli", "ous"),
    ("ization", "ize"),
    ("ation", "ate"),
    ("ator", "ate"),
    ("alism", "al"),
    ("iveness", "ive"),
    ("fulness", "ful"),
    ("ousness", "ous"),
    ("aliti", "al"),
    ("iviti", "ive"),
    ("biliti", "ble"),
];

/// Step 3, where a measure above 0 is left.
pub(super) const STEP_3: &[Rule] = &[
    ("icate", "ic"),
    ("ative", ""),
    ("alize", "al"),
    ("iciti", "ic"),
    ("ical", "ic"),
    ("ful", ""),
    ("ness", ""),
];

/// Step 4, where a measure above 1 is left, but for `ment`, `ent` and `ion`, in which the
/// algorithms differ.
pub(super) const STEP_4: &[Rule] = &[
    ("al", ""),
    ("ance", ""),
    ("ence", ""),
    ("er", ""),
    ("ic", ""),
    ("able", ""),
    ("ible", ""),
    ("ant", ""),
    ("ement", ""),
    ("ou", ""),
    ("ism", ""),
    ("ate", ""),
    ("iti", ""),
    ("ous", ""),
    ("ive", ""),
    ("ize", ""),
];

/// A word on its way to its stem.
pub(super) struct Word<'w, L> {
    letters: &'w mut [L],
    length: usize,
}

/// The first letters of a word, as consonants and vowels.
#[derive(Clone, Copy, Default)]
pub(super) struct Pattern {
    pub(super) measure: usize,
    pub(super) has_vowel: bool,
    /// A bit for each letter, the last one lowest: whether it is a vowel.
    vowels: u8,
}

impl Pattern {
    pub(super) fn ends_in_consonant(self) -> bool {
        self.vowels & 1 == 0
    }
}

impl<'w, L: Letter> Word<'w, L> {
    pub(super) fn new(letters: &'w mut [L]) -> Self {
        let length = letters.len();
        Self { letters, length }
    }

    /// The number of letters left.
    pub(super) fn len(&self) -> usize {
        self.length
    }

    /// The first letters; all of them are `self.pattern(self.len())`.
    pub(super) fn pattern(&self, length: usize) -> Pattern {
        let (mut pattern, mut after_consonant) = (Pattern::default(), false);
        for &letter in &self.letters[..length] {
            let vowel = match letter.into() {
                'a' | 'e' | 'i' | 'o' | 'u' => true,
                'y' => after_consonant,
                _ => false,
            };
            pattern.measure += usize::from(!vowel && pattern.vowels & 1 == 1);
            pattern.has_vowel |= vowel;
            pattern.vowels = pattern.vowels << 1 | u8::from(vowel);
            after_consonant = !vowel;
        }
        pattern
    }

    /// The number of letters before this ending, if the word has it.
    pub(super) fn before(&self, ending: &str) -> Option<usize> {
        let at = self.length.checked_sub(ending.len())?;
        let has = |(&letter, byte): (&L, u8)| letter == L::from(byte);
        self.letters[at..self.length].iter().zip(ending.bytes()).all(has).then_some(at)
    }

    pub(super) fn ends_with(&self, ending: &str) -> bool {
        self.before(ending).is_some()
    }

    pub(super) fn equals(&self, word: &str) -> bool {
        self.before(word) == Some(0)
    }

    /// The last of the first letters, if it is ASCII.
    pub(super) fn last_of(&self, length: usize) -> Option<u8> {
        let last = self.letters[..length].last().copied()?;
        u8::try_from(last.into()).ok().filter(u8::is_ascii)
    }

    /// The last two letters, if they are the same.
    pub(super) fn doubled(&self) -> Option<char> {
        match self.letters[..self.length] {
            [.., a, b] if a == b => Some(a.into()),
            _ => None,
        }
    }

    pub(super) fn truncate(&mut self, length: usize) {
        self.length = length;
    }

    /// Keeps the first letters and appends the ending.
    pub(super) fn replace(&mut self, kept: usize, ending: &str) {
        self.length = kept + ending.len();
        for (letter, byte) in self.letters[kept..self.length].iter_mut().zip(ending.bytes()) {
            *letter = L::from(byte);
        }
    }

    /// Takes off the last letter but one.
    pub(super) fn drop_last_but_one(&mut self) {
        self.letters[self.length - 2] = self.letters[self.length - 1];
        self.length -= 1;
    }

    /// Applies the first rule whose ending the word has, if what is before it has a measure of
    /// more than `measure`. Returns whether the word has an ending, not whether it lost it.
    pub(super) fn apply(&mut self, rules: &[Rule], measure: usize) -> bool {
        for (ending, replacement) in rules {
            if let Some(before) = self.before(ending) {
                if self.pattern(before).measure > measure {
                    self.replace(before, replacement);
                }
                return true;
            }
        }
        false
    }

    /// Porter's `*o`: whether the first letters end in consonant, vowel, consonant, the last of
    /// which is none of `wxy`.
    pub(super) fn is_short(&self, length: usize) -> bool {
        length >= 3
            && self.pattern(length).vowels & 0b111 == 0b010
            && !matches!(self.last_of(length), Some(b'w' | b'x' | b'y'))
    }

    /// Whether the first letters are a vowel and a consonant and nothing else.
    pub(super) fn is_vowel_and_consonant(&self, length: usize) -> bool {
        length == 2 && self.pattern(length).vowels == 0b10
    }

    /// Step 5: an `e` goes after a measure above 1, and after a measure of 1 unless what is left
    /// would be short in the sense of `is_short`; then one of two `l` after a measure above 1.
    pub(super) fn tidy(&mut self, is_short: impl Fn(&Self, usize) -> bool) {
        if let Some(before) = self.before("e") {
            let measure = self.pattern(before).measure;
            if measure > 1 || measure == 1 && !is_short(self, before) {
                self.truncate(before);
            }
        }
        if self.ends_with("ll") && self.pattern(self.length).measure > 1 {
            self.truncate(self.length - 1);
        }
    }
}
